"""Image files -> colour pixels. What a file is, is seen in its header before anything is decoded."""

import contextlib
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgassay.errors import UnreadableError

_FORMATS = ("PNG", "JPEG", "TIFF")  # Pillow knows many more, none of which a microscope should export
MOST_PIXELS = 200_000_000
_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GREY = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_COLOUR = ("RGB", "RGBA", "RGBX", "P", "PA", "YCbCr")
_NO_CODEC_NEEDED = (1, 8, 32946)  # TIFF compressions that are read without Pillow: none and both kinds of deflate
# Whatever a broken file makes Pillow, tifffile and zlib let through.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, struct.error, zlib.error)

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Header:
    """What an image's header declares; `bits` per channel, `note` says how other than 8 bits become 8."""

    kind: str
    width: int
    height: int
    bits: int
    note: str = ""


def read_header(path: Path) -> Header:
    """The header of an image that can be decoded.

    Raises UnreadableError: MG265 (empty or broken), MG266 (too many pixels), MG267 (grey), MG268 (not RGB: CMYK and
    its kin), MG269 (several pictures in one file).
    """
    with _quiet(path):
        header = _tiff_header(path) if _is_tiff(path) else _pillow_header(path)
    return header


def decode_image(path: Path) -> Rgb:
    """The pixels (height, width, 3) of an image file, 8-bit RGB; the array may be read-only.

    16-bit TIFF channels become round(v / 257); 16-bit PNG channels lose their low byte; a palette is looked up; an
    alpha channel is dropped where it is opaque all over. Raises UnreadableError as `read_header`, MG265 also for a
    file that was cut off, MG270 for an image that is transparent somewhere.
    """
    header = read_header(path)
    with _quiet(path):
        rgb = _tiff_pixels(path, header) if header.kind == "TIFF" else _pillow_pixels(path)
    if rgb.shape != (header.height, header.width, 3):
        raise UnreadableError("MG265", seen=f"{rgb.shape} pixels where the header says {header.width}×{header.height}")
    return rgb


@contextlib.contextmanager
def _quiet(path: Path) -> Iterator[None]:
    """Turns whatever a broken file raises into MG265; warnings and log lines of the decoders are left out."""
    from PIL import Image

    logger, limit = logging.getLogger("tifffile"), Image.MAX_IMAGE_PIXELS
    level = logger.level
    try:
        Image.MAX_IMAGE_PIXELS = None  # our own limit is checked first, on the header
        logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableError:
        raise
    except MemoryError as cause:
        raise UnreadableError("MG266", seen="more than the memory holds", limit=f"{MOST_PIXELS / 1e6:g}") from cause
    except _BROKEN as cause:
        raise UnreadableError("MG265", seen=f"{type(cause).__name__}: {cause}".replace(str(path), path.name)) from cause
    finally:
        Image.MAX_IMAGE_PIXELS = limit
        logger.setLevel(level)


def _is_tiff(path: Path) -> bool:
    """Whether the file begins as a TIFF does."""
    with path.open("rb") as file:
        return file.read(4) in _TIFF_MARKS


def _pillow_header(path: Path) -> Header:
    """The header of a PNG or JPEG."""
    from PIL import Image

    with Image.open(path, formats=_FORMATS) as image:
        kind = image.format or ""
        _check_size(*image.size)
        deep = kind == "PNG" and _png_bits(path) == 16
        _check_mode(image.mode)
    note = "16 bits per channel: the low byte is left out, floor(v / 256)" if deep else ""
    return Header(kind, *image.size, 16 if deep else 8, note)


def _png_bits(path: Path) -> int:
    """Bits per channel of a PNG, which its first chunk holds in byte 24."""
    with path.open("rb") as file:
        return file.read(25)[24]


def _check_size(width: int, height: int) -> None:
    """Raises UnreadableError MG266 for more pixels than are taken, MG265 for none."""
    if width * height > MOST_PIXELS:
        raise UnreadableError("MG266", seen=f"{width}×{height}", limit=f"{MOST_PIXELS / 1e6:g}")
    if width < 1 or height < 1:
        raise UnreadableError("MG265", seen=f"{width}×{height} pixels")


