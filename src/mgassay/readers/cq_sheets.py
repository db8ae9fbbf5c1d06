"""Where the results tables of qPCR programs stand in a sheet, and which of several is meant."""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import suggestion
from mgassay.readers.cq_tables import CqTable, Dialect, columns_from_header
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import number_from
from mgassay.wellnames import well_from_text

if TYPE_CHECKING:
    from mgassay.experiment import RawFile

Row = tuple[str, ...]

# Lines of Applied Biosystems below a table, which may hold separators.
_TRAILER = re.compile(
    r"(?:analysis type|endogenous control|reference sample|rq min)\b.* =.*|slope|y-intercept|r\^2", re.IGNORECASE
)


def results_by_name(
    sheets: Iterable[Sheet], dialect: Dialect, is_header: Callable[[Sequence[str]], bool]
) -> dict[str, CqTable]:
    """All results tables by the name of their sheet, with the row of the header where a sheet holds several."""
    found = {}
    for sheet in sheets:
        held = results_in(sheet, dialect, is_header)
        for table in held:
            name = sheet.name if len(held) == 1 else f"{sheet.name} {sheet.place(table.start - 1)}".strip()
            found[name] = table
    return found


def results_in(sheet: Sheet, dialect: Dialect, is_header: Callable[[Sequence[str]], bool]) -> list[CqTable]:
    """All results tables of a sheet, from the rows that head one to the next header of any table with wells.

    Raises UnreadableError MG130 for a table whose rows are parted by a row without a well.
    """
    heads = [k for k, cells in enumerate(sheet.cells) if _names_wells(cells, dialect)]
    return [
        results_from_rows(sheet, (*sheet.cells[start:end], *[()] * (end < len(sheet.cells))), start, dialect)
        for start, end in itertools.pairwise([*heads, len(sheet.cells)])
        if is_header(sheet.cells[start])
    ]


def _names_wells(cells: Sequence[str], dialect: Dialect) -> bool:
    """Whether a row may head a table of wells: it names their column and holds none (a sample may be called `Well`)."""
    return any(c.casefold() in dialect.columns["well"] for c in cells) and not any(map(well_from_text, cells))


def results_from_rows(sheet: Sheet, rows: Sequence[Row], first: int, dialect: Dialect) -> CqTable:
    """The table whose header is the first of these rows, which stands in row `first` of the sheet (from 0).

    Raises UnreadableError MG130 where wells follow below the row at which it ends, or a result without its well stands
    there: it is broken, not ended.
    """
    columns = columns_from_header(rows[0], dialect.columns)
    last = len(rows) - 1  # of a text without a line break at its end, a row that may be cut off and so is no note
    ends = (
        k
        for k, row in enumerate(rows)
        if k and (_is_end(row, columns, dialect, sheet.is_text) or (k < last and _is_note(row)))
    )
    end = next(ends, len(rows))
    for k in range(end, len(rows)):
        wellless = _lacks_well(rows[k], columns, dialect)
        if wellless or (k > end and _holds_well(rows[k], columns, dialect)):
            at, well = k if wellless else end, columns.get("well", -1)
            seen = _cell(rows[at], well) or "an empty cell"
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(first + at, max(well, 0)), seen=seen)
    unfinished = sheet.is_text and end == len(rows)
    return CqTable(sheet, columns, first + 1, rows[1:end], rows[0], unfinished=unfinished)


def _cell(row: Row, col: int) -> str:
    """A cell of a row, "" beyond its end and for a column that is not there."""
    return row[col] if 0 <= col < len(row) else ""


def _is_end(row: Row, columns: Mapping[str, int], dialect: Dialect, is_text: bool) -> bool:
    """Whether a table ends before this row: it is empty, a line `Key = Value`, or (of a workbook) has no well.

    A row of a text without a well may be cut off, so it is kept, and refused later.
    """
    if not any(row) or _is_line(row, columns, dialect, is_text):
        return True
    return not is_text and not _cell(row, columns.get("well", -1))


def _is_line(row: Row, columns: Mapping[str, int], dialect: Dialect, is_text: bool) -> bool:
    """Whether a row is a line `Key = Value` (in a workbook in two cells), and no well whose sample is `x = y`."""
    if dialect.well(_cell(row, columns.get("well", -1))) or _lacks_well(row, columns, dialect):
        return False
    if _TRAILER.fullmatch(row[0]):
        return True
    filled = [c for c in row if c]
    return len(filled) <= (1 if is_text else 2) and (" = " in filled[0] or filled[0].endswith((" =", ":")))


def _is_note(row: Row) -> bool:
    """Whether a row is one cell of words: a remark below a table, not a row of it."""
    return len(row) == 1 and bool(row[0]) and number_from(row[0], ".") is None and not well_from_text(row[0])


def _holds_well(row: Row, columns: Mapping[str, int], dialect: Dialect) -> bool:
    """Whether a row is one more of the table: a well, and a Cq or (where no Cq is a result too) what the well holds."""
    if "cq" not in columns or not dialect.well(_cell(row, columns.get("well", -1))):
        return False
    return bool(_cell(row, columns["cq"])) or (_is_result("", dialect) and _names(row, columns) > 0)


def _lacks_well(row: Row, columns: Mapping[str, int], dialect: Dialect) -> bool:
    """Whether a row holds a result whose well cell is empty (one well merged over two targets, say)."""
    if not {"well", "cq"} <= columns.keys() or _cell(row, columns["well"]):
        return False
    cq = _cell(row, columns["cq"])
    return _is_result(cq, dialect) and (bool(cq) or _names(row, columns) > 1)


def _is_result(cq: str, dialect: Dialect) -> bool:
    """Whether a cell holds a Cq, or a word for one that was not reached."""
    return dialect.no_cq.get(cq.casefold()) == "undetermined" or any(number_from(cq, m) is not None for m in ".,")


def _names(row: Row, columns: Mapping[str, int]) -> int:
    """How many names of sample, target and task a row holds."""
    return sum(bool(_cell(row, columns.get(name, -1))) for name in ("sample", "target", "task"))


def the_one(found: Mapping[str, CqTable], raw: "RawFile", title: str, first: Sequence[str] = ()) -> CqTable:
    """The table that files.csv names as its `sheet`, else the first of `first` that is there, else the only one.

    Raises UnreadableError MG126 when there is none, MG115 for a name that is not there, MG113 for several.
    """
    if not found:
        raise UnreadableError("MG126", seen="no results table with Cq", title=title)
    preferred = next((name for name in first if name in found), "")
    wanted = raw.sheet.strip() or preferred
    names = [name for name in found if not wanted or name.casefold() == wanted.casefold()]
    if not names:
        raise UnreadableError(
            "MG115", sheet=raw.sheet, seen=raw.sheet, suggestion=suggestion(raw.sheet, [n for n in found if n])
        )
    if len(names) > 1:
        raise UnreadableError("MG113", seen=", ".join(names))
    return found[names[0]]
