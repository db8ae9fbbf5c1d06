"""Amounts -> everything that is concluded from them, in the order in which data flows."""

from typing import Any

import pandas as pd

from mgassay.effects.contrasts.arms import check_arms
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.contrasts.nondetects import wells_with_nondetects, with_nondetects
from mgassay.effects.genes.genes import genes_from_effects
from mgassay.effects.genes.score import with_score
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.checks import checks_from_means
from mgassay.effects.verdict.verdict import verdict_from_tables
from mgassay.experiment import Experiment
from mgassay.problems import Problems


def may_conclude(found: Problems) -> bool:
    """Whether the question itself was declared without error, so that an answer would be to what the lab asked.

    An error in experiment.toml or in the conditions means that a default or a gap stands where the lab meant
    something else: the amounts are still worth looking at, effects and a verdict would be wrong with an interval.
    """
    return not any(
        p.severity == "error" and (p.file in ("experiment.toml", "conditions.csv") or p.sheet == "conditions")
        for p in found
    )


def conclusions_from_amounts(
    experiment: Experiment, amounts: pd.DataFrame, problems: Problems
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables means, effects, shares, genes and checks by name, and the facts of the verdict.

    Arms that are missing or ambiguous become problems here too, so that a lab that reads only the report sees them.
    """
    check_arms(experiment, problems)
    means = means_from_amounts(experiment, amounts, problems)
    wells = wells_with_nondetects(experiment, amounts)
    effects = with_nondetects(experiment, effects_from_means(experiment, means), wells, problems)
    shares = shares_from_means(experiment, means)
    checks = checks_from_means(experiment, means)
    genes = with_score(experiment, genes_from_effects(experiment, effects, means, wells), means, problems)
    made = {"means": means, "effects": effects, "shares": shares, "genes": genes, "checks": checks}
    return made, verdict_from_tables(experiment, means, effects, shares, checks)
