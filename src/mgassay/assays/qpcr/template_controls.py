"""Control wells of a qPCR plate: without template (NTC), and without reverse transcriptase (NRT).

What a control stands for is said as a percentage of the samples' mean quantity: 100·E^(mean sample Cq − control Cq).
A control that crosses 10 cycles after the samples stands for 0.1 %, however early both are.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems, listed

CONTROLS = {"ntc": "no-template control", "nrt": "control without reverse transcriptase"}


def implied_percent(control_cq: float, sample_cq: float, factor: float) -> float:
    """The control's quantity in percent of the samples': 100·E^(sample Cq − control Cq).

    >>> implied_percent(35.0, 25.0, 2.0)
    0.09765625
    """
    return float(100.0 * factor ** (sample_cq - control_cq))


def check_template_controls(wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems) -> None:
    """Says of every plate and gene what its control wells stand for; warns where that is too much or there is no NTC.

    `wells` has plate, gene, role, status, cq and efficiency. The earliest of several controls counts.
    """
    known = wells[wells["gene"] != ""]
    determined = known["status"] == "value"
    keys = ["plate", "gene"]
    groups = known[(known["role"] == "sample") & determined].groupby(keys, sort=False)
    samples = groups.agg(cq=("cq", "mean"), efficiency=("efficiency", "first"))
    for role, control in CONTROLS.items():
        run = known[(known["role"] == role) & known["status"].isin(["value", "undetermined"])]
        earliest = run.groupby(keys, sort=False)["cq"].min()
        found = samples.join(earliest.rename("control"), how="inner").reset_index()
        _report_signals(found[found["control"].notna()], control, plates, problems)
        for (plate,), clean in each_group(found[found["control"].isna()], "plate"):
            problems.add("MG513", file=plates[plate].file, plate=plate, control=control, seen=listed(clean["gene"]))
        if role == "ntc":
            bare = samples[~samples.index.isin(earliest.index)].reset_index()
            for (plate,), rows in each_group(bare, "plate"):
                problems.add("MG512", file=plates[plate].file, plate=plate, seen=listed(rows["gene"]))


def _report_signals(found: pd.DataFrame, control: str, plates: Mapping[str, QpcrPlate], problems: Problems) -> None:
    """One notice, or warning above the plate's limit, for every control with a Cq."""
    columns = (found[c].tolist() for c in ("plate", "gene", "control", "cq", "efficiency"))
    for name, gene, cq, sample_cq, factor in zip(*columns, strict=True):
        limit, percent = plates[name].settings.ntc_max_percent, implied_percent(cq, sample_cq, factor)
        if np.isnan(percent):
            continue  # the gene's efficiency is an error of its own
        problems.add(
            "MG511" if percent > limit else "MG510",
            file=plates[name].file,
            plate=name,
            gene=gene,
            control=control,
            seen=f"{cq:.2f}",
            percent=np.format_float_positional(percent, precision=2, fractional=False, trim="-"),
            limit=f"{limit:g}",
        )
