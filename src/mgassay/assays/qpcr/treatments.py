"""Pairs of conditions that differ in one treatment, and differences between them by donor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.assays.curves.curve import t_quantile
from mgassay.assays.qpcr.amplification import Floats
from mgassay.design import Arms, arms_of_blocks, backgrounds_of
from mgassay.experiment import Experiment

_SAME = ("mg_mM", "inhibitor", "sirna", "modulator", "comparator")  # in a pair that shows what the medium does


@dataclass(frozen=True)
class Treatment:
    """A condition with a treatment beside the one without it."""

    name: str
    treated: str
    untreated: str

    @property
    def subject(self) -> str:
        """The treatment and its two conditions: `Mg: ca_mg20 / ca_mg08`."""
        return f"{self.name}: {self.treated} / {self.untreated}"


def treatments_of(experiment: Experiment) -> list[Treatment]:
    """Raised Mg, each block and calcifying medium, wherever a pair of live conditions shows one of them alone."""
    found: dict[tuple[str, str], Treatment] = {}
    rows, backgrounds = experiment.conditions.set_index("condition").replace("", "none"), backgrounds_of(experiment)
    for arms in arms_of_blocks(experiment):
        for treatment in _treatments_of_arms(arms, _control_of(rows, backgrounds, arms.intact_reference)):
            if treatment.treated and treatment.untreated:
                found.setdefault((treatment.treated, treatment.untreated), treatment)
    return list(found.values())


def _treatments_of_arms(arms: Arms, control: str) -> list[Treatment]:
    """The pairs of one block's arms; "" where a condition was not declared."""
    return [
        Treatment("Mg", arms.intact_raised, arms.intact_reference),
        Treatment(f"Mg under {arms.name}", arms.blocked_raised, arms.blocked_reference),
        Treatment(arms.name, arms.blocked_reference, arms.intact_reference),
        Treatment("calcification", arms.intact_reference, control),
    ]


def _control_of(rows: pd.DataFrame, backgrounds: Mapping[str, Sequence[str]], condition: str) -> str:
    """The control-medium condition that differs from this one by its medium alone; "" where there is none."""
    for control in backgrounds.get(condition, ()):
        if all(str(rows.at[control, column]) == str(rows.at[condition, column]) for column in _SAME):
            return control
    return ""


@dataclass(frozen=True)
class DonorShift:
    """Mean over donors of log2 differences, Student's t interval (95 %) and p against 0; NaN with one donor."""

    donors: tuple[str, ...]
    values: Floats
    mean: float
    ci_low: float
    ci_high: float
    p: float

    @property
    def flag(self) -> str:
        """`few_donors` where there is no interval."""
        return "few_donors" if len(self.donors) < 2 else ""


def donor_means(log2: pd.DataFrame) -> pd.DataFrame:
    """Donors × conditions: the mean over reps and plates of `log2` (condition, donor, value); NaN where not run."""
    return log2.groupby(["donor", "condition"])["value"].mean().unstack("condition")


def donor_shift(means: pd.DataFrame, treatment: Treatment) -> DonorShift | None:
    """Treated less untreated of the donors that have both (`donor_means`); None without any. n counts donors.

    p is 0 where all donors agree to the last digit and differ from 0, NaN where none differs.
    """
    from scipy.special import stdtr

    if not {treatment.treated, treatment.untreated} <= set(means.columns):
        return None
    each = means[treatment.treated].to_numpy(dtype=np.float64) - means[treatment.untreated].to_numpy(dtype=np.float64)
    both = np.isfinite(each)
    values, donors, n = each[both], tuple(str(d) for d in means.index[both]), int(both.sum())
    if n == 0:
        return None
    mean = float(values.mean())
    if n < 2:
        return DonorShift(donors, values, mean, np.nan, np.nan, np.nan)
    se = float(values.std(ddof=1) / np.sqrt(n))
    half = t_quantile(n - 1, 0.975) * se
    p = 2 * float(stdtr(n - 1, -abs(mean) / se)) if se > 0 else 0.0 if mean else np.nan
    return DonorShift(donors, values, mean, mean - half, mean + half, p)
