import numpy as np
import pytest
import statsmodels.api as sm

from mgassay.effects.estimators.anova import fit_block_anova

INTERACTION = np.array([1.0, -1.0, -1.0, 1.0])
TOTAL = np.array([1.0, -1.0, 0.0, 0.0])


def ordinary(y):
    """statsmodels' least squares with the same dummies, first levels dropped."""
    donors, arms = y.shape
    donor, arm = np.nonzero(np.isfinite(y))
    design = np.hstack([np.ones((len(arm), 1)), np.eye(donors)[donor][:, 1:], np.eye(arms)[arm][:, 1:]])
    return sm.OLS(y[np.isfinite(y)], design).fit(), donors


def check(y):
    fit, (model, donors) = fit_block_anova(y), ordinary(y)
    full = np.concatenate([np.zeros(donors), INTERACTION[1:]])
    test = model.t_test(full)
    found = fit.contrast(INTERACTION)
    assert float(found.estimate) == pytest.approx(float(test.effect[0]))
    assert float(found.se) == pytest.approx(float(test.sd[0, 0]))
    assert fit.df == model.df_resid


def test_complete_and_incomplete_cells_agree_with_statsmodels():
    rng = np.random.default_rng(5)
    y = rng.normal(size=(4, 4))
    check(y)
    y[0, 3] = y[2, 1] = np.nan
    check(y)


def test_covariance_of_t_and_b_is_zero_when_no_cell_is_missing():
    fit = fit_block_anova(np.random.default_rng(6).normal(size=(5, 4)))
    assert fit.covariance(TOTAL, INTERACTION - TOTAL) == pytest.approx(0.0, abs=1e-12)


def test_a_contrast_that_the_cells_cannot_tell_is_nan():
    """Donors 1 and 2 have the intact arms only, 3 and 4 the blocked ones only: T can be told, block_main cannot."""
    y = np.full((4, 4), np.nan)
    y[:2, :2], y[2:, 2:] = [[1, 0], [2, 1.5]], [[3, 2], [4, 3.2]]
    fit = fit_block_anova(y)
    assert float(fit.contrast(TOTAL).estimate) == pytest.approx(0.75)
    assert np.isnan(float(fit.contrast(np.array([-1.0, 0.0, 1.0, 0.0])).estimate))


@pytest.mark.parametrize("weights", [INTERACTION, TOTAL])
def test_a_contrast_is_the_sum_of_its_weighted_cells(weights):
    """Each cell's weight is how far the estimate moves with it; without gaps it is that of its arm over donors."""
    y = np.random.default_rng(8).normal(size=(4, 4))
    even = fit_block_anova(y).cell_weights(weights)
    assert even == pytest.approx(np.tile(weights / 4, (4, 1)))
    assert (even[:, weights == 0] == 0).all()
    y[0, 3] = y[2, 1] = np.nan
    fit = fit_block_anova(y)
    found, at = fit.cell_weights(weights), float(fit.contrast(weights).estimate)
    for donor, arm in np.argwhere(np.isfinite(y)):
        moved = y.copy()
        moved[donor, arm] += 1.0
        assert found[donor, arm] == pytest.approx(float(fit_block_anova(moved).contrast(weights).estimate) - at)
    assert found[0, 3] == found[2, 1] == 0.0
    assert found[2, 3] != 0  # tells of donor 3's level, whatever the contrast


def test_a_donor_with_one_cell_has_no_part():
    y = np.random.default_rng(9).normal(size=(4, 4))
    y[3, 1:] = np.nan
    assert fit_block_anova(y).cell_weights(TOTAL).any(axis=1).tolist() == [True, True, True, False]


def test_many_experiments_at_once():
    y = np.random.default_rng(7).normal(size=(6, 4, 4))
    many = fit_block_anova(y).contrast(INTERACTION)
    one = fit_block_anova(y[3]).contrast(INTERACTION)
    assert many.estimate[3] == pytest.approx(float(one.estimate))
    assert many.se[3] == pytest.approx(float(one.se))
