"""Nodules: connected parts of a stained mask, counted from its runs.

A mask is rows of runs (stretches of stained pixels); runs of neighbouring rows that touch, corners included, are one
nodule. The work grows with the number of runs, not of pixels, and no image of labels is ever held.
"""

import numpy as np
from numpy.typing import NDArray

_ROWS = 256


def nodule_areas(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Areas in pixels of the 8-connected parts of a mask (h, w), in the order of their first pixel.

    Equal to the sizes of `scipy.ndimage.label` with a 3 x 3 structure; a test holds it to that.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    starts, ends = _runs(mask)
    if not len(starts):
        return np.zeros(0, np.int64)
    upper, lower = _touching(starts, ends, mask.shape[1] + 1)
    graph = coo_array((np.ones(len(upper), bool), (upper, lower)), shape=(len(starts), len(starts)))
    _, part = connected_components(graph, directed=False)
    return np.bincount(part, weights=ends - starts).astype(np.int64)


def _runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First place and place behind the last of every run; rows follow each other with one empty place between."""
    w = mask.shape[1]
    padded = np.zeros((_ROWS, w + 2), bool)
    turns = []
    for first in range(0, len(mask), _ROWS):
        block = mask[first : first + _ROWS]
        padded[: len(block), 1:-1] = block
        rows = padded[: len(block)]
        turns.append(np.flatnonzero(rows[:, 1:] != rows[:, :-1]) + first * (w + 1))
    places = np.concatenate(turns) if turns else np.zeros(0, np.int64)
    return places[0::2], places[1::2]


def _touching(
    starts: NDArray[np.int64], ends: NDArray[np.int64], row: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of runs, one in the row below the other, that share a side or a corner; `row` places make a row."""
    first = np.searchsorted(ends, starts + row, side="left")
    behind = np.searchsorted(starts, ends + row, side="right")
    count = behind - first
    upper = np.repeat(np.arange(len(starts)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return upper, np.repeat(first, count) + within
