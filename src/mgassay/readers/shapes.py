"""The shapes in which readings stand in a sheet: plate grid and list of wells (wells over time are in `courses`).

A value belongs to the well that its labels name (row letter and column number, or the well beside it), never to the
well that its position would suggest. Finders say where values stand; what they are is read in `blocks`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import Sheet
from mgassay.readers.spots import Spot, check_last_line, check_no_more
from mgassay.readers.text import number_from
from mgassay.wellnames import MAX_COLUMNS, MAX_ROWS, PLATE_SHAPES, row_letters, row_number, well_from_text

WELL_HEADERS = ("well", "wells", "well position", "well positions")
_COLUMN = re.compile(r"0?[1-9]|[1-4][0-9]")


@dataclass(frozen=True)
class PlateGrid:
    """A grid with column numbers above and row letters to the left; `rows` pairs letters with sheet rows.

    A letter comes more than once where rows without a letter of their own follow it (Gen5 prints results so).
    """

    sheet: Sheet
    header: int
    left: int  # sheet column of the row letters
    columns: tuple[int, ...]  # the plate's columns, from 1
    rows: tuple[tuple[str, int], ...]

    @property
    def corner(self) -> str:
        """The text above the letters and left of the numbers."""
        return self.sheet.cell(self.header, self.left)

    @property
    def end(self) -> int:
        """The sheet column right of the grid."""
        return self.left + 1 + len(self.columns)

    def label(self, row: int) -> str:
        """The text right of a row of the grid."""
        return self.sheet.cell(row, self.end)

    def check_whole(self) -> None:
        """Raises UnreadableError MG127 when a lettered row of a text ends before its last column: it was cut off."""
        for _, row in self.rows:
            found = len(self.sheet.cells[row]) - self.left - 1
            if self.sheet.is_text and self.sheet.cell(row, self.left) and found < len(self.columns):
                raise UnreadableError(
                    "MG127", place=self.sheet.place(row), seen=f"{found} of {len(self.columns)} values"
                )

    def spots(self, rows: Sequence[tuple[str, int]] | None = None) -> tuple[Spot, ...]:
        """Where the wells of these rows stand (of all rows when not given); refuses a grid that was cut off."""
        self.check_whole()
        chosen = self.rows if rows is None else rows
        return tuple(
            Spot(f"{letter}{column}", row, self.left + 1 + k)
            for letter, row in chosen
            for k, column in enumerate(self.columns)
        )

    def check_width(self) -> None:
        """Raises UnreadableError MG124 when numbers stand right of the last column: decimal commas cut into cells."""
        for _, row in self.rows:
            beyond = self.label(row)
            if beyond and number_from(beyond, ".") is not None:
                raise UnreadableError("MG124", place=self.sheet.place(row, self.end), seen=beyond)


def title_above(sheet: Sheet, row: int, reach: int = 6) -> str:
    """The first filled cell of the nearest filled row above, within `reach` rows."""
    for above in range(row - 1, max(-1, row - 1 - reach), -1):
        if filled := [c for c in sheet.cells[above] if c]:
            return filled[0]
    return ""


def nearest_above(sheet: Sheet, row: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The match of the nearest cell above that a pattern matches whole."""
    for above in range(row - 1, -1, -1):
        for cell in sheet.cells[above]:
            if cell and (match := pattern.fullmatch(cell)):
                return match
    return None


def grids_in(sheet: Sheet, *, continued: bool = False) -> list[PlateGrid]:
    """All plate grids of a sheet, of any plate from 6 to 1,536 wells, whole or in part.

    `continued`: rows without a letter belong to the letter above them.
    """
    grids: list[PlateGrid] = []
    row = 0
    while row < len(sheet.cells):
        grid = _grid_at(sheet, row, continued)
        if grid:
            grids.append(grid)
        row = grid.rows[-1][1] + 1 if grid else row + 1
    return grids


