"""Pooled shares: worked by hand, the coverage of their intervals, and what experiments of one donor can say."""

import numpy as np
import pytest

from mgassay.effects.estimators.pooled_ratios import PartsAndWholes, next_ratio, pool_ratios
from mgassay.effects.estimators.pooling import shared_variances
from mgassay.effects.estimators.share_sets import live_effects

SHARE = 0.6


def experiments(donors, tau, runs, total=1.2, differs=0.2, sd=0.268, share=SHARE):
    """Simulated experiments of these many donors: share varies by tau (SD), T by `differs` (SD of its logarithm)."""
    rng = np.random.default_rng([*donors, round(100 * tau), round(100 * total)])
    columns = []
    for n in donors:
        truth = share + tau * rng.normal(size=(runs, 1))
        whole = total * np.exp(differs * rng.normal(size=(runs, 1)))
        t = whole + sd * rng.normal(size=(runs, n))
        b = whole * (1 - truth) + sd * rng.normal(size=(runs, n))
        live = live_effects(t, t - b)
        of_t, of_part = live.mean[..., 0], live.mean[..., 1]
        v = live.covariance
        columns.append((of_part, of_t, v[..., 1, 1], v[..., 0, 0], v[..., 0, 1]))
    part, whole, *variances = (np.stack(c, axis=-1) for c in zip(*columns, strict=True))
    return PartsAndWholes(part, whole, *(shared_variances(v, np.array(donors)) for v in variances))


def two_by_hand(part=(0.6, 0.8, 0.7), whole=(1.0, 1.0, 1.0)):
    """Three experiments whose wholes are 1: weights are alike, so that the share is the t interval of the parts."""
    part = np.array(part)
    return PartsAndWholes(part, np.array(whole), np.full(3, 0.001), np.zeros(3), np.zeros(3))


def test_with_equal_wholes_it_is_the_t_interval_of_the_parts():
    """Mean .7, SD .1 over three: .7 +- 4.302653 x .1/sqrt(3)."""
    found = pool_ratios(two_by_hand())
    half = 4.302653 * 0.1 / np.sqrt(3)
    ends = [float(found.found.low), float(found.found.estimate), float(found.found.high)]
    assert ends == pytest.approx([0.7 - half, 0.7, 0.7 + half], abs=1e-6)
    assert found.weights == pytest.approx(np.full(3, 1 / 3))
    assert float(found.tau) == pytest.approx(np.sqrt(0.01 - 0.001), abs=1e-6)


def test_the_share_is_that_of_the_effects_together_not_the_mean_of_ratios():
    """Parts .3 and .1 of wholes 1 and .1 (a ratio of 1.0): .4/1.1, where the mean of the ratios is .65."""
    given = PartsAndWholes(np.array([0.3, 0.1]), np.array([1.0, 0.1]), *(np.full(2, np.nan) for _ in range(3)))
    assert float(pool_ratios(given).found.estimate) == pytest.approx(0.4 / 1.1)


def test_experiments_that_do_not_agree_on_a_whole_have_no_interval():
    found = pool_ratios(two_by_hand(whole=(1.0, -0.2, 0.3)))
    assert str(found.found.kind) != "bounded"
    assert np.isnan(next_ratio(found)).all()
    nothing = pool_ratios(two_by_hand(whole=(0.0, 0.0, 0.0)))
    assert np.isnan(float(nothing.found.estimate))
    assert str(nothing.found.kind) == "unbounded"


def test_one_donor_in_each_experiment_leaves_tau_unknown():
    unknown = np.full(3, np.nan)
    found = pool_ratios(PartsAndWholes(np.array([0.6, 0.8, 0.7]), np.ones(3), unknown, unknown, unknown))
    assert str(found.found.kind) == "bounded"
    assert np.isnan(float(found.tau))
    assert np.isnan(next_ratio(found)).all()


def test_experiments_with_more_donors_count_more():
    given = experiments((3, 12, 3), 0.0, 1)
    assert np.argmax(pool_ratios(given).weights[0]) == 1


@pytest.mark.parametrize("donors", [(3, 4, 3), (3, 4, 5, 3, 4), (5, 3, 4, 3, 3, 5, 4, 3)])
@pytest.mark.parametrize(
    ("tau", "total", "differs"), [(0.0, 1.2, 0.2), (0.15, 1.2, 0.2), (0.3, 0.8, 0.4), (0.1, 0.4, 0.2)]
)
def test_pooled_shares_cover_95_of_100(donors, tau, total, differs):
    """3,000 sets of experiments, whose own error (two SD) is .008; also where T is small, and where it varies."""
    found = pool_ratios(experiments(donors, tau, 3_000, total, differs))
    assert found.found.holds(SHARE).mean() == pytest.approx(0.95, abs=0.02)
    assert np.median(found.found.estimate) == pytest.approx(SHARE, abs=0.015)


@pytest.mark.parametrize(
    ("donors", "tau", "bounds"), [((3, 4, 3), 0.15, (0.92, 0.995)), ((5, 3, 4, 3, 3, 5), 0.3, (0.91, 0.98))]
)
def test_the_next_experiments_share_is_held(donors, tau, bounds):
    """300 sets; the truth of a further experiment scatters by tau."""
    truth = SHARE + tau * np.random.default_rng(7).normal(size=300)
    given = experiments(donors, tau, 300)
    held = []
    for i, value in enumerate(truth):
        one = PartsAndWholes(*(getattr(given, f)[i] for f in ("part", "whole", "var_part", "var_whole", "covariance")))
        found = pool_ratios(one)
        low, high = next_ratio(found)
        if np.isfinite(low):
            assert low <= float(found.found.low) < float(found.found.high) <= high
            held.append(low <= value <= high)
    assert len(held) > 270
    assert bounds[0] <= np.mean(held) <= bounds[1]


def test_tau_is_the_spread_of_the_truth():
    found = pool_ratios(experiments((4,) * 8, 0.3, 2_000))
    assert np.sqrt(np.mean(found.tau**2)) == pytest.approx(0.3, abs=0.03)


def test_what_each_experiment_says_is_scaled_to_the_whole_by_hand():
    """Wholes of 4 and parts of 2.4, 3.2 and 2.8, each with a variance of .016: ratios .6, .8, .7 with .016/16."""
    variance = np.full(3, 0.016)
    given = PartsAndWholes(np.array([2.4, 3.2, 2.8]), np.full(3, 4.0), variance, np.zeros(3), np.zeros(3))
    found = pool_ratios(given)
    assert found.near == pytest.approx([0.6, 0.8, 0.7])
    assert found.variances == pytest.approx(np.full(3, 0.001))
