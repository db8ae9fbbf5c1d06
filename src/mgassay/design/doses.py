"""The dose series: conditions that differ in Mg alone, with entry intact and under each block."""

from dataclasses import dataclass

import pandas as pd

from mgassay.design.blocks import Block, blocks_of
from mgassay.design.days import harvest_days, of_day
from mgassay.design.filling import MG
from mgassay.design.levels import at_levels, best_filled, idle_levels, is_among, mg_levels
from mgassay.experiment import Experiment


@dataclass(frozen=True)
class DoseArms:
    """One condition per Mg level, the reference one first and the others ascending; `name` is the block's or "".

    `levels` in mM; `day` as in Arms.
    """

    name: str
    day: str
    levels: tuple[float, ...]
    conditions: tuple[str, ...]


def doses_of(experiment: Experiment) -> tuple[DoseArms, ...]:
    """The series of every day, intact first, that have the reference level and another.

    Everything else is idle (see `arms_of`): of untransfected and scramble cells those that were run at most levels are
    the intact ones, the untransfected on a tie. Several conditions of one level: the first, as in every arm.
    """
    found = [
        _series(experiment, block, day) for day in harvest_days(experiment) for block in (None, *blocks_of(experiment))
    ]
    return tuple(series for series in found if len(series.levels) > 1)


def _series(experiment: Experiment, block: Block | None, day: str) -> DoseArms:
    """One series; without any level where the reference one was not run."""
    contrast = experiment.settings.contrast
    held = {"mg_from_day": "0", "medium": contrast.medium_calcifying, "cells": "live"}
    own = {block.column: block.blocked} if block else {}
    live = at_levels(of_day(experiment, day), {**held, **own})
    levels = _reference_first(live, contrast.mg_reference_mM)
    wanted = {repr(mg): {MG: repr(mg)} for mg in levels}
    idle = {c: v for c, v in idle_levels(experiment).items() if c not in own}
    found = best_filled(live, wanted, idle, needed=repr(contrast.mg_reference_mM))[0]
    run = [(mg, found[repr(mg)][0]) for mg in levels if found[repr(mg)]]
    if not found[repr(contrast.mg_reference_mM)]:
        run = []
    return DoseArms(block.name if block else "", day, tuple(mg for mg, _ in run), tuple(c for _, c in run))


def _reference_first(conditions: pd.DataFrame, reference: float) -> tuple[float, ...]:
    """The Mg levels (mM) of conditions, the reference one first even where none has it."""
    return (reference, *(mg for mg in mg_levels(conditions) if not is_among(mg, (reference,))))
