"""Errors that all donors share, in the interval: by hand, and by simulated experiments with known truth."""

import numpy as np
import pytest
from scipy import stats

from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.shared_error import Reported, with_shared_errors


def reported(values):
    """Means over donors (last axis) as a table holds them."""
    found = donor_estimate(np.asarray(values, dtype=float))
    return Reported(found.estimate, *found.limits(), found.p(), found.se, found.df)


def test_variances_add_and_the_df_are_satterthwaites_by_hand():
    # donors 1, 2, 3: mean 2, se² 1/3, df 2; shifts .3 (df 3) and .2 (known): variance 1/3 + .09 + .04 = .463333;
    # df = .463333² / ((1/9)/2 + .0081/3 + 0) = .214678 / .0582556 = 3.6851
    found = with_shared_errors(reported([1.0, 2.0, 3.0]), np.array([0.3, 0.2]), np.array([3.0, np.inf]))
    assert found.se == pytest.approx(np.sqrt(0.463333333), rel=1e-8)
    assert found.df == pytest.approx(3.6851, abs=5e-5)
    half = stats.t.ppf(0.975, found.df) * found.se
    assert (found.low, found.high) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert found.p == pytest.approx(2 * stats.t.sf(2 / found.se, found.df))


def test_without_shifts_every_number_stays_to_the_last_bit():
    before = reported(np.random.default_rng(1).normal(size=(5, 4)))
    after = with_shared_errors(before, np.zeros((5, 2)), np.array([3.0, 3.0]))
    for name in ("estimate", "low", "high", "p", "se", "df"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_one_donor_and_a_bound_stay_without_an_interval():
    nothing = np.array([np.nan])
    for given in (
        reported([[1.0]]),  # one donor
        Reported(np.array([2.0]), np.array([2.0]), nothing, np.array([0.01]), nothing, np.array([5.0])),  # at least 2
    ):
        found = with_shared_errors(given, np.array([[0.5]]), np.array([3.0]))
        for name in ("estimate", "low", "high", "p", "se", "df"):
            np.testing.assert_array_equal(getattr(found, name), getattr(given, name))


def test_donors_that_agree_to_the_last_digit_keep_the_shared_error():
    found = with_shared_errors(reported([1.0, 1.0, 1.0]), np.array([0.1]), np.array([4.0]))
    half = stats.t.ppf(0.975, 4) * 0.1
    assert (found.se, found.df) == (pytest.approx(0.1), pytest.approx(4.0))
    assert (found.low, found.high) == (pytest.approx(1 - half), pytest.approx(1 + half))
    assert found.p == pytest.approx(2 * stats.t.sf(10, 4))
    known = with_shared_errors(reported([1.0, 1.0, 1.0]), np.array([0.1]), np.array([np.inf]))
    assert known.high == pytest.approx(1 + 0.1 * stats.norm.ppf(0.975))


def test_ends_that_are_not_t_se_away_keep_their_kind():
    # ends at 1 and 4 se; variance 1 + 3, so that se doubles; df 16/(1/5 + 9/5) = 8
    given = Reported(*(np.array([x]) for x in (2.0, 1.0, 6.0, 0.2, 1.0, 5.0)))
    found = with_shared_errors(given, np.array([[np.sqrt(3.0)]]), np.array([5.0]))
    df = 16 / (1 / 5 + 9 / 5)
    wider = 2 * stats.t.ppf(0.975, df) / stats.t.ppf(0.975, 5)
    assert found.df == pytest.approx([df])
    assert (found.low, found.high) == (pytest.approx([2 - 1 * wider]), pytest.approx([2 + 4 * wider]))
    assert found.p == pytest.approx([2 * stats.t.sf(stats.t.isf(0.1, 5) / 2, df)])


def experiments(n, donors, series_sd, seed):
    """Estimates (−ΔΔCq·log2 E by donor) of n experiments, their shifts by E of gene and reference, and the truth.

    The gene's E is 1.9 and it crosses 5 Cq earlier, the reference's is 1.95 and it crosses 1 Cq earlier. Each E is
    measured on a series of five tenfold dilutions, which scatter about the line. Donors scatter by 0.2 Cq.
    """
    rng, x = np.random.default_rng(seed), np.arange(5.0) - 2
    estimate, shifts, truth = np.zeros((n, donors)), [], 0.0
    for factor, change, donor_sd, sign in ((1.9, -5.0, 0.2, -1.0), (1.95, -1.0, 0.0, 1.0)):
        cq = -x / np.log10(factor) + rng.normal(0, series_sd, (n, 5))
        slope = cq @ x / 10.0
        rest = cq - cq.mean(axis=1, keepdims=True) - slope[:, None] * x
        se_log2 = np.log2(10.0) * np.sqrt((rest**2).sum(axis=1) / 3 / 10.0) / slope**2
        changes = change + rng.normal(0, 1, (n, donors)) * donor_sd
        estimate += sign * changes * (-np.log2(10.0) / slope)[:, None]
        shifts.append(changes.mean(axis=1) * se_log2)
        truth += sign * change * np.log2(factor)
    return estimate, np.stack(shifts, axis=-1), truth


@pytest.mark.parametrize(
    ("series_sd", "donors", "without"),
    [(0.15, 3, 0.94), (0.15, 4, 0.93), (0.15, 6, 0.90), (0.3, 3, 0.90), (0.3, 4, 0.86), (0.3, 6, 0.78)],
)
def test_intervals_hold_the_truth_with_the_error_of_a_five_point_series(series_sd, donors, without):
    estimate, shifts, truth = experiments(20000, donors, series_sd, seed=donors)
    before = reported(estimate)
    after = with_shared_errors(before, shifts, np.array([3.0, 3.0]))
    bare, full = (float(np.mean((f.low <= truth) & (truth <= f.high))) for f in (before, after))
    assert 0.94 <= full <= 0.965
    assert bare < without


def test_two_donors_take_in_the_shared_error_by_hand():
    # donors 0, 2: mean 1, se² 1, df 1; a known shift of 1: variance 2, df = 2²/(1²/1) = 4
    found = with_shared_errors(reported([0.0, 2.0]), np.array([1.0]), np.array([np.inf]))
    assert (found.se, found.df) == (pytest.approx(np.sqrt(2)), pytest.approx(4.0))
    assert found.high == pytest.approx(1 + stats.t.ppf(0.975, 4) * np.sqrt(2))
    assert found.p == pytest.approx(2 * stats.t.sf(1 / np.sqrt(2), 4))


def test_p_of_two_donors_keeps_its_kind():
    """A likelihood's p of .2 on 1 df is cot(.1 pi) = 3.0777 se from 0, whatever estimate/se is; se doubles, df 16."""
    given = Reported(*(np.array([x]) for x in (2.0, 1.0, 3.0, 0.2, 1.0, 1.0)))
    found = with_shared_errors(given, np.array([[np.sqrt(3.0)]]), np.array([np.inf]))
    assert found.p == pytest.approx([2 * stats.t.sf(1 / np.tan(0.1 * np.pi) / 2, 16)])


def test_a_p_of_nothing_leaves_the_distance_in_standard_errors():
    """Estimate 4 with se .5 lies 8 se from 0; a shift of .5 leaves 8/sqrt(2); df = .5²/(.0625/5) = 20."""
    given = Reported(*(np.array([x]) for x in (4.0, 3.0, 5.0, 0.0, 0.5, 5.0)))
    found = with_shared_errors(given, np.array([[0.5]]), np.array([np.inf]))
    assert found.df == pytest.approx([20.0])
    assert found.p == pytest.approx([2 * stats.t.sf(8 / np.sqrt(2), 20)])
