"""Pictures that show the same field though their bytes differ: saved again, resized, turned, mirrored.

A fingerprint is a picture's brightness on 16 x 16 areas, less a cubic surface (lamp and vignette are alike on a whole
plate), in ranks, so that one dark nodule does not decide. Two pictures are as alike as their ranks correlate, the
larger of the eight ways to turn and mirror one of them.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

SIDE = 16
ALIKE = 0.75  # correlation above which two pictures show the same field; 4560 pairs of different ones reached 0.34
_LEAST_BLOCKS = 8  # of a picture's side
_LEAST_PALE = 4
_LEAST_FOR_COMMON = 6  # pictures, from which what they all share can be told from what each shows


def brightness_map(logs: NDArray[np.float32]) -> NDArray[np.float64]:
    """log10 brightness of a picture on 16 x 16 areas, less a cubic surface, from natural logs of its blocks (h, w, 3).

    NaN throughout for a picture of fewer than 8 blocks (128 pixels) a side.
    """
    if min(logs.shape[:2]) < _LEAST_BLOCKS:
        return np.full((SIDE, SIDE), np.nan)
    down, across = (_area_weights(n) for n in logs.shape[:2])
    areas = down @ (logs @ np.full(3, 1 / np.log(10))) @ across.T
    plain: NDArray[np.float64] = areas - _cubic(areas)
    return plain


def fingerprints(maps: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One unit vector of 256 numbers per map of a plate, (n, 256): what the plate's maps share is taken off first.

    Shared is the median of the palest third, at least of four: dust on the lens, the lamp's own pattern, the rim of a
    well, which would make all the pale wells of a plate alike. (A median over stained wells too holds what is left of
    their nodules, and pale wells would be alike by that.) NaN for a map that is NaN, and for all of a plate of fewer
    than six pictures.
    """
    stack = np.array(maps).reshape(-1, SIDE * SIDE)
    known = np.isfinite(stack).all(axis=1)
    if known.sum() < _LEAST_FOR_COMMON:
        return np.full(stack.shape, np.nan)
    palest = np.argsort(np.where(known, stack.std(axis=1), np.inf), kind="stable")[: max(_LEAST_PALE, len(stack) // 3)]
    stack = stack - np.median(stack[palest], axis=0)
    ranks = np.argsort(np.argsort(stack, axis=1, kind="stable"), axis=1, kind="stable") - (SIDE * SIDE - 1) / 2
    unit: NDArray[np.float64] = ranks / np.sqrt(np.sum(ranks**2, axis=1, keepdims=True))
    unit[~known] = np.nan
    return unit


def alike_pairs(prints: NDArray[np.float64]) -> Iterator[tuple[int, int, float]]:
    """Pairs of pictures (first, second, correlation) that show the same field, in any turn, in order of rows."""
    filled = np.nan_to_num(prints)
    best = np.full((len(prints), len(prints)), -1.0)
    for turned in _turns(filled.reshape(-1, SIDE, SIDE)):
        np.maximum(best, filled @ turned.reshape(-1, SIDE * SIDE).T, out=best)
    for first, second in np.argwhere(np.triu(best > ALIKE, 1)):
        yield int(first), int(second), float(best[first, second])


def hexadecimal(brightness: NDArray[np.float64]) -> str:
    """64 hexadecimal digits of a map: one bit for each area, set where it is brighter than the median; "" if NaN."""
    if not np.isfinite(brightness).all():
        return ""
    return np.packbits(brightness.ravel() > np.median(brightness)).tobytes().hex()


def _turns(maps: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Maps (n, 16, 16) in all eight ways to turn and mirror them."""
    for mirrored in (maps, maps[:, :, ::-1]):
        for quarter in range(4):
            yield np.rot90(mirrored, quarter, axes=(1, 2))


@cache
def _area_weights(count: int) -> NDArray[np.float64]:
    """How much each of `count` blocks along a side belongs to each of 16 areas, (16, count); rows sum to 1."""
    edges = np.linspace(0, count, SIDE + 1)
    start, end = edges[:-1, None], edges[1:, None]
    block = np.arange(count)
    weights: NDArray[np.float64] = np.clip(np.minimum(end, block + 1) - np.maximum(start, block), 0, None)
    return weights / (count / SIDE)


def _cubic(areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cubic surface closest to a map by least squares."""
    basis = _cubic_basis()
    surface: NDArray[np.float64] = (areas.ravel() @ basis @ basis.T).reshape(SIDE, SIDE)
    return surface


@cache
def _cubic_basis() -> NDArray[np.float64]:
    """Ten orthonormal columns over the areas that span the cubic surfaces, (256, 10)."""
    x = (2 * np.arange(SIDE) + 1) / SIDE - 1
    gy, gx = np.meshgrid(x, x, indexing="ij")
    terms = np.stack([gx**i * gy**j for i in range(4) for j in range(4 - i)])
    return np.linalg.qr(terms.reshape(len(terms), -1).T)[0]
