"""A share as a small mark: where its ends are, and what it leaves out."""

import math
import re
from xml.etree import ElementTree

import pytest

from mgassay.report.share_bar import COLOURS
from mgassay.report.share_mark import SHAPES, place, share_mark

ROW = {
    "share": "intracellular", "estimate": 0.5, "ci_low": 0.25, "ci_high": 0.75, "identifiable": True, "flag": "",
    "interval": "bounded",
}  # fmt: skip


@pytest.mark.parametrize(("share", "x"), [(-0.25, 0), (0.0, 14), (0.5, 42), (1.0, 70), (1.25, 84), (7, 84), (-9, 0)])
def test_shares_stand_evenly_from_minus_25_to_125_percent(share, x):
    """84 wide over 1.5 of the effect: 56 for the whole of it, 14 beyond either side."""
    assert place(share) == pytest.approx(x)


def test_an_interval_is_a_line_between_its_ends_and_the_estimate_a_mark():
    parts = [e.get("d") for e in ElementTree.fromstring(share_mark(ROW)).iter("path")]
    assert parts[0] == "M14 0v11M70 0v11"
    assert parts[1] == "M28 5.5H56"
    assert parts[2].startswith("M38.5 5.5a3.5")  # a dot of 7 around 42
    assert len(parts) == 3


def test_a_share_is_told_by_its_shape_and_its_colour():
    assert set(SHAPES) == set(COLOURS)
    marks = {share_mark({**ROW, "share": s}).rpartition("<path ")[2] for s in SHAPES}
    assert len({re.sub('fill="[^"]*"', "", m) for m in marks}) == len(SHAPES)


def test_a_bound_is_open_and_an_end_far_away_is_an_arrow():
    assert 'fill="none"' in share_mark({**ROW, "flag": "floor;lower_bound"})
    far = share_mark({**ROW, "ci_low": -3.0, "ci_high": 40.0})
    assert far.count("<path") == 5
    assert share_mark({**ROW, "estimate": 3.0, "ci_high": 9.0}).count("<path") == 3  # its mark lies outside


def test_what_is_not_identifiable_has_no_interval():
    ends = {"ci_low": math.nan, "ci_high": math.nan, "identifiable": False}
    assert share_mark({**ROW, **ends}).count("<path") == 1


def test_it_is_hidden_from_a_screen_reader_since_its_number_stands_beside_it():
    assert 'aria-hidden="true"' in share_mark(ROW)