def column_run(cells: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """Where the longest run of consecutive column numbers starts in a row, and the numbers; None below two."""
    best: tuple[int, tuple[int, ...]] | None = None
    start = 0
    while start < len(cells):
        run: list[int] = []
        while start + len(run) < len(cells) and _continues(run, cells[start + len(run)]):
            run.append(int(cells[start + len(run)]))
        if len(run) >= 2 and (best is None or len(run) > len(best[1])):
            best = start, tuple(run)
        start += max(1, len(run))
    return best


def _continues(run: Sequence[int], cell: str) -> bool:
    """Whether a cell is the next column number of a run."""
    return bool(_COLUMN.fullmatch(cell)) and int(cell) <= MAX_COLUMNS and (not run or int(cell) == run[-1] + 1)


def _grid_at(sheet: Sheet, header: int, continued: bool) -> PlateGrid | None:
    """The grid whose column numbers stand in this row, if any."""
    run = column_run(sheet.cells[header])
    if run is None or run[0] == 0:
        return None
    left = run[0] - 1
    rows = tuple(_lettered_rows(sheet, header + 1, left, continued))
    return PlateGrid(sheet, header, left, run[1], rows) if rows else None


def _lettered_rows(sheet: Sheet, start: int, left: int, continued: bool) -> Iterator[tuple[str, int]]:
    """Letters and sheet rows of a grid, until a row that is none of it; letters only go up."""
    letter = ""
    for row in range(start, len(sheet.cells)):
        cell = sheet.cell(row, left)
        if 0 <= row_number(cell) < MAX_ROWS and (not letter or row_number(cell) > row_number(letter)):
            letter = cell.upper()
        elif not (continued and letter and not any(sheet.cells[row][: left + 1]) and any(sheet.cells[row])):
            return
        yield letter, row


def bare_grid_in(sheet: Sheet, is_value: Callable[[str], bool]) -> PlateGrid | None:
    """A whole plate of values without row letters, if that is all the sheet's numbers; column numbers may stand above.

    `is_value` tells a value from other text. Rows are then A, B, ... from the top: the caller has to say so.
    """
    filled = [(r, cells) for r, cells in enumerate(sheet.cells) if sum(map(bool, cells)) >= 2]
    if not filled or not all(any(map(is_value, cells)) for _, cells in filled):
        return None
    first, cells = filled[0]
    run = column_run(cells)
    headed = run is not None and len(run[1]) == sum(map(bool, cells)) and run[1][0] == 1
    body = filled[1:] if headed else filled
    left = (run[0] if run and headed else next(i for i, c in enumerate(cells) if c)) - 1
    return _whole_plate(sheet, [r for r, _ in body], left, header=first if headed else -1, is_value=is_value)


def _whole_plate(
    sheet: Sheet, rows: Sequence[int], left: int, *, header: int, is_value: Callable[[str], bool]
) -> PlateGrid | None:
    """The rows as a plate, if they are consecutive, equally wide, hold nothing else and make one of the formats."""
    width = next((shape[1] for shape in PLATE_SHAPES if shape[0] == len(rows)), 0)
    whole = all(
        all(map(is_value, sheet.cells[r][left + 1 : left + 1 + width]))
        and sum(map(bool, sheet.cells[r])) == width == len([c for c in sheet.cells[r][left + 1 :] if c])
        for r in rows
    )
    if not width or not whole or rows[-1] - rows[0] + 1 != len(rows):
        return None
    lettered = tuple((row_letters(k), r) for k, r in enumerate(rows))
    return PlateGrid(sheet, header, left, tuple(range(1, width + 1)), lettered)


@dataclass(frozen=True)
class WellList:
    """A table with one row per well."""

    sheet: Sheet
    header: int
    rows: tuple[tuple[str, int], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The header's cells."""
        return self.sheet.cells[self.header]

    def spots(self, col: int) -> tuple[Spot, ...]:
        """Where the wells' values stand in one column; refuses a text that was cut off before the last of them."""
        check_last_line(self.sheet, self.rows[-1][1], col)
        for _, row in self.rows:
            check_no_more(self.sheet, row, len(self.names))
        return tuple(Spot(well, row, col) for well, row in self.rows)


def well_lists_in(
    sheet: Sheet, well_headers: Sequence[str] = WELL_HEADERS, *, lines_between: int = 0
) -> list[WellList]:
    """All lists of wells of a sheet; each ends at the first row without a well.

    `lines_between`: so many lines may stand between header and wells (times, temperatures) without a well of theirs.
    Raises UnreadableError MG130 when more wells follow below that row: the list is broken, not ended.
    """
    lists = []
    for header, cells in enumerate(sheet.cells):
        col = next((i for i, c in enumerate(cells) if c.casefold() in well_headers), None)
        if col is None:
            continue
        start = header + 1
        while start <= header + lines_between and not sheet.cell(start, col):
            start += 1
        if rows := tuple(_listed_wells(sheet, start, col, well_headers)):
            lists.append(WellList(sheet, header, rows))
    return lists


def _listed_wells(sheet: Sheet, start: int, col: int, well_headers: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Wells and sheet rows below a header."""
    broken = -1
    for row in range(start, len(sheet.cells)):
        cell = sheet.cell(row, col)
        well = well_from_text(cell)
        if cell.casefold() in well_headers:
            return
        if well and broken >= 0:
            seen = sheet.cell(broken, col) or "an empty cell"
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(broken, col), seen=seen)
        if well:
            yield well, row
        elif broken < 0:
            broken = row
