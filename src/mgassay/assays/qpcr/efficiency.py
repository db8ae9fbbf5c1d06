"""The factor E by which a gene's product grows per cycle, with where it comes from and how well it is known."""

import math
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
ASSUMED_FACTOR = 2.0
_FACTORS = (1.0, 3.0)  # more than threefold per cycle is a percentage or a mistake; measured slopes reach 2.2
_NAN = float("nan")


@dataclass(frozen=True)
class Efficiency:
    """E of one gene: factor per cycle (NaN where what was given or measured cannot be one), source and error.

    source: `given`, `series`, `curves` or `assumed`. se_log2: standard error of log2 E, df its degrees of freedom
    (infinite for an error that the lab gives); NaN where nothing is known of the error. The interval is that of E at
    95 %. n: wells or reactions that it was measured on.
    """

    factor: float
    source: str
    se_log2: float = _NAN
    df: float = _NAN
    ci_low: float = _NAN
    ci_high: float = _NAN
    n: int | None = None


ASSUMED = Efficiency(ASSUMED_FACTOR, "assumed")


def factor_from_slope(slope: float) -> float:
    """Growth per cycle from the slope of Cq on log10 quantity: E = 10^(−1/slope); NaN for a slope of 0 or above.

    Infinite where the slope is so flat that the factor passes the largest number.
    Source: Pfaffl 2001, Nucleic Acids Res 29:e45.

    >>> round(factor_from_slope(-3.321928094887362), 12)
    2.0
    """
    with np.errstate(over="ignore"):
        return float(np.power(10.0, -1.0 / slope)) if slope < 0 else _NAN


def usable_factor(factor: float) -> bool:
    """Whether a number can be a factor per cycle (above 1, at most 3)."""
    return _FACTORS[0] < factor <= _FACTORS[1]


def given_efficiency(factor: float, se: float | None) -> Efficiency:
    """What the lab declares: E, and its standard error where it gives one (normal on log2 E; se / (E·ln 2)).

    >>> given_efficiency(1.9, None).ci_low
    nan
    """
    if not usable_factor(factor):
        return Efficiency(_NAN, "given")
    if not se:
        return Efficiency(factor, "given")
    return measured_efficiency("given", math.log2(factor), se / (factor * math.log(2)), math.inf)


def measured_efficiency(source: str, log2_factor: float, se_log2: float, df: float, n: int | None = None) -> Efficiency:
    """E from its log2 and the standard error of that, with Student's interval on the log2 scale."""
    from scipy.special import ndtri, stdtrit

    quantile = 0.5 + CONFIDENCE / 2
    half = float(ndtri(quantile) if math.isinf(df) else stdtrit(df, quantile)) * se_log2
    bounds = {"ci_low": 2.0 ** (log2_factor - half), "ci_high": 2.0 ** (log2_factor + half)}
    return Efficiency(2.0**log2_factor, source, se_log2, df, n=n, **bounds)
