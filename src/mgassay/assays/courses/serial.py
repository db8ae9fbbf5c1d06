"""Serial correlation of errors in time: how it is told from residuals, and what it does to the error of an estimate.

Arrays are of shape (traces, reads); weights are 1 for reads that count and 0 for others.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.curves.models import Array

_LARGEST_DECAY, _MOST_TAKEN, _ROUNDS = 0.99, 0.5, 4


@dataclass(frozen=True, eq=False)
class Serial:
    """Errors of which `share` is carried on from read to read with `decay`, the rest being new at every read."""

    share: Array
    decay: Array

    @property
    def inflation(self) -> Array:
        """By how much the variance of a mean of many reads is larger than of independent ones."""
        return np.asarray(1.0 + 2.0 * self.share * self.decay / (1.0 - self.decay))


def serial_correlation(residual: Array, weight: Array, parameters: Array) -> Serial:
    """The serial correlation of errors from that of residuals at lags 1, 2 and 3, one per trace.

    Lag k of a slow wander under white reader noise is share · decay^k; with lag 1 alone the noise would hide the
    wander. Decay is (r2 + r3) / (r1 + r2), r1 at least, and r1 where r1 is not told from 0. The fit takes p smooth
    directions out of the residuals, each with the variance of a mean: that is put back, in a few rounds.
    """
    n = weight.sum(axis=1)
    square = (residual**2).sum(axis=1) / n
    seen = [_lagged(residual, weight, lag) / np.where(square > 0.0, square, 1.0) for lag in (1, 2, 3)]
    found = Serial(np.zeros(len(n)), np.zeros(len(n)))
    for _ in range(_ROUNDS):
        taken = np.minimum(parameters * found.inflation / n, _MOST_TAKEN)
        r1, r2, r3 = (r * (1.0 - taken) + taken for r in seen)
        told = r1 > 2.0 / np.sqrt(n)
        ratio = (r2 + r3) / np.where(told, r1 + r2, 1.0)
        decay = np.clip(np.where(told, np.maximum(ratio, r1), r1), 0.0, _LARGEST_DECAY)
        found = Serial(np.clip(r1 / np.where(decay > 0.0, decay, 1.0), 0.0, 1.0), decay)
    return found


def _lagged(residual: Array, weight: Array, lag: int) -> Array:
    """Mean product of residuals that lie `lag` reads apart, one per trace."""
    pairs = (weight[:, lag:] * weight[:, :-lag]).sum(axis=1)
    return np.asarray((residual[:, lag:] * residual[:, :-lag]).sum(axis=1) / np.maximum(pairs, 1.0))


def serial_sum(influence: Array, serial: Serial) -> Array:
    """Sum over all pairs of reads of their influences times their correlation: variance per unit variance of a read."""
    carried, total = np.zeros(len(influence)), np.zeros(len(influence))
    for column in influence.T:
        total += column * (column + 2.0 * serial.share * serial.decay * carried)
        carried = column + serial.decay * carried
    return total
