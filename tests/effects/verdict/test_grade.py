"""The grade over all combinations of facts, against the design's text written out again."""

import itertools

import pytest

from mgassay import tables
from mgassay.effects.verdict.grade import FACTS, GRADES, LIMITS, facts_of, grade_of, held_by, rules_of

DAMAGE = "floor above_curve no_background viability_changed block_main_exceeds_total"
BAD = frozenset([*DAMAGE.split(), "unspecific_block", "entry_not_blocked"])
BEST = frozenset(FACTS) - BAD - {"interaction_equivalent_to_zero"}
FATAL = ("floor", "viability_changed", "block_main_exceeds_total")


def restated(held):
    """Design §5, "Evidence grade", sentence by sentence, worst first; decision 0039 for what the design leaves open."""
    block = "blocked_run" in held
    # X: "T whose interval includes 0, or an uncorrected log-scale share that is not identifiable"; "floor, viability
    # changed, or block main effect larger than T"
    if "total_excludes_zero" not in held or any(fact in held for fact in FATAL):
        return "X"
    if block and "share_identifiable" not in held:
        return "X"
    # D: "Mg added only (T), with or without A"
    if not block:
        return "D"
    # "Resolved means: T excludes 0, and T-B either excludes 0 or is equivalent to 0 by TOST"
    if not ("interaction_excludes_zero" in held or "interaction_equivalent_to_zero" in held):
        return "C"
    # C: "2-APB only, siRNA without Mg_i, or rho from mRNA only"; 0039: beyond the curve, a block shown to be unspecific
    # or to block nothing
    if "selective" not in held or "mg_measured" not in held or "above_curve" in held or "unspecific_block" in held:
        return "C"
    if "entry_not_blocked" in held:
        return "C"
    # A: "resolved by siRNA and by an independent block that agree, Mg_i measured with rho's interval below .5,
    # acellular arm, no floor, scale-robust"; 0039: a background that was subtracted
    strong = "sirna" in held and "second_block_agrees" in held and "rho_below_half" in held
    return "A" if strong and "acellular" in held and "scale_robust" in held and "no_background" not in held else "B"


def combinations(every=1):
    """All 2^19 sets of facts, or every so many of them."""
    for bits in itertools.islice(itertools.product((False, True), repeat=len(FACTS)), 0, None, every):
        yield frozenset(itertools.compress(FACTS, bits))


def test_the_grade_is_the_designs_over_all_combinations_of_facts():
    wrong = [held for held in combinations() if grade_of(held) != restated(held)]
    assert not wrong, (sorted(wrong[0]), grade_of(wrong[0]), restated(wrong[0]))


def test_every_grade_is_reached_and_the_best_facts_earn_an_a():
    assert grade_of(BEST) == "A"
    assert grade_of(frozenset()) == "X"
    assert {grade_of(BEST), *(grade_of(held) for held in combinations(every=7))} == set(GRADES)


def test_all_outside_can_earn_an_a():
    assert grade_of(BEST - {"interaction_excludes_zero"} | {"interaction_equivalent_to_zero"}) == "A"


GOOD = sorted(frozenset(FACTS) - BAD - {"blocked_run"})


@pytest.mark.parametrize("gained", GOOD)
def test_a_good_fact_never_lowers_the_grade(gained):
    """With up to three other good facts not there, and any one bad fact or none."""
    places = [f for f in GOOD if f != gained]
    for lost in itertools.combinations(places, 3):
        for bad in (frozenset(), *({b} for b in BAD)):
            held = (BEST - set(lost) - {gained}) | bad
            assert GRADES.index(grade_of(held | {gained})) <= GRADES.index(grade_of(held)), (sorted(held), gained)


def test_2apb_alone_never_exceeds_c():
    assert all(
        GRADES.index(grade_of(held)) >= GRADES.index("C") for held in combinations(every=7) if "selective" not in held
    )


@pytest.mark.parametrize("rule", LIMITS)
def test_each_rule_can_hold_the_grade_down_by_itself_and_is_named(rule):
    """From the best facts, the one that is behind the rule turned round."""
    behind = {
        "total_includes_zero": BEST - {"total_excludes_zero"},
        "share_not_identifiable": BEST - {"share_identifiable"},
        "mg_only": BEST - {"blocked_run"},
        "resolved": BEST - {"interaction_excludes_zero"},
        "selective_block": BEST - {"selective"},
        "mg_intracellular_measured": BEST - {"mg_measured"},
        "acellular_arm": BEST - {"acellular"},
        "block_did_not_block": BEST | {"entry_not_blocked"},
    }
    fact = rule if rule in FACTS else None
    held = behind[rule] if rule in behind else BEST ^ {fact}
    assert grade_of(held) == LIMITS[rule][1]
    assert rule in held_by(held)
    assert rules_of(held)[rule] is LIMITS[rule][0]


def test_rules_and_limits_are_the_same_and_a_has_none_that_holds_it():
    assert list(rules_of(BEST)) == list(LIMITS)
    assert held_by(BEST) == []


def test_facts_of_one_readout_and_block_are_those_that_are_true():
    row = {"readout": "calcium", "block": "siTRPM7"}
    table = tables.FACTS.frame(
        [
            {**row, "fact": "sirna", "value": True},
            {**row, "fact": "floor", "value": False},
            {**row, "fact": "acellular", "value": None},
            {**row, "block": "2-APB", "fact": "selective", "value": True},
        ]
    )
    assert facts_of(table, "calcium", "siTRPM7") == {"sirna"}
    assert facts_of(table, "alizarin_od", "siTRPM7") == frozenset()
