"""Wells that do not agree with their group."""

import numpy as np
import pytest
from scipy import stats

from mgassay.assays.curves.outliers import outlying_wells

GROUP = np.repeat(np.arange(6), 3)


def scatter(seed=1):
    return np.random.default_rng(seed).standard_normal(18)


def test_p_is_that_of_statsmodels_outlier_test():
    """OLSResults.outlier_test of statsmodels 0.14: studentised residuals of a one-way layout, Bonferroni."""
    from statsmodels.api import OLS

    y = scatter() + 3.0 * GROUP
    y[4] += 6
    table = OLS(y, np.eye(6)[GROUP]).fit().outlier_test("bonf")
    found = outlying_wells(y, GROUP, np.ones(18))
    np.testing.assert_allclose(found.p, np.asarray(table)[:, 2], rtol=1e-9)
    assert np.flatnonzero(found.outlying).tolist() == [4]
    assert found.alone[4]


def test_weights_are_inverse_variances():
    from statsmodels.api import WLS

    w = np.linspace(1, 4, 18)
    y = scatter() / np.sqrt(w)
    y[7] += 5
    found = outlying_wells(y, GROUP, w)
    fit = WLS(y, np.eye(6)[GROUP], weights=w).fit()
    hat = np.diag(fit.model.wexog @ fit.model.pinv_wexog)
    r = fit.wresid / np.sqrt(1 - hat)
    without = (fit.ssr - r**2) / (fit.df_resid - 1)
    p = np.minimum(1, 18 * 2 * stats.t.sf(np.abs(r) / np.sqrt(without), fit.df_resid - 1))
    np.testing.assert_allclose(found.p, p, rtol=1e-9)


def test_of_a_pair_both_are_named_and_none_stands_alone():
    group = np.repeat(np.arange(8), 2)
    y = np.tile([0.01, -0.01], 8)
    y[:2] = [0.3, -0.3]
    found = outlying_wells(y, group, np.ones(16))
    assert np.flatnonzero(found.outlying).tolist() == [0, 1]
    assert not found.alone.any()


def test_a_well_stands_alone_only_where_two_others_agree():
    """.35, .25, .30 fall into three; .350, .351, .250, .249 into two pairs: nobody can say which are wrong."""
    group = np.repeat(np.arange(122), [3, *[3] * 120, 4])
    y = np.concatenate([[0.35, 0.25, 0.30], np.tile([0.301, 0.299, 0.300], 120), [0.350, 0.351, 0.250, 0.249]])
    found = outlying_wells(y, group, np.ones(y.size))
    assert found.outlying[[0, 1]].all()
    assert found.outlying[-4:].all()
    assert not found.alone.any()


@pytest.mark.parametrize(("unit", "weight"), [(1, 1), (1000, 1), (1, 100)])
def test_the_last_printed_digit_is_no_outlier(unit, weight):
    """Duplicates that all agree but one, which differs by 1 mOD of 1.2 OD: rounding, whatever p says.

    So it is in any unit of the signal, and whatever weight all wells have.
    """
    y = np.repeat(np.linspace(0.1, 1.2, 10), 2).round(3)
    y[7] += 0.001
    assert not outlying_wells(unit * y, np.repeat(np.arange(10), 2), np.full(20, float(weight))).outlying.any()


def test_single_wells_and_too_few_groups_are_not_tested():
    found = outlying_wells(np.array([1.0, 1.1, 9.0]), np.array([0, 0, 1]), np.ones(3))
    assert np.isnan(found.p).all()
    assert not found.outlying.any()
    y = np.append(scatter(), 99.0)
    assert np.isnan(outlying_wells(y, np.append(GROUP, 6), np.ones(19)).p[-1])


def test_wells_that_all_agree_are_no_outliers():
    assert not outlying_wells(np.repeat(np.arange(6.0), 3), GROUP, np.ones(18)).outlying.any()


def test_one_plate_in_a_hundred_names_a_well_without_cause():
    """4,000 clean plates at the family-wise 1 %."""
    rng = np.random.default_rng(7)
    named = [outlying_wells(rng.standard_normal(18), GROUP, np.ones(18)).outlying.any() for _ in range(4000)]
    assert np.mean(named) == pytest.approx(0.01, abs=0.005)
