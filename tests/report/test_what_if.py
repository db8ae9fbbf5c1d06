from mgassay.report.what_if import what_if_pieces

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
    assert said.text.startswith("1 of these 2 would change the verdict")
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
    assert said.text.startswith("None of these changes the verdict")
    assert [row[0] for row in listing.rows[1:]] == [
        "without the flagged wells (far from its replicates)",
        "with the other acellular arm (fixed cells)",
        "by 2-APB instead",
        "on Alizarin Red density instead",
    ]


def test_where_nothing_was_asked_nothing_is_said(hand):
    assert what_if_pieces(hand.make_verdict()) == []
