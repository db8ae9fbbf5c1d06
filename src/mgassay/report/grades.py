"""The grade in words: what it says, which rules made it, and what would raise it."""

from collections.abc import Mapping, Sequence
from typing import Any

GRADES: Mapping[str, str] = {
    "A": "strong evidence, from the full design",
    "B": "good evidence, short of the full design; the report lists what holds it back",
    "C": "moderate evidence; the report lists what holds it back",
    "D": "weak evidence: Mg²⁺ was raised and nothing stopped it from entering, so where it acts cannot be told",
    "X": "not identifiable: this experiment does not tell where Mg²⁺ acts",
}
NOT_THE_ANSWER = "The grade is of the evidence, not of the answer: “all of it outside the cell” can earn an A."

# A rule that weighs against the evidence when it fires, in words.
AGAINST: Mapping[str, str] = {
    "total_includes_zero": "the effect of raising Mg²⁺ with entry intact (T) was not shown to differ from 0",
    "share_not_identifiable": "a share of the effect cannot be told from these data",
    "floor": "a live arm is at the detection limit above background: a bound, not a value",
    "viability_changed": "an arm lost viability, so its mineral cannot be compared",
    "block_main_exceeds_total": "the block by itself changed mineral more than Mg²⁺ did",
    "mg_only": "the step was not measured with Mg²⁺ entry blocked",
    "above_curve": "a live arm is beyond the top standard",
    "unspecific_block": "the block changes what a comparator without Mg²⁺ does: it acts on more than the entry of Mg²⁺",
    "block_did_not_block": "Mg²⁺ went on entering the cell under the block, as intracellular Mg²⁺ shows",
    "no_background": "no known background was subtracted from a live arm, which pulls effects and shares towards 0",
}
# A rule that speaks for the evidence: in words when it fired, and when it did not.
SUPPORTING: Mapping[str, tuple[str, str]] = {
    "resolved": (
        "raising Mg²⁺ had an effect with entry intact (T), and what the block took of it (T − B) differs from 0 or was "
        "shown to be as good as absent",
        "what the block took of the effect (T − B) was shown neither to differ from 0 nor to be as good as absent",
    ),
    "sirna": ("the block is siRNA", "the block is not siRNA"),
    "selective_block": ("the block is selective", "the block is not selective"),
    "mg_intracellular_measured": ("intracellular Mg²⁺ was measured", "intracellular Mg²⁺ was not measured"),
    "rho_below_half": ("less than half of entry was left under block", "not shown that the block stops half of entry"),
    "second_block_agrees": ("a second, independent block agrees", "no second block that agrees"),
    "acellular_arm": ("the step was also made without cells", "no usable arm without cells"),
    "scale_robust": (
        "the share lies on the same side of one half in natural logarithms and as percent inhibition",
        "not shown that the share lies on one side of one half in natural logarithms and as percent inhibition",
    ),
}
# What need not be said once a rule weighs against the evidence: without T or a block there is no T − B to judge.
SAID_ALREADY: Mapping[str, tuple[str, ...]] = {
    "total_includes_zero": ("resolved", "scale_robust"),
    "mg_only": ("resolved", "sirna", "selective_block", "second_block_agrees", "scale_robust"),
    "mg_intracellular_measured": ("rho_below_half",),
    "block_did_not_block": ("rho_below_half",),
}
NEXT_STEPS: Mapping[str, str] = {
    "three donors": "Grow every arm in three donors or more: n counts donors, one has no interval and two a very wide "
    "one.",
    "mineral readout": "Measure mineral (calcium or Alizarin Red) in the arms of the Mg²⁺ step, above the "
    "detection limit.",
    "TRPM7 siRNA": "Make the Mg²⁺ step under TRPM7 siRNA, with its scramble control: inhibitors such as 2-APB stop "
    "more than TRPM7.",
    "second block of Mg entry in the same donors": "Run the two ways to stop Mg²⁺ entry in the same donors, or each in "
    "three or more: they could not be compared.",
    "second block of Mg entry": "Add a second, independent way to stop Mg²⁺ entry, in the same donors.",
    "intracellular Mg": "Measure intracellular Mg²⁺ in the four live arms (probe or ICP-MS), so that the entry left "
    "under block can be allowed for.",
    "acellular": "Make the same step in wells without cells, in two runs or more: there Mg²⁺ has chemistry alone.",
    "no-Pi background": "Run wells in control medium (no added phosphate) with every donor, so that the signal that is "
    "no mineral can be subtracted.",
}


def reasons(rules: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """What speaks for the evidence and what holds it back, from the verdict's rules in their order.

    A rule without words here is printed by its name: under "for" when it fired, "against" when it did not. What another
    rule says already is left out.
    """
    holds_up: list[str] = []
    holds_back: list[str] = []
    known = {str(entry["rule"]): bool(entry["fired"]) for entry in rules}
    for said, implied in SAID_ALREADY.items():
        if known.get(said) is (said in AGAINST):
            known = {name: fired for name, fired in known.items() if name not in implied}
    for name, fired in known.items():
        if name in AGAINST:
            holds_back += [AGAINST[name]] if fired else []
        else:
            plain = name.replace("_", " ")
            told = SUPPORTING.get(name, (plain, f"not: {plain}"))
            (holds_up if fired else holds_back).append(told[0] if fired else told[1])
    return holds_up, holds_back


def held_at(verdict: Mapping[str, Any]) -> str:
    """The rules that leave no better grade, in words; "" for an A, or where no rule was asked."""
    rules = verdict.get("held_by") or () if verdict.get("readout") else ()
    told = [AGAINST[r] if r in AGAINST else SUPPORTING[r][1] for r in rules]
    return f"What decides the grade {verdict['grade']}: {'; '.join(told)}." if told else ""


def next_steps(missing: Sequence[str]) -> list[str]:
    """What the lab could add, one line per missing arm, in the verdict's order."""
    return [NEXT_STEPS.get(arm, f"Add the arm “{arm}”, in the same donors.") for arm in missing]
