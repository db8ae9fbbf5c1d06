"""Means -> the dose series: every other Mg level against the reference one, all at once.

By t over donors, which holds whether or not donors respond alike, and by Dunnett with donors as blocks, whose one error
is held to what each level's own donors show (decisions/0048).
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import DoseArms, doses_of, is_among
from mgassay.effects.contrasts.contrasts import censored_flag
from mgassay.effects.estimators.bounds import difference_flag
from mgassay.effects.estimators.dose import DoseSeries, dose_series, held_to_own_scatter
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.means.panels import ArmMatrix, Panel, panels_from_means
from mgassay.experiment import Experiment


def with_doses(experiment: Experiment, effects: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """EFFECTS with the `dose` rows of every readout behind its others: entry intact (empty block), then each block.

    Log scale: one row by each method for each level but the reference, the declared one among them, where the readout
    has levels besides the declared two. `p` is each level's own, `p_adjusted` and the interval are over the levels of
    this series. `donor_t`: per-donor differences of the donors that have both levels, Bonferroni; `dunnett`: all cells
    by one common error, single-step; a level that no donors tie to the reference has no row, and nothing has without a
    degree of freedom (one donor). `n_donors` counts those that have the level.
    """
    series = doses_of(experiment)
    panels = list(panels_from_means(means))
    found = [row for panel in panels for doses in series for row in _rows(experiment, panel, doses, _columns)]
    if not found:
        return effects
    joined = pd.concat([effects, tables.EFFECTS.frame(found)]) if len(effects) else tables.EFFECTS.frame(found)
    return tables.EFFECTS.frame(joined.sort_values("readout", kind="stable", ignore_index=True))


def dose_estimates(experiment: Experiment, means: pd.DataFrame) -> pd.DataFrame:
    """The same rows of EFFECTS with nothing but their estimates, which cost no integral."""
    series, panels = doses_of(experiment), list(panels_from_means(means))
    rows = [row for p in panels for d in series for row in _rows(experiment, p, d, lambda f: {"estimate": f.estimate})]
    return tables.EFFECTS.frame(rows)


def _rows(
    experiment: Experiment, panel: Panel, doses: DoseArms, columns_of: Callable[[DoseSeries], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The rows of one readout and series; `columns_of` gives the columns that are asked for of Dunnett's series."""
    contrast = experiment.settings.contrast
    levels, conditions = _measured(panel, doses)
    pair = (contrast.mg_reference_mM, contrast.mg_raised_mM)
    if all(is_among(mg, pair) for mg in levels) or levels[0] != doses.levels[0]:
        return
    matrix = panel.matrix(conditions)
    where = {"readout": panel.readout, "block": doses.name, "contrast": "dose", "step": "Mg", "day": doses.day}
    whole = [matrix.complete((0, place)) for place in range(1, len(levels))]
    told = [place for place, donors in enumerate(whole, start=1) if len(donors.donors) > 1]
    for level in told:
        mg = {"mg_reference_mM": levels[0], "mg_raised_mM": levels[level]}
        yield {**where, **mg, "scale": "log", "method": "donor_t", **_alone(matrix, level, len(told))}
    found = held_to_own_scatter(dose_series(matrix.values), matrix.values)
    columns = columns_of(found)
    for place in np.flatnonzero(np.isfinite(found.se)):
        mg = {"mg_reference_mM": levels[0], "mg_raised_mM": levels[place + 1]}
        numbers = {name: column[place] for name, column in columns.items()}
        flag = _flag(matrix, found, int(place))
        yield {**where, **mg, "scale": "log", "method": "dunnett", **numbers, "flag": flag}


def _alone(matrix: ArmMatrix, place: int, family: int) -> dict[str, Any]:
    """Columns of EFFECTS of one level by t over the donors that have it and the reference, one of `family` levels.

    Bonferroni: an interval at 1 - 0.05/k and k times p. With t over donors every level has its own error, so that the
    levels' statistics have no common distribution to be adjusted by (Dunn, J Am Stat Assoc 1961;56:52).
    """
    whole = matrix.complete((0, place))
    estimate = donor_estimate(whole.values[:, 0] - whole.values[:, place])
    low, high = estimate.limits(1 - 0.05 / family)
    p = float(estimate.p())
    weights = np.zeros(matrix.values.shape[1])
    weights[[0, place]] = 1.0, -1.0
    return {
        "estimate": float(estimate.estimate),
        "se": float(estimate.se),
        "df": float(estimate.df),
        "ci_low": float(low),
        "ci_high": float(high),
        "p": p,
        "p_adjusted": min(family * p, 1.0),  # a probability
        "n_donors": len(whole.donors),
        "flag": censored_flag(matrix, whole, list(weights)),
    }


def _measured(panel: Panel, doses: DoseArms) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Levels (mM) and conditions of the series at which this readout has a value in some donor."""
    run = np.flatnonzero(np.isfinite(panel.matrix(doses.conditions).values).any(axis=0))
    return tuple(doses.levels[i] for i in run), tuple(doses.conditions[i] for i in run)


def _columns(found: DoseSeries) -> dict[str, Any]:
    """Columns of EFFECTS over the levels other than the reference, each of shape (levels - 1,)."""
    low, high = found.limits()
    return {
        "estimate": found.estimate,
        "se": found.se,
        "df": np.full(found.se.shape, found.df),
        "ci_low": low,
        "ci_high": high,
        "p": found.p(),
        "p_adjusted": found.p_adjusted(),
        "n_donors": found.n_donors,
    }


def _flag(matrix: ArmMatrix, found: DoseSeries, place: int) -> str:
    """Flags of reference - level, and which way bounds pull it: those of every cell that has a part in the estimate."""
    pair = np.isin(np.arange(matrix.values.shape[1]), (0, place + 1))
    return difference_flag(matrix.flag(found.cell_weights[place]), matrix.lost(pair.astype(float)))
