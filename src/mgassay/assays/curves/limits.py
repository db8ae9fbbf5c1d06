"""Limits of a curve: decision, detection and quantification, each by the definition that its docstring names."""

import numpy as np

from mgassay.assays.curves.curve import StandardCurve, curve_variance, predict, t_quantile
from mgassay.assays.curves.inverse import precision

ALPHA = 0.01  # DIN 32645's usual risk of either error
RELATIVE_WIDTH = 3.0  # k of DIN 32645: the half width at the limit is a third of it
_HALVINGS = 60


def detection_limit(curve: StandardCurve) -> float:
    """LOD after ICH Q2: the concentration whose signal lies 3.3 s above the blank's, which is 3.3 s/S for a line.

    s is the SD of one reading at the blank end: by the scatter of the standards where it was estimated, else the
    residual SD of the curve (divided by the root of the blank end's weight). Inf where nothing has that signal.
    """
    return _above_blank(curve, 3.3)


def quantification_limit(curve: StandardCurve) -> float:
    """LOQ after ICH Q2: as `detection_limit`, 10 s above the blank's signal."""
    return _above_blank(curve, 10.0)


def finite(limit: float) -> float:
    """A limit as a table holds it: NaN where there is none."""
    return limit if np.isfinite(limit) else float("nan")


def _above_blank(curve: StandardCurve, times: float) -> float:
    """The concentration whose signal is so many blank SDs above the signal of nothing."""
    signal = predict(curve, np.zeros(1)) + times * curve.blank_sd
    return float(curve.model.inverse(curve.coefficients, signal)[0])


def critical_value(curve: StandardCurve, *, alpha: float = ALPHA, readings: float = 1.0) -> float:
    """The concentration whose signal a blank exceeds with probability alpha (DIN 32645 decision limit, ISO 11843).

    Inf when that signal is above the curve's summit.
    """
    origin = np.zeros(1)
    variance = curve.blank_sd**2 / readings + float(curve_variance(curve, origin)[0])
    signal = predict(curve, origin) + t_quantile(curve.blank_df, 1.0 - alpha) * np.sqrt(variance)
    return float(curve.model.inverse(curve.coefficients, signal)[0])


def din_quantification_limit(
    curve: StandardCurve, *, alpha: float = ALPHA, readings: float = 1.0, k: float = RELATIVE_WIDTH
) -> float:
    """The lowest concentration whose interval (level 1 − alpha) has a half width of 1/k of it (DIN 32645).

    By halving between the decision limit and the top of the range; NaN where the top itself is not that precise.
    """

    def is_precise(x: float) -> bool:
        signal = predict(curve, np.array([x]))
        se, df = precision(curve, signal, readings=readings, level=1.0 - alpha)
        return bool(t_quantile(df[0], 1.0 - alpha / 2) * se[0] <= x / k)

    low, high = 0.0, curve.range_high
    if not is_precise(high):
        return float("nan")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if is_precise(middle) else (middle, high)
    return high
