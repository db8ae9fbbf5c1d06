"""Pixel sizes as microscopes' programs write them; expected sizes are worked by hand."""

import numpy as np
import pytest
import tifffile

from mgassay.readers.images.header import PixelSize
from mgassay.readers.images.pixels import read_header
from mgassay.readers.images.tiff_scale import size_of_ome, um_of

RGB = np.zeros((8, 9, 3), np.uint8)


def size_of(path, **options):
    """The size that the header of a TIFF with these options gives."""
    tifffile.imwrite(path, RGB, photometric="rgb", **options)
    return read_header(path).size


@pytest.mark.parametrize(
    ("resolution", "unit", "um"),
    [
        ((10_000, 10_000), "CENTIMETER", 1.0),  # 1e4 µm in a centimetre
        ((7_692.3077, 7_692.3077), "CENTIMETER", 1.3),
        ((25_400, 25_400), "INCH", 1.0),
        ((25_400 / 0.65, 25_400 / 0.65), "INCH", 0.65),
        ((72, 72), "INCH", None), ((96, 96), "INCH", None), ((150, 150), "INCH", None), ((300, 300), "INCH", None),
        ((28.346, 28.346), "CENTIMETER", None),  # 72 per inch
        ((1, 1), "INCH", None), ((1, 1), "NONE", None), ((25_400, 25_400), "NONE", None),
        ((25_400_000, 25_400_000), "INCH", None),  # 1 nm
    ],
)  # fmt: skip
def test_a_resolution_counts_where_a_microscope_could_have_it(tmp_path, resolution, unit, um):
    size = size_of(tmp_path / "a.tif", resolution=resolution, resolutionunit=unit, metadata=None)
    if um is None:
        assert size is None
    else:
        assert (size.x_um, size.y_um) == (pytest.approx(um, rel=1e-5), pytest.approx(um, rel=1e-5))
        assert size.source == "TIFF resolution"


@pytest.mark.parametrize(
    ("unit", "per_unit", "um"),
    [
        ("micron", 2.0, 0.5), ("um", 2.0, 0.5), ("\\u00B5m", 4.0, 0.25), ("mm", 1000.0, 1.0), ("cm", 5000.0, 2.0),
        ("nm", 0.002, 500.0 / 1000), ("pixel", 2.0, None), ("", 2.0, None), ("inch", 72.0, 25400 / 72),
    ],
)  # fmt: skip
def test_imagej_writes_pixels_per_unit(tmp_path, unit, per_unit, um):
    tifffile.imwrite(
        tmp_path / "ij.tif", RGB, imagej=True, resolution=(per_unit, per_unit), metadata={"unit": unit, "axes": "YXS"}
    )
    size = read_header(tmp_path / "ij.tif").size
    if um is None:
        assert size is None
    else:
        assert size == PixelSize(pytest.approx(um), pytest.approx(um), "ImageJ's scale")


@pytest.mark.parametrize(("number", "unit", "um"), [(0.65, "µm", 0.65), (650, "nm", 0.65), (0.0013, "mm", 1.3)])
def test_ome_xml_goes_before_the_resolution(tmp_path, number, unit, um):
    size = {f"PhysicalSize{a}{u}": v for a in "XY" for u, v in (("", number), ("Unit", unit))}
    tifffile.imwrite(
        tmp_path / "o.ome.tif", RGB, photometric="rgb", metadata={"axes": "YXS", **size},
        resolution=(5000, 5000), resolutionunit="CENTIMETER",
    )  # fmt: skip
    found = read_header(tmp_path / "o.ome.tif").size
    assert found == PixelSize(pytest.approx(um), pytest.approx(um), "OME-XML")


def test_ome_xml_without_a_size_leaves_the_resolution(tmp_path):
    tifffile.imwrite(
        tmp_path / "o.ome.tif", RGB, photometric="rgb", metadata={"axes": "YXS"},
        resolution=(5000, 5000), resolutionunit="CENTIMETER",
    )  # fmt: skip
    assert read_header(tmp_path / "o.ome.tif").size == PixelSize(2.0, 2.0, "TIFF resolution")


def test_aperios_mpp_is_read(tmp_path):
    words = "Aperio Image Library v12.0.15\r\n9x8 [0,0 9x8] (64x64) JPEG/RGB Q=70|AppMag = 20|MPP = 0.5021|Left = 2"
    assert size_of(tmp_path / "s.svs", description=words, metadata=None) == PixelSize(0.5021, 0.5021, "Aperio's MPP")


def test_sides_are_kept_apart(tmp_path):
    size = size_of(tmp_path / "a.tif", resolution=(10_000, 5_000), resolutionunit="CENTIMETER")
    assert (size.x_um, size.y_um) == (1.0, 2.0)


@pytest.mark.parametrize(
    "xml",
    [
        "<OME><Image>", "<OME/>", '<OME><Pixels PhysicalSizeX="0.5"/></OME>', '<OME><Pixels PhysicalSizeX="a"/></OME>',
        '<OME><Pixels PhysicalSizeX="1" PhysicalSizeXUnit="pixel" PhysicalSizeY="1" PhysicalSizeYUnit="pixel"/></OME>',
        '<OME><Pixels PhysicalSizeX="0" PhysicalSizeY="0"/></OME>',
        '<OME><Pixels PhysicalSizeX="inf" PhysicalSizeY="inf"/></OME>',
        '<!DOCTYPE x [<!ENTITY a "0.5">]><OME><Pixels PhysicalSizeX="&a;" PhysicalSizeY="&a;"/></OME>',
    ],
)  # fmt: skip
def test_ome_xml_that_says_no_size_gives_none(xml):
    assert size_of_ome(xml) is None


def test_the_unit_of_ome_xml_is_um_where_none_is_named():
    pixels = '<Pixels PhysicalSizeX="0.5" PhysicalSizeY="0.4"/>'
    xml = f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">{pixels}</OME>'
    assert size_of_ome(xml) == PixelSize(0.5, 0.4, "OME-XML")


def test_both_signs_of_micro_are_one():
    assert um_of("2", "µm") == um_of("2", "μm") == 2.0  # micro sign, Greek mu


def test_png_and_jpeg_carry_no_size_of_their_own(tmp_path):
    from PIL import Image

    for name in ("a.png", "a.jpg"):
        Image.fromarray(RGB).save(tmp_path / name, dpi=(25_400, 25_400))
        assert read_header(tmp_path / name).size is None
