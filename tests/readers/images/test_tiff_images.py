"""TIFF of every kind, written by tifffile, imagecodecs and Pillow; expected pixels are those that were written."""

import importlib.util
import tracemalloc

import numpy as np
import pytest
import tifffile
from PIL import Image

from mgassay.errors import UnreadableError
from mgassay.readers.images import header, tiff_images
from mgassay.readers.images.bands import Bands
from mgassay.readers.images.pixels import open_image, read_header

RNG = np.random.default_rng(11)
RGB = RNG.integers(0, 256, (150, 210, 3), dtype=np.uint8)
DEEP = RGB.astype(np.uint16) * 257
SMOOTH = np.stack(np.broadcast_arrays(*np.ogrid[60:210, 20:230], 128), axis=-1).astype(np.uint8)

KINDS = {
    "plain": {},
    "big-endian": {"byteorder": ">"},
    "BigTIFF": {"bigtiff": True},
    "planar": {"planarconfig": "separate"},
    "strips": {"rowsperstrip": 7},
    "tiles": {"tile": (64, 48)},
    "planar tiles": {"tile": (64, 48), "planarconfig": "separate"},
    "deflate": {"compression": "zlib", "predictor": True},
    "deflate tiles": {"compression": "zlib", "tile": (32, 32)},
    "LZW": {"compression": "lzw"},
    "LZW strips": {"compression": "lzw", "predictor": True, "rowsperstrip": 16},
    "LZW tiles, big-endian": {"compression": "lzw", "tile": (16, 64), "byteorder": ">"},
    "LZW planar": {"compression": "lzw", "planarconfig": "separate", "rowsperstrip": 32},
    "PackBits": {"compression": "packbits", "rowsperstrip": 10},
    "Zstandard": {"compression": "zstd", "tile": (64, 64)},
    "JPEG 2000, lossless": {"compression": "jpeg2000", "tile": (64, 64)},
    "LERC": {"compression": "lerc", "tile": (64, 64)},
    "LZMA": {"compression": "lzma", "rowsperstrip": 40},
    "OME": {"ome": True, "metadata": {"axes": "YXS"}, "tile": (64, 64), "compression": "lzw"},
}


def written(path, pixels, kind):
    stored = np.moveaxis(pixels, -1, 0) if kind.get("planarconfig") == "separate" else pixels
    file_options = {k: v for k, v in kind.items() if k in ("bigtiff", "byteorder", "ome")}
    page_options = {k: v for k, v in kind.items() if k not in file_options}
    with tifffile.TiffWriter(path, **file_options) as tiff:
        tiff.write(stored, photometric="rgb", **page_options)
    return path


@pytest.fixture
def streamed(monkeypatch):
    monkeypatch.setattr(header, "MOST_PIXELS", 100)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("pixels", [RGB, DEEP], ids=["8 bits", "16 bits"])
def test_every_kind_of_lossless_tiff_gives_back_every_pixel(tmp_path, kind, pixels):
    path = written(tmp_path / "a.tif", pixels, kind)
    np.testing.assert_array_equal(open_image(path), RGB)


@pytest.mark.parametrize("kind", ["webp", "jpegxl", "jpegxr"])
def test_what_pyramids_are_written_in_is_read(tmp_path, kind):
    lossless = {"level": 100} if kind == "jpegxr" else {"lossless": True}  # no pixel may differ
    path = written(tmp_path / "a.tif", RGB, {"compression": kind, "compressionargs": lossless, "tile": (64, 64)})
    np.testing.assert_array_equal(open_image(path), RGB)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("pixels", [RGB, DEEP], ids=["8 bits", "16 bits"])
def test_the_same_pixels_come_in_bands_where_the_image_is_too_large_to_be_held(tmp_path, kind, pixels, streamed):
    path = written(tmp_path / "a.tif", pixels, kind)
    rows = open_image(path)
    assert isinstance(rows, Bands)
    assert len(rows.starts) > 1 or (kind.get("rowsperstrip", 9999) == 9999 and "tile" not in kind)
    for step in (1, 64, 150):
        got = np.concatenate([rows[top : top + step] for top in range(0, 150, step)])
        np.testing.assert_array_equal(got, RGB)


