"""The data states keep the output contract, and the doors keep the types."""

import math

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.errors import ContractError

# Typed out from the design (section 4), not from the code.
CONTRACT = {
    "readings": "file, sheet, place, plate, well, channel, wavelength_nm, read_index, time_s, value, status, raw",
    "wells": "assay, plate, well, channel, wavelength_nm, read_index, time_s, value, status, role, condition, donor,"
    " rep, standard, dilution",
    "curves": "plate, assay, model, weighting, parameters, r2_means, lod, loq, range_low, range_high, unit, levels,"
    " levels_pass, assessed, flag",
    "standards": "plate, assay, standard, n, signal, fitted, back_calculated, error_percent, pass",
    "amounts": "experiment, assay, readout, plate, well, condition, donor, rep, value, unit, ci_low, ci_high, limit,"
    " flag",
    "means": "readout, condition, donor, log_mean, n_reps, n_wells, flag",
    "effects": "readout, block, contrast, mg_reference_mM, mg_raised_mM, scale, method, estimate, se, df, ci_low,"
    " ci_high, p, p_adjusted, n_donors, step, day, flag",
    "shares": "readout, block, share, scale, method, estimate, ci_low, ci_high, interval, identifiable, rho,"
    " mg_reference_mM, mg_raised_mM, step, day, flag",
    "checks": "readout, block, check, subject, estimate, ci_low, ci_high, bound_low, bound_high, passed, flag",
    "images": "file, plate, well, field, condition, donor, rep, area_fraction, area_low, area_high, integrated_od,"
    " mean_od, nodules, median_nodule_area, area_unit, cell_fraction, threshold_od, threshold_source, white, focus,"
    " clipped_fraction, flag",
    "qpcr": "plate, well, sample, condition, donor, rep, target, role, cq, status, cycles, efficiency, flag",
    "genes": "gene, block, estimand, estimate, ci_low, ci_high, p, p_adjusted, n_donors, comparator, tipping_point,"
    " flag",
    "chemistry": "condition, reference_condition, bgp_state, constant_set, pH, ionic_strength_M, ca_free_mM,"
    " mg_free_mM, hpo4_free_mM, mg_ca_ratio, si_hap, si_ocp, si_btcp, si_dcpd, si_acp, si_acp2, si_newberyite,"
    " si_calcite, pi_equivalent_percent, pH_equivalent, flag",
    "summary": "experiment, title, grade, readout, block, total, total_low, total_high, n_donors, errors, warnings",
    "summary_shares": "readout, block, share, scale, estimate, ci_low, ci_high, prediction_low, prediction_high, tau,"
    " n_experiments, n_donors, flag",
    "problems": "code, severity, file, sheet, place, seen, message, remedy",
    "exclusions": "assay, plate, well, donor, rule, value, by",
}
STATES = {s.name: s for s in vars(tables).values() if isinstance(s, tables.Table)}


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_and_their_order_are_the_contracts(name):
    assert list(STATES[name].columns) == CONTRACT[name].split(", ")


def test_every_table_of_a_results_folder_is_a_result_table():
    once = "readings wells amounts means effects shares curves standards images qpcr genes checks chemistry problems"
    made = [t.name for t in tables.RESULT_TABLES if t is not tables.PLATE_QUALITY]  # decision 0019: a table more
    assert made == [*once.split(), "exclusions"]


@pytest.mark.parametrize("name", tables.KEYS)
def test_keys_are_columns_and_no_numbers_of_the_result(name):
    columns = STATES[name].columns
    assert set(tables.KEYS[name]) <= set(columns)
    assert not {"estimate", "ci_low", "ci_high", "p"} & set(tables.KEYS[name])


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_table_without_rows_still_has_its_columns_and_types(state):
    empty = state.check(state.frame())
    assert len(empty) == 0
    assert list(empty.columns) == list(state.columns)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_columns_that_are_not_given_are_missing(state):
    row = state.frame([{}, {}]).iloc[0]
    for column, kind in state.columns.items():
        assert (row[column] == "") if kind == "text" else pd.isna(row[column])


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_frame_of_a_frame_is_the_same(state):
    values = {"text": "x", "number": 1.5, "integer": 2, "truth": True}
    once = state.frame([{c: values[k] for c, k in state.columns.items()}])
    pd.testing.assert_frame_equal(once, state.frame(once))


def test_text_is_never_missing_and_never_a_number():
    given = [{"condition": "NA", "donor": None}, {"condition": "None", "donor": math.nan}, {"condition": "1"}]
    means = tables.MEANS.frame(given)
    assert list(means["condition"]) == ["NA", "None", "1"]
    assert list(means["donor"]) == ["", "", ""]
    assert all(type(v) is str for v in means["condition"])


def test_numbers_keep_every_digit_and_missing_is_nan():
    means = tables.MEANS.frame([{"log_mean": 0.1 + 0.2}, {"log_mean": None}, {"log_mean": ""}])
    assert means["log_mean"][0] == 0.1 + 0.2
    assert means["log_mean"].isna().tolist() == [False, True, True]


def test_integers_may_be_missing_and_stay_integers():
    means = tables.MEANS.frame([{"n_reps": 3}, {"n_reps": None}])
    assert str(means["n_reps"].dtype) == "Int64"
    assert means["n_reps"][0] == 3
    assert means["n_reps"][1] is pd.NA


def test_a_column_that_is_not_of_the_state_is_our_bug():
    with pytest.raises(ContractError, match=r"means has no column \['mean'\]"):
        tables.MEANS.frame([{"mean": 1.0}])


def test_a_fraction_is_not_taken_for_an_integer():
    with pytest.raises((ValueError, TypeError)):
        tables.MEANS.frame([{"n_reps": 2.5}])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.drop(columns="flag"),
        lambda t: t.assign(more=1),
        lambda t: t[list(reversed(t.columns))],
        lambda t: t.astype({"log_mean": "str"}),
        lambda t: t.assign(n_reps=t["n_reps"].astype("float64")),
    ],
)
def test_check_refuses_another_order_column_or_type(spoil):
    good = tables.MEANS.frame([{"readout": "calcium", "log_mean": 1.0, "n_reps": 3}])
    assert tables.MEANS.check(good) is good
    with pytest.raises(ContractError, match="means"):
        tables.MEANS.check(spoil(good))


def test_the_given_frame_is_left_alone():
    given = pd.DataFrame({"donor": ["D1", None], "log_mean": ["", 2.0]}, index=[7, 3])
    before = given.copy(deep=True)
    made = tables.MEANS.frame(given)
    pd.testing.assert_frame_equal(given, before)
    assert list(made.index) == [0, 1]
    made.loc[0, "donor"] = "changed"
    assert given["donor"].iloc[0] == "D1"


def test_rows_may_come_from_a_generator():
    assert list(tables.MEANS.frame({"donor": d} for d in ("D1", "D2"))["donor"]) == ["D1", "D2"]


def test_numpy_values_are_taken():
    row = {"log_mean": np.float64(1.5), "n_reps": np.int64(2), "donor": np.str_("D1")}
    made = tables.MEANS.check(tables.MEANS.frame([row]))
    assert made[["log_mean", "n_reps", "donor"]].iloc[0].tolist() == [1.5, 2, "D1"]


def test_roles_are_the_contracts():
    assert set(tables.WELL_ROLES) == set("sample standard blank mg_control ntc nrt empty excluded".split())
