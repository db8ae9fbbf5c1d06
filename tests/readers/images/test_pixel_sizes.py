import math

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.header import Header, PixelSize
from mgassay.readers.images.pixel_sizes import pixel_sizes, side

RAW = RawFile(file="images", assay="alizarin_image", plate="ARS1", layout="ars")


def header(x=None, y=None, source="OME-XML"):
    return Header("TIFF", 9, 8, 8, size=None if x is None else PixelSize(x, x if y is None else y, source))


def settled(headers, declared=None):
    problems = Problems()
    sizes = pixel_sizes(RAW, headers, declared, problems)
    return sizes, [(p.code, p.severity, p.place, p.seen) for p in problems]


def test_what_is_declared_wins_and_agreeing_metadata_are_silent():
    sizes, found = settled({"a.tif": header(1.3), "b.tif": header(1.26), "c.png": header()}, 1.3)
    assert sizes == {"a.tif": 1.3, "b.tif": 1.3, "c.png": 1.3}
    assert found == []


def test_metadata_that_contradict_what_is_declared_are_told():
    sizes, found = settled({"a.tif": header(1.3), "b.tif": header(0.65), "c.tif": header(1.2)}, 1.3)
    assert set(sizes.values()) == {1.3}
    assert found == [("MG292", "warning", "b.tif, c.tif", "0.65 to 1.2")]  # -50 % and -7.7 %


def test_metadata_count_where_nothing_is_declared_and_a_notice_says_so():
    sizes, found = settled({"a.tif": header(0.65), "b.tif": header(0.65)})
    assert sizes == {"a.tif": 0.65, "b.tif": 0.65}
    assert found == [("MG291", "notice", "a.tif, b.tif", "0.65")]


def test_every_source_has_its_notice():
    _, found = settled({"a.tif": header(0.65), "b.tif": header(0.66, source="TIFF resolution")})
    assert [f[:1] + f[2:] for f in found] == [("MG291", "a.tif", "0.65"), ("MG291", "b.tif", "0.66")]


def test_nothing_known_is_unknown_and_silent():
    sizes, found = settled({"a.png": header()})
    assert math.isnan(sizes["a.png"])
    assert found == []


@pytest.mark.parametrize(("second", "told"), [(header(0.67), False), (header(1.3), True), (header(), True)])
def test_images_of_a_plate_that_differ_are_told(second, told):
    sizes, found = settled({"a.tif": header(0.65), "b.tif": second})
    assert sizes["a.tif"] == 0.65
    assert ("MG293" in [f[0] for f in found]) is told


def test_the_kinds_of_a_plate_are_counted():
    _, found = settled({"a.tif": header(0.65), "b.tif": header(0.65), "c.tif": header(1.3), "d.png": header()})
    assert found[-1] == ("MG293", "warning", "", "0.65 µm (2), 1.3 µm (1), unknown (1)")


def test_a_pixel_that_is_not_square_keeps_its_area():
    sizes, found = settled({"a.tif": header(1.0, 4.0)})
    assert sizes["a.tif"] ** 2 == pytest.approx(4.0)
    assert found[0] == ("MG294", "warning", "a.tif", "1 × 4 µm")
    assert settled({"a.tif": header(1.0, 1.005)})[1][0][0] == "MG291"


def test_a_square_pixels_side_is_its_side_to_the_last_digit():
    assert side(PixelSize(0.6457, 0.6457, "")) == 0.6457


@pytest.mark.parametrize("size", [1e-9, 0.0099, 1001, 1e9])
def test_a_size_that_no_camera_has_is_an_error_and_areas_stay_in_pixels(size):
    sizes, found = settled({"a.tif": header(0.65)}, size)
    assert math.isnan(sizes["a.tif"])
    assert [f[:2] for f in found] == [("MG285", "error")]
    sizes, found = settled({"a.tif": header(size, source="CZI's scaling"), "b.tif": header()})
    assert all(math.isnan(s) for s in sizes.values())
    assert [f[:3] for f in found] == [("MG285", "error", "a.tif")]


@pytest.mark.parametrize("size", [0.01, 1000])
def test_the_ends_of_what_is_possible_count(size):
    sizes, found = settled({"a.tif": header()}, size)
    assert (sizes, found) == ({"a.tif": size}, [])
