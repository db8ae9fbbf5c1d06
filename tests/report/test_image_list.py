"""What `check` says of images: which shows which well, and what is left over."""

import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.report.image_list import MOST_LISTED, image_lines


@pytest.fixture
def lines():
    """`(files, wells of the layout)` -> the lines; files are (name, well, field)."""

    def lines(files, wells, problems=None, region=""):
        raw = RawFile(file="images", assay="alizarin_image", plate="P1", layout="ars")
        layout = tables.LAYOUT.frame({"well": w, "role": role} for w, role in wells.items())
        settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
        experiment = Experiment("x", settings, tables.CONDITIONS.frame(), (raw,), {"ars": layout})
        rows = tables.IMAGE_FILES.frame(
            {"file": f, "plate": "P1", "well": w, "field": n, "region": region} for f, w, n in files
        )
        return list(image_lines(experiment, rows, problems or Problems()))

    return lines


def test_every_image_is_shown_with_its_well_and_field(lines):
    files = [("images/P1_A1_f2.jpg", "A1", "2"), ("images/P1_B3.jpg", "B3", "")]
    assert lines(files, {"A1": "sample", "B3": "sample"}) == [
        "  P1: 2 images of 2 wells in images/",
        "    P1_A1_f2.jpg -> A1 (field 2)",
        "    P1_B3.jpg -> B3",
    ]


def test_images_in_several_folders_are_shown_with_them(lines):
    files = [("a/A1.jpg", "A1", ""), ("b/A2.jpg", "A2", "")]
    said = lines(files, {"A1": "sample", "A2": "sample"})
    assert said == ["  P1: 2 images of 2 wells", "    a/A1.jpg -> A1", "    b/A2.jpg -> A2"]


def test_what_is_left_over_on_either_side_is_listed(lines):
    problems = Problems()
    problems.add("MG260", file="images", place="images/overview.jpg", seen="overview.jpg", by="the layout")
    problems.add("MG261", file="images", place="images/A1_A2.jpg", seen="A1, A2")
    problems.add("MG260", file="other", place="other/x.jpg", seen="x.jpg", by="the layout")
    wells = {"A1": "sample", "A2": "sample", "A3": "sample", "B1": "empty", "B2": "excluded"}
    assert lines([("images/A1.jpg", "A1", "")], wells, problems)[2:] == [
        "    images without a well: images/overview.jpg, images/A1_A2.jpg",
        "    wells without a usable image: A2–A3",
    ]


def test_many_images_are_cut_short_and_counted(lines):
    def files(n):
        return [(f"images/A1_{i}.jpg", "A1", str(i)) for i in range(n)]

    assert len(lines(files(MOST_LISTED), {"A1": "sample"})) == MOST_LISTED + 1
    said = lines(files(MOST_LISTED + 1), {"A1": "sample"})
    assert len(said) == 14
    assert said[-1] == "    and 29 more"


def test_a_plate_without_any_image_says_so(lines):
    assert lines([], {"A1": "sample"}) == ["  P1: 0 images of 0 wells", "    wells without a usable image: A1"]


def test_photographs_of_the_plate_are_listed_with_how_many_wells_they_show(lines):
    files = [("p/a.jpg/A1", "A1", "1"), ("p/a.jpg/A2", "A2", "1"), ("p/b.jpg/A1", "A1", "2"), ("p/b.jpg/A2", "A2", "2")]
    assert lines(files, {"A1": "sample", "A2": "sample"}, region="find") == [
        "  P1: 2 photographs of the whole plate",
        "    p/a.jpg -> 2 wells, to be found in it",
        "    p/b.jpg -> 2 wells, to be found in it",
    ]
    assert "by well_grid" in lines(files[:2], {"A1": "sample", "A2": "sample"}, region="given")[1]
