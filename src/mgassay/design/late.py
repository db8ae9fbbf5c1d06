"""Mg2+ raised after mineral began: the arms that tell progression from initiation."""

from collections.abc import Mapping
from dataclasses import dataclass

from mgassay.design.blocks import blocks_of
from mgassay.design.days import of_day
from mgassay.design.filling import MG, primary_question
from mgassay.design.levels import at_levels, best_filled, idle_levels
from mgassay.experiment import Experiment


@dataclass(frozen=True)
class LateArms:
    """Conditions at reference Mg, at raised Mg from day 0 ("" where not run) and at raised Mg from a later day.

    `name` is the block's, "" with entry intact; `mg_from_day` is in days of culture.
    """

    name: str
    mg_from_day: float
    reference: str
    raised: str
    late: str


def late_arms_of(experiment: Experiment) -> tuple[LateArms, ...]:
    """The late arms of the declared pair of Mg levels on the primary day, intact first, by the day of addition.

    Everything else is idle (see `arms_of`); of several idle levels at which the late arm was run the one that fills
    most of the three arms is taken. Only those that have the late and the reference arm.
    """
    entries: dict[str, dict[str, str]] = {"": {}, **{b.name: {b.column: b.blocked} for b in blocks_of(experiment)}}
    found = [_late_arms(experiment, name, own, day) for name, own in entries.items() for day in _late_days(experiment)]
    return tuple(arms for arms in found if arms.late and arms.reference)


def _late_days(experiment: Experiment) -> list[float]:
    """The days on which Mg was raised late, ascending."""
    days = experiment.conditions["mg_from_day"]
    return sorted(set(days[days > 0].astype(float)))


def _late_arms(experiment: Experiment, name: str, own: Mapping[str, str], from_day: float) -> LateArms:
    """The three arms of one way of entry and one day of addition."""
    question = primary_question(experiment)
    held = {"medium": experiment.settings.contrast.medium_calcifying, "cells": "live", **own}
    early = {side: {MG: levels[MG], "mg_from_day": "0"} for side, levels in question.sides.items()}
    wanted = {**early, "late": {**early["raised"], "mg_from_day": repr(from_day)}}
    idle = {c: v for c, v in idle_levels(experiment).items() if c not in own}
    found = best_filled(at_levels(of_day(experiment, question.day), held), wanted, idle, needed="late")[0]
    return LateArms(name, from_day, **{arm: fits[0] if fits else "" for arm, fits in found.items()})
