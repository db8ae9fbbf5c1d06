"""What heads a plate grid, and what must not stand beside it or amid its rows: such values would be lost or moved."""

import re
from collections.abc import Sequence

from mgassay.readers.sheets import Sheet
from mgassay.readers.spots import beyond, interrupted
from mgassay.readers.text import is_reading
from mgassay.wellnames import MAX_COLUMNS, MAX_ROWS, PLATE_SHAPES, row_letters, row_number

_LAST_COLUMNS = {str(columns) for _, columns in PLATE_SHAPES}
_ROWS = {rows for rows, _ in PLATE_SHAPES}
_COLUMN = re.compile(r"0?[1-9]|[1-4][0-9]")


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


def is_row_letter(cell: str) -> bool:
    """Whether a cell names a row of a plate."""
    return 0 <= row_number(cell) < MAX_ROWS


def heads_grid(cells: Sequence[str]) -> bool:
    """Whether a row holds column numbers as a header does, not as readings right of a row's letter."""
    run = column_run(cells)
    return run is not None and run[0] > 0 and not is_row_letter(cells[run[0] - 1])


def _is_name(header: str) -> bool:
    """Whether a header is a word, not the number of a column."""
    return bool(header) and not is_reading(header)


def check_header(sheet: Sheet, header: int, left: int, columns: Sequence[int]) -> None:
    """Raises UnreadableError MG124 when column numbers go on behind a gap, or stand left of the grid's letters too."""
    cells = sheet.cells[header] if header >= 0 else ()
    after = range(left + 1 + len(columns), len(cells))
    gap = next((k for k in after if _COLUMN.fullmatch(cells[k]) and int(cells[k]) == columns[-1] + 1), None)
    if gap is None and sheet.is_text:  # a lost line break puts the first row behind the numbers
        behind = [k for k in after if is_reading(cells[k])]
        gap = next((k for k in behind if not _COLUMN.fullmatch(cells[k])), None)
    if gap is not None:
        raise beyond(sheet, header, gap)
    if left > 0 and (run := column_run(cells[:left])):
        raise beyond(sheet, header, run[0])


def check_beside(sheet: Sheet, header: int, end: int, rows: Sequence[int], labels: re.Pattern[str]) -> None:
    """Raises UnreadableError MG124 for readings right of a grid, but for labels in the column right behind it.

    In a workbook no cell can have moved, so a column with a name of its own (`Mean`, `SD`) beside a whole plate is the
    lab's and left alone.
    """
    whole = header >= 0 and not sheet.is_text and sheet.cell(header, end - 1).lstrip("0") in _LAST_COLUMNS
    own = {col for col, name in enumerate(sheet.cells[header]) if _is_name(name)} if whole else set()
    for row in rows:
        for col, cell in enumerate(sheet.cells[row][end:], start=end):
            if is_reading(cell) and col not in own and not (col == end and labels.fullmatch(cell)):
                raise beyond(sheet, row, col, sheet.cell(header, col))


def check_not_interrupted(sheet: Sheet, last: tuple[str, int], left: int, columns: Sequence[int]) -> None:
    """Raises UnreadableError MG168 when rows with a letter and readings follow the last row of a grid.

    They belong to it unless a header of column numbers stands between; so does a row `H*` right below row G. `last`
    holds the last row's letter and number.
    """
    end = left + 1 + len(columns)
    letter, below = row_letters(row_number(last[0]) + 1), last[1] + 1
    if re.sub(r"[\W\d_]", "", sheet.cell(below, left)).upper() == letter:
        if not is_row_letter(sheet.cell(below, left)) and _mostly_readings(sheet.cells[below][left + 1 : end]):
            raise interrupted(sheet, below, below)
    own = _column_numbers(columns)
    # Right below the last row: one more row of a part of a plate, or a value that was pushed out of the plate.
    nameless, cells = not sheet.cell(below, left), sheet.cell_row(below)
    values = cells[left + 1 : end]
    if any(map(is_reading, values)) and not heads_grid(cells) and _column_numbers(values) != own:
        if nameless or (row_number(last[0]) + 1 not in _ROWS and _mostly_readings(values)):
            raise interrupted(sheet, below, below)
    for row in range(below, len(sheet.cells)):
        cells = sheet.cells[row]
        if _column_numbers(cells[left + 1 : end]) == own:
            return
        if is_row_letter(sheet.cell(row, left)) and _mostly_readings(cells[left + 1 : end]):
            raise interrupted(sheet, below, row)
        if heads_grid(cells):
            return


def _column_numbers(cells: Sequence[object]) -> tuple[str, ...]:
    """Column numbers without the zeros before them."""
    return tuple(str(cell).lstrip("0") for cell in cells)


def _mostly_readings(cells: Sequence[str]) -> bool:
    """Whether at least half the filled cells are readings."""
    filled = [c for c in cells if c]
    return bool(filled) and 2 * sum(map(is_reading, filled)) >= len(filled)
