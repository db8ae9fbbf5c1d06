"""What TRPM7 siRNA leaves of TRPM7's messenger RNA, by donor.

residual = 2^ΔΔCq = expression under siRNA over that under its control, at the same Mg. It is no measure of Mg2+ entry:
protein outlives its mRNA, and the channel has more than it needs.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.treatments import DonorShift, Treatment, donor_means, donor_shift
from mgassay.design import Arms, arms_of_blocks
from mgassay.experiment import Experiment
from mgassay.problems import Problems

MEASURE, TARGET = "knockdown", "TRPM7"
WEAK = 0.5  # more than half is left


def knockdown_rows(experiment: Experiment, amounts: pd.DataFrame, problems: Problems) -> list[dict[str, Any]]:
    """Rows knockdown from AMOUNTS of qPCR: mean over donors with t interval on the log scale, and each donor's own.

    For every siRNA block at reference and raised Mg. A blocked arm without a Cq enters at its bound: the residual is
    at most that, without an interval, flagged `upper_bound`. Told: a residual above one half, an interval that
    includes no knock-down, no interval (MG555); a block whose TRPM7 was not measured beside other genes (MG556).
    """
    blocks = [arms for arms in arms_of_blocks(experiment) if arms.block and arms.block.is_sirna]
    log2 = _expression(amounts)
    rows: list[dict[str, Any]] = []
    for arms in blocks if len(amounts) else ():
        found = [(level, t, s) for level, t in _pairs(arms) if (s := _residual(log2, t)) is not None]
        if not found:
            problems.add("MG556", seen=arms.name)
        for level, treatment, (shift, flag) in found:
            subject = f"{arms.name} at {level} Mg"
            rows += _rows(subject, shift, flag)
            _check(subject, treatment, shift, problems)
    return rows


def _expression(amounts: pd.DataFrame) -> pd.DataFrame:
    """Condition, donor, value (log2; the bound where there is none) and whether it is a bound, of TRPM7."""
    rows = amounts[amounts["readout"] == f"gene:{TARGET}"]
    value = rows["value"].where(rows["value"].notna(), rows["limit"])
    return rows[["condition", "donor"]].assign(value=value, bound=rows["value"].isna())


def _pairs(arms: Arms) -> Iterator[tuple[str, Treatment]]:
    """The blocked arm beside the intact one, at each Mg that was run."""
    for level, blocked, intact in (
        ("reference", arms.blocked_reference, arms.intact_reference),
        ("raised", arms.blocked_raised, arms.intact_raised),
    ):
        if blocked and intact:
            yield level, Treatment(arms.name, blocked, intact)


def _residual(log2: pd.DataFrame, treatment: Treatment) -> tuple[DonorShift, str] | None:
    """Log2 residual over donors, and its flag; an intact arm without a Cq says nothing and is left out."""
    usable = log2[~(log2["bound"] & (log2["condition"] == treatment.untreated))]
    shift = donor_shift(donor_means(usable), treatment)
    if shift is None:
        return None
    bound = usable.loc[usable["bound"] & (usable["condition"] == treatment.treated), "donor"]
    if not bound.isin(shift.donors).any():
        return shift, shift.flag
    flag = ";".join(f for f in ("undetermined", "upper_bound", shift.flag) if f)
    return replace(shift, ci_low=np.nan, ci_high=np.nan, p=np.nan), flag


def _rows(subject: str, shift: DonorShift, flag: str) -> Iterator[dict[str, Any]]:
    """The row over donors, and one for each."""
    common = {"plate": "", "gene": TARGET, "measure": MEASURE, "unit": "1"}
    over = {"estimate": 2**shift.mean, "ci_low": 2**shift.ci_low, "ci_high": 2**shift.ci_high, "p": shift.p}
    yield {**common, "subject": subject, **over, "n": len(shift.donors), "flag": flag}
    for donor, value in zip(shift.donors, shift.values, strict=True):
        yield {**common, "subject": f"{subject}, donor {donor}", "estimate": float(2**value), "n": 1, "flag": ""}


def _check(subject: str, treatment: Treatment, shift: DonorShift, problems: Problems) -> None:
    """MG555 for a knock-down that is weak, or that the donors do not show."""
    if 2**shift.mean <= WEAK and shift.ci_high < 0:
        return
    if np.isnan(shift.ci_high):
        interval = "no interval"
    else:
        interval = f"{2**shift.ci_low:.2f} to {2**shift.ci_high:.2f}"
    seen = f"{2**shift.mean:.2f} ({interval}, {len(shift.donors)} donor{'s' * (len(shift.donors) > 1)})"
    place = f"{treatment.treated} / {treatment.untreated}"
    problems.add("MG555", place=place, seen=seen, subject=subject)
