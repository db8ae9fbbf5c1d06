"""Facts -> rules -> grade of the evidence.

The grade is of the evidence, not of the answer: "all outside" can earn an A. Facts stand in facts.csv, one row each; a
rule fires on facts; each rule says how good a grade it leaves when it fires, or when it does not, and the grade is the
best that all of them leave.
"""

from collections.abc import Collection, Mapping

import pandas as pd

# What can be true of one readout and block. None is a judgement; each is read from one row of a table (facts.py).
FACTS = (
    "total_excludes_zero",  # T by donor_t, 95 %; not a bound that may lie on either side
    "share_identifiable",  # the log-scale shares are bounded, but for those that rest on an acellular arm of no use
    "floor",  # a live arm is not above LOD over the background
    "above_curve",  # a live arm is beyond the top standard
    "no_background",  # no no-Pi background was subtracted from a live arm, or none that is known
    "viability_changed",
    "block_main_exceeds_total",
    "blocked_run",  # both blocked arms were run, so that T - B exists
    "sirna",
    "selective",
    "unspecific_block",  # it changes what a comparator without Mg2+ does too
    "entry_not_blocked",  # Mg_i shows that the block leaves nine tenths of Mg entry or more
    "interaction_excludes_zero",
    "interaction_equivalent_to_zero",
    "second_block_agrees",  # another block is resolved and within agreement_fold; one of the two is siRNA
    "mg_measured",  # Mg_i itself and no bound of it, in the four live arms
    "rho_below_half",  # the interval of rho ends below 0.5
    "acellular",  # two or more runs, none floored or above the curve
    "scale_robust",
)
GRADES = ("A", "B", "C", "D", "X")  # best first

# Rule -> whether it is its firing (or its not firing) that holds the grade down, and the best grade that is left then.
LIMITS: Mapping[str, tuple[bool, str]] = {
    "total_includes_zero": (True, "X"),
    "share_not_identifiable": (True, "X"),
    "floor": (True, "X"),
    "viability_changed": (True, "X"),
    "block_main_exceeds_total": (True, "X"),
    "mg_only": (True, "D"),
    "above_curve": (True, "C"),
    "unspecific_block": (True, "C"),
    "block_did_not_block": (True, "C"),
    "resolved": (False, "C"),
    "selective_block": (False, "C"),
    "mg_intracellular_measured": (False, "C"),
    "sirna": (False, "B"),
    "rho_below_half": (False, "B"),
    "second_block_agrees": (False, "B"),
    "acellular_arm": (False, "B"),
    "scale_robust": (False, "B"),
    "no_background": (True, "B"),
}


def facts_of(facts: pd.DataFrame, readout: str, block: str) -> frozenset[str]:
    """The facts that are true of one readout and block, from FACTS; one that could not be asked is not true."""
    own = facts[(facts["readout"] == readout) & (facts["block"] == block)]
    return frozenset(own["fact"][own["value"].fillna(False)])


def is_resolved(held: Collection[str]) -> bool:
    """T excludes 0, and T - B either excludes 0 or is equivalent to 0."""
    told = "interaction_excludes_zero" in held or "interaction_equivalent_to_zero" in held
    return "total_excludes_zero" in held and "blocked_run" in held and told


def is_told(held: Collection[str]) -> bool:
    """Whether it is identifiable where Mg2+ acts: T - B exists and the shares of T can be told."""
    return "blocked_run" in held and "share_identifiable" in held


def rules_of(held: Collection[str]) -> dict[str, bool]:
    """Rule -> whether it fired on the facts that are true; in the order of LIMITS."""
    return {
        "total_includes_zero": "total_excludes_zero" not in held,
        "share_not_identifiable": "blocked_run" in held and not is_told(held),
        "floor": "floor" in held,
        "viability_changed": "viability_changed" in held,
        "block_main_exceeds_total": "block_main_exceeds_total" in held,
        "mg_only": "blocked_run" not in held,
        "above_curve": "above_curve" in held,
        "unspecific_block": "unspecific_block" in held,
        "block_did_not_block": "entry_not_blocked" in held,
        "resolved": is_resolved(held),
        "selective_block": "selective" in held,
        "mg_intracellular_measured": "mg_measured" in held,
        "sirna": "sirna" in held,
        "rho_below_half": "rho_below_half" in held,
        "second_block_agrees": "second_block_agrees" in held,
        "acellular_arm": "acellular" in held,
        "scale_robust": "scale_robust" in held,
        "no_background": "no_background" in held,
    }


def grade_of(held: Collection[str]) -> str:
    """The grade A, B, C, D or X that the facts which are true lead to: the best that every rule leaves."""
    fired = rules_of(held)
    left = (most for rule, (weighs, most) in LIMITS.items() if fired[rule] is weighs)
    return max(left, key=GRADES.index, default="A")


def held_by(held: Collection[str]) -> list[str]:
    """The rules that leave no better grade than the one reached, in the order of LIMITS; none for an A."""
    fired, grade = rules_of(held), grade_of(held)
    return [rule for rule, (weighs, most) in LIMITS.items() if fired[rule] is weighs and most == grade]
