"""Nodules: connected parts of a stained mask, counted from its runs.

A mask is rows of runs (stretches of stained pixels); runs of neighbouring rows that touch, corners included, are one
nodule. The work grows with the number of runs, not of pixels, and no image of labels is ever held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_ROWS = 256


@dataclass(frozen=True)
class Runs:
    """The runs of a mask, row by row: place of the first pixel and place behind the last.

    Places count along rows of `row` = width + 1 places, the last of which is always empty.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    row: int

    @cached_property
    def lines(self) -> NDArray[np.int64]:
        """The row of the image that each run lies in (np.divmod costs three times as much)."""
        return self.starts // self.row


def runs_from_mask(mask: NDArray[np.bool_]) -> Runs:
    """The runs of a mask (h, w)."""
    w = mask.shape[1]
    padded = np.zeros((min(_ROWS, len(mask)), w + 2), bool)
    turns = [np.zeros(0, np.int64)]
    for first in range(0, len(mask), _ROWS):
        rows = padded[: len(mask) - first]
        rows[:, 1:-1] = mask[first : first + _ROWS]
        turns.append(np.flatnonzero(rows[:, 1:] != rows[:, :-1]) + first * (w + 1))
    places = np.concatenate(turns)
    return Runs(places[0::2], places[1::2], w + 1)


def joined_runs(parts: Sequence[Runs], width: int) -> Runs:
    """The runs of stretches of rows of an image of this width, from top to bottom, as one."""
    none = np.zeros(0, np.int64)
    starts, ends = (np.concatenate([none, *(getattr(p, side) for p in parts)]) for side in ("starts", "ends"))
    return Runs(starts, ends, width + 1)


def nodule_areas(runs: Runs) -> NDArray[np.int64]:
    """Areas in pixels of the 8-connected parts of a mask, in the order of their first pixel.

    Equal to the sizes of `scipy.ndimage.label` with a 3 x 3 structure; a test holds it to that.
    """
    return np.bincount(nodules_of_runs(runs), weights=runs.ends - runs.starts).astype(np.int64)


def nodules_of_runs(runs: Runs) -> NDArray[np.int64]:
    """The nodule to which each run belongs, numbered from 0 in the order of their first pixel."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n = len(runs.starts)
    if not n:
        return np.zeros(0, np.int64)
    first, behind = _touching(runs)
    begins = np.concatenate([[0], np.cumsum(behind - first)])
    lower = np.arange(begins[-1]) + (first - begins[:-1]).repeat(behind - first)
    graph = csr_array((np.ones(len(lower)), lower, begins), shape=(n, n))
    _, part = connected_components(graph, directed=False)
    nodules: NDArray[np.int64] = part.astype(np.int64)
    return nodules


def in_large_nodules(runs: Runs, least_pixels: float) -> NDArray[np.bool_]:
    """Which runs belong to a nodule of at least this area in pixels."""
    large: NDArray[np.bool_] = (nodule_areas(runs) >= least_pixels)[nodules_of_runs(runs)]
    return large


def _touching(runs: Runs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each run the first run of the row below that shares a side or a corner with it, and the one behind the last.

    The two are the same run where none does.
    """
    first = np.searchsorted(runs.ends, runs.starts + runs.row, side="left")
    behind = np.searchsorted(runs.starts, runs.ends + runs.row, side="right")
    return first, behind
