"""An image that is read from its file some rows at a time, so that a scan of 20,000 x 20,000 pixels fits in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mgassay.errors import UnreadableError
from mgassay.readers.images.header import Rgb, quiet


@dataclass
class Bands:
    """An image (`shape`: height, width, 3) in bands of rows; `starts` are their first rows, in rising order from 0.

    `read(i)` gives the pixels of band i from the file at `path`. The last band that was read is kept, so that rows
    asked for in rising order are decoded once. No file stays open between two calls.
    """

    path: Path
    shape: tuple[int, int, int]
    starts: Sequence[int]
    read: Callable[[int], Rgb]
    _held: dict[int, Rgb] = field(default_factory=dict)

    def __getitem__(self, rows: slice, /) -> Rgb:
        """Rows of a contiguous slice as an array (n, width, 3), not to be written to.

        Raises UnreadableError MG265 where the file ends or is broken there, and ValueError for a slice with a step.
        """
        first, last, step = rows.indices(self.shape[0])
        if step != 1:
            raise ValueError("rows are read one after the other")
        if last <= first:
            return np.zeros((0, *self.shape[1:]), np.uint8)
        found = range(self._band_of(first), self._band_of(last - 1) + 1)
        parts = [self._band(i)[max(0, first - self.starts[i]) : last - self.starts[i]] for i in found]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _band_of(self, row: int) -> int:
        """The band that holds a row."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1

    def _band(self, i: int) -> Rgb:
        """The pixels of a band."""
        if i not in self._held:
            self._held.clear()
            with quiet(self.path):
                band = self.read(i)
            end = self.starts[i + 1] if i + 1 < len(self.starts) else self.shape[0]
            if band.shape != (end - self.starts[i], *self.shape[1:]):
                raise UnreadableError("MG265", seen=f"{band.shape} pixels in rows {self.starts[i]} to {end}")
            self._held[i] = band
        return self._held[i]
