"""What a plate's curve knows of itself, and where its problems stand."""

import pytest

from mgassay.assays.plates.plate_curve import tell_calibration
from mgassay.errors import CalibrationError
from mgassay.problems import Problems


@pytest.fixture
def plate(row_of_standards):
    return row_of_standards


def test_nothing_is_quantified_below_the_lowest_standard_that_passes(plate):
    """10 s/S is 1.1 ug/mL, the lowest standard 10; where that one reads back wrong, the next one counts."""
    found, _ = plate.fit(plate.rows_of())
    assert (found.lowest_quantified, found.flag) == (10, "")
    off = [(r, x, y + 0.03 * (x == 10), s) for r, x, y, s in plate.rows_of()]
    found, _ = plate.fit(off, curve="linear", weighting="none", accept_levels_percent=50.0, accept_lowest_percent=5.0)
    assert found.chosen.assessment.passed.tolist()[:3] == [False, False, True]
    assert found.lowest_quantified == 20


def test_noise_can_lift_the_limit_above_the_lowest_standard(plate):
    noisy = [(r, x, y + 0.05 * (1 if y > 0.05 + 0.01 * x else -1), s) for r, x, y, s in plate.rows_of()]
    found, _ = plate.fit(noisy, weighting="none")
    assert found.lowest_quantified > 40


def test_standards_without_wells_keep_the_rest(plate):
    found, _ = plate.fit(plate.rows_of())
    fewer = found.standards.without(["A1", "A12"])
    assert fewer.well.tolist() == [f"A{i}" for i in range(2, 12)]
    assert (fewer.concentration.size, fewer.signal.size) == (10, 10)


@pytest.mark.parametrize(
    ("code", "facts", "place"),
    [("MG315", {"hint": ""}, "assays.calcium.standard_unit"), ("MG304", {"model": "linear"}, "")],
)
def test_a_curve_that_cannot_be_had_is_told_at_the_setting_or_the_plate(plate, code, facts, place):
    problems = Problems()
    tell_calibration(CalibrationError(code, seen="x", **facts), plate.RAW, problems)
    told = next(iter(problems))
    assert (told.code, told.place) == (code, place)
    assert told.file == ("experiment.toml" if place else "raw/ca.txt")
