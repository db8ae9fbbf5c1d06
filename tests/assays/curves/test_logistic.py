"""Logistic curves against R drc and a real SkanIt export, their formulas by numeric derivatives."""

import numpy as np
import openpyxl
import pytest

from mgassay.assays.curves import logistic
from mgassay.assays.curves.curve import fit_curve
from mgassay.errors import CalibrationError

FIVE = np.array([0.1, 1.3, 20.0, 2.0, 0.7])
# Root length of ryegrass (cm) over ferulic acid (mM), Inderjit et al. 2002, Biometrics 58, as in R drc 3.0-1.
RYEGRASS = {
    0: (7.58, 8, 8.3285714, 7.25, 7.375, 7.9625),
    0.94: (8.3555556, 6.9142857, 7.75),
    1.88: (6.8714286, 6.45, 5.9222222),
    3.75: (1.925, 2.8857143, 4.2333333),
    7.5: (1.1875, 0.8571429, 1.0571429),
    15: (0.6875, 0.525, 0.825),
    30: (0.25, 0.22, 0.44),
}


@pytest.mark.parametrize("p", [FIVE, FIVE[:4], np.array([0.0, 1.0, 3.0, 1.0]), np.array([0.0, 0.6, 3.0, 1.0])])
def test_gradient_slope_and_inverse_agree_with_the_signal(p):
    x, h = np.array([-3.0, 1.0, 20.0, 50.0]), 1e-6
    steps = [(logistic.predict(p + h * e, x) - logistic.predict(p - h * e, x)) / (2 * h) for e in np.eye(p.size)]
    np.testing.assert_allclose(logistic.gradient(p, x), np.column_stack(steps), atol=1e-8)
    numeric = (logistic.predict(p, x + h) - logistic.predict(p, x - h)) / (2 * h)
    np.testing.assert_allclose(logistic.slope(p, x), numeric, rtol=1e-6)
    np.testing.assert_allclose(logistic.inverse(p, logistic.predict(p, x)), x, rtol=1e-12)


def test_rows_of_parameters_meet_rows_of_concentrations():
    x = np.array([[0.0, 5.0], [-2.0, 40.0]])
    rows = np.array([FIVE, FIVE * 1.1])
    each = [logistic.predict(p, row) for p, row in zip(rows, x, strict=True)]
    np.testing.assert_array_equal(logistic.predict(rows, x), each)
    slopes = [logistic.gradient(p, row) for p, row in zip(rows, x, strict=True)]
    np.testing.assert_array_equal(logistic.gradient(rows, x), slopes)


@pytest.mark.parametrize(("b", "slope"), [(0.8, np.inf), (1.0, (2.0 - 0.1) / 20), (1.2, 0.0)])
def test_the_slope_at_nothing(b, slope):
    """dy/dx at 0: upright below b = 1, (d - a)/c at 1, flat above."""
    assert logistic.slope(np.array([0.1, b, 20.0, 2.0]), np.zeros(1))[0] == pytest.approx(slope)


def test_signals_beyond_both_ends_have_no_concentration():
    assert logistic.inverse(FIVE, np.array([2.0, 3.0, -1.8, -5.0])).tolist() == [np.inf, np.inf, -np.inf, -np.inf]


def test_below_the_blank_the_curve_is_reflected():
    """As far below a as a concentration of 5 lies above it: -5."""
    above = logistic.predict(FIVE, np.array([5.0]))
    assert logistic.inverse(FIVE, 2 * 0.1 - above)[0] == pytest.approx(-5)


def test_ryegrass_as_r_drc_fits_it():
    """drm(rootl ~ conc, fct = LL.4()): b 2.98222, c 0.48141, d 7.79296, e 3.05795; s 0.5196 on 20 df; signs turned."""
    x = np.concatenate([np.full(len(v), c) for c, v in RYEGRASS.items()]).astype(float)
    curve = fit_curve(x, -np.concatenate([np.array(v) for v in RYEGRASS.values()]), "4pl")
    np.testing.assert_allclose(curve.coefficients, [-7.79296, 2.98222, 3.05795, -0.48141], rtol=5e-6)
    assert (curve.df, curve.residual_sd) == (20, pytest.approx(0.5196, abs=5e-5))
    se = np.sqrt(np.diag(curve.covariance))
    # drc's errors come from the observed information, these from the expected one.
    np.testing.assert_allclose(se, [0.18857, 0.46506, 0.18573, 0.21219], rtol=0.02)


