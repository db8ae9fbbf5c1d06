"""Fits against NIST, DIN 32645; limits by their definition."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.curves.acceptance import assess_curve
from mgassay.assays.curves.curve import fit_curve, reading_variance, t_quantile, t_quantiles, with_scatter
from mgassay.assays.curves.inverse import invert
from mgassay.assays.curves.limits import critical_value, detection_limit, quantification_limit
from mgassay.errors import CalibrationError

REFERENCE = Path(__file__).parents[2] / "reference"
EXPECTED = list(pd.read_csv(REFERENCE / "curves_expected.csv", comment="#").itertuples())


def computed(standards, dataset, quantity):
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


@pytest.mark.parametrize("row", EXPECTED, ids=lambda r: f"{r.dataset}-{r.quantity}")
def test_published_values(plate, row):
    tolerance = {"rel": row.tolerance, "abs": 0} if row.kind == "relative" else {"rel": 0, "abs": row.tolerance}
    assert computed(plate.standards, row.dataset, row.quantity) == pytest.approx(row.expected, **tolerance)


def test_weights_are_scaled_to_the_lowest_standard(plate):
    """Unit of x must not matter: the same curve in ng gives the same blank SD and 1000 times the LOD."""
    x, y = plate.curved()
    for weighting in ("1/x", "1/x2"):
        one, thousand = (fit_curve(x * f, y, "quadratic", weighting) for f in (1, 1000))
        assert thousand.residual_sd == pytest.approx(one.residual_sd)
        assert detection_limit(thousand) == pytest.approx(1000 * detection_limit(one))


@pytest.mark.parametrize(
    ("x", "y", "model", "weighting", "code"),
    [
        ([0, 1], [0, 1], "linear", "none", "MG303"),
        ([0, 0, 1, 1], [0, 0, 1, 1], "quadratic", "none", "MG303"),
        ([0, 0, 0], [0, 0.1, 0.2], "linear", "none", "MG303"),
        ([0, 1, 2, 3], [3, 2, 1, 0.1], "linear", "none", "MG304"),
        ([0, 1, 2, 3], [-3, -2, -1, 1], "linear", "1/y", "MG323"),
        ([0, 1, 2, 3], [0, 1, 2, 3], "cubic", "none", "MG301"),
        ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], "4pl", "none", "MG329"),
        ([0, 1, 2, 3], [0, 1, 2, 3], "4pl", "none", "MG303"),
    ],
)
def test_what_cannot_be_fitted_says_why(x, y, model, weighting, code):
    with pytest.raises(CalibrationError) as caught:
        fit_curve(np.array(x, float), np.array(y, float), model, weighting)
    assert caught.value.code == code


def test_as_many_levels_as_parameters_are_enough_with_one_well_more():
    """Blanks 0 and 0.2, standards of 1 that read 1 and 1.2: the line runs through the means, 0.1 and 1.1."""
    curve = fit_curve(np.array([0.0, 0, 1, 1]), np.array([0.0, 0.2, 1.0, 1.2]))
    assert curve.coefficients == pytest.approx([0.1, 1.0])
    assert (curve.df, curve.residual_sd) == (2, pytest.approx(np.sqrt(0.04 / 2)))


def test_the_blank_scatters_as_its_own_weight_says():
    """Blanks of weight 4 have a quarter of the variance of the others, and half of their SD."""
    x = np.array([0.0, 0, 1, 1, 2, 2])
    curve = fit_curve(x, x + np.tile([0.1, -0.1], 3), weights=np.array([4.0, 4, 1, 1, 1, 1]))
    # squares 0.01 each, those of blanks four times, over 6 wells less 2 parameters: 0.12 / 4
    assert curve.residual_sd == pytest.approx(np.sqrt(0.03))
    assert curve.blank_sd == pytest.approx(np.sqrt(0.03) / 2)


def test_quantiles_of_t():
    """12.7062 and 2.2281 stand in any table of t."""
    assert t_quantiles(np.array([1.0, 10.0, 0.0, np.nan]), 0.975) == pytest.approx(
        [12.7062, 2.2281, np.nan, np.nan], abs=1e-4, nan_ok=True
    )


def test_a_curve_reaches_from_its_lowest_to_its_highest_standard_or_its_apex():
    x = np.array([0.0, 1, 2, 4, 8])
    line = fit_curve(x, 2 * x + np.array([0.1, -0.1, 0.1, -0.1, 0.0]))
    assert (line.range_low, line.range_high) == (1, 8)
    bent = fit_curve(x, 12 * x - x**2 + np.array([0.1, -0.1, 0.1, -0.1, 0.0]), "quadratic")  # apex at 6
    assert bent.range_high == pytest.approx(6, abs=0.1)


def test_a_reading_scatters_as_its_weight_says():
    """At weights 1/x the variance at twice the concentration is twice as large, in the residual SD of the fit."""
    x = np.array([1.0, 2, 4, 8, 16])
    curve = fit_curve(x, 3 * x + np.array([0.1, -0.2, 0.3, -0.4, 0.5]), "linear", "1/x")
    variance, df = reading_variance(curve, np.array([1.0, 2.0, 8.0]), np.array([3.0, 6.0, 24.0]))
    assert variance / variance[0] == pytest.approx([1, 2, 8])
    assert variance[0] == pytest.approx(curve.residual_sd**2)  # weights are scaled to the lowest standard
    assert df.tolist() == [3, 3, 3]


def test_the_covariance_of_a_weighted_fit_is_whites_sandwich(plate):
    """(X'WX)^-1 X'W V W X (X'WX)^-1 with the estimated variances V of the readings, by matrices."""
    x, y = plate.curved()
    curve = with_scatter(fit_curve(x, y, "linear", "1/x"))
    assert curve.scatter is not None
    design, w = np.column_stack([np.ones_like(x), x]), np.diag(curve.weights)
    v = np.diag(curve.scatter.variance(curve.coefficients[1] * x))
    bread = np.linalg.inv(design.T @ w @ design)
    assert curve.covariance == pytest.approx(bread @ design.T @ w @ v @ w @ design @ bread, rel=1e-9)
