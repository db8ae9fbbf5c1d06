"""LIF files written here, the smallest that liffile reads: an XML header in UTF-16, then one block of pixels each."""

import importlib.util
import struct

import numpy as np
import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.images import header
from mgassay.readers.images.header import PixelSize
from mgassay.readers.images.pixels import open_image, read_header

RGB = np.random.default_rng(4).integers(0, 256, (6, 9, 3), dtype=np.uint8)
TAGS = {"RGB": (1, 2, 3), "BGR": (3, 2, 1), "grey": (0,), "two channels": (0, 0)}


def dimension(number, count, length, step):
    return (
        f'<DimensionDescription DimID="{number}" NumberOfElements="{count}" Origin="0" Length="{length}" Unit="m"'
        f' BitInc="0" BytesInc="{step}"/>'
    )


def channel(tag, bits, step):
    return (
        f'<ChannelDescription DataType="0" ChannelTag="{tag}" Resolution="{bits}" NameOfMeasuredQuantity="" Min="0"'
        f' Max="255" Unit="" LUTName="" IsLUTInverted="0" BytesInc="{step}" BitInc="0"/>'
    )


def element(number, stored, tags, planes):
    h, w = stored.shape[:2]
    size, n = stored.dtype.itemsize, len(tags)
    channels = "".join(channel(tag, 8 * size, i * size) for i, tag in enumerate(tags))
    # 9 pixels 0.5 µm apart span 8 * 0.5 µm from the first to the last
    dimensions = dimension(1, w, 0.5e-6 * (w - 1), n * size) + dimension(2, h, 0.5e-6 * (h - 1), n * size * w)
    dimensions += dimension(3, planes, 1e-6, n * size * w * h) if planes > 1 else ""
    return (
        f'<Element Name="i{number}" Visibility="1"><Data><Image><ImageDescription><Channels>{channels}</Channels>'
        f"<Dimensions>{dimensions}</Dimensions></ImageDescription></Image></Data>"
        f'<Memory Size="{stored.nbytes * planes}" MemoryBlockID="MemBlock_{number}"/></Element>'
    )


def lif(path, pixels=RGB, kind="RGB", images=1, planes=1):
    tags = TAGS[kind]
    stored = np.ascontiguousarray(pixels[..., ::-1] if kind == "BGR" else pixels[..., : len(tags)])
    inner = "".join(element(i, stored, tags, planes) for i in range(images))
    xml = (
        '<LMSDataContainerHeader Version="2"><Element Name="p"><Data><Experiment/></Data><Memory Size="0"'
        f' MemoryBlockID="MemBlock_9"/><Children>{inner}</Children></Element></LMSDataContainerHeader>'
    )
    text = xml.encode("utf-16-le")
    out = struct.pack("<IIBI", 0x70, 5 + len(text), 0x2A, len(xml)) + text
    for i in range(images):
        name = f"MemBlock_{i}".encode("utf-16-le")
        head = struct.pack("<BQBI", 0x2A, stored.nbytes * planes, 0x2A, len(name) // 2) + name
        out += struct.pack("<II", 0x70, len(head)) + head + stored.tobytes() * planes
    path.write_bytes(out)
    return path


def refused(path):
    with pytest.raises(UnreadableError) as error:
        open_image(path)
    return error.value.code


@pytest.mark.parametrize("kind", ["RGB", "BGR"])
def test_colours_come_in_the_order_of_rgb(tmp_path, kind):
    path = lif(tmp_path / "a.lif", kind=kind)
    np.testing.assert_array_equal(open_image(path), RGB)
    assert read_header(path).size == PixelSize(pytest.approx(0.5), pytest.approx(0.5), "LIF's dimensions")


def test_16_bits_become_8(tmp_path):
    path = lif(tmp_path / "a.lif", RGB.astype(np.uint16) * 257)
    np.testing.assert_array_equal(open_image(path), RGB)
    assert "257" in read_header(path).note


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"kind": "grey"}, "MG267"), ({"kind": "two channels"}, "MG268"), ({"images": 2}, "MG269"),
        ({"planes": 3}, "MG269"), ({"images": 0}, "MG265"),
    ],
)  # fmt: skip
def test_what_is_not_one_colour_picture_is_refused(tmp_path, options, code):
    assert refused(lif(tmp_path / "a.lif", **options)) == code


@pytest.mark.parametrize("kept", [10, 200, 0.5, -10])
def test_a_file_that_was_cut_off_is_refused(tmp_path, kept):
    content = lif(tmp_path / "a.lif").read_bytes()
    (tmp_path / "a.lif").write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    assert refused(tmp_path / "a.lif") == "MG265"


def test_a_picture_too_large_to_be_held_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(header, "MOST_PIXELS", 50)
    assert refused(lif(tmp_path / "a.lif")) == "MG266"


def test_the_missing_package_is_named(tmp_path, monkeypatch):
    path, find = lif(tmp_path / "a.lif"), importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "liffile" else find(name))
    assert refused(path) == "MG290"
