"""Shapes of a standard curve: signal as a function of concentration, and back.

A shape is seven functions over arrays, so that fitting, intervals and choice are written once (curve.py, choice.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Polynomial

from mgassay.assays.curves import logistic
from mgassay.errors import CalibrationError
from mgassay.problems import suggestion

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """One shape. `p` are its parameters in the order of `parameters`; x concentrations, y signals, w weights.

    The signal must rise from x = 0 to `summit(p)`; beyond it the shape has no inverse. `is_linear`: whether the signal
    is linear in the parameters, so that what is computed from the covariance is exact.
    """

    name: str
    parameters: tuple[str, ...]
    fit: Callable[[Array, Array, Array], Array]  # x, y, w -> p
    predict: Callable[[Array, Array], Array]  # p, x -> y
    gradient: Callable[[Array, Array], Array]  # p, x -> dy/dp, one row per x
    slope: Callable[[Array, Array], Array]  # p, x -> dy/dx
    inverse: Callable[[Array, Array], Array]  # p, y -> x; inf for a signal too high for the shape, -inf for one too low
    summit: Callable[[Array], float]  # p -> the x beyond which the signal no longer rises, inf when there is none
    rises: Callable[[Array], bool]  # p -> whether the signal rises from x = 0
    is_linear: bool = True


def _fit_polynomial(degree: int) -> Callable[[Array, Array, Array], Array]:
    """Weighted least squares in a scaled basis (NIST Norris and Pontius to 1e-10; lstsq on raw powers drifts)."""

    def fit(x: Array, y: Array, w: Array) -> Array:
        coefficients = Polynomial.fit(x, y, degree, w=np.sqrt(w)).convert().coef
        return np.pad(coefficients, (0, degree + 1 - coefficients.size)).astype(np.float64)

    return fit


def _curvature(p: Array) -> float:
    """The coefficient of x², 0 for a straight line."""
    return float(p[2]) if p.size > 2 else 0.0


def _predict(p: Array, x: Array) -> Array:
    """Signal at x; below the blank (x < 0) the curve goes on along its tangent at 0."""
    above_blank: Array = np.maximum(x, 0.0)
    signal: Array = p[0] + p[1] * x + _curvature(p) * above_blank**2
    return signal


def _gradient(p: Array, x: Array) -> Array:
    """Derivative of `_predict` to each coefficient, shape (x.size, p.size)."""
    return np.column_stack([np.ones_like(x), x, np.maximum(x, 0.0) ** 2])[:, : p.size]


def _slope(p: Array, x: Array) -> Array:
    """Derivative of `_predict` to x."""
    above_blank: Array = np.maximum(x, 0.0)
    slope: Array = p[1] + 2.0 * _curvature(p) * above_blank
    return slope


def _inverse(p: Array, y: Array) -> Array:
    """The rising branch's x; the form of the root that does not cancel when the curvature is small."""
    rise = y - p[0]
    under_root = p[1] ** 2 + 4.0 * _curvature(p) * np.maximum(rise, 0.0)
    x = 2.0 * rise / (p[1] + np.sqrt(np.maximum(under_root, 0.0)))
    return np.where(under_root < 0.0, np.inf, x)


def _summit(p: Array) -> float:
    """The apex of a parabola that opens downwards."""
    curvature = _curvature(p)
    return float(-p[1] / (2.0 * curvature)) if curvature < 0.0 else np.inf


def _rises(p: Array) -> bool:
    """Whether the slope at 0 is positive."""
    return bool(p[1] > 0.0)


def _polynomial(name: str, *parameters: str) -> Model:
    """A polynomial with these coefficients in ascending powers."""
    fit = _fit_polynomial(len(parameters) - 1)
    return Model(name, parameters, fit, _predict, _gradient, _slope, _inverse, _summit, _rises)


def _logistic(name: str, *parameters: str) -> Model:
    """A logistic with these parameters."""
    return Model(
        name,
        parameters,
        partial(logistic.fit, len(parameters)),
        logistic.predict,
        logistic.gradient,
        logistic.slope,
        logistic.inverse,
        logistic.summit,
        logistic.rises,
        is_linear=False,
    )


# From simple to rich: the order in which `auto` prefers them.
MODELS: Mapping[str, Model] = {
    m.name: m
    for m in (
        _polynomial("linear", "intercept", "slope"),
        _polynomial("quadratic", "intercept", "slope", "quadratic"),
        _logistic("4pl", "a", "b", "c", "d"),
        _logistic("5pl", "a", "b", "c", "d", "g"),
    )
}


def model_named(name: str) -> Model:
    """The shape of that name.

    Raises CalibrationError (MG301) for a shape that there is not.
    """
    if name not in MODELS:
        raise CalibrationError("MG301", seen=name, known=", ".join(MODELS), hint=suggestion(name, MODELS))
    return MODELS[name]
