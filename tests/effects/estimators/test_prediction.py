"""The prediction interval: against drawing at random, where tau is known, and how often it holds the next truth."""

import numpy as np
import pytest

from mgassay.effects.estimators.pooling import pool_estimates
from mgassay.effects.estimators.prediction import prediction_interval

Y = np.array([0.35, 0.80, 0.55, 0.20, 0.95])
V = np.array([0.02, 0.03, 0.02, 0.05, 0.01])


def test_it_is_the_middle_of_what_is_drawn_at_random():
    """The same mixture by 40,000 draws: chi-squared on 4 df -> tau2, t on 4 df -> mean, normal -> the next truth."""
    rng = np.random.default_rng(1)
    tau2 = np.linspace(0, 60, 400_001) ** 2 / 600  # Q falls with tau2: read the table backwards
    w = 1 / (V + tau2[:, np.newaxis])
    mean = (w @ Y) / w.sum(axis=1)
    q = (w * (Y - mean[:, np.newaxis]) ** 2).sum(axis=1)
    at = len(tau2) - 1 - np.searchsorted(q[::-1], rng.chisquare(4, 40_000)).clip(0, len(tau2) - 1)
    se = np.sqrt(q[at] / 4 / w.sum(axis=1)[at])
    drawn = mean[at] + se * rng.standard_t(4, at.shape) + np.sqrt(tau2[at]) * rng.normal(size=at.shape)
    assert prediction_interval(Y, V) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.05)


def test_many_experiments_leave_little_doubt_of_tau():
    """200 experiments: the middle 95 % of a normal around the mean with the true SD, .3."""
    rng = np.random.default_rng(2)
    y = rng.normal(0.6, 0.3, 200) + rng.normal(0, 0.1, 200)
    low, high = prediction_interval(y, np.full(200, 0.01))
    assert [low, high] == pytest.approx([0.6 - 1.96 * 0.3, 0.6 + 1.96 * 0.3], abs=0.08)


def test_it_moves_and_stretches_with_the_estimates_and_is_wider_than_the_mean():
    low, high = prediction_interval(Y, V)
    assert prediction_interval(3 * Y + 1, 9 * V) == pytest.approx((3 * low + 1, 3 * high + 1), abs=1e-6)
    pooled = pool_estimates(Y, V)
    assert low < float(pooled.low)
    assert high > float(pooled.high)
    assert prediction_interval(Y, V) == (low, high)


def test_two_experiments_predict_nothing():
    assert np.isnan(prediction_interval(Y[:2], V[:2])).all()


def test_experiments_that_agree_exactly():
    low, high = prediction_interval(np.full(4, 0.5), np.full(4, 0.01))
    assert low == pytest.approx(0.5, abs=1e-6)
    assert high == pytest.approx(0.5, abs=1e-6)


def held(k, tau, sets):
    """How often it holds the next truth: sets of k experiments of 3-6 donors that scatter by .25."""
    rng = np.random.default_rng(k)
    n, found = np.resize([3, 4, 6], k), []
    for _ in range(sets):
        y = 0.6 + tau * rng.normal(size=k) + 0.25 * rng.normal(size=k) / np.sqrt(n)
        scatter = 0.0625 * rng.chisquare(n.sum() - k) / (n.sum() - k)
        low, high = prediction_interval(y, scatter / n)
        found.append(low <= 0.6 + tau * rng.normal() <= high)
    return np.mean(found)


def test_it_holds_the_next_truth():
    assert held(6, 0.15, 150) == pytest.approx(0.95, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("k", [3, 4, 6, 10])
@pytest.mark.parametrize("tau", [0.0, 0.1, 0.2, 0.4])
def test_it_holds_the_next_truth_whatever_tau(k, tau):
    """1,500 sets, whose own error (two SD) is .011."""
    assert 0.91 < held(k, tau, 1_500) < 0.99


def test_three_experiments_are_the_least_that_predict():
    low, high = prediction_interval(Y[:3], V[:3])
    assert low < Y[:3].mean() < high


def test_experiments_that_agree_exactly_below_zero():
    """The sign of what is pooled changes nothing: as at .5 above, at -.5."""
    assert prediction_interval(np.full(4, -0.5), np.full(4, 0.01)) == pytest.approx((-0.5, -0.5), abs=1e-6)


def test_estimates_that_lie_evenly_about_their_middle_predict_evenly_about_it():
    """-1, 0 and 1, equally well known: whatever is drawn, its negative is as likely."""
    low, high = prediction_interval(np.array([-1.0, 0.0, 1.0]), np.full(3, 0.1))
    assert low == pytest.approx(-high, abs=1e-9)
