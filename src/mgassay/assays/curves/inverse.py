"""Concentrations from signals by a standard curve, with their standard error and interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.curves.curve import StandardCurve, curve_variance, predict, reading_variance, t_quantiles
from mgassay.assays.curves.models import Array
from mgassay.assays.curves.profile import Profile
from mgassay.errors import ContractError

_STEPS_OUT, _STEPS_IN = 60, 40
_EXACT = 1e-13  # of the distance from the value to its bound
_SMALLEST_STEP = 1e-12  # of the range: where a perfect fit leaves no error to step by

Truths = npt.NDArray[np.bool_]
Excess = Callable[[Array], Array]  # concentrations, one per signal -> below 0 where each is within its interval


@dataclass(frozen=True, eq=False)
class Inverse:
    """Concentrations read from a curve, one per signal; inf where the signal is too high for it, -inf where too low.

    `se_reading` is the part of the standard error that comes from the reading and is independent between wells,
    `se_curve` the part that all wells of the plate share, `df` their degrees of freedom. A side of the interval that
    has no bound is infinite.
    """

    value: Array
    se_reading: Array
    se_curve: Array
    ci_low: Array
    ci_high: Array
    df: Array

    @property
    def se(self) -> Array:
        """Standard error (Massart et al. 1997, eq. 8.26-8.28)."""
        return np.hypot(self.se_reading, self.se_curve)


def invert(
    curve: StandardCurve,
    signal: Array,
    *,
    readings: float = 1.0,
    weight: Array | float | None = None,
    level: float = 0.95,
) -> Inverse:
    """Concentrations from signals, each the mean of `readings` readings (inf: the signal is known exactly).

    The interval of a polynomial holds every x whose prediction band contains the signal (Fieller for a straight line;
    ISO 11843): |f(x) − y| < t · sqrt(variance of a reading / readings + var f(x)). The variance of a reading is taken
    at the estimate: residual_sd² / weight, or by the scatter of the standards. That of a logistic is the profile
    likelihood's (profile.py), which is the same where the curve is linear in its parameters. Neither is symmetric.
    Values are not limited to the range of the standards.
    """
    y = np.atleast_1d(np.asarray(signal, float))
    x = curve.model.inverse(curve.coefficients, y)
    on_curve = np.isfinite(x)
    found = np.vstack([x, np.full((5, y.size), np.nan)])
    if on_curve.any():
        given = None if weight is None else np.broadcast_to(np.asarray(weight, float), y.shape)[on_curve]
        found[:, on_curve] = _inverted(curve, x[on_curve], y[on_curve], given, readings, level)
    return Inverse(*found)


def precision(curve: StandardCurve, signal: Array, *, readings: float, level: float) -> tuple[Array, Array]:
    """Standard error and df of concentrations from signals, as `invert` gives them.

    An interval is looked for only where the error rests on it, on logistics: that is nine tenths of what it costs.
    """
    if not curve.model.is_linear:
        found = invert(curve, signal, readings=readings, level=level)
        return found.se, found.df
    se, df = np.full((2, signal.size), np.nan)
    x = curve.model.inverse(curve.coefficients, signal)
    on_curve = np.isfinite(x)
    if on_curve.any():
        variance, own, df[on_curve] = _variances(curve, x[on_curve], signal[on_curve], None, readings)
        total = _standard_error(curve, x[on_curve], variance, own)
        se[on_curve] = np.hypot(*_parts(total, variance, own))
    return se, df


def _inverted(
    curve: StandardCurve, x: Array, y: Array, weight: Array | None, readings: float, level: float
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Value, both parts of the standard error, both bounds and the df of signals that lie on the curve."""
    variance, own, df = _variances(curve, x, y, weight, readings)
    t = t_quantiles(df, 0.5 + level / 2)
    se = _standard_error(curve, x, variance, own)
    step = np.clip(t * se, _SMALLEST_STEP * curve.range_high, curve.range_high)
    low, high = (_bound(_excess(curve, y, variance, t, side), x, side * step, curve.apex) for side in (-1.0, 1.0))
    if not curve.model.is_linear:  # at 0 a logistic is flat or upright, so that its slope tells nothing of the error
        se = (high - low) / (2.0 * t)
    return x, *_parts(se, variance, own), low, high, df


