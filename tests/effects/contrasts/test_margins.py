import numpy as np
import pytest

from mgassay.effects.contrasts.margins import donors_needed, lies_apart, margin_row, margin_row_of_estimate
from mgassay.effects.estimators.equivalence import donors_for_equivalence
from mgassay.effects.estimators.intervals import donor_estimate, welch_estimate

SPREAD = np.array([-1, -1, 1, 1]) * np.sqrt(3) / 2  # SD 1, mean 0


def test_a_row_by_hand():
    """Mean .1, SD .1, n 4: SE .05, 90 % interval .1 -+ 2.353363 x .05, t = (log 1.5 - .1)/.05 = 6.109 on 3 df.

    On 3 df P(> t) = 1/2 - (u/(1 + u^2) + atan u)/pi with u = t/sqrt(3).
    """
    row = margin_row(0.1 + 0.1 * SPREAD, 1.5)
    u = (np.log(1.5) - 0.1) / 0.05 / np.sqrt(3)
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx([0.1, 0.1 - 0.11766817, 0.1 + 0.11766817])
    assert [row["bound_low"], row["bound_high"]] == pytest.approx([-np.log(1.5), np.log(1.5)])
    assert row["p"] == pytest.approx(0.5 - (u / (1 + u**2) + np.arctan(u)) / np.pi)
    assert (row["passed"], row["outcome"], row["n_donors"], donors_needed(row)) == (True, "equivalent", 4, None)
    assert row["sd"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("mean", "sd", "outcome", "passed"),
    [
        (0.0, 0.1, "equivalent", True),
        (0.3, 0.05, "equivalent", True),  # differs from 0, by less than the margin: as good as absent
        (0.0, 1.0, "inconclusive", False),
        (1.0, 0.1, "different", False),
    ],
)
def test_no_effect_is_said_only_within_the_margin(mean, sd, outcome, passed):
    row = margin_row(mean + sd * SPREAD, 1.5)
    assert (row["outcome"], row["passed"]) == (outcome, passed)
    assert (donors_needed(row) is None) is (outcome != "inconclusive")


def test_donors_needed_is_how_many_would_show_it_at_this_scatter():
    """SD .3786 within 1.5-fold takes 10 donors (the numbers of test_equivalence.py)."""
    row = margin_row(0.3786 * SPREAD, 1.5)
    assert donors_needed(row) == donors_for_equivalence(0.3786, 1.5) == 10


def test_two_sets_of_donors_have_no_number_of_donors():
    """They have no one SD; the interval is Welch's, .1 -+ t (.95, 6 df: equal variances) x .3786/sqrt(2)."""
    apart = welch_estimate(donor_estimate(0.1 + 0.3786 * SPREAD), donor_estimate(0.3786 * SPREAD))
    row = {**margin_row_of_estimate(apart, 1.5), "sd": float("nan"), "n_donors": 8}
    half = 1.943180 * 0.3786 / np.sqrt(2)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([0.1 - half, 0.1 + half], rel=1e-6)
    assert row["outcome"] == "inconclusive"
    assert donors_needed(row) is None


def test_a_scatter_that_no_number_of_donors_helps_has_none():
    assert donors_needed(margin_row(50.0 * SPREAD, 1.1)) is None


@pytest.mark.parametrize("values", [[0.0], [3.0]])
def test_one_donor_is_undecided(values):
    row = margin_row(np.array(values), 1.5)
    assert (row["outcome"], row["passed"], row["flag"]) == ("undecided", None, "few_donors")
    assert np.isnan([row["p"], row["sd"], row["ci_low"]]).all()


def test_bounds_prove_no_equivalence_and_no_difference_on_the_wrong_side():
    within = margin_row(0.01 * SPREAD, 1.5, "floor;upper_bound")
    assert (within["outcome"], within["passed"]) == ("undecided", None)
    at_most = margin_row(1 + 0.1 * SPREAD, 1.5, "floor;upper_bound")  # may be 0
    assert (at_most["outcome"], at_most["passed"]) == ("inconclusive", False)
    assert donors_needed(at_most) is None  # no donor more takes a bound away
    assert margin_row(1 + 0.1 * SPREAD, 1.5, "floor;lower_bound")["outcome"] == "different"


def test_two_things_lie_apart_beyond_the_margin_and_never_within_it():
    assert lies_apart(margin_row(1 + 0.1 * SPREAD, 1.5))
    assert not lies_apart(margin_row(0.35 + 0.3 * SPREAD, 1.5))
    assert not lies_apart(margin_row(1 + 2 * SPREAD, 1.5))


def test_two_donors_have_a_scatter():
    """0 and .4: SD .4/sqrt(2)."""
    assert margin_row(np.array([0.0, 0.4]), 1.5)["sd"] == pytest.approx(0.4 / np.sqrt(2))
