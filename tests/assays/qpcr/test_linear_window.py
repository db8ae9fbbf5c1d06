"""The window of linearity, and a gene's efficiency from the slopes within it."""

import math

import numpy as np
import pytest
from scipy import stats

from mgassay.assays.qpcr.exponential_phase import exponential_phases
from mgassay.assays.qpcr.linear_window import efficiency_from_slopes, slopes_in_window


def reactions(factor, *, n=24, noise=0.003, seed=1, bend=0.25):
    """n curves of one gene that grow by `factor` up to `bend` of their plateau, from different amounts."""
    rng = np.random.default_rng(seed)
    product, curves = 10 ** rng.uniform(-8, -5, n), np.empty((n, 40))
    for k in range(40):
        left = np.clip((1 - product / 10) / (1 - bend), 0, 1)
        product = product * (1 + (factor - 1) * left)
        curves[:, k] = product
    return curves + rng.uniform(1, 3, (n, 1)) + rng.normal(0, noise, curves.shape)


def efficiency(curves):
    return efficiency_from_slopes(slopes_in_window(exponential_phases(curves)))


@pytest.mark.parametrize("factor", [1.7, 1.8, 1.9, 2.0])
def test_the_factor_of_simulated_reactions_is_found(factor):
    found = [efficiency(reactions(factor, seed=seed)).factor for seed in range(20)]
    assert np.mean(found) == pytest.approx(factor, rel=0.003)
    assert np.std(found) < 0.01


def test_curves_that_slow_down_from_the_start_read_low():
    # logistic growth has no stretch of constant factor: what no baseline can mend, and why series go first
    found = np.mean([efficiency(reactions(1.9, seed=seed, bend=0.0)).factor for seed in range(20)])
    assert 1.82 < found < 1.88


def test_a_reaction_without_a_phase_has_no_slope():
    curves = np.vstack([reactions(1.9, n=6), np.full((1, 40), 2.0)])
    found = slopes_in_window(exponential_phases(curves))
    assert np.isfinite(found).tolist() == [True] * 6 + [False]


def test_too_few_reactions_give_nothing():
    assert np.isnan(slopes_in_window(exponential_phases(reactions(1.9, n=2)))).all()
    assert efficiency_from_slopes(np.array([0.28, np.nan, 0.29])) is None
    assert efficiency_from_slopes(np.array([-0.1, 0.28, 0.29])) is None


def test_mean_and_interval_by_hand():
    # log2 E of .90, .92, .94: mean .92, SE .02/√3, two degrees of freedom
    found = efficiency_from_slopes(np.array([0.90, 0.92, 0.94]) / math.log2(10))
    half = stats.t.ppf(0.975, 2) * 0.02 / math.sqrt(3)
    assert (found.factor, found.ci_low, found.ci_high) == pytest.approx(
        (2**0.92, 2 ** (0.92 - half), 2 ** (0.92 + half))
    )
    assert (found.source, found.df, found.n) == ("curves", 2.0, 3)


def test_a_reaction_far_from_the_others_is_left_out():
    near = np.array([0.90, 0.91, 0.92, 0.93, 0.94]) / math.log2(10)
    found = efficiency_from_slopes(np.append(near, 0.5 / math.log2(10)))
    assert found.n == 5
    assert found.factor == pytest.approx(2**0.92)


def test_reactions_that_agree_exactly_have_no_interval():
    found = efficiency_from_slopes(np.full(4, 0.28))
    assert math.isnan(found.ci_low)
    assert found.factor == pytest.approx(10**0.28)
