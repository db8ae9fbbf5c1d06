"""The share again: on another scale, without a donor, without flagged wells, against the other acellular arm."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.contrasts import ACELLULAR, SCALES, acellular_effects, censored_flag, donor_contrast
from mgassay.effects.estimators.bounds import is_censored, is_open, side_of
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import live_effects, share_set
from mgassay.effects.means.panels import ArmMatrix, Panel
from mgassay.effects.shares.shares import intracellular_flag, is_identifiable
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_ALL = (0, 1, 2, 3)  # positions of the live arms
HALF = 0.5  # the share at which "mostly inside" becomes "mostly outside"


@dataclass(frozen=True)
class OtherAcellular:
    """The kind of acellular arm that is not asked for, and its conditions; all "" where only one kind was run."""

    kind: str = ""
    conditions: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class _Share:
    """(T - B)/T of the donors that have all four live arms: its set, and the flags of what it rests on."""

    found: FiellerSet
    flag: str

    @property
    def columns(self) -> dict[str, Any]:
        """Estimate and, where it is bounded, interval."""
        return _share_columns(self.found)

    @property
    def conclusion(self) -> tuple[bool, int, int]:
        """Whether the share is identifiable, and which side of 0 and of one half it is shown to lie on: 1, -1, 0."""
        if not is_identifiable(self.found, self.flag):
            return (False, 0, 0)
        interval = (float(self.found.low), float(self.found.high), self.flag)
        return (True, side_of(*interval, 0.0), side_of(*interval, HALF))

    @property
    def side(self) -> int:
        """Which side of one half the estimate lies on, 0 where it is a bound that does not tell."""
        at = float(self.found.estimate)
        return side_of(at, at, self.flag, HALF)


def _share_of(live: ArmMatrix, scale: str = "log") -> _Share:
    """The intracellular share from the live arms; one donor at least must have them all."""
    whole = live.complete(_ALL)
    effects = live_effects(*(donor_contrast(whole.values, c, scale) for c in ("total", "blocked")))
    return _Share(share_set("intracellular", effects), intracellular_flag(whole, effects, live.lost()))


def _share_columns(found: FiellerSet) -> dict[str, Any]:
    """Estimate and, where it is bounded, interval of a share."""
    bounded = bool(found.kind == BOUNDED)
    low, high = (float(found.low), float(found.high)) if bounded else (float("nan"), float("nan"))
    return {"estimate": float(found.estimate), "ci_low": low, "ci_high": high}


def scale_rows(live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share on both scales against one half.

    Undecided where it is not identifiable on either, or where a bound does not tell its side (at most .7).
    """
    if not live.complete(_ALL).donors:
        return
    shares = {scale: _share_of(live, scale) for scale in SCALES}
    decided = all(share.conclusion[0] and share.side for share in shares.values())
    robust = len({share.side for share in shares.values()}) == 1
    turned = "not_scale_robust" if decided and not robust else ""
    for scale, share in shares.items():
        bounds = {"bound_low": HALF, "bound_high": HALF, "passed": robust if decided else None}
        yield {"check": "scale", "subject": scale, **share.columns, **bounds, "flag": join_flags(share.flag, turned)}


def leave_one_out_rows(live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The share without each donor in turn, beside the interval of all, and whether the conclusion is the same.

    That the estimate lies within that interval says nothing, since it always does (decision 0039). Undecided where the
    share of all donors is not identifiable. Nothing for fewer than three donors: one alone has no interval.
    """
    donors = live.complete(_ALL).donors
    if len(donors) < 3:
        return
    everyone = _share_of(live)
    bounds = _as_bounds(everyone.columns)
    for donor in donors:
        left = _share_of(live.without(donor))
        passed = left.conclusion == everyone.conclusion if everyone.conclusion[0] else None
        told = {**left.columns, **bounds, "passed": passed, "flag": left.flag}
        yield {"check": "leave_one_out", "subject": donor, **told}


def without_flagged_rows(live: ArmMatrix, clean: ArmMatrix, left_out: str) -> Iterator[dict[str, Any]]:
    """The share from means made without the wells that carry a doubt; `left_out` names what they were flagged as.

    Passed where it lies within the interval of all wells; undecided where that is not bounded, or either is open.
    """
    of_clean = clean.complete(_ALL)
    if not (left_out and live.complete(_ALL).donors and of_clean.donors):
        return
    everyone, left = _share_of(live), _share_of(clean)
    told = not is_open(everyone.flag) and not is_open(left.flag)
    inside = {**_inside(left.columns, everyone.columns), **({} if told else {"passed": None})}
    flag = join_flags(left.flag, _alone(of_clean))
    yield {"check": "without_flagged", "subject": left_out, **left.columns, **inside, "flag": flag}


def _inside(found: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Bounds and `passed`: whether an estimate lies within the interval of another, undecided where that has none."""
    bounds = _as_bounds(other)
    decided = not np.isnan([bounds["bound_low"], found["estimate"]]).any()
    within = bounds["bound_low"] <= found["estimate"] <= bounds["bound_high"]
    return {**bounds, "passed": bool(within) if decided else None}


def _as_bounds(other: dict[str, Any]) -> dict[str, Any]:
    """The interval of another share as what a share is held against."""
    return {"bound_low": other["ci_low"], "bound_high": other["ci_high"]}


def _alone(donors: ArmMatrix) -> str:
    """The flag of what has no interval."""
    return "few_donors" if len(donors.donors) < 2 else ""


def variant_rows(panel: Panel, arms: Arms, other_arm: OtherAcellular) -> Iterator[dict[str, Any]]:
    """The passive share with the other kind of acellular arm, against its interval with the kind asked for.

    Undecided where a bound stands for a value in it.
    """
    every = [panel.matrix(pair) for pair in (arms.live[:2], arms.acellular, other_arm.conditions)]
    live, asked, other = (matrix.complete((0, 1)) for matrix in every)
    if not all(found.donors for found in (live, asked, other)):
        return
    total = live.values @ np.array(ACELLULAR)
    effects = live_effects(total, np.zeros_like(total))  # B has no weight in the passive share
    own, also = (
        _share_columns(share_set("passive", effects, donor_estimate(acellular_effects(runs, "log"))))
        for runs in (asked, other)
    )
    used = zip(every, (live, asked, other), strict=True)
    flag = join_flags(*(censored_flag(*pair, ACELLULAR) for pair in used), _alone(other))
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
