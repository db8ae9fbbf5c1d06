"""The window of linearity, and a gene's efficiency from the slopes within it."""

import math

import numpy as np
import pytest
from scipy import stats

from mgassay.assays.qpcr.exponential_phase import Phase, exponential_phases
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


@pytest.mark.parametrize(("off", "n"), [(0.100, 7), (0.108, 6)])
def test_a_reaction_is_left_out_beyond_three_and_a_half_scaled_deviations(off, n):
    """Distances from .92 are 0, .01, .01, .02, .02, .03 and `off`: median .02, and 3.5 · 1.4826 · .02 = .1038."""
    log2_factors = np.array([0.89, 0.90, 0.91, 0.92, 0.93, 0.94, 0.92 + off])
    assert efficiency_from_slopes(log2_factors / math.log2(10)).n == n


@pytest.mark.parametrize(("factor", "used"), [(2.95, True), (3.05, False)])
def test_more_than_threefold_per_cycle_is_no_growth(factor, used):
    """The limit is that of every efficiency: 3."""
    found = efficiency_from_slopes(np.full(4, math.log10(factor)))
    assert (found is not None) == used


def phase(*logs):
    """Exponential phases that end in the same cycle, from log10 fluorescence above a baseline of 0."""
    cycles = max(len(log) for log in logs)
    rows = [np.append(np.full(cycles - len(log), np.nan), log) for log in logs]
    return Phase(np.full(len(logs), cycles - 1), np.zeros(len(logs)), np.array(rows))


def test_points_below_the_window_do_not_count():
    """The last four of nine steps rise by .28 in every reaction, those below by .18, .20 and .22: four cycles fit."""
    rises = [np.append(np.full(5, low), np.full(4, 0.28)) for low in (0.18, 0.20, 0.22)]
    logs = [np.append(0.0, np.cumsum(rise)) - rise.sum() for rise in rises]
    assert slopes_in_window(phase(*logs)) == pytest.approx([0.28] * 3, rel=1e-12)


@pytest.mark.parametrize(("alike", "lowered"), [(9, True), (8, False)])
def test_the_window_may_lose_one_reaction_in_ten(alike, lowered):
    """Reactions that rise by .25 up to −.44, and each its own way beyond, agree in a window that the last is not in.

    It starts at −1 by steps of .4, two points of it below −.44. Nine of ten are enough to go there, eight of nine not.
    """
    straight = -2.44 + 0.25 * np.arange(9)
    logs = [np.append(straight, [-0.44 + up, -0.44 + 2 * up]) for up in np.linspace(0.14, 0.5, 9)[:alike]]
    found = slopes_in_window(phase(*logs, -1.0 + 0.4 * np.arange(5)))
    assert bool(np.isnan(found[-1])) == lowered
    if lowered:
        assert found[:-1] == pytest.approx([0.25] * 9, rel=1e-12)
