"""ND2 (Nikon): header and pixels of one colour picture, by the package nd2 (extra `nd2`), some rows at a time."""

import importlib.util
import math
from pathlib import Path
from typing import Any

import numpy as np

from mgassay.errors import UnreadableError
from mgassay.readers.images import header
from mgassay.readers.images.bands import Bands
from mgassay.readers.images.header import Header, PixelSize, Rgb, deep_note, eight_bits, needs_extra

_MARKS = (b"\xda\xce\xbe\x0a", b"\0\0\0\x0cjP")  # since version 2, and the old kind in JPEG 2000
_BAND_ROWS = 256


def is_nd2(start: bytes) -> bool:
    """Whether a file that begins so is an ND2."""
    return start.startswith(_MARKS)


def nd2_header(path: Path) -> Header:
    """The header of an ND2 with one colour picture.

    Raises UnreadableError: MG290 without nd2, MG269 for several times, planes or positions, MG267 for grey, MG268 for
    other pixels, MG295 for a compression that is not read.
    """
    if not importlib.util.find_spec("nd2"):
        raise needs_extra("nd2", "nd2", "an ND2 of Nikon")
    import nd2

    with nd2.ND2File(path) as file:
        if file.is_legacy or file.attributes.compressionType == "lossy":
            raise UnreadableError("MG295", seen="an ND2 in JPEG 2000 or with lossy compression")
        sizes = dict(file.sizes)
        frames = math.prod(n for name, n in sizes.items() if name not in ("Y", "X", "S", "C"))
        if max(frames, file.attributes.sequenceCount) > 1:
            raise UnreadableError("MG269", seen=str(max(frames, file.attributes.sequenceCount)))
        if sizes.get("S") != 3 or file.dtype not in (np.uint8, np.uint16):
            code = "MG268" if "C" in sizes or "S" in sizes else "MG267"
            raise UnreadableError(code, seen=f"{sizes.get('S', 1)} colours, {sizes.get('C', 1)} channels, {file.dtype}")
        whole = file.attributes.compressionType is not None
        size = _pixel_size(file)
    width, height, bits = int(sizes["X"]), int(sizes["Y"]), 8 * file.dtype.itemsize
    streamed = not whole and width * height > header.MOST_PIXELS
    header.check_size(width, height, streamed=streamed)
    return Header("ND2", width, height, bits, deep_note(bits), size, streamed)


def nd2_bands(path: Path, head: Header) -> Bands:
    """The pixels of an ND2 with this header: bands of 256 rows where it is streamed, else one band."""
    import nd2

    rows = _BAND_ROWS if head.streamed else head.height

    def read(band: int) -> Rgb:
        with nd2.ND2File(path) as file:
            part = file.read_frame(0)[band * rows : (band + 1) * rows]
            return eight_bits(np.array(part[..., ::-1]))  # blue, green, red in the file, and in what nd2 gives

    return Bands(path, (head.height, head.width, 3), range(0, head.height, rows), read)


def _pixel_size(file: Any) -> PixelSize | None:
    """The calibration of an ND2, one number in µm for X and Y; None where NIS-Elements was not calibrated.

    Taken from the first picture's own chunk: `ND2File.metadata` of nd2 0.12 fails where no fluorophore is named.
    """
    chunks = {"ImageMetadataSeqLV|0", "ImageMetadataSeq|0"}  # since version 3, before it
    for chunk in file.unstructured_metadata(strip_prefix=False, include=chunks).values():
        picture = chunk.get("SLxPictureMetadata", chunk) if isinstance(chunk, dict) else {}
        um = picture.get("dCalibration", 0.0)
        if picture.get("bCalibrated") and um > 0:
            return PixelSize(um, um, "ND2's calibration")
    return None
