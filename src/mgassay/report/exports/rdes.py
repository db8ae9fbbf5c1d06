"""One run as RDES (Real-time PCR Data Essential Spreadsheet Format 1.0): a tab-separated table of Cq and curves.

Source: rdml.org/rdes.html; Untergasser 2023, Mol Oncol 17:713. UTF-8, LF, tabs, decimal points; one run in a file.
"""

import math

from mgassay.problems import Problems
from mgassay.report.exports.exported_wells import Exported, ExportRun
from mgassay.report.exports.harmless import cell_text, rows_text, tell_changes
from mgassay.report.exports.rdml import NOT_AVAILABLE, UNKNOWN_DYE, points_of

HEADS = ("Well", "Sample", "Sample Type", "Target", "Target Type", "Dye", "Cq")


def rdes_text(run: ExportRun, exported: Exported, name: str, problems: Problems) -> str:
    """The table of a run, one row per well and target; `name` is that of the file, for what is told of it.

    Cq is empty without a result and -1.0 where the threshold was not reached. Cycles stand in columns of their own
    where the run has curves. Names that a spreadsheet would not take for text are changed, and told (MG573).
    """
    types = {t.name: t.type for t in exported.targets}
    wells = run.wells
    curves = [dict(points_of(*both)) for both in zip(wells["fluorescence"], wells["first_cycle"], strict=True)]
    cycles = range(1, max((c for curve in curves for c in curve), default=0) + 1)
    tell_changes(name, [*wells["name"], *wells["target"]], problems)
    rows = [
        (
            row["well"], cell_text(row["name"]), row["type"], cell_text(row["target"]), types[row["target"]],
            UNKNOWN_DYE, _cq(row["cq"], row["status"]), *(curve.get(c, "") for c in cycles),
        )
        for row, curve in zip(wells.to_dict("records"), curves, strict=True)
    ]  # fmt: skip
    return rows_text([(*HEADS, *map(str, cycles)), *rows], "\t")


def _cq(cq: float, status: str) -> str:
    """A Cq in full, or what stands for none."""
    if not math.isnan(cq):
        return repr(float(cq))
    return NOT_AVAILABLE if status == "undetermined" else ""
