"""Photographs of whole plates among the files: one image for each well of the layout."""

import pytest

from mgassay import tables
from mgassay.experiment import AlizarinImageSettings, RawFile
from mgassay.problems import Problems
from mgassay.readers.images.photographs import rows_of_photographs

RAW = RawFile(file="photos", assay="alizarin_image", plate="P1", layout="ars")
LAYOUT = tables.LAYOUT.frame(
    [
        {"well": "A1", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1"},
        {"well": "A2", "role": "excluded"},
        {"well": "B1", "role": "blank"},
        {"well": "B3", "role": "empty"},
    ]
)


@pytest.fixture
def problems():
    return Problems()


def test_every_well_that_holds_something_is_an_image(problems):
    rows = rows_of_photographs(RAW, LAYOUT, AlizarinImageSettings(wells="find"), {"photos/a.jpg": 30.0}, problems)
    told = [
        (r["file"], r["well"], r["field"], r["role"], r["condition"], r["pixel_size_um"], r["region"]) for r in rows
    ]
    assert told == [
        ("photos/a.jpg/A1", "A1", "", "sample", "ca", 30.0, "find"),
        ("photos/a.jpg/B1", "B1", "", "blank", "", 30.0, "find"),
    ]
    tables.IMAGE_FILES.check(tables.IMAGE_FILES.frame(rows))
    (notice,) = problems
    assert (notice.code, notice.severity) == ("MG277", "notice")
    assert "A1 is taken to be the upper left one" in notice.message


def test_several_photographs_are_fields(problems):
    sizes = {"photos/a.jpg": 30.0, "photos/b.jpg": 30.0}
    rows = rows_of_photographs(RAW, LAYOUT, AlizarinImageSettings(wells="find"), sizes, problems)
    assert [(r["file"], r["field"]) for r in rows if r["well"] == "A1"] == [
        ("photos/a.jpg/A1", "1"),
        ("photos/b.jpg/A1", "2"),
    ]


def test_wells_to_be_given_must_be_given(problems):
    settings = AlizarinImageSettings(wells="given")
    assert rows_of_photographs(RAW, LAYOUT, settings, {"photos/a.jpg": 30.0}, problems) == []
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG279", "error", "no well_grid")]


@pytest.mark.parametrize(
    "grid", ["A1 1 2; A6 3 4; radius 5", "A1 1 2; A6 3 4; D1 1 9", "A1 1 -2; A6 3 4; D1 1 9; radius 5"]
)
def test_a_grid_that_is_none_is_refused_with_the_settings(grid):
    with pytest.raises(ValueError, match="well_grid"):
        AlizarinImageSettings(wells="given", well_grid=grid)


def test_without_photographs_nothing_is_said(problems):
    assert rows_of_photographs(RAW, LAYOUT, AlizarinImageSettings(wells="find"), {}, problems) == []
    assert list(problems) == []
