"""An account of every line of an export: read as data, understood, not understood, or ignored below the data.

A line that nobody looked at is often the dilution, the unit or the remark that matters; so what was not understood is
listed in the provenance, and notes below the data are named in a notice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mgassay.problems import Problems, listed
from mgassay.readers.grid_checks import heads_grid
from mgassay.readers.reader import Export, Reader
from mgassay.readers.shapes import WELL_HEADERS, PlateGrid, grids_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.text import is_reading
from mgassay.wellnames import well_from_text

if TYPE_CHECKING:
    from mgassay.experiment import RawFile

TABLE_WIDTH, TABLE_ROWS = 4, 3  # so many rows of so many filled cells are a table, not lines of a header
MOST_LINES = 200  # of each kind, so that a file of free text does not fill the provenance
_NAMED = 3
_LONG = 300  # signs of a line that are kept


def account_of(
    content: Content, export: Export, reader: Reader, raw: "RawFile", problems: Problems
) -> Mapping[str, Any]:
    """What was made of a raw file's lines, as plain values; a notice MG135 where notes below the data were ignored."""
    named = set(export.readings["sheet"])
    read = [s for s in content.sheets if s.name in export.used and (s.is_text or s.name in named)]
    kinds: dict[str, list[str]] = {"understood": [], "not_understood": [], "ignored_below": []}
    for sheet in read:
        for kind, line in _lines_of(sheet, export.used[sheet.name], reader):
            kinds[kind].append(line)
    if notes := kinds["ignored_below"]:
        problems.add("MG135", file=raw.file, sheet=raw.sheet, seen=listed(notes, _NAMED, "; "))
    return {
        "file": raw.file,
        "plate": raw.plate,
        "reader": reader.name,
        "encoding": content.encoding,
        "readings": len(export.readings),
        "sheets_not_read": [s.name for s in content.sheets if read and s.name not in (r.name for r in read)],
        **{kind: _at_most(lines) for kind, lines in kinds.items()},
    }


def _lines_of(sheet: Sheet, used: frozenset[int], reader: Reader) -> list[tuple[str, str]]:
    """The lines of a sheet that belong to no table, and notes right of its grids, each with its kind."""
    last = max(used, default=-1)
    grids = grids_in(sheet)
    strays = _strays(sheet, used)
    tables = used | ((_table_rows(sheet) | _grid_rows(grids)) - strays)
    lines = {
        row: (
            _kind(filled[0], row > last or row in strays, reader),
            f"{sheet.place(row)}: {' | '.join(filled)}"[:_LONG],
        )
        for row, cells in enumerate(sheet.cells)
        if row not in tables and (filled := [c for c in cells if c])
    }
    notes = {row: said for row, said in _notes_beside(grids, used, reader) if said}
    return [line for row in sorted({*lines, *notes}) for line in notes.get(row) or [lines[row]]]


def _kind(first: str, below: bool, reader: Reader) -> str:
    """Whether a line was understood, by its first cell."""
    if reader.known.match(first):
        return "understood"
    return "ignored_below" if below else "not_understood"


def _notes_beside(
    grids: Iterable[PlateGrid], used: frozenset[int], reader: Reader
) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """What stands right of the rows of grids that were read and is not understood."""
    for grid in grids:
        for _, row in grid.rows:
            beside = [(col, c) for col, c in enumerate(grid.sheet.cells[row][grid.end :], start=grid.end) if c]
            if row in used and beside:
                places = [(grid.sheet.place(row, col), c) for col, c in beside if not reader.known.match(c)]
                yield row, [("not_understood", f"{place}: {c}"[:_LONG]) for place, c in places]


def _grid_rows(grids: Iterable[PlateGrid]) -> set[int]:
    """The rows of plate grids with their headers, such as a grid of names."""
    return {row for grid in grids for row in (grid.header, *(row for _, row in grid.rows))}


def _table_rows(sheet: Sheet) -> set[int]:
    """Rows that stand in tables of computed values, layouts and the like: several wide rows one after the other."""
    return {row for run in _wide_runs(sheet) if len(run) >= TABLE_ROWS for row in run}


def _wide_runs(sheet: Sheet) -> Iterator[list[int]]:
    """Wide rows one after the other; a row that begins with an empty cell goes on with the row above it."""
    run: list[int] = []
    for row, cells in enumerate((*sheet.cells, ())):
        filled = sum(map(bool, cells))
        if filled >= TABLE_WIDTH or (run and filled and not cells[0]):
            run.append(row)
            continue
        yield run
        run = []


def _strays(sheet: Sheet, used: frozenset[int]) -> set[int]:
    """Rows of values right below rows that were read, or between them, that no header of their own makes a table."""
    strays: set[int] = set()
    below = False
    for row, cells in enumerate(sheet.cells):
        if row in used:
            below = True
        elif not any(cells) or _heads_table(cells):
            below = False
        elif below and any(map(is_reading, cells)):
            strays.add(row)
    return strays


def _heads_table(cells: Sequence[str]) -> bool:
    """Whether a row is the header of a table: of a plate's columns, of a list of wells, or of wells across."""
    listed = any(c.casefold() in WELL_HEADERS for c in cells)
    return listed or heads_grid(cells) or sum(bool(well_from_text(c)) for c in cells) >= TABLE_WIDTH


def _at_most(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]
