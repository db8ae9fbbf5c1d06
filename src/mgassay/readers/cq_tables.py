"""Results tables of qPCR programs: one row per well and target -> RAW_READINGS.

What differs between programs (names of columns, words for no Cq, codes of tasks) is their `Dialect`; everything else is
here once. Whole columns are read at once: a run may hold tens of thousands of rows.
"""

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import decimal_mark, is_excel_date, number_from, quantity_from, status_of
from mgassay.units import plain
from mgassay.wellnames import well_from_text

CQ = ("ct", "cq", "cp", "crt", "c(t)", "cq/ct", "crossing point")
# A spreadsheet writes truth in its own language when an export is saved from it.
YES = frozenset({"true", "yes", "1", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"})
NO = frozenset({"false", "no", "0", "falsch", "faux", "falso", "onwaar"})
_MISPLACED = {"date": "MG122", "formula": "MG123"}
_NAMES = ("sample", "target", "task")

Column = list[str]


def as_read(text: str) -> str:
    """A text as it is."""
    return text


@dataclass(frozen=True)
class Dialect:
    """How one program writes its results.

    `columns`: spellings of each column, in `column_name`'s spelling, the best first. `no_cq`: what the words in place
    of a Cq mean (`undetermined`, `missing`), in lower case. `left_out`: words of the column `omit` that leave a well
    out. `task` turns the program's code of a well's content into a task; `well` its way to write a well into a well.
    """

    title: str
    columns: Mapping[str, tuple[str, ...]]
    no_cq: Mapping[str, str]
    left_out: frozenset[str] = YES
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
        return [row[col] if col < len(row) else "" for row in self.rows]

    @functools.cached_property
    def mark(self) -> str:
        """The decimal mark of its Cq; raises UnreadableError MG121 where a comma may mean two things."""
        numbers = (t for t in dict.fromkeys(self.column("cq")) if status_of(t)[0] == "ok")
        return decimal_mark(numbers, may_be_thousands=False)  # no run has thousands of cycles

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


def readings_from_table(
    table: CqTable,
    dialect: Dialect,
    raw: RawFile,
    problems: Problems,
    cycles_of: Callable[[list[float], npt.NDArray[np.float64]], int | None],
) -> pd.DataFrame:
    """RAW_READINGS of a results table; rows without sample, target, task and number are empty wells, left out.

    A Cq stays as read where the well was omitted. `cycles_of` says from the baselines' ends and all Cq how many cycles
    were run. Raises UnreadableError when a column is absent, a well is none or comes twice, or commas are ambiguous.
    """
    _check_columns(table, dialect)
    tokens = table.column("cq")
    mark = table.mark
    said = {token: _cq_from(token, mark, dialect) for token in dict.fromkeys(tokens)}
    value = np.array([said[t][1] for t in tokens], dtype=float)
    tasks = {text: dialect.task(text) for text in dict.fromkeys(table.column("task"))}
    filled = _filled(table, dialect)
    ends = [n for t in dict.fromkeys(table.column("baseline_end")) if (n := number_from(t, mark)) is not None]
    if mark == ",":
        problems.add("MG128", file=raw.file)
    frame = pd.DataFrame(
        {
            "file": raw.file,
            "sheet": table.sheet.name,
            "place": [table.sheet.place(table.start + k, table.columns["cq"]) for k in range(len(tokens))],
            "plate": raw.plate,
            "well": _wells(table, filled, dialect),
            "channel": table.column("target"),
            "read_index": 0,
            "value": value,
            "status": _statuses(table, [said[t][0] for t in tokens], dialect),
            "raw": tokens,
            "sample": table.column("sample"),
            "task": [tasks[t] for t in table.column("task")],
            "quantity": _quantities(table, dialect, raw, problems),
            "cycles": cycles_of(ends, value),
        }
    )[filled]
    _report_misplaced(frame, raw, problems)
    _report_dates(table, raw, problems)
    _check_once(frame)
    return tables.RAW_READINGS.frame(
        frame.assign(status=frame["status"].replace(["date", "formula", "unknown"], "missing"))
    )


def _check_columns(table: CqTable, dialect: Dialect) -> None:
    """Raises UnreadableError MG133 for an absent column, MG126 for no row; refuses rows too short or too wide."""
    absent = [name for name in ("well", "cq") if name not in table.columns]
    if absent:
        raise UnreadableError("MG133", seen=", ".join(absent), names=", ".join(dialect.columns[absent[0]]))
    if not table.rows:
        raise UnreadableError("MG126", seen="a header without rows", title=dialect.title)
    if table.sheet.is_text:
        _check_width(table)
        _check_cut_off(table)


def _check_cut_off(table: CqTable) -> None:
    """Raises UnreadableError MG127 for a row of a text that lacks its Cq, or a last row that was cut off.

    It was when two of three are true: no line break follows, it is shorter than all others, it ends in Cq or quantity.
    """
    widths = [len(row) for row in table.rows]
    needed = max(table.columns["cq"], table.columns["well"]) + 1
    short = next((k for k, width in enumerate(widths) if width < needed), None)
    if short is not None:
        raise UnreadableError("MG127", place=_row(table, short), seen=f"{widths[short]} of {needed} values")
    *others, last = widths
    least = min(others, default=len(table.header))
    in_number = last - 1 in (table.columns["cq"], table.columns.get("quantity"))
    if table.unfinished + (last < least) + in_number >= 2:
        said = f"{last} of {least} values" if last < least else f"“{table.rows[-1][-1]}” and no line end"
        raise UnreadableError("MG127", place=_row(table, len(widths) - 1), seen=said)


def _row(table: CqTable, k: int) -> str:
    """Where a row of the table stands."""
    return table.sheet.place(table.start + k)


def _check_width(table: CqTable) -> None:
    """Raises UnreadableError MG154 where commas inside cells have shifted a row of a text beyond its header.

    Programs that end every row with a separator make all rows one cell wider, and that cell is empty.
    """
    names = len(table.header)
    wide = [k for k, row in enumerate(table.rows) if names and len(row) > names]
    if not wide:
        return
    filled = [k for k in wide if any(table.rows[k][names:])]
    alike = len({len(row) for row in table.rows[:-1]}) <= 1  # the last may be cut off
    if filled or not alike or (table.sheet.separator == "," and not any("." in t for t in table.column("cq"))):
        first = (filled or wide)[0]
        seen = f"{len(table.rows[first])} cells under {names} names of columns"
        raise UnreadableError("MG154", place=_row(table, first), seen=seen)


def _cq_from(token: str, mark: str, dialect: Dialect) -> tuple[str, float]:
    """Status and number of a Cq cell; the statuses `date`, `formula` and `unknown` are for cells that hold no Cq."""
    if token.casefold() in dialect.no_cq:
        return dialect.no_cq[token.casefold()], math.nan
    number = number_from(token, mark)
    if number is not None:
        return "ok", number
    status = status_of(token)[0]
    return (status if status in ("date", "formula") else "unknown"), math.nan


def _filled(table: CqTable, dialect: Dialect) -> npt.NDArray[np.bool_]:
    """Which rows are wells that hold something; a word for no Cq counts only where wells are given no task."""
    empty = {"", *dialect.no_cq} if "task" in table.columns else {""}
    holds = {text: text.casefold() not in empty for text in dict.fromkeys(table.column("cq"))}
    named = zip(*(table.column(name) for name in _NAMES), strict=True)
    return np.array([holds[cq] or any(n) for cq, n in zip(table.column("cq"), named, strict=True)], dtype=bool)


def _wells(table: CqTable, filled: npt.NDArray[np.bool_], dialect: Dialect) -> Column:
    """The wells in their one spelling; raises UnreadableError MG130 for a row whose well is none."""
    given = table.column("well")
    names = {text: dialect.well(text) for text in dict.fromkeys(given)}
    bad = next((k for k, text in enumerate(given) if filled[k] and not names[text]), None)
    if bad is not None:
        place = table.sheet.place(table.start + bad, table.columns["well"])
        raise UnreadableError("MG130", sheet=table.sheet.name, place=place, seen=given[bad] or "an empty cell")
    return [names[text] for text in given]


def _statuses(table: CqTable, read_as: Sequence[str], dialect: Dialect) -> Column:
    """The statuses, `omitted` where the lab left the well out in the instrument's software."""
    omit = table.column("omit")
    left_out = {text: text.casefold() in dialect.left_out for text in dict.fromkeys(omit)}
    return ["omitted" if left_out[o] else status for o, status in zip(omit, read_as, strict=True)]


def _quantities(table: CqTable, dialect: Dialect, raw: RawFile, problems: Problems) -> list[float]:
    """Quantities of standards (and what was computed from them), with commas between thousands allowed."""
    given = table.column("quantity")
    numbers = {text: quantity_from(text, table.mark) for text in dict.fromkeys(given)}
    for k, text in enumerate(given):
        none = status_of(text)[0] == "missing" or text.casefold() in {"n/a", *dialect.no_cq}
        if numbers[text] is None and not none:
            place = table.sheet.place(table.start + k, table.columns["quantity"])
            problems.add("MG134", file=raw.file, sheet=table.sheet.name, place=place, seen=text)
    return [math.nan if (n := numbers[text]) is None else n for text in given]


def _report_misplaced(frame: pd.DataFrame, raw: RawFile, problems: Problems) -> None:
    """A problem for every Cq cell that holds something else."""
    bad = frame[frame["status"].isin(["date", "formula", "unknown"])]
    for place, sheet, status, token in zip(bad["place"], bad["sheet"], bad["status"], bad["raw"], strict=True):
        problems.add(_MISPLACED.get(status, "MG120"), file=raw.file, sheet=sheet, place=place, seen=token)


def _report_dates(table: CqTable, raw: RawFile, problems: Problems) -> None:
    """A problem for each name of a sample or target that Excel has turned into a date."""
    for name in (n for n in ("sample", "target") if n in table.columns):
        given = table.column(name)
        dates = [text for text in dict.fromkeys(given) if is_excel_date(text)]
        for text in dates:
            k = given.index(text)
            place = table.sheet.place(table.start + k, table.columns[name])
            words = {"column": name, "count": given.count(text)}
            problems.add("MG136", file=raw.file, sheet=table.sheet.name, place=place, seen=text, **words)


def _check_once(frame: pd.DataFrame) -> None:
    """Raises UnreadableError MG125 when a well has two Cq of one target."""
    twice = frame[frame.duplicated(["well", "channel"])]
    if len(twice):
        first = twice.iloc[0]
        raise UnreadableError(
            "MG125", sheet=first["sheet"], place=first["place"], seen=f"{first['well']} {first['channel']}"
        )
