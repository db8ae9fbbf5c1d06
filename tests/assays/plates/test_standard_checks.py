"""What a curve's own standards say against it."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.plates.standards import curves_row, plate_curve_from_wells, standards_rows
from mgassay.experiment import AlizarinExtractSettings, CalciumSettings, ProteinSettings
from mgassay.problems import Problems


@pytest.fixture
def plate(row_of_standards):
    return row_of_standards


def saturating(plate):
    """Straight to 40 ug/mL, then the dye runs out."""
    rest = ((80, 0.5), (120, 0.55), (160, 0.6))
    return [*plate.rows_of((0, 5, 10, 20, 40)), *(("standard", x, y, "ok") for x, y in rest)]


def test_a_failing_curve_is_flagged_and_names_its_worst_level_and_linear_range(plate):
    found, problems = plate.fit(saturating(plate), curve="linear", linear_range="whole")
    assert plate.codes(problems) == ["MG305"]
    assert found.flag == "curve_failed"
    assert curves_row(found)["assessed"] == "fail"
    assert "up to the standard 40 ug/mL" in next(iter(problems)).remedy
    assert "within ±15 % (±20 % at the lowest)" in next(iter(problems)).message


def test_limits_of_the_labs_own_are_the_ones_that_are_told(plate):
    _, problems = plate.fit(saturating(plate), curve="linear", linear_range="whole", accept_percent=5.0)
    assert "within ±5 % (±20 % at the lowest)" in next(iter(problems)).message


def test_the_worst_level_is_named_also_where_it_is_off_by_less_than_one_percent(plate):
    """Limits of 0.3 %; 20 and 40 lie 0.8 and 0.4 % high, which lifts the line most, in percent, above 10 (polyfit)."""
    off = {20: 1.008, 40: 1.004}
    rows = [(r, x, 0.05 + (y - 0.05) * off.get(x, 1.0), s) for r, x, y, s in plate.rows_of()]
    _, x, y, _ = zip(*rows, strict=True)
    slope, intercept = np.polyfit(x, y, 1)
    back = {level: (0.05 + 0.01 * level * off.get(level, 1.0) - intercept) / slope for level in plate.LEVELS}
    error = {level: 100 * (found / level - 1) for level, found in back.items()}
    assert max(error, key=lambda level: abs(error[level])) == 10
    limits = {"accept_percent": 0.3, "accept_lowest_percent": 0.3}
    _, problems = plate.fit(rows, curve="linear", weighting="none", linear_range="whole", **limits)
    assert plate.codes(problems) == ["MG305"]
    assert f"standard 10 is {error[10]:+.1f} %" in next(iter(problems)).message


def test_a_line_that_ends_early_names_the_standards_above_it(plate):
    """Eight levels, straight for five: 80, 120 and 160 are shown with what the line makes of them, and not used."""
    found, problems = plate.fit(saturating(plate), curve="linear")
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG330", "warning", "80, 120, 160")]
    assert "ends at 40 ug/mL" in next(iter(problems)).message
    row = curves_row(found)
    assert (row["range_high"], row["levels"], row["levels_pass"], row["assessed"]) == (40, 4, 4, "pass")
    levels = tables.STANDARDS.frame(standards_rows(found)).set_index("standard")
    assert levels.index.tolist() == [0, 5, 10, 20, 40, 80, 120, 160]
    assert levels["pass"].tolist()[1:] == [True] * 4 + [False] * 3
    np.testing.assert_allclose(levels.back_calculated[[80, 120, 160]], [45, 50, 55], rtol=1e-9)
    left_out = tables.EXCLUSIONS.check(found.left_out)
    assert left_out[["well", "value", "by"]].values.tolist() == [
        ["A11", 0.5, "mgassay"],
        ["A12", 0.55, "mgassay"],
        ["A13", 0.6, "mgassay"],
    ]
    assert left_out.rule.unique().tolist() == ["standard above the straight part of the curve"]


def triplicates(plate, shift):
    """Triplicates about the line, one well of the standard 40 so far off."""
    rows = [("standard", x, 0.05 + 0.01 * x + d, "ok") for x in (0, *plate.LEVELS) for d in (0.001, -0.001, 0.0)]
    return [(r, x, y + shift * (i == 11), s) for i, (r, x, y, s) in enumerate(rows)]


def test_a_standard_that_stands_apart_is_named_and_counts_unless_the_lab_says_otherwise(plate):
    flagged, problems = plate.fit(triplicates(plate, 0.03), weighting="none")
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG331", "A12", "1")]
    assert flagged.curve.n == 18
    assert curves_row(flagged)["flag"] == "outlier"
    assert flagged.left_out.empty
    removed, problems = plate.fit(triplicates(plate, 0.03), weighting="none", outliers="remove")
    assert [(p.code, p.place, p.severity) for p in problems] == [("MG332", "A12", "notice")]
    assert removed.curve.n == 17
    assert curves_row(removed)["flag"] == ""
    assert removed.left_out[["well", "rule", "by"]].values.tolist() == [
        ["A12", "outlier among its replicates", "mgassay"]
    ]
    assert removed.curve.coefficients[1] == pytest.approx(0.01, rel=1e-3)


def test_of_a_pair_that_disagrees_neither_is_removed(plate):
    rows = [(r, x, y + 0.05 * (i == 6) - 0.05 * (i == 7), s) for i, (r, x, y, s) in enumerate(plate.rows_of())]
    found, problems = plate.fit(rows, weighting="none", outliers="remove")
    assert [(p.code, p.place) for p in problems if p.code in ("MG331", "MG332")] == [("MG331", "A7;A8")]
    assert found.curve.n == 12


def test_wells_that_agree_have_nothing_told(plate):
    assert plate.codes(plate.fit(triplicates(plate, 0.0), weighting="none")[1]) == []


def test_too_few_levels_are_told(plate):
    found, problems = plate.fit(plate.rows_of((0, 50, 100)))
    assert plate.codes(problems) == ["MG308"]
    assert curves_row(found)["assessed"] == "not_assessable"


def test_swapped_standards_are_told(plate):
    swap = {20: 40, 40: 20}
    _, problems = plate.fit([(r[0], swap.get(r[1], r[1]), *r[2:]) for r in plate.rows_of()])
    assert "MG310" in plate.codes(problems)


def test_an_apex_among_the_standards_is_told(plate):
    rows = [
        ("standard", x, 0.05 + 0.02 * x - 1e-4 * x**2 + d, "ok") for x in (0, *plate.LEVELS) for d in (0.001, -0.001)
    ]
    found, problems = plate.fit(rows, curve="quadratic", weighting="none")
    assert "MG309" in plate.codes(problems)
    assert found.curve.range_high == pytest.approx(100)


@pytest.mark.parametrize(("unit", "told"), [("ug/mL", False), ("mg/dL", True), ("mM", True)])
def test_a_unit_slip_shows_in_the_top_standard(plate, unit, told):
    """Numbers of a kit in ug/mL (top 160) declared as mg/dL (1,600 ug/mL) or mM (6,412 ug/mL)."""
    _, problems = plate.fit(plate.rows_of(), standard_unit=unit)
    assert (plate.codes(problems) == ["MG311"]) is told
    if told:
        assert "ug/mL" in next(iter(problems)).remedy


def test_two_levels_out_of_order_are_one_problem(plate):
    rows = [(r, {40: 80, 80: 40, 10: 20, 20: 10}.get(x, x), y, s) for r, x, y, s in plate.rows_of()]
    _, problems = plate.fit(rows)
    assert [p.seen for p in problems if p.code == "MG310"] == ["20 is below 10, and of 80 is below 40"]


def test_a_top_standard_that_does_not_read_back_ends_the_range(plate):
    short = [(r, x, y - 0.6 * (x == 160), s) for r, x, y, s in plate.rows_of((0, 5, 10, 20, 40, 80, 160))]
    found, problems = plate.fit(short, curve="linear", weighting="1/x2", linear_range="whole")
    assert [(p.code, p.seen) for p in problems] == [("MG333", "160")]
    assert "ends at 80 ug/mL" in next(iter(problems)).message
    assert curves_row(found)["range_high"] == 80


@pytest.mark.parametrize(("unit", "told"), [("mmol/L", True), ("ug/well", True), ("ng/uL", False)])
def test_a_top_standard_of_160_is_odd_in_these_units(plate, unit, told):
    """160 mM are 6,412 ug/mL; kits have at most 25 ug of calcium in the assay well."""
    _, problems = plate.fit(plate.rows_of(), standard_unit=unit)
    assert [p.code for p in problems] == ["MG311"] * told
    if told:
        assert ("ug/well" in next(iter(problems)).message) is (unit == "ug/well")


KITS = [
    ("calcium", "ug/mL", (10, 1000)),
    ("calcium", "ug/well", (0.05, 25)),
    ("protein", "ug/mL", (8, 10_000)),
    ("protein", "ug/well", (0.05, 500)),
    ("alizarin_extract", "ug/mL", (3.4, 3400)),
]


@pytest.mark.parametrize(("assay", "unit", "tops"), KITS)
def test_top_standards_between_the_kits_ends_are_usual(plate, assay, unit, tops):
    """The ends are round numbers, and a kit that has one of them for its top is no slip; 3 % beyond it is told."""
    kinds = {"calcium": CalciumSettings, "protein": ProteinSettings, "alizarin_extract": AlizarinExtractSettings}
    settings = kinds[assay](standard_unit=unit, curve="linear", weighting="none")
    for factor, told in ((1.0, []), (1.03, ["MG311"])):
        for top in (tops[0] / factor, tops[1] * factor):
            levels = [top * x / 160 for x in (0, *plate.LEVELS)]
            wells = plate.wells(*(row for x in levels for row in plate.line(x, slope=1.6 / top)))
            problems = Problems()
            plate_curve_from_wells(wells, plate.RAW.model_copy(update={"assay": assay}), settings, problems)
            assert plate.codes(problems) == told
