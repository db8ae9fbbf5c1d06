"""TIFF and its kin (OME-TIFF, BigTIFF, SVS, NDPI): header, pixels whole, and pixels band by band.

Pillow decodes 8-bit LZW, JPEG and PackBits, tifffile what needs no codec; all else, and every scan too large to stand
in memory, needs the codecs of the extra `tiff`.
"""

import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from mgassay.errors import UnreadableError
from mgassay.readers.images import header
from mgassay.readers.images.bands import Bands
from mgassay.readers.images.header import Header, Rgb, deep_note, eight_bits, needs_extra, without_alpha
from mgassay.readers.images.tiff_scale import size_of_page
from mgassay.readers.images.upright import TAG, known_orientation, size_upright

_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NO_CODEC_NEEDED = (1, 8, 32946)  # TIFF compressions that tifffile reads by itself: none and both kinds of deflate
_BY_PILLOW = (5, 6, 7, 32773)  # LZW, both kinds of JPEG, PackBits
# Compressions that scanners and programs for pictures write and imagecodecs reads: JPEG XR, JPEG 2000, further JPEG,
# LERC, LZMA, Zstandard, WebP, JPEG XL. Others that it could read (PNG or JBIG in a TIFF) are left alone: each is one
# more decoder that a file from a stranger reaches (docs/security.md).
_BY_IMAGECODECS = (
    *(22610, 33003, 33004, 33005, 33007, 34712, 34887, 34892, 34925, 34926, 34927, 34934),
    *(50000, 50001, 50002),
)
_JPEG = 7
_LARGEST_BAND = 50_000_000  # pixels of a row of tiles or of a strip that is decoded at once


def is_tiff(start: bytes) -> bool:
    """Whether a file that begins so is a TIFF or BigTIFF of either byte order."""
    return start[:4] in _MARKS


def tiff_header(path: Path) -> Header:
    """The header of a TIFF with one picture (smaller copies of it, as pyramids have, are passed over).

    Raises UnreadableError as `mgassay.readers.images.pixels.read_header`.
    """
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = _only_page(tiff)
        width, height, bits = int(page.imagewidth), int(page.imagelength), int(page.bitspersample)
        _check_colours(page, bits)
        streamed = width * height > header.MOST_PIXELS and _in_bands(page)
        header.check_size(width, height, streamed=streamed)
        by_pillow = not streamed and _by_pillow(page)
        _check_codec(page, by_pillow=by_pillow)
        _check_there(page, tiff.filehandle.size)
        orientation = 1 if streamed else known_orientation(page.tags.valueof(TAG))
        shown, size = size_upright(width, height, orientation), size_of_page(tiff, page)
        return Header("TIFF", *shown, bits, deep_note(bits), size, streamed, by_pillow, int(page.index), orientation)


def _check_there(page: Any, file_size: int) -> None:
    """Raises UnreadableError MG265 where a tile or strip was never written, or lies behind the end of the file."""
    if 0 in page.databytecounts:
        raise UnreadableError("MG265", seen="a tile or strip that was never written")
    if max(map(sum, zip(page.dataoffsets, page.databytecounts, strict=False)), default=0) > file_size:
        raise UnreadableError("MG265", seen="the file ends before the picture does")


def tiff_pixels(path: Path) -> Rgb:
    """The pixels (h, w, 3) of a TIFF, decoded by tifffile, which holds them once.

    Raises UnreadableError MG270 for an image that is transparent somewhere.
    """
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = _only_page(tiff)
        pixels = page.asarray()
        if int(page.planarconfig) == 2:
            pixels = np.moveaxis(pixels, 0, -1)
        return without_alpha(eight_bits(pixels))


