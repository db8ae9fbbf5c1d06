"""How dark the smooth background of a negative field is, whatever specks lie on it.

Debris, and now and then a true nodule, are small and dark; the layer of cells and the stain it holds change slowly from
place to place. So a field is cut into blocks of 16 x 16 pixels. The middle of a block and the scatter of its paler half
do not see a speck that covers less than half of it; a block that is darker than most of its neighbours takes theirs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.stain import UNITS_PER_OD, Chunk

BLOCK = 16  # pixels; divides the rows of a chunk
_EVERY = 2  # pixels looked at in a block, along rows and columns
_PALER = 0.1587  # of normal values lie more than one SD below the middle
_RANK = 6  # of nine blocks in rising order, from 0: hills keep their height, one or two dark ones do not count
_LEAST_SD = 1e-4
_HALVINGS = 40


@dataclass(frozen=True)
class Blocks:
    """Stain OD of the blocks of a field: the middle and the SD of each, (rows, columns)."""

    middle: NDArray[np.float64]
    sd: NDArray[np.float64]


def blocks_of_chunk(chunk: Chunk) -> NDArray[np.float64]:
    """Middle and lower SD bound (the 15.87th percentile) of the whole blocks of a chunk in OD, (2, rows, columns)."""
    down, across = chunk.od.shape[0] // BLOCK, chunk.od.shape[1] // BLOCK
    whole = chunk.od[: down * BLOCK, : across * BLOCK].reshape(down, BLOCK, across, BLOCK)[:, ::_EVERY, :, ::_EVERY]
    pixels = whole.swapaxes(1, 2).reshape(down, across, (BLOCK // _EVERY) ** 2)
    ranks = [pixels.shape[2] // 2, int(_PALER * pixels.shape[2])]
    return np.moveaxis(np.partition(pixels, ranks, axis=2)[..., ranks], 2, 0) / UNITS_PER_OD


def blocks_from_chunks(parts: list[NDArray[np.float64]]) -> Blocks | None:
    """The blocks of a field; None where it has no three by three of them."""
    both = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0, 0))
    if min(both.shape[1:]) < 3:
        return None
    middle, sd = _ranked(both[0], _RANK), _ranked(both[0] - both[1], 4)
    return Blocks(middle, np.maximum(sd, _LEAST_SD))


def background_percentile(fields: list[Blocks], percentile: float) -> float:
    """The percentile of stain OD over the fields of a well, every block normal about its middle."""
    from scipy.special import ndtr

    middle, sd = (np.concatenate([getattr(f, part).ravel() for f in fields]) for part in ("middle", "sd"))
    low, high = 0.0, float((middle + 10 * sd).max())
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        low, high = (at, high) if ndtr((at - middle) / sd).mean() < percentile / 100 else (low, at)
    return high


def _ranked(values: NDArray[np.float64], rank: int) -> NDArray[np.float64]:
    """Each value replaced by the one of this rank among itself and its eight neighbours (edges repeated)."""
    padded = np.pad(values, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).reshape(*values.shape, 9)
    ranked: NDArray[np.float64] = np.partition(windows, rank, axis=2)[..., rank]
    return ranked
