"""Dunnett with a donor block: R's emmeans, statsmodels' least squares, and simultaneous coverage."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from mgassay.effects.estimators.dose import dose_series, held_to_own_scatter
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

# R 4.2.2, emmeans 1.8.4, mvt adjustment of level - reference: estimate, SE, lower, upper, p; df 9.
EMMEANS = {
    "balanced": [
        (-1.37867355300543, 0.143003977463873, -1.78051522719886, -0.976831878812003, 1.69647156709196e-05),
        (-0.0651055140348272, 0.143003977463873, -0.466947188228253, 0.336736160158599, 0.939584516541708),
        (-0.532736905276204, 0.143003977463873, -0.93457857946963, -0.130895231082778, 0.0121341938705521),
    ],
    "unbalanced": [
        (-1.32093776481851, 0.166682951916804, -1.78970237536914, -0.85217315426788, 1.87127637146789e-05),
        (-0.0426673746253676, 0.166682951916804, -0.511431985175997, 0.426097235925262, 0.987748243935391),
        (-0.528757150097341, 0.166682951916804, -0.99752176064797, -0.059992539546712, 0.0284168469904466),
    ],
}


def matrix(lab, data):
    means = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    calcium = means[means["readout"] == "calcium"].pivot(index="donor", columns="condition", values="log_mean")
    return calcium[list(lab.arms[:4])].to_numpy()


@pytest.mark.parametrize("data", ["balanced", "unbalanced"])
def test_emmeans(lab, data):
    """Estimates and SE to 1e-9; emmeans' own integration of the multivariate t is random, so the rest to 1e-3."""
    found = dose_series(matrix(lab, data))
    estimate, se, lower, upper, p = (np.array(column) for column in zip(*EMMEANS[data], strict=True))
    assert found.estimate == pytest.approx(-estimate, abs=1e-9)
    assert found.se == pytest.approx(se, abs=1e-9)
    assert found.df == 9
    assert found.limits()[0] == pytest.approx(-upper, abs=1e-3)
    assert found.limits()[1] == pytest.approx(-lower, abs=1e-3)
    assert found.p_adjusted() == pytest.approx(p, abs=1e-3)
    assert found.n_donors.tolist() == [4, 4, 4]


def test_missing_cells_are_those_of_statsmodels():
    """Least squares of lm(y ~ donor + level) on the cells that were run; a donor without the reference helps."""
    rng = np.random.default_rng(2)
    y = rng.normal(size=(4, 1)) + np.array([0, -0.5, -1.0]) + rng.normal(0, 0.2, (4, 3))
    y[0, 0] = y[2, 2] = y[3, 1] = np.nan
    found = dose_series(y)
    donor, level = np.indices(y.shape)
    cells = pd.DataFrame({"y": y.ravel(), "donor": donor.ravel(), "level": level.ravel()}).dropna()
    fit = smf.ols("y ~ C(donor) + C(level)", cells).fit()
    for k in (0, 1):
        term = f"C(level)[T.{k + 1}]"
        assert found.estimate[k] == pytest.approx(-fit.params[term])
        assert found.se[k] == pytest.approx(fit.bse[term])
        assert found.p()[k] == pytest.approx(fit.pvalues[term])
    covariance = fit.cov_params().loc["C(level)[T.1]", "C(level)[T.2]"]
    assert found.correlation[0, 1] == pytest.approx(covariance / np.prod(found.se))
    assert found.df == fit.df_resid
    assert found.n_donors.tolist() == [3, 3]


def test_a_level_that_nothing_ties_to_the_reference_leaves_the_family():
    rng = np.random.default_rng(5)
    y = rng.normal(size=(6, 4))
    y[:4, 3] = np.nan
    y[4:, :3] = np.nan  # the last level was run on donors of its own
    found, alone = dose_series(y), dose_series(y[:4, :3])
    assert np.isnan([found.estimate[2], found.se[2], found.limits()[0][2], found.p_adjusted()[2]]).all()
    assert found.told.tolist() == [True, True, False]
    assert found.p_adjusted()[:2] == pytest.approx(alone.p_adjusted())
    assert found.n_donors.tolist() == [4, 4, 0]


def test_a_level_never_run_and_one_donor():
    y = np.array([[1.0, 0.4, np.nan], [1.2, 0.9, np.nan], [1.1, 0.2, np.nan]])
    assert dose_series(y).told.tolist() == [True, False]
    one = dose_series(np.array([[1.0, 0.4, 0.1]]))
    assert np.isnan([one.quantile(), *one.p_adjusted(), *one.limits()[0]]).all()


def test_one_level_is_the_paired_t(lab):
    from scipy import stats

    y = matrix(lab, "balanced")[:, :2]
    found, paired = dose_series(y), stats.ttest_rel(y[:, 0], y[:, 1])
    assert found.p_adjusted()[0] == pytest.approx(paired.pvalue)
    assert found.limits()[0][0] == pytest.approx(paired.confidence_interval().low)


def test_donors_order_and_level_of_mineral_change_nothing():
    rng = np.random.default_rng(7)
    y = rng.normal(size=(5, 4))
    found, other = dose_series(y), dose_series(y[::-1] + rng.normal(size=(5, 1)))
    assert other.estimate == pytest.approx(found.estimate)
    assert other.p_adjusted() == pytest.approx(found.p_adjusted(), abs=1e-9)
    assert dose_series(y, reference=-1).estimate == pytest.approx(dose_series(y[:, ::-1]).estimate[::-1])


