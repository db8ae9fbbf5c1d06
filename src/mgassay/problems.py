"""Problems: what was seen, where, why it matters and how to mend it.

Every problem has a code of the catalogue (the TOML files in `catalogue/`, one per part of the work). They are collected
in a `Problems` list, never raised one by one, so that a lab sees all of them at once.
"""

import difflib
import fnmatch
import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mgassay.errors import ContractError

SEVERITIES = ("error", "warning", "notice")
# Controls, what sets the direction of writing, ends of lines of Unicode, lone surrogates and the byte-order mark.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
_MOST_KNOWN = 20  # names that a suggestion lists: more are a wall, and stand in docs/


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue; `message` and `remedy` may hold {facts}, and counts that decline words (_Fact)."""

    code: str
    severity: str
    title: str
    message: str
    remedy: str
    explain: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing found wrong or odd; the fields are the columns of problems.csv, all text."""

    code: str
    severity: str
    file: str
    sheet: str
    place: str
    seen: str
    message: str
    remedy: str


@functools.cache
def catalogue() -> Mapping[str, Kind]:
    """All kinds of problem by code, as the files in `catalogue/` list them."""
    files = sorted(Path(__file__).with_name("catalogue").glob("*.toml"))
    return {
        code: Kind(code=code, **entry)
        for file in files
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, ignoring case, or "" when none is close.

    >>> nearest("Conditon", ["condition", "donor"])
    'condition'
    """
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def place_in_words(code: str, place: str) -> str:
    """A place as a lab finds it: cells of a workbook and wells of a plate look alike, so the kind is said.

    >>> place_in_words("MG122", "F4"), place_in_words("MG312", "C5;C6"), place_in_words("MG121", "line 3")
    ('cell F4', 'wells C5;C6', 'line 3')
    """
    if not re.fullmatch(r"[A-Z]{1,3}\d+(?:[–,;:].*)?", place):
        return place
    if code[:3] in ("MG0", "MG1"):  # the tables of the lab and the exports; the others speak of plates
        return f"cell {place}"
    return f"well {place}" if place.isalnum() else f"wells {place}"


def listed(names: Iterable[str], most: int = 12, mark: str = ", ") -> str:
    """Names for a message, each once and not more than `most` of them.

    >>> listed(["A1", "A2", "A1"]), listed("abcd", most=2)
    ('A1, A2', 'a, b and 2 more')
    """
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - most} more" if len(each) > most else ""
    return mark.join(each[:most]) + more


def worded(n: object, one: str, many: str = "") -> str:
    """A word as it goes with a count: `one` with 1, else `many`, which is `one` with an s where it is not given.

    >>> worded(1, "was", "were"), worded("3", "well")
    ('was', 'wells')
    """
    return one if str(n) == "1" else many or f"{one}s"


def count(n: object, one: str, many: str = "") -> str:
    """A count and its noun.

    >>> count(1, "donor"), count(4, "donor"), count(0, "quantity", "quantities")
    ('1 donor', '4 donors', '0 quantities')
    """
    return f"{n} {worded(n, one, many)}"


class _Fact(str):
    """A fact that fills a text of the catalogue: {seen}, and where it is a count {seen:well was|wells were}.

    With a = before the words the count itself is left out: {seen:=It has|They have}.
    """

    def __format__(self, words: str) -> str:
        """The fact alone or with the words that its count asks for."""
        one, _, many = words.removeprefix("=").partition("|")
        if not words:
            return str(self)
        return worded(self, one, many) if words.startswith("=") else count(self, one, many)


def of_many(text: str) -> str:
    """A text of the catalogue with the words of counts as they are of many, for readers who see no case of it.

    >>> of_many("{seen:well was|wells were} read; {seen:=it is|they are} not in {by} of {n:plate}")
    '{seen} wells were read; they are not in {by} of {n} plates'
    """

    def told(found: re.Match[str]) -> str:
        words = worded("many", found[3], found[4] or "")
        return words if found[2] else f"{{{found[1]}}} {words}"

    return re.sub(r"\{(\w+):(=?)([^|{}]*)(?:\|([^{}]*))?\}", told, text)


def visible(text: str) -> str:
    r"""A text with signs that cannot be seen, or turn what is seen around, written out; line ends and tabs stay.

    What joins letters and emoji stays too: it is part of how words are written.

    >>> visible("D1\u202eA"), visible("a\tb\n")
    ('D1\\u202eA', 'a\tb\n')
    """
    return _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def _is_of(file: str, declared: str) -> bool:
    """Whether a file is the declared one, lies in the declared folder, or is of the declared glob."""
    return file == declared or file.startswith(f"{declared.rstrip('/')}/") or fnmatch.fnmatchcase(file, declared)


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known name, or lists all of them when none is close."""
    names = list(known)
    close = nearest(name, names)
    return f"Did you mean “{close}”?" if close else f"Known are: {listed(names, most=_MOST_KNOWN) or 'none'}."


class Problems:
    """A list of problems that grows while a stage works; order of finding, no duplicates."""

    def __init__(self, found: Iterable[Problem] = ()) -> None:
        self._found: dict[Problem, None] = dict.fromkeys(found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self, code: str, *, file: str = "", sheet: str = "", place: str = "", seen: object = "", **facts: object
    ) -> None:
        """Adds a problem of kind `code`; `seen` and `facts` fill the catalogue's message and remedy.

        Raises ContractError when the code or a fact that its texts name is missing: that is our bug.
        """
        where = {"file": file, "sheet": sheet, "place": place, "seen": str(seen)}
        try:
            kind = catalogue()[code]
            words = {name: _Fact(told) for name, told in {**where, **facts}.items()}
            message, remedy = (text.format_map(words).strip() for text in (kind.message, kind.remedy))
        except KeyError as missing:
            raise ContractError(f"problem {code} lacks {missing}") from missing
        self._found[Problem(code=code, severity=kind.severity, message=message, remedy=remedy, **where)] = None

    def extend(self, others: Iterable[Problem]) -> None:
        """Adds problems that were found elsewhere."""
        self._found.update(dict.fromkeys(others))

    def count(self, severity: str) -> int:
        """How many problems of that severity were found."""
        return sum(p.severity == severity for p in self)

    def confirmed(self, accepted: Mapping[str, Iterable[str]]) -> "Problems":
        """The same problems, errors that the lab has looked at and accepts (codes by file) turned into warnings.

        A code accepted for a folder or glob of images is accepted for each image in it.
        """
        codes = {file: set(c) for file, c in accepted.items() if c}
        return Problems(
            replace(p, severity="warning", message=f"{p.message} (accepted by the lab)")
            if p.severity == "error" and any(p.code in c and _is_of(p.file, file) for file, c in codes.items())
            else p
            for p in self
        )
