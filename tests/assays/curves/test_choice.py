"""Choice of weighting and model, acceptance of standards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.curves.choice import (
    aicc_over_wells,
    assess_curve,
    choose_curve,
    disordered_levels,
    linear_range,
    mandel_f,
    weighting_from_replicates,
)
from mgassay.assays.curves.curve import fit_curve
from mgassay.errors import CalibrationError

DATA = pd.read_csv(Path(__file__).parents[2] / "reference" / "curves_standards.csv", comment="#")
LEVELS = np.repeat([0.0, 5, 10, 25, 50, 100, 150], 3)
WOBBLE = np.tile([1.0, -1.2, 0.3], 7)


def standards(dataset):
    rows = DATA[DATA.dataset == dataset]
    return rows.x.to_numpy(float), rows.y.to_numpy(float)


def signals(x, *, bend=0.0, sd=0.004, power=0.0):
    return 0.06 + 0.01 * x + bend * x**2 + sd * WOBBLE * (np.maximum(x, 5) / 5) ** power


@pytest.mark.parametrize(("power", "weighting"), [(0.0, "none"), (0.5, "1/x"), (1.0, "1/x2")])
def test_weighting_follows_the_replicates(power, weighting):
    assert weighting_from_replicates(LEVELS, signals(LEVELS, power=power)) == weighting


def test_toluene_asks_for_one_over_x_squared():
    """Rocke and Lorenzato 1995: the relative SD is near constant from 4.6 to 15,000 pg."""
    assert weighting_from_replicates(*standards("rl95_toluene")) == "1/x2"


def test_massart_example_three_is_heteroscedastic():
    """The book's own weights fall 18-fold from 0 to 50, as 1/x² would from the lowest non-zero level (25-fold)."""
    assert weighting_from_replicates(*standards("massart_ex3")) == "1/x2"


def test_levels_that_agree_by_chance_are_no_infinity():
    """Three wells alike at one level: their log SD would be −∞."""
    y = signals(LEVELS)
    y[LEVELS == 25] = 0.31
    assert weighting_from_replicates(LEVELS, y) == "none"


@pytest.mark.parametrize(("power", "expected"), [(0.24, "none"), (0.26, "1/x"), (0.74, "1/x"), (0.76, "1/x2")])
def test_the_power_is_rounded(power, expected):
    assert weighting_from_replicates(LEVELS, signals(LEVELS, power=power)) == expected


def test_no_scatter_asks_for_no_weighting():
    assert weighting_from_replicates(LEVELS, signals(LEVELS, sd=0)) == "none"


@pytest.mark.parametrize("x", [np.arange(7.0), np.array([0, 0, 0, 5, 5, 10, 10, 20, 30.0])])
def test_without_replicates_at_three_levels_no_weighting(x):
    assert weighting_from_replicates(x, x + 0.1 * (np.arange(x.size) % 2)) == "none"


def test_aicc_by_hand():
    """Massart ex. 1: n = 6, k = 3 with the variance; RSS by numpy; 6·ln(RSS/6) + 6 + 24/2."""
    x, y = standards("massart_ex1")
    rss = np.polyfit(x, y, 1, full=True)[1][0]
    assert aicc_over_wells(fit_curve(x, y), 105.2) == pytest.approx(6 * np.log(rss / 6) + 6 + 24 / 2)


def test_straight_data_get_a_line_and_bent_data_a_parabola():
    assert choose_curve(LEVELS, signals(LEVELS)).curve.model.name == "linear"
    assert choose_curve(LEVELS, signals(LEVELS, bend=-1.5e-5)).curve.model.name == "quadratic"


def test_the_simpler_within_two_units():
    """A bend so weak that the quadratic's AICc is lower by less than 2: the line is kept."""
    for bend in np.linspace(-6e-7, -3e-6, 25):
        y = signals(LEVELS, bend=bend)
        line, parabola = (choose_curve(LEVELS, y, m, "none") for m in ("linear", "quadratic"))
        if 0 < line.aicc - parabola.aicc < 2:
            break
    else:
        pytest.fail("no bend in the grid makes the case")
    assert choose_curve(LEVELS, y, "auto", "none").curve.model.name == "linear"


