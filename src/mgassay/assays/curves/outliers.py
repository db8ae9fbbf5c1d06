"""Wells that do not agree with the others of their kind."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.curves.models import Array

ALPHA = 0.01  # over all wells tested together
LEAST_DF = 4  # fewer leave no scatter to judge one well by
_ROUNDING = 1e-3  # of the largest signal: wells that differ by less differ by the last digit that is printed


@dataclass(frozen=True, eq=False)
class Outliers:
    """One entry per well: its p value (Bonferroni; NaN where not tested), whether it is an outlier, and alone in that.

    `alone` is true where two or more wells of the group are no outliers: of a pair that disagrees, or of wells that
    fall into two halves, no test can tell which are wrong.
    """

    p: Array
    outlying: npt.NDArray[np.bool_]
    alone: npt.NDArray[np.bool_]


def outlying_wells(signal: Array, group: npt.NDArray[np.int64], weights: Array) -> Outliers:
    """Outlier test on externally studentised residuals of a one-way layout, p by Bonferroni.

    The mean shift outlier model: each well is compared with the mean of its group, its residual divided by the SD that
    all groups have without it (t with n − groups − 1 degrees of freedom; Cook and Weisberg 1982, ch. 2.2.2). Wells of
    weight w have variance s² / w. Groups of one well are not tested.
    """
    from scipy.special import stdtr

    members = np.bincount(group)[group]
    tested = members > 1
    p = np.full(signal.size, np.nan)
    nothing = np.zeros(signal.size, bool)
    n, groups = int(tested.sum()), np.unique(group[tested]).size
    df = n - groups - 1
    if df < LEAST_DF:
        return Outliers(p, nothing, nothing)
    total = np.bincount(group, weights=weights)[group]
    residual = (signal - np.bincount(group, weights=weights * signal)[group] / total) * np.sqrt(weights)
    left = 1.0 - weights / total  # one less the leverage
    scatter = float(np.sum(residual[tested] ** 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        without = np.maximum(scatter - residual**2 / left, 0.0) / df
        t = np.abs(residual) / np.sqrt(without * left)
    t = np.where(residual == 0, 0.0, t)
    p[tested] = np.minimum(1.0, n * 2.0 * stdtr(df, -t[tested]))
    apart = np.abs(residual) / np.sqrt(weights) > _ROUNDING * np.abs(signal).max()
    outlying = (np.nan_to_num(p, nan=1.0) < ALPHA) & apart
    in_line = members - np.bincount(group, weights=outlying)[group]
    return Outliers(p, outlying, outlying & (in_line >= 2))
