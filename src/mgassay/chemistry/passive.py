"""What complexation alone would do to a readout: the Pi-equivalent of a Mg step, read off the experiment's own curve.

Each donor's readout at the reference and at the next level of phosphate is joined by a straight line of logarithms, and
read where the phosphate is what the Mg step makes of it. Nothing is read beyond the levels that were run.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import medium_tables
from mgassay.chemistry.composition import composed, describes_a_medium
from mgassay.design import arms_of_blocks, is_level, phosphate_comparators, primary_rows
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

# What may differ along a phosphate dose response: its own level, names, and what was measured of it. A comparator that
# is lower phosphate is a level as well; any other comparator is not.
_OF_THE_CURVE = ("condition", "medium", "pi_mM", "pH", "label", "order")
_BOUNDS = ("floor", "above_curve")  # means that are no values
LEVEL = 0.95

Array = npt.NDArray[np.float64]
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Step:
    """One measured Mg step: the contrast that it is, its block, its two conditions."""

    contrast: str
    block: str
    reference: str
    raised: str


def passive_expected(
    experiment: Experiment, chemistry: pd.DataFrame, means: pd.DataFrame, effects: pd.DataFrame
) -> pd.DataFrame:
    """PASSIVE_EXPECTED: T and A beside what the Pi-equivalent alone would make; no row without a dose response.

    `estimate` is log Y(reference) - log Y(equivalent phosphate), natural log, mean over donors with its t interval;
    NaN, flagged `outside_curve`, where that phosphate lies beyond the levels that were run, `floor` where a level next
    to it is a bound, `few_donors` where no donor has both levels. A readout that was measured at one level has no row.
    """
    rows: list[dict[str, object]] = []
    for step in measured_steps(experiment):
        equal = chemistry[
            (chemistry["condition"] == step.raised) & (chemistry["reference_condition"] == step.reference)
        ]
        for one in equal.to_dict("records"):
            if not math.isnan(one["pi_equivalent_percent"]):
                rows += _rows(experiment, step, one, means, effects)
    return medium_tables.PASSIVE_EXPECTED.frame(rows)


def measured_steps(experiment: Experiment) -> list[Step]:
    """T of every block and A, of the declared question, where both conditions were run."""
    found = []
    for arms in arms_of_blocks(experiment):
        found.append(Step("total", arms.name, *arms.live[:2]))
        found.append(Step("acellular", "", *arms.acellular))
    once = {(s.contrast, s.reference, s.raised): s for s in reversed(found) if s.reference and s.raised}
    return list(reversed(once.values()))


def phosphate_levels(experiment: Experiment, reference: str, state: str) -> Mapping[str, float]:
    """Conditions that differ from the reference in phosphate alone -> their total phosphate (mM), the reference too.

    Control medium is no level: it is the background that was subtracted from all others.
    """
    table = experiment.conditions
    own = table[table["condition"] == reference]
    alike = np.array(table["medium"] != experiment.settings.contrast.medium_control, dtype=bool)
    for column in (str(c) for c in table.columns if c not in _OF_THE_CURVE):
        value = own[column].iloc[0]
        same = table[column].isna().to_numpy() if pd.isna(value) else is_level(table, column, str(value))
        alike &= same | phosphate_comparators(table) if column == "comparator" else same
    rows = [r for r in table[alike].to_dict("records") if describes_a_medium(r)]
    media = {str(r["condition"]): composed(r).media.get(state) for r in rows}
    return {name: medium.total["P"] for name, medium in media.items() if medium is not None and "P" in medium.total}


def _rows(
    experiment: Experiment, step: Step, one: Row, means: pd.DataFrame, effects: pd.DataFrame
) -> Iterator[dict[str, object]]:
    """One row per readout for one Mg step by one set of constants; none without another level of phosphate."""
    levels = phosphate_levels(experiment, step.reference, str(one["bgp_state"]))
    if len(set(levels.values())) < 2 or step.reference not in levels:
        return
    start = levels[step.reference]
    wanted = start * (1.0 + one["pi_equivalent_percent"] / 100.0)
    contrast = experiment.settings.contrast
    kinds = experiment.conditions.set_index("condition")["cells"]
    shown = means[means["condition"].isin(list(levels)) & ~means["readout"].str.startswith("gene:")]
    for readout, cells in shown.groupby("readout", sort=True):
        measured = {c: p for c, p in levels.items() if c in set(cells["condition"])}
        if len(set(measured.values())) < 2 or step.reference not in measured:
            continue
        yield {
            "readout": readout,
            "condition": step.raised,
            "reference_condition": step.reference,
            "cells": str(kinds[step.reference]),
            "bgp_state": one["bgp_state"],
            "constant_set": one["constant_set"],
            "mg_reference_mM": contrast.mg_reference_mM,
            "mg_raised_mM": contrast.mg_raised_mM,
            "pi_mM": start,
            "pi_equivalent_mM": wanted,
            **expected(cells, measured, step.reference, wanted),
            "contrast": step.contrast,
            **_measured(experiment, effects, str(readout), step),
        }


def expected(cells: pd.DataFrame, levels: Mapping[str, float], reference: str, wanted: float) -> dict[str, object]:
    """Estimate, interval, donors and flag of one readout's MEANS, read at `wanted` mM of phosphate."""
    beside = next_level(levels, reference, wanted)
    if not beside:
        return {"n_donors": 0, "flag": "outside_curve"}
    values = _values(cells, reference, beside)
    if not len(values):
        floored = cells[cells["condition"].isin([reference, beside])]["flag"].str.split(";").map(_is_bound).any()
        return {"n_donors": 0, "flag": "floor" if floored else "few_donors"}
    part = math.log(levels[reference] / wanted) / math.log(levels[reference] / levels[beside])
    return _interval((values[:, 0] - values[:, 1]) * part)


