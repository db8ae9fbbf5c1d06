from mgassay.report.grades import AGAINST, GRADES, NEXT_STEPS, SUPPORTING, next_steps, reasons


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
