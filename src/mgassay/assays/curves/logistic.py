"""Logistic curves: y = d + (a − d) / (1 + (x / c)^b)^g, with g = 1 for the four-parameter logistic.

a is the signal of nothing, d the upper plateau, c (in the unit of the standards) and b place and steepness, g asymmetry
(Gottschalk and Dunn 2005). Below a, where the formula has no concentration, the curve goes on as its point reflection
about (0, a), so that blanks scatter about 0 evenly, as they do about a straight line.
"""

import numpy as np
import numpy.typing as npt

from mgassay.errors import CalibrationError

Array = npt.NDArray[np.float64]

# Where starting values are looked for; c in powers of the standards' range, the rest plain.
_STEEPNESS, _PLACES, _ASYMMETRY = np.geomspace(0.2, 8.0, 22), 34, np.geomspace(0.2, 5.0, 7)
_REACH = 30.0  # c is first looked for up to this factor below and above the standards
_FAR = 1e3  # beyond this factor the standards show no more than one end of the curve
_STEEPEST, _MOST_SKEWED = 30.0, 30.0
_MOST_STEPS = 400


def predict(p: Array, x: Array) -> Array:
    """Signal at x; p is (a, b, c, d) or (a, b, c, d, g), or one such row per row of x."""
    a, _, _, d = _parts(p)[:4]
    signal: Array = d + (a - d) * _fall(p, np.abs(x))
    return np.where(x < 0, 2.0 * a - signal, signal)


def _parts(p: Array) -> list[Array]:
    """a, b, c, d, g, each ready to meet an array of concentrations; g is 1 for four parameters."""
    parts = [p[..., i, None] for i in range(p.shape[-1])]
    return parts if len(parts) > 4 else [*parts, np.ones(1)]


def _fall(p: Array, x: Array) -> Array:
    """(1 + (x/c)^b)^−g, which falls from 1 at x = 0 to 0."""
    _, b, c, _, g = _parts(p)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # c may run off to 0 while a fit looks around
        fall: Array = (1.0 + (x / c) ** b) ** -g
    return fall


def gradient(p: Array, x: Array) -> Array:
    """Derivative of `predict` to each parameter, a last axis as long as p."""
    a, b, c, d, g = _parts(p)
    far = np.abs(x)
    fall = _fall(p, far)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        u = (far / c) ** b
        inner = np.where(np.isinf(u), 1.0, u / (1.0 + u))
        steep = (d - a) * g * fall * inner  # dy/d ln u
        logarithm = np.log(np.where(far > 0, far / c, 1.0))
        columns = [fall, steep * logarithm, -steep * b / c, 1.0 - fall, (d - a) * fall * np.log1p(u)]
    rising = np.stack(np.broadcast_arrays(*columns[: p.shape[-1]]), axis=-1)
    at_a = np.zeros(p.shape[-1])
    at_a[0] = 2.0
    return np.where((x < 0)[..., None], at_a - rising, rising)


def slope(p: Array, x: Array) -> Array:
    """Derivative of `predict` to x; at 0 it is 0 for b > 1 and infinite for b < 1."""
    a, b, c, d, g = (float(part[0]) for part in _parts(p))
    far = np.abs(x)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        u = (far / c) ** b
        at: Array = (d - a) * g * b / far * _fall(p, far) * u / (1.0 + u)
    at_zero = (d - a) * g / c if b == 1 else 0.0 if b > 1 else np.inf
    return np.where(far == 0, at_zero, at)


def inverse(p: Array, y: Array) -> Array:
    """Concentration of a signal: inf at or above the plateau d, −inf at or below its reflection 2a − d."""
    a, b, c, d, g = (float(part[0]) for part in _parts(p))
    left = np.maximum(1.0 - np.abs(y - a) / (d - a), 0.0)  # of the fall, 1 at the blank
    with np.errstate(divide="ignore", over="ignore"):
        x: Array = c * np.expm1(-np.log(left) / g) ** (1.0 / b)
    return np.copysign(x, y - a)


