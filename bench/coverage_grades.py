"""Grades of drawn experiments: the facts that arrays tell, through the project's own rules (bench/coverage.py).

The design that could earn an A: siRNA and 2-APB, each with its own intact arms, on the same donors; Mg_i under siRNA;
acellular runs; nothing floored, viability unchanged. The facts are those of verdict/facts.py; that they lead to the
grades that the tables lead to is tested (tests/effects/test_coverage_page.py).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.coverage_lab import Array, Drawn, Lab, cell_means
from bench.coverage_methods import Flags, Tally, both_effects
from mgassay.effects.contrasts.contrasts import donor_contrast
from mgassay.effects.estimators.equivalence import equivalence
from mgassay.effects.estimators.fieller import BOUNDED
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import share_set
from mgassay.effects.shares.incomplete import is_told, residual_entry
from mgassay.effects.verdict.cell_facts import RHO_MOST
from mgassay.effects.verdict.grade import GRADES, grade_of, is_resolved
from mgassay.effects.verdict.refits import HALF

EQUIVALENCE_FOLD, AGREEMENT_FOLD = 1.5, 2.0
_DESIGN = ("blocked_run", "sirna", "selective", "mg_measured", "acellular")  # facts that the design itself brings


def grades(lab: Lab, sirna: Drawn, inhibitor: Drawn) -> Iterator[Tally]:
    """How often each grade, and how often an answer beside it; `inhibitor` is drawn with the same truth.

    `inside`: T - B excludes 0 from above; `no inside`: T - B is equivalent to 0; `told`: the shares are identifiable.
    """
    facts = facts_of_arrays(sirna, inhibitor)
    found = grades_of(facts)
    inside = donor_estimate(donor_contrast(cell_means(sirna.live), "interaction", "log")).limits()[0] > 0
    events = {
        "runs": np.ones_like(inside),
        "told": facts["share_identifiable"],
        "inside": inside,
        "no inside": facts["interaction_equivalent_to_zero"],
        "inside at A or B": inside & np.isin(found, ["A", "B"]),
        **{f"grade {grade}": found == grade for grade in GRADES},
    }
    counts = {event: int(flags.sum()) for event, flags in events.items()}
    yield Tally(
        "verdict",
        "log",
        "siRNA, 2-APB, Mg_i, acellular",
        lab.shares["intracellular"] if lab.total else float("nan"),
        counts,
    )


def facts_of_arrays(sirna: Drawn, inhibitor: Drawn) -> dict[str, Flags]:
    """The facts of the siRNA block, one array over experiments each; those that are left out are false."""
    one, two = _alone(cell_means(sirna.live)), _alone(cell_means(inhibitor.live))
    rho = residual_entry(*sirna.mg)
    alike = equivalence(_interaction(sirna) - _interaction(inhibitor), AGREEMENT_FOLD).equivalent
    return {
        **one,
        **{fact: np.ones_like(alike) for fact in _DESIGN},
        "rho_below_half": np.asarray(is_told(rho) & (rho.high < RHO_MOST)),
        "second_block_agrees": alike & resolved_of(two),
    }


def _interaction(drawn: Drawn) -> Array:
    """T - B per donor."""
    return donor_contrast(cell_means(drawn.live), "interaction", "log")


def _alone(means: Array) -> dict[str, Flags]:
    """Facts that one block's own arms tell."""
    total, interaction, main = (
        donor_estimate(donor_contrast(means, c, "log")) for c in ("total", "interaction", "block_main")
    )
    log, additive = (share_set("intracellular", both_effects(means, scale)) for scale in ("log", "additive"))
    bounded = (log.kind == BOUNDED) & (additive.kind == BOUNDED)
    return {
        "total_excludes_zero": _excludes_zero(*total.limits()),
        "share_identifiable": np.asarray(log.kind == BOUNDED),
        "block_main_exceeds_total": np.asarray(np.abs(main.estimate) > np.abs(total.estimate)),
        "interaction_excludes_zero": _excludes_zero(*interaction.limits()),
        "interaction_equivalent_to_zero": equivalence(
            donor_contrast(means, "interaction", "log"), EQUIVALENCE_FOLD
        ).equivalent,
        "scale_robust": np.asarray(bounded & ((log.estimate > HALF) == (additive.estimate > HALF))),
    }


def _excludes_zero(low: Array, high: Array) -> Flags:
    """Whether 0 lies outside the interval."""
    return np.asarray((low > 0) | (high < 0))


def held_facts(facts: dict[str, Flags], experiment: int) -> frozenset[str]:
    """The facts that are true of one experiment."""
    return frozenset(fact for fact, flags in facts.items() if flags[experiment])


def resolved_of(facts: dict[str, Flags]) -> Flags:
    """Whether each experiment is resolved by this block."""
    n = len(facts["total_excludes_zero"])
    return np.array([is_resolved(held_facts(facts, i) | {"blocked_run"}) for i in range(n)])


def grades_of(facts: dict[str, Flags]) -> NDArray[np.str_]:
    """The grade of each experiment."""
    return np.array([grade_of(held_facts(facts, i)) for i in range(len(facts["total_excludes_zero"]))])
