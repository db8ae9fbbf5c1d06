"""A shift by ranks, with an exact interval that rests on no normal distribution.

Source: Hodges and Lehmann 1963, Ann Math Stat 34:598; the intervals from the exact null distributions of Wilcoxon's
statistics, as in Hollander and Wolfe, Nonparametric Statistical Methods, ch. 3 and 4. With ties the closed interval
still holds the truth at least as often as it says (Noether 1967, J Am Stat Assoc 62:184), the p is somewhat too large.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.qpcr.amplification import Floats


@dataclass(frozen=True)
class RankShift:
    """The median of all shifts, its interval and two-sided p against 0.

    The interval is NaN where so few values cannot make one: no order of them is rare enough.
    """

    estimate: float
    low: float
    high: float
    p: float


def shift_of_pairs(differences: Floats, confidence: float = 0.95) -> RankShift:
    """Of paired differences (n,), none NaN: the median of their Walsh averages (means of two, each with itself too).

    Interval and p by Wilcoxon's signed ranks; at 95 % there is one from six pairs on.
    """
    first, second = np.triu_indices(len(differences))
    walsh = (differences[first] + differences[second]) / 2.0
    return _shift(walsh, _null_of_signed_ranks(len(differences)), confidence)


def shift_between(treated: Floats, untreated: Floats, confidence: float = 0.95) -> RankShift:
    """Of two unpaired groups, none NaN: the median of all differences, treated less untreated.

    Interval and p by Wilcoxon's rank sum (Mann and Whitney's U); at 95 % there is one from four and four on.
    """
    every = (treated[:, None] - untreated[None, :]).ravel()
    return _shift(every, _null_of_rank_sums(len(treated), len(untreated)), confidence)


def _shift(shifts: Floats, null: Floats, confidence: float) -> RankShift:
    """Estimate, interval and p from all elementary shifts and the chances of the statistic, the number above 0; or NaN.

    The interval runs from the c-th smallest to the c-th largest, c the most for which P(statistic < c) is not more
    than half of what is left out. A shift of exactly 0 counts half.
    """
    if not shifts.size:
        return RankShift(*[float("nan")] * 4)
    ordered = np.sort(shifts)
    below = np.cumsum(null)
    c = int(np.searchsorted(below, (1.0 - confidence) / 2.0 * (1.0 + 1e-12), side="right"))
    ends = (ordered[c - 1], ordered[-c]) if c else (np.nan, np.nan)
    above = float((shifts > 0).sum() + (shifts == 0).sum() / 2.0)
    fewer = int(np.floor(min(above, len(shifts) - above) + 0.5))
    p = min(1.0, 2.0 * float(below[fewer]))
    return RankShift(float(np.median(shifts)), float(ends[0]), float(ends[1]), p)


def _null_of_signed_ranks(n: int) -> Floats:
    """P(signed rank sum = 0, 1, … n(n + 1)/2) without a shift: every rank is in it with a chance of one half."""
    chances = np.ones(1)
    for rank in range(1, n + 1):
        step = np.zeros(rank + 1)
        step[[0, -1]] = 0.5
        chances = np.convolve(chances, step)
    return chances


def _null_of_rank_sums(m: int, n: int) -> Floats:
    """P(U = 0, 1, … m·n) without a shift: the coefficients of the Gaussian binomial of m + n over m, over their sum.

    Made as Π (1 − x^(n + i))/(1 − x^i), i up to m.
    """
    counts = np.zeros(m * n + 1)
    counts[0] = 1.0
    for i in range(1, m + 1):
        if n + i <= m * n:
            counts[n + i :] = counts[n + i :] - counts[: m * n + 1 - n - i]
        for k in range(i, m * n + 1):
            counts[k] += counts[k - i]
    return np.asarray(counts / counts.sum())
