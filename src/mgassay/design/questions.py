"""Every question that the conditions answer: the declared one, other days, other Mg levels, further steps."""

from collections.abc import Iterator

import pandas as pd

from mgassay.design.arms import ACELLULAR_ARMS, LIVE_ARMS, Arms
from mgassay.design.blocks import blocks_of
from mgassay.design.days import harvest_days, of_day, primary_day
from mgassay.design.filling import MG, Question, arms_of_each, primary_question
from mgassay.design.levels import at_levels, is_among, is_level, mg_levels, number_in
from mgassay.design.once import once
from mgassay.experiment import Experiment, StepSettings


@once
def arms_of_blocks(experiment: Experiment) -> tuple[Arms, ...]:
    """The arms of every block for the declared question; plain Mg arms beside them where no block has both intact."""
    return _arms_of_question(experiment, primary_question(experiment))


@once
def plain_arms(experiment: Experiment) -> Arms:
    """The arms of the declared question on cells that nothing was done to but Mg."""
    return arms_of_each(experiment, (None,), primary_question(experiment))[0]


@once
def questions_of(experiment: Experiment) -> tuple[Arms, ...]:
    """The arms of every block for every question; those of one question stand together, the declared one first.

    On every harvest day (the primary one first): the declared pair of Mg levels, every other level against the
    reference in ascending order, every [[step]] at the Mg level at which most of its arms were run (the reference one
    on a tie). Beside the declared one only blocks of which T or B has both its arms, and A where it has.
    """
    first, *further = [question for day in harvest_days(experiment) for question in _asked_on(experiment, day)]
    found = (_answering(_arms_of_question(experiment, question)) for question in further)
    return (*_arms_of_question(experiment, first), *(arms for group in found for arms in group))


def primary_rows(experiment: Experiment, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of EFFECTS or SHARES that answer the declared question: the Mg step between its two levels, primary day.

    The others are of further levels, days and steps; a dose series has its own rows for these two levels too.
    """
    contrast = experiment.settings.contrast
    asked = (table["step"] == "Mg") & (table["day"] == primary_day(experiment))
    for column in ("mg_reference_mM", "mg_raised_mM"):
        asked &= is_level(table, column, repr(getattr(contrast, column)))
    return table[asked]


def _arms_of_question(experiment: Experiment, question: Question) -> tuple[Arms, ...]:
    """The arms of every block; where no block has both of its intact arms, the plain arms stand beside them."""
    blocks = [block for block in blocks_of(experiment) if block.column != question.column]
    plain, *of_blocks = arms_of_each(experiment, (None, *blocks), question)
    return tuple(of_blocks) if any(all(arms.live[:2]) for arms in of_blocks) else (plain, *of_blocks)


def _answering(group: tuple[Arms, ...]) -> tuple[Arms, ...]:
    """Of a further question the blocks that can tell T or B; the first of all where A alone can be told.

    A block that was not run there would only repeat the T of one that was, from the same wells.
    """
    living = tuple(arms for arms in group if {"total", "blocked"}.intersection(arms.identified))
    run = {arms.live[:2] for arms in living if any(arms.live[2:])}
    own = tuple(arms for arms in living if any(arms.live[2:]) or arms.live[:2] not in run)
    return own or tuple(arms for arms in group[:1] if "acellular" in arms.identified)


def _asked_on(experiment: Experiment, day: str) -> Iterator[Question]:
    """The questions that may be asked on a day, whether or not their arms were run."""
    contrast, primary = experiment.settings.contrast, primary_question(experiment)
    pair = (contrast.mg_reference_mM, contrast.mg_raised_mM)
    yield primary if day == primary.day else Question("Mg", day, *pair)
    harvested = of_day(experiment, day)
    for mg in mg_levels(at_levels(harvested, {"medium": contrast.medium_calcifying})):
        if not is_among(mg, pair):
            yield Question("Mg", day, contrast.mg_reference_mM, mg)
    for step in steps_of(experiment):
        if run := mg_levels(at_levels(harvested, {step.column: step.raised})):
            declared = (mg for mg in pair if is_among(mg, run))
            yield _step_question(experiment, step, day, (*declared, *(mg for mg in run if not is_among(mg, pair))))


def steps_of(experiment: Experiment) -> tuple[StepSettings, ...]:
    """The [[step]]s whose name is not taken: rows of one name would answer two questions."""
    named = {step.name: step for step in reversed(experiment.settings.step) if step.name != "Mg"}
    return tuple(step for step in experiment.settings.step if named.get(step.name) is step)


def _step_question(experiment: Experiment, step: StepSettings, day: str, levels: tuple[float, ...]) -> Question:
    """A [[step]] at the Mg level that fills most of its arms; the first of `levels` (where it was raised) on a tie."""
    if step.column == MG:
        return Question(step.name, day, number_in(step.reference), number_in(step.raised))
    asked = [Question(step.name, day, mg, mg, step.column, step.reference, step.raised) for mg in levels]
    return max(asked, key=lambda question: _arms_filled(_arms_of_question(experiment, question)))


def _arms_filled(group: tuple[Arms, ...]) -> int:
    """How many arms have a condition, over all blocks."""
    return sum(bool(getattr(arms, arm)) for arms in group for arm in (*LIVE_ARMS, *ACELLULAR_ARMS))
