"""Whether light drifts over the images of a plate, and by how much.

`scipy.stats` has both parts, and takes longer to import than a plate of images to measure.
"""

import math

import numpy as np
from numpy.typing import NDArray

_LEAST = 8  # images
_P = 0.01
_MOST_EXACT = 33  # values without ties; from there on the normal distribution is close, as scipy.stats has it


def drift(values: NDArray[np.float64]) -> float:
    """From the first to the last of a series by its Theil-Sen slope; 0 where Kendall's test sees no trend (p >= 0.01).

    NaN with fewer than eight. Source: Theil 1950, Sen 1968.
    """
    n = len(values)
    if n < _LEAST:
        return float("nan")
    if kendall_p(values) >= _P:
        return 0.0
    later, earlier = np.tril_indices(n, -1)
    return float(np.median((values[later] - values[earlier]) / (later - earlier))) * (n - 1)


def kendall_p(values: NDArray[np.float64]) -> float:
    """The two-sided p of Kendall's test for a trend in a series; 1 where all values are alike.

    Exact up to 33 values without ties, or with at most one pair out of order; else by the normal distribution, its
    variance less that of tied values. Source: Kendall 1970, Rank Correlation Methods, ch. 4 and 5.
    """
    n = len(values)
    later, earlier = np.tril_indices(n, -1)
    rising, falling = (int(np.count_nonzero(way(values[later], values[earlier]))) for way in (np.greater, np.less))
    tied = np.unique(values, return_counts=True)[1]
    fewer = min(rising, falling)
    if len(tied) == n and (n <= _MOST_EXACT or fewer <= 1):
        return min(1.0, 2 * _chance_of_at_most(fewer, n))
    variance = (n * (n - 1) * (2 * n + 5) - float((tied * (tied - 1) * (2 * tied + 5)).sum())) / 18
    return math.erfc(abs(rising - falling) / math.sqrt(2 * variance)) if variance > 0 else 1.0


def _chance_of_at_most(pairs: int, n: int) -> float:
    """The chance that at most so many pairs of n things in random order are out of order.

    A thing put among k that stand in order makes 0 to k pairs out of order, each as likely as the others.
    """
    chance = np.zeros(pairs + 1)
    chance[0] = 1.0
    for k in range(1, n):
        sums = np.cumsum(chance)
        sums[k + 1 :] -= sums[: -k - 1].copy()
        chance = sums / (k + 1)
    return float(chance.sum())
