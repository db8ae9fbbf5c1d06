"""What every step of the measurement sees of an image: its shape and its rows, a stretch at a time.

An ordinary photograph is a numpy array; a scan of 20,000 x 20,000 pixels is read from its file stretch by stretch, so
that it never stands in memory whole.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class Picture(Protocol):
    """An image of 8-bit RGB: (height, width, 3) and its rows; asked for in rising order, a few times over."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width, 3."""
        ...

    def __getitem__(self, rows: slice, /) -> Pixels:
        """Rows first to last (a contiguous slice) as an array (n, width, 3), not to be written to."""
        ...
