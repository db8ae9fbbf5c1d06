"""The standards of a plate: which wells, which problems, which rows."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.plates.standards import curves_row, plate_curve_from_wells, standards_rows, ug_per_culture_well
from mgassay.errors import CalibrationError
from mgassay.experiment import CalciumSettings, RawFile
from mgassay.problems import Problems

RAW = RawFile(file="raw/ca.txt", assay="calcium", plate="calcium_D1")
LEVELS = (10, 20, 40, 80, 160)


def wells(*rows):
    """WELLS of one plate from (role, standard, value, status) in wells A1, A2, ..."""
    return tables.WELLS.frame(
        {
            "assay": "calcium",
            "plate": "calcium_D1",
            "well": f"A{i}",
            "role": role,
            "standard": x,
            "value": y,
            "status": s,
        }
        for i, (role, x, y, s) in enumerate(rows, 1)
    )


def line(x, slope=0.01):
    """Duplicates 1 mOD beside the line 0.05 + slope · x, so that any fit runs through their means."""
    return [("standard", x, 0.05 + slope * x + d, "ok") for d in (0.001, -0.001)]


def rows_of(levels=(0, *LEVELS)):
    return [row for x in levels for row in line(x)]


def fit(rows, **settings):
    problems = Problems()
    return plate_curve_from_wells(wells(*rows), RAW, CalciumSettings(**settings), problems), problems


def codes(problems):
    return [p.code for p in problems]


def test_a_plain_plate_has_no_problem_and_the_line_it_was_made_with():
    found, problems = fit(rows_of())
    assert codes(problems) == []
    assert found.curve.model.name == "linear"
    np.testing.assert_allclose(found.curve.coefficients, [0.05, 0.01], rtol=1e-12)


def test_rows_of_both_tables():
    """By hand: 12 wells, each 1 mOD off: s = sqrt(12e-6 / 10), LOD = 3.3 s / 0.01, LOQ = 10 s / 0.01."""
    found, _ = fit(rows_of())
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
    assert levels.standard.tolist() == [0, *LEVELS]
    assert levels.n.tolist() == [2] * 6
    assert levels["pass"].isna().tolist() == [True] + [False] * 5
    np.testing.assert_allclose(levels.back_calculated, [0, *LEVELS], atol=1e-9)
    np.testing.assert_allclose(levels.signal, 0.05 + 0.01 * levels.standard, rtol=1e-12)


def test_blanks_are_level_zero_where_there_is_no_zero_standard():
    as_zero, _ = fit(rows_of())
    as_blank, problems = fit([(("blank", None, *r[2:]) if r[1] == 0 else r) for r in rows_of()])
    assert codes(problems) == []
    assert as_blank.curve.n == 12
    np.testing.assert_allclose(as_blank.curve.coefficients, as_zero.curve.coefficients, rtol=1e-12)


def test_blanks_beside_a_zero_standard_stay_out():
    """A reagent blank holds no standard's buffer: it is not level 0 where level 0 was pipetted."""
    with_blank, problems = fit([*rows_of(), ("blank", None, 0.9, "ok")])
    assert codes(problems) == []
    assert with_blank.curve.n == 12


def test_subtracting_the_blank_from_every_well_changes_no_concentration():
    """docs/decisions/0008-blanks.md: the free intercept absorbs it."""
    raw, _ = fit(rows_of())
    shifted, _ = fit([(r[0], r[1], r[2] - 0.05, r[3]) for r in rows_of()])
    signal = np.array([0.3])
    inverse = raw.curve.model.inverse
    np.testing.assert_allclose(
        inverse(raw.curve.coefficients, signal), inverse(shifted.curve.coefficients, signal - 0.05), rtol=1e-9
    )


def test_blanks_that_were_not_read_are_told():
    """A layout without any is told of where the layout is read."""
    assert codes(fit([*rows_of(LEVELS), ("blank", None, None, "missing")])[1]) == ["MG307"]
    assert codes(fit([*rows_of(LEVELS), ("standard", 0, None, "above")])[1]) == ["MG306", "MG307"]
    assert codes(fit(rows_of(LEVELS))[1]) == []


def test_no_standards_give_no_curve():
    found, problems = fit([("sample", None, 0.3, "ok"), ("blank", None, 0.05, "ok")])
    assert found is None
    assert codes(problems) == ["MG302"]


def test_a_saturated_top_standard_is_left_out_and_told():
    found, problems = fit([*rows_of(), ("standard", 320, None, "above")])
    assert codes(problems) == ["MG306"]
    assert next(iter(problems)).place == "A13"
    assert found.curve.range_high == 160


def test_masked_standards_are_left_out_in_silence():
    """They are in exclusions.csv already."""
    found, problems = fit([*rows_of(), ("standard", 20, 1.9, "masked")])
    assert codes(problems) == []
    assert found.curve.n == 12


