"""Technical means."""

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.plates.replicates import reps_from_wells

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


def test_three_wells_by_hand():
    """Variance 3 · 0.3² / 9 + 0.4² = 0.03 + 0.16."""
    rep = reps_from_wells(measured({"value": 10.0}, {"value": 14.0}, {"value": 15.0})).iloc[0]
    assert (rep["mean"], rep.variance) == (pytest.approx(13.0), pytest.approx(0.19))


def test_one_well_above_leaves_no_value_but_a_bound():
    """(10 + 50) / 2 = 30 is less than the truth can be."""
    above = {"value": np.nan, "above": True, "flag": "above_curve"}
    rep = reps_from_wells(measured({"value": 10.0}, above)).iloc[0]
    assert np.isnan(rep["mean"])
    assert (rep.bound, rep.flag, rep.above) == (30.0, "above_curve", True)


def test_the_error_of_a_rep_is_not_known_where_that_of_one_well_is_not():
    """A well without an error is not one without error; one without a value has no part in the mean's."""
    known, not_known = {"value": 10.0}, {"value": 14.0, "se_reading": np.nan}
    lost = {"value": np.nan, "se_reading": np.nan}
    assert np.isnan(reps_from_wells(measured(known, not_known)).variance[0])
    assert reps_from_wells(measured(known, lost)).variance[0] == pytest.approx(0.3**2 / 4 + 0.16)


def test_the_mean_decides_what_is_low():
    low = {"value": 0.5, "flag": "below_lod;curve_failed"}
    assert reps_from_wells(measured(low, {"value": 2.5})).flag[0] == "below_loq;curve_failed"
    assert reps_from_wells(measured(low, {"value": 0.7})).flag[0] == "below_lod;curve_failed"


def test_reps_keep_the_order_of_the_wells_and_leave_controls_out():
    control = {"value": 9.0, "role": "mg_control", "rep": "9"}
    wells = [{"value": 1.0, "rep": "2"}, {"value": 2.0, "rep": "1"}, {"value": 3.0, "rep": "2"}, control]
    assert reps_from_wells(measured(*wells)).rep.tolist() == ["2", "1"]


def test_no_wells_give_no_reps():
    assert reps_from_wells(measured({"value": 1.0, "role": "mg_control"})).empty
