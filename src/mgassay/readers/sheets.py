"""Sheets of cells: one kind for workbooks and for text, so that the same finders work on both."""

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import overload

from mgassay.readers.text import cells_from_line, separator_of

OPENING = 60  # rows of each sheet that show whose export it is

_DAY_ZERO, _YEAR_ONE = dt.datetime(1899, 12, 31), dt.datetime(1901, 1, 1)

Row = tuple[str, ...]
Cells = Sequence[Row]


class Rows(Sequence[Row]):
    """The rows of a worksheet, read when they are asked for; a workbook may hold raw data that nobody looks at.

    `load(n)` gives the first n rows, all of them for None. Raises what `load` raises.
    """

    def __init__(self, load: Callable[[int | None], tuple[Row, ...]]) -> None:
        self._load, self._asked = load, 0
        self._first: tuple[Row, ...] = ()
        self._all: tuple[Row, ...] | None = None

    def _whole(self) -> tuple[Row, ...]:
        """All rows."""
        if self._all is None:
            self._all = self._load(None)
        return self._all

    def _head(self, count: int) -> tuple[Row, ...]:
        """The first rows."""
        if self._all is None and count > self._asked:
            self._first, self._asked = self._load(count), count
        return self._first if self._all is None else self._all

    def __len__(self) -> int:
        return len(self._whole())

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Cells: ...
    def __getitem__(self, at: int | slice) -> Row | Cells:
        if isinstance(at, slice) and at.start is None and at.step is None and at.stop is not None and at.stop >= 0:
            return self._head(at.stop)[at]
        return self._whole()[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._whole() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._whole())


@dataclass(frozen=True)
class Marks:
    """What a workbook's sheet shows of itself beside its cells.

    `merged` are ranges such as `C5:D6`, of which only the first cell holds anything. Rows and columns count from 0.
    """

    merged: tuple[str, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


UNMARKED = Marks()


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or all of a text file (then `separator` is set and the name is empty)."""

    name: str
    cells: Cells
    separator: str = ""
    is_text: bool = False
    marks: Marks = UNMARKED
    row_name: str = ""  # what a row is called where it is neither a line of text nor a row of a workbook

    def cell(self, row: int, col: int) -> str:
        """The text of a cell counted from 0, "" beyond the end of its row."""
        line = self.cells[row] if 0 <= row < len(self.cells) else ()
        return line[col] if 0 <= col < len(line) else ""

    def cell_row(self, row: int) -> Row:
        """The cells of a row counted from 0, none beyond the last."""
        return self.cells[row] if 0 <= row < len(self.cells) else ()

    def place(self, row: int, col: int | None = None) -> str:
        """Where a cell stands, as the lab finds it again: `C7`, `row 7`, `line 12`, `line 12, column 3`."""
        if self.row_name:
            return f"{self.row_name} {row + 1}"
        if self.is_text:
            return f"line {row + 1}" if col is None else f"line {row + 1}, column {col + 1}"
        return f"row {row + 1}" if col is None else f"{column_letters(col)}{row + 1}"


@dataclass(frozen=True)
class Content:
    """All that a raw file holds; `text` is empty for a workbook, `workbook` for a text file, both for RDML (`xml`)."""

    file: str
    text: str = ""
    workbook: tuple[Sheet, ...] = ()
    encoding: str = ""  # of a text
    xml: bytes = b""  # an RDML document, unpacked
    raw: bytes = b""  # the whole file, for a reader that wants nothing else

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


def column_number(letters: str) -> int:
    """A spreadsheet's column, counted from 0, from its letters.

    >>> column_number("A"), column_number("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def sheet_from_lines(lines: Iterable[str], separator: str) -> Sheet:
    """A text's lines as one sheet."""
    cells = tuple(cells_from_line(line, separator) for line in lines)
    return Sheet(name="", cells=cells, separator=separator, is_text=True)


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
        seconds, millis = divmod(round(value.total_seconds() * 1000), 1000)  # Excel keeps no finer than milliseconds
        clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return f"{clock}.{millis:03}".rstrip("0") if millis else clock
    if isinstance(value, dt.datetime) and value < _YEAR_ONE:  # the hours of a long run, in Excel a day of January 1900
        return text_from_value(value - _DAY_ZERO)
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)
