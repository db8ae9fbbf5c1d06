"""The quotient of two estimates with its interval (Fieller 1954), and degrees of freedom of a sum of variances."""

import numpy as np

from mgassay.assays.curves.curve import t_quantiles
from mgassay.assays.curves.models import Array

LEVEL = 0.975  # of t, for an interval of 95 %


def welch_df(first: Array, first_df: Array | float, second: Array, second_df: Array | float) -> Array:
    """Welch-Satterthwaite degrees of freedom of the sum of two independent variances; NaN where both are 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [np.where(v > 0, v**2 / d, 0.0) for v, d in ((first, first_df), (second, second_df))]
        return np.asarray((first + second) ** 2 / (parts[0] + parts[1]), dtype=float)


def fieller_quotient(
    top: Array, top_variance: Array, top_df: Array, bottom: Array, bottom_variance: Array, bottom_df: Array
) -> tuple[Array, Array]:
    """95 % interval of top/bottom for independent estimates; NaN where it has no bounds.

    The t quantile has the Welch-Satterthwaite degrees of freedom of the two parts of the quotient's variance. For
    precise values this is the delta interval on the log scale; unlike it, it stays right where the top is near or below
    zero, as in wells without calcification. Two exact values have a quotient without width.
    """
    df = welch_df(top_variance, top_df, (top / bottom) ** 2 * bottom_variance, bottom_df)
    t2 = np.where(np.isfinite(df), t_quantiles(df, LEVEL), 0.0) ** 2
    return _fieller(top, bottom, top_variance, bottom_variance, np.zeros_like(top), t2)


def quotient_interval(
    top: Array, bottom: Array, top_variance: Array, bottom_variance: Array, covariance: Array, df: Array
) -> tuple[Array, Array]:
    """95 % interval of top/bottom for two estimates with a covariance; NaN where it has no bounds.

    A quotient without variance, such as that of a value with itself, has no degrees of freedom and no interval.
    """
    return _fieller(top, bottom, top_variance, bottom_variance, covariance, t_quantiles(df, LEVEL) ** 2)


def _fieller(
    top: Array, bottom: Array, top_variance: Array, bottom_variance: Array, covariance: Array, t2: Array
) -> tuple[Array, Array]:
    """The q with (top − q · bottom)² ≤ t² (V_top − 2 q C + q² V_bottom)."""
    a, b = bottom**2 - t2 * bottom_variance, top * bottom - t2 * covariance
    c = top**2 - t2 * top_variance
    with np.errstate(invalid="ignore"):
        divisor = np.where(a > 0, a, np.nan)
        root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    return (b - root) / divisor, (b + root) / divisor
