import pytest

from mgassay.report.what_if import what_if_line, what_if_pieces

CHANGE = {
    "check": "leave_one_out",
    "subject": "D2",
    "grade": "X",
    "identifiable": False,
    "side": "",
    "changes": ["grade"],
}
SAME = {"check": "scale", "subject": "additive", "grade": "C", "identifiable": True, "side": "unsettled", "changes": []}


def test_what_would_change_the_verdict_is_a_table_with_the_verdict_on_top(hand):
    verdict = hand.make_verdict(side="unsettled", what_if=[CHANGE, SAME])
    said, listing = what_if_pieces(verdict)
    assert said.text.startswith("1 of 2 single changes would change the verdict")
    assert [row[0] for row in listing.rows] == ["as it stands", "without donor D2", "counted as percent inhibition"]
    assert listing.rows[0][1:4] == ("C", "yes", "not settled which side of half")
    assert listing.rows[1][1:] == ("X", "no", "not told", "the grade")
    assert listing.rows[2][-1] == "nothing"


def test_every_case_has_words(hand):
    cases = [
        ("without_flagged", "outlier"),
        ("acellular_variant", "fixed"),
        ("agreement", "2-APB"),
        ("readout", "alizarin_od"),
    ]
    verdict = hand.make_verdict(what_if=[{**SAME, "check": check, "subject": subject} for check, subject in cases])
    said, listing = what_if_pieces(verdict)
    assert said.text.startswith("None of 4 single changes would change the verdict")
    assert [row[0] for row in listing.rows[1:]] == [
        "without the flagged wells (far from its replicates)",
        "with the other acellular arm (fixed cells)",
        "by 2-APB instead",
        "on Alizarin Red density instead",
    ]


def test_where_nothing_was_asked_nothing_is_said(hand):
    assert what_if_pieces(hand.make_verdict()) == []


def test_the_line_names_every_row_of_the_table_once_under_what_it_changes(hand):
    """By hand: as in a verdict of more than half, where one donor, the scale and another block open it."""
    unsettled = {**SAME, "changes": ["side"]}
    rows = [
        {**unsettled, "check": "leave_one_out", "subject": "D1"},
        {**SAME, "check": "leave_one_out", "subject": "D2", "side": "more_than_half"},
        {**unsettled, "side": "less_than_half"},
        {**unsettled, "check": "agreement", "subject": "2-APB"},
        {**CHANGE, "subject": "D3", "changes": ["grade", "identifiable", "side"]},
    ]
    verdict = hand.make_verdict(side="more_than_half", what_if=rows)
    said, listing = what_if_pieces(verdict)
    assert said.text == what_if_line(verdict)
    assert said.text.startswith("4 of 5 single changes would change the verdict: ")
    held = [part.rstrip(".") for part in said.text.split(". ")[1:]]
    assert held == [
        "The verdict stays: without donor D2",
        "Another: no longer settled which side of half: without donor D1; by 2-APB instead",
        "Another: less than half instead of more than half: counted as percent inhibition",
        "Another: the grade, whether it can be told: without donor D3",
    ]
    named = {case: head for part in held for head, _, cases in [part.rpartition(": ")] for case in cases.split("; ")}
    told = {row[0]: row[-1] for row in listing.rows[1:]}
    assert {case: head.removeprefix("Another: ") for case, head in named.items()} == {
        case: "The verdict stays" if changed == "nothing" else changed for case, changed in told.items()
    }


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("unsettled", "more_than_half", "more than half instead of not"),
        ("", "unsettled", "Another: not settled which side"),
    ],
)
def test_a_side_that_is_settled_only_so_is_told(hand, before, after, told):
    row = {**SAME, "side": after, "changes": ["side"]}
    assert told in what_if_line(hand.make_verdict(side=before, what_if=[row]))
