"""Means with Student's t, Welch's comparison and Holm's correction, over the last axis of arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error and degrees of freedom; se is NaN and df 0 where n = 1."""

    estimate: Array
    se: Array
    df: Array

    def limits(self, level: float = 0.95) -> tuple[Array, Array]:
        """The two-sided t interval; NaN where there is no standard error."""
        half = t_quantile(self.df, level) * self.se
        return self.estimate - half, self.estimate + half

    def p(self) -> Array:
        """Two-sided p of the estimate against 0; NaN where there is no standard error or both are 0."""
        from scipy.special import stdtr  # 0.2 s, and the report only words what was estimated

        ratio = np.full(np.broadcast(self.estimate, self.se).shape, np.nan)
        some = self.se > 0
        np.divide(np.abs(self.estimate), self.se, out=ratio, where=some)
        ratio = np.where((self.se == 0) & (self.estimate != 0), np.inf, ratio)
        return np.asarray(2 * stdtr(np.maximum(self.df, 1), -ratio), dtype=float)


def ends(estimate: Estimate) -> tuple[float, float]:
    """The 95 % interval of a single estimate as two numbers; NaN where there is no standard error."""
    low, high = estimate.limits()
    return float(low), float(high)


def t_quantile(df: Array | float, level: float) -> Array:
    """The two-sided Student quantile at a confidence level; NaN for df < 1 (df 0: no interval)."""
    from scipy.special import stdtrit

    enough = np.asarray(df, dtype=float) >= 1
    return np.where(enough, stdtrit(np.where(enough, df, 1.0), (1 + level) / 2), np.nan)


def donor_estimate(values: Array) -> Estimate:
    """Mean over donors (last axis, no NaN) with the standard error of independent donors, df n - 1."""
    n = values.shape[-1]
    mean = values.mean(axis=-1)
    se = values.std(axis=-1, ddof=1) / np.sqrt(n) if n > 1 else np.full_like(mean, np.nan)
    return Estimate(mean, np.asarray(se), np.full_like(mean, n - 1))


def welch_estimate(first: Estimate, second: Estimate) -> Estimate:
    """First - second of two independent estimates, df by Welch and Satterthwaite (1946, 1947)."""
    a, b = first.se**2, second.se**2
    se = np.sqrt(a + b)
    return Estimate(
        first.estimate - second.estimate, se, np.where(np.isnan(se), 0.0, welch_df(a, first.df, b, second.df))
    )


def welch_df(var_a: Array, df_a: Array, var_b: Array, df_b: Array) -> Array:
    """Satterthwaite's df of the sum of two independent variances (of means); as if equal where both are 0."""
    scale = var_a + var_b
    share = np.divide(var_a, scale, out=np.full(np.shape(scale), 0.5), where=scale > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1.0 / (share**2 / df_a + (1 - share) ** 2 / df_b), dtype=float)


def holm(p: Array) -> Array:
    """Holm's step-down adjusted p of one family; NaN stays NaN and does not count (Holm 1979)."""
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    steps = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(steps, 1.0)  # a probability; the step-down product is not one above 1
    return adjusted