def test_a_failing_curve_is_flagged_and_names_its_worst_level_and_linear_range():
    rows = [*rows_of((0, 5, 10, 20, 40)), *(("standard", x, y, "ok") for x, y in ((80, 0.5), (120, 0.55), (160, 0.6)))]
    found, problems = fit(rows, curve="linear")
    assert codes(problems) == ["MG305"]
    assert found.flag == "curve_failed"
    assert curves_row(found)["assessed"] == "fail"
    assert "up to the standard 40 ug/mL" in next(iter(problems)).remedy


def test_too_few_levels_are_told():
    found, problems = fit(rows_of((0, 50, 100)))
    assert codes(problems) == ["MG308"]
    assert curves_row(found)["assessed"] == "not_assessable"


@pytest.mark.parametrize("curve", ["4pl", "5pl"])
def test_a_curve_of_a_later_version_is_refused(curve):
    found, problems = fit(rows_of(), curve=curve)
    assert found is None
    assert codes(problems) == ["MG301"]
    assert curve in next(iter(problems)).message


def test_swapped_standards_are_told():
    swap = {20: 40, 40: 20}
    _, problems = fit([(r[0], swap.get(r[1], r[1]), *r[2:]) for r in rows_of()])
    assert "MG310" in codes(problems)


def test_an_apex_among_the_standards_is_told():
    rows = [("standard", x, 0.05 + 0.02 * x - 1e-4 * x**2 + d, "ok") for x in (0, *LEVELS) for d in (0.001, -0.001)]
    found, problems = fit(rows, curve="quadratic", weighting="none")
    assert "MG309" in codes(problems)
    assert found.curve.range_high == pytest.approx(100)


@pytest.mark.parametrize(("unit", "told"), [("ug/mL", False), ("mg/dL", True), ("mM", True)])
def test_a_unit_slip_shows_in_the_top_standard(unit, told):
    """Numbers of a kit in ug/mL (top 160) declared as mg/dL (1,600 ug/mL) or mM (6,412 ug/mL)."""
    _, problems = fit(rows_of(), standard_unit=unit)
    assert (codes(problems) == ["MG311"]) is told
    if told:
        assert "ug/mL" in next(iter(problems)).remedy


@pytest.mark.parametrize(
    ("unit", "sample_volume_uL", "expected"),
    [
        ("ug/mL", None, 0.2),  # 1 ug/mL in 200 µL is 0.2 ug
        ("mg/dL", None, 2.0),
        ("mM", None, 40.078 * 0.2),
        ("µg/mL", None, 0.2),
        ("ug/well", 5.0, 40.0),  # 1 ug in 5 µL of 200 µL extract
    ],
)
def test_units_to_micrograms_per_culture_well(unit, sample_volume_uL, expected):
    factor = ug_per_culture_well(unit, volume_uL=200, sample_volume_uL=sample_volume_uL, g_per_mol=40.078)
    assert factor == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "molar", "code"), [("ug/well", 40.078, "MG316"), ("OD", 40.078, "MG315"), ("mM", None, "MG315")]
)
def test_units_that_lead_nowhere(unit, molar, code):
    with pytest.raises(CalibrationError) as caught:
        ug_per_culture_well(unit, volume_uL=200, sample_volume_uL=None, g_per_mol=molar)
    assert caught.value.code == code


def test_what_the_layout_lacks_was_told_when_it_was_mapped():
    mapped = RAW.model_copy(update={"layout": "calcium_D1"})
    for rows in ([("sample", None, 0.3, "ok"), ("blank", None, 0.05, "ok")], rows_of((0, 20)), line(20)):
        problems = Problems()
        assert plate_curve_from_wells(wells(*rows), mapped, CalciumSettings(curve="quadratic"), problems) is None
        assert codes(problems) == []


def test_standards_that_were_declared_and_lost_are_told():
    mapped, problems = RAW.model_copy(update={"layout": "calcium_D1"}), Problems()
    rows = [(role, x, None, "above") for role, x, _, _ in rows_of(LEVELS)]
    assert plate_curve_from_wells(wells(*rows), mapped, CalciumSettings(), problems) is None
    assert codes(problems) == ["MG306", "MG302"]


def test_a_setting_is_blamed_where_it_stands():
    _, problems = fit(rows_of(), curve="4pl")
    assert [(p.code, p.file, p.place) for p in problems] == [("MG301", "experiment.toml", "assays.calcium.curve")]
    own = RAW.model_copy(update={"overrides": {"curve": "4pl"}})
    plate_curve_from_wells(wells(*rows_of()), own, CalciumSettings(curve="4pl"), problems)
    assert [(p.code, p.file, p.place) for p in problems][1:] == [("MG301", "raw/ca.txt", "curve in files.csv")]


def test_two_levels_out_of_order_are_one_problem():
    rows = [(r, {40: 80, 80: 40, 10: 20, 20: 10}.get(x, x), y, s) for r, x, y, s in rows_of()]
    _, problems = fit(rows)
    assert [p.seen for p in problems if p.code == "MG310"] == ["20 is below 10, and of 80 is below 40"]
