"""Amounts -> everything that is concluded from them, in the order in which data flows."""

from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.effects.contrasts.arms import check_arms
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.contrasts.donors_grown import check_donors
from mgassay.effects.contrasts.nondetects import wells_with_nondetects, with_nondetects
from mgassay.effects.contrasts.series import with_doses
from mgassay.effects.contrasts.viability import check_viability
from mgassay.effects.genes.claims import check_comparators, with_claims
from mgassay.effects.genes.efficiency_error import (
    effects_with_efficiency_error,
    efficiency_shifts,
    genes_with_efficiency_error,
)
from mgassay.effects.genes.genes import genes_from_effects
from mgassay.effects.genes.score import with_score
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.shares.corrected import with_rho
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.judgement import judgement
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
    experiment: Experiment, amounts: pd.DataFrame, problems: Problems, errors: pd.DataFrame | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables means, effects, shares, rho, genes, checks, equivalence and facts by name, and the verdict.

    `errors` are EFFICIENCY_ERRORS of the amounts, where errors of efficiencies are known.
    Arms that are missing or ambiguous become problems here too, so that a lab that reads only the report sees them.
    """
    check_arms(experiment, problems)
    check_donors(experiment, [amounts], problems)
    means = means_from_amounts(experiment, amounts, problems)
    check_viability(experiment, means, problems)
    wells = wells_with_nondetects(experiment, amounts)
    effects = with_nondetects(experiment, effects_from_means(experiment, means), wells, problems)
    known = tables.EFFICIENCY_ERRORS.frame() if errors is None else errors
    shifts = efficiency_shifts(experiment, amounts, means, known)
    effects = with_doses(experiment, effects, means)
    effects = effects_with_efficiency_error(experiment, effects, means, shifts)
    shares, rho = with_rho(experiment, shares_from_means(experiment, means), means, problems)
    judged, verdict = judgement(experiment, amounts, means, effects, shares)
    genes = with_score(experiment, genes_from_effects(experiment, effects, means, wells), means, problems)
    genes = with_claims(experiment, genes_with_efficiency_error(experiment, genes, means, shifts), means)
    check_comparators(experiment, genes, problems)
    made = {"means": means, "effects": effects, "shares": shares, "rho": rho, "genes": genes}
    return made | judged, verdict
