"""Mg2+ raised late: does it stop mineral that has begun (progression), or must it be there before (initiation)?"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import LateArms, late_arms_of
from mgassay.effects.contrasts.contrasts import censored_flag
from mgassay.effects.estimators.bounds import lies_above, lies_below, ratio_flag, side_of
from mgassay.effects.estimators.fieller import BOUNDED
from mgassay.effects.estimators.intervals import donor_estimate, ends
from mgassay.effects.estimators.share_sets import live_effects, share_set
from mgassay.effects.means.panels import ArmMatrix, is_mineral, panels_from_means
from mgassay.effects.shares.shares import all_flags
from mgassay.effects.verdict.refits import HALF
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_REFERENCE, _RAISED, _LATE = 0, 1, 2  # columns of the matrix of a late arm
_TOTAL, _EFFECT = (1.0, -1.0, 0.0), (1.0, 0.0, -1.0)  # weights over them


def with_late(experiment: Experiment, checks: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """CHECKS with the rows `late_mg` of each mineral readout behind its others: entry intact (empty block), each block.

    Subject `mg_from_day <n>`: log Y(reference Mg) - log Y(Mg raised from day n), natural log, t over donors that have
    both. Passed (late Mg stops progression) where its interval lies above 0, failed where it lies below
    log(equivalence_fold), else undecided.
    Subject `mg_from_day <n>, of total`: that effect over the one of Mg raised from the start by the same entry (T, or B
    under a block), Fieller over donors that have all three arms: how much of the protection is against progression.
    Passed where the interval lies above one half, failed where it lies below, else undecided; ends only where bounded.
    Decision: docs/decisions/0037-every-question-alike.md.
    """
    asked = late_arms_of(experiment)
    panels = [panel for panel in panels_from_means(means) if is_mineral(panel.readout)] if asked else []
    rows = [
        {"readout": panel.readout, "block": arms.name, "check": "late_mg", **row}
        for panel in panels
        for arms in asked
        for row in _rows(experiment, arms, panel.matrix((arms.reference, arms.raised, arms.late)))
    ]
    if not rows:
        return checks
    joined = pd.concat([checks, tables.CHECKS.frame(rows)]) if len(checks) else tables.CHECKS.frame(rows)
    return tables.CHECKS.frame(joined.sort_values("readout", kind="stable", ignore_index=True))


def _rows(experiment: Experiment, arms: LateArms, cells: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The two rows of one readout and late arm, as far as its donors allow."""
    subject = f"mg_from_day {arms.mg_from_day:g}"
    pair, whole = cells.complete((_REFERENCE, _LATE)), cells.complete((_REFERENCE, _RAISED, _LATE))
    if pair.donors:
        fold = experiment.settings.contrast.equivalence_fold
        yield {"subject": subject, **_effect_row(cells, pair, float(np.log(fold)))}
    if whole.donors:
        yield {"subject": f"{subject}, of total", **_share_row(cells, whole)}


def _effect_row(cells: ArmMatrix, pair: ArmMatrix, margin: float) -> dict[str, Any]:
    """The effect of late Mg; what only a bound puts below the margin is undecided."""
    effect = pair.values[:, _REFERENCE] - pair.values[:, _LATE]  # 0 times an arm that was not run is NaN
    estimate, flag = donor_estimate(effect), censored_flag(cells, pair, _EFFECT)
    low, high = ends(estimate)
    protects, small = lies_above(low, high, flag, 0.0), lies_below(low, high, flag, margin)
    return {
        "estimate": float(estimate.estimate),
        "ci_low": low,
        "ci_high": high,
        "bound_low": 0.0,
        "bound_high": margin,
        "passed": True if protects else False if small else None,
        "flag": join_flags(flag, "few_donors" if len(pair.donors) < 2 else ""),
    }


def _share_row(cells: ArmMatrix, whole: ArmMatrix) -> dict[str, Any]:
    """The effect of late Mg over that of Mg from the start."""
    total, late = (whole.values @ np.array(weights) for weights in (_TOTAL, _EFFECT))
    effects = live_effects(total, late)
    found = share_set("extracellular", effects)  # the second of the two over the first
    of_late, of_total = (censored_flag(cells, whole, weights) for weights in (_EFFECT, _TOTAL))
    flag = ratio_flag(of_late, of_total, ends(donor_estimate(late)), ends(donor_estimate(total)))
    bounded = bool(found.kind == BOUNDED)
    low, high = (float(end) if bounded else float("nan") for end in (found.low, found.high))
    side = side_of(low, high, flag, HALF)
    return {
        "estimate": float(found.estimate),
        "ci_low": low,
        "ci_high": high,
        "bound_low": HALF,
        "bound_high": HALF,
        "passed": side > 0 if side else None,
        "flag": all_flags(flag, found, effects, len(whole.donors) < 2),
    }
