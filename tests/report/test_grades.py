from mgassay.effects.verdict.grade import LIMITS, rules_of
from mgassay.report.grades import AGAINST, GRADES, NEXT_STEPS, SAID_ALREADY, SUPPORTING, held_at, next_steps, reasons


def test_every_rule_of_the_verdict_has_words(hand):
    assert {r["rule"] for r in hand.make_verdict()["rules"]} == set(AGAINST) | set(SUPPORTING)
    assert list(GRADES) == ["A", "B", "C", "D", "X"]


def test_rules_are_sorted_by_what_they_speak_for(hand):
    holds_up, holds_back = reasons(hand.make_verdict()["rules"])
    assert SUPPORTING["sirna"][0] in holds_up
    assert holds_back == [SUPPORTING["mg_intracellular_measured"][1], SUPPORTING["scale_robust"][1]]


def test_what_ends_in_x_is_said():
    assert reasons([{"rule": "floor", "fired": True}]) == ([], [AGAINST["floor"]])
    assert reasons([{"rule": "floor", "fired": False}]) == ([], [])


def test_an_unknown_rule_is_not_lost():
    rules = [{"rule": "new_rule", "fired": True}, {"rule": "other_rule", "fired": False}]
    assert reasons(rules) == (["new rule"], ["not: other rule"])


def test_missing_arms_become_next_steps():
    assert next_steps(["acellular", "siTRPM7 at raised Mg"]) == [
        NEXT_STEPS["acellular"],
        "Add the arm “siTRPM7 at raised Mg”, in the same donors.",
    ]


def test_every_rule_of_the_grade_has_its_words():
    """The rules themselves, not a copy of their names: a rule that is renamed or added fails here."""
    rules = rules_of(frozenset())
    assert set(rules) == set(AGAINST) | set(SUPPORTING)
    assert not set(AGAINST) & set(SUPPORTING)
    assert {rule for rule, (weighs, _) in LIMITS.items() if weighs} == set(AGAINST)
    assert {rule for pair in SAID_ALREADY.items() for rule in (pair[0], *pair[1])} <= set(rules)


def test_without_t_or_a_block_nothing_is_said_of_their_difference():
    for rule in ("total_includes_zero", "mg_only"):
        _, holds_back = reasons([{"rule": rule, "fired": True}, {"rule": "resolved", "fired": False}])
        assert holds_back == [AGAINST[rule]]
    _, holds_back = reasons([{"rule": "mg_only", "fired": False}, {"rule": "resolved", "fired": False}])
    assert holds_back == [SUPPORTING["resolved"][1]]


def test_what_decides_a_grade_is_said_in_words(hand):
    verdict = hand.make_verdict(grade="C", held_by=["resolved", "above_curve"])
    assert held_at(verdict) == f"What decides the grade C: {SUPPORTING['resolved'][1]}; {AGAINST['above_curve']}."
    assert held_at(hand.make_verdict(grade="A", held_by=[])) == ""
    assert held_at({"readout": "", "grade": "X", "held_by": ["total_includes_zero"]}) == ""
    assert all(held_at({"readout": "calcium", "grade": LIMITS[rule][1], "held_by": [rule]}) for rule in LIMITS)