@pytest.mark.parametrize("colours", ["rgb", "ycbcr"])
@pytest.mark.parametrize("tile", [(64, 64), None])
def test_jpeg_in_tiff_is_the_same_whole_and_in_bands(tmp_path, monkeypatch, colours, tile):
    path = tmp_path / "j.tif"
    layout = {"tile": tile} if tile else {"rowsperstrip": 32}
    options = {"compression": "jpeg", "compressionargs": {"level": 95, "outcolorspace": colours}}
    tifffile.imwrite(path, SMOOTH, photometric="rgb", **layout, **options)
    whole = open_image(path)
    inner = np.abs(whole.astype(int) - SMOOTH)[:128, :192]  # tiles at the edge are filled up with black
    assert inner.max() <= 6  # JPEG of a gradient
    monkeypatch.setattr(header, "MOST_PIXELS", 100)
    rows = open_image(path)
    assert read_header(path).streamed
    assert len(rows.starts) == 3  # 150 rows in bands of 64
    assert np.abs(rows[:].astype(int) - whole).max() <= 1  # two builds of libjpeg


def test_pyramids_in_sub_ifds_and_a_thumbnail_in_front_are_passed_over(tmp_path):
    with tifffile.TiffWriter(tmp_path / "p.tif") as tiff:
        tiff.write(RGB, photometric="rgb", subifds=1, compression="lzw", tile=(64, 64))
        tiff.write(RGB[::2, ::2], photometric="rgb", subfiletype=1)
    np.testing.assert_array_equal(open_image(tmp_path / "p.tif"), RGB)
    with tifffile.TiffWriter(tmp_path / "t.tif") as tiff:
        tiff.write(RGB[::5, ::5], photometric="rgb", compression="lzw")
        tiff.write(RGB, photometric="rgb", compression="lzw")
    assert read_header(tmp_path / "t.tif").page == 1
    np.testing.assert_array_equal(open_image(tmp_path / "t.tif"), RGB)


def test_a_missing_codec_is_named_with_the_extra_that_brings_it(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "imagecodecs" else find(name))
    for kind, name in (("Zstandard", "ZSTD"), ("JPEG 2000, lossless", "JPEG2000")):
        path = written(tmp_path / "c.tif", RGB, KINDS[kind])
        with pytest.raises(UnreadableError) as error:
            read_header(path)
        assert error.value.code == "MG290"
        assert name in error.value.seen.upper().replace("_", "")
        assert error.value.facts == {"extra": "tiff", "package": "imagecodecs"}
    for kind in ("LZW", "deflate", "PackBits", "plain"):  # the core reads these
        np.testing.assert_array_equal(open_image(written(tmp_path / "c.tif", RGB, KINDS[kind])), RGB)
    monkeypatch.setattr(header, "MOST_PIXELS", 100)  # a large LZW scan is read band by band, which needs the codec
    with pytest.raises(UnreadableError) as error:
        read_header(written(tmp_path / "c.tif", RGB, KINDS["LZW"]))
    assert error.value.code == "MG290"


@pytest.mark.parametrize("compression", ["png", 34661, 65535])
def test_a_compression_that_no_microscope_writes_reaches_no_decoder(tmp_path, compression, monkeypatch):
    """imagecodecs would read PNG in a TIFF; JBIG and a number that nobody knows are written over the tag."""
    path = written(tmp_path / "a.tif", RGB, {"compression": "png", "tile": (64, 64)})
    if compression != "png":
        with tifffile.TiffFile(path, mode="r+b") as tiff:
            tiff.pages[0].tags["Compression"].overwrite(compression)
    for found in (True, False):  # with the extra and without it
        monkeypatch.setattr(tiff_images.importlib.util, "find_spec", lambda name, found=found: found or None)
        with pytest.raises(UnreadableError) as error:
            open_image(path)
        assert error.value.code == "MG295"
        assert str(compression).upper() in error.value.seen or "JBIG" in error.value.seen


