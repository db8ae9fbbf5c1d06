"""Means -> the dose series: every other Mg level against the reference one, all at once (Dunnett, donors as blocks)."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import DoseArms, doses_of, is_among
from mgassay.effects.contrasts.contrasts import SERIES_METHOD
from mgassay.effects.estimators.bounds import difference_flag
from mgassay.effects.estimators.dose import DoseSeries, dose_series
from mgassay.effects.means.panels import ArmMatrix, Panel, panels_from_means
from mgassay.experiment import Experiment


def with_doses(experiment: Experiment, effects: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """EFFECTS with the `dose` rows of every readout behind its others: entry intact (empty block), then each block.

    Log scale, method `dunnett`: one row for each level but the reference, the declared one among them, where the
    readout has levels besides the declared two. `p` is each level's own, `p_adjusted` Dunnett's single-step one and the
    interval simultaneous, both over the levels of this series. A level that the cells cannot tie to the reference has
    no row, and nothing has without a degree of freedom (one donor). `n_donors` counts those that have the level.
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
    """The rows of one readout and series, with the columns that are asked for of each level."""
    contrast = experiment.settings.contrast
    levels, conditions = _measured(panel, doses)
    pair = (contrast.mg_reference_mM, contrast.mg_raised_mM)
    if all(is_among(mg, pair) for mg in levels) or levels[0] != doses.levels[0]:
        return
    matrix = panel.matrix(conditions)
    found = dose_series(matrix.values)
    columns = columns_of(found)
    for place in np.flatnonzero(np.isfinite(found.se)):
        mg = {"mg_reference_mM": levels[0], "mg_raised_mM": levels[place + 1]}
        where = {
            "readout": panel.readout,
            "block": doses.name,
            "contrast": "dose",
            **mg,
            "step": "Mg",
            "day": doses.day,
        }
        numbers = {name: column[place] for name, column in columns.items()}
        yield {**where, "scale": "log", "method": SERIES_METHOD, **numbers, "flag": _flag(matrix, found, int(place))}


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
