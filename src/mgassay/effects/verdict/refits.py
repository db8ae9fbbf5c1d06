"""The share again: on another scale, without a donor, without flagged wells, against the other acellular arm."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.contrasts import ACELLULAR, SCALES, acellular_effects, donor_contrast
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import LiveEffects, live_effects, share_set
from mgassay.effects.means.panels import ArmMatrix, Panel, is_censored, is_open
from mgassay.effects.shares.shares import intracellular_flag, is_identifiable
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

HALF = 0.5  # the share at which "mostly inside" becomes "mostly outside"


@dataclass(frozen=True)
class OtherAcellular:
    """The kind of acellular arm that is not asked for, and its conditions; all "" where only one kind was run."""

    kind: str = ""
    conditions: tuple[str, str] = ("", "")


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


def scale_rows(whole: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share on both scales against one half; undecided where it is not identifiable on either."""
    if not whole.donors:
        return
    found = {scale: intracellular_share(whole, scale) for scale in SCALES}
    cells = {scale: intracellular_flag(whole, both_effects(whole, scale)) for scale in SCALES}
    decided = all(is_identifiable(share, cells[scale]) for scale, share in found.items())
    robust = len({bool(share.estimate > HALF) for share in found.values()}) == 1
    turned = "not_scale_robust" if decided and not robust else ""
    for scale, share in found.items():
        bounds = {"bound_low": HALF, "bound_high": HALF, "passed": robust if decided else None}
        flag = join_flags(cells[scale], turned)
        yield {"check": "scale", "subject": scale, **_share_row(share), **bounds, "flag": flag}


def leave_one_out_rows(whole: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share without each donor in turn; nothing for fewer than three donors, where what is left has no interval."""
    for donor in whole.donors if len(whole.donors) > 2 else ():
        left = _share_row(intracellular_share(whole.without(donor), "log"))
        yield {"check": "leave_one_out", "subject": donor, **left, **_within(left, whole), "flag": ""}


def without_flagged_rows(whole: ArmMatrix, clean: ArmMatrix, left_out: str) -> Iterator[dict[str, Any]]:
    """The share from means made without the wells that carry a doubt; `left_out` names what they were flagged as."""
    if whole.donors and clean.donors and left_out:
        left = _share_row(intracellular_share(clean, "log"))
        flag = join_flags(intracellular_flag(clean, both_effects(clean, "log")), _alone(clean))
        told = {**_within(left, whole), **({"passed": None} if is_open(flag) else {})}
        yield {"check": "without_flagged", "subject": left_out, **left, **told, "flag": flag}


def _within(found: dict[str, Any], whole: ArmMatrix) -> dict[str, Any]:
    """Bounds and `passed`: whether a share lies within the interval of all donors; undecided without that, or open."""
    everyone = _share_row(intracellular_share(whole, "log"))
    told = not is_open(intracellular_flag(whole, both_effects(whole, "log")))
    return {**_inside(found, everyone), **({} if told else {"passed": None})}


def _inside(found: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Bounds and `passed`: whether an estimate lies within the interval of another, undecided where that has none."""
    low, high = other["ci_low"], other["ci_high"]
    decided = not np.isnan([low, found["estimate"]]).any()
    return {
        "bound_low": low,
        "bound_high": high,
        "passed": bool(low <= found["estimate"] <= high) if decided else None,
    }


def _alone(donors: ArmMatrix) -> str:
    """The flag of what has no interval."""
    return "few_donors" if len(donors.donors) < 2 else ""


def variant_rows(panel: Panel, arms: Arms, other_arm: OtherAcellular) -> Iterator[dict[str, Any]]:
    """The passive share with the other kind of acellular arm, against its interval with the kind asked for.

    Undecided where a bound stands for a value in it.
    """
    live = panel.matrix(arms.live[:2]).complete((0, 1))
    asked, other = (panel.matrix(pair).complete((0, 1)) for pair in (arms.acellular, other_arm.conditions))
    if not all(found.donors for found in (live, asked, other)):
        return
    total = live.values @ np.array(ACELLULAR)
    effects = live_effects(total, np.zeros_like(total))  # B has no weight in the passive share
    own, also = (
        _share_row(share_set("passive", effects, donor_estimate(acellular_effects(runs, "log"))))
        for runs in (asked, other)
    )
    flag = join_flags(*(part.flag(ACELLULAR) for part in (live, asked, other)), _alone(other))
    told = {**_inside(also, own), **({"passed": None} if is_censored(flag) else {})}
    yield {"check": "acellular_variant", "subject": other_arm.kind, **also, **told, "flag": flag}


def other_acellular(experiment: Experiment) -> OtherAcellular:
    """The kind of acellular arm that is not asked for, where it was run beside the other."""
    contrast = experiment.settings.contrast
    kind = "fixed" if contrast.acellular == "none" else "none"
    asked, other = (arms_of_blocks(e)[0].acellular for e in (experiment, with_acellular(experiment, kind)))
    return OtherAcellular(kind, other) if all(other) and other != asked else OtherAcellular()


def with_acellular(experiment: Experiment, kind: str) -> Experiment:
    """The same experiment with this kind of acellular arm asked for."""
    contrast = experiment.settings.contrast.model_copy(update={"acellular": kind})
    return replace(experiment, settings=experiment.settings.model_copy(update={"contrast": contrast}))
