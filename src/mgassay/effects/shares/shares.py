"""Means -> shares: how much of the total effect is passive, at the cell surface, and through Mg2+ entry.

A share is a ratio of two linear combinations of T, B (live arms, same donors) and A (acellular runs of their own).
SHARES_OF writes each numerator as weights over (T, B, A); the denominator is always T. Estimates and intervals are
never cut to 0-1: outside is antagonism, and an interval that does not end says "not identifiable".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import Arms, questions_of
from mgassay.effects.contrasts.contrasts import (
    ACELLULAR,
    CONTRASTS,
    SCALES,
    acellular_effects,
    censored_flag,
    donor_contrast,
    fitted_flag,
    live_fit,
    step_columns,
)
from mgassay.effects.estimators.bounds import difference_flag, is_open, negative_flag, ratio_flag
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Estimate, donor_estimate, ends, t_quantile, welch_estimate
from mgassay.effects.estimators.share_sets import SHARES_OF, LiveEffects, live_effects, share_set
from mgassay.effects.means.panels import ArmMatrix, is_mineral, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_ALL = (0, 1, 2, 3)  # positions of the live arms
_PARTS = ("total", "blocked")  # what every share is made of, beside A


def shares_from_means(experiment: Experiment, means: pd.DataFrame) -> pd.DataFrame:
    """SHARES of every question for every mineral readout and block; those of the declared one come first.

    Every further Mg level, harvest day and [[step]] is divided as the declared step is, by its own T, B and A.

    Where the readout has acellular runs: passive, surface, intracellular; else extracellular, intracellular. Without a
    block only passive can be told. T and B are those of the donors that have all four live arms, so that the shares
    add up to one. `fieller_donor` on both scales; `fieller_block_anova` on the log scale (the block ANOVA has no
    additive form). `identifiable` is true for a bounded set, unless bounds among the cells (floor, above the curve)
    pull the share both ways or T towards 0, or a donor was lost to one without a number. rho is not known here.
    """
    asked = questions_of(experiment)
    panels = [panel for panel in panels_from_means(means) if is_mineral(panel.readout)]
    rows = [
        {**step_columns(arms), "readout": panel.readout, "block": arms.name, **row}
        for panel in panels
        for arms in asked
        for row in share_rows(arms, panel.matrix(arms.live), panel.matrix(arms.acellular))
    ]
    return tables.SHARES.frame(rows)


@dataclass(frozen=True)
class _Way:
    """One way of estimating T and B: on a scale, by a method, with the flags of `total` and `blocked`."""

    scale: str
    method: str
    effects: LiveEffects
    total: str
    blocked: str


def share_rows(arms: Arms, live: ArmMatrix, runs: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share rows of one readout and block, from its live arms and its acellular runs."""
    lifeless = runs.complete((0, 1))
    has_block = bool(live.complete(_ALL).donors) and all(arms.live)
    told = tuple(
        share
        for share, (_, blocked, acellular) in SHARES_OF.items()
        if (has_block or not blocked) and bool(lifeless.donors) >= bool(acellular)
        if not (share == "extracellular" and lifeless.donors)
    )
    for share in told:
        for way in _ways(live, has_block):
            acellular = donor_estimate(acellular_effects(lifeless, way.scale)) if lifeless.donors else None
            found = share_set(share, way.effects, acellular)
            alone = bool(way.effects.df < 1 or (SHARES_OF[share][2] and acellular is not None and acellular.df < 1))
            flag = _share_flag(share, way, runs, acellular)
            yield share_row(share, way.scale, way.method, found, all_flags(flag, found, way.effects, alone))


