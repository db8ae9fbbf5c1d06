"""When "no effect" may be said: two one-sided t tests over donors, and how many donors that would have taken.

The margin is a fold change declared before results; an effect is equivalent to 0 where both tests reject, which is
where the 90 % interval lies within +-log(fold). Otherwise the answer is "inconclusive", never "no effect".
Sources: Schuirmann, J Pharmacokinet Biopharm 1987;15:657; for the power Owen, Biometrika 1965;52:437.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.intervals import Array, Estimate, donor_estimate, t_quantile

MOST_DONORS = 1000  # beyond which a number of donors is no advice
_NODES = 160
_REACH = 40.0  # how far above 1 the SD is followed, in units of its own spread 1/sqrt(2 df)


@dataclass(frozen=True)
class Equivalence:
    """Means of donor effects against +-`bound` (natural log); arrays of one shape, NaN with one donor.

    `low`, `high`: the interval at 1 - 2 alpha; `p`: the larger of the two one-sided ones.
    """

    estimate: Array
    low: Array
    high: Array
    p: Array
    bound: float
    alpha: float

    @property
    def equivalent(self) -> npt.NDArray[np.bool_]:
        """Whether the effect is shown to lie within the bounds; false without an interval."""
        return np.asarray((-self.bound < self.low) & (self.high < self.bound), dtype=bool)


def equivalence(values: Array, fold: float, alpha: float = 0.05) -> Equivalence:
    """The two one-sided tests of per-donor effects (natural log), shape (..., donors), within a `fold` above 1."""
    return equivalence_of_estimate(donor_estimate(values), fold, alpha)


def equivalence_of_estimate(estimate: Estimate, fold: float, alpha: float = 0.05) -> Equivalence:
    """The two one-sided tests of an estimate (natural log) with its standard error and df, within a `fold` above 1."""
    from scipy.special import stdtr

    bound = float(np.log(fold))
    low, high = estimate.limits(1 - 2 * alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        nearest = (bound - np.abs(estimate.estimate)) / estimate.se
    p = np.asarray(stdtr(np.maximum(estimate.df, 1), -nearest), dtype=float)
    return Equivalence(estimate.estimate, low, high, p, bound, alpha)


@functools.cache
def _nodes() -> tuple[Array, Array]:
    """Places and weights of Gauss and Legendre on -1 to 1."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return x, w


def power_of_tost(bound: float, shift: float, se: float, df: float, alpha: float = 0.05) -> float:
    """The chance that both one-sided tests reject: truth `shift`, bounds +-`bound`, standard error `se` > 0 on `df`.

    Exact: given S = (estimated over true SD), the estimate has to fall within bound - t se S of 0 on both sides; the
    chance of that is integrated over the distribution of S up to where the two tests leave no room.
    """
    from scipy.special import gammaln, ndtr

    t = float(t_quantile(df, 1 - 2 * alpha))
    upper = min(bound / (t * se), 1 + _REACH / np.sqrt(2 * df))
    x, w = _nodes()
    s = upper * (x + 1) / 2
    log_density = np.log(2.0) + df / 2 * np.log(df / 2) - gammaln(df / 2) + (df - 1) * np.log(s) - df * s**2 / 2
    room = ndtr((bound - shift) / se - t * s) - ndtr((-bound - shift) / se + t * s)
    return float(upper / 2 * (w * np.exp(log_density)) @ np.maximum(room, 0.0))


def donors_for_equivalence(
    sd: float, fold: float, power: float = 0.8, shift: float = 0.0, alpha: float = 0.05
) -> int | None:
    """The fewest donors with which equivalence within `fold` would be shown with this power.

    `sd` > 0: of the effect over donors, natural log (the interaction's is some 1.4 times that of T); `shift`: the true
    effect, 0 unless said. None where the truth is not within the bounds or more than MOST_DONORS would be needed.
    """
    bound = float(np.log(fold))
    if abs(shift) >= bound or _power(MOST_DONORS, sd, bound, shift, alpha) < power:
        return None
    few, enough = 1, MOST_DONORS
    while enough - few > 1:
        middle = (few + enough) // 2
        if _power(middle, sd, bound, shift, alpha) < power:
            few = middle
        else:
            enough = middle
    return enough


def _power(donors: int, sd: float, bound: float, shift: float, alpha: float) -> float:
    """Power with this number of donors, two or more."""
    return power_of_tost(bound, shift, sd / float(np.sqrt(donors)), donors - 1, alpha)
