"""How standards back-calculate, assessed against limits.

The limits are those that ICH M10 (2022) sets for back-calculated standards. A plate kit cannot meet the rest of that
guideline (six non-zero levels, a matched matrix, quality controls), and nothing here claims that it does.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.curves.curve import StandardCurve, predict
from mgassay.assays.curves.models import Array
from mgassay.assays.curves.weighting import level_means

GUIDELINE_LEVELS = 6  # non-zero levels that ICH M10 asks for


@dataclass(frozen=True)
class Limits:
    """How far a level may read back from its value, how far the lowest non-zero one, how many levels must; in %."""

    percent: float = 15.0
    lowest_percent: float = 20.0
    levels_percent: float = 75.0


ICH_M10 = Limits()


@dataclass(frozen=True, eq=False)
class Assessment:
    """How the standards back-calculate, one entry per level in ascending order.

    `error_percent` is NaN at a zero standard and where the signal is above the curve; `passed` counts only at the
    non-zero levels that the curve was fitted to, whose number is `levels`. `assessed` is `not_assessable` unless there
    are more such levels than parameters: with fewer, the curve runs through its standards whatever they are.
    """

    concentration: Array
    n: npt.NDArray[np.int64]
    signal: Array
    fitted: Array
    back_calculated: Array
    error_percent: Array
    passed: npt.NDArray[np.bool_]
    r2_means: float
    levels: int
    levels_pass: int
    assessed: str


def assess_curve(curve: StandardCurve, concentration: Array, signal: Array, limits: Limits = ICH_M10) -> Assessment:
    """Back-calculates every level from the mean of its wells; levels above those of the fit are shown, not counted."""
    x, first, n = np.unique(concentration, return_index=True, return_counts=True)
    y = level_means(concentration, signal)[first]
    counted = (x > 0) & (x <= curve.concentration.max())
    fitted, read = predict(curve, x), curve.model.inverse(curve.coefficients, y)
    back = np.where(np.isfinite(read), read, np.nan)
    error = np.full(x.size, np.nan)
    error[x > 0] = 100.0 * (back[x > 0] - x[x > 0]) / x[x > 0]
    passed = np.abs(error) <= np.where(x == curve.range_low, limits.lowest_percent, limits.percent)
    levels, levels_pass = int(counted.sum()), int((passed & counted).sum())
    within = x <= curve.concentration.max()
    return Assessment(
        concentration=x,
        n=n,
        signal=y,
        fitted=fitted,
        back_calculated=back,
        error_percent=error,
        passed=passed & counted,
        r2_means=_r2(y[within], fitted[within]),
        levels=levels,
        levels_pass=levels_pass,
        assessed=_assessed(levels, levels_pass, curve.coefficients.size, limits),
    )


def _r2(signal: Array, fitted: Array) -> float:
    """R² of level means."""
    return float(1.0 - np.sum((signal - fitted) ** 2) / np.sum((signal - signal.mean()) ** 2))


def _assessed(levels: int, levels_pass: int, parameters: int, limits: Limits) -> str:
    """The verdict on the standards of one curve."""
    if levels <= parameters:
        return "not_assessable"
    return "pass" if 100.0 * levels_pass >= limits.levels_percent * levels else "fail"
