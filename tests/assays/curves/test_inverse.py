"""Inverse prediction against Massart et al. 1997 and R investr; intervals against their own definition."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.curves.curve import fit_curve, predict, t_quantile
from mgassay.assays.curves.inverse import invert, precision
from mgassay.assays.curves.weighting import level_means
from mgassay.errors import ContractError

REFERENCE = Path(__file__).parents[2] / "reference"
EXPECTED = list(pd.read_csv(REFERENCE / "curves_inverse.csv", comment="#").itertuples())


@pytest.mark.parametrize("row", EXPECTED, ids=lambda r: f"{r.dataset}-{r.signal}-{r.readings}")
def test_massart_inverse_prediction(plate, row):
    x, y = plate.standards(row.dataset)
    weights = None
    if row.dataset == "massart_ex3":  # the book fits the means of five readings
        x, y = np.unique(x), np.unique(level_means(x, y))
        weights = np.array([1.984, 1.417, 1.262, 0.372, 0.199, 0.109])
    curve = fit_curve(x, y, "linear", weights=weights)
    found = invert(curve, [row.signal], readings=row.readings, weight=None if np.isnan(row.weight) else row.weight)
    assert found.value[0] == pytest.approx(row.inverse, rel=1e-6)
    assert found.se[0] == pytest.approx(row.se, rel=1e-6)
    assert t_quantile(curve.df, 0.975) * found.se[0] == pytest.approx(row.half_width, rel=1e-6)


@pytest.mark.parametrize("model", ["linear", "quadratic", "4pl"])
def test_the_error_alone_is_that_of_the_whole_inversion(model):
    x = np.repeat([0.0, 1, 2, 4, 8, 16, 32], 2)
    y = 0.05 + 2.0 * x / (40 + x) + 0.004 * np.cos(np.arange(14))
    curve = fit_curve(x, y, model)
    signal = np.append(predict(curve, np.array([0.5, 3, 15, 30])), 1e6)  # the last lies on no curve of a summit
    whole = invert(curve, signal, readings=2.0, level=0.9)
    se, df = precision(curve, signal, readings=2.0, level=0.9)
    np.testing.assert_array_equal(se, whole.se)
    np.testing.assert_array_equal(df, whole.df)


def test_crystal_interval_of_a_mean_response(plate):
    """R investr: a signal of 5 known exactly, 90 %: 9.93 [8.65, 11.05]."""
    found = invert(fit_curve(*plate.standards("crystal")), [5.0], readings=np.inf, level=0.90)
    assert [round(float(v[0]), 2) for v in (found.value, found.ci_low, found.ci_high)] == [9.93, 8.65, 11.05]


def fieller(x, y, signal, t):
    """Fieller's interval of a straight line, from the textbook's quadratic equation (Draper & Smith, ch. 3.2)."""
    slope, intercept = np.polyfit(x, y, 1)
    sxx, n = np.sum((x - x.mean()) ** 2), x.size
    s2 = np.sum((y - intercept - slope * x) ** 2) / (n - 2)
    d, g = signal - y.mean(), t**2 * s2 / sxx / slope**2
    half = t / slope * np.sqrt(s2) * np.sqrt(d**2 / slope**2 / sxx + (1 - g) * (1 + 1 / n))
    return [x.mean() + (d / slope + sign * half) / (1 - g) for sign in (-1, 1)]


@pytest.mark.parametrize("signal", [2600.0, 3500.0, 7100.0])
def test_the_line_s_interval_is_fiellers(plate, signal):
    x, y = plate.standards("din32645")
    found = invert(fit_curve(x, y), [signal])
    expected = fieller(x, y, signal, t_quantile(8, 0.975))
    np.testing.assert_allclose([found.ci_low[0], found.ci_high[0]], expected, rtol=1e-9)


@pytest.mark.parametrize("weighting", ["none", "1/x", "1/x2", "1/y"])
def test_the_signal_stands_on_its_prediction_band_at_both_bounds(plate, weighting):
    curve = fit_curve(*plate.curved(), "quadratic", weighting)
    signal = np.array([0.02, 0.9, 3.0, 5.5])
    found = invert(curve, signal)
    w = {"none": 1.0, "1/x": 1 / np.maximum(found.value, 1), "1/x2": 1 / np.maximum(found.value, 1) ** 2}.get(
        weighting, curve.pivot / np.maximum(signal, curve.pivot)
    )
    for bound, side in ((found.ci_low, 1), (found.ci_high, -1)):
        gradient = np.column_stack([np.ones(4), bound, np.maximum(bound, 0) ** 2])
        band = np.sqrt(curve.residual_sd**2 / w + np.diag(gradient @ curve.covariance @ gradient.T))
        np.testing.assert_allclose(side * (signal - predict(curve, bound)) / band, t_quantile(18, 0.975), rtol=1e-7)


def test_beyond_the_apex_there_is_no_value_and_near_it_no_upper_bound(plate):
    curve = fit_curve(*plate.curved(bend=-0.05), "quadratic")  # apex at 10
    assert curve.apex == pytest.approx(10, abs=0.1)
    top = predict(curve, np.array([curve.apex]))[0]
    found = invert(curve, [top - 0.001, top + 0.001, 2.0])
    assert np.isinf(found.value).tolist() == [False, True, False]
    assert np.isinf(found.ci_high).tolist() == [True, False, False]
    assert found.ci_low[0] < found.value[0]


def test_a_curve_without_error_gives_values_without_width():
    x = np.array([0.0, 1, 2, 3, 4])
    found = invert(fit_curve(x, 1 + 2 * x), [4.0])
    np.testing.assert_allclose([found.value[0], found.ci_low[0], found.ci_high[0]], 1.5, rtol=1e-9)


def test_a_slope_that_noise_explains_bounds_nothing():
    x, y = np.array([0.0, 1, 2, 3]), np.array([0.0, 1.0, -0.8, 1.2])
    found = invert(fit_curve(x, y), [0.5])
    assert np.isinf([found.ci_low[0], found.ci_high[0]]).all()


def test_more_readings_narrow_the_interval_but_not_below_the_curve(plate):
    curve = fit_curve(*plate.standards("massart_ex1"))
    width = [np.ptp([f.ci_low[0], f.ci_high[0]]) for f in (invert(curve, [50.0], readings=k) for k in (1, 4, np.inf))]
    assert width[0] > width[1] > width[2] > 0


def test_own_weights_need_the_signals_weight(plate):
    x, y = plate.standards("massart_ex1")
    with pytest.raises(ContractError):
        invert(fit_curve(x, y, weights=np.ones(6)), [15.0])


@pytest.mark.parametrize(("model", "weighting", "power"), [("linear", "none", 0.0), ("quadratic", "1/x", 0.5)])
def test_the_interval_covers(model, weighting, power):
    """700 simulated plates, three wells on each: 95 % of intervals hold the truth (Monte Carlo error 0.8 %)."""
    rng = np.random.default_rng(20240607)
    x, truth = np.repeat([0.0, 5, 10, 25, 50, 100, 150], 2), np.array([8.0, 40.0, 120.0])
    bend = -5e-6 if model == "quadratic" else 0.0

    def readings(c):
        return 0.06 + 0.01 * c + bend * c**2 + 0.01 * (np.maximum(c, 5.0) / 5.0) ** power * rng.standard_normal(c.size)

    covered = []
    for _ in range(700):
        found = invert(fit_curve(x, readings(x), model, weighting), readings(truth))
        covered.append((found.ci_low <= truth) & (truth <= found.ci_high))
    np.testing.assert_allclose(np.mean(covered, axis=0), 0.95, atol=0.02)