def test_a_large_scan_in_one_piece_of_compressed_data_is_refused(tmp_path, streamed, monkeypatch):
    monkeypatch.setattr(tiff_images, "_LARGEST_BAND", 1000)
    path = written(tmp_path / "a.tif", RGB, KINDS["deflate"])
    with pytest.raises(UnreadableError) as error:
        read_header(path)
    assert (error.value.code, error.value.seen) == ("MG266", "210×150")


def test_more_pixels_than_are_ever_streamed_are_refused(tmp_path, streamed, monkeypatch):
    monkeypatch.setattr(header, "MOST_STREAMED", 210 * 150 - 1)
    with pytest.raises(UnreadableError) as error:
        read_header(written(tmp_path / "a.tif", RGB, KINDS["tiles"]))
    assert error.value.code == "MG266"


def test_a_tile_that_was_never_written_is_no_black_tile(tmp_path):
    path = written(tmp_path / "a.tif", RGB, KINDS["tiles"])
    with tifffile.TiffFile(path, mode="r+") as tiff:
        tag = tiff.pages[0].tags["TileByteCounts"]
        tag.overwrite([0, *tag.value[1:]])
    with pytest.raises(UnreadableError) as error:
        open_image(path)
    assert error.value.code == "MG265"


@pytest.mark.parametrize("kind", ["tiles", "LZW tiles, big-endian", "plain"])
def test_a_streamed_file_that_was_cut_off_is_refused_when_its_rows_are_asked_for(tmp_path, streamed, kind):
    path = written(tmp_path / "a.tif", RGB, {**KINDS[kind]})
    rows = open_image(path)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(UnreadableError) as error:
        rows[140:150]
    assert error.value.code == "MG265"


def test_a_transparent_pixel_of_a_streamed_file_is_refused_in_its_band(tmp_path, streamed):
    clear = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    clear[140, 3, 3] = 0
    tifffile.imwrite(tmp_path / "a.tif", clear, photometric="rgb", extrasamples=["unassalpha"], tile=(64, 64))
    rows = open_image(tmp_path / "a.tif")
    np.testing.assert_array_equal(rows[:64], RGB[:64])
    with pytest.raises(UnreadableError) as error:
        rows[130:150]
    assert error.value.code == "MG270"


def test_a_scan_of_several_depths_is_refused(tmp_path):
    volume = np.stack([RGB[:64, :64]] * 16)
    tifffile.imwrite(tmp_path / "v.tif", volume, photometric="rgb", volumetric=True, tile=(16, 16, 16))
    with pytest.raises(UnreadableError) as error:
        read_header(tmp_path / "v.tif")
    assert error.value.code == "MG269"


def test_pillows_own_tiffs_are_read(tmp_path):
    for name, options in {"jpeg": {"compression": "jpeg", "quality": 95}, "lzw": {"compression": "tiff_lzw"}}.items():
        Image.fromarray(SMOOTH).save(tmp_path / f"{name}.tif", **options)
        assert np.abs(open_image(tmp_path / f"{name}.tif").astype(int) - SMOOTH).max() <= 6


def test_going_through_a_scan_needs_a_few_bands_of_memory_not_the_scan(tmp_path, streamed):
    tile = np.ascontiguousarray(np.tile(SMOOTH[:128, :128], (2, 2, 1)))  # 4096 x 4096 pixels are 50 MB
    options = {"photometric": "rgb", "tile": (256, 256), "compression": "jpeg"}
    tifffile.imwrite(tmp_path / "s.tif", iter([tile] * 256), shape=(4096, 4096, 3), dtype=np.uint8, **options)
    rows = open_image(tmp_path / "s.tif")
    total = 0
    tracemalloc.start()
    for top in range(0, 4096, 64):
        total += int(rows[top : top + 64].sum(dtype=np.int64))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == pytest.approx(256 * int(tile.sum(dtype=np.int64)), rel=0.01)
    assert peak < 12e6  # a band is 3.1 MB; the last stands beside the next while that is made
