"""Choice of weighting and model."""

import numpy as np
import pytest

from mgassay.assays.curves.acceptance import Limits
from mgassay.assays.curves.choice import aicc_over_wells, choose_curve
from mgassay.assays.curves.curve import fit_curve
from mgassay.errors import CalibrationError


def test_aicc_by_hand(plate):
    """Massart ex. 1: n = 6, k = 3 with the variance; RSS by numpy; 6·ln(RSS/6) + 6 + 24/2."""
    x, y = plate.standards("massart_ex1")
    rss = np.polyfit(x, y, 1, full=True)[1][0]
    assert aicc_over_wells(fit_curve(x, y), 105.2) == pytest.approx(6 * np.log(rss / 6) + 6 + 24 / 2)


def test_straight_data_get_a_line_and_bent_data_a_parabola(plate):
    assert choose_curve(plate.LEVELS, plate.signals(plate.LEVELS)).curve.model.name == "linear"
    assert choose_curve(plate.LEVELS, plate.signals(plate.LEVELS, bend=-1.5e-5)).curve.model.name == "quadratic"


def test_the_simpler_within_two_units(plate):
    """A bend so weak that the quadratic's AICc is lower by less than 2: the line is kept."""
    for bend in np.linspace(-6e-7, -3e-6, 25):
        y = plate.signals(plate.LEVELS, bend=bend)
        line, parabola = (choose_curve(plate.LEVELS, y, m, "none") for m in ("linear", "quadratic"))
        if 0 < line.aicc - parabola.aicc < 2:
            break
    else:
        pytest.fail("no bend in the grid makes the case")
    assert choose_curve(plate.LEVELS, y, "auto", "none").curve.model.name == "linear"


def test_a_model_that_passes_is_taken_before_a_lower_aicc(plate):
    """The saturating curve: the line has failing standards, so it is no candidate."""
    y = plate.signals(plate.LEVELS, bend=-2.5e-5)
    assert choose_curve(plate.LEVELS, y, "linear", "none").assessment.assessed == "fail"
    chosen = choose_curve(plate.LEVELS, y, "auto", "none")
    assert (chosen.curve.model.name, chosen.assessment.assessed) == ("quadratic", "pass")


def test_where_none_passes_the_lowest_aicc_fails(plate):
    y = plate.signals(plate.LEVELS)
    y[plate.LEVELS == 10] += 0.1
    y[plate.LEVELS == 25] -= 0.1
    assert choose_curve(plate.LEVELS, y, "auto", "none").assessment.assessed == "fail"


def test_too_few_levels_are_not_assessable(plate):
    x = np.repeat([0.0, 50, 100], 3)
    assert choose_curve(x, 0.01 * x + 0.001 * plate.WOBBLE[:9]).assessment.assessed == "not_assessable"


def test_a_parabola_that_bends_over_among_the_standards_is_no_candidate(plate):
    x = plate.LEVELS
    y = 0.06 + 0.02 * x - 1e-4 * x**2 + 0.002 * plate.WOBBLE  # apex at 100, top standard 150
    assert choose_curve(x, y, "auto", "none").curve.model.name != "quadratic"
    asked = choose_curve(x, y, "quadratic", "none").curve
    assert asked.range_high == pytest.approx(100, rel=0.02)


def test_falling_signals_are_refused(plate):
    with pytest.raises(CalibrationError) as caught:
        choose_curve(plate.LEVELS, 2 - plate.signals(plate.LEVELS))
    assert caught.value.code == "MG304"


def test_an_s_shaped_plate_gets_a_logistic_where_it_has_six_levels(plate):
    """y = 0.06 + 2.4 / (1 + (60/x)^1.4); with five levels the 4PL is not looked at."""
    x = plate.LEVELS
    y = 0.06 + 2.4 * x**1.4 / (x**1.4 + 60**1.4) + 0.002 * plate.WOBBLE
    chosen = choose_curve(x, y)
    assert (chosen.curve.model.name, chosen.assessment.assessed) == ("4pl", "pass")
    assert [c.model for c in chosen.candidates] == ["linear", "quadratic", "4pl"]
    few = x <= 50
    assert [c.model for c in choose_curve(x[few], y[few]).candidates] == ["linear", "quadratic"]


def test_a_choice_says_what_it_looked_at(plate):
    chosen = choose_curve(plate.LEVELS, plate.signals(plate.LEVELS, power=0.5))
    assert (chosen.weighting.name, chosen.weighting.df) == ("1/x", 12)  # six non-zero levels in triplicate
    assert chosen.weighting.power == pytest.approx(0.5, abs=1e-9)
    kept = next(c for c in chosen.candidates if c.model == chosen.curve.model.name)
    assert kept.aicc == chosen.aicc
    named = choose_curve(plate.LEVELS, plate.signals(plate.LEVELS), "linear", "1/x")
    assert (named.weighting, named.candidates) == (None, ())


