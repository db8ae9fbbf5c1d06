"""Calcium per well and per protein, apparent calcium; the plates are those of conftest.py."""

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.plates.calcium import without_apparent


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"standard_unit": "mg/dL"}, 160.0),  # 40 mg/dL = 400 ug/mL
        ({"standard_unit": "mM"}, 16 * 40.078),
        ({"standard_unit": "ug/well", "sample_volume_uL": 5}, 40 * 2 * 200 / 5),
        ({"extract_volume_uL": 500}, 40.0),
    ],
)
def test_units_and_volumes(bench, settings, expected):
    results, _ = bench.quantify(bench.experiment(settings, files=[bench.CA]), *bench.CALCIUM, bench.ca("C1", 0.45))
    assert bench.readout(results, "calcium_per_well").value[0] == pytest.approx(expected)


def test_mass_standards_without_the_pipetted_volume_are_a_problem_not_a_guess(bench):
    results, problems = bench.quantify(
        bench.experiment({"standard_unit": "ug/well"}, files=[bench.CA]),
        *bench.CALCIUM,
        bench.ca("C1", 0.45),
    )
    assert bench.codes(problems) == ["MG311", "MG316"]  # and 160 ug are more than any kit puts into a well
    assert results.amounts.empty
    assert len(results.curves) == 1


def test_live_reps_without_protein_are_told_once_and_acellular_ones_never(bench):
    rows = [
        *bench.CALCIUM,
        *bench.PROTEIN,
        bench.ca("C1", 0.45),
        bench.ca("C2", 0.45, rep="2"),
        bench.ca("C3", 0.45, "acell", donor="run1"),
        bench.ca("C4", 0.45, "ca20"),
        bench.pr("C4", 0.6, "ca20"),
    ]
    results, problems = bench.quantify(bench.experiment(), *rows)
    assert bench.readout(results, "calcium").condition.tolist() == ["ca20"]
    assert bench.readout(results, "calcium_per_well").flag.tolist() == ["no_protein", "no_protein", "", ""]
    assert [(p.code, p.place) for p in problems if p.code != "MG324"] == [("MG320", "ca08/D1/1,2")]


def test_apparent_calcium_of_the_dye(bench):
    """(0.07 − 0.05) / 0.01 · 2 · 0.2 = 0.8 ug, and 1.6 ug."""
    results, problems = bench.quantify(bench.experiment(files=[bench.CA], raised=2.0), *bench.CALCIUM, *bench.CONTROLS)
    got = bench.readout(results, "calcium_apparent")
    np.testing.assert_allclose(got.value, [0.8, 1.6, 0.4], rtol=1e-9)
    assert got.condition.tolist() == ["ca20", "ca20", "ca08"]
    assert got.donor.tolist() == ["", "", ""]
    assert bench.codes(problems) == []


@pytest.mark.parametrize(("condition", "controls", "told"), [("ca20", [], ["2"]), ("ca08", [], []),
                                                             ("ca20", [2], ["2"]), ("ca20", [0], [])])  # fmt: skip
def test_samples_of_raised_mg_without_control_wells_of_that_mg_are_told(bench, condition, controls, told):
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, condition), bench.pr("C1", 0.6, condition), *bench.PROTEIN]
    problems = bench.quantify(bench.experiment(), *rows, *(bench.CONTROLS[i] for i in controls))[1]
    assert [p.seen for p in problems if p.code == "MG324"] == told


def test_subtracting_the_control_of_the_same_mg(bench):
    """16 − 1.2 ug at 2 mM; 16 − 0.4 ug at 0.8 mM, also for another condition of that Mg."""
    rows = [
        *bench.CALCIUM,
        *bench.CONTROLS,
        bench.ca("C1", 0.45, "ca20"),
        bench.ca("C2", 0.45),
        bench.ca("C3", 0.45, "acell"),
    ]
    plain = bench.readout(bench.quantify(bench.experiment(files=[bench.CA]), *rows)[0], "calcium_per_well")
    results, _ = bench.quantify(bench.experiment({"subtract_mg_control": True}, files=[bench.CA]), *rows)
    got = bench.readout(results, "calcium_per_well")
    np.testing.assert_allclose(got.value, [14.8, 15.6, 15.6], rtol=1e-9)
    assert (got.ci_high - got.ci_low > plain.ci_high - plain.ci_low).all()
    np.testing.assert_allclose(bench.readout(results, "calcium_apparent").value, [0.8, 1.6, 0.4], rtol=1e-9)


