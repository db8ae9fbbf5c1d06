import math
import re

import pytest

from mgassay.report.figure import figure
from mgassay.report.series import LOOKS, SHARE_LOOKS, Places, effects_panel, places_of_days, series_of, shares_panel

PLACES = Places((1.4, 2.0, 3.0), ("1.4", "2", "3"), "raised Mg²⁺ (mM)")


def effect(estimate, low, high, flag=""):
    return {"estimate": estimate, "ci_low": low, "ci_high": high, "flag": flag}


def share(estimate, low, high, told=True):
    return {**effect(estimate, low, high), "identifiable": told}


def drawn(panel):
    return figure("k", "l", [panel])


def test_series_without_points_leave_the_look_of_the_others():
    both = series_of(["a", "b", "c"], [[(1.0, {})], [], [(1.0, {})]])
    assert [(s.name, s.colour, s.shape) for s in both] == [("a", *LOOKS[0]), ("c", *LOOKS[2])]


def test_no_share_looks_like_an_effect():
    assert len({*LOOKS, *SHARE_LOOKS}) == len(LOOKS) + len(SHARE_LOOKS)
    assert not {shape for _, shape in LOOKS[:4]} & {shape for _, shape in SHARE_LOOKS}


@pytest.mark.parametrize(
    ("days", "at", "labels"),
    [
        (["3", "day 10"], (3.0, 10.0), ("3", "10")),
        (["early", "late"], (0.0, 1.0), ("early", "late")),
        (["3", "3 repeated"], (0.0, 1.0), ("3", "3 repeated")),
        (["", "7"], (0.0, 1.0), ("no day", "7")),
    ],
)
def test_days_stand_at_their_number_where_each_has_one(days, at, labels):
    assert (places_of_days(days).at, places_of_days(days).labels) == (at, labels)


@pytest.mark.parametrize("flag", ["floor", "floor;lower_bound", "above_curve;upper_bound"])
def test_a_bound_is_an_open_mark_and_a_missing_interval_is_not_drawn(flag):
    closed = drawn(effects_panel(series_of(["a"], [[(1.4, effect(1, 0.5, 1.5))]]), PLACES, "effect"))
    bound = drawn(effects_panel(series_of(["a"], [[(1.4, effect(1, 0.5, 1.5, flag))]]), PLACES, "effect"))
    alone = drawn(effects_panel(series_of(["a"], [[(1.4, effect(1, math.nan, math.nan))]]), PLACES, "effect"))
    blue = f'fill="{LOOKS[0][0]}"'
    assert (closed.count(blue), bound.count(blue)) == (2, 1)  # the other one is the legend's
    assert alone.count("<path") == closed.count("<path") - 1


def test_a_share_that_cannot_be_told_is_hatched_and_not_joined():
    rows = [(1.4, share(0.4, 0.2, 0.6)), (2.0, share(0.5, math.nan, math.nan, told=False))]
    svg = drawn(shares_panel(series_of(["a"], [rows]), PLACES, "share"))
    assert "url(#h" in svg
    assert len(re.findall(r"a3 3 0 1 0 6 0", svg)) == 2  # one point and the legend's


def test_series_at_one_place_stand_beside_each_other():
    rows = [[(2.0, effect(1, 0.5, 1.5))], [(2.0, effect(1, 0.5, 1.5))]]
    svg = drawn(effects_panel(series_of(["a", "b"], rows, (("#0072B2", "o"), ("#D55E00", "o"))), PLACES, "effect"))
    first, second = (float(x) for x, _ in re.findall(r"M([\d.]+) ([\d.]+)a3 3", svg)[:2])
    assert second - first > 3
