"""The standards of a plate: which wells, which problems, which rows."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.plates.standards import curves_row, plate_curve_from_wells, standards_rows
from mgassay.experiment import CalciumSettings
from mgassay.problems import Problems


@pytest.fixture
def plate(row_of_standards):
    return row_of_standards


def test_a_plain_plate_has_no_problem_and_the_line_it_was_made_with(plate):
    found, problems = plate.fit(plate.rows_of())
    assert plate.codes(problems) == []
    assert found.curve.model.name == "linear"
    np.testing.assert_allclose(found.curve.coefficients, [0.05, 0.01], rtol=1e-12)


def test_rows_of_both_tables(plate):
    """By hand: 12 wells, each 1 mOD off: s = sqrt(12e-6 / 10), LOD = 3.3 s / 0.01, LOQ = 10 s / 0.01."""
    found, _ = plate.fit(plate.rows_of())
    row = tables.CURVES.frame([curves_row(found)]).iloc[0]
    assert (row.plate, row.assay, row.model, row.weighting) == ("calcium_D1", "calcium", "linear", "none")
    assert (row.levels, row.levels_pass, row.assessed, row.flag, row.unit) == (5, 5, "pass", "", "ug/mL")
    assert (row.range_low, row.range_high) == (10, 160)
    assert row.lod == pytest.approx(3.3 * np.sqrt(1.2e-6) / 0.01)
    assert row.loq == pytest.approx(10 * np.sqrt(1.2e-6) / 0.01)
    assert row.r2_means == pytest.approx(1)
    named = dict(part.split("=") for part in row.parameters.split(";"))
    assert {k: float(v) for k, v in named.items()} == dict(
        zip(("intercept", "slope"), map(float, found.curve.coefficients), strict=True)
    )
    levels = tables.STANDARDS.frame(standards_rows(found))
    assert levels.standard.tolist() == [0, *plate.LEVELS]
    assert levels.n.tolist() == [2] * 6
    assert levels["pass"].isna().tolist() == [True] + [False] * 5
    np.testing.assert_allclose(levels.back_calculated, [0, *plate.LEVELS], atol=1e-9)
    np.testing.assert_allclose(levels.signal, 0.05 + 0.01 * levels.standard, rtol=1e-12)


def test_blanks_are_level_zero_where_there_is_no_zero_standard(plate):
    as_zero, _ = plate.fit(plate.rows_of())
    as_blank, problems = plate.fit([(("blank", None, *r[2:]) if r[1] == 0 else r) for r in plate.rows_of()])
    assert plate.codes(problems) == []
    assert as_blank.curve.n == 12
    np.testing.assert_allclose(as_blank.curve.coefficients, as_zero.curve.coefficients, rtol=1e-12)


def test_blanks_beside_a_zero_standard_stay_out(plate):
    """A reagent blank holds no standard's buffer: it is not level 0 where level 0 was pipetted."""
    with_blank, problems = plate.fit([*plate.rows_of(), ("blank", None, 0.9, "ok")])
    assert plate.codes(problems) == []
    assert with_blank.curve.n == 12


def test_subtracting_the_blank_from_every_well_changes_no_concentration(plate):
    """docs/decisions/0008-blanks.md: the free intercept absorbs it."""
    raw, _ = plate.fit(plate.rows_of())
    shifted, _ = plate.fit([(r[0], r[1], r[2] - 0.05, r[3]) for r in plate.rows_of()])
    signal = np.array([0.3])
    inverse = raw.curve.model.inverse
    np.testing.assert_allclose(
        inverse(raw.curve.coefficients, signal), inverse(shifted.curve.coefficients, signal - 0.05), rtol=1e-9
    )


def test_blanks_that_were_not_read_are_told(plate):
    """A layout without any is told of where the layout is read."""
    assert plate.codes(plate.fit([*plate.rows_of(plate.LEVELS), ("blank", None, None, "missing")])[1]) == ["MG307"]
    assert plate.codes(plate.fit([*plate.rows_of(plate.LEVELS), ("standard", 0, None, "above")])[1]) == [
        "MG306",
        "MG307",
    ]
    assert plate.codes(plate.fit(plate.rows_of(plate.LEVELS))[1]) == []


def test_no_standards_give_no_curve(plate):
    found, problems = plate.fit([("sample", None, 0.3, "ok"), ("blank", None, 0.05, "ok")])
    assert found is None
    assert plate.codes(problems) == ["MG302"]


def test_a_saturated_top_standard_is_left_out_and_told(plate):
    found, problems = plate.fit([*plate.rows_of(), ("standard", 320, None, "above")])
    assert plate.codes(problems) == ["MG306"]
    assert next(iter(problems)).place == "A13"
    assert found.curve.range_high == 160


def test_masked_standards_are_left_out_in_silence(plate):
    """They are in exclusions.csv already."""
    found, problems = plate.fit([*plate.rows_of(), ("standard", 20, 1.9, "masked")])
    assert plate.codes(problems) == []
    assert found.curve.n == 12


def test_what_the_layout_lacks_was_told_when_it_was_mapped(plate):
    mapped = plate.RAW.model_copy(update={"layout": "calcium_D1"})
    for rows in ([("sample", None, 0.3, "ok"), ("blank", None, 0.05, "ok")], plate.rows_of((0, 20)), plate.line(20)):
        problems = Problems()
        assert plate_curve_from_wells(plate.wells(*rows), mapped, CalciumSettings(curve="quadratic"), problems) is None
        assert plate.codes(problems) == []


def test_three_levels_were_not_refused_when_they_were_mapped(plate):
    """Standards 0, 20 and 40: too few for a 4PL, which only the fit can tell; 0 is one of the three."""
    mapped, problems = plate.RAW.model_copy(update={"layout": "calcium_D1"}), Problems()
    rows = plate.rows_of((0, 20, 40))
    assert plate_curve_from_wells(plate.wells(*rows), mapped, CalciumSettings(curve="4pl"), problems) is None
    assert plate.codes(problems) == ["MG303"]


def test_a_standard_without_a_value_is_no_third_level(plate):
    """It was told of with the layout, and so were the two levels that are left."""
    mapped, problems = plate.RAW.model_copy(update={"layout": "calcium_D1"}), Problems()
    rows = [*plate.rows_of((0, 20)), ("standard", None, 0.3, "ok")]
    assert plate_curve_from_wells(plate.wells(*rows), mapped, CalciumSettings(curve="quadratic"), problems) is None
    assert plate.codes(problems) == []


def test_standards_that_were_declared_and_lost_are_told(plate):
    mapped, problems = plate.RAW.model_copy(update={"layout": "calcium_D1"}), Problems()
    rows = [(role, x, None, "above") for role, x, _, _ in plate.rows_of(plate.LEVELS)]
    assert plate_curve_from_wells(plate.wells(*rows), mapped, CalciumSettings(), problems) is None
    assert plate.codes(problems) == ["MG306", "MG302"]


def test_a_setting_is_blamed_where_it_stands(plate):
    _, problems = plate.fit(plate.rows_of(), curve="4pl")
    assert [(p.code, p.file, p.place) for p in problems] == [("MG329", "experiment.toml", "assays.calcium.curve")]
    own = plate.RAW.model_copy(update={"overrides": {"curve": "4pl"}})
    plate_curve_from_wells(plate.wells(*plate.rows_of()), own, CalciumSettings(curve="4pl"), problems)
    assert [(p.code, p.file, p.place) for p in problems][1:] == [("MG329", "raw/ca.txt", "curve in files.csv")]
