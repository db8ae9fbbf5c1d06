"""Means -> checks: would the answer be another on another scale, without a donor, with the other block?

Equivalence is TOST: the 90 % interval within margins that the lab declared before results (Schuirmann 1987).
"""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.contrasts import CONTRASTS, SCALES, donor_contrast, used_arms
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Array, donor_estimate
from mgassay.effects.estimators.share_sets import LiveEffects, live_effects, share_set
from mgassay.effects.genes.genes import comparator_matrix, intact_first
from mgassay.effects.means.panels import ArmMatrix, Panel, is_censored, is_mineral, is_open, panels_from_means
from mgassay.effects.shares.shares import intracellular_flag, is_identifiable
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

TOST_LEVEL = 0.90
_HALVES = (slice(0, 4), slice(4, 8))  # the live arms of two blocks side by side
HALF = 0.5  # the share at which "mostly inside" becomes "mostly outside"


def checks_from_means(experiment: Experiment, means: pd.DataFrame) -> pd.DataFrame:
    """CHECKS of every mineral readout and block.

    scale: subject log and additive; the intracellular share on it, passed where both lie on one side of 0.5, undecided
    where one of them is not identifiable.
    equivalence: subject total and interaction; 90 % interval within +-log(equivalence_fold).
    leave_one_out: subject the donor left out; the share without it, passed where it stays within the interval of all
    donors (the bounds; empty and undecided where that is not bounded, undecided where the share is open).
    agreement: subject the other block; the difference of the two T-B per donor, 90 % interval within
    +-log(agreement_fold).
    match: subject the comparator; log mineral under it - log mineral at raised Mg, 90 % interval within
    +-log(equivalence_fold).
    """
    all_arms, plain = arms_of_blocks(experiment), intact_first(experiment)[0]
    rows: list[dict[str, Any]] = []
    for panel in (p for p in panels_from_means(means) if is_mineral(p.readout)):
        of_blocks = (_block_rows(experiment, arms.name, panel.matrix(arms.live)) for arms in all_arms)
        agreement, match = _agreement_rows(experiment, panel, all_arms), _match_rows(experiment, panel, plain)
        rows += [{"readout": panel.readout, **row} for row in itertools.chain(*of_blocks, agreement, match)]
    return tables.CHECKS.frame(rows)


