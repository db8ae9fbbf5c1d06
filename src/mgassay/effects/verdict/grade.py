"""Facts -> evidence grade: which arms were there and what their intervals exclude.

The grade is of the evidence, not of the answer: "all outside" can earn an A.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What one readout and block show; every field is true or false, none is a judgement."""

    total_excludes_zero: bool = False  # T by donor_t, 95 %; not a bound that may lie on either side
    share_identifiable: bool = False  # the log-scale share of every arm that was run is bounded
    floor: bool = False  # a live arm is not above LOD over the background
    above_curve: bool = False  # a live arm is beyond the top standard
    viability_changed: bool = False
    block_main_exceeds_total: bool = False
    blocked_run: bool = False  # both blocked arms were run, so that T - B exists
    sirna: bool = False
    selective: bool = False
    interaction_excludes_zero: bool = False
    interaction_equivalent_to_zero: bool = False
    second_block_agrees: bool = False  # another block is resolved and within agreement_fold; one of the two is siRNA
    mg_measured: bool = False  # Mg_i itself and no bound of it, in the four live arms
    rho_below_half: bool = False  # the interval of rho ends below 0.5
    acellular: bool = False  # two or more runs, none floored or above the curve
    scale_robust: bool = False

    @property
    def resolved(self) -> bool:
        """T excludes 0, and T - B either excludes 0 or is equivalent to 0."""
        told = self.interaction_excludes_zero or self.interaction_equivalent_to_zero
        return self.total_excludes_zero and self.blocked_run and told


def rules_of(facts: Facts) -> dict[str, bool]:
    """Rule -> whether it fired: first those that end in X, then those that build a grade up."""
    return {
        "total_includes_zero": not facts.total_excludes_zero,
        "share_not_identifiable": facts.blocked_run and not facts.share_identifiable,
        "floor": facts.floor,
        "viability_changed": facts.viability_changed,
        "block_main_exceeds_total": facts.block_main_exceeds_total,
        "mg_only": not facts.blocked_run,
        "above_curve": facts.above_curve,
        "resolved": facts.resolved,
        "sirna": facts.sirna,
        "selective_block": facts.selective,
        "mg_intracellular_measured": facts.mg_measured,
        "rho_below_half": facts.rho_below_half,
        "second_block_agrees": facts.second_block_agrees,
        "acellular_arm": facts.acellular,
        "scale_robust": facts.scale_robust,
    }


ENDS_IN_X = (
    "total_includes_zero",
    "share_not_identifiable",
    "floor",
    "viability_changed",
    "block_main_exceeds_total",
)


def grade_of(rules: Mapping[str, bool]) -> str:
    """The grade A, B, C, D or X that the rules fired lead to.

    X where any of ENDS_IN_X fired; D for Mg added only; B needs a resolved selective block (siRNA or inhibitor), Mg_i
    measured and no arm beyond the curve; A needs siRNA, a second block that agrees, rho below .5, an acellular arm and
    a share on one side of .5 on both scales. Everything else with a block is C.
    """
    if any(rules[rule] for rule in ENDS_IN_X):
        return "X"
    if rules["mg_only"]:
        return "D"
    if not all(rules[r] for r in ("resolved", "selective_block", "mg_intracellular_measured")) or rules["above_curve"]:
        return "C"
    whole = all(rules[r] for r in ("sirna", "second_block_agrees", "rho_below_half", "acellular_arm", "scale_robust"))
    return "A" if whole else "B"
