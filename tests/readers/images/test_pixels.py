import io
import logging
import warnings

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from mgassay.errors import UnreadableError
from mgassay.readers.images import header, pixels
from mgassay.readers.images.pixels import open_image, read_header

RNG = np.random.default_rng(7)
RGB = RNG.integers(0, 256, (24, 31, 3), dtype=np.uint8)


@pytest.fixture
def save(tmp_path):
    def save(name, array=RGB, mode=None, **options):
        path = tmp_path / name
        image = Image.fromarray(array)
        (image.convert(mode) if mode else image).save(path, **options)
        return path

    return save


def refused(path):
    with pytest.raises(UnreadableError) as error:
        open_image(path)
    return error.value.code


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.tif", {}),
        ("a.tif", {"compression": "tiff_lzw"}),
        ("a.tif", {"compression": "tiff_adobe_deflate"}),
        ("a.tif", {"compression": "packbits"}),
    ],
)
def test_lossless_files_give_back_every_pixel(save, name, options):
    path = save(name, **options)
    rgb = open_image(path)
    assert (rgb.dtype, rgb.shape) == (np.uint8, (24, 31, 3))
    np.testing.assert_array_equal(rgb, RGB)
    header = read_header(path)
    assert (header.width, header.height, header.bits, header.note) == (31, 24, 8, "")


def test_a_jpeg_is_decoded_as_pillow_decodes_it(save):
    path = save("a.jpg", quality=95)
    with Image.open(path) as image:
        np.testing.assert_array_equal(open_image(path), np.asarray(image))


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("deflate", [None, "zlib"])
def test_16_bit_tiff_becomes_the_nearest_of_256_levels(tmp_path, planar, deflate):
    # By hand: v / 257 rounded; 128 is 0.498, 129 is 0.502, 257 is 1, 65535 is 255.
    levels = np.array([0, 128, 129, 257, 385, 386, 32767, 65535], dtype=np.uint16)
    deep = np.stack([levels, levels[::-1], levels], axis=-1)[np.newaxis].repeat(70, axis=0)
    file = tmp_path / "deep.tif"
    stored = deep if planar == "contig" else np.moveaxis(deep, -1, 0)
    tifffile.imwrite(file, stored, photometric="rgb", planarconfig=planar, compression=deflate)
    rgb = open_image(file)
    assert rgb.shape == (70, 8, 3)
    assert rgb[69, :, 0].tolist() == [0, 0, 1, 1, 1, 2, 127, 255]
    assert rgb[0, :, 1].tolist() == [255, 127, 2, 1, 1, 1, 0, 0]
    assert "257" in read_header(file).note


