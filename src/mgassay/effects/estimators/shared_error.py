"""An interval that takes in errors which all donors have in common, beside the scatter among donors."""

from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.intervals import Array, t_quantile


@dataclass(frozen=True)
class Reported:
    """Estimates as they stand in a table, arrays of one shape: ends of the 95 % interval, two-sided p, se and df."""

    estimate: Array
    low: Array
    high: Array
    p: Array
    se: Array
    df: Array


def with_shared_errors(found: Reported, shifts: Array, df: Array) -> Reported:
    """The same estimates with variance se² + Σ shift², df by Welch and Satterthwaite (1946, 1947).

    `shifts` (..., sources): by how much one standard error of each source moves the estimate; `df` (sources,): degrees
    of freedom of that standard error, infinite where it is known. Sources are independent of each other and of donors.
    Each end of the interval moves away from the estimate by the factor t'·se'/(t·se), t likewise for p, so that an end
    that is not t·se away (a likelihood's, Dunnett's) keeps its kind. NaN stays NaN: without a standard error, or for an
    estimate that is itself a bound. Where all shifts are 0 the numbers stay as they are.
    """
    from scipy.special import stdtr

    shared = np.sum(shifts**2, axis=-1)
    moved = (shared > 0) & np.isfinite(found.se) & (found.df >= 1)
    variance = np.where(moved, found.se**2 + shared, 1.0)
    spread = np.where(moved, found.se**4 / np.where(moved, found.df, 1.0) + np.sum(shifts**4 / df, axis=-1), 1.0)
    with np.errstate(divide="ignore"):  # no scatter at all, and errors known for certain: the normal distribution
        se, new_df = np.sqrt(variance), variance**2 / spread
    low, high = _ends(found, se, new_df)
    p = 2 * stdtr(new_df, -_distance(found) / (se / np.where(found.se > 0, found.se, 1.0)))
    columns = [(found.low, low), (found.high, high), (found.p, p), (found.se, se), (found.df, new_df)]
    return Reported(found.estimate, *(np.where(moved, new, old) for old, new in columns))


def _ends(found: Reported, se: Array, df: Array) -> tuple[Array, Array]:
    """The ends for another standard error and df; t·se either way where there was no scatter at all."""
    half = t_quantile(df, 0.95) * se
    old = t_quantile(found.df, 0.95) * found.se
    wider = np.divide(half, old, out=np.full_like(half, np.nan), where=old > 0)
    flat = found.se == 0
    low = np.where(flat, found.estimate - half, found.estimate - (found.estimate - found.low) * wider)
    return low, np.where(flat, found.estimate + half, found.estimate + (found.high - found.estimate) * wider)


def _distance(found: Reported) -> Array:
    """How far 0 lies from each estimate in its old standard errors, as p says; as it stands where there was no scatter.

    A p that is too small for its distance to be read from it leaves |estimate|/se.
    """
    from scipy.special import stdtrit

    known = (found.p > 0) & (found.df >= 1)
    by_p = -stdtrit(np.where(known, found.df, 1.0), np.where(known, found.p, 1.0) / 2)
    by_se = np.abs(found.estimate) / np.where(found.se > 0, found.se, 1.0)
    return np.asarray(np.where(known & (found.se > 0), by_p, by_se))
