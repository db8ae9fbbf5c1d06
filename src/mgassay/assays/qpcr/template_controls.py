"""Control wells of a qPCR plate: without template (NTC), and without reverse transcriptase (NRT).

What a control stands for is said as a percentage of the samples' quantity: 100·E^(sample Cq − control Cq). A control
that crosses 10 cycles after the samples stands for 0.1 %, however early both are. The limits are the lab's
(`ntc_max_percent`, `nrt_max_percent`) and hold for the samples' mean Cq.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems, listed

CONTROLS = {"ntc": "no-template control", "nrt": "control without reverse transcriptase"}
_KEYS = ["plate", "gene"]


def implied_percent(control_cq: float, sample_cq: float, factor: float) -> float:
    """The control's quantity in percent of the samples': 100·E^(sample Cq − control Cq).

    >>> implied_percent(35.0, 25.0, 2.0)
    0.09765625
    """
    return float(100.0 * factor ** (sample_cq - control_cq))


def check_template_controls(
    wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems
) -> list[dict[str, Any]]:
    """Says of every plate and gene what its control wells stand for; warns where that is too much or there is no NTC.

    `wells` has plate, gene, role, condition, donor, status, cq, cycles and efficiency. The earliest of several controls
    counts. Samples are culture wells: a calibrator, which makes no amounts and may be far richer, says nothing of them.
    Returns rows of QPCR_QUALITY: `ntc_percent` and `nrt_percent`, of the samples' mean Cq and of the latest sample's.
    A control that did not cross has no estimate but an upper bound (ci_high, flag `undetermined`): what a crossing at
    the last cycle would stand for.
    """
    known = wells[wells["gene"] != ""]
    determined = known["status"] == "value"
    culture = (known["role"] == "sample") & (known["condition"] != "") & (known["donor"] != "")
    groups = known[culture & determined].groupby(_KEYS, sort=False)
    samples = groups.agg(cq=("cq", "mean"), latest=("cq", "max"), efficiency=("efficiency", "first"))
    rows = []
    for role, control in CONTROLS.items():
        run = known[(known["role"] == role) & known["status"].isin(["value", "undetermined"])]
        controls = run.groupby(_KEYS, sort=False).agg(control=("cq", "min"), last=("cycles", "min"), n=("cq", "size"))
        found = samples.join(controls, how="inner").reset_index()
        _report_signals(found[found["control"].notna()], role, plates, problems)
        rows += _rows(found, role)
        for (plate,), clean in each_group(found[found["control"].isna()], "plate"):
            problems.add("MG513", file=plates[plate].file, plate=plate, control=control, seen=listed(clean["gene"]))
        if role == "ntc":
            bare = samples[~samples.index.isin(controls.index)].reset_index()
            for (plate,), lacking in each_group(bare, "plate"):
                problems.add("MG512", file=plates[plate].file, plate=plate, seen=listed(lacking["gene"]))
    return rows


def _report_signals(found: pd.DataFrame, role: str, plates: Mapping[str, QpcrPlate], problems: Problems) -> None:
    """One notice, or warning above the plate's limit, for every control with a Cq."""
    columns = (found[c].tolist() for c in ("plate", "gene", "control", "cq", "efficiency"))
    for name, gene, cq, sample_cq, factor in zip(*columns, strict=True):
        settings, percent = plates[name].settings, implied_percent(cq, sample_cq, factor)
        limit = settings.ntc_max_percent if role == "ntc" else settings.nrt_max_percent
        if np.isnan(percent):
            continue  # the gene's efficiency is an error of its own
        problems.add(
            "MG511" if percent > limit else "MG510",
            file=plates[name].file,
            plate=name,
            gene=gene,
            control=CONTROLS[role],
            seen=f"{cq:.2f}",
            percent=np.format_float_positional(percent, precision=2, fractional=False, trim="-"),
            limit=f"{limit:g}",
            setting=f"{role}_max_percent",
        )


def _rows(found: pd.DataFrame, role: str) -> list[dict[str, Any]]:
    """The implied percentages of one kind of control; none for genes whose efficiency is an error."""
    known = found[found["efficiency"].notna()]
    rows = []
    for row in known.to_dict("records"):
        where = {"plate": row["plate"], "gene": row["gene"], "measure": f"{role}_percent", "unit": "percent"}
        crossed = not np.isnan(row["control"])
        for subject, cq in (("mean of samples", row["cq"]), ("latest sample", row["latest"])):
            percent = implied_percent(row["control"] if crossed else float(row["last"]), cq, row["efficiency"])
            said = {"estimate": percent} if crossed else {"ci_high": percent, "flag": "undetermined"}
            rows.append({**where, "subject": subject, **said, "n": row["n"]})
    return rows
