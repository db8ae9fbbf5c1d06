"""A standard curve: fit, prediction, inverse prediction with its interval, detection limits.

Weights are those of single readings: a reading of weight w has variance residual_sd² / w. The named weightings are
scaled to 1 at the lowest non-zero standard, so that `residual_sd` is the SD of a reading at the blank end, and a
sample's weight follows from where it lies on the curve, exactly as a standard's does.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.curves.models import Array, Model, model_named
from mgassay.errors import CalibrationError, ContractError

_STEPS_OUT, _HALVINGS = 60, 48
_SMALLEST_STEP = 1e-12  # of the range: where a perfect fit leaves no error to step by


@dataclass(frozen=True, eq=False)
class StandardCurve:
    """A fitted curve. Concentrations are in the unit of the standards, signals as read.

    `covariance` is that of the coefficients; `pivot` the concentration (the signal for 1/y) up to which a reading's
    weight is that of the blank end, `blank_weight`; `range_low` is the lowest non-zero standard, `range_high` the top
    standard, or the apex of a quadratic that bends over before it.
    """

    model: Model
    weighting: str
    coefficients: Array
    covariance: Array
    residual_sd: float
    df: int
    n: int
    rss: float
    pivot: float
    blank_weight: float
    range_low: float
    range_high: float

    @property
    def apex(self) -> float:
        """The concentration beyond which the signal no longer rises; inf when there is none."""
        return self.model.summit(self.coefficients)

    @property
    def blank_slope(self) -> float:
        """Slope of the curve at concentration 0, signal per unit of concentration."""
        return float(self.model.slope(self.coefficients, np.zeros(1))[0])

    @property
    def blank_sd(self) -> float:
        """SD of one reading at the blank end."""
        return self.residual_sd / float(np.sqrt(self.blank_weight))


@dataclass(frozen=True, eq=False)
class Inverse:
    """Concentrations read from a curve, one per signal; NaN where the signal is above the curve's summit.

    `se_reading` is the part of the standard error that comes from the reading and is independent between wells,
    `se_curve` the part that all wells of the plate share. A side of the interval that has no bound is infinite.
    """

    value: Array
    se_reading: Array
    se_curve: Array
    ci_low: Array
    ci_high: Array

    @property
    def se(self) -> Array:
        """Standard error (Massart et al. 1997, eq. 8.26-8.28)."""
        return np.hypot(self.se_reading, self.se_curve)


def t_quantile(df: float, probability: float) -> float:
    """Quantile of Student's t."""
    from scipy.special import stdtrit  # 0.4 s, and not every verb fits a curve

    return float(stdtrit(df, probability))


def level_means(concentration: Array, signal: Array) -> Array:
    """The mean signal of each well's level, one value per well."""
    _, level, n = np.unique(concentration, return_inverse=True, return_counts=True)
    means: Array = np.bincount(level, weights=signal) / n
    return means[level]


def reading_weights(weighting: str, concentration: Array, signal: Array, pivot: float) -> Array:
    """Weights of readings, 1 at and below the pivot: pivot/x, (pivot/x)², pivot/y, or 1 throughout for `none`."""
    if weighting == "none":
        return np.ones_like(concentration)
    against = signal if weighting == "1/y" else concentration
    ratio: Array = pivot / np.maximum(against, pivot)
    return ratio**2 if weighting == "1/x2" else ratio


def weighting_pivot(weighting: str, concentration: Array, signal: Array) -> float:
    """The lowest non-zero standard; for 1/y its mean signal.

    Raises CalibrationError (MG323) when that signal is not positive, so that 1/y has no meaning.
    """
    lowest = float(concentration[concentration > 0].min())
    if weighting != "1/y":
        return lowest
    pivot = float(signal[concentration == lowest].mean())
    if pivot <= 0:
        raise CalibrationError("MG323", seen=f"{pivot:.4g}")
    return pivot


def fit_curve(
    concentration: Array, signal: Array, model: str = "linear", weighting: str = "none", *, weights: Array | None = None
) -> StandardCurve:
    """Fits a curve to standards, one entry per well, by weighted least squares.

    Weights given as an array (variance of a reading = residual_sd² / weight) replace the named weighting; samples then
    need their own in `invert`. Raises CalibrationError: MG301 (model not known), MG303 (too few standards), MG304 (the
    signal does not rise from the blank), MG323 (1/y without positive signals).
    """
    x, y, shape = np.asarray(concentration, float), np.asarray(signal, float), model_named(model)
    _check_enough(x, shape)
    pivot = weighting_pivot(weighting, x, y)
    w = reading_weights(weighting, x, level_means(x, y), pivot) if weights is None else np.asarray(weights, float)
    p = shape.fit(x, y, w)
    if not shape.slope(p, np.zeros(1))[0] > 0:
        raise CalibrationError("MG304", seen=f"{shape.slope(p, np.zeros(1))[0]:.4g}", model=model)
    df, rss = x.size - p.size, float(np.sum(w * (y - shape.predict(p, x)) ** 2))
    return StandardCurve(
        model=shape,
        weighting=weighting if weights is None else "given",
        coefficients=p,
        covariance=_unit_covariance(shape.gradient(p, x), w) * (rss / df),
        residual_sd=float(np.sqrt(rss / df)),
        df=df,
        n=x.size,
        rss=rss,
        pivot=pivot,
        blank_weight=float(w[np.argmin(x)]),
        range_low=float(x[x > 0].min()),
        range_high=min(float(x.max()), shape.summit(p)),
    )