def _ways(live: ArmMatrix, has_block: bool) -> Iterator[_Way]:
    """Joint T and B by each way of estimating them.

    Without a block T stands alone: B is 0 and has no weight in the only share asked for.
    """
    whole = live.complete(_ALL if has_block else (0, 1))
    if not whole.donors:
        return
    lost = live.lost(None if has_block else CONTRASTS["total"])
    for scale in SCALES:
        total = donor_contrast(whole.values, "total", scale)
        blocked = donor_contrast(whole.values, "blocked", scale) if has_block else np.zeros_like(total)
        yield _Way(scale, "fieller_donor", live_effects(total, blocked), *_part_flags(whole, lost))
    fit = live_fit(live) if has_block else None
    if fit:
        pair = [np.array(CONTRASTS[c]) for c in _PARTS]
        mean = np.array([float(fit.contrast(w).estimate) for w in pair])
        covariance = np.array([[float(fit.covariance(v, w)) for w in pair] for v in pair])
        effects = LiveEffects(mean, covariance, np.array(float(fit.df)))
        flags = (difference_flag(fitted_flag(live, fit, CONTRASTS[c]), lost) for c in _PARTS)
        yield _Way("log", "fieller_block_anova", effects, *flags)


def _part_flags(used: ArmMatrix, lost: str) -> tuple[str, str]:
    """Flags of T and of B of the donors used; `lost`: bounds that others were lost to."""
    total, blocked = (difference_flag(used.flag(CONTRASTS[c]), lost) for c in _PARTS)
    return total, blocked


def is_identifiable(found: FiellerSet, flag: str) -> bool:
    """Whether a share may be quoted: its set is bounded, and bounds among its cells say which way the truth lies.

    With both arms of a step at the floor (or both steps) the set is that of the limits put in, not of the share.
    """
    return bool(found.kind == BOUNDED) and not is_open(flag)


def _share_flag(share: str, way: _Way, runs: ArmMatrix, acellular: Estimate | None) -> str:
    """Flags of the cells that a share rests on, and which way a bound pulls it."""
    if share == "intracellular":
        return _inside_flag(way.total, way.blocked, way.effects)
    of_runs = censored_flag(runs, runs.complete((0, 1)), ACELLULAR)
    surface = difference_flag(way.blocked, of_runs)
    numerator = {"passive": of_runs, "surface": surface, "extracellular": way.blocked}[share]
    part = _outside(share, way.effects.combined((0.0, 1.0)), acellular)
    return ratio_flag(numerator, way.total, ends(part), ends(way.effects.combined((1.0, 0.0))))


def _outside(share: str, blocked: Estimate, acellular: Estimate | None) -> Estimate:
    """The numerator of a share that does not hold T: A, B - A (by Welch) or B."""
    if share == "extracellular" or acellular is None:
        return blocked
    return acellular if share == "passive" else welch_estimate(blocked, acellular)


def intracellular_flag(used: ArmMatrix, effects: LiveEffects, lost: str) -> str:
    """Flags of (T - B)/T, which falls where B/T rises, of the donors used; `lost`: bounds that others were lost to."""
    return _inside_flag(*_part_flags(used, lost), effects)


def _inside_flag(total: str, blocked: str, effects: LiveEffects) -> str:
    """Flags of 1 - B/T from those of T and B."""
    of_total, of_blocked = (ends(effects.combined(weights)) for weights in ((1.0, 0.0), (0.0, 1.0)))
    return negative_flag(ratio_flag(blocked, total, of_blocked, of_total))


def all_flags(flag: str, found: FiellerSet, effects: LiveEffects, alone: bool) -> str:
    """The cells' flags with what the estimate itself shows."""
    total, se = effects.mean[..., 0], np.sqrt(effects.covariance[..., 0, 0])
    near_zero = bool(abs(total) <= t_quantile(effects.df, 0.95) * se)  # false without a standard error
    outside = bool((found.estimate < 0) | (found.estimate > 1))
    return join_flags(
        flag,
        "few_donors" if alone else "",
        "total_near_zero" if near_zero else "",
        "antagonism" if outside else "",
    )


def share_row(share: str, scale: str, method: str, found: FiellerSet, flag: str) -> dict[str, Any]:
    """One row of shares.csv without its readout and block."""
    return {
        "share": share,
        "scale": scale,
        "method": method,
        "estimate": float(found.estimate),
        "ci_low": float(found.low),
        "ci_high": float(found.high),
        "interval": str(found.kind),
        "identifiable": is_identifiable(found, flag),
        "flag": flag,
    }
