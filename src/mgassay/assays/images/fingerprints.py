"""What a picture is known by: its brightness on 16 x 16 areas, less a cubic surface (lamp and vignette), in ranks.

Ranks, so that one dark nodule does not decide. Two pictures may show the same field in any of the eight ways to turn
and mirror one of them. That two look alike proves nothing yet: pale fields of a plate have its light in common
(`same_field`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.picture import Pixels

SIDE = 16
ALIKE = 0.8  # correlation above which two pictures may show the same field; copies of one reach 0.9
_LEAST_GRID = 64  # places along a picture's side: four in an area, either way
_LEAST_SD = 1e-6  # log10 brightness; a picture that is as even as that was drawn, and has nothing to be known by
_AREAS = SIDE * SIDE
_FITS, _FAR = 4, 2.5 * 1.4826
_ROWS = 256  # pictures that are compared with all others at a time


@dataclass(frozen=True)
class Pairs:
    """Pairs of pictures: rows of the first and of the second, and the turn of the second in which they are alike."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    turn: NDArray[np.intp]

    def some(self, which: NDArray[np.bool_] | slice) -> "Pairs":
        """Some of the pairs."""
        return Pairs(self.first[which], self.second[which], self.turn[which])


def brightness_map(grid: Pixels) -> NDArray[np.float64]:
    """log10 brightness of a picture on 16 x 16 areas, less a cubic surface, from `Look.grid` (rows, columns, 3).

    The grid is even in both directions, so that turning or resizing a picture hardly changes it. NaN throughout for a
    picture of fewer than 64 pixels a side, and for one that is even to 1e-6.
    """
    nothing = np.full((SIDE, SIDE), np.nan)
    if min(grid.shape[:2]) < _LEAST_GRID:
        return nothing
    down, across = (_area_weights(n) for n in grid.shape[:2])
    lines = down @ grid.reshape(len(grid), -1).astype(np.float64)
    areas = np.log10(np.maximum(lines.reshape(SIDE, -1, 3).sum(axis=2) @ across.T, 1))
    plain: NDArray[np.float64] = areas - _cubic(areas)
    return plain if plain.std() > _LEAST_SD else nothing


def unit_ranks(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks of each row (n, 256) as unit vectors around 0: their products are Spearman's correlations."""
    ranks = np.argsort(np.argsort(rows, axis=1, kind="stable"), axis=1, kind="stable") - (SIDE * SIDE - 1) / 2
    unit: NDArray[np.float64] = ranks / np.sqrt(np.sum(ranks**2, axis=1, keepdims=True))
    return unit


@cache
def turns() -> NDArray[np.intp]:
    """Where each area of a turned map comes from, (8, 256).

    Maps (n, 256) in the k-th turn are those taken at its k-th row; the 0th leaves them as they are.
    """
    areas = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    ways = [np.rot90(mirrored, quarter) for mirrored in (areas, areas[:, ::-1]) for quarter in range(4)]
    return np.reshape(ways, (8, -1))


@cache
def turns_back() -> NDArray[np.intp]:
    """The same, for maps that were turned to be turned back, (8, 256)."""
    return np.argsort(turns(), axis=1)


def lookalikes(maps: NDArray[np.float64]) -> Iterator[Pairs]:
    """Pairs of maps (n, 256) whose ranks correlate by more than `ALIKE`, in order of rows, some at a time."""
    ranks = unit_ranks(maps)
    for first in range(0, len(ranks), _ROWS):
        some = ranks[first : first + _ROWS]
        best, turn = np.full((len(some), len(ranks) - first), ALIKE), np.full((len(some), len(ranks) - first), -1)
        for k, way in enumerate(turns()):
            likeness = some @ ranks[first:, way].T
            better = likeness > best
            best[better], turn[better] = likeness[better], k
        rows, columns = np.nonzero(np.triu(turn >= 0, 1))
        if len(rows):
            yield Pairs(rows + first, columns + first, turn[rows, columns])


def hexadecimal(brightness: NDArray[np.float64]) -> str:
    """64 hexadecimal digits of a map: one bit for each area, set where it is brighter than the median; "" if NaN."""
    if not np.isfinite(brightness).all():
        return ""
    return np.packbits(brightness.ravel() > np.median(brightness)).tobytes().hex()


@cache
def _area_weights(count: int) -> NDArray[np.float64]:
    """How much each of `count` places along a side belongs to each of 16 areas, (16, count); rows sum to 1."""
    edges = np.linspace(0, count, SIDE + 1)
    start, end = edges[:-1, None], edges[1:, None]
    place = np.arange(count)
    weights: NDArray[np.float64] = np.clip(np.minimum(end, place + 1) - np.maximum(start, place), 0, None)
    return weights / (count / SIDE)


def _cubic(areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cubic surface through most of a map: least squares, areas far off it drawn in to 2.5 SD (by MAD), four times.

    A surface that gave way to a dark nodule would rise around it, and fields with a few nodules would be alike by that.
    """
    basis, drawn_in = _cubic_basis(), areas.ravel()
    for _ in range(_FITS):
        surface: NDArray[np.float64] = drawn_in @ basis @ basis.T
        off = areas.ravel() - surface
        far = _FAR * np.partition(np.abs(off), _AREAS // 2)[_AREAS // 2]
        drawn_in = surface + np.clip(off, -far, far)
    return surface.reshape(SIDE, SIDE)


@cache
def _cubic_basis() -> NDArray[np.float64]:
    """Ten orthonormal columns over the areas that span the cubic surfaces, (256, 10)."""
    x = (2 * np.arange(SIDE) + 1) / SIDE - 1
    gy, gx = np.meshgrid(x, x, indexing="ij")
    terms = np.stack([gx**i * gy**j for i in range(4) for j in range(4 - i)])
    return np.linalg.qr(terms.reshape(len(terms), -1).T)[0]
