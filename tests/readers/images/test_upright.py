"""Orientation of EXIF and TIFF: a picture of which every viewer shows the red corner at the upper left."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from mgassay.errors import UnreadableError
from mgassay.readers.images import pixels
from mgassay.readers.images.pixels import open_image, read_header
from mgassay.readers.images.upright import TAG, known_orientation, upright

SHOWN = np.full((24, 40, 3), (200, 180, 170), np.uint8)
SHOWN[:8, :16] = (180, 20, 40)
SHOWN[:8, 16:24] = (20, 40, 180)  # so that a mirrored picture is another one
# How the sensor wrote the same scene, by the corner at which its first row and column lie (TIFF 6.0, Orientation:
# 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom).
STORED = {
    1: SHOWN, 2: SHOWN[:, ::-1], 3: SHOWN[::-1, ::-1], 4: SHOWN[::-1],
    5: SHOWN.swapaxes(0, 1), 6: SHOWN[:, ::-1].swapaxes(0, 1),
    7: SHOWN[::-1, ::-1].swapaxes(0, 1), 8: SHOWN[::-1].swapaxes(0, 1),
}  # fmt: skip


def saved(path, orientation, **options):
    exif = Image.Exif()
    exif[TAG] = orientation
    Image.fromarray(np.ascontiguousarray(STORED.get(orientation, SHOWN))).save(path, exif=exif, **options)
    return path


@pytest.mark.parametrize("orientation", sorted(STORED))
def test_stored_pixels_are_turned_as_viewers_show_them(orientation):
    np.testing.assert_array_equal(upright(STORED[orientation], orientation), SHOWN)


@pytest.mark.parametrize("orientation", sorted(STORED))
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "lzw.tif", "plain.tif", "deflate.tif"])
def test_every_format_is_shown_upright(tmp_path, name, orientation):
    kinds = {"lzw.tif": "tiff_lzw", "deflate.tif": "tiff_adobe_deflate"}
    options = {"compression": kinds[name]} if name in kinds else {"quality": 95} if name == "a.jpg" else {}
    path = saved(tmp_path / name, orientation, **options)
    header = read_header(path)
    assert (header.width, header.height) == (40, 24)
    rows = open_image(path)
    assert rows.shape == (24, 40, 3)
    np.testing.assert_allclose(np.asarray(rows[0:24], int)[2::4, 2::4], SHOWN[2::4, 2::4], atol=40)


def test_a_large_photograph_is_turned_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(pixels, "_LARGE", 100)
    np.testing.assert_array_equal(open_image(saved(tmp_path / "a.png", 6))[3:9], SHOWN[3:9])


@pytest.mark.parametrize("said", [0, 9, -1, None, "6", (6,), 6.0])
def test_what_is_no_orientation_turns_nothing(said):
    assert known_orientation(said) == 1


def test_exif_that_is_none_turns_nothing(tmp_path):
    Image.fromarray(SHOWN).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0broken")
    assert open_image(tmp_path / "a.jpg").shape == (24, 40, 3)


def test_a_png_of_several_pictures_is_refused(tmp_path):
    frames = [Image.fromarray(SHOWN), Image.fromarray(SHOWN[::-1])]
    frames[0].save(tmp_path / "moving.png", save_all=True, append_images=frames[1:])
    with pytest.raises(UnreadableError) as error:
        read_header(tmp_path / "moving.png")
    assert (error.value.code, error.value.seen) == ("MG269", "2")


def test_a_scan_that_is_streamed_stays_as_it_is_stored(tmp_path, monkeypatch):
    from mgassay.readers.images import header

    monkeypatch.setattr(header, "MOST_PIXELS", 100)
    tifffile.imwrite(tmp_path / "a.tif", SHOWN, photometric="rgb", extratags=[(TAG, "H", 1, 6, True)])
    assert read_header(tmp_path / "a.tif").streamed
    np.testing.assert_array_equal(open_image(tmp_path / "a.tif")[0:24], SHOWN)