def next_level(levels: Mapping[str, float], reference: str, wanted: float) -> str:
    """The condition whose phosphate is the nearest on the side of `wanted`, at least as far; "" where none is."""
    start = levels[reference]
    lower = wanted < start
    side = {n: p for n, p in levels.items() if p > 0 and (p < start if lower else p > start)}
    if not side:
        return ""
    nearest = (max if lower else min)(side, key=lambda n: side[n])
    reached = side[nearest] <= wanted if lower else side[nearest] >= wanted
    return nearest if reached else ""


def _values(cells: pd.DataFrame, reference: str, beside: str) -> Array:
    """Donors x (reference, other level) of log means that are values in both."""
    known = cells[~cells["flag"].str.split(";").map(_is_bound).astype(bool)]
    wide = known.pivot_table(index="donor", columns="condition", values="log_mean").reindex(columns=[reference, beside])
    return np.asarray(wide.dropna().to_numpy(dtype=float))


def _is_bound(flags: Sequence[str]) -> bool:
    """Whether a mean is only a bound."""
    return any(f in flags for f in _BOUNDS)


def _interval(values: Array) -> dict[str, object]:
    """The mean over donors with its t interval, df n - 1; NaN with one donor."""
    from scipy.special import stdtrit  # 0.2 s, only where there is a curve

    n = len(values)
    half = stdtrit(n - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / math.sqrt(n) if n > 1 else math.nan
    mean = float(values.mean())
    ends = {"ci_low": mean - half, "ci_high": mean + half}
    return {"estimate": mean, **ends, "n_donors": n, "flag": join_flags("" if n > 1 else "few_donors")}


def _measured(experiment: Experiment, effects: pd.DataFrame, readout: str, step: Step) -> dict[str, float]:
    """The effect that was measured, from its own row of EFFECTS; NaN where it has none."""
    found = primary_rows(experiment, effects)
    for column, value in {
        "readout": readout,
        "contrast": step.contrast,
        "block": step.block,
        "scale": "log",
        "method": "donor_t",
    }.items():
        found = found[found[column] == value]
    if not len(found):
        return {}
    row = found.iloc[0]
    return {"measured": row["estimate"], "measured_low": row["ci_low"], "measured_high": row["ci_high"]}
