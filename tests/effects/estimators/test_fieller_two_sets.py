"""Two sets of donors in one ratio: the simpler forms it holds, and the test that it turns inside out."""

import numpy as np
import pytest
from scipy import stats

from mgassay.effects.estimators.fieller import OwnRuns, fieller_set, fieller_welch_set
from mgassay.effects.estimators.fieller_two_sets import SetVariance, fieller_two_sets


def some(count=200):
    """Numerators, denominators, and variances that leave sets of every kind."""
    rng = np.random.default_rng(6)
    n, d = rng.normal(0.5, 0.6, count), rng.normal(1.0, 0.8, count)
    var_n, var_d = rng.uniform(0.01, 0.2, (2, count))
    return n, d, var_n, var_d, rng.uniform(-0.8, 0.8, count) * np.sqrt(var_n * var_d), np.full(count, 4.0)


def same(found, expected):
    """Equal but where a gap is narrower than the steps in which it is looked for."""
    width = abs(np.arctan(expected.high) - np.arctan(expected.low))
    wide = (expected.kind == "unbounded") | ((width > 0.05) & (width < np.pi - 0.05))
    assert (found.kind == expected.kind)[wide].all()
    for end in ("low", "high"):
        assert getattr(found, end)[wide] == pytest.approx(getattr(expected, end)[wide], rel=1e-6, nan_ok=True)
    assert set(expected.kind[wide]) == {"bounded", "two_rays", "unbounded"}


def test_a_second_set_that_adds_nothing_leaves_fiellers():
    n, d, var_n, var_d, cov, df = some()
    nothing = SetVariance(0 * n, 0 * n, 0 * n, df)
    same(fieller_two_sets(n, d, SetVariance(var_n, var_d, cov, df), nothing), fieller_set(n, d, var_n, var_d, cov, df))


def test_a_second_set_in_the_numerator_only_is_the_form_with_own_runs():
    n, d, var_n, var_d, cov, df = some()
    own = np.full_like(n, 0.05)
    found = fieller_two_sets(n, d, SetVariance(var_n, var_d, cov, df), SetVariance(own, 0 * n, 0 * n, df / 2))
    same(found, fieller_welch_set(n, d, var_n, var_d, cov, df, OwnRuns(own, df / 2)))


def test_the_order_of_the_sets_does_not_matter():
    n, d, var_n, var_d, cov, df = some(50)
    one, two = SetVariance(var_n, var_d, cov, df), SetVariance(var_d, var_n, cov / 2, df + 1)
    assert fieller_two_sets(n, d, one, two).low == pytest.approx(fieller_two_sets(n, d, two, one).low, nan_ok=True)


def test_both_ends_are_where_welchs_test_turns():
    """Denominator from one set, numerator from the other: scipy's own Welch test has p = .05 at either end."""
    top, bottom = np.array([0.9, 1.3, 1.0]), np.array([2.1, 2.6, 1.8, 2.4])
    variances = [np.array(x.var(ddof=1) / len(x)) for x in (top, bottom)]
    nothing = np.array(0.0)
    first = SetVariance(variances[0], nothing, nothing, np.array(2.0))
    second = SetVariance(nothing, variances[1], nothing, np.array(3.0))
    found = fieller_two_sets(np.array(top.mean()), np.array(bottom.mean()), first, second)
    assert found.kind == "bounded"
    for end in (float(found.low), float(found.high)):
        assert stats.ttest_ind(top, end * bottom, equal_var=False).pvalue == pytest.approx(0.05, abs=1e-9)


def test_a_set_of_one_donor_is_unbounded():
    one = SetVariance(np.array(np.nan), np.array(np.nan), np.array(np.nan), np.array(0.0))
    two = SetVariance(np.array(0.1), np.array(0.1), np.array(0.0), np.array(3.0))
    assert fieller_two_sets(np.array(1.0), np.array(2.0), one, two).kind == "unbounded"
