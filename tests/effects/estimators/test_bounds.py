"""The algebra of bounds: tables worked by hand, and against every truth that the cells allow."""

import itertools

import numpy as np
import pytest

from mgassay.effects.estimators.bounds import (
    censored_words,
    difference_flag,
    excludes_zero,
    is_censored,
    is_open,
    lies_above,
    lies_below,
    negative_flag,
    ratio_flag,
    side_of,
    sum_flag,
)
from mgassay.errors import ContractError

KINDS = ("", "floor;lower_bound", "floor;upper_bound", "floor")  # a value; at least; at most; either way
LOW, HIGH, OPEN = "floor;lower_bound", "floor;upper_bound", "floor"


@pytest.mark.parametrize(
    ("flag", "censored", "is_it_open"),
    [
        ("", False, False),
        ("outlier;no_background", False, False),
        ("floor", True, True),
        ("above_curve;outlier", True, True),
        ("floor;lower_bound", True, False),
        ("above_curve;upper_bound;few_donors", True, False),
        ("few_donors", False, False),
        ("below_lod", False, False),
    ],
)
def test_what_is_a_bound_and_what_is_open(flag, censored, is_it_open):
    assert (is_censored(flag), is_open(flag)) == (censored, is_it_open)


@pytest.mark.parametrize(
    ("low", "high", "flag", "above", "below"),
    [
        (0.6, 0.8, "", True, False),
        (0.2, 0.4, "", False, True),
        (0.4, 0.6, "", False, False),
        (0.5, 0.6, "", False, False),  # ends at the value
        (0.6, 0.8, "floor;lower_bound", True, False),
        (0.2, 0.4, "floor;lower_bound", False, False),  # at least .2 to .4: may be above
        (0.6, 0.8, "above_curve;upper_bound", False, False),  # at most .6 to .8: may be below
        (0.2, 0.4, "above_curve;upper_bound", False, True),
        (0.6, 0.8, "above_curve", False, False),
        (0.2, 0.4, "floor", False, False),
        (np.nan, np.nan, "", False, False),
        (0.6, np.nan, "", False, False),
        (0.6, np.inf, "", True, False),
        (0.6, 0.6, "", True, False),  # donors that agree exactly
        (0.4, 0.4, "", False, True),
    ],
)
def test_a_bound_lies_beside_a_value_only_on_its_own_side(low, high, flag, above, below):
    assert (lies_above(low, high, flag, 0.5), lies_below(low, high, flag, 0.5)) == (above, below)
    assert side_of(low, high, flag, 0.5) == int(above) - int(below)
    assert excludes_zero(low - 0.5, high - 0.5, flag) is (above or below)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([(1, ""), (-1, "")], ""),
        ([(1, ""), (-1, "floor")], LOW),
        ([(1, "floor"), (-1, "")], HIGH),
        ([(1, "floor"), (-1, "floor")], OPEN),
        ([(1, "above_curve"), (-1, "")], "above_curve;lower_bound"),
        ([(1, ""), (-1, "above_curve")], "above_curve;upper_bound"),
        ([(1, "above_curve"), (-1, "floor")], "above_curve;floor;lower_bound"),
        ([(1, "floor;above_curve")], "above_curve;floor"),
        ([(0, "floor"), (-1, "outlier")], "outlier"),
        ([], ""),
    ],
)
def test_which_way_cells_pull_a_sum(cells, expected):
    assert sum_flag(cells) == expected


def test_only_the_words_of_bounds():
    assert censored_words(["floor;outlier", "", "above_curve;upper_bound"]) == "above_curve;floor"
    assert censored_words([]) == ""
    with pytest.raises(ContractError, match="list of flags"):
        sum_flag([(1.0, "flor")])


# Rows: the first; columns: the second, each in the order of KINDS.
DIFFERENCES = (
    ("", HIGH, LOW, OPEN),
    (LOW, OPEN, LOW, OPEN),
    (HIGH, HIGH, OPEN, OPEN),
    (OPEN, OPEN, OPEN, OPEN),
)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(range(4), range(4))))
def test_flags_of_a_difference(one, other):
    assert difference_flag(KINDS[one], KINDS[other]) == DIFFERENCES[one][other]


def test_a_difference_keeps_all_else_that_is_said():
    assert difference_flag("above_curve;lower_bound", "no_background") == "above_curve;no_background;lower_bound"
    assert difference_flag("floor", "above_curve;lower_bound") == "above_curve;floor"
    assert [negative_flag(kind) for kind in KINDS] == ["", HIGH, LOW, OPEN]


# Truths that a value of `at` allows: where it is a bound up to 1000 beyond it, but not through all of it at once.
BEYOND = np.array([0.0, 1e-3, 0.1, 0.5, 0.9, 1.0, 1.5, 2.5, 10.0, 1000.0])
TRUTHS = {"": BEYOND[:1], LOW: BEYOND, HIGH: -BEYOND, OPEN: np.concatenate([BEYOND, -BEYOND])}


@pytest.mark.parametrize(("part", "whole"), list(itertools.product((0.7, -0.7), (1.4, -1.4))))
@pytest.mark.parametrize(("of_part", "of_whole"), list(itertools.product(KINDS, KINDS)))
def test_a_ratio_points_where_all_truths_lie(part, whole, of_part, of_whole):
    """Every pair of truths: all at or above what was put in, all at or below, else open."""
    above = part + TRUTHS[of_part][:, np.newaxis]
    total = whole + TRUTHS[of_whole]
    with np.errstate(divide="ignore"):
        ratios = above / np.where(total == 0, np.nan, total)
    known = ratios[np.isfinite(ratios)] - part / whole
    up, down = bool((known >= -1e-12).all()), bool((known <= 1e-12).all())
    expected = {(True, True): "", (True, False): LOW, (False, True): HIGH, (False, False): OPEN}[up, down]
    intervals = [(at - 0.1, at + 0.1) for at in (part, whole)]
    assert ratio_flag(of_part, of_whole, *intervals) == expected


@pytest.mark.parametrize(("estimate", "beside"), [(0.01, -0.01), (-0.01, 0.01)])
def test_no_direction_hangs_on_the_sign_of_an_estimate_about_zero(estimate, beside):
    """B of .01 +- .1 over T of 2 or more: nearer to 0, which is more or less than it is, as B's own sign says."""
    intervals = [(at - 0.1, at + 0.1) for at in (estimate, beside)]
    flags = {ratio_flag("", LOW, interval, (1.8, 2.2)) for interval in intervals}
    assert flags == {OPEN}
    assert ratio_flag(LOW, "", intervals[0], (1.8, 2.2)) == LOW  # of a T that is a value B's sign is not asked
    assert ratio_flag("", "outlier", intervals[0], (1.8, 2.2)) == "outlier"


@pytest.mark.parametrize("whole", [(-0.1, 0.2), (np.nan, np.nan)])
def test_without_the_sign_of_the_total_every_bound_is_open(whole):
    assert [ratio_flag(kind, "", (0.5, 0.9), whole) for kind in KINDS] == ["", OPEN, OPEN, OPEN]
