"""Limits of the DIN 32645 example, and by their own definitions."""

import numpy as np
import pytest

from mgassay.assays.curves.curve import fit_curve, predict, t_quantile
from mgassay.assays.curves.inverse import invert
from mgassay.assays.curves.limits import (
    critical_value,
    detection_limit,
    din_quantification_limit,
    finite,
    quantification_limit,
)


def test_din_32645_quantification_limit(plate):
    """R chemCal 0.2.3: loq(m, alpha = 0.01) gives 0.2119575, by a search that stops at four digits."""
    assert din_quantification_limit(fit_curve(*plate.standards("din32645"))) == pytest.approx(0.21196, abs=2e-5)


def test_the_din_limit_is_three_half_widths():
    x = np.repeat([0.0, 1, 2, 4, 8], 3)
    curve = fit_curve(x, 0.1 + 0.2 * x + np.tile([0.02, -0.03, 0.01], 5))
    limit = din_quantification_limit(curve, alpha=0.05)
    found = invert(curve, predict(curve, np.array([limit])), level=0.95)
    assert t_quantile(curve.df, 0.975) * found.se[0] == pytest.approx(limit / 3, rel=1e-9)


def test_a_curve_that_is_nowhere_precise_has_no_din_limit():
    x = np.array([0.0, 1, 2, 3])
    assert np.isnan(din_quantification_limit(fit_curve(x, np.array([0.0, 1.0, 0.4, 1.2]))))


@pytest.mark.parametrize(("limit", "times"), [(detection_limit, 3.3), (quantification_limit, 10.0)])
def test_a_bent_curve_s_limits_stand_so_many_sd_above_the_blank(plate, limit, times):
    curve = fit_curve(*plate.curved(), "quadratic")
    at = predict(curve, np.array([0.0, limit(curve)]))
    assert at[1] - at[0] == pytest.approx(times * curve.residual_sd)


def test_a_limit_above_every_signal_is_infinite(plate):
    x = np.array([0.0, 1, 2, 3, 4])
    curve = fit_curve(x, np.array([0.0, 2.4, 2.2, 3.9, 3.1]), "quadratic")
    assert quantification_limit(curve) == np.inf
    assert critical_value(curve, alpha=1e-9) == np.inf
    assert np.isnan(finite(quantification_limit(curve)))
    assert finite(0.5) == 0.5


def test_the_decision_limit_knows_that_the_curve_is_uncertain_at_nothing():
    """By hand for a line: t s sqrt(1 + 1/n + mean(x)²/Sxx) / b."""
    x = np.array([0.0, 0, 10, 20, 40, 80])
    y = 0.1 + 0.01 * x + np.array([0.002, -0.002, 0.003, -0.003, 0.001, 0.0])
    curve = fit_curve(x, y)
    slope, sxx = curve.coefficients[1], np.sum((x - x.mean()) ** 2)
    expected = t_quantile(4, 0.99) * curve.residual_sd * np.sqrt(1 + 1 / 6 + x.mean() ** 2 / sxx) / slope
    assert critical_value(curve, alpha=0.01) == pytest.approx(expected)
