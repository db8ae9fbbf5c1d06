"""Raw text: bytes to text, text to cells, a cell to a number or to the reason why it is none.

A cell keeps the text as it was read; a number is made of it only where a number stands, and only by one decimal mark
for the whole file.
"""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from mgassay.errors import UnreadableError

SEPARATORS = ("\t", ";", ",")
_UTF8_MARK = b"\xef\xbb\xbf"

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_THOUSANDS = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}\{mark}\d{{3}}") for mark in ".,"}  # 1,234: may be, may be not
# Numbers that only groups of three digits explain: 1,234.5 and 1,234,567.
_SURELY_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,})"),
    ".": re.compile(r"[+-]?\d{1,3}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})"),
}
_GROUP_SIGNS = re.compile(r"(?<=\d)['\u2019\u00a0\u202f\u2009 ](?=\d{3}(?!\d))")  # 1'234.5, 1 234,5: no other meaning
_GROUPED = {  # no group of thousands begins with 0: 0,125 is none
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?"),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"),
}
_NUMBER_EITHER = r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?"
_GROUPED_BY_SIGN = re.compile(r"[+-]?\d{1,3}(?:['\u2019\u00a0\u202f\u2009 ]\d{3})+(?:[.,]\d*)?")
_MASKED = re.compile(rf"\*\s*({_NUMBER_EITHER})\s*\*|Masked", re.IGNORECASE)
_PLAIN = re.compile(_NUMBER_EITHER)
_ABOVE = re.compile(rf"OVRFLW|OVER|OVERFLOW|#SAT|SAT|SATURATED|\*+|>\s*(?:MAX|{_NUMBER_EITHER})", re.IGNORECASE)
_BELOW = re.compile(rf"UNDER|UNDRFLW|UNDERFLOW|<\s*(?:MIN|{_NUMBER_EITHER})", re.IGNORECASE)
_MISSING = re.compile(r"|MISSED|NAN|ERROR|INVALID|\?+", re.IGNORECASE)
_MONTH = (
    "jan(uary|uar)?|feb(ruary|ruar)?|mar(ch)?|mrz|märz?|apr(il)?|may|mai|june?|juni?|july?|juli?|aug(ust)?|sept?(ember)?"
    "|oct(ober)?|okt(ober)?|nov(ember)?|dec(ember)?|dez(ember)?"
)
_NAMED_DATE = rf"\d{{1,2}}[-. ]+({_MONTH})\.?([-. ]+\d{{2,4}})?|({_MONTH})[-. ]+\d{{2,4}}"
_DATE = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}([ T]\d{{1,2}}:\d{{2}}.*)?|\d{{1,2}}(?P<mark>[./-])\d{{1,2}}(?P=mark)\d{{2,4}}"
    rf"|{_NAMED_DATE}",
    re.IGNORECASE,
)
_EXCEL_DATE = re.compile(rf"\d{{4}}-\d\d-\d\d 00:00:00|{_NAMED_DATE}", re.IGNORECASE)