def _block_rows(experiment: Experiment, block: str, live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The checks that concern one block."""
    whole = live.complete((0, 1, 2, 3))
    shares = [*_scale_rows(whole), *_leave_one_out_rows(whole)] if whole.donors else []
    for row in itertools.chain(_equivalence_rows(experiment, live), shares):
        yield {"block": block, **row}


def _equivalence_rows(experiment: Experiment, live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """T and T-B against the margin of "no effect"."""
    fold = experiment.settings.contrast.equivalence_fold
    for contrast in ("total", "interaction"):
        donors = live.complete(used_arms(contrast))
        if donors.donors:
            values = donor_contrast(donors.values, contrast, "log")
            yield {**_tost(values, fold, donors.flag(CONTRASTS[contrast])), "check": "equivalence", "subject": contrast}


def _tost(values: Array, fold: float, flag: str = "") -> dict[str, Any]:
    """Two one-sided tests of a mean over donors against +-log(fold); one donor leaves it undecided.

    What lies within the margin only because a bound stands for a value is undecided too.
    """
    estimate = donor_estimate(values)
    low, high = (float(x) for x in estimate.limits(TOST_LEVEL))
    bound = float(np.log(fold))
    within = bool(-bound < low and high < bound)
    undecided = bool(np.isnan(low)) or (within and is_censored(flag))
    return {
        "estimate": float(estimate.estimate),
        "ci_low": low,
        "ci_high": high,
        "bound_low": -bound,
        "bound_high": bound,
        "passed": None if undecided else within,
        "flag": join_flags(flag, "few_donors" if len(values) < 2 else ""),
    }


def both_effects(whole: ArmMatrix, scale: str) -> LiveEffects:
    """T and B of donors that have all four live arms."""
    total, blocked = (donor_contrast(whole.values, c, scale) for c in ("total", "blocked"))
    return live_effects(total, blocked)


def intracellular_share(whole: ArmMatrix, scale: str) -> FiellerSet:
    """(T - B)/T of donors that have all four live arms."""
    return share_set("intracellular", both_effects(whole, scale))


def _share_row(found: FiellerSet) -> dict[str, Any]:
    """Estimate and, where it is bounded, interval of a share."""
    bounded = bool(found.kind == BOUNDED)
    ends = (float(found.low), float(found.high)) if bounded else (float("nan"), float("nan"))
    return {"estimate": float(found.estimate), "ci_low": ends[0], "ci_high": ends[1]}


def _scale_rows(whole: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share on both scales against one half; undecided where it is not identifiable on either."""
    found = {scale: intracellular_share(whole, scale) for scale in SCALES}
    cells = {scale: intracellular_flag(whole, both_effects(whole, scale)) for scale in SCALES}
    decided = all(is_identifiable(share, cells[scale]) for scale, share in found.items())
    robust = len({bool(share.estimate > HALF) for share in found.values()}) == 1
    turned = "not_scale_robust" if decided and not robust else ""
    for scale, share in found.items():
        bounds = {"bound_low": HALF, "bound_high": HALF, "passed": robust if decided else None}
        flag = join_flags(cells[scale], turned)
        yield {"check": "scale", "subject": scale, **_share_row(share), **bounds, "flag": flag}


def _leave_one_out_rows(whole: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share without each donor in turn; nothing for fewer than three donors, where what is left has no interval."""
    everyone = _share_row(intracellular_share(whole, "log"))
    low, high = everyone["ci_low"], everyone["ci_high"]
    told = not np.isnan(low) and not is_open(intracellular_flag(whole, both_effects(whole, "log")))
    for donor in whole.donors if len(whole.donors) > 2 else ():
        left = _share_row(intracellular_share(whole.without(donor), "log"))
        passed = bool(low <= left["estimate"] <= high) if told else None
        bounds = {"bound_low": low, "bound_high": high}
        yield {"check": "leave_one_out", "subject": donor, **left, **bounds, "passed": passed, "flag": ""}


def _agreement_rows(experiment: Experiment, panel: Panel, all_arms: tuple[Arms, ...]) -> Iterator[dict[str, Any]]:
    """T-B of one block against T-B of another, on the donors that have both."""
    fold = experiment.settings.contrast.agreement_fold
    for first, second in itertools.combinations([a for a in all_arms if "interaction" in a.identified], 2):
        both = panel.matrix((*first.live, *second.live)).complete(range(8))
        if both.donors:
            one, other = (donor_contrast(both.values[:, part], "interaction", "log") for part in _HALVES)
            weights = CONTRASTS["interaction"]
            row = _tost(one - other, fold, both.flag((*weights, *(-w for w in weights))))
            apart = "discordant_blocks" if _apart(row) else ""
            yield {
                **row,
                "block": first.name,
                "check": "agreement",
                "subject": second.name,
                "flag": join_flags(row["flag"], apart),
            }


def _apart(row: dict[str, Any]) -> bool:
    """Whether two blocks disagree: their difference lies beyond the margin and its interval excludes 0."""
    beyond = not row["bound_low"] <= row["estimate"] <= row["bound_high"]
    return bool(beyond and row["ci_low"] * row["ci_high"] > 0)


def _match_rows(experiment: Experiment, panel: Panel, arms: Arms) -> Iterator[dict[str, Any]]:
    """Whether each comparator left as much mineral as raised Mg did."""
    for comparator in arms.comparators if arms.intact_raised else ():
        both = comparator_matrix(panel, arms, comparator)
        if both.donors:
            row = _tost(
                both.values[:, 1] - both.values[:, 0],
                experiment.settings.contrast.equivalence_fold,
                both.flag((-1.0, 1.0)),
            )
            yield {**row, "block": "", "check": "match", "subject": comparator}
