"""Profile likelihood of a concentration read from a curve that is not linear in its parameters.

How much worse do the standards and the signal fit together when the concentration is held? The curve is fitted anew to
both for each concentration asked; a curve that is linear in its parameters would give Fieller's interval.
Source: Bates and Watts 1988, Nonlinear Regression Analysis, ch. 6.1; Lundin 2012 (calibration by profile).
"""

import numpy as np

from mgassay.assays.curves import logistic
from mgassay.assays.curves.curve import StandardCurve
from mgassay.assays.curves.models import Array

_ROUNDS = 25
_SETTLED = 1e-11  # relative change of the sum of squares at which a fit is taken as found
_FIRST_DAMPING, _EASE, _STIFFEN, _STUCK = 1e-4, 0.2, 8.0, 1e8


class Profile:
    """The fits of one curve together with each of several signals, kept from one concentration to the next.

    `variance` is that of each signal. Only for logistics, whose logarithms of b, c and g are fitted.
    """

    def __init__(self, curve: StandardCurve, signal: Array, variance: Array) -> None:
        self._best = curve.rss
        self._unit = curve.residual_sd**2
        self._x, self._y, self._root = curve.concentration, curve.signal, np.sqrt(curve.weights)
        self._signal, self._pull = signal, np.sqrt(self._unit / variance)
        self._q = np.tile(logistic.fitted(curve.coefficients), (signal.size, 1))

    def distance(self, concentration: Array) -> Array:
        """(least sum of squares with this concentration held − the curve's own) / residual variance, one per signal.

        It is compared with t² (one parameter is held, the residual variance has the curve's degrees of freedom).
        """
        sums = self._sums(self._q, concentration)
        damping = np.full(sums.shape, _FIRST_DAMPING)
        for _ in range(_ROUNDS):
            tried = self._q + self._step(concentration, damping)
            now = self._sums(tried, concentration)
            better = now < sums  # False too where the trial is no number
            self._q = np.where(better[:, None], tried, self._q)
            settled = (np.abs(now - sums) <= _SETTLED * sums) | (damping > _STUCK)
            sums = np.where(better, now, sums)
            if settled.all():
                break
            damping = np.where(better, damping * _EASE, damping * _STIFFEN)
        return (sums - self._best) / self._unit

    def _misfit(self, q: Array, concentration: Array) -> Array:
        """Weighted residuals of the standards and, last, of the signal; one row per signal."""
        p = logistic.natural(q)
        standards = (logistic.predict(p, self._x) - self._y) * self._root
        signal = (logistic.predict(p, concentration[:, None])[:, 0] - self._signal) * self._pull
        return np.column_stack([standards, signal])

    def _sums(self, q: Array, concentration: Array) -> Array:
        """Weighted sums of squares, one per signal."""
        with np.errstate(over="ignore", invalid="ignore"):
            sums: Array = np.sum(self._misfit(q, concentration) ** 2, axis=1)
        return sums

    def _step(self, concentration: Array, damping: Array) -> Array:
        """Levenberg and Marquardt's step for each signal."""
        p, along = logistic.natural(self._q), logistic.natural_slope(self._q)[:, None, :]
        at = np.column_stack([np.tile(self._x, (p.shape[0], 1)), concentration])
        weight = np.column_stack([np.tile(self._root, (p.shape[0], 1)), self._pull])
        j = logistic.gradient(p, at) * along * weight[..., None]
        normal = np.einsum("wnk,wnl->wkl", j, j)
        pulled = np.einsum("wnk,wn->wk", j, self._misfit(self._q, concentration))
        diagonal = np.einsum("wkk->wk", normal)
        size = np.sqrt(np.maximum(diagonal, 1e-300))
        scaled = normal / size[:, :, None] / size[:, None, :]
        stiff = scaled + damping[:, None, None] * np.eye(size.shape[1])
        step: Array = -np.linalg.solve(stiff, (pulled / size)[..., None])[..., 0] / size
        return step