def test_a_model_that_passes_is_taken_before_a_lower_aicc():
    """The saturating curve: the line has failing standards, so it is no candidate."""
    y = signals(LEVELS, bend=-2.5e-5)
    assert choose_curve(LEVELS, y, "linear", "none").assessment.assessed == "fail"
    chosen = choose_curve(LEVELS, y, "auto", "none")
    assert (chosen.curve.model.name, chosen.assessment.assessed) == ("quadratic", "pass")


def test_where_none_passes_the_lowest_aicc_fails():
    y = signals(LEVELS)
    y[LEVELS == 10] += 0.1
    y[LEVELS == 25] -= 0.1
    assert choose_curve(LEVELS, y, "auto", "none").assessment.assessed == "fail"


def test_acceptance_by_hand():
    """y = x exactly but for one level: 10 reads 11.6 (+16 %, fails), lowest 5 reads 5.9 (+18 %, within 20 %)."""
    x = np.array([0.0, 5, 10, 20, 40, 80])
    curve = fit_curve(np.append(x, 160), np.append(x, 160), "linear")  # slope 1, intercept 0
    a = assess_curve(curve, x, np.array([0.0, 5.9, 11.6, 20, 40, 80]))
    np.testing.assert_allclose(a.error_percent, [np.nan, 18, 16, 0, 0, 0], atol=1e-6)
    assert a.passed.tolist() == [False, True, False, True, True, True]
    assert (a.levels, a.levels_pass, a.assessed) == (5, 4, "pass")  # 80 %


def test_three_quarters_of_the_levels_are_needed():
    x = np.array([0.0, 5, 10, 20, 40])
    curve = fit_curve(x, x, "linear")
    assert assess_curve(curve, x, np.array([0, 5, 12, 20, 40.0])).assessed == "pass"  # 3 of 4
    assert assess_curve(curve, x, np.array([0, 5, 12, 24, 40.0])).assessed == "fail"  # 2 of 4


def test_too_few_levels_are_not_assessable():
    x = np.repeat([0.0, 50, 100], 3)
    assert choose_curve(x, 0.01 * x + 0.001 * WOBBLE[:9]).assessment.assessed == "not_assessable"


def test_a_parabola_that_bends_over_among_the_standards_is_no_candidate():
    x = LEVELS
    y = 0.06 + 0.02 * x - 1e-4 * x**2 + 0.002 * WOBBLE  # apex at 100, top standard 150
    assert choose_curve(x, y, "auto", "none").curve.model.name == "linear"
    asked = choose_curve(x, y, "quadratic", "none").curve
    assert asked.range_high == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize("model", ["4pl", "5pl"])
def test_logistics_are_not_there_yet(model):
    with pytest.raises(CalibrationError) as caught:
        choose_curve(LEVELS, signals(LEVELS), model)
    assert (caught.value.code, caught.value.seen) == ("MG301", model)


def test_falling_signals_are_refused():
    with pytest.raises(CalibrationError) as caught:
        choose_curve(LEVELS, 2 - signals(LEVELS))
    assert caught.value.code == "MG304"


def test_a_linear_range_is_found_below_saturation():
    """Ten levels, straight to 80, then 12 and 25 % short: a line holds for the first eight."""
    x = np.arange(10.0, 101, 10)
    y = np.where(x <= 80, x, x * np.array([1] * 8 + [0.80, 0.70]))
    assert linear_range(x, y) == 80
    assert linear_range(x, x) == 100
    assert np.isnan(linear_range(x, np.where(x % 20 == 0, 2 * x, 0.4 * x)))


def test_mandel_by_hand():
    """F = (RSS1 − RSS2) / (RSS2 / (n − 3)) by numpy; at 10 points F(0.99; 1, 7) is 12.25."""
    from scipy.special import fdtri

    x = np.arange(10.0, 101, 10)
    y = x - 0.002 * x**2 + np.tile([1.0, -1.0], 5)
    rss1, rss2 = (np.polyfit(x, y, k, full=True)[1][0] for k in (1, 2))
    assert mandel_f(x, y) == pytest.approx((rss1 - rss2) / (rss2 / 7))
    assert mandel_f(x, y) > fdtri(1, 7, 0.99) == pytest.approx(12.25, abs=0.005)


def test_swapped_standards_are_out_of_order():
    y = signals(LEVELS)
    assert disordered_levels(LEVELS, y) == []
    low, high = y[LEVELS == 25].copy(), y[LEVELS == 50].copy()
    y[LEVELS == 25], y[LEVELS == 50] = high, low
    assert disordered_levels(LEVELS, y) == [(25.0, 50.0)]
