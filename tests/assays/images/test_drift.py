"""Drift over a plate, against scipy.stats, which the program itself does not import."""

import numpy as np
import pytest
from scipy.stats import kendalltau, theilslopes

from mgassay.assays.images.drift import drift, kendall_p


@pytest.mark.parametrize("n", [8, 9, 20, 33, 34, 96])
@pytest.mark.parametrize("step", [0.0, 0.02, 1.0])
@pytest.mark.parametrize("digits", [1, 9])
def test_kendalls_p_and_the_slope_are_those_of_scipy(n, step, digits):
    rng = np.random.default_rng(n)
    for _ in range(10):
        values = np.round(rng.standard_normal(n) + step * np.arange(n), digits)  # one digit: with ties
        p = kendalltau(np.arange(n), values).pvalue
        assert kendall_p(values) == pytest.approx(p, rel=1e-9, abs=1e-300)
        expected = theilslopes(values).slope * (n - 1) if p < 0.01 else 0.0
        assert drift(values) == pytest.approx(expected, rel=1e-12)


def test_few_pairs_out_of_order_by_hand():
    """Of the 24 orders of four things 1 has no pair out of order and 3 have one: p is 2 / 24 and 2 * 4 / 24."""
    assert kendall_p(np.array([1.0, 2, 3, 4])) == pytest.approx(2 / 24)
    assert kendall_p(np.array([2.0, 1, 3, 4])) == pytest.approx(8 / 24)
    assert kendall_p(np.array([2.0, 4, 1, 3])) == 1.0


def test_a_series_that_does_not_change_or_is_short_has_no_drift():
    assert drift(np.full(20, 0.3)) == 0
    assert np.isnan(drift(np.arange(7.0)))
    assert drift(np.arange(8.0)) == 7
