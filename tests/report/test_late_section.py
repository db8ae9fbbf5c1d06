import pytest

from mgassay.report.drawing import BLUE
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
    assert beside.drawings[0].listing.rows[0][3] == "no, or by less than the margin"


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        ("floor;lower_bound", "at least 0.44 [0.37, 0.51]"),
        ("above_curve;upper_bound", "at most 0.44 [0.37, 0.51]"),
        ("floor", "0.44 [0.37, 0.51], of bounds"),
    ],
)
def test_a_bound_is_called_one_and_drawn_open(hand, flag, told):
    late, part, *_ = hand.late()
    _, beside = pieces(hand, [{**late, "flag": flag}, {**part, "flag": flag}])
    (row,) = beside.drawings[0].listing.rows
    assert row[2] == told
    parts = {"floor": "not identifiable"}.get(flag, f"{told.partition('0')[0]}36")
    assert row[4].startswith(parts)
    _, whole = pieces(hand, [late, part])
    assert f'fill="{BLUE}"' in whole.drawings[0].svg
    assert f'fill="{BLUE}"' not in beside.drawings[0].svg


def test_without_late_arms_there_is_nothing(hand):
    assert pieces(hand, hand.checks()) == []
