"""Where the results tables of qPCR programs stand in a sheet, and which of several is meant."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import suggestion
from mgassay.readers.cq_tables import CqTable, Dialect, columns_from_header
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import number_from
from mgassay.wellnames import well_from_text

Row = tuple[str, ...]


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
    """Whether a row may head a table of wells, by a name of the column of wells among its cells."""
    return any(c.casefold() in dialect.columns["well"] for c in cells)


def results_from_rows(sheet: Sheet, rows: Sequence[Row], first: int, dialect: Dialect) -> CqTable:
    """The table whose header is the first of these rows, which stands in row `first` of the sheet (from 0).

    Raises UnreadableError MG130 where wells follow below the row at which it ends: it is broken, not ended.
    """
    columns = columns_from_header(rows[0], dialect.columns)
    well = columns.get("well", -1)
    last = len(rows) - 1  # of a text without a line break at its end, a row that may be cut off and so is no note
    ends = (
        k for k, row in enumerate(rows) if k and (_is_end(row, well, sheet.is_text) or (k < last and _is_note(row)))
    )
    end = next(ends, len(rows))
    more = next((k for k in range(end + 1, len(rows)) if _holds_well(rows[k], columns, dialect)), None)
    if more is not None:
        seen = (rows[end][well] if well < len(rows[end]) else "") or "an empty cell"
        raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(first + end, max(well, 0)), seen=seen)
    unfinished = sheet.is_text and end == len(rows)
    return CqTable(sheet, columns, first + 1, rows[1:end], rows[0], unfinished=unfinished)


def _is_end(row: Row, well: int, is_text: bool) -> bool:
    """Whether a table ends before this row: it is empty, a line `Key = Value`, or (of a workbook) has no well.

    A row of a text without a well may be cut off, so it is kept, and refused later.
    """
    filled = [c for c in row if c]
    if not filled or " = " in filled[0] or filled[0].endswith((" =", ":")):
        return True
    return not is_text and not (0 <= well < len(row) and row[well])


def _is_note(row: Row) -> bool:
    """Whether a row is one cell of words: a remark below a table, not a row of it."""
    return len(row) == 1 and bool(row[0]) and number_from(row[0], ".") is None and not well_from_text(row[0])


def _holds_well(row: Row, columns: Mapping[str, int], dialect: Dialect) -> bool:
    """Whether a row is one more of the table: a well, and something in the column of Cq."""
    well, cq = columns.get("well", -1), columns.get("cq", -1)
    return 0 <= max(well, cq) < len(row) and well >= 0 and bool(row[cq] and dialect.well(row[well]))


def the_one(found: Mapping[str, CqTable], raw: RawFile, title: str, first: Sequence[str] = ()) -> CqTable:
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
