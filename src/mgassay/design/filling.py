"""Which condition fills each arm of a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay.design.arms import Arms
from mgassay.design.blocks import Block
from mgassay.design.days import of_day, primary_day
from mgassay.design.levels import at_levels, best_filled, fitting, idle_levels
from mgassay.experiment import Contrast, Experiment

MG = "mg_mM"


@dataclass(frozen=True)
class Question:
    """A step of one column between two levels, on one day.

    `step` is "Mg" or the name of a [[step]], which is asked at one Mg level: `mg_reference_mM` and `mg_raised_mM` (mM)
    are then both that one.
    """

    step: str
    day: str
    mg_reference_mM: float
    mg_raised_mM: float
    column: str = MG
    reference: str = ""
    raised: str = ""
    primary: bool = False

    @property
    def sides(self) -> dict[str, dict[str, str]]:
        """What the columns hold at the reference and at the raised side, as text that `is_level` compares."""
        mg = {"reference": repr(self.mg_reference_mM), "raised": repr(self.mg_raised_mM)}
        own = {"reference": self.reference, "raised": self.raised}
        return {s: {MG: mg[s], **({self.column: own[s]} if self.column != MG else {})} for s in mg}


def primary_question(experiment: Experiment) -> Question:
    """The declared question: the Mg step between its two levels, on the primary day."""
    contrast = experiment.settings.contrast
    return Question("Mg", primary_day(experiment), contrast.mg_reference_mM, contrast.mg_raised_mM, primary=True)


def arms_of(experiment: Experiment, block: Block | None, question: Question | None = None) -> Arms:
    """The condition that fills each arm of a block (None: entry is intact), by default of the declared question.

    Every other column stays idle: no other inhibitor, siRNA `none` (or `scramble`), no modulator, no comparator, Mg
    from day 0, the question's day. Of several idle levels the one that fills most arms is taken for all of them, the
    first on a tie, so that a block and its control never differ in a second column. Other levels of the column that
    the question changes do not matter here. A block in that same column has no blocked arms.
    """
    return arms_of_each(experiment, (block,), question or primary_question(experiment))[0]


def arms_of_each(experiment: Experiment, blocks: Sequence[Block | None], question: Question) -> tuple[Arms, ...]:
    """The arms of one question for each of these blocks (see `arms_of`)."""
    early = at_levels(of_day(experiment, question.day), {"mg_from_day": "0"})
    calcifying = at_levels(early, _unless(question, medium=experiment.settings.contrast.medium_calcifying))
    live = at_levels(calcifying, _unless(question, cells="live"))
    idle = {c: v for c, v in idle_levels(experiment).items() if c != question.column}
    lifeless = _lifeless(calcifying, question, experiment.settings.contrast, idle)
    return tuple(_filled(live, block, question, idle, lifeless) for block in blocks)


def _filled(
    live: pd.DataFrame,
    block: Block | None,
    asked: Question,
    idle: Mapping[str, Sequence[str]],
    lifeless: Mapping[str, tuple[str, ...]],
) -> Arms:
    """The arms of one block among live conditions, and those without living cells."""
    entry = {"intact": {block.column: block.intact} if block else {}}
    if block and block.column != asked.column:
        entry["blocked"] = {block.column: block.blocked}
    wanted = {f"{e}_{side}": {**fixed, **own} for e, fixed in entry.items() for side, own in asked.sides.items()}
    found, levels = best_filled(live, wanted, {c: v for c, v in idle.items() if block is None or c != block.column})
    candidates = {**found, **lifeless}
    filled: dict[str, Any] = {arm: fits[0] if fits else "" for arm, fits in candidates.items()}
    beside = {e: _comparators(live, {**levels, **own, **asked.sides["reference"]}) for e, own in entry.items()}
    return Arms(
        block=block,
        day=asked.day,
        comparators=beside["intact"],
        blocked_comparators=beside.get("blocked", {}),
        rivals={arm: fits for arm, fits in candidates.items() if len(fits) > 1},
        step=asked.step,
        mg_reference_mM=asked.mg_reference_mM,
        mg_raised_mM=asked.mg_raised_mM,
        primary=asked.primary,
        **filled,
    )


def _unless(asked: Question, **levels: str) -> dict[str, str]:
    """These levels, without that of the column that the question changes."""
    return {column: level for column, level in levels.items() if column != asked.column}


def _lifeless(
    calcifying: pd.DataFrame, asked: Question, contrast: Contrast, idle: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Conditions that fit the acellular arm, of the kind of `cells` asked for; of the other where only that was run."""
    wanted = {f"acellular_{side}": levels for side, levels in asked.sides.items()}
    kinds = sorted(("none", "fixed"), key=lambda kind: kind != contrast.acellular)
    first, other = (best_filled(at_levels(calcifying, {"cells": kind}), wanted, idle)[0] for kind in kinds)
    return other if all(other.values()) and not all(first.values()) else first


def _comparators(live: pd.DataFrame, reference: Mapping[str, str]) -> dict[str, str]:
    """Comparator -> its condition at the levels of a reference arm."""
    base = {c: v for c, v in reference.items() if c != "comparator"}
    names = [name for name in dict.fromkeys(live["comparator"]) if name != "none"]
    found = {name: fitting(live, {**base, "comparator": name}) for name in names}
    return {name: fits[0] for name, fits in found.items() if fits}
