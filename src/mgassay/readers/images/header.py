"""What an image's header declares, and what is refused on the ground of it before anything is decoded."""

import contextlib
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import ParseError

import numpy as np
import numpy.typing as npt

from mgassay.errors import UnreadableError

MOST_PIXELS = 200_000_000  # of an image that must be decoded whole: 600 MB as 8-bit RGB
MOST_STREAMED = 4_000_000_000  # of one that is read some rows at a time, and bounds time, not memory
# Whatever a broken file makes Pillow, tifffile, zlib and the readers of microscopes' own formats let through.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, TypeError, struct.error, zlib.error),
    *(LookupError, AttributeError, ArithmeticError, AssertionError, NameError, RuntimeError, ParseError),
)

Rgb = npt.NDArray[np.uint8]


class Rows(Protocol):
    """An image of 8-bit RGB whose rows can be asked for: a numpy array, or a file that is read some rows at a time."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width, 3."""
        ...

    def __getitem__(self, rows: slice, /) -> Rgb:
        """Rows first to last, a contiguous slice, as an array (n, width, 3) that is not to be written to."""
        ...


@dataclass(frozen=True)
class PixelSize:
    """The size of a pixel in µm along x and y, and which part of the file's metadata says so."""

    x_um: float
    y_um: float
    source: str


@dataclass(frozen=True)
class Header:
    """What an image's header declares; `bits` per channel, `note` says how other than 8 bits become 8.

    `streamed`: rows are read while they are asked for; `by_pillow`: Pillow decodes the file, page `page` of it.
    Width and height are those of the picture as a viewer shows it, stored pixels are turned by `orientation` (1 to 8).
    """

    kind: str
    width: int
    height: int
    bits: int
    note: str = ""
    size: PixelSize | None = None
    streamed: bool = False
    by_pillow: bool = False
    page: int = 0
    orientation: int = 1


def check_size(width: int, height: int, *, streamed: bool = False) -> None:
    """Raises UnreadableError MG266 for more pixels than are taken, MG265 for none."""
    most = MOST_STREAMED if streamed else MOST_PIXELS
    if width * height > most:
        raise UnreadableError("MG266", seen=f"{width}×{height}", limit=f"{most / 1e6:g}")
    if width < 1 or height < 1:
        raise UnreadableError("MG265", seen=f"{width}×{height} pixels")


def deep_note(bits: int) -> str:
    """How 16-bit channels become 8 bits everywhere but in a PNG."""
    return "16 bits per channel: round(v / 257)" if bits == 16 else ""


def eight_bits(pixels: npt.NDArray[np.generic]) -> Rgb:
    """8-bit channels as they are, 16-bit ones as round(v / 257), so that 65535 is 255; 64 rows at a time."""
    if pixels.dtype == np.uint8:
        return pixels.view(np.uint8)
    eight = np.empty(pixels.shape, dtype=np.uint8)
    for top in range(0, len(pixels), 64):
        eight[top : top + 64] = (pixels[top : top + 64].astype(np.uint32) + 128) // 257
    return eight


def without_alpha(pixels: Rgb) -> Rgb:
    """The colours of RGB or RGBA pixels; raises UnreadableError MG270 where any pixel is not opaque."""
    if pixels.shape[-1] == 4 and (transparent := int(np.count_nonzero(pixels[..., 3] != 255))):
        raise UnreadableError("MG270", seen=str(transparent))
    return np.ascontiguousarray(pixels[..., :3])


def needs_extra(extra: str, package: str, seen: str) -> UnreadableError:
    """MG290: a format that is read with a package that is not installed."""
    return UnreadableError("MG290", seen=seen, extra=extra, package=package)


@contextlib.contextmanager
def quiet(path: Path) -> Iterator[None]:
    """Turns whatever a broken file raises into MG265; warnings and log lines of the decoders are left out."""
    from PIL import Image

    loggers = [logging.getLogger(name) for name in ("tifffile", "czifile", "liffile", "nd2")]
    levels, limit = [one.level for one in loggers], Image.MAX_IMAGE_PIXELS
    try:
        Image.MAX_IMAGE_PIXELS = None  # our own limit is checked first, on the header
        for one in loggers:
            one.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableError:
        raise
    except MemoryError as cause:
        raise UnreadableError("MG266", seen="more than the memory holds", limit=f"{MOST_PIXELS / 1e6:g}") from cause
    except BROKEN as cause:
        raise UnreadableError("MG265", seen=f"{type(cause).__name__}: {cause}".replace(str(path), path.name)) from cause
    finally:
        Image.MAX_IMAGE_PIXELS = limit
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
