"""Roche LightCycler: Cp table of the LightCycler 480 (text), results of the LightCycler 96 (text, often UTF-16).

The 480 tells standards by the column `Standard` (0 is none) and leaves the Cp of wells without amplification empty; its
`Concentration` is computed and not read. The 96 prints a Cq beside the call `Negative` too; that is no Cq.
"""

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.cq_readings import readings_from_table
from mgassay.readers.cq_sheets import results_by_name, the_one
from mgassay.readers.cq_tables import NO, YES, CqTable, Dialect, column_name
from mgassay.readers.reader import FORMAT_ONLY, REAL, Export, Reader, known_lines
from mgassay.readers.sheets import Content
from mgassay.readers.text import quantity_from

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import RawFile

LC480, LC480_TITLE = "lightcycler480", "Roche LightCycler 480 Cp table"
LC96, LC96_TITLE = "lightcycler96", "Roche LightCycler 96 results"

_NO_CQ = {"": "undetermined", "-": "undetermined", "nan": "undetermined", "n/a": "undetermined"}
_CALLS = {"negative": "undetermined", "invalid": "missing"}


def task_from_standard(text: str) -> str:
    """`Standard` for a concentration given for a standard, "" for 0 or none; a word is a task of its own.

    >>> task_from_standard("1000000"), task_from_standard("1,01E5"), task_from_standard("0"), task_from_standard("NTC")
    ('Standard', 'Standard', '', 'NTC')
    """
    numbers = [number for mark in ".," if (number := quantity_from(text, mark)) is not None]
    if not numbers:
        return text
    return "Standard" if max(numbers) > 0 else ""


DIALECT_480 = Dialect(
    title=LC480_TITLE,
    columns={
        "well": ("pos", "position"),
        "cq": ("cp", "crossingpoint"),
        "sample": ("name", "samplename"),
        "task": ("type", "standard"),
        "quantity": ("standard",),
        "omit": ("include", "included", "inc"),
    },
    no_cq=_NO_CQ,
    left_out=NO,
    kept=YES | {"included", "x"},
    task=task_from_standard,
)
DIALECT_96 = Dialect(
    title=LC96_TITLE,
    columns={
        "well": ("position",),
        "cq": ("cq",),
        "sample": ("sample name", "condition name"),
        "target": ("gene name", "gene"),
        "task": ("sample type",),
        "quantity": ("standard", "standard concentration"),
        "omit": ("excluded",),
        "call": ("call",),
    },
    no_cq=_NO_CQ,
    known={"call": frozenset({"positive", "", "-", *_CALLS})},
)
KNOWN_480, KNOWN_96 = (r"experiment:",), (r"experiment|run|instrument|software|file|date|user",)


def detect_480(content: Content) -> bool:
    """Whether a row of the opening heads a Cp table, or the fluorescence from which one is made."""
    return any(_heads_480(row) or _heads_fluorescence(row) for row in content.opening)


def _heads_480(cells: Sequence[str]) -> bool:
    """Whether a row heads the Cp table: a column that includes wells beside positions and crossing points."""
    names = {column_name(c) for c in cells}
    wanted = (DIALECT_480.columns[c] for c in ("omit", "well", "cq"))
    return all(not names.isdisjoint(spellings) for spellings in wanted)


def _heads_fluorescence(cells: Sequence[str]) -> bool:
    """Whether a row heads the 480's raw fluorescence over time."""
    return {"SamplePos", "Prog#", "Cycle#"} <= set(cells)


def detect_96(content: Content) -> bool:
    """Whether a row of the opening heads results of the LightCycler 96."""
    return any(map(_heads_96, content.opening))


def _heads_96(cells: Sequence[str]) -> bool:
    """Whether a row heads results: positions, genes and Cq."""
    names = {column_name(c) for c in cells}
    return {"position", "cq"} <= names and not names.isdisjoint(DIALECT_96.columns["target"])


def read_480(content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The Cp table; raises UnreadableError for raw fluorescence or a table that cannot be trusted."""
    if any(map(_heads_fluorescence, content.opening)) and not any(map(_heads_480, content.opening)):
        wanted = "Cp table (Abs Quant/2nd Derivative Max or Fit Points, “Export table”)"
        raise UnreadableError("MG150", title="LightCycler 480", seen="SamplePos, Prog#, Cycle#", wanted=wanted)
    return _read(DIALECT_480, _heads_480, content, raw, problems)


def read_96(content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The results; raises UnreadableError where no table can be trusted."""
    return _read(DIALECT_96, _heads_96, content, raw, problems)


def _read(
    dialect: Dialect, is_header: Callable[[Sequence[str]], bool], content: Content, raw: "RawFile", problems: Problems
) -> Export:
    """The one results table of the file. Neither program says in it how many cycles were run."""
    found = results_by_name(content.sheets, dialect, is_header)
    table = the_one(found, raw, dialect.title)
    readings = readings_from_table(table, dialect, raw, problems, lambda ends, cq: None)
    called = _as_called(readings, table)
    return Export(called.assign(quantity=called["quantity"].where(called["quantity"] > 0)), used=table.used)


def _as_called(readings: "pd.DataFrame", table: CqTable) -> "pd.DataFrame":
    """Readings whose Cq counts only where the program's own call does not deny it; the text stays as read."""
    calls = dict(zip(_places(table), table.column("call"), strict=True))
    said = readings["place"].map(calls).str.casefold().map(_CALLS)
    denied = said.notna() & (readings["status"] == "ok")
    return readings.assign(status=readings["status"].mask(denied, said), value=readings["value"].where(~denied))


def _places(table: CqTable) -> list[str]:
    """Where the Cq of each row stands."""
    place = functools.partial(table.sheet.place, col=table.columns["cq"])
    return [place(table.start + k) for k in range(len(table.rows))]


READERS = (
    Reader(LC480, LC480_TITLE, "qPCR", detect_480, read_480, known_lines(KNOWN_480), REAL),
    Reader(LC96, LC96_TITLE, "qPCR", detect_96, read_96, known_lines(KNOWN_96), FORMAT_ONLY),
)
