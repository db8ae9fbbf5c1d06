"""LIF (Leica): header and pixels of the one colour picture of a file, by liffile (extra `lif`)."""

import importlib.util
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mgassay.errors import UnreadableError
from mgassay.readers.images import header
from mgassay.readers.images.header import Header, PixelSize, Rgb, deep_note, eight_bits, needs_extra

_UM_PER_M = 1e6


def is_lif(start: bytes) -> bool:
    """Whether a file that begins so is a LIF: 0x70, a length, 0x2A."""
    return start[:4] == b"\x70\0\0\0" and start[8:9] == b"\x2a"


def lif_header(path: Path) -> Header:
    """The header of a LIF with one colour picture.

    Raises UnreadableError: MG290 without liffile, MG269 for several pictures, planes, times or tiles, MG267 for grey,
    MG268 for other pixels.
    """
    with _only_image(path) as image:
        sizes = {str(name): int(n) for name, n in image.sizes.items()}
        several = {name: n for name, n in sizes.items() if name not in ("Y", "X", "S", "C")}
        if several:
            raise UnreadableError("MG269", seen=str(math.prod(several.values())))
        if sizes.get("S") != 3 or image.dtype not in (np.uint8, np.uint16):
            code = "MG268" if "C" in sizes or "S" in sizes else "MG267"
            seen = f"{sizes.get('S', 1)} colours, {sizes.get('C', 1)} channels, {image.dtype}"
            raise UnreadableError(code, seen=seen)
        size, bits = _pixel_size(image), 8 * int(image.dtype.itemsize)
    header.check_size(sizes["X"], sizes["Y"])
    return Header("LIF", sizes["X"], sizes["Y"], bits, deep_note(bits), size)


def lif_pixels(path: Path) -> Rgb:
    """The pixels (h, w, 3) of the picture of a LIF."""
    with _only_image(path) as image:
        order = [list(image.dims).index(name) for name in ("Y", "X", "S")]
        return np.ascontiguousarray(eight_bits(np.transpose(image.asarray(), order)))


@contextmanager
def _only_image(path: Path) -> Iterator[Any]:
    """The one picture of a LIF; raises UnreadableError MG269 where there are several, MG265 where there is none."""
    if not importlib.util.find_spec("liffile"):
        raise needs_extra("lif", "liffile", "a LIF of Leica")
    import liffile

    with liffile.LifFile(path) as lif:
        if len(lif.images) != 1:
            code = "MG269" if len(lif.images) else "MG265"
            raise UnreadableError(code, seen=str(len(lif.images)) if len(lif.images) else "a LIF without a picture")
        yield lif.images[0]


def _pixel_size(image: Any) -> PixelSize | None:
    """Distance of pixels in µm from the coordinates of the first and last, which Leica gives in metres."""
    sides = []
    for axis in ("X", "Y"):
        places = image.coords.get(axis)
        if places is None or len(places) < 2:
            return None
        sides.append(_UM_PER_M * abs(float(places[-1] - places[0])) / (len(places) - 1))
    return PixelSize(sides[0], sides[1], "LIF's dimensions") if min(sides) > 0 else None