def tiff_bands(path: Path) -> Bands:
    """The pixels of a TIFF, one row of tiles or some strips at a time."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = _only_page(tiff)
        shape = (int(page.imagelength), int(page.imagewidth), 3)
        offsets, counts = tuple(page.dataoffsets), tuple(page.databytecounts)
        page.init_decode()  # while the file is open

    def read(band: int) -> Rgb:
        with path.open("rb") as file:
            pixels = _plain_band(page, file, band) if _is_plain(page) else _band(page, file, offsets, counts, band)
        return without_alpha(eight_bits(pixels))

    return Bands(path, shape, range(0, shape[0], _band_rows(page)), read)


def _only_page(tiff: Any) -> Any:
    """The page of the largest picture; raises UnreadableError MG269 when another one of its size is in the file."""
    pages = [p for p in tiff.pages if not int(p.subfiletype) & 1]
    largest = max(pages, key=lambda p: int(p.imagewidth) * int(p.imagelength))
    alike = [p for p in pages if (p.imagewidth, p.imagelength) == (largest.imagewidth, largest.imagelength)]
    if len(alike) > 1:
        raise UnreadableError("MG269", seen=str(len(alike)))
    return largest


def _check_colours(page: Any, bits: int) -> None:
    """Raises UnreadableError for a page that is not 8- or 16-bit RGB: MG267 for grey, MG269 for depth, MG268 else."""
    photometric, channels = int(page.photometric), int(page.samplesperpixel)
    number_kind = page.dtype.kind if page.dtype is not None else "?"
    if int(page.imagedepth) > 1:
        raise UnreadableError("MG269", seen=str(int(page.imagedepth)))
    if photometric in (0, 1) and channels < 3:
        raise UnreadableError("MG267", seen="a TIFF with one channel")
    if photometric not in (2, 3, 6) or (photometric == 2 and channels not in (3, 4)):
        raise UnreadableError("MG268", seen=f"photometric {photometric}, {channels} channels")
    if bits not in (8, 16) or number_kind != "u" or (bits == 16 and photometric != 2):
        raise UnreadableError("MG268", seen=f"{bits} bits per channel, type {number_kind}")


def _by_pillow(page: Any) -> bool:
    """Whether Pillow decodes the page: 8 bits, in a compression of its own, or colours that are not stored as RGB.

    NDPI, which holds its whole scan as one JPEG wider than JPEG allows, is left to tifffile.
    """
    known = int(page.compression) in (*_NO_CODEC_NEEDED, *_BY_PILLOW) and page.jpegheader is None
    special = int(page.compression) in _BY_PILLOW or int(page.photometric) != 2
    return int(page.bitspersample) == 8 and known and special


def _check_codec(page: Any, *, by_pillow: bool) -> None:
    """Raises UnreadableError: MG290 for a compression whose codec is not installed, MG295 for one that is not read."""
    compression = int(page.compression)
    if by_pillow or compression in _NO_CODEC_NEEDED:
        return
    seen = f"a TIFF with {getattr(page.compression, 'name', str(compression))} compression"
    if compression not in (*_BY_PILLOW, *_BY_IMAGECODECS):
        raise UnreadableError("MG295", seen=seen)
    if not importlib.util.find_spec("imagecodecs"):
        raise needs_extra("tiff", "imagecodecs", seen)


def _is_plain(page: Any) -> bool:
    """Whether the pixels stand in the file one after the other as they are, so that any row can be read."""
    return bool(page.is_contiguous) and int(page.planarconfig) == 1


def _segment_rows(page: Any) -> int:
    """Rows of pixels of a tile or strip."""
    return int(page.tilelength) if page.is_tiled else min(int(page.rowsperstrip), int(page.imagelength))


def _band_rows(page: Any) -> int:
    """Rows of pixels of a band: as many rows of tiles or strips as make 64 or more."""
    rows = 1 if _is_plain(page) else _segment_rows(page)
    return rows * math.ceil(64 / rows)


def _in_bands(page: Any) -> bool:
    """Whether a page can be decoded band by band: RGB or JPEG of its own in tiles or strips of a reasonable size."""
    colours = int(page.photometric) == 2 or (int(page.photometric) == 6 and int(page.compression) == _JPEG)
    return colours and _band_rows(page) * int(page.imagewidth) <= _LARGEST_BAND


def _plain_band(page: Any, file: BinaryIO, band: int) -> npt.NDArray[Any]:
    """The pixels of one band of a page that `_is_plain`."""
    height, width, channels = int(page.imagelength), int(page.imagewidth), int(page.samplesperpixel)
    first, kind = band * _band_rows(page), page.dtype.newbyteorder(page.parent.byteorder)
    rows, row = min(_band_rows(page), height - first), width * channels * kind.itemsize
    file.seek(page.dataoffsets[0] + first * row)
    pixels = np.frombuffer(file.read(rows * row), kind).reshape(rows, width, channels)
    return pixels


def _band(page: Any, file: BinaryIO, offsets: Sequence[int], counts: Sequence[int], band: int) -> npt.NDArray[Any]:
    """The pixels of one band: its segments of every plane, each at its own place."""
    height, width, channels = int(page.imagelength), int(page.imagewidth), int(page.samplesperpixel)
    first, down = band * _band_rows(page), _segment_rows(page)
    last = min(height, first + _band_rows(page))
    across = math.ceil(width / int(page.tilewidth)) if page.is_tiled else 1
    planes, per_plane = channels if int(page.planarconfig) == 2 else 1, across * math.ceil(height / down)
    wanted = range(first // down * across, math.ceil(last / down) * across)
    pixels = np.empty((last - first, width, channels), page.dtype)
    for index in (plane * per_plane + i for plane in range(planes) for i in wanted):
        file.seek(offsets[index])
        segment, place = _decoded(page, file.read(counts[index]), index)
        row, column = place[2] - first, place[3]
        part = pixels[row : row + segment.shape[0], column : column + segment.shape[1]]
        into = part if planes == 1 else part[..., place[0], np.newaxis]
        into[...] = segment[: part.shape[0], : part.shape[1]]
    return pixels


def _decoded(page: Any, data: bytes, index: int) -> tuple[npt.NDArray[Any], tuple[int, ...]]:
    """A decoded tile or strip (rows, columns, channels) and its place (plane, depth, row, column, channel)."""
    tables = {"jpegtables": page.jpegtables, "jpegheader": page.jpegheader} if int(page.compression) == _JPEG else {}
    segment, place, _ = page.decode(data, index, **tables)
    return segment[0], place
