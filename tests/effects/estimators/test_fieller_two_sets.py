"""Two sets of donors in one ratio: the simpler forms it holds, and the test that it turns inside out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mgassay.effects.estimators.fieller import BOUNDED, UNBOUNDED, fieller_set
from mgassay.effects.estimators.fieller_two_sets import SetVariance, fieller_two_sets
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import live_effects, share_set

finite = st.floats(-3, 3).map(lambda x: round(x, 3))
variance = st.floats(1e-3, 2)


def arrays(*values):
    return [np.array(float(v)) for v in values]


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


@settings(max_examples=100, deadline=None)
@given(finite, finite, variance, variance, st.floats(-0.9, 0.9), st.integers(2, 30))
def test_runs_that_add_nothing_leave_fiellers(n, d, var_n, var_d, r, df):
    numerator, denominator, *donors = arrays(n, d, var_n, var_d, r * np.sqrt(var_n * var_d), df)
    plain = fieller_set(numerator, denominator, *donors)
    found = fieller_two_sets(numerator, denominator, SetVariance(*donors), SetVariance(*arrays(0, 0, 0, 3)))
    gap = abs(np.arctan(plain.high) - np.arctan(plain.low)) % np.pi
    if plain.kind == UNBOUNDED or 0.05 < gap < np.pi - 0.05:  # not a gap narrower than the steps
        assert found.kind == plain.kind
        assert float(found.low) == pytest.approx(float(plain.low), rel=1e-6, abs=1e-9, nan_ok=True)
        assert float(found.high) == pytest.approx(float(plain.high), rel=1e-6, abs=1e-9, nan_ok=True)


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


def test_the_set_of_acellular_runs_ends_where_welchs_test_turns():
    """passive = A/T: at either end the runs and the donors' theta*T differ with p = .05 by scipy's own Welch test."""
    total, runs = np.array([1.1, 1.6, 0.9, 1.4]), np.array([0.2, 0.5, -0.1])
    found = share_set("passive", live_effects(total, total), donor_estimate(runs))
    assert found.kind == BOUNDED
    for end in (float(found.low), float(found.high)):
        assert stats.ttest_ind(runs, end * total, equal_var=False).pvalue == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("spread", [0.2, 2.0])
def test_the_set_of_acellular_runs_is_bounded_exactly_when_t_excludes_zero(spread):
    rng = np.random.default_rng(3)
    total = rng.normal(1.0, spread, size=(300, 4))
    runs = donor_estimate(rng.normal(0.2, 0.3, size=(300, 3)))
    found = share_set("passive", live_effects(total, total), runs)
    low, high = donor_estimate(total).limits()
    assert ((found.kind == BOUNDED) == (low * high > 0)).all()


def test_a_set_without_df_is_unbounded_however_far_the_denominator_lies_from_zero():
    """A tenth of 1000 with SD .1: a t of any finite df would end the set."""
    one, two = (SetVariance(np.array(0.01), np.array(0.01), np.array(0.0), np.array(df)) for df in (0.0, 3.0))
    for first, second in ((one, two), (two, one)):
        assert fieller_two_sets(np.array(100.0), np.array(1000.0), first, second).kind == UNBOUNDED
    assert fieller_two_sets(np.array(100.0), np.array(1000.0), two, two).kind == BOUNDED