def _check_enough(x: Array, shape: Model) -> None:
    """Raises CalibrationError (MG303) unless there are as many levels as parameters and one well more."""
    levels, needed = np.unique(x).size, len(shape.parameters)
    if levels < needed or x.size <= needed or not (x > 0).any():
        raise CalibrationError(
            "MG303", seen=f"{x.size} wells at {levels} levels", model=shape.name, levels=str(needed), n=str(needed + 1)
        )


def _unit_covariance(gradient: Array, w: Array) -> Array:
    """Covariance of the parameters for readings of variance 1/w, by QR on columns scaled to length 1."""
    weighted = gradient * np.sqrt(w)[:, None]
    length = np.sqrt((weighted**2).sum(axis=0))
    inverse_r = np.linalg.inv(np.linalg.qr(weighted / length, mode="r")) / length[:, None]
    covariance: Array = inverse_r @ inverse_r.T
    return covariance


def predict(curve: StandardCurve, concentration: Array) -> Array:
    """Signals that the curve expects at these concentrations; below 0 along the tangent at 0."""
    return curve.model.predict(curve.coefficients, np.asarray(concentration, float))


def _curve_variance(curve: StandardCurve, x: Array) -> Array:
    """Variance of the curve's own signal at x."""
    gradient = curve.model.gradient(curve.coefficients, x)
    variance: Array = np.einsum("ij,jk,ik->i", gradient, curve.covariance, gradient)
    return np.maximum(variance, 0.0)  # rounding can leave -1e-20 where it is 0


def invert(
    curve: StandardCurve,
    signal: Array,
    *,
    readings: float = 1.0,
    weight: Array | float | None = None,
    level: float = 0.95,
) -> Inverse:
    """Concentrations from signals, each the mean of `readings` readings (inf: the signal is known exactly).

    The interval holds every x whose prediction band contains the signal (Fieller for a straight line; ISO 11843):
    |f(x) − y| < t · sqrt(residual_sd² / (weight · readings) + var f(x)), weight taken at the estimate. It is not
    symmetric. Values are not limited to the range of the standards; above `curve.apex` they are NaN.
    """
    y = np.atleast_1d(np.asarray(signal, float))
    x = curve.model.inverse(curve.coefficients, y)
    on_curve = np.isfinite(x)
    found = np.full((5, y.size), np.nan)
    if on_curve.any():
        given = None if weight is None else np.broadcast_to(np.asarray(weight, float), y.shape)[on_curve]
        found[:, on_curve] = _inverted(curve, x[on_curve], y[on_curve], given, readings, level)
    return Inverse(*found)


def _inverted(
    curve: StandardCurve, x: Array, y: Array, weight: Array | None, readings: float, level: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Value, both parts of the standard error, and both bounds of signals that lie on the curve."""
    if weight is None and curve.weighting == "given":
        raise ContractError("a curve with weights of its own needs the weight of every signal")
    w = reading_weights(curve.weighting, x, y, curve.pivot) if weight is None else weight
    variance = curve.residual_sd**2 / (w * readings)
    t = t_quantile(curve.df, 0.5 + level / 2)
    slope = curve.model.slope(curve.coefficients, x)
    with np.errstate(divide="ignore"):  # at the apex the error has no bound
        se_reading, se_curve = np.sqrt(variance) / slope, np.sqrt(_curve_variance(curve, x)) / slope
    step = np.clip(t * np.hypot(se_reading, se_curve), _SMALLEST_STEP * curve.range_high, curve.range_high)
    low, high = (_bound(curve, x, y, variance, t, side * step) for side in (-1.0, 1.0))
    return x, se_reading, se_curve, low, high


def _bound(curve: StandardCurve, x: Array, y: Array, variance: Array, t: float, step: Array) -> Array:
    """Where the prediction band leaves y, looked for from x in steps that double, then halved down to rounding."""
    sign = np.sign(step)
    near, far = x, np.minimum(x + step, curve.apex)

    def within(at: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        reach = t * np.sqrt(variance + _curve_variance(curve, at))
        held: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = sign * (predict(curve, at) - y) < reach
        return held

    for _ in range(_STEPS_OUT):
        still = within(far)
        if not still.any():
            break
        near, far = np.where(still, far, near), np.where(still, np.minimum(x + 2.0 * (far - x), curve.apex), far)
    unbounded = within(far)
    for _ in range(_HALVINGS):
        middle = near + (far - near) / 2.0
        inside = within(middle)
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    return np.where(unbounded, sign * np.inf, far)


def detection_limit(curve: StandardCurve) -> float:
    """LOD = 3.3 s / S (ICH Q2): s the SD of one reading at the blank end, S the slope at concentration 0.

    Unweighted, s is the residual SD; weighted, it is the residual SD at the weight of the lowest non-zero standard.
    """
    return 3.3 * curve.blank_sd / curve.blank_slope


def quantification_limit(curve: StandardCurve) -> float:
    """LOQ = 10 s / S (ICH Q2), s and S as in `detection_limit`."""
    return 10.0 * curve.blank_sd / curve.blank_slope


def critical_value(curve: StandardCurve, *, alpha: float = 0.05, readings: float = 1.0) -> float:
    """The concentration whose signal a blank exceeds with probability alpha (DIN 32645 decision limit, ISO 11843).

    Inf when that signal is above the curve's summit.
    """
    origin = np.zeros(1)
    variance = curve.blank_sd**2 / readings + float(_curve_variance(curve, origin)[0])
    signal = predict(curve, origin) + t_quantile(curve.df, 1.0 - alpha) * np.sqrt(variance)
    return float(curve.model.inverse(curve.coefficients, signal)[0])
