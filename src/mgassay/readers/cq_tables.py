"""Results tables of qPCR programs, one row per well and target, and what differs between the programs.

That (names of columns, words for no Cq, codes of tasks) is their `Dialect`; `cq_readings` makes readings of a table.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import decimal_mark, status_of
from mgassay.units import plain
from mgassay.wellnames import well_from_text

CQ = ("ct", "cq", "cp", "crt", "c(t)", "cq/ct", "crossing point")
# A spreadsheet writes truth in its own language when an export is saved from it.
YES = frozenset({"true", "yes", "1", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"})
NO = frozenset({"false", "no", "0", "falsch", "faux", "falso", "onwaar"})
# In a column of that very meaning, a lab's own word or cross says yes as well.
OMITTED = YES | {"omitted", "omit", "excluded", "filtered", "x"}
NOT_OMITTED = NO | {""}
# What the tasks that programs give to wells make of a well: its role.
TASKS = {
    "": "sample", "unknown": "sample", "unkn": "sample",
    "target": "sample", "endogenous control": "sample",  # SDS says so of the detector, not of the well
    "ntc": "ntc", "no template control": "ntc",
    "nrt": "nrt", "nac": "nrt", "no rt": "nrt", "no rt control": "nrt",
    "standard": "standard", "std": "standard",
}  # fmt: skip

Column = list[str]


def as_read(text: str) -> str:
    """A text as it is."""
    return text


@dataclass(frozen=True)
class Dialect:
    """How one program writes its results.

    `columns`: spellings of each column, in `column_name`'s spelling, the best first. `no_cq`: what the words in place
    of a Cq mean (`undetermined`, `missing`), in lower case. `left_out`, `kept`: words of the column `omit` that leave a
    well out, or do not; `known`: all words that other columns may hold. `task` turns the program's code of a well's
    content into a task; `well` its way to write a well into a well.
    """

    title: str
    columns: Mapping[str, tuple[str, ...]]
    no_cq: Mapping[str, str]
    left_out: frozenset[str] = OMITTED
    kept: frozenset[str] = NOT_OMITTED
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    task: Callable[[str], str] = as_read
    well: Callable[[str], str] = well_from_text


@dataclass(frozen=True)
class CqTable:
    """A results table: `rows` are its cells, the first of them in row `start` of the sheet (from 0).

    Sheets are given for their name and places only; their cells may be empty where only the table was cut into cells.
    `unfinished`: the last row is the last line of a text that does not end with a line break.
    """

    sheet: Sheet
    columns: Mapping[str, int]
    start: int
    rows: Sequence[tuple[str, ...]]
    header: Sequence[str] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)  # of columns that stand above the table, not in it
    unfinished: bool = False

    def column(self, name: str) -> Column:
        """A column's cells; its default, or empty, where the table has no such column."""
        col = self.columns.get(name, -1)
        if col < 0:
            return [self.defaults.get(name, "")] * len(self.rows)
        return list(self._across[col]) if col < len(self._across) else [""] * len(self.rows)

    @functools.cached_property
    def _across(self) -> list[tuple[str, ...]]:
        """The cells column by column, short rows filled up: many columns are asked for, and rows may be many."""
        return list(itertools.zip_longest(*self.rows, fillvalue=""))

    @functools.cached_property
    def mark(self) -> str:
        """The decimal mark of its Cq; raises UnreadableError MG121 where a comma may mean two things."""
        numbers = (t for t in dict.fromkeys(self.column("cq")) if status_of(t)[0] == "ok")
        try:
            return decimal_mark(numbers, may_be_thousands=False)  # no run has thousands of cycles
        except UnreadableError as bad:
            row = self.start + self.column("cq").index(bad.seen)
            place = self.sheet.place(row, self.columns["cq"])
            raise UnreadableError("MG121", sheet=self.sheet.name, place=place, seen=bad.seen) from bad

    @property
    def used(self) -> dict[str, frozenset[int]]:
        """The rows of the sheet that the table covers, its header among them."""
        return {self.sheet.name: frozenset(range(self.start - 1, self.start + len(self.rows)))}


def column_name(header: str) -> str:
    """A header's name in one spelling: lower case, the Cyrillic т of `Cт` as t.

    >>> column_name("Cт"), column_name("Well  Position")
    ('ct', 'well position')
    """
    return " ".join(plain(header).casefold().replace("т", "t").replace("с", "c").split())


def columns_from_header(cells: Iterable[str], spellings: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Where the columns that are read stand; of names that come twice the first counts."""
    at: dict[str, int] = {}
    for col, cell in enumerate(cells):
        at.setdefault(column_name(cell), col)
    found = {name: next((at[s] for s in known if s in at), -1) for name, known in spellings.items()}
    return {name: col for name, col in found.items() if col >= 0}
