"""Circles in a picture: every edge votes for the centres of circles that would have it as their rim.

Where votes pile up, centres are likely (the gradient form of Hough's transform). Source: Ballard 1981, Pattern
Recognition 13:111.
"""

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.picture import Picture

LEAST_RIM = 0.6  # of a circle's edge, below which it is no rim; sharp rims hold 2 to 8, since they are some pixels wide
FULL = 0.3  # of what the rims of a plate hold in the median makes a rim
_EDGES = 0.3  # of the pixels, the steepest; far more than rims have, since the borders of stain are steeper than rims
_STEP = 1.03  # between radii

Points = NDArray[np.float64]


def reduced(picture: Picture, long_side: int) -> tuple[NDArray[np.float32], int]:
    """A copy (h, w, 3) by means over squares, at most `long_side` pixels long, and the side of the squares."""
    h, w = picture.shape[:2]
    factor = -(-max(h, w) // long_side)
    small = np.empty((h // factor, w // factor, 3), np.float32)
    for row in range(len(small)):
        strip = picture[row * factor : (row + 1) * factor][:, : small.shape[1] * factor]
        small[row] = strip.reshape(factor, -1, factor, 3).mean(axis=(0, 2), dtype=np.float32)
    return small, factor


def radii_between(low: float, high: float) -> Points:
    """Radii in equal ratios of 3 %."""
    steps = int(np.ceil(np.log(high / low) / np.log(_STEP)))
    return np.asarray(low * _STEP ** np.arange(steps + 1), np.float64)


def circle_votes(small: NDArray[np.float32], radii: Points) -> NDArray[np.float32]:
    """For each radius, how much of a rim every pixel has around it, (radii, h, w): 1 where all of it is an edge.

    Each of the picture's steepest pixels votes once on either side, at the radius along its
    gradient, since a well may be paler or darker than the plastic. Edges count alike: a faint rim is as round.
    """
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(np.log(np.maximum(small, 1)), (1.2, 1.2, 0))
    down, across = np.gradient(smooth, axis=(0, 1))
    size = np.hypot(down, across)
    channel = size.argmax(axis=2)[..., None]
    size, down, across = (np.take_along_axis(a, channel, 2)[..., 0] for a in (size, down, across))
    y, x = np.nonzero(size > np.percentile(size, 100 * (1 - _EDGES)))
    dy, dx = down[y, x] / size[y, x], across[y, x] / size[y, x]
    votes = np.empty((len(radii), *size.shape), np.float32)
    for i, radius in enumerate(radii):
        cast = _cast(y, x, dy, dx, radius, size.shape)
        spread = max(1.0, 0.06 * radius)
        votes[i] = gaussian_filter(cast, spread) * (2 * np.pi * spread**2) / (2 * np.pi * radius)
    return votes


def peaks_of(votes: NDArray[np.float32], apart: float, wells: int) -> Points:
    """Places x, y of the local maxima that hold as much as rims do, highest first; no two within half of `apart`.

    As much as rims do: `FULL` of the median of the highest maxima, as many as there are wells.
    """
    from scipy.ndimage import maximum_filter

    top = (votes == maximum_filter(votes, size=2 * int(apart / 2) + 1)) & (votes > 0)
    y, x = np.nonzero(top)
    order = np.argsort(-votes[y, x], kind="stable")[: 3 * wells + 20]
    held = votes[y, x][order]
    order = order[held >= FULL * np.median(held[:wells])] if len(held) else order
    return np.stack([x[order], y[order]], axis=1).astype(float)


def rims_near(votes: NDArray[np.float32], places: Points, reach: float) -> tuple[Points, Points]:
    """The centre of the fullest rim within `reach` of each place (x, y), and how full it is, 0 to 1.

    A centre is the mean of the pixels around the place, weighted by what lies above half of their highest votes.
    """
    n = max(1, round(reach))
    around = np.pad(votes, n)
    centres, full = np.empty_like(places), np.empty(len(places))
    for i, (x, y) in enumerate(np.rint(places).astype(int)):
        window = around[max(y, 0) : max(y, 0) + 2 * n + 1, max(x, 0) : max(x, 0) + 2 * n + 1]
        full[i] = window.max(initial=0)
        weight = np.maximum(window - full[i] / 2, 0)
        rows, columns = np.indices(window.shape)
        total = weight.sum() or 1.0
        centres[i] = x - n + (weight * columns).sum() / total, y - n + (weight * rows).sum() / total
    return centres, full


def _cast(
    y: NDArray[np.intp], x: NDArray[np.intp], dy: Points, dx: Points, radius: float, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """The votes of edges at y, x for centres one radius away, up and down their gradients."""
    h, w = shape
    votes = np.zeros(h * w, np.float32)
    for way in (radius, -radius):
        to_y, to_x = np.rint(y + way * dy).astype(np.intp), np.rint(x + way * dx).astype(np.intp)
        there = (to_y >= 0) & (to_y < h) & (to_x >= 0) & (to_x < w)
        votes += np.bincount(to_y[there] * w + to_x[there], minlength=h * w).astype(np.float32)
    return votes.reshape(h, w)
