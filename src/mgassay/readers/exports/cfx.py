"""Bio-Rad CFX Manager and Maestro: `Quantification Cq Results` (csv, text, workbook), with or without run information.

A first column without a name may stand left of the table. Of a multiplex run without names of targets the dye is the
target. Curves are read only where they stand in the same workbook; a file of curves alone holds no Cq.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.amplification import Point, curves_from_points, is_wide_header, wide_curves_in
from mgassay.readers.cq_readings import readings_from_table
from mgassay.readers.cq_sheets import results_by_name, the_one
from mgassay.readers.cq_tables import CQ, CqTable, Dialect, column_name
from mgassay.readers.cycles import cycle_number, cycles_reached
from mgassay.readers.reader import Export, Reader, known_lines
from mgassay.readers.sheets import Content
from mgassay.wellnames import well_from_text

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import RawFile

NAME, TITLE = "cfx", "Bio-Rad CFX Manager or Maestro Cq results"

EVIDENCE = "csv of Maestro read against a public example; other variants: format only, no real file seen"
_NUMBER = re.compile(r"[-_ ]?\d+$")


def task_from_content(code: str) -> str:
    """The task that a code of Bio-Rad's column Content names, without the number of its replicate group.

    >>> task_from_content("Unkn-01"), task_from_content("NTC"), task_from_content("Pos Ctrl-2")
    ('Unkn', 'NTC', 'Pos Ctrl')
    """
    return _NUMBER.sub("", code)


DIALECT = Dialect(
    title=TITLE,
    columns={
        "well": ("well",),
        "cq": (*CQ, "threshold cycle ( c(t) )", "threshold cycle (ct)", "threshold cycle"),
        "sample": ("sample", "sample name", "identifier"),
        "target": ("target", "target name"),
        "task": ("content", "type"),
        "quantity": ("starting quantity (sq)", "sq"),
        "dye": ("fluor",),
    },
    no_cq={"": "undetermined", "nan": "undetermined", "n/a": "undetermined", "none": "undetermined"},
    task=task_from_content,
)
KNOWN = (
    r"file name|created by user|notes?$|id$|run (started|ended)|sample vol|lid temp|protocol file|plate setup file"
    r"|base serial|optical head|cfx (maestro|manager)|well group|amplification step|melt step|analysis mode"
    r"|cq determination",
)
_COMPUTED = ("cq mean", "c(t) mean", "ct mean")


def detect(content: Content) -> bool:
    """Whether a row of the opening heads Bio-Rad's results (wells beside fluorophores), or a sheet holds its curves."""
    return any(_is_header(row) or _heads_curves(row) for row in content.opening)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row heads a results table; one with means of Cq only is claimed to be refused."""
    names = {column_name(c) for c in cells} if "fluor" in (c.casefold() for c in cells) else set()
    return "well" in names and not names.isdisjoint((*DIALECT.columns["cq"], *_COMPUTED))


def _heads_curves(cells: Sequence[str]) -> bool:
    """Whether a row heads Bio-Rad's curves: a column without a name, `Cycle`, then wells."""
    return cells[:2] == ("", "Cycle") and is_wide_header(cells)


def read(content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The results and the curves that stand beside them; raises UnreadableError where there are no Cq to be trusted."""
    found = results_by_name(content.sheets, DIALECT, _is_header)
    if not found and any(map(_heads_curves, content.opening)):
        raise UnreadableError("MG150", title="Bio-Rad CFX", seen="Cycle and wells", wanted="Quantification Cq Results")
    table = the_one(found, raw, TITLE)
    dyes = _dyes_of_targets(table)
    if dyes:
        problems.add("MG153", file=raw.file, seen=", ".join(dict.fromkeys(dyes)))
    named = table if not dyes else _with_dyes(table)
    points = _points(content, named)
    cycles = {cycle_number(cycle) for _, _, cycle, _ in points}
    readings = readings_from_table(named, DIALECT, raw, problems, lambda ends, cq: cycles_reached(cycles, ends, cq))
    return Export(readings, _curves(points, named.mark, raw), named.used)


def _dyes_of_targets(table: CqTable) -> list[str]:
    """The dyes of a multiplex run without names of targets; none where targets are named or a well has one dye only."""
    wells, dyes = table.column("well"), table.column("dye")
    pairs = set(zip(wells, dyes, strict=True))
    return dyes if not any(table.column("target")) and len(pairs) > len(set(wells)) else []


def _with_dyes(table: CqTable) -> CqTable:
    """The table with its dyes as targets."""
    columns = {**table.columns, "target": table.columns["dye"]}
    return CqTable(table.sheet, columns, table.start, table.rows, table.header, unfinished=table.unfinished)


def _points(content: Content, table: CqTable) -> list[Point]:
    """The curves of the other sheets of the workbook, one sheet per dye; of dyes that the results do not name, none."""
    wells = [well_from_text(text) for text in table.column("well")]
    targets = dict(zip(zip(wells, table.column("dye"), strict=True), table.column("target"), strict=True))
    return [
        (well, targets[well, sheet.name], cycle, signal)
        for sheet in content.workbook
        for well, cycle, signal in wide_curves_in(sheet.cells)
        if (well, sheet.name) in targets
    ]


def _curves(points: Iterable[Point], mark: str, raw: "RawFile") -> "pd.DataFrame":
    """The curves of these points: relative fluorescence, from which Bio-Rad has subtracted the baseline."""
    listed = list(points)
    return curves_from_points(listed, "RFU", mark, raw) if listed else tables.AMPLIFICATION.frame()


READERS = (Reader(NAME, TITLE, "qPCR", detect, read, known_lines(KNOWN), EVIDENCE),)