def test_levels_without_any_scatter_are_certain():
    found = dose_series(np.array([[1.0, 0.0], [2.0, 1.0], [4.0, 3.0]]))
    assert found.estimate[0] == pytest.approx(1.0)
    assert found.p_adjusted()[0] < 1e-12


@pytest.mark.parametrize("missing", [False, True])
def test_all_intervals_hold_at_once_in_95_of_100(missing):
    """20,000 experiments at once, 4 donors and 4 levels: the simulation's own error is .0015."""
    rng = np.random.default_rng(11)
    truth = np.array([0.0, -0.3, -0.8, -1.2])
    y = truth + rng.normal(0, 0.35, (20_000, 4, 1)) + rng.normal(0, 0.1, (20_000, 4, 4))
    if missing:
        y[:, 0, 2] = y[:, 1, 0] = y[:, 3, 1] = np.nan
    low, high = dose_series(y).limits()
    held = ((low <= -truth[1:]) & (-truth[1:] <= high)).all(axis=-1).mean()
    assert held == pytest.approx(0.95, abs=0.006)


def test_a_level_has_no_smaller_error_than_its_own_donors_show(lab):
    """That error is scipy's sem of the differences; all else is lm(donor + level)."""
    from scipy import stats

    y = matrix(lab, "balanced")
    common = dose_series(y)
    found = held_to_own_scatter(common, y)
    own = [stats.sem(y[:, 0] - y[:, level]) for level in (1, 2, 3)]
    expected = np.maximum(own, common.se)
    assert found.se == pytest.approx(expected, abs=1e-12)
    assert (found.se > common.se).any()
    assert (found.se == common.se).any()
    assert (found.estimate == common.estimate).all()
    assert (found.df, found.quantile()) == (common.df, common.quantile())
    assert (found.p_adjusted() >= common.p_adjusted()).all()


def test_donors_that_have_both_levels_tell_their_scatter_and_one_tells_none():
    """Differences 1, 1.2, 3 of donors 1-3 to level 1: SD sqrt(1.2133); one donor has level 2 beside the reference."""
    y = np.array([[3, 2, 1.0], [3, 1.8, np.nan], [5, 2, np.nan], [np.nan, 2.5, 1.4]])
    common = dose_series(y)
    found = held_to_own_scatter(common, y)
    assert found.se[0] == pytest.approx(max(common.se[0], np.sqrt(1.2133333333 / 3)))
    assert found.se[1] == common.se[1]
    nothing = dose_series(y[:, [0, 1, 1]] * [1, 1, np.nan])
    assert np.isnan(held_to_own_scatter(nothing, y[:, [0, 1, 1]] * [1, 1, np.nan]).se[1])
    turned = held_to_own_scatter(dose_series(y[:, ::-1], -1), y[:, ::-1], -1)
    assert turned.se == pytest.approx(found.se[::-1])


def test_two_donors_tell_the_scatter_of_a_level_on_one_degree_of_freedom():
    """Differences 1 and 2 to level 1: SD sqrt(.5), over sqrt(2) .5; 2 and 2, 3 and 3 to the others.

    lm(donor + level): the donors lie 0, 1, 0, 0 apart, so the residual squares are .75/2 on 3 df, SE sqrt(.125).
    """
    y = np.array([[3.0, 2.0, 1.0, 0.0], [3.0, 1.0, 1.0, 0.0]])
    found = held_to_own_scatter(dose_series(y), y)
    assert found.se == pytest.approx([0.5, np.sqrt(0.125), np.sqrt(0.125)])


@pytest.mark.parametrize("levels", [3, 4, 5])
def test_all_intervals_hold_at_once_where_donors_respond_differently(levels):
    """20,000 experiments of 4 donors; a donor's own slope scatters by a quarter of the mean's, arms by .19.

    The simulation's own error is .0017; with one error for all levels .937, .917 and .908 hold.
    """
    rng = np.random.default_rng(12)
    truth = np.linspace(0, 1.6, levels)
    slope = 1 + 0.25 * rng.normal(size=(20_000, 4, 1))
    y = -truth * slope + rng.normal(0, 0.35, (20_000, 4, 1)) + rng.normal(0, 0.19, (20_000, 4, levels))
    common = dose_series(y)
    held = []
    for series in (common, held_to_own_scatter(common, y)):
        low, high = series.limits()
        held.append(((low <= truth[1:]) & (truth[1:] <= high)).all(axis=-1).mean())
    assert held[0] < 0.935
    assert 0.935 < held[1] < 0.965


def test_levels_and_reference_that_are_the_same_have_no_p():
    """No effect and no scatter: 0/0 tells nothing, and is no division that warns."""
    found = dose_series(np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]))
    certain = replace(found, se=np.zeros_like(found.se), estimate=np.zeros_like(found.estimate))
    assert np.isnan(certain.p_adjusted()).all()
    assert replace(certain, estimate=np.ones_like(found.estimate)).p_adjusted().tolist() == [0.0]
