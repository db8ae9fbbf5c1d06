"""One ratio of effects (a share) over several experiments: the parts and the wholes are pooled, then divided.

A share of one experiment may have a set without an end, and such sets cannot be averaged; leaving these experiments
out would choose by the answer. So every experiment enters with its part N and its whole T, and a ratio theta belongs to
the set where the mean over experiments of N - theta T is compatible with 0 (Hartung and Knapp's t on k - 1 df, which
holds what differs between experiments). That is Fieller's set with experiments in the place of donors: it ends only
where the experiments agree that there is a whole to take shares of. Weights follow from the scatter of donors and of
experiments at the estimate, never from the size of T, which would pull the share towards experiments that found much.
An average of the experiments' own ratios covers as often where T is large; at T .5 it lies .02 too high.
Sources: Fieller, J R Stat Soc B 1954;16:175; Hartung and Knapp, Stat Med 2001;20:3875. Check:
tests/effects/estimators/test_pooled_ratios.py, coverage .94-.96 for 3-8 experiments of 3-5 donors.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet, fieller_set, ratio
from mgassay.effects.estimators.intervals import Array
from mgassay.effects.estimators.pooling import Pooled, pool_estimates
from mgassay.effects.estimators.prediction import prediction_interval

_ROUNDS = 3  # weights need a ratio and the ratio needs weights; it moves by less than .001 after the second


@dataclass(frozen=True)
class PartsAndWholes:
    """Part and whole of every experiment with what donors scatter; all of shape (..., experiments).

    `var_part`, `var_whole`, `covariance` are those of the experiment's own means. NaN where no experiment has two
    donors: then experiments count alike.
    """

    part: Array
    whole: Array
    var_part: Array
    var_whole: Array
    covariance: Array

    def residual(self, theta: Array) -> Array:
        """Part - theta * whole, for ratios theta (...)."""
        return np.asarray(self.part - theta[..., np.newaxis] * self.whole)

    def variance(self, theta: Array) -> Array:
        """Variance of that residual within an experiment."""
        r = theta[..., np.newaxis]
        return np.asarray(np.maximum(self.var_part - 2 * r * self.covariance + r**2 * self.var_whole, 0.0))


@dataclass(frozen=True)
class PooledRatio:
    """The ratio over experiments: its set, the SD of the truth between experiments (NaN where not known), weights.

    `near`, `variances` (..., experiments): what each experiment says of the ratio, and its variance within the
    experiment, to first order around the pooled one.
    """

    found: FiellerSet
    tau: Array
    weights: Array
    near: Array
    variances: Array


def pool_ratios(given: PartsAndWholes, level: float = 0.95) -> PooledRatio:
    """The pooled ratio of two or more experiments; arrays over leading axes."""
    k = given.part.shape[-1]
    weights = np.full(given.part.shape, 1.0 / k)
    pooled: Pooled | None = None
    for _ in range(_ROUNDS):
        centre = _ratio(given, weights)
        pooled = _residuals_pooled(given, centre)
        weights = pooled.weights if pooled else weights
    centre, whole = _ratio(given, weights), _mean(weights, given.whole)
    near = centre[..., np.newaxis] + ratio(given.residual(centre), whole[..., np.newaxis])
    return PooledRatio(
        found=_set(given, weights, level),
        tau=ratio(pooled.tau, np.abs(whole)) if pooled else np.full(whole.shape, np.nan),
        weights=weights,
        near=near,
        variances=ratio(given.variance(centre), whole[..., np.newaxis] ** 2),
    )


def _residuals_pooled(given: PartsAndWholes, theta: Array) -> Pooled | None:
    """Part - theta * whole over experiments; None where no variance within experiments is known."""
    variances = given.variance(theta)
    return pool_estimates(given.residual(theta), variances) if bool((variances > 0).all()) else None


def _mean(weights: Array, values: Array) -> Array:
    """The weighted mean over experiments."""
    return np.asarray((weights * values).sum(axis=-1))


def _ratio(given: PartsAndWholes, weights: Array) -> Array:
    """Mean part over mean whole."""
    return ratio(_mean(weights, given.part), _mean(weights, given.whole))


def _set(given: PartsAndWholes, weights: Array, level: float) -> FiellerSet:
    """Fieller's set of the two weighted means, whose variances are those of Hartung and Knapp, on k - 1 df."""
    k = given.part.shape[-1]
    part, whole = (_mean(weights, values) for values in (given.part, given.whole))
    off = given.part - part[..., np.newaxis], given.whole - whole[..., np.newaxis]
    var_part, var_whole, both = (
        _mean(weights, a * b) / (k - 1) for a, b in ((off[0], off[0]), (off[1], off[1]), (off[0], off[1]))
    )
    return fieller_set(part, whole, var_part, var_whole, both, np.full(part.shape, k - 1.0), level)


def next_ratio(pooled: PooledRatio, level: float = 0.95) -> tuple[float, float]:
    """The interval for the ratio of a further experiment, of one pooled ratio; NaN below three experiments.

    NaN too where the pooled set does not end. Never shorter at an end than that set: to first order it can be, where
    the whole is not known well, and a further experiment is not known better than the mean of all.
    """
    found = pooled.found
    if str(found.kind) != BOUNDED or not np.isfinite(pooled.variances).all():
        return float("nan"), float("nan")
    low, high = prediction_interval(pooled.near, pooled.variances, level)
    if np.isnan(low):
        return low, high
    return min(low, float(found.low)), max(high, float(found.high))
