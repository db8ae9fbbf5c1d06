"""Line and parabola through stretches; the oracle is numpy's least squares on each stretch by itself."""

import numpy as np
import pytest

from mgassay.assays.courses.line_fits import fits_inside, fits_of_stretches, value_ranges

RNG = np.random.default_rng(7)
TIME = np.sort(RNG.uniform(3.0, 90.0, (3, 25)), axis=1)
VALUE = 0.2 + 0.03 * TIME - 1e-4 * TIME**2 + RNG.normal(0, 0.004, TIME.shape)


def by_numpy(t, y):
    """Slope, its se, size of the parabola's bend at an end, its se, and the span."""
    n, span = len(t), t[-1] - t[0]
    line, covariance = np.polyfit(t, y, 1, cov="unscaled")
    off = y - np.polyval(line, t)
    bent, bent_covariance = np.polyfit(t - t.mean(), y, 2, cov="unscaled")
    off_bent = y - np.polyval(bent, t - t.mean())
    se = np.sqrt(covariance[0, 0] * np.sum(off**2) / (n - 2))
    se_curvature = np.sqrt(bent_covariance[0, 0] * np.sum(off_bent**2) / (n - 3))
    return line[0], se, abs(bent[0]) * span, se_curvature * span, span


def test_every_stretch_as_numpy_fits_it():
    first, last = np.array([0, 0, 4, 12, 20]), np.array([25, 5, 19, 22, 25])
    fits = fits_of_stretches(TIME, VALUE, np.full(3, 25), first, last)
    for well in range(3):
        for k, (a, b) in enumerate(zip(first, last, strict=True)):
            expected = by_numpy(TIME[well, a:b], VALUE[well, a:b])
            got = [getattr(fits, name)[well, k] for name in ("slope", "se", "bend", "se_bend", "span")]
            np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_only_usable_reads_enter():
    time, value = TIME.copy(), VALUE.copy()
    time[:, 15:], value[:, 15:] = 0.0, 0.0
    fits = fits_of_stretches(time, value, np.full(3, 15), np.array([0]), np.array([15]))
    np.testing.assert_allclose(fits.slope[1, 0], by_numpy(TIME[1, :15], VALUE[1, :15])[0], rtol=1e-9)


def test_reads_inside_as_numpy_fits_them_where_residuals_do_not_go_together():
    """Residuals that alternate have a negative lag-1 correlation, so that nothing is widened."""
    t = np.arange(12.0)
    y = 0.1 + 0.02 * t + 0.003 * (-1.0) ** np.arange(12)
    inside = np.zeros((1, 15), bool)
    inside[0, 2:14] = True
    time, value = np.full((1, 15), 99.0), np.full((1, 15), 99.0)
    time[inside], value[inside] = t, y
    fit = fits_inside(time, value, inside)
    got = [getattr(fit, name)[0] for name in ("slope", "se", "bend", "se_bend", "span")]
    np.testing.assert_allclose(got, by_numpy(t, y), rtol=1e-9, atol=1e-12)


def test_correlated_residuals_widen_the_error_by_hand():
    """Errors of 1, 1, −1, −1, 1, 1, −1, −1 mOD, less their own line; r from the products of neighbours."""
    t = np.arange(8.0)
    y = 0.1 * t + 0.001 * np.array([1, 1, -1, -1, 1, 1, -1, -1])
    off = y - np.polyval(np.polyfit(t, y, 1), t)
    r = np.sum(off[1:] * off[:-1]) / np.sum(off**2)
    fit = fits_inside(t[None], y[None], np.ones((1, 8), bool))
    assert 0 < r < 0.8
    assert fit.se[0] == pytest.approx(by_numpy(t, y)[1] * np.sqrt((1 + r) / (1 - r)), rel=1e-9)


def test_ranges_of_the_reads_that_are_there():
    assert value_ranges(
        np.array([[1.0, 4.0, 9.0], [2.0, 0.0, 0.0], [5.0, 5.0, 5.0]]), np.array([2, 1, 0])
    ).tolist() == [
        3.0,
        0.0,
        0.0,
    ]


def test_errors_are_no_smaller_than_reads_are_known():
    """By numpy: a line and a parabola through 9 reads at even steps, with covariance for reads of SD 2 mOD."""
    t, inside = 3.0 * np.arange(9.0), np.ones((1, 9), bool)
    exact = fits_inside(t[None], 0.02 * t[None], inside).known_to(np.array([0.002]))
    design = np.vander(t - t.mean(), 3)
    covariance = 0.002**2 * np.linalg.inv(design.T @ design)
    assert exact.se_bend[0] == pytest.approx(np.sqrt(covariance[0, 0]) * 24.0, rel=1e-9)
    assert exact.se[0] == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-9)
    rough = fits_inside(TIME, VALUE, np.ones(TIME.shape, bool))
    np.testing.assert_array_equal(rough.known_to(np.full(3, 1e-9)).se, rough.se)
