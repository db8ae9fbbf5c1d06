from dataclasses import fields, replace

import pytest

from mgassay.effects.verdict.grade import ENDS_IN_X, Facts, grade_of, rules_of

BAD = ("floor", "above_curve", "viability_changed", "block_main_exceeds_total", "interaction_equivalent_to_zero")
BEST = Facts(**{f.name: f.name not in BAD for f in fields(Facts)})


def grade(**changes):
    return grade_of(rules_of(replace(BEST, **changes)))


def test_everything_present_and_resolved_is_an_a():
    assert grade() == "A"


def test_all_outside_can_earn_an_a():
    assert grade(interaction_excludes_zero=False, interaction_equivalent_to_zero=True) == "A"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # A lacking one of acellular / second block, or what only an A asks for
        ({"acellular": False}, "B"),
        ({"second_block_agrees": False}, "B"),
        ({"rho_below_half": False}, "B"),
        ({"scale_robust": False}, "B"),
        # resolved by a selective inhibitor with Mg_i
        ({"sirna": False}, "B"),
        # 2-APB only never exceeds C, siRNA without Mg_i, a block that resolves nothing, a bound instead of a value
        ({"sirna": False, "selective": False}, "C"),
        ({"mg_measured": False, "rho_below_half": False}, "C"),
        ({"interaction_excludes_zero": False}, "C"),
        ({"above_curve": True}, "C"),
        # Mg added only, with or without A
        ({"blocked_run": False, "share_identifiable": False}, "D"),
        ({"blocked_run": False, "acellular": False, "mg_measured": False}, "D"),
        # not identifiable
        ({"total_excludes_zero": False}, "X"),
        ({"share_identifiable": False}, "X"),
        ({"floor": True}, "X"),
        ({"viability_changed": True}, "X"),
        ({"block_main_exceeds_total": True}, "X"),
        ({"blocked_run": False, "total_excludes_zero": False}, "X"),
    ],
)
def test_grades_of_the_design(changes, expected):
    assert grade(**changes) == expected


def test_nothing_at_all_is_an_x():
    assert grade_of(rules_of(Facts())) == "X"


def test_no_fact_that_ends_in_x_can_be_outweighed():
    for rule in ENDS_IN_X:
        rules = {**rules_of(BEST), rule: True}
        assert grade_of(rules) == "X"


def test_every_fact_reaches_some_rule():
    for field in fields(Facts):
        turned = replace(BEST, **{field.name: not getattr(BEST, field.name)})
        alone = replace(turned, interaction_excludes_zero=False) if "equivalent" in field.name else turned
        assert rules_of(alone) != rules_of(BEST) or field.name == "interaction_equivalent_to_zero"
    assert rules_of(replace(BEST, interaction_excludes_zero=False, interaction_equivalent_to_zero=True))["resolved"]
