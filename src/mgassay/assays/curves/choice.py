"""Which curve: the weighting from the replicates, the model by AICc among those whose standards pass.

The limits are those that ICH M10 sets for back-calculated standards; a plate kit with six levels cannot meet the rest
of that guideline, and nothing here claims that it does.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.curves.curve import StandardCurve, fit_curve, level_means, predict
from mgassay.assays.curves.models import MODELS, NOT_YET, Array
from mgassay.errors import CalibrationError

LIMIT_PERCENT, LIMIT_LOWEST_PERCENT = 15.0, 20.0
LEVELS_TO_PASS = 0.75
AICC_UNITS = 2.0
WEIGHTINGS = ("none", "1/x", "1/x2")  # SD of a reading as the power 0, 1/2, 1 of the concentration
_ROUNDING = 1e-12  # of the largest signal: residuals below it are rounding, not misfit


@dataclass(frozen=True, eq=False)
class Assessment:
    """How the standards back-calculate, one entry per level in ascending order.

    `error_percent` is NaN at a zero standard and where the signal is above the curve; `passed` counts only at the
    non-zero levels, whose number is `levels`. `assessed` is `not_assessable` unless there are more non-zero levels
    than parameters: with fewer, the curve runs through its standards whatever they are.
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


@dataclass(frozen=True, eq=False)
class ChosenCurve:
    """A curve, how its standards back-calculate, and its AICc over wells."""

    curve: StandardCurve
    assessment: Assessment
    aicc: float


def assess_curve(curve: StandardCurve, concentration: Array, signal: Array) -> Assessment:
    """Back-calculates every level from the mean of its wells: ±15 %, ±20 % at the lowest non-zero, 75 % of levels."""
    x, first, n = np.unique(concentration, return_index=True, return_counts=True)
    y, nonzero = level_means(concentration, signal)[first], x > 0
    fitted, read = predict(curve, x), curve.model.inverse(curve.coefficients, y)
    back = np.where(np.isfinite(read), read, np.nan)
    error = np.full(x.size, np.nan)
    error[nonzero] = 100.0 * (back[nonzero] - x[nonzero]) / x[nonzero]
    passed = np.abs(error) <= np.where(x == curve.range_low, LIMIT_LOWEST_PERCENT, LIMIT_PERCENT)
    levels, levels_pass = int(nonzero.sum()), int(passed.sum())
    return Assessment(
        concentration=x,
        n=n,
        signal=y,
        fitted=fitted,
        back_calculated=back,
        error_percent=error,
        passed=passed,
        r2_means=float(1.0 - np.sum((y - fitted) ** 2) / np.sum((y - y.mean()) ** 2)),
        levels=levels,
        levels_pass=levels_pass,
        assessed=_assessed(levels, levels_pass, curve.coefficients.size),
    )


def _assessed(levels: int, levels_pass: int, parameters: int) -> str:
    """The verdict on the standards of one curve."""
    if levels <= parameters:
        return "not_assessable"
    return "pass" if levels_pass >= LEVELS_TO_PASS * levels else "fail"


def aicc_over_wells(curve: StandardCurve, largest_signal: float) -> float:
    """n·ln(RSS/n) + 2k + 2k(k+1)/(n−k−1), k parameters and the variance; inf where n is too small for it.

    Comparable only between models of one plate at one weighting.
    """
    k = curve.coefficients.size + 1
    if curve.n - k - 1 <= 0:
        return math.inf
    variance = max(curve.rss / curve.n, (_ROUNDING * largest_signal) ** 2)
    return curve.n * math.log(variance) + 2.0 * k + 2.0 * k * (k + 1) / (curve.n - k - 1)


def weighting_from_replicates(concentration: Array, signal: Array) -> str:
    """The weighting that the standards' replicates ask for: none, 1/x or 1/x2.

    SD ∝ x^θ over the non-zero levels with two wells or more; θ by regression of the SDs themselves with constant
    relative error (Davidian and Carroll 1987), levels counted by their degrees of freedom, then rounded to 0, 1/2 or 1.
    Unlike the slope of log SD it is not thrown off by a level whose wells happen to agree. `none` when there are fewer
    than three such levels, or when no replicates differ.
    """
    x, level, n = np.unique(concentration, return_inverse=True, return_counts=True)
    squares = np.bincount(level, weights=(signal - level_means(concentration, signal)) ** 2)
    kept = (n > 1) & (x > 0)
    df = np.asarray(n[kept] - 1, np.float64)
    sd = np.sqrt(squares[kept] / df) / _expected_sd(df)
    if df.size < 3 or not (sd > _ROUNDING * np.abs(signal).max()).any():
        return "none"
    steps_up = sum(_grows_faster(x[kept], sd, df, power) for power in (0.25, 0.75))
    return WEIGHTINGS[steps_up]


