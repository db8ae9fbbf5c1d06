"""Means -> checks: would the answer be another on another scale, without a donor, with the other block?

What is asked against margins that the lab declared before results is in `agreement`, what is fitted again in `refits`.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.margins import donors_needed
from mgassay.effects.genes.match import match_rows
from mgassay.effects.means.panels import Panel, is_mineral, panels_from_means
from mgassay.effects.verdict.agreement import agreement_rows, equivalence_rows, falsification_rows
from mgassay.effects.verdict.flagged import Unflagged
from mgassay.effects.verdict.refits import (
    OtherAcellular,
    leave_one_out_rows,
    other_acellular,
    scale_rows,
    variant_rows,
    without_flagged_rows,
)
from mgassay.experiment import Experiment
from mgassay.table import Table


def checks_from_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """CHECKS of the rows that check_rows makes."""
    return _frame(tables.CHECKS, rows)


def equivalence_from_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """EQUIVALENCE: p, outcome, SD and the donors that it would take, of the checks that are two one-sided tests."""
    return _frame(
        tables.EQUIVALENCE, [{**row, "donors_needed": donors_needed(row)} for row in rows if "outcome" in row]
    )


def _frame(table: Table, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of the columns that it has of rows with more."""
    return table.frame([{c: v for c, v in row.items() if c in table.columns} for row in rows])


def check_rows(experiment: Experiment, means: pd.DataFrame, unflagged: Unflagged | None = None) -> list[dict[str, Any]]:
    """Rows with the columns of CHECKS, and of EQUIVALENCE where they are two one-sided tests, of every mineral readout.

    scale: subject log and additive; the intracellular share on it, passed where both lie on one side of 0.5, undecided
    where one of them is not identifiable or a bound that does not tell its side.
    equivalence: subject total, blocked and interaction, 90 % interval within +-log(equivalence_fold); subject
    falsification:<comparator>, what the comparator does intact less what it does under block, within the same.
    leave_one_out: subject the donor left out; the share without it (bounds: the interval of all donors), passed where
    the conclusion is the same: identifiable, same side of 0 and of one half; undecided where all donors give none.
    without_flagged: subject the doubts; the share without the wells that carry them, passed where it lies within the
    interval of all wells (the bounds; empty and undecided where that is not bounded, undecided where a share is open).
    agreement: subject the other block; the difference of the two T-B, per donor or of two sets of donors, 90 % interval
    within +-log(agreement_fold).
    acellular_variant: subject the kind of acellular arm that is not asked for; the passive share with it, passed where
    it lies within the interval with the one asked for.
    match: subject the comparator; log mineral under it - log mineral at raised Mg, 90 % interval within
    +-log(equivalence_fold).
    """
    all_arms, other = arms_of_blocks(experiment), other_acellular(experiment)
    rows: list[dict[str, Any]] = []
    for panel in (p for p in panels_from_means(means) if is_mineral(p.readout)):
        again = (_rows_again(panel, arms, other, unflagged) for arms in all_arms)
        found = (graded_rows(experiment, panel, all_arms), *again, match_rows(experiment, panel))
        rows += [{"readout": panel.readout, **row} for row in itertools.chain(*found)]
    return rows


def graded_rows(experiment: Experiment, panel: Panel, all_arms: Sequence[Arms]) -> Iterator[dict[str, Any]]:
    """The checks of one readout that a grade rests on: equivalence, scale, agreement."""
    for arms in all_arms:
        live = panel.matrix(arms.live)
        tests = (equivalence_rows(experiment, live), falsification_rows(experiment, panel, arms))
        for row in itertools.chain(*tests, scale_rows(live)):
            yield {"block": arms.name, **row}
    yield from agreement_rows(experiment, panel, all_arms)


def _rows_again(
    panel: Panel, arms: Arms, other: OtherAcellular, unflagged: Unflagged | None
) -> Iterator[dict[str, Any]]:
    """The checks of one readout and block that take the share again from other donors, wells or acellular runs."""
    live = panel.matrix(arms.live)
    found = [leave_one_out_rows(live), variant_rows(panel, arms, other)]
    if unflagged:
        clean = unflagged.panel(panel.readout).matrix(arms.live)
        found.append(without_flagged_rows(live, clean, unflagged.doubts(panel.readout, arms.live)))
    for row in itertools.chain(*found):
        yield {"block": arms.name, **row}
