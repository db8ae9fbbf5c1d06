"""Where the values of wells stand in a sheet."""

from collections.abc import Iterable
from typing import NamedTuple

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import number_from


class Spot(NamedTuple):
    """A well and where in the sheet its value stands, counted from 0."""

    well: str
    row: int
    col: int


def check_last_line(sheet: Sheet, row: int, col: int) -> None:
    """Raises UnreadableError MG127 when a text's last line, without a line break, ends before a column."""
    if sheet.is_text and row == len(sheet.cells) - 1 and len(sheet.cells[row]) <= col:
        raise UnreadableError("MG127", place=sheet.place(row), seen="fewer cells than the rows above it")


def check_no_more(sheet: Sheet, row: int, end: int) -> None:
    """Raises UnreadableError MG124 when numbers stand right of a text's table: decimal commas cut into cells."""
    beyond = next(
        (k for k in range(end, len(sheet.cells[row])) if number_from(sheet.cells[row][k], ".") is not None), -1
    )
    if sheet.is_text and beyond >= 0:
        raise UnreadableError("MG124", place=sheet.place(row, beyond), seen=sheet.cells[row][beyond])


def check_same_length(sheet: Sheet, rows: Iterable[int], left: int) -> None:
    """Raises UnreadableError MG127 when a text's row has fewer cells than others and ends before their last value.

    A cell was lost there, and all values behind it have moved. Only cells from column `left` on are values.
    """
    ends = {row: max(at) for row in rows if (at := [k for k, c in enumerate(sheet.cells[row]) if c and k >= left])}
    longest, last = max((len(sheet.cells[row]) for row in ends), default=0), max(ends.values(), default=0)
    short = next((row for row, end in ends.items() if end < last and len(sheet.cells[row]) < longest), None)
    if sheet.is_text and short is not None:
        raise UnreadableError("MG127", place=sheet.place(short), seen="fewer cells than other rows")