def _expected_sd(df: Array) -> Array:
    """What an SD with these degrees of freedom is on average, of a true SD of 1 (normal readings)."""
    return np.array([math.sqrt(2.0 / d) * math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2)) for d in df])


def _grows_faster(x: Array, sd: Array, df: Array, power: float) -> bool:
    """Whether the SDs grow with x by a greater power: SD / x^power is then larger at the higher levels.

    The fitted θ is the power at which the mean of log x weighted by df · SD / x^θ is that weighted by df.
    """
    log_x = np.log(x)
    scaled: Array = df * sd * np.exp(-power * log_x)
    return float(np.average(log_x, weights=scaled)) > float(np.average(log_x, weights=df))


def choose_curve(concentration: Array, signal: Array, model: str = "auto", weighting: str = "auto") -> ChosenCurve:
    """The plate's curve from its standards, one entry per well.

    The weighting is settled first. Then, for `auto`: of the models whose standards pass (else of those too small to be
    assessed, else of all) the lowest AICc, or the simplest within 2 units of it; a quadratic whose apex lies among the
    standards is not a candidate. Raises CalibrationError as `fit_curve`; MG301 also for a model not available yet.
    """
    x, y = np.asarray(concentration, float), np.asarray(signal, float)
    if model in NOT_YET:
        raise CalibrationError("MG301", seen=model, known=", ".join(MODELS), hint="")
    used = weighting_from_replicates(x, y) if weighting == "auto" else weighting
    if model != "auto":
        return _candidate(x, y, model, used)
    return _best([c for c in _candidates(x, y, used) if c.curve.apex >= x.max()])


def _candidate(x: Array, y: Array, model: str, weighting: str) -> ChosenCurve:
    """One model, fitted and assessed."""
    curve = fit_curve(x, y, model, weighting)
    return ChosenCurve(curve, assess_curve(curve, x, y), aicc_over_wells(curve, float(np.abs(y).max())))


def _candidates(x: Array, y: Array, weighting: str) -> list[ChosenCurve]:
    """Every model that can be fitted, simple ones first; raises the simplest one's error when none can."""
    found, errors = [], []
    for model in MODELS:
        try:
            found.append(_candidate(x, y, model, weighting))
        except CalibrationError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return found


def _best(candidates: list[ChosenCurve]) -> ChosenCurve:
    """The simplest candidate within 2 AICc units of the lowest, among the best assessed."""
    for verdict in ("pass", "not_assessable", "fail"):
        pool = [c for c in candidates if c.assessment.assessed == verdict]
        if pool:
            lowest = min(c.aicc for c in pool)
            return next(c for c in pool if c.aicc <= lowest + AICC_UNITS)
    raise CalibrationError("MG304", seen="no rising curve", model="auto")


def linear_range(concentration: Array, signal: Array, weighting: str = "none") -> float:
    """The highest standard up to which a straight line brings back every level; NaN when there is none.

    Every non-zero level at or below it must back-calculate within ±15 % (±20 % the lowest), and there must be three.
    """
    x, y = np.asarray(concentration, float), np.asarray(signal, float)
    for top in np.unique(x[x > 0])[:1:-1]:
        kept = x <= top
        try:
            assessment = _candidate(x[kept], y[kept], "linear", weighting).assessment
        except CalibrationError:
            continue
        if assessment.levels_pass == assessment.levels:
            return float(top)
    return math.nan


def mandel_f(concentration: Array, signal: Array) -> float:
    """Mandel's F for curvature, 1 and n − 3 degrees of freedom: what the quadratic takes from the line's scatter."""
    x, y = np.asarray(concentration, float), np.asarray(signal, float)
    straight, bent = fit_curve(x, y, "linear"), fit_curve(x, y, "quadratic")
    return (straight.rss - bent.rss) / (bent.rss / bent.df)


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
