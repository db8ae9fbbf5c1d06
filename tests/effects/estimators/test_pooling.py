"""Pooling over experiments: metafor's and statsmodels' numbers, coverage with few donors, donors that occur twice."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from mgassay.effects.estimators.pooling import (
    donors_once,
    experiments_by_donors,
    pool_estimates,
    reml_tau2,
    shared_variances,
)
from mgassay.effects.estimators.prediction import prediction_interval

# 13 trials of BCG vaccine against tuberculosis: cases and others among the vaccinated, then among controls
# (Colditz et al., JAMA 1994;271:698; R metafor's dat.bcg).
BCG = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ],
    dtype=float,
)
# 19 studies of teachers' expectations (Raudenbush 1985; R metafor's dat.raudenbush1985): effect, variance.
TEACHERS = np.array(
    [
        (0.03, 0.0156), (0.12, 0.0216), (-0.14, 0.0279), (1.18, 0.1391), (0.26, 0.1362), (-0.06, 0.0106),
        (-0.02, 0.0106), (-0.32, 0.0484), (0.27, 0.0269), (0.80, 0.0630), (0.54, 0.0912), (0.18, 0.0497),
        (-0.02, 0.0835), (0.23, 0.0841), (-0.18, 0.0253), (-0.06, 0.0279), (0.30, 0.0193), (0.07, 0.0088),
        (-0.07, 0.0303),
    ]
)  # fmt: skip


def log_risk_ratios():
    a, b, c, d = BCG.T
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def test_the_vaccine_trials_are_those_of_metafor():
    """metafor's own page, rma(yi, vi, test="knha"): tau2 .3132, mean -.7145, SE .1808, -1.1084 to -.3206.

    Its interval for a further trial, exp .14-1.76, takes tau as known; ours allows for its doubt and is a little wider.
    """
    found = pool_estimates(*log_risk_ratios())
    assert float(found.tau**2) == pytest.approx(0.3132, abs=5e-5)
    numbers = [float(x) for x in (found.estimate, found.se, found.low, found.high)]
    assert numbers == pytest.approx([-0.7145, 0.1808, -1.1084, -0.3206], abs=5e-5)
    ends = prediction_interval(*log_risk_ratios())
    assert ends == pytest.approx(np.log([0.14, 1.76]), abs=0.2)
    assert found.n_experiments == 13
    assert float(found.weights @ log_risk_ratios()[0]) == pytest.approx(-0.7145, abs=5e-5)
    assert float(found.weights.sum()) == pytest.approx(1)


def test_the_teachers_are_those_of_metafor():
    """metafor's test of Raudenbush (2009), table 16.3: REML .019, mean .084, SE .062, -.046 to .213."""
    found = pool_estimates(*TEACHERS.T)
    numbers = [float(x) for x in (found.tau**2, found.estimate, found.se, found.low, found.high)]
    assert numbers == pytest.approx([0.019, 0.084, 0.062, -0.046, 0.213], abs=5e-4)


def test_the_restricted_likelihood_is_highest_there():
    y, v = log_risk_ratios()

    def height(tau2):
        w = 1 / (v + tau2)
        rest = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
        return (np.log(w).sum() - np.log(w.sum()) - rest) / 2

    best = float(reml_tau2(y, v))
    assert height(best) > max(height(best + 1e-3), height(best - 1e-3))


def test_without_difference_between_experiments_it_is_statsmodels():
    """tau2 is 0 there by any method; Hartung and Knapp's SE and t interval are statsmodels'."""
    y, v = np.array([0.30, 0.34, 0.36, 0.31]), np.array([0.01, 0.02, 0.015, 0.04])
    theirs = combine_effects(y, v, method_re="iterated")
    found = pool_estimates(y, v)
    assert float(found.tau) == 0
    assert float(found.estimate) == pytest.approx(theirs.mean_effect_re)
    assert float(found.se) == pytest.approx(theirs.sd_eff_w_re_hksj)


def test_equal_variances_are_the_t_test_over_experiments():
    y = np.array([0.2, 0.7, 0.5, 0.9])
    found = pool_estimates(y, np.full(4, 0.001))
    half = 3.182446 * y.std(ddof=1) / 2
    assert [float(found.low), float(found.high)] == pytest.approx([y.mean() - half, y.mean() + half])


def test_one_and_two_experiments():
    one = pool_estimates(np.array([0.6]), np.array([0.04]))
    assert [float(one.estimate), float(one.se)] == pytest.approx([0.6, 0.2])
    assert np.isnan([float(x) for x in (one.low, one.high, one.tau)]).all()
    two = pool_estimates(np.array([0.6, 0.8]), np.array([0.04, 0.04]))
    assert float(two.high) == pytest.approx(0.7 + 12.706205 * 0.1)


def test_scatter_of_donors_is_pooled_by_df():
    """Donor variances .12, .06 and none known on 2, 4 and 0 df: (2 x .12 + 4 x .06)/6 = .08, over n = 3, 5, 1."""
    found = shared_variances(np.array([0.04, 0.012, np.nan]), np.array([3, 5, 1]))
    assert found == pytest.approx([0.08 / 3, 0.08 / 5, 0.08])
    assert np.isnan(shared_variances(np.array([np.nan, np.nan]), np.array([1, 1]))).all()


def test_experiments_that_share_a_donor_are_one_group():
    donors = {"a": ["D1", "D2"], "b": ["X"], "c": ["Y", "d2 "], "d": ["Z"], "e": ["Y", "Z"]}
    assert experiments_by_donors(donors) == (("a", "c", "d", "e"), ("b",))
    assert experiments_by_donors({"a": ["1"], "b": ["2"]}) == (("a",), ("b",))
    assert experiments_by_donors({}) == ()


def test_each_donor_counts_once():
    group = [{"D1": np.array([1.0, 0.5]), "D2": np.array([2.0, 1.0])}, {"d1": np.array([2.0, 0.7])}]
    once = donors_once(group)
    assert list(once) == ["D1", "D2"]
    assert once["D1"] == pytest.approx([1.5, 0.6])
    assert once["D2"] == pytest.approx([2.0, 1.0])


def test_one_experiment_each_of_several_shares_has_no_interval_for_any():
    one = pool_estimates(np.array([[0.6], [0.4], [0.2]]), np.full((3, 1), 0.04))
    assert one.estimate == pytest.approx([0.6, 0.4, 0.2])
    for column in (one.low, one.high, one.tau):
        assert column.shape == (3,)
        assert np.isnan(column).all()
