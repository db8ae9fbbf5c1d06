"""ND2 files written here, the smallest that the package nd2 reads: chunks with names, and a map of them at the end.

Colours are stored blue, green, red, as NIS-Elements does (nis2pyr, which writes OME-TIFF from ND2, swaps them too).
"""

import importlib.util
import struct
import zlib

import numpy as np
import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.images import header
from mgassay.readers.images.bands import Bands
from mgassay.readers.images.header import PixelSize
from mgassay.readers.images.pixels import open_image, read_header

RGB = np.random.default_rng(6).integers(0, 256, (600, 9, 3), dtype=np.uint8)
MAGIC = 0x0ABECEDA


def entry(name, value):
    """A name with its value as NIS-Elements stores it: a kind, the name in UTF-16, the value."""
    kinds = {bool: (1, "<?"), int: (3, "<I"), float: (6, "<d")}
    text = f"{name}\0".encode("utf-16-le")
    if isinstance(value, dict):
        inner = b"".join(entry(k, v) for k, v in value.items())
        head = bytes([11, len(text) // 2]) + text
        return head + struct.pack("<IQ", len(value), len(head) + 12 + len(inner)) + inner + bytes(8 * len(value))
    kind, form = kinds[type(value)]
    return bytes([kind, len(text) // 2]) + text + struct.pack(form, value)


def nd2_file(path, stored, *, frames=1, um=None, planes=1, compression=2, padding=0):
    """An ND2 with pixels (h, w, channels) as they are stored, and `padding` bytes at the end of each row."""
    h, w, n = stored.shape
    size = stored.dtype.itemsize
    attributes = {
        "uiWidth": w, "uiWidthBytes": w * n * size + padding, "uiHeight": h, "uiComp": n, "uiBpcInMemory": 8 * size,
        "uiBpcSignificant": 8 * size, "uiSequenceCount": frames, "eCompression": compression,
        "dCompressionParam": 0.0,
    }  # fmt: skip
    each = {f"a{i}": {"uiCompCount": n // planes} for i in range(planes)}
    picture = {
        "dCalibration": um or 0.0, "bCalibrated": um is not None, "dAspect": 1.0,
        "sPicturePlanes": {"uiCount": planes, "sPlaneNew": each},
    }  # fmt: skip
    data = np.pad(stored.reshape(h, -1).view(np.uint8), ((0, 0), (0, padding))).tobytes()
    frame = bytes(8) + (zlib.compress(data) if compression == 0 else data)
    chunks = {"ImageAttributesLV!": entry("SLxImageAttributes", attributes)}
    chunks["ImageMetadataSeqLV|0!"] = entry("SLxPictureMetadata", picture)
    chunks |= {f"ImageDataSeq|{i}!": frame for i in range(frames)}
    content = struct.pack("<IIQ", MAGIC, 32, 64) + b"ND2 FILE SIGNATURE CHUNK NAME01!" + b"Ver3.0".ljust(64, b"\0")
    places = b""
    for name, inside in chunks.items():
        places += name.encode() + struct.pack("<QQ", len(content), len(inside))
        content += struct.pack("<IIQ", MAGIC, 4072, len(inside)) + name.encode().ljust(4072, b"\0") + inside
    places += b"ND2 CHUNK MAP SIGNATURE 0000001!" + struct.pack("<Q", len(content))
    content += struct.pack("<IIQ", MAGIC, 32, len(places)) + b"ND2 FILEMAP SIGNATURE NAME 0001!" + places
    path.write_bytes(content)
    return path


def refused(path):
    with pytest.raises(UnreadableError) as error:
        open_image(path)
    return error.value.code


@pytest.mark.parametrize("options", [{}, {"padding": 5}, {"compression": 0}], ids=["plain", "padded rows", "lossless"])
def test_colours_come_in_the_order_of_rgb(tmp_path, options):
    path = nd2_file(tmp_path / "a.nd2", np.ascontiguousarray(RGB[..., ::-1]), **options)
    np.testing.assert_array_equal(open_image(path), RGB)


def test_16_bits_become_8(tmp_path):
    path = nd2_file(tmp_path / "a.nd2", np.ascontiguousarray(RGB[..., ::-1]).astype(np.uint16) * 257)
    np.testing.assert_array_equal(open_image(path), RGB)
    assert "257" in read_header(path).note


def test_the_calibration_counts_where_there_was_one(tmp_path):
    path = nd2_file(tmp_path / "a.nd2", RGB, um=0.65)
    assert read_header(path).size == PixelSize(pytest.approx(0.65), pytest.approx(0.65), "ND2's calibration")
    assert read_header(nd2_file(tmp_path / "b.nd2", RGB)).size is None


def test_a_large_picture_is_read_in_bands_but_not_a_compressed_one(tmp_path, monkeypatch):
    monkeypatch.setattr(header, "MOST_PIXELS", 100)
    rows = open_image(nd2_file(tmp_path / "a.nd2", np.ascontiguousarray(RGB[..., ::-1])))
    assert isinstance(rows, Bands)
    np.testing.assert_array_equal(np.concatenate([rows[top : top + 64] for top in range(0, 600, 64)]), RGB)
    assert refused(nd2_file(tmp_path / "b.nd2", RGB, compression=0)) == "MG266"


@pytest.mark.parametrize(
    ("pixels", "options", "code"),
    [
        (RGB[..., :1], {}, "MG267"), (RGB[..., :2], {"planes": 2}, "MG268"), (RGB, {"planes": 3}, "MG268"),
        (RGB, {"frames": 2}, "MG269"), (RGB, {"compression": 1}, "MG295"),
    ],
)  # fmt: skip
def test_what_is_not_one_colour_picture_is_refused(tmp_path, pixels, options, code):
    assert refused(nd2_file(tmp_path / "a.nd2", np.ascontiguousarray(pixels), **options)) == code


@pytest.mark.parametrize("kept", [20, 5000, 0.9, -8])
def test_a_file_that_was_cut_off_is_refused(tmp_path, kept):
    content = nd2_file(tmp_path / "a.nd2", RGB).read_bytes()
    (tmp_path / "a.nd2").write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    assert refused(tmp_path / "a.nd2") == "MG265"


def test_the_missing_package_is_named(tmp_path, monkeypatch):
    path, find = nd2_file(tmp_path / "a.nd2", RGB), importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "nd2" else find(name))
    assert refused(path) == "MG290"
