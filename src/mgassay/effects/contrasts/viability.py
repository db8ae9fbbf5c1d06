"""Means of viability -> which conditions lost it, against the reference arm with entry intact."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mgassay.design import arms_of_blocks, late_arms_of, plain_arms, questions_of
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.means.panels import Panel, panels_from_means
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

VIABILITY = "viability"
VIABLE = 0.8  # an arm below this fraction of the intact reference, its interval below 1, is not comparable


def has_lost(panel: Panel, reference: str, condition: str) -> bool | None:
    """Whether a condition has less than VIABLE of the reference's viability, its interval below 1, or nothing alive.

    Ratio over the donors that have both, t on the log scale; None where no donor has both.
    """
    pair = panel.matrix((reference, condition))
    if any("floor" in cells[1].split(";") for cells in pair.flags):
        return True
    both = pair.complete((0, 1)).values
    if not len(both):
        return None
    change = donor_estimate(both[:, 1] - both[:, 0])
    return bool(change.estimate < np.log(VIABLE) and change.limits()[1] < 0)


def less_viable(experiment: Experiment, panels: Mapping[str, Panel]) -> tuple[str, ...]:
    """The conditions that have lost viability, of all that something is concluded from, each once.

    Arms of every question and block, comparators, and arms with late Mg, each against the reference arm with entry
    intact of its question. Empty where viability was not measured.
    """
    if VIABILITY not in panels:
        return ()
    pairs = dict.fromkeys(
        (c, reference) for c, reference in _compared(experiment) if c and reference and c != reference
    )
    return tuple(dict.fromkeys(c for c, reference in pairs if has_lost(panels[VIABILITY], reference, c)))


def _compared(experiment: Experiment) -> Iterator[tuple[str, str]]:
    """Each condition beside its intact reference; "" for what was not run."""
    for arms in (plain_arms(experiment), *questions_of(experiment)):
        for condition in (*arms.live, *arms.comparators.values(), *arms.blocked_comparators.values()):
            yield condition, arms.intact_reference
    intact = {arms.name: arms.intact_reference for arms in arms_of_blocks(experiment)}
    for late in late_arms_of(experiment):
        yield late.late, intact.get(late.name) or late.reference


def check_viability(experiment: Experiment, means: pd.DataFrame, problems: Problems) -> None:
    """Tells the conditions that have lost viability (MG651)."""
    if lost := less_viable(experiment, {panel.readout: panel for panel in panels_from_means(means)}):
        problems.add("MG651", file="conditions.csv", seen=listed(lost), least=f"{100 * VIABLE:.0f}")
