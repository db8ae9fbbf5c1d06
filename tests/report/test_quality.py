import pytest

from mgassay import tables
from mgassay.assays.quality import quality as measured
from mgassay.report import quality
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

ROWS = [
    {"measure": "replicate_cv", "subject": "technical", "estimate": 4.21, "unit": "percent", "ci_low": 3.0,
     "ci_high": 7.0, "n": 12},
    {"measure": "z_prime", "subject": "top standard / blank", "unit": "1", "n": 4, "flag": "few_wells"},
    {"measure": "z_prime", "subject": "calcifying / control medium", "estimate": 0.412, "unit": "1", "ci_low": -1.2,
     "ci_high": 0.7, "n": 6},
    {"measure": "edge_effect", "subject": "culture", "estimate": -6.0, "unit": "percent", "ci_low": -9.0,
     "ci_high": -3.0, "p": 0.0021, "n": 30},
    {"measure": "row_effect", "subject": "culture", "estimate": 0.0, "unit": "percent", "p": 0.61, "n": 30},
    {"measure": "column_effect", "subject": "culture", "unit": "percent", "n": 30, "flag": "confounded"},
    {"measure": "slope", "subject": "575 nm, standards to 120 ug/mL", "estimate": 0.01386, "unit": "OD per ug/mL",
     "ci_low": 0.0137, "ci_high": 0.014, "n": 16},
    {"measure": "new_measure", "subject": "something", "estimate": 1.5, "unit": "kat", "n": 1},
]  # fmt: skip


@pytest.fixture
def rows():
    table = tables.PLATE_QUALITY.frame({"assay": "calcium", "plate": "P1", **r} for r in ROWS)
    return Tables({"plate_quality": table}, 0.8, 2.0).rows("plate_quality")


def texts(rows):
    listing = quality.quality_listing(rows)
    plain = [[cell.replace(NO_BREAK, " ") for cell in row] for row in listing.rows]
    return listing, {row[0]: row[1:] for row in plain}


def test_each_measure_in_words_with_its_interval(rows):
    listing, told = texts(rows)
    assert listing.caption == "Plate quality, P1 (575 nm, standards to 120 µg/mL)"
    assert listing.heads == ("measure", "value", "95 % interval", "chance", "wells", "note")
    assert told["CV, wells of one rep"] == ["4.2 %", "3.0 % to 7.0 %", "", "12", ""]
    assert told["Z′, top standard and blank"] == ["", "", "", "4", "too few wells"]
    assert told["Z′, calcifying and control medium"][:2] == ["0.41", "−1.20 to 0.70"]
    assert told["outer less inner wells"][:3] == ["−6.0 %", "−9.0 % to −3.0 %", "p = 0.002"]
    assert told["SD among rows"] == ["0.0 %", "", "p = 0.61", "30", ""]
    assert told["SD among columns"][-1] == "position cannot be told from what the wells hold"
    assert told["mean slope, OD per µg/mL"][:2] == ["0.0139", "0.0137 to 0.0140"]
    assert told["new measure, something"][0] == "1.50"


def test_the_plate_in_one_line(rows):
    line = quality.quality_line(rows).replace(NO_BREAK, " ")
    assert line == "Plate quality: technical CV 4.2 %; edge, rows, columns: smallest p = 0.002"
    assert quality.quality_line(rows[-2:]) == "Plate quality"


def test_rows_are_found_by_assay_and_plate():
    table = tables.PLATE_QUALITY.frame(
        {"assay": a, "plate": "P1", "measure": "lod"} for a in ("calcium", "protein", "calcium")
    )
    found = quality.quality_by_plate(Tables({"plate_quality": table}, 0.8, 2.0))
    assert {k: len(v) for k, v in found.items()} == {("calcium", "P1"): 2, ("protein", "P1"): 1}


def test_what_a_curve_was_chosen_by_is_told_with_the_curves():
    table = tables.PLATE_QUALITY.frame([{"assay": "calcium", "plate": "P1", "measure": "mandel_f", "estimate": 3.0}])
    assert quality.quality_by_plate(Tables({"plate_quality": table}, 0.8, 2.0)) == {}


def test_every_measure_and_subject_of_the_table_has_words():
    made = {"replicate_cv", "z_prime", "blank_signal", "slope", "lod", *measured._POSITION_WORDS}
    assert made == set(quality.MEASURES)
    assert {measured.OF_STANDARDS, measured.OF_MEDIA, "technical", "culture", "standards"} == set(quality.SUBJECTS)