def skanit_plate(shared):
    """Signals by well of the real ELISA, less the mean of its two blanks."""
    book = openpyxl.load_workbook(shared / "data" / "plates" / "skanit_450.xlsx", data_only=True)
    rows = list(book["Absorbance 1_01"].iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "Abs")
    signal = {f"{row[0]}{c}": row[c] for row in rows[top + 1 : top + 9] for c in range(1, 13)}
    blank = (signal["H1"] + signal["H2"]) / 2
    return {well: value - blank for well, value in signal.items()}


def test_a_real_elisa_reads_as_skanit_reads_it(shared):
    """SkanIt 7.0 fits unrounded readings; its export holds four digits, which moves G5 by one unit of its fourth."""
    signal = skanit_plate(shared)
    x = np.repeat([1, 0.5, 0.25, 0.125, 0.063, 0.031, 0.016], 2)
    y = np.array([signal[f"{row}{column}"] for row in "ABCDEFG" for column in (1, 2)])
    curve = fit_curve(x, y, "4pl")
    np.testing.assert_allclose(curve.coefficients, [-0.0678141, 0.78981, 0.748878, 2.89758], rtol=4e-4)
    published = {"A2": 0.9022, "B3": 0.0634, "D3": 0.256, "E7": 0.2504, "H3": 0.07176, "A12": 0.01887, "G5": 0.02332}
    wells = np.array([signal[well] for well in published])
    for found, (well, value) in zip(curve.model.inverse(curve.coefficients, wells), published.items(), strict=True):
        unit = 10.0 ** (np.floor(np.log10(value)) - 3)
        assert found == pytest.approx(value, abs=(1.0 if well == "G5" else 0.5) * unit), well
    above, *below = curve.model.inverse(curve.coefficients, np.array([signal[w] for w in ("A1", "A3", "G2")]))
    assert above > curve.range_high
    assert max(below) < curve.range_low
    means, fitted = y.reshape(7, 2).mean(axis=1), logistic.predict(curve.coefficients, x[::2])
    r2 = [
        1 - np.sum((v - f) ** 2) / np.sum((v - v.mean()) ** 2) for v, f in ((means, fitted), (y, np.repeat(fitted, 2)))
    ]
    assert [round(r, 3) for r in r2] == [0.998, 0.989]


def test_five_parameters_bring_back_their_own_curve():
    x = np.repeat(np.geomspace(0.5, 800, 12), 2)
    np.testing.assert_allclose(logistic.fit(5, x, logistic.predict(FIVE, x), np.ones(24)), FIVE, rtol=1e-6)


def test_a_curve_that_bends_below_its_lowest_standard_is_found():
    """Exact signals of a known curve, whose c is about half of the lowest standard."""
    x = np.repeat([0.0, 5, 10, 20, 40, 80, 160, 320], 2)
    p = np.array([0.05, 3.8, 2.8, 1.3, 1.9])
    np.testing.assert_allclose(logistic.fit(5, x, logistic.predict(p, x), np.ones(16)), p, rtol=1e-5)


def test_a_straight_line_shows_no_ends():
    x = np.repeat([0.0, 10, 20, 40, 80, 160], 2)
    with pytest.raises(CalibrationError) as caught:
        logistic.fit(4, x, 0.05 + 0.01 * x, np.ones(12))
    assert (caught.value.code, caught.value.facts["model"]) == ("MG329", "4pl")


def test_a_falling_signal_is_no_standard_curve():
    x = np.repeat([0.0, 10, 20, 40, 80, 160], 2)
    with pytest.raises(CalibrationError) as caught:
        logistic.fit(4, x, 1 - 0.001 * x, np.ones(12))
    assert caught.value.code == "MG304"


def test_what_is_fitted_and_what_is_meant():
    q = logistic.fitted(FIVE)
    np.testing.assert_allclose(logistic.natural(q), FIVE, rtol=1e-15)
    h = 1e-7
    steps = [(logistic.natural(q + h * e) - logistic.natural(q - h * e)).sum() / (2 * h) for e in np.eye(5)]
    np.testing.assert_allclose(logistic.natural_slope(q), steps, rtol=1e-6)
