import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mgassay.effects.estimators.fieller import BOUNDED, TWO_RAYS, UNBOUNDED, fieller_set
from mgassay.effects.estimators.intervals import t_quantile
from mgassay.effects.estimators.share_sets import live_effects

finite = st.floats(-3, 3).map(lambda x: round(x, 3))
variance = st.floats(1e-3, 2)


def arrays(*values):
    return [np.array(float(v)) for v in values]


def test_bounded_by_hand():
    """N = 2, D = 4, variances 1/t^2, no covariance: 15 x^2 - 16 x + 3 = 0 has the roots (16 -+ sqrt(76))/30."""
    t2 = stats.t.ppf(0.975, 5) ** 2
    found = fieller_set(*arrays(2, 4, 1 / t2, 1 / t2, 0, 5))
    assert found.kind == BOUNDED
    assert [bool(found.holds(float(end))) for end in (found.low, found.high)] == [True, True]
    assert [float(found.low), float(found.high)] == pytest.approx([(16 - 76**0.5) / 30, (16 + 76**0.5) / 30])
    assert found.estimate == 0.5


def test_two_rays_and_unbounded_by_hand():
    """D = 1 with variance 2/t^2: a = -1. N = 3, b = 3, c = 8: roots of x^2 - 6x... = 3 -+ sqrt(17), outside of them."""
    t2 = stats.t.ppf(0.975, 5) ** 2
    rays = fieller_set(*arrays(3, 1, 1 / t2, 2 / t2, 0, 5))
    assert rays.kind == TWO_RAYS
    assert [float(rays.low), float(rays.high)] == pytest.approx([-3 - 17**0.5, -3 + 17**0.5])
    assert rays.holds(float(rays.estimate))
    assert not rays.holds(0.0)
    assert [bool(rays.holds(float(end))) for end in (rays.low, rays.high)] == [True, True]  # the ends belong to it
    everything = fieller_set(*arrays(0.5, 1, 1 / t2, 2 / t2, 0, 5))
    assert everything.kind == UNBOUNDED
    assert np.isnan([float(everything.low), float(everything.high)]).all()
    assert everything.holds(1e9)


def test_one_donor_is_unbounded():
    nothing = fieller_set(*arrays(0.5, 1, np.nan, np.nan, np.nan, 0))
    assert nothing.kind == UNBOUNDED
    assert nothing.estimate == 0.5


@settings(max_examples=200, deadline=None)
@given(finite, finite, variance, variance, st.floats(-0.9, 0.9), st.integers(2, 30))
def test_the_set_is_where_the_t_test_does_not_reject(n, d, var_n, var_d, r, df):
    cov = r * np.sqrt(var_n * var_d)
    found = fieller_set(*arrays(n, d, var_n, var_d, cov, df))
    t = stats.t.ppf(0.975, df)
    for theta in (-7.0, -1.0, 0.0, 0.3, 0.7, 1.0, 5.0):
        excess = (n - theta * d) ** 2 - t**2 * (var_n - 2 * theta * cov + theta**2 * var_d)
        if abs(excess) > 1e-6 and abs(d**2 - t**2 * var_d) > 1e-9:
            assert bool(found.holds(theta)) == (excess < 0)
    assert (found.kind == BOUNDED) == (d**2 > t**2 * var_d)


@pytest.mark.parametrize("n", [3, 4, 8])
def test_the_ratio_without_a_donor_always_lies_in_the_set_of_all(n):
    """So it cannot be asked whether it does (decision 0039): 2,000 experiments, one donor far off in half."""
    rng = np.random.default_rng(4)
    total, part = 1.2 + rng.normal(0, 0.3, (2000, n)), 0.6 + rng.normal(0, 0.3, (2000, n))
    part[:1000, 0] += 20.0
    live = live_effects(total, part)
    covariance, (b, t) = live.covariance, (live.mean[:, 1], live.mean[:, 0])
    found = fieller_set(b, t, covariance[:, 1, 1], covariance[:, 0, 0], covariance[:, 0, 1], live.df)
    for donor in range(n):
        others = np.arange(n) != donor
        assert np.all(found.holds(part[:, others].mean(axis=1) / total[:, others].mean(axis=1)))


def test_a_denominator_whose_interval_ends_at_zero_is_unbounded():
    """Denominator t, its variance 1: the leading coefficient is t^2 - t^2 * 1 = 0 exactly."""
    t = t_quantile(np.array(3.0), 0.95)
    found = fieller_set(np.array(1.0), t, *arrays(0.1, 1, 0, 3))
    assert found.kind == UNBOUNDED
    assert np.isnan([float(found.low), float(found.high)]).all()