def test_the_controls_own_error_is_added_in_squares(bench):
    """Two control wells, each with s / slope · 0.4 of reading error; s² = 12e-6 / 10 of the standards, t is 2.2281.

    The well's half-width h becomes sqrt(h² + t² · se² / 2).
    """
    rows = [*bench.CALCIUM, *bench.CONTROLS, bench.ca("C1", 0.45, "ca20")]
    settings = {"weighting": "none"}
    plain = bench.readout(bench.quantify(bench.experiment(settings, files=[bench.CA]), *rows)[0], "calcium_per_well")
    settings["subtract_mg_control"] = True
    got = bench.readout(bench.quantify(bench.experiment(settings, files=[bench.CA]), *rows)[0], "calcium_per_well")
    of_controls = (2.228139 * np.sqrt(12e-6 / 10) / 0.01 * 0.4) ** 2 / 2
    for side in ("ci_low", "ci_high"):
        half = abs(plain[side][0] - plain.value[0])
        assert abs(got[side][0] - got.value[0]) == pytest.approx(np.sqrt(half**2 + of_controls), rel=1e-6)


def test_where_the_error_of_one_control_is_not_known_there_is_no_interval():
    """Controls of 4 and 6, the second without an error: 5 is taken off, and how well it is known nobody can say."""
    names = {"plate": "P", "condition": "a", "donor": "D1", "rep": "1", "above": False, "flag": ""}
    numbers = {"ci_low": 9.0, "ci_high": 11.0, "se_curve": 0.1, "df": 10.0, "lod": 1.0, "loq": 3.0, "top": 50.0}
    well = names | numbers
    rows = [("A1", "mg_control", 4.0, 0.5), ("A2", "mg_control", 6.0, np.nan), ("B1", "sample", 10.0, 0.5)]
    wells = pd.DataFrame([{**well, "well": w, "role": r, "value": v, "se_reading": se} for w, r, v, se in rows])
    corrected, _ = without_apparent(wells, pd.DataFrame({"condition": ["a"], "mg_mM": [2.0]}))
    sample = corrected[corrected.role == "sample"].iloc[0]
    assert sample.value == 5.0
    assert sample[["ci_low", "ci_high", "se_reading"]].isna().all()
    assert corrected[corrected.role == "mg_control"].se_reading.iloc[0] == 0.5  # controls stay as they are


def test_a_well_without_control_of_its_mg_is_an_error_not_an_uncorrected_value(bench):
    rows = [
        *bench.CALCIUM,
        bench.CONTROLS[0],
        bench.ca("C1", 0.45, "ca20"),
        bench.ca("C2", 0.45, "acell"),
    ]
    results, problems = bench.quantify(bench.experiment({"subtract_mg_control": True}, files=[bench.CA]), *rows)
    assert bench.readout(results, "calcium_per_well").well.tolist() == ["C1"]
    assert ("MG325", "C2") in [(p.code, p.place) for p in problems]


def test_subtraction_without_any_control_leaves_no_amounts(bench):
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, "acell")]
    results, problems = bench.quantify(bench.experiment({"subtract_mg_control": True}, files=[bench.CA]), *rows)
    assert results.amounts.empty
    assert bench.codes(problems) == ["MG325"]


def test_calcium_in_the_extract(bench):
    """16 ug in 200 uL are 80 ug/mL, 80 / 40.078 = 1.99611 mM; at 1000 uL by the file's own row 80 ug, the same mM."""
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, "acell"), *bench.CONTROLS]
    for overrides, ug in (({}, 16), ({"extract_volume_uL": 1000.0}, 80)):
        results, _ = bench.quantify(bench.experiment(files=[bench.CA], overrides=overrides), *rows)
        mM = bench.readout(results, "calcium_in_extract")
        per_well = bench.readout(results, "calcium_per_well")
        assert per_well.value[0] == pytest.approx(ug)
        assert (mM.unit[0], mM.value[0]) == ("mM", pytest.approx(80 / 40.078))
        for column in ("ci_low", "ci_high", "limit"):
            assert mM[column][0] / per_well[column][0] == pytest.approx(mM.value[0] / per_well.value[0])
        assert len(mM) == 1  # controls of the dye hold no calcium


def test_the_bound_of_a_well_above_the_curve_is_lowered_too(bench):
    """The top of the range is 160 ug/mL, 64 ug in the well; 1.2 ug of it may be Mg."""
    rows = [*bench.CALCIUM, *bench.CONTROLS, bench.ca("C1", 2.5, "ca20")]
    results, _ = bench.quantify(bench.experiment({"subtract_mg_control": True}, files=[bench.CA]), *rows)
    row = bench.readout(results, "calcium_per_well").iloc[0]
    assert np.isnan(row.value)
    assert row.limit == pytest.approx(64 - 1.2)


def test_a_level_whose_control_is_above_the_curve_has_no_control(bench):
    """One of two controls at 2 mM above the curve: their mean is not known, and nothing half-corrected is given."""
    controls = [bench.CONTROLS[0], {**bench.CONTROLS[1], "value": None, "status": "above"}, bench.CONTROLS[2]]
    rows = [*bench.CALCIUM, *controls, bench.ca("C1", 0.45, "ca20"), bench.ca("C2", 0.45, "acell")]
    results, problems = bench.quantify(bench.experiment({"subtract_mg_control": True}, files=[bench.CA]), *rows)
    assert bench.readout(results, "calcium_per_well").well.tolist() == ["C2"]
    assert ("MG325", "C1") in [(p.code, p.place) for p in problems]
