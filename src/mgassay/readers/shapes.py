"""The shapes in which readings stand in a sheet: plate grid and list of wells (wells over time are in `courses`).

A value belongs to the well that its labels name (row letter and column number, or the well beside it), never to the
well that its position would suggest. Finders say where values stand; what they are is read in `blocks`.
"""

import bisect
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mgassay.errors import UnreadableError
from mgassay.readers.grid_checks import (
    check_beside,
    check_header,
    check_not_interrupted,
    column_run,
    is_row_letter,
)
from mgassay.readers.sheets import Sheet
from mgassay.readers.spots import Spot, check_count, check_last_line, check_no_more, check_same_length
from mgassay.wellnames import PLATE_SHAPES, row_letters, row_number, well_from_text

WELL_HEADERS = ("well", "wells", "well position", "well positions")
_NO_LABEL = re.compile("(?!)")


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
    labels: re.Pattern[str] = _NO_LABEL  # of what may stand right of a row

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

    def check_surroundings(self) -> None:
        """Raises UnreadableError MG124 for readings beside the grid, MG168 for rows of it below another row."""
        check_header(self.sheet, self.header, self.left, self.columns)
        check_beside(self.sheet, self.header, self.end, [row for _, row in self.rows], self.labels)
        if self.header >= 0:
            check_not_interrupted(self.sheet, self.rows[-1], self.left, self.columns)

    @functools.cached_property
    def _checked(self) -> bool:
        """True; raises UnreadableError for a grid in which cells were lost or moved, or that lost rows."""
        self.check_surroundings()
        self.check_whole()
        check_same_length(self.sheet, [row for _, row in self.rows], self.left + 1, self.end)
        return True

    def spots(self, rows: Sequence[tuple[str, int]] | None = None) -> tuple[Spot, ...]:
        """Where the wells of these rows stand (of all rows when not given).

        Refuses a grid that was cut off or interrupted, in which cells have moved or beside which readings stand.
        """
        chosen = self.rows if self._checked and rows is None else rows or ()
        return tuple(
            Spot(f"{letter}{column}", row, self.left + 1 + k)
            for letter, row in chosen
            for k, column in enumerate(self.columns)
        )


def title_above(sheet: Sheet, row: int, reach: int = 6) -> str:
    """The first filled cell of the nearest filled row above, within `reach` rows."""
    for above in range(row - 1, max(-1, row - 1 - reach), -1):
        if filled := [c for c in sheet.cells[above] if c]:
            return filled[0]
    return ""


def rows_with(sheet: Sheet, pattern: re.Pattern[str]) -> list[tuple[int, re.Match[str]]]:
    """The rows in which a cell is matched whole by a pattern, with the match of the first such cell."""
    found = (
        (row, next((m for c in cells if c and (m := pattern.fullmatch(c))), None))
        for row, cells in enumerate(sheet.cells)
    )
    return [(row, match) for row, match in found if match]


def nearest_above(found: Sequence[tuple[int, re.Match[str]]], row: int) -> re.Match[str] | None:
    """The last of the matches above a row."""
    at = bisect.bisect_left(found, row, key=lambda pair: pair[0])
    return found[at - 1][1] if at else None


def grids_in(sheet: Sheet, *, continued: bool = False, labels: re.Pattern[str] = _NO_LABEL) -> list[PlateGrid]:
    """All plate grids of a sheet, of any plate from 6 to 1,536 wells, whole or in part.

    `continued`: rows without a letter belong to the letter above them; `labels` may stand right of a row.
    Raises UnreadableError MG106 for more grids than any instrument writes.
    """
    grids: list[PlateGrid] = []
    row = 0
    while row < len(sheet.cells):
        grid = _grid_at(sheet, row, continued, labels)
        if grid:
            grids.append(grid)
            check_count(len(grids))
        row = grid.rows[-1][1] + 1 if grid else row + 1
    return grids


def _grid_at(sheet: Sheet, header: int, continued: bool, labels: re.Pattern[str]) -> PlateGrid | None:
    """The grid whose column numbers stand in this row, if any."""
    run = column_run(sheet.cells[header])
    if run is None or run[0] == 0:
        return None
    left = run[0] - 1
    rows = tuple(_lettered_rows(sheet, header + 1, left, continued))
    return PlateGrid(sheet, header, left, run[1], rows, labels) if rows else None


def _lettered_rows(sheet: Sheet, start: int, left: int, continued: bool) -> Iterator[tuple[str, int]]:
    """Letters and sheet rows of a grid, until a row that is none of it; letters only go up."""
    letter = ""
    for row in range(start, len(sheet.cells)):
        cell = sheet.cell(row, left)
        if is_row_letter(cell) and (not letter or row_number(cell) > row_number(letter)):
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

    @functools.cached_property
    def _checked(self) -> bool:
        """True; raises UnreadableError for a list of a text in which cells were lost or moved."""
        for _, row in self.rows:
            check_no_more(self.sheet, row, len(self.names))
        check_same_length(self.sheet, [row for _, row in self.rows], 0)
        return True

    def spots(self, col: int) -> tuple[Spot, ...]:
        """Where the wells' values stand in one column; refuses a text that was cut off or in which cells have moved."""
        if self._checked:
            check_last_line(self.sheet, self.rows[-1][1], col)
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
            check_count(len(lists))
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