def summit(p: Array) -> float:
    """A logistic rises for ever."""
    return float("inf")


def rises(p: Array) -> bool:
    """Whether the plateau lies above the blank."""
    return bool(p[3] > p[0])


def fit(parameters: int, x: Array, y: Array, w: Array) -> Array:
    """Weighted least squares: a grid over shapes with both ends solved exactly, then Levenberg-Marquardt (MINPACK).

    Raises CalibrationError: MG304 (no curve of this kind rises with the standards), MG329 (the standards show so little
    of the curve that its ends are anywhere).
    """
    from scipy.optimize import least_squares  # 0.13 s, and a line does not need it

    root = np.sqrt(w)

    def residuals(q: Array) -> Array:
        left: Array = root * (predict(natural(q), x) - y)
        return left

    def jacobian(q: Array) -> Array:
        # b, c and g are fitted as logarithms, since they are positive and act as ratios.
        j: Array = root[:, None] * gradient(natural(q), x) * natural_slope(q)
        return j

    start = _start(parameters, x, y, w)
    with np.errstate(over="ignore", invalid="ignore"):
        found = least_squares(
            residuals,
            start,
            jacobian,
            method="lm",
            x_scale="jac",
            xtol=1e-12,
            ftol=1e-14,
            gtol=1e-15,
            max_nfev=_MOST_STEPS,
        )
    p = natural(found.x)
    lowest, top = float(x[x > 0].min()), float(x.max())
    held = found.success and np.isfinite(p).all() and lowest / _FAR < p[2] < top * _FAR and p[1] < _STEEPEST
    if not held or not 1 / _MOST_SKEWED < float(_parts(p)[4][0]) < _MOST_SKEWED:
        raise CalibrationError("MG329", seen=f"{np.unique(x).size} levels up to {top:g}", model=f"{parameters}pl")
    return p


def natural(q: Array) -> Array:
    """Parameters from those that are fitted: (a, ln b, ln c, d, ln g), or rows of them."""
    return np.concatenate([q[..., :1], np.exp(q[..., 1:3]), q[..., 3:4], np.exp(q[..., 4:])], axis=-1)


def fitted(p: Array) -> Array:
    """The inverse of `natural`."""
    return np.concatenate([p[..., :1], np.log(p[..., 1:3]), p[..., 3:4], np.log(p[..., 4:])], axis=-1)


def natural_slope(q: Array) -> Array:
    """Derivative of `natural`, parameter by parameter."""
    one = np.ones_like(q[..., :1])
    return np.concatenate([one, np.exp(q[..., 1:3]), one, np.exp(q[..., 4:])], axis=-1)


def _start(parameters: int, x: Array, y: Array, w: Array) -> Array:
    """The best shape of a grid, its two ends by weighted linear regression, as fitted: (a, ln b, ln c, d, ln g)."""
    places = np.geomspace(x[x > 0].min() / _REACH, x.max() * _REACH, _PLACES)
    skews = _ASYMMETRY if parameters == 5 else np.ones(1)
    b, c, g = (axis.ravel()[:, None] for axis in np.meshgrid(_STEEPNESS, places, skews, indexing="ij"))
    with np.errstate(over="ignore"):
        fall = (1.0 + (x / c) ** b) ** -g  # one row per shape
    share = w / w.sum()
    mean_fall, mean_y = fall @ share, float(y @ share)
    spread = (fall - mean_fall[:, None]) * share
    steep = np.minimum((spread @ y) / np.maximum(np.sum(spread * fall, axis=1), 1e-15), 0.0)  # a − d, only rising
    rss = np.sum(share * (y - mean_y - steep[:, None] * (fall - mean_fall[:, None])) ** 2, axis=1)
    best = int(np.argmin(rss))
    if steep[best] == 0.0:
        raise CalibrationError("MG304", seen="no rise", model=f"{parameters}pl")
    d = mean_y - steep[best] * mean_fall[best]
    return np.array([d + steep[best], *np.log([b[best, 0], c[best, 0]]), d, *np.log(g[best])[: parameters - 4]])
