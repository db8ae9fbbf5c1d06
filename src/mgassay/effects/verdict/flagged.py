"""Amounts -> means again, without the wells that carry a doubt about themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mgassay.design import is_level
from mgassay.effects.means.cells import CELL
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.means.panels import Panel, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import FLAGS
from mgassay.problems import Problems

# Doubts about one well or image. Bounds are none: to leave out what lies below a limit would be to choose the result.
DOUBTS = ("outlier", "clipped", "out_of_focus", "white_balance", "illumination", "empty_field", "duplicate")


@dataclass(frozen=True)
class Unflagged:
    """MEANS made without the doubtful wells, and those wells (AMOUNTS)."""

    means: pd.DataFrame
    left_out: pd.DataFrame

    def panel(self, readout: str) -> Panel:
        """The panel of one readout; without cells where nothing of it is left."""
        found = panels_from_means(self.means[self.means["readout"] == readout])
        return next(iter(found), Panel(readout, {}))

    def doubts(self, readout: str, conditions: Sequence[str]) -> str:
        """The doubts about wells of a readout in these conditions, in the order of the flags, joined by `;`."""
        own = self.left_out["condition"].isin(conditions) & (self.left_out["readout"] == readout)
        found = {f for flag in self.left_out.loc[own, "flag"] for f in flag.split(";") if f in DOUBTS}
        return ";".join(f for f in FLAGS if f in found)


def means_without_flagged(experiment: Experiment, amounts: pd.DataFrame) -> Unflagged | None:
    """The MEANS of AMOUNTS without the wells flagged with one of DOUBTS; None where there are none.

    A background of which every well is doubtful stays: without it the donor's arms would hold another quantity. What
    there is to tell of these means was told of those of all wells.
    """
    doubtful = amounts["flag"].map(lambda flag: not set(DOUBTS).isdisjoint(flag.split(";"))).astype(bool)
    whole = doubtful.groupby([amounts[c] for c in CELL]).transform("all").astype(bool)
    controls = _controls(experiment)
    left_out = doubtful & ~(whole & amounts["condition"].isin(controls))
    if not left_out.any():
        return None
    return Unflagged(means_from_amounts(experiment, amounts[~left_out], Problems()), amounts[left_out])


def _controls(experiment: Experiment) -> "pd.Series[str]":
    """The conditions in control medium."""
    control = is_level(experiment.conditions, "medium", experiment.settings.contrast.medium_control)
    return experiment.conditions["condition"][control]
