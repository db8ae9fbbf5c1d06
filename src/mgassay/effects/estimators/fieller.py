"""Fieller's confidence set of a ratio whose numerator and denominator are of the same donors.

The set holds every ratio theta for which numerator - theta * denominator is compatible with 0. It is bounded exactly
when the denominator's own interval excludes 0; otherwise it is two rays or everything, and never cut to 0-1.
Source: Fieller, J R Stat Soc B 1954;16:175.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.intervals import Array, t_quantile

BOUNDED, TWO_RAYS, UNBOUNDED = "bounded", "two_rays", "unbounded"
_KINDS = np.array([BOUNDED, TWO_RAYS, UNBOUNDED])


@dataclass(frozen=True)
class FiellerSet:
    """A confidence set of ratios; arrays of one shape.

    `kind` bounded: low <= theta <= high. two_rays: theta <= low or theta >= high. unbounded: any theta, both ends NaN.
    """

    kind: npt.NDArray[np.str_]
    low: Array
    high: Array
    estimate: Array

    def holds(self, theta: float) -> npt.NDArray[np.bool_]:
        """Whether the set holds a ratio."""
        inside = (self.low <= theta) & (theta <= self.high)
        outside = (theta <= self.low) | (theta >= self.high)
        return np.asarray(np.where(self.kind == BOUNDED, inside, outside | (self.kind == UNBOUNDED)), dtype=bool)


def fieller_set(
    numerator: Array, denominator: Array, var_n: Array, var_d: Array, cov: Array, df: Array, level: float = 0.95
) -> FiellerSet:
    """Fieller's set of numerator/denominator, both normal with variances (of the means) estimated on the same df.

    Solves (N - theta D)^2 <= t^2 (var_n - 2 theta cov + theta^2 var_d). A leading coefficient of exactly 0 (the
    denominator's interval ends at 0) counts as unbounded, and so does df < 1, where there is no variance.
    """
    t2 = t_quantile(df, level) ** 2
    a, b, c = denominator**2 - t2 * var_d, numerator * denominator - t2 * cov, numerator**2 - t2 * var_n
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))  # for a > 0 never below 0 but by rounding: N/D lies in the set
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(b - root) / a, (b + root) / a])
    open_ended = ~((a > 0) | ((a < 0) & (b**2 > a * c)))
    code = np.where(open_ended, 2, np.where(a > 0, 0, 1))
    low, high = (np.where(open_ended, np.nan, end) for end in (ends.min(axis=0), ends.max(axis=0)))
    return FiellerSet(_KINDS[code], low, high, ratio(numerator, denominator))


def ratio(numerator: Array, denominator: Array) -> Array:
    """Numerator/denominator, NaN where the denominator is 0."""
    n, d = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    return np.asarray(np.divide(n, d, out=np.full(n.shape, np.nan), where=d != 0), dtype=float)
