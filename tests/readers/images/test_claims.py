"""Images that two rows of files.csv name."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.claims import claimed_once

FIRST, SECOND = (RawFile(file="images", assay="alizarin_image", plate=p) for p in ("P1", "P2"))


@pytest.fixture
def problems():
    return Problems()


def rows(*files, role="sample", **more):
    return [{"file": f, "role": role, **more} for f in files]


def test_an_image_stays_with_the_row_that_named_it_first(problems):
    kept = claimed_once([(FIRST, rows("a.png", "b.png")), (SECOND, rows("b.png", "c.png"))], problems)
    assert [r["file"] for r in kept] == ["a.png", "b.png", "c.png"]
    (found,) = problems
    assert (found.code, found.severity, found.file, found.place, found.seen) == (
        "MG280", "error", "images", "b.png", "1")  # fmt: skip
    assert "1 image of plate P2 is one of plate P1" in found.message


def test_plates_may_share_a_folder_whose_other_wells_are_empty(problems):
    first = rows("a.png") + rows("b.png", role="empty") + rows("white.png", role="blank")
    second = rows("a.png", role="empty") + rows("b.png") + rows("white.png", role="blank")
    assert len(claimed_once([(FIRST, first), (SECOND, second)], problems)) == 6
    assert list(problems) == []


def test_a_photograph_shows_one_plate(problems):
    wells = rows("p.jpg/A1", "p.jpg/A2", region="find")
    kept = claimed_once([(FIRST, wells), (SECOND, rows("p.jpg/B1", role="blank", region="find"))], problems)
    assert kept == wells
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG280", "p.jpg", "1")]
