"""CZI written by Zeiss's own libCZI (see data/README.md), and variations of these files."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import imagecodecs
import numpy as np
import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.images import czi_images, header
from mgassay.readers.images.bands import Bands
from mgassay.readers.images.header import PixelSize
from mgassay.readers.images.pixels import open_image, read_header

DATA = Path(__file__).parent / "data"
Y, X = np.ogrid[:20, :26]
RGB = np.stack(np.broadcast_arrays(3 * Y + X, 200 - 4 * X + 0 * Y, (7 * X * Y) % 251), axis=-1).astype(np.uint8)
DEEP = np.rint((RGB.astype(int) * 256 + 255 - RGB) / 257)  # data/README.md


def refused(path):
    with pytest.raises(UnreadableError) as error:
        open_image(path)
    return error.value.code


@pytest.mark.parametrize(("name", "expected"), [("plain", RGB), ("zstd0", RGB), ("zstd1", DEEP)])
def test_the_pixels_are_those_that_zeiss_wrote(name, expected):
    path = DATA / f"{name}.czi"
    np.testing.assert_array_equal(open_image(path), expected)
    head = read_header(path)
    assert head.size == PixelSize(pytest.approx(0.65), pytest.approx(0.65), "CZI's scaling")
    assert (head.bits, "257" in head.note) == ((16, True) if name == "zstd1" else (8, False))


@pytest.mark.parametrize(
    ("name", "code"), [("planes", "MG269"), ("scenes", "MG269"), ("grey", "MG267"), ("gap", "MG270")]
)
def test_what_is_not_one_colour_picture_is_refused(name, code):
    assert refused(DATA / f"{name}.czi") == code


def test_a_large_scan_is_read_in_bands_and_each_tile_is_decoded_once(monkeypatch):
    monkeypatch.setattr(header, "MOST_PIXELS", 100)
    monkeypatch.setattr(czi_images, "_BAND_ROWS", 3)
    decoded = []
    tile_pixels = czi_images._tile_pixels
    monkeypatch.setattr(
        czi_images, "_tile_pixels", lambda tile, stored: decoded.append(tile.index) or tile_pixels(tile, stored)
    )
    rows = open_image(DATA / "zstd0.czi")
    assert isinstance(rows, Bands)
    np.testing.assert_array_equal(np.concatenate([rows[top : top + 2] for top in range(0, 20, 2)]), RGB)
    assert sorted(decoded) == [0, 1, 2, 3]


def entries(content):
    """Where the directory entries of 8-bit colour tiles begin."""
    return [m.start() for m in re.finditer(rb"DV\x03\0\0\0", content)]


def with_compression(content, compression):
    """The same file with another number for the compression, in the directory and beside every tile."""
    changed = bytearray(content)
    for at in entries(content):
        changed[at + 18 : at + 22] = compression.to_bytes(4, "little")
    return changed


def test_jpeg_xr_gives_colours_in_the_order_of_rgb(tmp_path):
    content = with_compression((DATA / "plain.czi").read_bytes(), 4)
    smooth = np.zeros((20, 26, 3), np.uint8)
    for top in (0, 10):
        for left in (0, 13):
            tile = np.full((10, 13, 3), (200, 90 + top, 40 + left), np.uint8)
            smooth[top : top + 10, left : left + 13] = tile
            stored = imagecodecs.jpegxr_encode(tile)
            old = np.ascontiguousarray(RGB[top : top + 10, left : left + 13, ::-1]).tobytes()
            at = content.index(old)
            content[at : at + len(old)] = bytes(stored).ljust(len(old), b"\0")
    (tmp_path / "xr.czi").write_bytes(content)
    assert np.abs(open_image(tmp_path / "xr.czi").astype(int) - smooth).max() <= 1


@pytest.mark.parametrize(("compression", "code"), [(1, "MG295"), (2, "MG295"), (99, "MG295")])
def test_other_compressions_are_refused(tmp_path, compression, code):
    (tmp_path / "a.czi").write_bytes(with_compression((DATA / "plain.czi").read_bytes(), compression))
    assert refused(tmp_path / "a.czi") == code


def test_smaller_copies_of_tiles_are_passed_over(tmp_path):
    # The first tile is said to cover 26 x 20 pixels but to hold 13 x 10: a copy of lower resolution over a gap.
    content = bytearray((DATA / "plain.czi").read_bytes())
    for at in (a for a in entries(content) if dimension(content, a, "X") == 100 and dimension(content, a, "Y") == -7):
        for name, size in (("X", 26), ("Y", 20)):
            place = dimension_at(content, at, name)
            content[place + 8 : place + 12] = size.to_bytes(4, "little")
    (tmp_path / "a.czi").write_bytes(content)
    with pytest.raises(UnreadableError) as error:
        read_header(tmp_path / "a.czi")
    assert (error.value.code, error.value.seen) == ("MG270", "130")


def dimension_at(content, entry, name):
    """Where a dimension of a directory entry begins: name, start, size, start coordinate, stored size; 4 bytes each."""
    count = int.from_bytes(content[entry + 28 : entry + 32], "little")
    places = range(entry + 32, entry + 32 + 20 * count, 20)
    return next(p for p in places if content[p : p + 4].rstrip(b"\0") == name.encode())


def dimension(content, entry, name):
    place = dimension_at(content, entry, name)
    return int.from_bytes(content[place + 4 : place + 8], "little", signed=True)


@pytest.mark.parametrize("kept", [20, 600, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(tmp_path, kept):
    content = (DATA / "plain.czi").read_bytes()
    (tmp_path / "a.czi").write_bytes(content[: kept if kept > 1 else int(kept * len(content))])
    assert refused(tmp_path / "a.czi") == "MG265"


def test_missing_packages_are_named(monkeypatch):
    for package in ("czifile", "imagecodecs"):
        find = importlib.util.find_spec
        with monkeypatch.context() as patch:
            patch.setattr(importlib.util, "find_spec", lambda name, p=package, f=find: None if name == p else f(name))
            with pytest.raises(UnreadableError) as error:
                read_header(DATA / "plain.czi")
        assert (error.value.code, error.value.facts) == ("MG290", {"extra": "czi", "package": package})


def test_entries_of_later_czifile_are_read_alike():
    # A stand-in for czifile 2026 (Python 3.12 and later): S is the sample there, scene and tile stand by themselves.
    later = SimpleNamespace(
        dims=("Z", "Y", "X", "S"), start=(0, -7, 100, 0), shape=(1, 20, 30, 3), stored_shape=(1, 10, 15, 3),
        scene_index=-1, mosaic_index=4, pixel_type=SimpleNamespace(name="BGR24"),
        read_segment_data=lambda czi: SimpleNamespace(data=lambda raw: czi),
    )  # fmt: skip
    expected = {"Z": (0, 1, 1), "Y": (-7, 20, 10), "X": (100, 30, 15), "S": (-1, 1, 1), "M": (4, 1, 1)}
    assert czi_images._dimensions(later) == expected
    assert czi_images._pixel_type(later) == "BGR24"
    assert czi_images._stored(b"bytes", later) == b"bytes"
