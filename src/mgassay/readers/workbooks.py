"""Workbooks: the sheets of an .xlsx or .xls as text, with what they hide and merge.

Values are those that the program stored. Nothing in a workbook is run, followed or resolved.
"""

import contextlib
import functools
import re
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from mgassay.errors import ContractError, UnreadableError
from mgassay.readers.sheets import Marks, Row, Rows, Sheet, column_letters, column_number, text_from_value

UNZIPPED_LIMIT = 100_000_000  # bytes; a 384-well run with all its raw data unzips to 25 MB
CELLS_LIMIT = 1_500_000  # of one sheet
AREA_LIMIT = 10_000_000  # rows by columns; openpyxl fills them all where a cell lies far to the right
ROWS_LIMIT, COLUMNS_LIMIT = (
    200_000,
    2_000,
)  # a hundred 384-well plates have 38,400 rows, 1,536 wells over time 1,538 columns
_FORMULA = "=?"  # the text of a formula is not kept in a form that can be read
XLS = b"\xd0\xcf\x11\xe0"  # how an .xls begins, and a workbook with a password

_OTHER_OFFICE = {"xl/workbook.bin": "an .xlsb workbook", "content.xml": "an OpenDocument spreadsheet (.ods)"}
# Tags may have a prefix and attributes either kind of quotes: programs differ.
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z0-9:]+)["']""")
# A formula's cell that ends without a stored value: </f></c>, <f …/></c>, </f><v/></c> or </f><v></v></c>.
_UNCALCULATED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s{0,9}"
    rb"(?:<(?:\w+:)?v\s{0,9}/>\s{0,9}|<(?:\w+:)?v>\s{0,9}</(?:\w+:)?v>\s{0,9})?</(?:\w+:)?c>"
)
_FAR_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br=["'](\d{6,9})["']""")
_FAR_COLUMN = re.compile(rb"""\br=["']([A-Z]{3})\d""")
_FILLED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,9})["'][^>]*>\s*<(?:\w+:)?(?:v|is|f)\b""")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s(?=[^>]*\bhidden=["'](?:1|true)["'])[^>]*?\br=["'](\d{1,9})["']""")
_HIDDEN_COLUMN = re.compile(
    rb"""<(?:\w+:)?col\s(?=[^>]*\bhidden=["'](?:1|true)["'])(?=[^>]*\bmin=["'](\d{1,9}))[^>]*\bmax=["'](\d{1,9})"""
)


def sheets_from_workbook(raw: bytes) -> tuple[Sheet, ...]:
    """The sheets of an .xlsx with the values its program stored; a formula without a value shows as its own text.

    Raises UnreadableError MG104 (broken), MG106 (too large), MG107 (declares XML entities), MG108 (no workbook); the
    cells are read when they are asked for, and then raise MG104 and MG107 too.
    """
    with _told_as_broken():
        looked = _looked_into(raw)
        return _sheets_of(raw, looked)


@contextlib.contextmanager
def _told_as_broken() -> Iterator[None]:
    """Turns what a broken archive causes in openpyxl (KeyError, zlib.error, ...) into UnreadableError MG104, MG107."""
    from defusedxml.common import DefusedXmlException

    try:
        yield
    except UnreadableError:
        raise
    except Exception as cause:
        if any(isinstance(c, DefusedXmlException) for c in (cause, cause.__cause__, cause.__context__)):
            raise UnreadableError("MG107", seen="XML entities") from cause
        raise UnreadableError("MG104", seen=f"{type(cause).__name__}: {cause}".splitlines()[0]) from cause


def check_unpacked(size: int) -> None:
    """Raises UnreadableError MG106 when a file unpacks to more than is bearable."""
    if size > UNZIPPED_LIMIT:
        raise UnreadableError("MG106", seen=f"{size / 1e6:.0f} MB", limit=f"{UNZIPPED_LIMIT / 1e6:.0f} MB")


@dataclass(frozen=True)
class Looked:
    """What a worksheet's XML shows before it is read.

    `rows` and `columns` end what is filled, told only where cells or rows far outside are formatted and empty.
    """

    uncalculated: bool = False
    rows: int | None = None
    columns: int | None = None


def _looked_into(raw: bytes) -> dict[str, Looked]:
    """The worksheets by their path in the archive, after proof that it is a workbook of bearable size."""
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        check_unpacked(sum(entry.file_size for entry in archive.infolist()))
        names = archive.namelist()
        other = next((words for name, words in _OTHER_OFFICE.items() if name in names), "")
        if other:
            raise UnreadableError("MG105", seen=other)
        if "xl/workbook.xml" not in names:
            raise UnreadableError("MG108", seen="a zip archive that is no workbook")
        parts = [n for n in names if n.startswith("xl/") and n.endswith(".xml") and "sheet" in n.rpartition("/")[0]]
        return {n: _looked_at(archive.read(n)) for n in parts}


def _looked_at(xml: bytes) -> Looked:
    """A look at a worksheet; raises UnreadableError MG106 for one with more or farther cells than any export's.

    Rows and columns may be formatted to the end of the sheet; only what holds something counts.
    """
    if (cells := sum(1 for _ in _CELL.finditer(xml))) > CELLS_LIMIT:
        raise UnreadableError("MG106", seen=f"{cells:,} cells", limit=f"{CELLS_LIMIT:,} cells")
    rows = columns = None
    if any(int(r) > ROWS_LIMIT for r in _FAR_ROW.findall(xml)) or _FAR_COLUMN.search(xml):
        filled = [(int(r), column_number(c.decode()) + 1) for c, r in _FILLED.findall(xml)]
        far = next((f"{column_letters(c - 1)}{r}" for r, c in filled if c > COLUMNS_LIMIT or r > ROWS_LIMIT), "")
        if far:
            last = f"{column_letters(COLUMNS_LIMIT - 1)}{ROWS_LIMIT}"
            raise UnreadableError("MG106", seen=f"a value in {far}", limit=f"a sheet from A1 to {last}")
        rows, columns = max((r for r, _ in filled), default=1), max((c for _, c in filled), default=1)
        if rows * columns > AREA_LIMIT:
            raise UnreadableError("MG106", seen=f"{rows:,} rows of {columns:,} columns", limit=f"{AREA_LIMIT:,} cells")
    return Looked(bool(_UNCALCULATED.search(xml)), rows, columns)


def _sheets_of(raw: bytes, looked: Mapping[str, Looked]) -> tuple[Sheet, ...]:
    """All sheets, their cells to be read on demand."""
    book = _opened(raw, data_only=True)
    formulas = _opened(raw, data_only=False) if any(look.uncalculated for look in looked.values()) else book
    sheets = []
    for held, shown in zip(book.worksheets, formulas.worksheets, strict=True):
        look = looked.get(held._worksheet_path, Looked())
        rows = functools.partial(_rows_of, held, shown if look.uncalculated else None, look)
        sheets.append(Sheet(held.title, Rows(rows), marks=_marks_of(raw, held)))
    return tuple(sheets)


def _opened(raw: bytes, *, data_only: bool) -> Any:
    """The workbook, from which openpyxl reads its sheets row by row."""
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise ContractError("openpyxl does not use defusedxml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that we do not read
        return openpyxl.load_workbook(BytesIO(raw), read_only=True, data_only=data_only, keep_links=False)


def _rows_of(sheet: Any, formulas: Any, look: Looked, count: int | None) -> tuple[Row, ...]:
    """The first `count` rows of a worksheet (all for None), with the text of formulas that have no value."""
    with _told_as_broken(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = _cells_of(sheet, count, look)
        return rows if formulas is None else _with_formulas(rows, _cells_of(formulas, count, look))


def _marks_of(raw: bytes, sheet: Any) -> Marks:
    """What a worksheet merges and hides, which openpyxl does not tell when it only reads."""
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        xml = archive.read(sheet._worksheet_path)
    spans = {(int(first), min(int(last), COLUMNS_LIMIT)) for first, last in _HIDDEN_COLUMN.findall(xml)[:COLUMNS_LIMIT]}
    return Marks(
        merged=tuple(ref.decode() for ref in _MERGED.findall(xml)),
        hidden=sheet.sheet_state != "visible",
        hidden_rows=frozenset(int(r) - 1 for r in _HIDDEN_ROW.findall(xml)),
        hidden_columns=frozenset(c - 1 for first, last in spans for c in range(first, last + 1)),
    )


def _cells_of(sheet: Any, count: int | None, look: Looked) -> tuple[Row, ...]:
    """A worksheet's cells without the empty rows at its end; its own claim about its size is often wrong.

    openpyxl fills all rows up to the last column that is asked for, so that one is named only where cells lie beyond.
    """
    sheet.reset_dimensions()
    last = min(n for n in (count, look.rows, ROWS_LIMIT) if n is not None)
    rows = [_texts(row) for row in sheet.iter_rows(max_row=last, max_col=look.columns, values_only=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    return tuple(rows)


def _texts(row: Sequence[object]) -> Row:
    """A row's cells as text, without the empty ones at its end."""
    end = next((k for k in range(len(row), 0, -1) if row[k - 1] is not None), 0)
    return tuple(text_from_value(value) for value in row[:end])


def _with_formulas(values: Sequence[Row], formulas: Sequence[Row]) -> tuple[Row, ...]:
    """The values, with a formula's text where it has no stored value (the file was never calculated).

    The formulas' sheet may be longer: rows of formulas without any value.
    """
    kept = []
    for row, shown in enumerate(formulas):
        stored = values[row] if row < len(values) else ()
        padded = stored + ("",) * (len(shown) - len(stored))
        kept.append(tuple(v or (f if f.startswith("=") else "") for v, f in zip(padded, shown, strict=True)))
    return tuple(kept)


def sheets_from_xls(raw: bytes) -> tuple[Sheet, ...]:
    """The sheets of an .xls (Excel 97 to 2003) with the values that its program stored; a formula without one is told.

    Raises UnreadableError MG104 (broken) and MG105 (with a password, or no workbook).
    """
    import xlrd

    try:
        # Merged and hidden cells are told only with the formatting; xlrd writes its remarks into `logfile`.
        # With `on_demand` it keeps the stream, from which formulas are told; it does not say which cells are some.
        book = xlrd.open_workbook(
            file_contents=raw, formatting_info=True, ragged_rows=True, logfile=StringIO(), on_demand=True
        )
        return tuple(_sheet_of_xls(book, number) for number in range(book.nsheets))
    except xlrd.XLRDError as cause:
        locked = "encrypted" in str(cause) or "Can't find workbook" in str(cause)
        seen = "a workbook with a password, or another program's file" if locked else f"XLRDError: {cause}"
        raise UnreadableError("MG105" if locked else "MG104", seen=seen.splitlines()[0]) from cause
    except Exception as cause:  # xlrd lets whatever a broken file causes through: struct.error, IndexError, ...
        raise UnreadableError("MG104", seen=f"{type(cause).__name__}: {cause}".splitlines()[0]) from cause


def _sheet_of_xls(book: Any, number: int) -> Sheet:
    """A sheet of an .xls as text."""
    sheet, formulas = book.sheet_by_index(number), _formulas_of_xls(book.mem, book._sh_abs_posn[number])
    rows = [
        tuple(_xls_text(book, cell) or (_FORMULA if (r, c) in formulas else "") for c, cell in enumerate(sheet.row(r)))
        for r in range(sheet.nrows)
    ]
    while rows and not any(rows[-1]):
        rows.pop()
    marks = Marks(
        merged=tuple(_range(*span) for span in sheet.merged_cells),
        hidden=sheet.visibility != 0,
        hidden_rows=frozenset(r for r, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns=frozenset(c for c, info in sheet.colinfo_map.items() if info.hidden),
    )
    return Sheet(sheet.name, tuple(rows), marks=marks)


def _formulas_of_xls(stream: bytes, start: int) -> set[tuple[int, int]]:
    """The cells of a sheet that hold formulas, row and column from 0; its records begin at `start`.

    Record types of [MS-XLS]: 0x0006 Formula, 0x0809 BOF and 0x000A EOF (a chart within a sheet has its own pair).
    """
    found, depth, at = set(), 0, start
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == 0x0809) - (kind == 0x000A)
        if depth <= 0:
            break
        if kind == 0x0006 and at + 8 <= len(stream):
            found.add(struct.unpack_from("<HH", stream, at + 4))
        at += 4 + length
    return found


def _range(first_row: int, end_row: int, first_col: int, end_col: int) -> str:
    """A range as spreadsheets write it, from rows and columns counted from 0, ends excluded."""
    return f"{column_letters(first_col)}{first_row + 1}:{column_letters(end_col - 1)}{end_row}"


def _xls_text(book: Any, cell: Any) -> str:
    """The text of an .xls cell, as `text_from_value` writes those of an .xlsx."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            value = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):  # a number in the shape of a date that is none
            return text_from_value(cell.value)
        return text_from_value(value.time() if cell.value < 1 else value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return str(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#?"))
    return text_from_value(cell.value)
