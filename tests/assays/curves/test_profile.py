"""The profile of a concentration against a fit by scipy, and against Fieller where both must agree."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import least_squares

from mgassay.assays.curves import logistic
from mgassay.assays.curves.curve import fit_curve
from mgassay.assays.curves.inverse import invert
from mgassay.assays.curves.profile import Profile
from mgassay.errors import CalibrationError

P = np.array([0.05, 1.1, 60.0, 2.4])
X = np.repeat([0.0, 5, 10, 20, 40, 80, 160, 320], 2)


def plate(sd=0.02, seed=4):
    return fit_curve(X, logistic.predict(P, X) + sd * np.random.default_rng(seed).standard_normal(X.size), "4pl", "1/x")


@pytest.mark.parametrize("at", [20.0, 25.0, 35.0, 60.0])
def test_the_distance_is_that_of_a_fit_with_the_concentration_held(at):
    """scipy's trust-region fit of the standards and one more point (at, signal), from scratch."""
    curve, signal = plate(), 0.75
    variance = 1.7 * curve.residual_sd**2

    def misfit(p):
        standards = np.sqrt(curve.weights) * (logistic.predict(p, X) - curve.signal)
        return np.append(standards, (logistic.predict(p, np.array([at]))[0] - signal) / np.sqrt(1.7))

    least = 2 * least_squares(misfit, P, x_scale=P, xtol=1e-14, ftol=1e-14, gtol=1e-14).cost
    expected = (least - curve.rss) / curve.residual_sd**2
    found = Profile(curve, np.array([signal]), np.array([variance])).distance(np.array([at]))
    assert found[0] == pytest.approx(expected, rel=1e-6)


def test_the_distance_is_nothing_at_the_estimate_and_grows_from_there():
    curve, signal = plate(), np.array([0.3, 0.75, 1.5])
    value = curve.model.inverse(curve.coefficients, signal)
    profile = Profile(curve, signal, np.full(3, curve.residual_sd**2))
    steps = [profile.distance(value * f) for f in (1.0, 1.05, 1.15, 1.4)]
    np.testing.assert_allclose(steps[0], 0, atol=1e-8)
    assert all((b > a).all() for a, b in pairwise(steps))


def test_with_little_noise_the_profile_is_the_linear_interval():
    """Where the curve is straight within the error, t · se on both sides."""
    curve = plate(sd=1e-5)
    signal = np.array([0.3, 0.75, 1.5])
    found = invert(curve, signal)
    slope, gradient = (
        curve.model.slope(curve.coefficients, found.value),
        curve.model.gradient(curve.coefficients, found.value),
    )
    variance = curve.residual_sd**2 * np.maximum(found.value, 5) / 5 + np.diag(gradient @ curve.covariance @ gradient.T)
    np.testing.assert_allclose(found.se, np.sqrt(variance) / slope, rtol=1e-3)
    np.testing.assert_allclose(found.ci_high - found.value, found.value - found.ci_low, rtol=1e-3)


def test_near_the_plateau_the_upper_side_has_no_bound():
    found = invert(plate(), np.array([2.36, 0.75]))
    assert np.isinf(found.ci_high).tolist() == [True, False]
    assert (found.ci_low < found.value).all()


@pytest.mark.slow
@pytest.mark.parametrize("model", ["4pl", "5pl"])
def test_the_interval_of_a_logistic_covers(model):
    """400 simulated plates, four wells on each: 95 % of intervals hold the truth (Monte Carlo error 0.6 %)."""
    rng, truth = np.random.default_rng(20261125), np.array([8.0, 30.0, 90.0, 200.0])
    x = np.repeat([0.0, 5, 10, 20, 40, 80, 160, 320], 3)
    covered = []
    for _ in range(400):
        y, signal = (logistic.predict(P, c) + 0.015 * rng.standard_normal(c.size) for c in (x, truth))
        try:
            curve = fit_curve(x, y, model)
        except CalibrationError:  # five parameters are not always there to be found
            continue
        found = invert(curve, signal)
        covered.append((found.ci_low <= truth) & (truth <= found.ci_high))
    assert len(covered) > 250
    np.testing.assert_allclose(np.mean(covered, axis=0), 0.95, atol=0.03)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)
