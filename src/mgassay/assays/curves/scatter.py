"""How a reading's scatter grows with its signal: a constant part and one in proportion (Rocke and Lorenzato 1995).

variance of a reading = constant + proportional * net², net the signal above that of nothing

A named weighting knows one power of the concentration; real plates have the reader's noise at the blank end and
pipetting error at the top. Both parts are estimated from the residuals of the standards, and because two parts from few
wells are known badly, every variance comes with its own degrees of freedom (Satterthwaite), which the intervals use.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.curves.models import Array, Model

LEAST_DF = 6  # residual degrees of freedom below which two parts cannot be told apart
_ROUNDS, _SETTLED = 100, 1e-9
_LEAST = 1e-6  # of the mean square: a variance is never taken as smaller while the parts are looked for


@dataclass(frozen=True, eq=False)
class Scatter:
    """The two parts in squared signal units, with the covariance of their estimates.

    Below `lowest_net`, the net signal of the lowest non-zero standard, a reading scatters as it does there. `df` is the
    most that any variance has.
    """

    constant: float
    proportional: float
    covariance: Array
    lowest_net: float
    df: float

    def _terms(self, net: Array) -> Array:
        """1 and net², one row per reading."""
        at = np.maximum(net, self.lowest_net)
        return np.column_stack([np.ones_like(at), at**2])

    def variance(self, net: Array) -> Array:
        """Variance of one reading at these net signals."""
        variance: Array = self._terms(net) @ np.array([self.constant, self.proportional])
        return variance

    def dfs(self, net: Array) -> Array:
        """Degrees of freedom of that variance: 2 v² / var(v), at least 1, at most those of the curve."""
        terms = self._terms(net)
        error = np.maximum(np.einsum("ij,jk,ik->i", terms, self.covariance, terms), 1e-300)
        dfs: Array = np.clip(2.0 * self.variance(net) ** 2 / error, 1.0, self.df)
        return dfs


def scatter_of_residuals(model: Model, p: Array, x: Array, y: Array, w: Array) -> Scatter | None:
    """Both parts from the standards (one entry per well) of a curve fitted with weights w; None for too few of them.

    Pseudo-likelihood (Carroll and Ruppert 1988, ch. 3.2): squared residuals, each divided by one less its leverage, are
    fitted by the two terms with weights 1 / variance², again and again; neither part may be negative.
    """
    df = float(x.size - p.size)
    gradient, expected, nothing = model.gradient(p, x), model.predict(p, x), model.predict(p, np.zeros(1))
    net = np.maximum(expected - nothing, 0.0)
    squares = (y - expected) ** 2 / np.maximum(1.0 - _leverage(gradient, w), 1.0 / x.size)
    if df < LEAST_DF or not squares.mean() > (1e-12 * np.abs(y).max()) ** 2:
        return None
    terms = np.column_stack([np.ones_like(net), net**2])
    parts, variance = _fitted_parts(terms, squares)
    information = 0.5 * df / x.size * (terms / variance[:, None] ** 2).T @ terms
    lowest = float(net[x > 0][np.argmin(x[x > 0])])
    return Scatter(float(parts[0]), float(parts[1]), np.linalg.pinv(information, hermitian=True), lowest, df)


def _leverage(gradient: Array, w: Array) -> Array:
    """Share of each reading in its own fitted signal."""
    q = np.linalg.qr(gradient * np.sqrt(w)[:, None] / np.sqrt((w[:, None] * gradient**2).sum(axis=0)))[0]
    share: Array = np.sum(q**2, axis=1)
    return share


def _fitted_parts(terms: Array, squares: Array) -> tuple[Array, Array]:
    """The two parts and the variance of each standard, by iterated weighted least squares."""
    least = _LEAST * squares.mean()
    variance = np.full(squares.size, squares.mean())
    parts = np.array([squares.mean(), 0.0])
    for _ in range(_ROUNDS):
        parts = _parts(terms, squares, 1.0 / variance**2)
        # Halfway on the log scale, or the weights swing from one end to the other.
        now = np.sqrt(variance * np.maximum(terms @ parts, least))
        settled = np.max(np.abs(now / variance - 1.0)) < _SETTLED
        variance = now
        if settled:
            break
    return parts, variance


def _parts(terms: Array, squares: Array, weight: Array) -> Array:
    """Weighted least squares with neither part negative."""
    scale = np.array([1.0, max(float(terms[:, 1].mean()), 1e-300)])
    scaled = terms / scale
    found: Array = np.linalg.lstsq((scaled * weight[:, None]).T @ scaled, scaled.T @ (weight * squares), rcond=None)[0]
    if found[1] < 0.0:
        found = np.array([np.average(squares, weights=weight), 0.0])
    elif found[0] < 0.0:
        found = np.array([0.0, np.sum(weight * scaled[:, 1] * squares) / np.sum(weight * scaled[:, 1] ** 2)])
    parts: Array = found / scale
    return parts
