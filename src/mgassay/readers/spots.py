"""Where the values of wells stand in a sheet, and the refusal of rows in which cells have moved."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import is_reading

MOST_TABLES = 2000  # in one sheet; a kinetic run of a day has a few hundred grids
_SHOWN = 60
_LIKELY = "an empty column within the plate, a second plate or a column of means beside it"
_MEND = "Have no empty column within the plate, and neither a second plate nor means beside it"
_CUT = "decimal commas that were cut into cells"
_MEND_CUT = "Export with decimal points, or with semicolons or tabs between the cells."


class Spot(NamedTuple):
    """A well and where in the sheet its value stands, counted from 0."""

    well: str
    row: int
    col: int


def beyond(sheet: Sheet, row: int, col: int, head: str = "") -> UnreadableError:
    """The refusal MG124 of a cell right of a table; `head` is what stands above its column."""
    cell = sheet.cell(row, col)
    likely, mend = (f"{_CUT}, {_LIKELY}", f"{_MEND_CUT} {_MEND}") if sheet.is_text else (_LIKELY, _MEND)
    return UnreadableError(
        "MG124",
        sheet=sheet.name,
        place=sheet.place(row, col),
        seen=f"{head}: {cell}" if head else cell,
        likely=likely,
        mend=mend,
    )


def interrupted(sheet: Sheet, row: int, first: int) -> UnreadableError:
    """The refusal MG168 of a table that ends at a row though rows of it follow, the first of them at `first`."""
    cells = " | ".join(c for c in sheet.cells[row] if c)[:_SHOWN]
    seen = f"“{cells}”" if cells else "an empty row"
    return UnreadableError("MG168", sheet=sheet.name, place=sheet.place(row), seen=seen, following=sheet.place(first))


def check_count(count: int) -> None:
    """Raises UnreadableError MG106 for more tables in one sheet than any instrument writes."""
    if count > MOST_TABLES:
        raise UnreadableError("MG106", seen="thousands of tables", limit=f"{MOST_TABLES:,}")


def check_last_line(sheet: Sheet, row: int, col: int) -> None:
    """Raises UnreadableError MG127 when a text's last line, without a line break, ends before a column."""
    if sheet.is_text and row == len(sheet.cells) - 1 and len(sheet.cells[row]) <= col:
        raise UnreadableError("MG127", place=sheet.place(row), seen="fewer cells than the rows above it")


def check_no_more(sheet: Sheet, row: int, end: int) -> None:
    """Raises UnreadableError MG124 when readings stand right of a text's table: decimal commas cut into cells."""
    beside = next((k for k in range(end, len(sheet.cells[row])) if is_reading(sheet.cells[row][k])), -1)
    if sheet.is_text and beside >= 0:
        raise beyond(sheet, row, beside)


def check_row(sheet: Sheet, row: int, end: int, last: int) -> None:
    """Refuses a row of a text with readings right of its table (MG124), or that ends before column `last` (MG127)."""
    check_no_more(sheet, row, end)
    if sheet.is_text and len(sheet.cells[row]) <= last:
        raise UnreadableError("MG127", place=sheet.place(row), seen="fewer cells than the header")


def check_same_length(sheet: Sheet, rows: Iterable[int], left: int, end: int | None = None) -> None:
    """Raises UnreadableError MG127 when a text's row has fewer cells than others and its last reading is before theirs.

    A cell was lost there, and all values behind it have moved. Only cells from column `left` to `end` are looked at.
    """
    lengths = {row: len(sheet.cells[row]) for row in rows}
    if not sheet.is_text or len(set(lengths.values())) < 2:
        return
    lasts = {row: _last_reading(sheet.cells[row][:end], left) for row in lengths}
    read = [row for row, last in lasts.items() if last >= 0]
    longest, last = (max((of[row] for row in read), default=0) for of in (lengths, lasts))
    short = next((row for row in read if lasts[row] < last and lengths[row] < longest), None)
    if short is not None:
        raise UnreadableError("MG127", place=sheet.place(short), seen="fewer cells than other rows")


def _last_reading(cells: Sequence[str], left: int) -> int:
    """The column of the last reading in a row, from column `left` on; -1 for none."""
    return next((k for k in range(len(cells) - 1, left - 1, -1) if is_reading(cells[k])), -1)