def png_of_16_bits(array):
    """A PNG with 16 bits per channel, chunk by chunk (Pillow cannot write one)."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = array.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_16_bit_png_loses_its_low_byte_and_says_so(tmp_path):
    deep = np.array([[[0, 255, 256], [511, 512, 65535]]], dtype=np.uint16)
    file = tmp_path / "deep.png"
    file.write_bytes(png_of_16_bits(deep))
    assert open_image(file).tolist() == [[[0, 0, 1], [1, 2, 255]]]
    header = read_header(file)
    assert header.bits == 16
    assert "floor(v / 256)" in header.note


def test_a_palette_is_looked_up(save):
    few = (RGB // 128 * 255).astype(np.uint8)
    np.testing.assert_array_equal(open_image(save("p.png", few, "P")), few)


def test_opaque_alpha_is_dropped_and_transparency_refused(save, tmp_path):
    opaque = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    for name in ("a.png", "a.tif"):
        np.testing.assert_array_equal(open_image(save(name, opaque)), RGB)
    clear = opaque.copy()
    clear[3, 4, 3] = 254
    for name in ("b.png", "b.tif"):
        assert refused(save(name, clear)) == "MG270"


GREY = RGB[..., 0]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("g.png", GREY), ("g.jpg", GREY), ("g.tif", GREY), ("g16.png", GREY.astype(np.uint16) * 257),
        ("g16.tif", GREY.astype(np.uint16) * 257), ("bw.png", GREY > 99),
    ],
)  # fmt: skip
def test_grey_images_are_refused(save, name, array):
    assert refused(save(name, array)) == "MG267"


def test_grey_with_alpha_is_refused(save):
    assert refused(save("la.png", GREY, "LA")) == "MG267"


def test_colours_that_are_not_rgb_are_refused(save, tmp_path):
    assert refused(save("c.jpg", RGB, "CMYK")) == "MG268"
    assert refused(save("c.tif", RGB, "CMYK")) == "MG268"
    tifffile.imwrite(tmp_path / "float.tif", RGB.astype(np.float32), photometric="rgb")
    assert refused(tmp_path / "float.tif") == "MG268"


def test_several_pictures_are_refused_and_smaller_copies_passed_over(tmp_path):
    tifffile.imwrite(tmp_path / "stack.tif", np.stack([RGB, RGB]), photometric="rgb")
    assert refused(tmp_path / "stack.tif") == "MG269"
    with tifffile.TiffWriter(tmp_path / "pyramid.tif") as tiff:
        tiff.write(RGB, photometric="rgb")
        tiff.write(RGB[::2, ::2], photometric="rgb", subfiletype=1)
    np.testing.assert_array_equal(open_image(tmp_path / "pyramid.tif"), RGB)


@pytest.mark.parametrize("name", ["t.png", "t.jpg", "t.tif", "lzw.tif"])
@pytest.mark.parametrize("kept", [0, 3, 20, 0.3, 0.7])
def test_a_file_that_was_cut_off_is_refused_wherever_it_ends(save, name, kept):
    path = save(
        name,
        RNG.integers(0, 256, (120, 130, 3), dtype=np.uint8),
        **({"compression": "tiff_lzw"} if "lzw" in name else {}),
    )
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    assert refused(path) == "MG265"


def test_a_tiff_without_a_colour_space_is_refused(save):
    path = save("a.tif")
    content = path.read_bytes()
    tag = content.rindex((262).to_bytes(2, "little") + (3).to_bytes(2, "little"))  # PhotometricInterpretation, short
    path.write_bytes(content[:tag] + (65000).to_bytes(2, "little") + content[tag + 2 :])
    assert refused(path) in ("MG265", "MG268")


def test_what_is_no_image_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_text("this is text")
    assert refused(tmp_path / "a.jpg") == "MG265"
    assert refused(tmp_path / "gone.jpg") == "MG265"
    Image.fromarray(RGB).save(tmp_path / "b.jpg", format="BMP")
    assert refused(tmp_path / "b.jpg") == "MG265"


@pytest.mark.parametrize("name", ["l.png", "l.jpg"])
def test_too_many_pixels_are_seen_before_they_are_decoded(save, monkeypatch, name):
    path = save(name)
    monkeypatch.setattr(header, "MOST_PIXELS", 24 * 31)
    assert open_image(path).shape == (24, 31, 3)
    monkeypatch.setattr(header, "MOST_PIXELS", 24 * 31 - 1)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(UnreadableError) as error:
        open_image(path)
    assert (error.value.code, error.value.seen) == ("MG266", "31×24")


def test_a_bomb_of_a_header_is_refused_by_our_own_limit(tmp_path):
    head = bytearray(png_of_16_bits(np.zeros((1, 1, 3), np.uint16)))
    head[16:24] = (30000).to_bytes(4) + (30000).to_bytes(4)
    import zlib

    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)
    (tmp_path / "bomb.png").write_bytes(head)
    assert refused(tmp_path / "bomb.png") == "MG266"


def test_the_decoders_own_settings_stay_as_they_were(save, tmp_path):
    limit, level = Image.MAX_IMAGE_PIXELS, logging.getLogger("tifffile").level
    open_image(save("a.tif"))
    (tmp_path / "b.tif").write_bytes(b"II*\0 broken")
    refused(tmp_path / "b.tif")
    assert (Image.MAX_IMAGE_PIXELS, logging.getLogger("tifffile").level) == (limit, level)


def test_a_decoders_warning_never_reaches_the_user(tmp_path):
    stream = io.BytesIO()
    Image.fromarray(RGB).save(stream, format="JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0broken")
    (tmp_path / "exif.jpg").write_bytes(stream.getvalue())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        open_image(tmp_path / "exif.jpg")
    assert caught == []


def test_an_image_of_many_pieces_comes_in_one_and_leaves_pillow_as_it_was(save, monkeypatch):
    pieces = []
    monkeypatch.setattr(ImageFile, "MAXBLOCK", 200)
    encoder = Image._getencoder

    def counting(*args):
        pieces.append(ImageFile.MAXBLOCK)
        return encoder(*args)

    path = save("a.png")
    monkeypatch.setattr(Image, "_getencoder", counting)
    np.testing.assert_array_equal(open_image(path), RGB)
    assert (pieces, ImageFile.MAXBLOCK) == ([RGB.size], 200)


def test_a_large_photograph_stays_as_pillow_holds_it(save, monkeypatch):
    path = save("a.png")
    monkeypatch.setattr(pixels, "_LARGE", 100)
    rows = open_image(path)
    assert isinstance(rows, pixels.PillowRows)
    assert rows.shape == (24, 31, 3)
    for part in (slice(0, 10), slice(7, 24), slice(None), slice(20, 99)):
        np.testing.assert_array_equal(rows[part], RGB[part])
    assert rows[5:5].shape == (0, 31, 3)


def test_every_format_is_told_by_its_first_bytes_not_by_its_name(tmp_path):
    (tmp_path / "a.czi").write_bytes(b"ZISRAWFILE" + bytes(600))
    (tmp_path / "a.nd2").write_bytes(b"\xda\xce\xbe\x0a" + bytes(600))
    (tmp_path / "a.lif").write_bytes(b"\x70\0\0\0\x05\0\0\0\x2a" + bytes(600))
    for name in ("a.czi", "a.nd2", "a.lif"):
        assert refused(tmp_path / name) == "MG265"
        Image.fromarray(RGB).save(tmp_path / name, format="PNG")
        np.testing.assert_array_equal(open_image(tmp_path / name), RGB)
