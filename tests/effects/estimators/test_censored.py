import numpy as np
import pytest
from scipy import integrate, stats

from mgassay.effects.estimators.censored import Cells, log_likelihood

ARMS = np.array([0.9, 0.1])


def cells(seed, reps, donors=4, cut=0.2):
    """Donors x two arms x reps; what lies below the cut is missed, its limit a little different in each well."""
    rng = np.random.default_rng(seed)
    shape = (donors, 2, reps)
    x = ARMS[:, None] + 0.7 * rng.normal(size=(donors, 1, 1)) + 0.5 * rng.normal(size=(donors, 2, 1))
    x = x + 0.4 * rng.normal(size=shape)
    limits = cut + 0.05 * rng.random(shape)
    return Cells(np.where(x < cut, np.nan, x), np.where(x < cut, limits, np.nan))


def of_donor(cells, donor, variances):
    """Likelihood of one donor by Simpson's rule on dense grids of its effect and of the deviation of each cell."""
    donor_sd, cell_sd, rep_sd = np.sqrt(variances)
    b, e = (np.linspace(-9 * sd, 9 * sd, 601) for sd in (donor_sd, cell_sd))
    density = stats.norm.pdf(b, 0, donor_sd)
    for arm in (0, 1):
        y = ARMS[arm] + b[:, None] + e
        wells = np.ones_like(y)
        for value, limit in zip(cells.values[donor, arm], cells.limits[donor, arm], strict=True):
            wells = wells * (stats.norm.cdf(limit, y, rep_sd) if np.isnan(value) else stats.norm.pdf(value, y, rep_sd))
        density = density * integrate.simpson(wells * stats.norm.pdf(e, 0, cell_sd), x=e, axis=1)
    return integrate.simpson(density, x=b)


def test_likelihood_is_that_of_integration_by_brute_force():
    found = cells(3, reps=3)
    assert found.missed.max() > 1
    assert (found.seen.sum(axis=1) == 0).any() or (found.seen == 0).any()
    variances = np.array([0.6, 0.25, 0.2])
    expected = sum(np.log(of_donor(found, d, variances)) for d in range(4))
    assert log_likelihood(found, ARMS, variances)[0] == pytest.approx(expected, abs=1e-5)


def test_complete_data_have_the_likelihood_of_a_multivariate_normal():
    """One well per cell: covariance donor variance everywhere and cell variance on the diagonal."""
    found = cells(1, reps=1, cut=-99)
    covariance = 0.6 + 0.25 * np.eye(2)
    expected = stats.multivariate_normal(ARMS, covariance).logpdf(found.values[:, :, 0]).sum()
    assert log_likelihood(found, ARMS, np.array([0.6, 0.25]))[0] == pytest.approx(expected, abs=1e-7)


def test_one_missed_well_alone_is_a_normal_probability():
    """A donor with one arm, not seen: P = Phi((limit - arm)/sqrt(donor + cell variance))."""
    found = Cells(np.full((1, 2, 1), np.nan), np.array([[[0.5], [np.nan]]]))
    expected = stats.norm.logcdf((0.5 - 0.9) / np.sqrt(0.85))
    assert log_likelihood(found, ARMS, np.array([0.6, 0.25]))[0] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("reps", [1, 3])
def test_slopes_are_those_of_the_likelihood(reps):
    found = cells(5, reps)
    at = np.array([*ARMS, 0.5, 0.3, 0.2][: 4 if reps == 1 else 5])
    for i, step in enumerate(1e-5 * np.eye(len(at))):
        up, down = (log_likelihood(found, p[:2], p[2:])[0] for p in (at + step, at - step))
        slope = log_likelihood(found, at[:2], at[2:])[1][i]
        assert slope == pytest.approx((up - down) / 2e-5, abs=1e-5)


@pytest.mark.parametrize("reps", [1, 3])
def test_experiments_on_a_leading_axis_have_each_their_own_likelihood(reps):
    each = [cells(seed, reps) for seed in (3, 5, 7)]
    many = Cells(np.stack([c.values for c in each]), np.stack([c.limits for c in each]))
    arms, variances = ARMS + np.array([[0.0], [0.1], [-0.2]]), np.array([[0.6, 0.25, 0.2]]) * [[1], [2], [0.5]]
    height, slopes = log_likelihood(many, arms, variances[:, : 2 if reps == 1 else 3])
    for k, one in enumerate(each):
        alone = log_likelihood(one, arms[k], variances[k, : 2 if reps == 1 else 3])
        assert height[k] == pytest.approx(alone[0], abs=1e-9)
        assert slopes[k] == pytest.approx(alone[1], abs=1e-9)
        assert [int(x[k]) for x in many.df] == [int(x) for x in one.df]


def test_degrees_of_freedom_count_cells_with_a_value():
    """Three donors, two arms, one cell without a value: 5 cells - 3 donors = 2, less one arm = 1."""
    values = np.arange(6.0).reshape(3, 2, 1)
    limits = np.full_like(values, np.nan)
    values[2, 1], limits[2, 1] = np.nan, 0.0
    assert Cells(values, limits).df == (2, 1)
