"""Several t at once: Dunnett's printed tables, scipy, and the general integral against the exact one."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from mgassay.effects.estimators import joint_t
from mgassay.effects.estimators.joint_t import joint_quantile, joint_within, product_loadings


def equal(k, rho=0.5):
    return np.full((k, k), rho) + (1 - rho) * np.eye(k)


# Dunnett, Biometrics 1964;20:482, two-sided, equal groups; columns are 1 to 5 levels beside the reference.
PRINTED = {
    (0.95, 5): (2.57, 3.03, 3.29, 3.48, 3.62),
    (0.95, 10): (2.23, 2.57, 2.76, 2.89, 2.99),
    (0.95, 20): (2.09, 2.38, 2.54, 2.65, 2.73),
    (0.99, 20): (2.85, 3.13, 3.29, 3.40, 3.48),
}


@pytest.mark.parametrize(("level", "df"), PRINTED)
def test_dunnetts_printed_tables(level, df):
    """Two decimals, the last of them rounded up at times."""
    for k, printed in enumerate(PRINTED[level, df], start=1):
        assert joint_quantile(level, equal(k), df) == pytest.approx(printed, abs=0.0101)


@pytest.mark.parametrize("df", [1.0, 2.0, 3.0, 9.0, 500.0, 5000.0])
def test_one_statistic_is_students(df):
    for q in (0.3, 2.0, 12.0):
        assert joint_within(np.array([q]), np.eye(1), df)[0] == pytest.approx(1 - 2 * stats.t.sf(q, df), abs=1e-10)
    assert joint_quantile(0.95, np.eye(1), df) == pytest.approx(stats.t.ppf(0.975, df))


def test_known_variances_and_independence():
    """Without correlation and with known variances it is a product; 0.95 = p^3."""
    q = stats.norm.ppf((1 + 0.95 ** (1 / 3)) / 2)
    assert joint_quantile(0.95, np.eye(3), np.inf) == pytest.approx(q, abs=1e-9)


def test_six_limits_far_out_on_one_degree_of_freedom_hold_their_nine_digits():
    """Equal correlations of 1/2, Z_j = (U + e_j)/sqrt 2: the same integral by scipy's adaptive steps, over S to 8."""
    u, over_u = special.roots_hermitenorm(200)

    def within(s):
        edge = 12 * np.sqrt(2) * s
        each = special.ndtr(edge - u) - special.ndtr(-edge - u)
        return stats.chi.pdf(s, 1) * (over_u @ each**6) / np.sqrt(2 * np.pi)

    chance = integrate.quad(within, 0, 8, epsabs=1e-12, limit=400)[0]
    assert joint_within(np.full(6, 12.0), equal(6), 1.0)[0] == pytest.approx(chance, abs=1e-9)


def test_it_is_scipys_dunnett():
    rng = np.random.default_rng(4)
    control, *groups = (rng.normal(m, 1, n) for m, n in ((0, 5), (0.4, 4), (1.5, 6), (-1, 5)))
    theirs = stats.dunnett(*groups, control=control, rng=np.random.default_rng(0))
    loadings = np.array([np.sqrt(len(g) / (len(g) + 5)) for g in groups])
    correlation = np.outer(loadings, loadings) * (1 - np.eye(3)) + np.eye(3)
    for statistic, p in zip(theirs.statistic, theirs.pvalue, strict=True):
        assert 1 - joint_within(np.full(3, abs(statistic)), correlation, 16)[0] == pytest.approx(p, abs=1e-3)


@pytest.mark.parametrize("df", [2.0, 6.0, np.inf])
def test_the_lattice_finds_the_exact_integral_within_its_error(df):
    for k in (3, 6):
        exact = joint_within(np.full(k, 2.5), equal(k), df)[0]
        value, error = joint_t._by_lattice(np.full(k, 2.5), equal(k), df)
        assert abs(value - exact) < error < 1e-4


def test_other_correlations_against_scipys_own_integration():
    correlation = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.3], [0.5, 0.3, 1.0]])
    general = np.array([[1.0, 0.6, 0.1, 0.4], [0.6, 1.0, 0.5, 0.2], [0.1, 0.5, 1.0, 0.3], [0.4, 0.2, 0.3, 1.0]])
    assert product_loadings(general) is None
    for matrix in (correlation, general):
        q = np.full(len(matrix), 2.3)
        known = stats.multivariate_t(shape=matrix, df=5, seed=1)
        theirs = known.cdf(q, lower_limit=-q, maxpts=400_000)
        assert joint_within(q, matrix, 5.0)[0] == pytest.approx(theirs, abs=2e-4)


def test_loadings_of_products_only():
    loadings = np.array([0.8, -0.5, 0.3, 0.6])
    product = np.outer(loadings, loadings) * (1 - np.eye(4)) + np.eye(4)
    assert np.outer(*[product_loadings(product)] * 2)[0] == pytest.approx(np.outer(loadings, loadings)[0])
    assert product_loadings(np.array([[1, 0.9, 0.9], [0.9, 1, 0.7], [0.9, 0.7, 1.0]])) is None  # l above 1
    assert product_loadings(np.array([[1, 0.5, 0.0], [0.5, 1, 0.2], [0.0, 0.2, 1.0]])) is None


def test_the_same_digits_twice():
    general = np.array([[1.0, 0.6, 0.1], [0.6, 1.0, 0.5], [0.1, 0.5, 1.0]])
    assert product_loadings(general) is None
    assert joint_quantile(0.95, general, 7.0) == joint_quantile(0.95, general.copy(), 7.0)
