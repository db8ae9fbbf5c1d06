"""The confidence set of a share, from arrays: T and B of the same donors, A of acellular runs of their own.

SHARES_OF writes each numerator as weights over (T, B, A); the denominator is always T.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.fieller import FiellerSet, fieller_set
from mgassay.effects.estimators.fieller_two_sets import SetVariance, fieller_two_sets
from mgassay.effects.estimators.intervals import Array, Estimate

SHARES_OF: Mapping[str, tuple[float, float, float]] = {
    "passive": (0.0, 0.0, 1.0),
    "surface": (0.0, 1.0, -1.0),
    "intracellular": (1.0, -1.0, 0.0),
    "extracellular": (0.0, 1.0, 0.0),
}


@dataclass(frozen=True)
class LiveEffects:
    """T and B with their joint uncertainty: `mean` (..., 2), `covariance` of the means (..., 2, 2), df."""

    mean: Array
    covariance: Array
    df: Array

    def combined(self, weights: tuple[float, float]) -> Estimate:
        """A weighted sum of T and B, shape (...), with its standard error."""
        over = np.array(weights)
        variance = np.einsum("i,...ij,j->...", over, self.covariance, over)
        return Estimate(self.mean @ over, np.sqrt(np.maximum(variance, 0.0)), self.df)


def live_effects(total: Array, blocked: Array) -> LiveEffects:
    """T and B from per-donor effects of shape (..., donors), paired by donor; df n - 1 (0 for one donor)."""
    n = total.shape[-1]
    both = np.stack([total, blocked], axis=-2)
    mean = both.mean(axis=-1)
    if n < 2:
        return LiveEffects(mean, np.full((*mean.shape, 2), np.nan), np.zeros(mean.shape[:-1]))
    off = both - mean[..., np.newaxis]
    covariance = off @ np.swapaxes(off, -1, -2) / ((n - 1) * n)
    return LiveEffects(mean, covariance, np.full(mean.shape[:-1], float(n - 1)))


def share_set(share: str, live: LiveEffects, acellular: Estimate | None = None, level: float = 0.95) -> FiellerSet:
    """The confidence set of a share; `acellular` is A over its runs, needed where SHARES_OF gives it a weight.

    Without A in the numerator: Fieller from the covariance of T and B. With A: the Welch form (fieller_two_sets.py).
    """
    weights = np.array(SHARES_OF[share])
    numerator, total = live.mean @ weights[:2], live.mean[..., 0]
    var_n = np.einsum("i,...ij,j->...", weights[:2], live.covariance, weights[:2])
    cov = live.covariance[..., 0, :] @ weights[:2]
    var_t = live.covariance[..., 0, 0]
    if acellular is None or not weights[2]:
        return fieller_set(numerator, total, var_n, var_t, cov, live.df, level)
    donors = SetVariance(var_n, var_t, cov, live.df)
    none = np.zeros_like(acellular.se)
    runs = SetVariance(acellular.se**2, none, none, acellular.df)
    return fieller_two_sets(numerator + weights[2] * acellular.estimate, total, donors, runs, level)
