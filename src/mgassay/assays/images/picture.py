"""What every step of the measurement sees of an image: its shape and its rows, a stretch at a time.

An ordinary photograph is a numpy array; a scan of 20,000 x 20,000 pixels is read from its file stretch by stretch, so
that it never stands in memory whole.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
_GREY = 2  # grey levels between channels that JPEG's own rounding leaves in a grey picture


class Picture(Protocol):
    """An image of 8-bit RGB: (height, width, 3) and its rows; asked for in rising order, a few times over."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width, 3."""
        ...

    def __getitem__(self, rows: slice, /) -> Pixels:
        """Rows first to last (a contiguous slice) as an array (n, width, 3), not to be written to."""
        ...


def is_grey(pixels: Pixels) -> bool:
    """Whether 99.9 % of pixels (h, w, 3) have channels within 2 grey levels of each other."""
    red, green, blue = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    spread = most - least
    return bool(np.count_nonzero(spread > _GREY) <= 0.001 * spread.size)