def _variances(
    curve: StandardCurve, x: Array, y: Array, weight: Array | None, readings: float
) -> tuple[Array, Array, Array]:
    """Variance of the signals, of the curve there, and the df of the first."""
    variance, df = _of_signals(curve, x, y, weight)
    return variance / readings, curve_variance(curve, x), df


def _standard_error(curve: StandardCurve, x: Array, variance: Array, own: Array) -> Array:
    """The error of a signal carried over to its concentration by the slope of the curve; endless at an apex."""
    slope = curve.model.slope(curve.coefficients, x)
    with np.errstate(divide="ignore"):
        se: Array = np.sqrt(variance + own) / slope
    return se


def _parts(se: Array, variance: Array, own: Array) -> tuple[Array, Array]:
    """What of a standard error is the signals', and what the curve's."""
    total = np.where(variance + own > 0, variance + own, 1.0)
    return se * np.sqrt(variance / total), se * np.sqrt(own / total)


def _of_signals(curve: StandardCurve, x: Array, y: Array, weight: Array | None) -> tuple[Array, Array]:
    """Variance of one reading of each signal and its df: by the weight given, else as the curve knows it."""
    if weight is not None:
        return curve.residual_sd**2 / weight, np.full(y.shape, float(curve.df))
    if curve.weighting == "given":
        raise ContractError("a curve with weights of its own needs the weight of every signal")
    return reading_variance(curve, x, y)


def _excess(curve: StandardCurve, y: Array, variance: Array, t: Array, side: float) -> Excess:
    """By how much a concentration on this side of the value lies outside its interval: rising, 0 at the bound."""
    if not curve.model.is_linear and curve.residual_sd > 0:
        profile = Profile(curve, y, variance)
        return lambda at: np.sqrt(np.maximum(profile.distance(at), 0.0)) - t

    def excess(at: Array) -> Array:
        beyond: Array = side * (predict(curve, at) - y) - t * np.sqrt(variance + curve_variance(curve, at))
        return beyond

    return excess


def _bound(excess: Excess, x: Array, step: Array, apex: float) -> Array:
    """Where the interval ends: beyond x by steps that double, then between the last two (Ridders 1979)."""
    near, far = x, np.minimum(x + step, apex)
    outside = excess(far)
    for _ in range(_STEPS_OUT):
        still = outside < 0
        if not still.any():
            break
        near, far = np.where(still, far, near), np.where(still, np.minimum(x + 2.0 * (far - x), apex), far)
        outside = excess(far)
    unbounded = outside < 0
    return np.where(unbounded, np.sign(step) * np.inf, _crossing(excess, near, far, np.abs(outside)))


def _crossing(excess: Excess, near: Array, far: Array, outside: Array) -> Array:
    """Where `excess` is 0 between `near` (below 0) and `far` (there it is `outside`), one per signal."""
    inside, reach, found = excess(near), np.abs(far - near), far
    for _ in range(_STEPS_IN):
        middle = near + (far - near) / 2.0
        at_middle = excess(middle)
        scale = np.sqrt(np.maximum(at_middle**2 - inside * outside, 1e-300))
        guess = np.clip(middle - (middle - near) * at_middle / scale, np.minimum(near, far), np.maximum(near, far))
        at_guess = excess(guess)
        done = np.abs(guess - found) <= _EXACT * reach
        found = guess
        if done.all():
            break
        for at, value in ((middle, at_middle), (guess, at_guess)):
            nearer, farther = (value < 0) & _between(at, near, far), (value >= 0) & _between(at, near, far)
            near, inside = np.where(nearer, at, near), np.where(nearer, value, inside)
            far, outside = np.where(farther, at, far), np.where(farther, value, outside)
    return found


def _between(at: Array, near: Array, far: Array) -> Truths:
    """Whether each lies between the two that enclose the bound."""
    between: Truths = (at - near) * (far - at) >= 0
    return between