def _check_mode(mode: str) -> None:
    """Raises UnreadableError for pixels that are no RGB colours: MG267 for grey, MG268 for the rest."""
    if mode in _GREY:
        raise UnreadableError("MG267", seen=f"mode {mode}")
    if mode not in _COLOUR:
        raise UnreadableError("MG268", seen=f"mode {mode}")


def _tiff_header(path: Path) -> Header:
    """The header of a TIFF with one picture (smaller copies of it, as pyramids have, are passed over)."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = _only_page(tiff)
        photometric, channels = int(page.photometric), int(page.samplesperpixel)
        width, height, bits = int(page.imagewidth), int(page.imagelength), int(page.bitspersample)
        number_kind = page.dtype.kind if page.dtype is not None else "?"
    _check_size(width, height)
    if photometric in (0, 1) and channels < 3:
        raise UnreadableError("MG267", seen="a TIFF with one channel")
    if photometric not in (2, 3, 6) or (photometric == 2 and channels not in (3, 4)):
        raise UnreadableError("MG268", seen=f"photometric {photometric}, {channels} channels")
    if bits not in (8, 16) or number_kind != "u" or (bits == 16 and photometric != 2):
        raise UnreadableError("MG268", seen=f"{bits} bits per channel, type {number_kind}")
    note = "16 bits per channel: round(v / 257)" if bits == 16 else ""
    return Header("TIFF", width, height, bits, note)


def _only_page(tiff: Any) -> Any:
    """The page of the largest picture; raises UnreadableError MG269 when another one of its size is in the file."""
    pages = [p for p in tiff.pages if not int(p.subfiletype) & 1]
    largest = max(pages, key=lambda p: int(p.imagewidth) * int(p.imagelength))
    alike = [p for p in pages if (p.imagewidth, p.imagelength) == (largest.imagewidth, largest.imagelength)]
    if len(alike) > 1:
        raise UnreadableError("MG269", seen=str(len(alike)))
    return largest


def _tiff_pixels(path: Path, header: Header) -> Rgb:
    """The pixels of a TIFF; by tifffile where it needs no codec, which holds them in memory once only."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = _only_page(tiff)
        by_pillow = header.bits == 8 and (int(page.compression) not in _NO_CODEC_NEEDED or int(page.photometric) != 2)
        pixels = None if by_pillow else page.asarray()
        planar = int(page.planarconfig) == 2
    if pixels is None:
        return _pillow_pixels(path)
    if planar:
        pixels = np.moveaxis(pixels, 0, -1)
    eight = _eight_bits(pixels)
    return _without_alpha(eight) if eight.shape[-1] == 4 else np.ascontiguousarray(eight)


def _eight_bits(pixels: npt.NDArray[Any]) -> Rgb:
    """8-bit channels as they are, 16-bit ones as round(v / 257), so that 65535 is 255; 64 rows at a time."""
    if pixels.dtype == np.uint8:
        return pixels
    eight = np.empty(pixels.shape, dtype=np.uint8)
    for top in range(0, len(pixels), 64):
        eight[top : top + 64] = (pixels[top : top + 64].astype(np.uint32) + 128) // 257
    return eight


def _pillow_pixels(path: Path) -> Rgb:
    """The pixels of an image by Pillow."""
    from PIL import Image

    with Image.open(path, formats=_FORMATS) as image:
        image.load()
        if image.mode == "RGB":
            return np.asarray(image)
        if "A" in image.mode or "transparency" in image.info:
            return _without_alpha(np.asarray(image.convert("RGBA")))
        return np.asarray(image.convert("RGB"))


def _without_alpha(pixels: Rgb) -> Rgb:
    """The colours of RGBA pixels; raises UnreadableError MG270 where any pixel is not opaque."""
    transparent = int(np.count_nonzero(pixels[..., 3] != 255))
    if transparent:
        raise UnreadableError("MG270", seen=str(transparent))
    return np.ascontiguousarray(pixels[..., :3])
