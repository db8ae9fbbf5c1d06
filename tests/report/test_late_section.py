from mgassay.report.late_section import late_pieces
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables


def pieces(hand, rows):
    return late_pieces(Tables(hand.with_rows("checks", rows), 0.8, 2.0))


def test_effect_and_part_of_the_protection_stand_side_by_side(hand):
    told, beside = pieces(hand, [*hand.checks(), *hand.late()])
    assert "progression" in told.text
    assert "initiation" in told.text
    (drawing,) = beside.drawings
    rows = [tuple(cell.replace(NO_BREAK, " ") for cell in row) for row in drawing.listing.rows]
    assert rows[0][:5] == ("entry intact", "from day 7", "0.44 [0.37, 0.51]", "yes", "36 % [32 %, 39 %]")
    assert rows[1][:5] == ("siTRPM7", "from day 7", "0.10 [−0.20, 0.40]", "undecided", "not identifiable")
    assert "total effect close to zero" in rows[1][5]
    assert "entry intact, from day 7" in drawing.svg
    assert "url(#h" in drawing.svg


def test_an_arm_without_the_part_still_has_its_effect(hand):
    _, beside = pieces(hand, hand.late()[:1])
    (row,) = beside.drawings[0].listing.rows
    assert row[2:] == ("0.44 [0.37, 0.51]", "yes", "–")
    assert "part of the protection" not in beside.drawings[0].svg


def test_a_late_arm_that_failed_says_so(hand):
    _, beside = pieces(hand, [{**hand.late()[0], "passed": False}])
    assert beside.drawings[0].listing.rows[0][3] == "no, or next to nothing"


def test_without_late_arms_there_is_nothing(hand):
    assert pieces(hand, hand.checks()) == []
