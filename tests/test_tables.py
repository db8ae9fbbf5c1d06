"""The data states keep the output contract, and the doors keep the types."""

import pandas as pd
import pytest

from mgassay import tables
from mgassay.table import Table

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
STATES = {s.name: s for s in vars(tables).values() if isinstance(s, Table)}


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_and_their_order_are_the_contracts(name):
    assert list(STATES[name].columns) == CONTRACT[name].split(", ")


def test_every_table_of_a_results_folder_is_a_result_table():
    once = "readings wells amounts means effects shares curves standards images qpcr genes checks chemistry problems"
    # decisions 0019, 0031, 0033, 0038, 0039 and 0046
    beside = {"plate_quality", "image_quality", "image_wells", "nodule_sizes", "qpcr_quality", "rho"}
    beside |= {"equivalence", "facts", "medium_species", "passive_expected"}
    made = [t.name for t in tables.RESULT_TABLES if t.name not in beside]
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
