"""Reps less their no-Pi background, and the lab told where that is not known."""

import numpy as np
import pandas as pd

from mgassay.design import backgrounds_of
from mgassay.effects.means.cells import CELL, tell_cells
from mgassay.effects.means.panels import is_mineral
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems

_CENSORED = ("floor", "above_curve")  # of a control well: the arm they are taken from is no such bound


def less_background(experiment: Experiment, reps: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Reps (readout, condition, donor, value, flag) of mineral readouts less their background, controls left out.

    The background is the arithmetic mean over the reps of the first control condition that this donor (or run) has.
    Without one nothing is subtracted (flag `no_background`, MG611). One that is above its curve, or has no number,
    leaves no value (flag `no_background`, MG620): an amount less at least b is at most something, and not more is
    known. One below its curve is subtracted at its limit and its flags are kept (MG621): the amount is that or a
    little more, never more than the limit.
    """
    mineral = reps["readout"].map(is_mineral).astype(bool)
    candidates = backgrounds_of(experiment)
    controls = _controls(reps[mineral])
    kept = reps[~mineral | reps["condition"].isin(candidates)].copy()
    names = [_first(key, candidates, controls.index) for key in kept[CELL].itertuples(index=False, name=None)]
    own = controls.reindex(pd.MultiIndex.from_arrays([kept["readout"], names, kept["donor"]], names=CELL))
    asked = kept["readout"].map(is_mineral).to_numpy(dtype=bool)
    none, unknown = asked & (np.array(names, dtype=object) == ""), own["unknown"].eq(True).to_numpy()
    at_limit = own["at_limit"].eq(True).to_numpy() & ~unknown
    used = kept.assign(condition=names)
    for code, cells in (("MG611", kept[none]), ("MG620", used[unknown]), ("MG621", used[at_limit])):
        tell_cells(code, cells, experiment, problems)
    flags = zip(kept["flag"], own["flag"].fillna(""), none | unknown, at_limit | unknown, strict=True)
    return kept.assign(
        value=kept["value"].to_numpy() - np.where(asked & ~none, own["value"].to_numpy(dtype=float), 0.0),
        flag=[join_flags(f, b if kept_too else "", "no_background" * bool(n)) for f, b, n, kept_too in flags],
    )


def _controls(reps: pd.DataFrame) -> pd.DataFrame:
    """By cell: mean over reps, NaN where `unknown` (above the curve, or without a number); `at_limit`; flag."""
    words = reps["flag"].str.split(";")
    marked = reps.assign(
        unknown=words.map(lambda flags: "above_curve" in flags).astype(bool) | reps["value"].isna(),
        at_limit=words.map(lambda flags: "floor" in flags).astype(bool),
    )
    cells = marked.groupby(CELL, sort=True).agg(
        value=("value", "mean"), unknown=("unknown", "any"), at_limit=("at_limit", "any"), flag=("flag", _told)
    )
    return cells.assign(value=cells["value"].where(~cells["unknown"].astype(bool)))


def _told(flags: "pd.Series[str]") -> str:
    """Flags of a background that its arms carry."""
    return join_flags(*(f for flag in flags for f in flag.split(";") if f not in _CENSORED))


def _first(key: tuple[str, str, str], candidates: dict[str, tuple[str, ...]], controls: pd.Index) -> str:
    """The control condition of a cell, "" without one; readouts that are no mineral have none."""
    readout, condition, donor = key
    named = candidates.get(condition, ()) if is_mineral(readout) else ()
    return next((c for c in named if (readout, c, donor) in controls), "")
