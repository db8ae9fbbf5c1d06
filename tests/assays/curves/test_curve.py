"""Standard curves against NIST, DIN 32645 and Massart et al. 1997; intervals against their own definition."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.curves.choice import assess_curve
from mgassay.assays.curves.curve import (
    critical_value,
    detection_limit,
    fit_curve,
    invert,
    level_means,
    predict,
    quantification_limit,
    t_quantile,
)
from mgassay.errors import CalibrationError, ContractError

REFERENCE = Path(__file__).parents[2] / "reference"


def read(name):
    return pd.read_csv(REFERENCE / name, comment="#")


DATA = pd.concat([read("curves_nist.csv"), read("curves_standards.csv")])


def standards(dataset):
    rows = DATA[DATA.dataset == dataset]
    return rows.x.to_numpy(float), rows.y.to_numpy(float)


def computed(dataset, quantity):
    x, y = standards(dataset)
    curve = fit_curve(x, y, "quadratic" if dataset == "pontius" else "linear")
    named = dict(zip(curve.model.parameters, curve.coefficients, strict=True))
    if quantity in named:
        return named[quantity]
    if quantity == "residual_sd":
        return curve.residual_sd
    if quantity == "r2_means":
        return assess_curve(curve, x, y).r2_means
    if quantity == "lod":
        return detection_limit(curve)
    if quantity == "loq":
        return quantification_limit(curve)
    if quantity == "critical_99":
        return critical_value(curve, alpha=0.01)
    read_off = invert(curve, np.array([3500.0]), level=0.99)
    return {"inverse_3500": read_off.value[0], "half_width_99_3500": t_quantile(curve.df, 0.995) * read_off.se[0]}[
        quantity
    ]


@pytest.mark.parametrize(
    "row", list(read("curves_expected.csv").itertuples()), ids=lambda r: f"{r.dataset}-{r.quantity}"
)
def test_published_values(row):
    tolerance = {"rel": row.tolerance, "abs": 0} if row.kind == "relative" else {"rel": 0, "abs": row.tolerance}
    assert computed(row.dataset, row.quantity) == pytest.approx(row.expected, **tolerance)


@pytest.mark.parametrize(
    "row", list(read("curves_inverse.csv").itertuples()), ids=lambda r: f"{r.dataset}-{r.signal}-{r.readings}"
)
def test_massart_inverse_prediction(row):
    x, y = standards(row.dataset)
    weights = None
    if row.dataset == "massart_ex3":  # the book fits the means of five readings
        x, y = np.unique(x), np.unique(level_means(x, y))
        weights = np.array([1.984, 1.417, 1.262, 0.372, 0.199, 0.109])
    curve = fit_curve(x, y, "linear", weights=weights)
    found = invert(curve, [row.signal], readings=row.readings, weight=None if np.isnan(row.weight) else row.weight)
    assert found.value[0] == pytest.approx(row.inverse, rel=1e-6)
    assert found.se[0] == pytest.approx(row.se, rel=1e-6)
    assert t_quantile(curve.df, 0.975) * found.se[0] == pytest.approx(row.half_width, rel=1e-6)


def test_crystal_interval_of_a_mean_response():
    """R investr: a signal of 5 known exactly, 90 %: 9.93 [8.65, 11.05]."""
    found = invert(fit_curve(*standards("crystal")), [5.0], readings=np.inf, level=0.90)
    assert [round(float(v[0]), 2) for v in (found.value, found.ci_low, found.ci_high)] == [9.93, 8.65, 11.05]


@pytest.mark.parametrize(("weighting", "percent"), [("none", 214), ("1/x", 15.1), ("1/x2", 2.9)])
def test_weighting_decides_at_the_lowest_level(weighting, percent):
    """Reference: R data set rl95_toluene back-calculates +214 %, +15.1 %, +2.9 % at 4.6 pg."""
    x, y = standards("rl95_toluene")
    error = assess_curve(fit_curve(x, y, "linear", weighting), x, y).error_percent[0]
    assert error == pytest.approx(percent, abs=0.5 if percent > 100 else 0.05)


def fieller(x, y, signal, t):
    """Fieller's interval of a straight line, from the textbook's quadratic equation (Draper & Smith, ch. 3.2)."""
    slope, intercept = np.polyfit(x, y, 1)
    sxx, n = np.sum((x - x.mean()) ** 2), x.size
    s2 = np.sum((y - intercept - slope * x) ** 2) / (n - 2)
    d, g = signal - y.mean(), t**2 * s2 / sxx / slope**2
    half = t / slope * np.sqrt(s2) * np.sqrt(d**2 / slope**2 / sxx + (1 - g) * (1 + 1 / n))
    return [x.mean() + (d / slope + sign * half) / (1 - g) for sign in (-1, 1)]


@pytest.mark.parametrize("signal", [2600.0, 3500.0, 7100.0])
def test_the_line_s_interval_is_fiellers(signal):
    x, y = standards("din32645")
    found = invert(fit_curve(x, y), [signal])
    expected = fieller(x, y, signal, t_quantile(8, 0.975))
    np.testing.assert_allclose([found.ci_low[0], found.ci_high[0]], expected, rtol=1e-9)


def curved(top=10.0, bend=-0.04):
    x = np.repeat([0.0, 1, 2, 4, 6, 8, top], 3)
    noise = np.tile([0.01, -0.012, 0.004], 7)
    return x, 0.05 + x + bend * x**2 + noise


@pytest.mark.parametrize("weighting", ["none", "1/x", "1/x2", "1/y"])
def test_the_signal_stands_on_its_prediction_band_at_both_bounds(weighting):
    curve = fit_curve(*curved(), "quadratic", weighting)
    signal = np.array([0.02, 0.9, 3.0, 5.5])
    found = invert(curve, signal)
    w = {"none": 1.0, "1/x": 1 / np.maximum(found.value, 1), "1/x2": 1 / np.maximum(found.value, 1) ** 2}.get(
        weighting, curve.pivot / np.maximum(signal, curve.pivot)
    )
    for bound, side in ((found.ci_low, 1), (found.ci_high, -1)):
        gradient = np.column_stack([np.ones(4), bound, np.maximum(bound, 0) ** 2])
        band = np.sqrt(curve.residual_sd**2 / w + np.diag(gradient @ curve.covariance @ gradient.T))
        np.testing.assert_allclose(side * (signal - predict(curve, bound)) / band, t_quantile(18, 0.975), rtol=1e-7)


def test_beyond_the_apex_there_is_no_value_and_near_it_no_upper_bound():
    curve = fit_curve(*curved(bend=-0.05), "quadratic")  # apex at 10
    assert curve.apex == pytest.approx(10, abs=0.1)
    top = predict(curve, np.array([curve.apex]))[0]
    found = invert(curve, [top - 0.001, top + 0.001, 2.0])
    assert np.isnan(found.value).tolist() == [False, True, False]
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


def test_weights_are_scaled_to_the_lowest_standard():
    """Unit of x must not matter: the same curve in ng gives the same blank SD and 1000 times the LOD."""
    x, y = curved()
    for weighting in ("1/x", "1/x2"):
        one, thousand = (fit_curve(x * f, y, "quadratic", weighting) for f in (1, 1000))
        assert thousand.residual_sd == pytest.approx(one.residual_sd)
        assert detection_limit(thousand) == pytest.approx(1000 * detection_limit(one))


def test_more_readings_narrow_the_interval_but_not_below_the_curve():
    curve = fit_curve(*standards("massart_ex1"))
    width = [np.ptp([f.ci_low[0], f.ci_high[0]]) for f in (invert(curve, [50.0], readings=k) for k in (1, 4, np.inf))]
    assert width[0] > width[1] > width[2] > 0


@pytest.mark.parametrize(
    ("x", "y", "model", "weighting", "code"),
    [
        ([0, 1], [0, 1], "linear", "none", "MG303"),
        ([0, 0, 1, 1], [0, 0, 1, 1], "quadratic", "none", "MG303"),
        ([0, 0, 0], [0, 0.1, 0.2], "linear", "none", "MG303"),
        ([0, 1, 2, 3], [3, 2, 1, 0.1], "linear", "none", "MG304"),
        ([0, 1, 2, 3], [-3, -2, -1, 1], "linear", "1/y", "MG323"),
        ([0, 1, 2, 3], [0, 1, 2, 3], "4pl", "none", "MG301"),
    ],
)
def test_what_cannot_be_fitted_says_why(x, y, model, weighting, code):
    with pytest.raises(CalibrationError) as caught:
        fit_curve(np.array(x, float), np.array(y, float), model, weighting)
    assert caught.value.code == code


def test_own_weights_need_the_signals_weight():
    x, y = standards("massart_ex1")
    with pytest.raises(ContractError):
        invert(fit_curve(x, y, weights=np.ones(6)), [15.0])


@pytest.mark.parametrize(("model", "weighting", "power"), [("linear", "none", 0.0), ("quadratic", "1/x", 0.5)])
def test_the_interval_covers(model, weighting, power):
    """700 simulated plates, three wells on each: 95 % of intervals hold the truth (Monte Carlo error 0.8 %)."""
    rng = np.random.default_rng(20240607)
    x, truth = np.repeat([0.0, 5, 10, 25, 50, 100, 150], 2), np.array([8.0, 40.0, 120.0])
    bend = -5e-6 if model == "quadratic" else 0.0

    def signals(c):
        return 0.06 + 0.01 * c + bend * c**2 + 0.01 * (np.maximum(c, 5.0) / 5.0) ** power * rng.standard_normal(c.size)

    covered = []
    for _ in range(700):
        found = invert(fit_curve(x, signals(x), model, weighting), signals(truth))
        covered.append((found.ci_low <= truth) & (truth <= found.ci_high))
    np.testing.assert_allclose(np.mean(covered, axis=0), 0.95, atol=0.02)
