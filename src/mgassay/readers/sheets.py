"""Sheets of cells: one kind for workbooks and for text, so that the same finders work on both."""

import datetime as dt
import functools
import re
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from mgassay.errors import ContractError, UnreadableError
from mgassay.problems import Problems
from mgassay.readers.text import cells_from_line, separator_of, text_from_bytes

UNZIPPED_LIMIT = 200_000_000  # bytes; the largest real export seen unzips to 3 MB
# A formula's cell that ends without a stored value: </f></c>, <f …/></c>, </f><v/></c> or </f><v></v></c>.
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z0-9:]+)"')
_UNCALCULATED = re.compile(rb"(?:</f>|<f[^<>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
OPENING = 60  # rows of each sheet that show whose export it is

Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or all of a text file (then `separator` is set and the name is empty)."""

    name: str
    cells: Cells
    separator: str = ""
    is_text: bool = False
    merged: tuple[str, ...] = ()  # merged ranges of a workbook's sheet: only their first cell holds anything

    def cell(self, row: int, col: int) -> str:
        """The text of a cell counted from 0, "" beyond the end of its row."""
        line = self.cells[row] if 0 <= row < len(self.cells) else ()
        return line[col] if 0 <= col < len(line) else ""

    def place(self, row: int, col: int | None = None) -> str:
        """Where a cell stands, as the lab finds it again: `C7`, `row 7`, `line 12`, `line 12, column 3`."""
        if self.is_text:
            return f"line {row + 1}" if col is None else f"line {row + 1}, column {col + 1}"
        return f"row {row + 1}" if col is None else f"{column_letters(col)}{row + 1}"


@dataclass(frozen=True)
class Content:
    """All that a raw file holds; `text` is empty for a workbook, `workbook` for a text file."""

    file: str
    text: str = ""
    workbook: tuple[Sheet, ...] = ()
    encoding: str = ""  # of a text

    @functools.cached_property
    def lines(self) -> list[str]:
        """The lines of a text file."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @functools.cached_property
    def separator(self) -> str:
        """What parts the cells of a text file."""
        return separator_of(self.lines)

    @functools.cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The sheets of the workbook, or the text as one sheet."""
        if not self.text:
            return self.workbook
        return (sheet_from_lines(self.lines, self.separator),)

    @functools.cached_property
    def opening(self) -> tuple[tuple[str, ...], ...]:
        """The first rows of every sheet, for telling whose export this is."""
        if self.text:
            return tuple(cells_from_line(line, self.separator) for line in self.lines[:OPENING])
        return tuple(row for sheet in self.workbook for row in sheet.cells[:OPENING])

    @property
    def first_words(self) -> str:
        """The first filled line, by which a lab recognises the file."""
        return next((" ".join(c for c in row if c) for row in self.opening if any(row)), "")


def column_letters(col: int) -> str:
    """The letters of a spreadsheet's column counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_from_lines(lines: Iterable[str], separator: str) -> Sheet:
    """A text's lines as one sheet."""
    cells = tuple(cells_from_line(line, separator) for line in lines)
    return Sheet(name="", cells=cells, separator=separator, is_text=True)


def content_from_file(path: Path, file: str, problems: Problems) -> Content:
    """What the raw file at `path` holds; a notice when its text is not UTF-8.

    Raises UnreadableError for a file that is absent, empty, locked, broken, too large or of no known kind.
    """
    if path.name.startswith("~$"):
        raise UnreadableError("MG103", seen=path.name)
    try:
        raw = path.read_bytes()
    except OSError as cause:
        raise UnreadableError("MG101", seen=cause.strerror or type(cause).__name__) from cause
    content = content_from_bytes(raw, file)
    if content.encoding not in ("", "utf-8"):
        problems.add("MG109", file=file, seen=content.encoding)
    return content


def content_from_bytes(raw: bytes, file: str = "") -> Content:
    """The content of a raw file.

    Raises UnreadableError for bytes that are empty, broken, too large or of no known kind.
    """
    if not raw.strip():
        raise UnreadableError("MG102", seen=f"{len(raw)} bytes")
    if raw.startswith(b"PK"):
        return Content(file=file, workbook=sheets_from_workbook(raw))
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError("MG105", seen="an .xls file, or one with a password")
    text, encoding = text_from_bytes(raw)
    if not text.strip():
        raise UnreadableError("MG102", seen="white space only")
    return Content(file=file, text=text, encoding=encoding)


def sheets_from_workbook(raw: bytes) -> tuple[Sheet, ...]:
    """The sheets of an .xlsx with the values its program stored; a formula without a value shows as its own text.

    Raises UnreadableError MG104 (broken), MG106 (too large), MG107 (declares XML entities), MG108 (no workbook).
    """
    from defusedxml.common import DefusedXmlException

    try:
        uncalculated = _looked_into(raw)
        sheets = _sheets_of(raw, data_only=True)
        if uncalculated:
            formulas = {s.name: s.cells for s in _sheets_of(raw, data_only=False)}
            sheets = tuple(replace(s, cells=_with_formulas(s.cells, formulas[s.name])) for s in sheets)
    except UnreadableError:
        raise
    except Exception as cause:  # openpyxl lets whatever a broken archive causes through: KeyError, zlib.error, ...
        if any(isinstance(c, DefusedXmlException) for c in (cause, cause.__cause__, cause.__context__)):
            raise UnreadableError("MG107", seen="XML entities") from cause
        raise UnreadableError("MG104", seen=f"{type(cause).__name__}: {cause}".splitlines()[0]) from cause
    return sheets


def _looked_into(raw: bytes) -> bool:
    """Whether any sheet holds formulas without values, after proof that the archive is a workbook of bearable size."""
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > UNZIPPED_LIMIT:
            raise UnreadableError("MG106", seen=f"{size / 1e6:.0f} MB", limit=f"{UNZIPPED_LIMIT / 1e6:.0f} MB")
        names = archive.namelist()
        if "xl/workbook.xml" not in names:
            raise UnreadableError("MG108", seen="a zip archive that is no workbook")
        return any(_UNCALCULATED.search(archive.read(n)) for n in names if n.startswith("xl/worksheets/"))


def _sheets_of(raw: bytes, *, data_only: bool) -> tuple[Sheet, ...]:
    """All sheets, cells as text; the sheet's own claim about its size is not trusted, it is often wrong."""
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise ContractError("openpyxl does not use defusedxml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that we do not read
        book: Any = openpyxl.load_workbook(BytesIO(raw), read_only=True, data_only=data_only, keep_links=False)
        try:
            return tuple(Sheet(s.title, _cells_of(s), merged=_merged_in(raw, s)) for s in book.worksheets)
        finally:
            book.close()


def _merged_in(raw: bytes, sheet: Any) -> tuple[str, ...]:
    """The merged ranges of a worksheet, which openpyxl does not tell when it only reads."""
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        return tuple(ref.decode() for ref in _MERGED.findall(archive.read(sheet._worksheet_path)))


def _cells_of(sheet: Any) -> Cells:
    """A worksheet's cells without the empty rows and cells at its end."""
    sheet.reset_dimensions()
    rows = [tuple(text_from_value(value) for value in row) for row in sheet.iter_rows(values_only=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    return tuple(rows)


def _with_formulas(values: Cells, formulas: Cells) -> Cells:
    """The values, with a formula's text where it has no stored value (the file was never calculated).

    The formulas' sheet may be longer: rows of formulas without any value.
    """
    kept = []
    for row, shown in enumerate(formulas):
        stored = values[row] if row < len(values) else ()
        padded = stored + ("",) * (len(shown) - len(stored))
        kept.append(tuple(v or (f if f.startswith("=") else "") for v, f in zip(padded, shown, strict=True)))
    return tuple(kept)


def text_from_value(value: object) -> str:
    """The text of a workbook's cell: numbers in their shortest exact form, dates and times in ISO form.

    >>> text_from_value(12.0), text_from_value(0.1), text_from_value(None), text_from_value(dt.date(2024, 3, 5))
    ('12', '0.1', '', '2024-03-05')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)
