"""Image files -> colour pixels. What a file is, is seen in its header before anything is decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mgassay.errors import UnreadableError
from mgassay.readers.images.czi_images import czi_bands, czi_header, is_czi
from mgassay.readers.images.header import Header, Rgb, Rows, check_size, quiet
from mgassay.readers.images.lif_images import is_lif, lif_header, lif_pixels
from mgassay.readers.images.nd2_images import is_nd2, nd2_bands, nd2_header
from mgassay.readers.images.tiff_images import is_tiff, tiff_bands, tiff_header, tiff_pixels
from mgassay.readers.images.upright import orientation_of, size_upright, upright
from mgassay.readers.images.whole import check_whole

_KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[Path], Header]], ...] = (
    *((is_tiff, tiff_header), (is_czi, czi_header)),
    *((is_nd2, nd2_header), (is_lif, lif_header)),
)
_FORMATS = ("PNG", "JPEG", "TIFF")  # Pillow knows many more, none of which a microscope should export
_GREY = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_COLOUR = ("RGB", "RGBA", "RGBX", "P", "PA", "YCbCr")
_ROWS = 32  # of bands that are copied at a time
_READ_AT_ONCE = 2**20  # bytes of a file that go to its decoder, which stops and starts again at the end of each piece
_LARGE = 32_000_000  # pixels above which Pillow's own image is kept and no array is made of it: 4 bytes a pixel, not 7


def read_header(path: Path) -> Header:
    """The header of an image that can be decoded.

    Raises UnreadableError: MG265 (empty or broken), MG266 (too many pixels), MG267 (grey), MG268 (not RGB: CMYK and
    its kin), MG269 (several pictures in one file), MG290 (a package for this format is not installed), MG295 (a
    compression that is not read).
    """
    with quiet(path):
        if header_of := _other_than_pillow(path):
            return header_of(path)
        with _pillow_image(path) as image:
            return _pillow_header(image, path)


def open_image(path: Path) -> Rows:
    """The pixels of an image file as rows of 8-bit RGB; arrays may be read-only.

    An image that fits in memory is decoded now, and turned as a viewer shows it; a scan that does not fit
    (`Header.streamed`) is decoded while its rows are asked for, as it is stored.
    16-bit TIFF channels become round(v / 257); 16-bit PNG channels lose their low byte; a palette is looked up; an
    alpha channel is dropped where it is opaque all over. Raises UnreadableError as `read_header`, MG265 also for a
    file that was cut off, MG270 for an image that is transparent somewhere.
    """
    with quiet(path):
        if header_of := _other_than_pillow(path):
            header = header_of(path)
            rows = _rows(path, header)
        else:
            with _pillow_image(path) as image:  # opened once for both
                header = _pillow_header(image, path)
                rows = _pillow_rows(image, header)
    if rows.shape != (header.height, header.width, 3):
        raise UnreadableError("MG265", seen=f"{rows.shape} pixels where the header says {header.width}×{header.height}")
    return rows


@dataclass(frozen=True)
class PillowRows:
    """An RGB image as Pillow holds it; rows are copied out of it."""

    image: Any

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, 3."""
        return self.image.height, self.image.width, 3

    def __getitem__(self, rows: slice, /) -> Rgb:
        """Rows of a contiguous slice as an array (n, width, 3)."""
        first, last, _ = rows.indices(self.image.height)
        return np.asarray(self.image.crop((0, first, self.image.width, max(first, last))))


def _other_than_pillow(path: Path) -> Callable[[Path], Header] | None:
    """What reads the header of a file whose first bytes are not for Pillow to judge; else None."""
    with path.open("rb") as file:
        start = file.read(16)
    return next((header_of for is_kind, header_of in _KINDS if is_kind(start)), None)


def _rows(path: Path, header: Header) -> Rows:
    """The pixels of an image with this header."""
    if header.by_pillow:
        with _pillow_image(path) as image:
            return _pillow_rows(image, header)
    if header.kind == "LIF":
        return lif_pixels(path)
    if header.kind == "TIFF":
        return tiff_bands(path) if header.streamed else upright(tiff_pixels(path), header.orientation)
    bands = czi_bands(path) if header.kind == "CZI" else nd2_bands(path, header)
    return bands if header.streamed else _array(bands)


def _pillow_image(path: Path) -> Any:
    """The image of a file by Pillow, not yet decoded; it closes the file at the end of its `with`."""
    from PIL import Image

    return Image.open(path, formats=_FORMATS)


def _pillow_header(image: Any, path: Path) -> Header:
    """The header of a PNG or JPEG."""
    kind = image.format or ""
    check_size(*image.size)
    deep = kind == "PNG" and _png_bits(path) == 16
    _check_mode(image.mode)
    frames = getattr(image, "n_frames", 1) if kind == "PNG" else 1  # a JPEG's others are smaller copies
    if frames > 1:
        raise UnreadableError("MG269", seen=str(frames))
    orientation = orientation_of(image)
    size = size_upright(image.width, image.height, orientation)
    check_whole(path)
    note = "16 bits per channel: the low byte is left out, floor(v / 256)" if deep else ""
    return Header(kind, *size, 16 if deep else 8, note, by_pillow=True, orientation=orientation)


def _png_bits(path: Path) -> int:
    """Bits per channel of a PNG, which its first chunk holds in byte 24."""
    with path.open("rb") as file:
        return file.read(25)[24]


def _check_mode(mode: str) -> None:
    """Raises UnreadableError for pixels that are no RGB colours: MG267 for grey, MG268 for the rest."""
    if mode in _GREY:
        raise UnreadableError("MG267", seen=f"mode {mode}")
    if mode not in _COLOUR:
        raise UnreadableError("MG268", seen=f"mode {mode}")


def _pillow_rows(image: Any, header: Header) -> Rows:
    """The pixels of an image that Pillow opened: an array, or for a large one Pillow's own image."""
    from PIL import ImageOps

    image.decodermaxblock = max(image.decodermaxblock, _READ_AT_ONCE)
    if header.page:
        image.seek(header.page)
    image.load()
    if header.kind != "TIFF" and header.orientation > 1:  # Pillow turns a TIFF itself
        ImageOps.exif_transpose(image, in_place=True)
    if "A" in image.mode or "transparency" in image.info:
        _check_opaque(image.convert("RGBA"))
    return _held(image if image.mode == "RGB" else image.convert("RGB"))


def _held(image: Any) -> Rows:
    """An RGB image of Pillow's as an array, a large one as it is.

    Left to itself Pillow hands out its pixels in pieces of 64 kB and then joins them, all bytes twice in memory; in one
    piece, which its documentation leaves to the user, they cost half.
    """
    from PIL import ImageFile

    if image.width * image.height > _LARGE:
        return PillowRows(image)
    usual = ImageFile.MAXBLOCK
    try:
        ImageFile.MAXBLOCK = max(usual, 3 * image.width * image.height)
        return np.asarray(image)
    finally:
        ImageFile.MAXBLOCK = usual


def _check_opaque(image: Any) -> None:
    """Raises UnreadableError MG270 where any pixel of an RGBA image is not opaque."""
    transparent = image.width * image.height - image.getchannel("A").histogram()[255]
    if transparent:
        raise UnreadableError("MG270", seen=str(transparent))


def _array(rows: Rows) -> Rgb:
    """All rows as one array, in stretches that stay in the processor's cache."""
    pixels = np.empty(rows.shape, np.uint8)
    for top in range(0, len(pixels), _ROWS):
        pixels[top : top + _ROWS] = rows[top : top + _ROWS]
    return pixels
