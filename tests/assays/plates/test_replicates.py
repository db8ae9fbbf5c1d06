"""Technical means and quotients."""

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.plates.replicates import fieller_quotient, reps_from_wells

WELL = {
    "plate": "P1", "role": "sample", "condition": "a", "donor": "D1", "rep": "1", "ci_low": np.nan, "ci_high": np.nan,
    "se_reading": 0.3, "se_curve": 0.4, "df": 10.0, "lod": 1.0, "loq": 3.0, "top": 50.0, "above": False, "flag": "",
}  # fmt: skip


def measured(*wells):
    return pd.DataFrame([{**WELL, "well": f"A{i}", **w} for i, w in enumerate(wells, 1)])


def test_mean_and_its_variance_by_hand():
    """Readings 10 and 14: mean 12, variance 2 · 0.3² / 4 + 0.4² (the curve's part does not average out)."""
    rep = reps_from_wells(measured({"value": 10.0}, {"value": 14.0})).iloc[0]
    assert (rep["mean"], rep.well, rep.plate, rep.df) == (12.0, "A1;A2", "P1", 10.0)
    assert rep.variance == pytest.approx(0.045 + 0.16)


def test_one_well_above_leaves_no_value_but_a_bound():
    """(10 + 50) / 2 = 30 is less than the truth can be."""
    above = {"value": np.nan, "above": True, "flag": "above_curve"}
    rep = reps_from_wells(measured({"value": 10.0}, above)).iloc[0]
    assert np.isnan(rep["mean"])
    assert (rep.bound, rep.flag, rep.above) == (30.0, "above_curve", True)


def test_the_mean_decides_what_is_low():
    low = {"value": 0.5, "flag": "below_lod;curve_failed"}
    assert reps_from_wells(measured(low, {"value": 2.5})).flag[0] == "below_loq;curve_failed"
    assert reps_from_wells(measured(low, {"value": 0.7})).flag[0] == "below_lod;curve_failed"


def test_reps_keep_the_order_of_the_wells_and_leave_controls_out():
    control = {"value": 9.0, "role": "mg_control", "rep": "9"}
    wells = [{"value": 1.0, "rep": "2"}, {"value": 2.0, "rep": "1"}, {"value": 3.0, "rep": "2"}, control]
    assert reps_from_wells(measured(*wells)).rep.tolist() == ["2", "1"]


def as_arrays(*numbers):
    return [np.array([float(n)]) for n in numbers]


def test_fieller_solves_its_own_equation():
    """Both bounds r satisfy (top − r·bottom)² = t² · (v_top + r² · v_bottom); t for 20 df is 2.085963 (tables)."""
    low, high = fieller_quotient(*as_arrays(8, 0.5, 10, 4, 0.125, 10))  # share of each part 0.5: df = 1 / (0.25/10 · 2)
    for r in (low[0], high[0]):
        assert (8 - 4 * r) ** 2 == pytest.approx(2.085963**2 * (0.5 + 0.125 * r**2), rel=1e-6)
    assert low[0] < 2 < high[0]


def test_precise_values_give_the_delta_interval_of_the_log():
    low, high = fieller_quotient(*as_arrays(8, 8e-6, 50, 4, 2e-6, 50))
    se = np.sqrt(8e-6 / 64 + 2e-6 / 16)
    np.testing.assert_allclose(np.log([low[0] / 2, high[0] / 2]), np.array([-1, 1]) * 1.983972 * se, rtol=1e-3)


def test_a_top_near_zero_has_an_interval_and_a_bottom_near_zero_has_none():
    low, high = fieller_quotient(*as_arrays(-0.1, 0.04, 10, 4, 0.01, 10))
    assert low[0] < -0.025 < high[0]
    assert np.isnan(fieller_quotient(*as_arrays(8, 0.5, 10, 0.1, 0.125, 10))).all()


def test_exact_values_have_an_interval_without_width():
    assert fieller_quotient(*as_arrays(8, 0, 10, 4, 0, 10)) == (2.0, 2.0)


@pytest.mark.parametrize(("top", "bottom_sd"), [(30.0, 20.0), (30.0, 2.0), (0.0, 20.0)])
def test_the_interval_of_a_quotient_covers(top, bottom_sd):
    """20,000 simulated pairs with 10 df each: 95 % of intervals hold the truth, also where the top is zero."""
    rng, n = np.random.default_rng(5), 20_000
    spread = rng.chisquare(10, (2, n)) / 10
    parts = [
        (mean + sd * rng.standard_normal(n), sd**2 * s, np.full(n, 10.0))
        for mean, sd, s in zip((top, 600.0), (1.5, bottom_sd), spread, strict=True)
    ]
    low, high = fieller_quotient(*parts[0], *parts[1])
    held = (low <= top / 600) & (top / 600 <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.006)


def test_no_wells_give_no_reps():
    assert reps_from_wells(measured({"value": 1.0, "role": "mg_control"})).empty