def saturating(x):
    return np.where(x <= 50, 0.01 * x, 0.5 + 0.004 * (x - 50)) + 0.06


def test_a_line_asked_for_ends_where_its_standards_bend_away(plate):
    """Straight to 50, then less than half the slope: 100 and 150 are dropped, and the rest is the line exactly."""
    x, y = plate.LEVELS, saturating(plate.LEVELS) + 1e-4 * plate.WOBBLE
    chosen = choose_curve(x, y, "linear", "none", detect_range=True)
    assert chosen.dropped.tolist() == [100, 150]
    assert chosen.curve.range_high == 50
    assert chosen.curve.coefficients == pytest.approx([0.06, 0.01], rel=5e-3)
    assert (chosen.assessment.levels, chosen.assessment.levels_pass, chosen.assessment.assessed) == (4, 4, "pass")
    assert chosen.assessment.concentration.tolist() == [0, 5, 10, 25, 50, 100, 150]  # all are shown
    assert not chosen.assessment.passed[-2:].any()
    whole = choose_curve(x, y, "linear", "none")
    assert (whole.dropped.size, whole.assessment.assessed) == (0, "fail")


def test_a_mispipetted_top_standard_is_no_bend(plate):
    """One bad level in the middle fails; Mandel's test finds no curvature in that, so nothing is dropped."""
    y = plate.signals(plate.LEVELS)
    y[plate.LEVELS == 25] += 0.12
    chosen = choose_curve(plate.LEVELS, y, "linear", "none", detect_range=True)
    assert chosen.dropped.size == 0
    assert chosen.assessment.levels_pass < chosen.assessment.levels


def test_a_slight_bend_within_the_limits_costs_no_standard(plate):
    y = plate.signals(plate.LEVELS, bend=-3e-6, sd=1e-5)
    chosen = choose_curve(plate.LEVELS, y, "linear", "none", detect_range=True)
    assert chosen.assessment.levels_pass == chosen.assessment.levels
    assert chosen.dropped.size == 0


def test_limits_are_the_labs_to_set(plate):
    y = plate.signals(plate.LEVELS)
    y[plate.LEVELS == 10] += 0.011  # reads back about 11 % high
    assert choose_curve(plate.LEVELS, y, "linear", "none").assessment.levels_pass == 6
    strict = choose_curve(plate.LEVELS, y, "linear", "none", Limits(5.0, 5.0, 100.0))
    assert strict.assessment.assessed == "fail"


def test_the_range_ends_at_the_highest_standard_that_reads_back(plate):
    """The top of seven standards falls short by a third; the six others pass, so the curve passes without it."""
    x, y = plate.LEVELS, plate.signals(plate.LEVELS, sd=1e-4)
    y[x == 150] -= 0.5
    chosen = choose_curve(x, y, "linear", "1/x2")
    assert (chosen.assessment.assessed, chosen.assessment.passed[-1]) == ("pass", False)
    assert chosen.curve.range_high == 100
    assert choose_curve(x, y, "linear", "none").curve.range_high == 150  # here the curve fails, and says so


def test_aicc_has_no_value_where_its_correction_would_divide_by_nothing():
    """n - k - 1 with k = 3 (line and variance): 0 for four wells, 1 for five."""
    x = np.array([0.0, 1, 2, 3, 4])
    y = 2 * x + np.array([0.1, -0.1, 0.1, -0.1, 0.0])
    assert aicc_over_wells(fit_curve(x[:4], y[:4]), 8.0) == np.inf
    assert np.isfinite(aicc_over_wells(fit_curve(x, y), 8.0))


def test_four_wells_are_too_few_to_compare_models_and_get_a_line():
    x = np.array([0.0, 10, 20, 40])
    chosen = choose_curve(x, 0.05 + 0.01 * x + np.array([1e-3, -1e-3, 1e-3, -1e-3]), "auto", "none")
    assert chosen.curve.model.name == "linear"
    assert {c.aicc for c in chosen.candidates} == {np.inf}


def test_of_an_exact_line_aicc_takes_rounding_for_misfit(plate):
    """Straight to 50 without scatter; rounding is 1e-12 of the highest signal kept, 0.56. Twelve wells, k = 3."""
    x = plate.LEVELS
    chosen = choose_curve(x, saturating(x), "linear", "none", detect_range=True)
    n = int(np.sum(x <= 50))
    assert chosen.dropped.tolist() == [100, 150]
    assert chosen.aicc == pytest.approx(n * np.log(0.56e-12**2) + 6 + 24 / (n - 4))