def text_from_bytes(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by byte order mark, else UTF-8, UTF-16 by its zeros, cp1252.

    Raises UnreadableError MG108 for bytes that are no text.
    """
    encoding = _encoding_of(content)
    if encoding == "cp1252":  # SparkControl marks its csv as UTF-8 and writes degree signs of Windows
        content = content.removeprefix(_UTF8_MARK)
    try:
        return content.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
    except UnicodeDecodeError as bad:
        raise UnreadableError("MG108", seen=f"{encoding}, byte {bad.start}") from bad


def _encoding_of(content: bytes) -> str:
    """The encoding that these bytes are read with."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content:
        return _wide_encoding(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig" if content.startswith(_UTF8_MARK) else "utf-8"


def _wide_encoding(content: bytes) -> str:
    """UTF-16 of bytes with zeros but no mark: in Western text every second byte is zero.

    Raises UnreadableError MG108 where the zeros do not lie so: the file is not text.
    """
    start = content[:2000]
    first, second = start[0::2].count(0), start[1::2].count(0)
    if second > 0.7 * len(start[1::2]) and not first:
        return "utf-16-le"
    if first > 0.7 * len(start[0::2]) and not second:
        return "utf-16-be"
    raise UnreadableError("MG108", seen="zero bytes")


def separator_of(lines: Sequence[str]) -> str:
    """Tab, `;` or `,`: the first of these that stands twice or more in at least half as many lines as any other.

    The order matters: `0,1;0,2` is semicolons with decimal commas, never the other way round.

    >>> separator_of(["A;0,1;0,2;0,3", "B;0,4;0,5;0,6"]), separator_of(["A,1,2"]), separator_of(["word"])
    (';', ',', '')
    """
    counts = {mark: sum(line.count(mark) >= 2 for line in lines[:20000]) for mark in SEPARATORS}
    if not any(counts.values()):
        counts = {mark: sum(mark in line for line in lines[:20000]) for mark in SEPARATORS}
    most = max(counts.values())
    return next((mark for mark in SEPARATORS if most and 2 * counts[mark] >= most), "")


def cells_from_line(line: str, separator: str) -> tuple[str, ...]:
    """The cells of one line, without blanks around them; quotes are read line by line, so none swallows the next."""
    if not separator:
        return (line.strip(),)
    if '"' not in line:
        return tuple(map(str.strip, line.split(separator)))
    try:
        return tuple(map(str.strip, next(csv.reader([line], delimiter=separator))))
    except csv.Error:
        return tuple(map(str.strip, line.split(separator)))


def status_of(token: str) -> tuple[str, str]:
    """What a cell in a number's place says: its status and the text of its number ("" when it has none).

    Statuses are those of readings (`ok`, `above`, `below`, `missing`, `masked`), and `date`, `formula`, `unknown` for
    text that stands where it should not.

    >>> status_of("0.356"), status_of("*0.356*"), status_of("OVRFLW"), status_of("<0.000"), status_of("?????")
    (('ok', '0.356'), ('masked', '0.356'), ('above', ''), ('below', ''), ('missing', ''))
    """
    text = token.strip().replace("−", "-")
    if any(p.fullmatch(text) for p in _SURELY_GROUPED.values()):
        return "ok", text
    if re.fullmatch(_GROUPED_BY_SIGN, text):
        text = _GROUP_SIGNS.sub("", text)
    if _PLAIN.fullmatch(text):
        return ("ok", text) if math.isfinite(float(text.replace(",", "."))) else ("unknown", "")
    if masked := _MASKED.fullmatch(text):
        return "masked", masked[1] or ""
    for status, pattern in (("above", _ABOVE), ("below", _BELOW), ("missing", _MISSING), ("date", _DATE)):
        if pattern.fullmatch(text):
            return status, ""
    return ("formula" if text.startswith("=") else "unknown"), ""


def is_reading(token: str) -> bool:
    """Whether a filled cell says what was read there: a number, or that it was too high, too low or masked.

    >>> [is_reading(token) for token in ("0,102", "OVRFLW", "*0.3*", "", "?????", "Mean")]
    [True, True, True, False, False, False]
    """
    return bool(token) and status_of(token)[0] in ("ok", "above", "below", "masked")


def is_date(text: str) -> bool:
    """Whether a text is a date, or what Excel makes of `MAR1` or `1.2` when it takes them for one.

    >>> is_date("2024-03-01 00:00:00"), is_date("1-Mar"), is_date("01.03.2024"), is_date("D1")
    (True, True, True, False)
    """
    return bool(_DATE.fullmatch(text))


def is_excel_date(text: str) -> bool:
    """Whether a name is what Excel makes of one such as `MARCH1`, or a date that a workbook stores as a date.

    `3-1-10` may well be donor 3, condition 1, day 10, and is no such name.

    >>> is_excel_date("1-Mar"), is_excel_date("2024-03-01 00:00:00"), is_excel_date("3-1-10")
    (True, True, False)
    """
    return bool(_EXCEL_DATE.fullmatch(text))


def decimal_mark(numbers: Iterable[str], *, may_be_thousands: bool = True) -> str:
    """The one decimal mark of a file's numbers: "." or ",".

    Groups of thousands count where nothing else explains a number (`1,234.5`, `1,234,567`), and then throughout. Where
    every comma could part thousands and none must (`1,234` alone, unless the numbers cannot be so large), where both
    marks are decimal, there is no answer: raises UnreadableError MG121.

    >>> decimal_mark(["0,069", "1,250", "2"]), decimal_mark(["1,234.5", "1,234"])
    (',', '.')
    """
    given = list(dict.fromkeys(numbers))
    held = {mark: [n for n in given if mark in n] for mark in ",."}
    grouped = {mark: any(_SURELY_GROUPED[mark].fullmatch(n) for n in given) for mark in ",."}
    if not (held[","] or grouped["."]):
        return "."
    if grouped[","] != grouped["."]:
        return _mark_beside_groups("," if grouped[","] else ".", held)
    thousands = may_be_thousands and all(_THOUSANDS[","].fullmatch(n) for n in held[","])
    if held["."] or thousands:
        raise UnreadableError("MG121", seen=held[","][0])
    return ","


def _mark_beside_groups(group: str, held: Mapping[str, Sequence[str]]) -> str:
    """The decimal mark where the other one parts thousands for sure.

    Raises UnreadableError MG121 for a number in which that other mark can only be decimal.
    """
    strange = [n for n in held[group] if not (_THOUSANDS[group].fullmatch(n) or _SURELY_GROUPED[group].fullmatch(n))]
    if strange:
        raise UnreadableError("MG121", seen=strange[0])
    return "." if group == "," else ","


def number_from(text: str, mark: str) -> float | None:
    """The number that a text writes with this decimal mark; None when it is none (nor `inf`, `nan`, `1_000`).

    >>> number_from("0,5", ","), number_from("1.03E+00", "."), number_from("0,5", ".")
    (0.5, 1.03, None)
    """
    pointed = text.replace(",", ".") if mark == "," and text.count(",") <= 1 and "." not in text else text
    value = float(pointed) if _NUMBER.fullmatch(pointed) else math.inf
    return value if math.isfinite(value) else None


def quantity_from(text: str, mark: str) -> float | None:
    """As `number_from`, with the other mark allowed between groups of three digits, the first of which is no 0.

    >>> quantity_from("100,000,000.000", "."), quantity_from("1.250,5", ","), quantity_from("0,125", ".")
    (100000000.0, 1250.5, None)
    """
    if _GROUPED[mark].fullmatch(text):
        text = text.replace("," if mark == "." else ".", "")
    return number_from(text, mark)
