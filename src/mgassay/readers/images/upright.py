"""Pictures as viewers show them: turned and mirrored as the orientation in their EXIF or TIFF tags says.

A telephone writes its pictures as its sensor lay, and beside them which way was up. No stained area depends on it, but
which well of a photographed plate is A1 does, and a lab names it by what a viewer shows.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from mgassay.readers.images.header import BROKEN

TAG = 274  # Orientation of TIFF 6.0 and EXIF: 1 to 8
_ON_ITS_SIDE = 5  # from here on width and height change places


def size_upright(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height as a viewer shows them, from those that are stored.

    >>> size_upright(40, 30, 6), size_upright(40, 30, 3)
    ((30, 40), (40, 30))
    """
    return (height, width) if orientation >= _ON_ITS_SIDE else (width, height)


def upright(pixels: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Stored pixels (h, w, ...) as a viewer shows them. Source: TIFF 6.0, Orientation."""
    if orientation >= _ON_ITS_SIDE:
        pixels = np.swapaxes(pixels, 0, 1)
    down = orientation in (3, 4, 7, 8)
    across = orientation in (2, 3, 6, 7)
    return pixels[:: -1 if down else 1, :: -1 if across else 1]


def known_orientation(said: object) -> int:
    """An orientation that a tag says, 1 (as stored) for what is none."""
    return int(said) if isinstance(said, int) and 1 <= said <= 8 else 1


def orientation_of(image: Any) -> int:
    """The orientation of a PNG or JPEG that Pillow opened; in a PNG only where it stands in front of the pixels.

    For what stands behind them Pillow would decode the picture.
    """
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    try:
        return known_orientation(image.getexif().get(TAG))
    except BROKEN:
        return 1
