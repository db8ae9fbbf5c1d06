"""What an image must be to be measured, and how good it is: bright-field colour, unclipped, in focus, not seen before.

All of it is judged on a part of the pixels, evenly spread, so that it costs little beside the measurement.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.nodules import Runs

CLIPPED_FLAG = 0.01  # fraction of pixels at the end of a channel above which an image is flagged
_DARK = 60  # grey levels; bright-field backgrounds lie far above, fluorescence and unlit ones below
_NEAR, _FAR = 2, 8  # pixels from a border
_LEAST_BORDERS, _MOST_BORDERS = 30, 4000
_GREY = 2  # grey levels between channels that JPEG's own rounding leaves in a grey picture


def unsuitable(rgb: NDArray[np.uint8]) -> str:
    """Why an image cannot hold Alizarin: `dark` (no bright background), `grey` (its channels are equal), or "".

    Dark: 90 % of pixels have no channel above 60. Grey: 99.9 % have channels within 2 grey levels of each other.
    Judged on a grid of some 128 x 128 pixels.
    """
    down, across = (max(1, n // 128) for n in rgb.shape[:2])
    red, green, blue = np.moveaxis(rgb[::down, ::across], 2, 0)
    brightest = np.maximum(np.maximum(red, green), blue)
    spread = brightest - np.minimum(np.minimum(red, green), blue)
    if np.percentile(brightest, 90) < _DARK:
        return "dark"
    return "grey" if np.percentile(spread, 99.9) <= _GREY else ""


def clipped_fraction(rgb: NDArray[np.uint8]) -> float:
    """Fraction of pixels with any channel at 0 or 255, on every eighth row."""
    rows = rgb[::8]
    ends = np.subtract(rows, 1, dtype=np.uint8) >= 254  # 0 wraps round to 255
    return float(np.mean(ends[..., 0] | ends[..., 1] | ends[..., 2]))


def pixel_digest(rgb: NDArray[np.uint8]) -> str:
    """A digest of the shape and of every eighth row: sensor noise makes it unlike for two exposures of one field."""
    digest = hashlib.sha256(repr(rgb.shape).encode())
    digest.update(np.ascontiguousarray(rgb[::8]).data)
    return digest.hexdigest()


def focus_from_edges(rgb: NDArray[np.uint8], runs: Runs) -> float:
    """How steep the borders of what is stained are: 1 for a step, less the more they are blurred.

    Along rows, the mean step in green from 2 pixels outside a border to 2 inside, over the mean step from 8 outside to
    8 inside. Means over thousands of borders do not see noise, and the ratio does not grow with the amount of stain, as
    the variance of a Laplacian does. NaN with fewer than 30 borders that stand free on both sides: without structure
    focus cannot be told.
    """
    w = runs.row - 1
    gap = np.diff(runs.starts, prepend=-runs.row) - np.concatenate([[0], (runs.ends - runs.starts)[:-1]])
    long = runs.ends - runs.starts > _FAR
    left = runs.starts[long & (gap > _FAR)]
    right = runs.ends[long & (np.append(gap[1:], runs.row) > _FAR)] - 1
    left, right = left[left % runs.row > _FAR], right[right % runs.row < w - 1 - _FAR]
    if len(left) + len(right) < _LEAST_BORDERS:
        return float("nan")
    near, far = (_mean_step(rgb, runs.row, left, -k) + _mean_step(rgb, runs.row, right, k) for k in (_NEAR, _FAR))
    return near / far if far > 0 else float("nan")


def _mean_step(rgb: NDArray[np.uint8], row: int, borders: NDArray[np.int64], k: int) -> float:
    """Sum over borders (the last stained pixels) of green |k| outside less green |k| inside; k < 0 looks left."""
    some = borders[:: len(borders) // _MOST_BORDERS + 1]
    y, x = np.divmod(some, row)
    outside = rgb[y, x + k + (1 if k > 0 else -1), 1].astype(np.int64)
    return float(np.sum(outside - rgb[y, x - k, 1]))
