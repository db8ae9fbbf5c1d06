"""Means -> shares: how much of the total effect is passive, at the cell surface, and through Mg2+ entry.

A share is a ratio of two linear combinations of T, B (live arms, same donors) and A (acellular runs of their own).
SHARES_OF writes each numerator as weights over (T, B, A); the denominator is always T. Estimates and intervals are
never cut to 0-1: outside is antagonism, and an interval that does not end says "not identifiable".
"""

from collections.abc import Iterator
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
    difference_flag,
    donor_contrast,
    live_fit,
    step_columns,
)
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Estimate, donor_estimate, t_quantile
from mgassay.effects.estimators.share_sets import SHARES_OF, LiveEffects, live_effects, share_set
from mgassay.effects.means.panels import ArmMatrix, is_mineral, is_open, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import join_flags


def shares_from_means(experiment: Experiment, means: pd.DataFrame) -> pd.DataFrame:
    """SHARES of every question for every mineral readout and block; those of the declared one come first.

    Every further Mg level, harvest day and [[step]] is divided as the declared step is, by its own T, B and A.

    Where the readout has acellular runs: passive, surface, intracellular; else extracellular, intracellular. Without a
    block only passive can be told. T and B are those of the donors that have all four live arms, so that the shares
    add up to one. `fieller_donor` on both scales; `fieller_block_anova` on the log scale (the block ANOVA has no
    additive form). `identifiable` is true for a bounded set, unless bounds among the cells (floor, above the curve)
    pull the share both ways or T towards 0. rho is not known here.
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


def share_rows(arms: Arms, live: ArmMatrix, runs: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share rows of one readout and block, from its live arms and its acellular runs."""
    lifeless = runs.complete((0, 1))
    has_block = bool(live.complete((0, 1, 2, 3)).donors) and all(arms.live)
    told = tuple(
        share
        for share, (_, blocked, acellular) in SHARES_OF.items()
        if (has_block or not blocked) and bool(lifeless.donors) >= bool(acellular)
        if not (share == "extracellular" and lifeless.donors)
    )
    for share in told:
        for scale, method, effects in _estimators(live, has_block):
            acellular = donor_estimate(acellular_effects(lifeless, scale)) if lifeless.donors else None
            found = share_set(share, effects, acellular)
            alone = bool(effects.df < 1 or (SHARES_OF[share][2] and acellular is not None and acellular.df < 1))
            flag = _share_flag(share, live, lifeless, effects, acellular)
            yield share_row(share, scale, method, found, all_flags(flag, found, effects, alone))


def _estimators(live: ArmMatrix, has_block: bool) -> Iterator[tuple[str, str, LiveEffects]]:
    """Scale, method and joint T and B for each way of estimating them.

    Without a block T stands alone: B is 0 and has no weight in the only share asked for.
    """
    whole = live.complete((0, 1, 2, 3) if has_block else (0, 1))
    if not whole.donors:
        return
    for scale in SCALES:
        total = donor_contrast(whole.values, "total", scale)
        blocked = donor_contrast(whole.values, "blocked", scale) if has_block else np.zeros_like(total)
        yield scale, "fieller_donor", live_effects(total, blocked)
    fit = live_fit(live) if has_block else None
    if fit:
        pair = [np.array(CONTRASTS[c]) for c in ("total", "blocked")]
        mean = np.array([float(fit.contrast(w).estimate) for w in pair])
        covariance = np.array([[float(fit.covariance(v, w)) for w in pair] for v in pair])
        if np.isfinite(mean).all():
            yield "log", "fieller_block_anova", LiveEffects(mean, covariance, np.array(float(fit.df)))


def is_identifiable(found: FiellerSet, flag: str) -> bool:
    """Whether a share may be quoted: its set is bounded, and bounds among its cells say which way the truth lies.

    With both arms of a step at the floor (or both steps) the set is that of the limits put in, not of the share.
    """
    return bool(found.kind == BOUNDED) and not is_open(flag)


def _share_flag(
    share: str, live: ArmMatrix, lifeless: ArmMatrix, effects: LiveEffects, acellular: Estimate | None
) -> str:
    """Flags of the cells that a share rests on, and which way a bound pulls it."""
    if share == "intracellular":
        return intracellular_flag(live, effects)
    blocked, runs = live.flag(CONTRASTS["blocked"]), lifeless.flag(ACELLULAR)
    numerator = {"passive": runs, "surface": difference_flag(blocked, runs), "extracellular": blocked}[share]
    weights = np.array(SHARES_OF[share])
    part = effects.mean @ weights[:2] + (0.0 if acellular is None else weights[2] * acellular.estimate)
    return ratio_flag(numerator, live.flag(CONTRASTS["total"]), float(part), float(effects.mean[0]))


def intracellular_flag(live: ArmMatrix, effects: LiveEffects) -> str:
    """Flags of (T - B)/T, which falls where B/T rises."""
    total, blocked = (live.flag(CONTRASTS[c]) for c in ("total", "blocked"))
    return difference_flag("", ratio_flag(blocked, total, float(effects.mean[1]), float(effects.mean[0])))


def ratio_flag(numerator: str, total: str, part: float, whole: float) -> str:
    """Flags of numerator / T, from those of both and their estimates (`part`, `whole`).

    With T > 0 a larger numerator raises the ratio, and a larger T lowers it where the numerator is positive; each turns
    round with the other's sign. A T that is known to be nearer to 0 than its estimate may be 0: the ratio is open.
    """
    to_zero = "upper_bound" if whole > 0 else "lower_bound"
    known = join_flags(*(f for f in total.split(";") if f != to_zero))
    first = numerator if whole > 0 else difference_flag("", numerator)
    return difference_flag(first, known if part > 0 else difference_flag("", known))


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
