"""Confidence sets of a ratio: Fieller's, and its Welch form for a part of the numerator that has its own runs.

The set holds every ratio theta for which numerator - theta * denominator is compatible with 0. It is bounded exactly
when the denominator's own interval excludes 0; otherwise it is two rays or everything, and never cut to 0-1.
Sources: Fieller, J R Stat Soc B 1954;16:175; Welch, Biometrika 1947;34:28 for the df at each theta.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.intervals import Array, t_quantile, welch_df

BOUNDED, TWO_RAYS, UNBOUNDED = "bounded", "two_rays", "unbounded"
_KINDS = np.array([BOUNDED, TWO_RAYS, UNBOUNDED])
_DIRECTIONS = 180  # of theta = tan(phi), one degree each, in which an end of the Welch set is looked for
_BISECTIONS = 60  # beyond the precision of a float


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


@dataclass(frozen=True)
class OwnRuns:
    """Variance (of the mean) and df of an independent part of the numerator, such as the acellular runs."""

    var: Array
    df: Array


def fieller_welch_set(
    numerator: Array,
    denominator: Array,
    var_n: Array,
    var_d: Array,
    cov: Array,
    df: Array,
    own: OwnRuns,
    level: float = 0.95,
) -> FiellerSet:
    """Fieller's set where the numerator also holds a mean with its own variance and df.

    `var_n`, `cov` are of the part that shares donors with the denominator; `own` is added to the numerator's variance.
    At each theta the variances are V_live(theta) = var_n - 2 theta cov + theta^2 var_d on `df` and own.var on own.df,
    and the df of their sum is Satterthwaite's *at that theta*: the set is Welch's test turned inside out, so it covers
    as often as that test does, and as theta grows it asks for the denominator's own df, so that it is bounded exactly
    when the denominator's t interval excludes 0. With the df at the estimate only, neither holds.

    The ends are found by bisection on theta = tan(phi) between directions about a degree apart. Where such a set has
    further holes (T's own interval ends near 0), it is filled up to one gap: the one at infinity, else the deepest.
    """
    given = (numerator, denominator, var_n, var_d, cov, df, own.var, own.df)
    parts = [np.asarray(x, dtype=float)[..., np.newaxis] for x in np.broadcast_arrays(*given)]
    angles, infinite = _directions(np.arctan2(parts[0], parts[1]))
    excess = _excess(parts, angles, level)
    out = excess > 0
    out[..., [0, -1]] = False  # the estimate's own direction, where rounding may say otherwise
    bounded = out[..., [infinite]]
    gap = np.where(bounded, infinite, np.argmax(np.where(out, excess, -np.inf), axis=-1)[..., np.newaxis])
    exists = np.take_along_axis(out, gap, axis=-1)
    below, above = (_end(parts, angles, out, gap, upwards, level) for upwards in (False, True))
    ends = np.where(exists, np.where(bounded, (above, below), (below, above)), np.nan)[..., 0]
    code = np.where(exists, np.where(bounded, 0, 1), 2)[..., 0]
    return FiellerSet(_KINDS[code], np.tan(ends[0]), np.tan(ends[1]), ratio(numerator, denominator))


def _directions(start: Array) -> tuple[Array, int]:
    """Half a turn of angles from the estimate's own back to it, through that of an infinite ratio; its position."""
    infinite = np.pi / 2 + np.pi * np.ceil((start - np.pi / 2) / np.pi)
    fraction = np.linspace(0.0, 1.0, _DIRECTIONS // 2 + 1)
    before = start + (infinite - start) * fraction
    after = infinite + (start + np.pi - infinite) * fraction[1:]
    return np.concatenate([before, after], axis=-1), len(fraction) - 1


def _excess(parts: list[Array], phi: Array, level: float) -> Array:
    """How far the squared statistic in direction phi lies above what the level allows (<= 0: in the set)."""
    n, d, var_n, var_d, cov, df, own_var, own_df = parts
    c, s = np.cos(phi), np.sin(phi)
    live = np.maximum(var_n * c**2 - 2 * cov * s * c + var_d * s**2, 0.0)  # a variance, below 0 only by rounding
    runs = own_var * c**2
    t = t_quantile(welch_df(live, df, runs, own_df), level)
    return np.asarray((n * c - d * s) ** 2 - t**2 * (live + runs), dtype=float)


def _end(
    parts: list[Array],
    angles: Array,
    out: npt.NDArray[np.bool_],
    gap: npt.NDArray[np.intp],
    upwards: bool,
    level: float,
) -> Array:
    """The angle at which the gap ends on one side; every row has a direction of the set on either side of its gap."""
    position = np.arange(out.shape[-1])
    if upwards:
        nearest = np.where(~out & (position >= gap), position, position[-1]).min(axis=-1, keepdims=True)
    else:
        nearest = np.where(~out & (position <= gap), position, 0).max(axis=-1, keepdims=True)
    beside = np.clip(nearest + (-1 if upwards else 1), 0, position[-1])  # no gap: any direction, its row is not used
    inside, outside = (np.take_along_axis(angles, k, axis=-1) for k in (nearest, beside))
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        beyond = _excess(parts, middle, level) > 0
        inside, outside = np.where(beyond, inside, middle), np.where(beyond, middle, outside)
    return inside
