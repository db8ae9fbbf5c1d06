"""Whether standards lie on a straight line, up to where, and whether their signals rise in order."""

import math

import numpy as np

from mgassay.assays.curves.acceptance import ICH_M10, Limits, assess_curve
from mgassay.assays.curves.curve import fit_curve
from mgassay.assays.curves.models import Array
from mgassay.assays.curves.weighting import level_means
from mgassay.errors import CalibrationError

MANDEL_ALPHA = 0.01  # DIN 38402-51 tests at 99 %


def mandel_f(concentration: Array, signal: Array, weighting: str = "none") -> tuple[float, float]:
    """Mandel's F for curvature, and its critical value at 99 % (1 and n − 3 degrees of freedom; DIN 38402-51).

    F = (RSS of the line − RSS of the quadratic) / (residual variance of the quadratic); inf where the quadratic leaves
    no scatter but the line does. Raises CalibrationError as `fit_curve`.
    """
    from scipy.special import fdtri

    straight, bent = (fit_curve(concentration, signal, model, weighting) for model in ("linear", "quadratic"))
    taken, left = straight.rss - bent.rss, bent.rss / bent.df
    f = taken / left if left > 0 else math.inf if taken > 0 else 0.0
    return f, float(fdtri(1, bent.df, 1.0 - MANDEL_ALPHA))


def is_bent(concentration: Array, signal: Array, weighting: str = "none") -> bool:
    """Whether Mandel's test refutes a straight line; False where there are too few standards to ask."""
    try:
        f, critical = mandel_f(concentration, signal, weighting)
    except CalibrationError:
        return False
    return f > critical


def linear_range(concentration: Array, signal: Array, weighting: str = "none", limits: Limits = ICH_M10) -> float:
    """The highest standard up to which a straight line brings back every level; NaN when there is none.

    Every non-zero level at or below it must back-calculate within the limits, and there must be three.
    """
    x, y = np.asarray(concentration, float), np.asarray(signal, float)
    for top in np.unique(x[x > 0])[:1:-1]:
        kept = x <= top
        try:
            assessment = assess_curve(fit_curve(x[kept], y[kept], "linear", weighting), x[kept], y[kept], limits)
        except CalibrationError:
            continue
        if assessment.levels_pass == assessment.levels:
            return float(top)
    return math.nan


def disordered_levels(concentration: Array, signal: Array) -> list[tuple[float, float]]:
    """Neighbouring standards (lower, higher) of which the higher one has clearly the lower mean signal.

    Clearly: by more than three times the SD of such a difference by the replicates' pooled SD, and 2 % of the span.
    """
    x, first, level, n = np.unique(concentration, return_index=True, return_inverse=True, return_counts=True)
    means = level_means(concentration, signal)[first]
    df = int((n - 1).sum())
    variance = float(np.sum((signal - means[level]) ** 2)) / df if df else 0.0
    noise = 3.0 * np.sqrt(variance * (1.0 / n[:-1] + 1.0 / n[1:]))
    falls = -np.diff(means) > np.maximum(noise, 0.02 * np.ptp(means))
    return [(float(x[i]), float(x[i + 1])) for i in np.flatnonzero(falls)]
