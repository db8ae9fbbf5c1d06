"""Fieller's quotient, with and without covariance, against its own equation and by simulation."""

import numpy as np
import pytest
from scipy import stats

from mgassay.assays.plates.quotients import fieller_quotient, quotient_interval, welch_df


def as_arrays(*numbers):
    return [np.array([float(n)]) for n in numbers]


def test_fieller_solves_its_own_equation():
    """Both bounds r satisfy (top − r·bottom)² = t² · (v_top + r² · v_bottom); t for 20 df is 2.085963 (tables)."""
    low, high = fieller_quotient(*as_arrays(8, 0.5, 10, 4, 0.125, 10))  # share of each part 0.5: df = 1 / (0.25/10 · 2)
    for r in (low[0], high[0]):
        assert (8 - 4 * r) ** 2 == pytest.approx(2.085963**2 * (0.5 + 0.125 * r**2), rel=1e-6)
    assert low[0] < 2 < high[0]


def test_precise_values_give_the_delta_interval_of_the_log():
    low, high = fieller_quotient(*as_arrays(8, 8e-6, 50, 4, 2e-6, 50))
    se = np.sqrt(8e-6 / 64 + 2e-6 / 16)
    np.testing.assert_allclose(np.log([low[0] / 2, high[0] / 2]), np.array([-1, 1]) * 1.983972 * se, rtol=1e-3)


def test_a_top_near_zero_has_an_interval_and_a_bottom_near_zero_has_none():
    low, high = fieller_quotient(*as_arrays(-0.1, 0.04, 10, 4, 0.01, 10))
    assert low[0] < -0.025 < high[0]
    assert np.isnan(fieller_quotient(*as_arrays(8, 0.5, 10, 0.1, 0.125, 10))).all()


def test_exact_values_have_an_interval_without_width():
    assert fieller_quotient(*as_arrays(8, 0, 10, 4, 0, 10)) == (2.0, 2.0)


@pytest.mark.parametrize(("top", "bottom_sd"), [(30.0, 20.0), (30.0, 2.0), (0.0, 20.0)])
def test_the_interval_of_a_quotient_covers(top, bottom_sd):
    """20,000 simulated pairs with 10 df each: 95 % of intervals hold the truth, also where the top is zero."""
    rng, n = np.random.default_rng(5), 20_000
    spread = rng.chisquare(10, (2, n)) / 10
    parts = [
        (mean + sd * rng.standard_normal(n), sd**2 * s, np.full(n, 10.0))
        for mean, sd, s in zip((top, 600.0), (1.5, bottom_sd), spread, strict=True)
    ]
    low, high = fieller_quotient(*parts[0], *parts[1])
    held = (low <= top / 600) & (top / 600 <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.006)


def test_degrees_of_freedom_of_a_sum():
    """(1 + 3)² / (1²/2 + 3²/6) = 8; a part of 0 counts for nothing, whatever its df."""
    found = welch_df(
        np.array([1.0, 2.0, 0.0]), np.array([2.0, 5.0, 3.0]), np.array([3.0, 0.0, 0.0]), np.array([6.0, -1, 0])
    )
    assert found[:2].tolist() == pytest.approx([8.0, 5.0])
    assert np.isnan(found[2])


def test_without_covariance_it_is_the_quotient_of_replicates():
    """Equal df of both parts of equal share: Welch's df are twice those of one."""
    low, high = quotient_interval(*(np.array([v]) for v in (8.0, 4.0, 0.5, 0.125, 0.0, 20.0)))
    expected = fieller_quotient(*(np.array([v]) for v in (8.0, 0.5, 10.0, 4.0, 0.125, 10.0)))
    assert (low[0], high[0]) == pytest.approx((expected[0][0], expected[1][0]))


def test_ends_solve_fiellers_equation_with_covariance():
    t = stats.t.ppf(0.975, 7)
    low, high = quotient_interval(*(np.array([v]) for v in (3.0, 5.0, 0.3, 0.2, 0.1, 7.0)))
    for r in (low[0], high[0]):
        assert (3 - 5 * r) ** 2 == pytest.approx(t**2 * (0.3 - 2 * r * 0.1 + r**2 * 0.2))
    assert low[0] < 0.6 < high[0]


def test_a_denominator_that_may_be_zero_has_no_bounds_and_no_warning():
    low, high = quotient_interval(*(np.array([v]) for v in (3.0, 0.1, 0.3, 0.2, 0.1, 7.0)))
    assert np.isnan([low[0], high[0]]).all()


def test_the_interval_of_a_quotient_of_correlated_means_covers():
    """20,000 pairs of means of 6 correlated values, the covariance estimated: 95 % nominal."""
    rng = np.random.default_rng(8)
    draws = rng.multivariate_normal([2.0, 5.0], [[0.5, 0.35], [0.35, 0.6]], size=(20_000, 6))
    x, y = draws[..., 0], draws[..., 1]
    covariance = ((x - x.mean(1, keepdims=True)) * (y - y.mean(1, keepdims=True))).sum(1) / 5 / 6
    moments = (x.var(1, ddof=1) / 6, y.var(1, ddof=1) / 6)
    low, high = quotient_interval(x.mean(1), y.mean(1), *moments, covariance, np.full(20_000, 5.0))
    assert 0.945 < np.mean((low <= 0.4) & (0.4 <= high)) < 0.955
