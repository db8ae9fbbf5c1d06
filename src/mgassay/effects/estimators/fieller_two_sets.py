"""Fieller's set of a ratio whose numerator and denominator rest on two independent sets of donors.

At each ratio theta the variance of numerator - theta * denominator is the sum of one from each set, with the df of
Satterthwaite *at that theta*: the set is Welch's test turned inside out, so that it covers as often as that test does.
With the df at the estimate alone coverage fell to .90 and rose to .98 where this one stays within .93-.97 (n 3-6 and
3-6 donors). Acellular runs are a second set that has a part in the numerator only: as theta grows the df become those
of the donors, and the set is bounded exactly when the denominator's own t interval excludes 0.
Sources: Fieller, J R Stat Soc B 1954;16:175; Welch, Biometrika 1947;34:28.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.fieller import BOUNDED, TWO_RAYS, UNBOUNDED, FiellerSet, ratio
from mgassay.effects.estimators.intervals import Array, t_quantile, welch_df

_KINDS = np.array([BOUNDED, TWO_RAYS, UNBOUNDED])
_STEPS = 90  # on either side of an infinite ratio, in which an end is looked for: about a degree each
_BISECTIONS = 48  # of a degree: to the precision of a float


@dataclass(frozen=True)
class SetVariance:
    """What one set of donors adds: variances of numerator and denominator, their covariance, and df; of one shape."""

    numerator: Array
    denominator: Array
    covariance: Array
    df: Array

    def along(self, cosine: Array, sine: Array) -> Array:
        """The variance of cosine * numerator - sine * denominator; all with directions on the last axis."""
        n, d, both = (np.asarray(v)[..., np.newaxis] for v in (self.numerator, self.denominator, self.covariance))
        found = n * cosine**2 - 2 * both * sine * cosine + d * sine**2
        return np.asarray(np.maximum(found, 0.0))  # a variance, below 0 only by rounding


def fieller_two_sets(
    numerator: Array, denominator: Array, first: SetVariance, second: SetVariance, level: float = 0.95
) -> FiellerSet:
    """The set of numerator/denominator, arrays of one shape; df < 1 in either set leaves it unbounded.

    Ends are found by bisection on theta = tan(phi). A set with further holes (the denominator's own interval ends near
    0) is filled up to one gap: the one at infinity, else the deepest.
    """
    n, d = (np.asarray(x, dtype=float)[..., np.newaxis] for x in (numerator, denominator))
    df, more = (np.asarray(x.df, dtype=float)[..., np.newaxis] for x in (first, second))

    def excess(phi: Array) -> Array:
        """How far the squared statistic in direction phi lies above what the level allows (<= 0: in the set)."""
        c, s = np.cos(phi), np.sin(phi)
        own, other = first.along(c, s), second.along(c, s)
        t = t_quantile(np.where((df < 1) | (more < 1), 0.0, welch_df(own, df, other, more)), level)
        return np.asarray((n * c - d * s) ** 2 - t**2 * (own + other), dtype=float)

    return _set_from_excess(excess, np.arctan2(n, d), ratio(numerator, denominator))


def _set_from_excess(excess: Callable[[Array], Array], start: Array, estimate: Array) -> FiellerSet:
    """The directions around the estimate's own (`start`, (..., 1)) in which the excess is not above 0."""
    infinite = np.pi / 2 + np.pi * np.ceil((start - np.pi / 2) / np.pi)
    fraction = np.linspace(0.0, 1.0, _STEPS + 1)
    before = start + (infinite - start) * fraction
    angles = np.concatenate([before, infinite + (start + np.pi - infinite) * fraction[1:]], axis=-1)
    over = excess(angles)
    out = over > 0
    out[..., [0, -1]] = False  # the estimate's own direction, where rounding may say otherwise
    bounded = out[..., [_STEPS]]
    gap = np.where(bounded, _STEPS, np.argmax(np.where(out, over, -np.inf), axis=-1)[..., np.newaxis])
    exists = np.take_along_axis(out, gap, axis=-1)
    position = np.arange(out.shape[-1])
    left = np.where(~out & (position <= gap), position, 0).max(axis=-1, keepdims=True)
    right = np.where(~out & (position >= gap), position, position[-1]).min(axis=-1, keepdims=True)
    below = _between(excess, angles, left, np.minimum(left + 1, position[-1]))
    above = _between(excess, angles, right, np.maximum(right - 1, 0))
    ends = np.where(exists, np.where(bounded, (above, below), (below, above)), np.nan)[..., 0]
    code = np.where(exists, np.where(bounded, 0, 1), 2)[..., 0]
    return FiellerSet(_KINDS[code], np.tan(ends[0]), np.tan(ends[1]), estimate)


def _between(excess: Callable[[Array], Array], angles: Array, inside: Array, outside: Array) -> Array:
    """The angle where the set ends, between two neighbouring directions (positions) in it and out of it."""
    within, beyond = (np.take_along_axis(angles, np.asarray(k, dtype=np.intp), axis=-1) for k in (inside, outside))
    for _ in range(_BISECTIONS):
        middle = (within + beyond) / 2
        over = excess(middle) > 0
        within, beyond = np.where(over, within, middle), np.where(over, middle, beyond)
    return np.asarray(within)
