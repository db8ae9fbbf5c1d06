"""Images of one plate that differ in size."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.header import Header
from mgassay.readers.images.plate_sizes import of_one_size, of_usual_size

RAW = RawFile(file="images", assay="alizarin_image", plate="P1")


@pytest.fixture
def problems():
    return Problems()


def sized(**sizes):
    return {name: Header("PNG", *size, 8) for name, size in sizes.items()}


def test_images_turned_on_their_side_or_cropped_a_little_are_alike(problems):
    headers = sized(a=(100, 80), b=(80, 100), c=(100, 80), d=(90, 70))
    assert of_usual_size(RAW, headers, problems) == headers
    assert list(problems) == []
    assert of_usual_size(RAW, {}, problems) == {}


def test_other_sizes_are_told_and_thumbnails_left_out(problems):
    headers = sized(a=(100, 80), b=(100, 80), half=(50, 80), twice=(200, 80), more=(199, 80), icon=(10, 15))
    # of 8000 pixels: a half and twice as many are told, a fiftieth is 160, and 10 x 15 is less
    assert list(of_usual_size(RAW, headers, problems)) == ["a", "b", "half", "twice", "more"]
    assert [(p.code, p.severity, p.place, p.seen) for p in problems] == [
        ("MG284", "error", "icon", "10×15"),
        ("MG283", "warning", "half, twice", "50×80, 200×80"),
    ]
    assert all("100×80" in p.message for p in problems)


def test_one_grid_in_pixels_fits_photographs_of_one_size(problems):
    headers = sized(a=(100, 80), b=(200, 160), c=(100, 80))
    assert list(of_one_size(RAW, headers, problems)) == ["a", "c"]
    assert [(p.code, p.severity, p.file) for p in problems] == [("MG279", "error", "b")]
    assert "200×160" in next(iter(problems)).message
