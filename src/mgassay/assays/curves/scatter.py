"""How a reading's scatter grows with its signal, from the standards of one plate.

variance of a reading = constant + counting * net + proportional * net², net the signal above that of nothing

The three parts are the reader's noise, the noise of counting light, and pipetting (Rocke and Lorenzato 1995 have the
first and the last). A named weighting knows one power of the concentration; real plates have the reader's noise at the
blank end and pipetting error at the top. Parts from few wells are known badly, so every variance comes with its own
degrees of freedom (Satterthwaite), which the intervals use.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.curves.models import Array, Model

LEAST_DF = 6  # residual degrees of freedom below which the parts cannot be told apart
_ROUNDS, _SETTLED = 3000, 1e-9  # half of plates settle in 36 rounds, one in the tests takes 904
_LEAST = 1e-6  # of the mean square: a variance is never taken as smaller while the parts are looked for
_ROUNDING = 1e-12  # of the largest signal: residuals below it are rounding


@dataclass(frozen=True, eq=False)
class Scatter:
    """The parts (constant, counting, proportional) for net signals in units of `scale`, with their covariance.

    Below `lowest_net`, the net signal of the lowest non-zero standard, a reading scatters as it does there. `df` is the
    most that any variance has.
    """

    parts: Array
    covariance: Array
    scale: float
    lowest_net: float
    df: float

    def _terms(self, net: Array) -> Array:
        """1, net and net² in units of the scale, one row per reading."""
        return _terms(np.maximum(net, self.lowest_net) / self.scale)

    def variance(self, net: Array) -> Array:
        """Variance of one reading at these net signals."""
        variance: Array = self._terms(net) @ self.parts
        return variance

    def dfs(self, net: Array) -> Array:
        """Degrees of freedom of that variance: 2 v² / var(v), at least 1, at most those of the curve."""
        terms = self._terms(net)
        error = np.maximum(np.einsum("ij,jk,ik->i", terms, self.covariance, terms), 1e-300)
        dfs: Array = np.clip(2.0 * self.variance(net) ** 2 / error, 1.0, self.df)
        return dfs


def _terms(net: Array) -> Array:
    """1, net and net², one row per reading."""
    return np.column_stack([np.ones_like(net), net, net**2])


def scatter_of_residuals(model: Model, p: Array, x: Array, y: Array, w: Array) -> Scatter | None:
    """The parts from the standards (one entry per well) of a curve fitted with weights w.

    None where they cannot be told apart: too few standards, no scatter at all, or parts that do not settle.

    Pseudo-likelihood (Carroll and Ruppert 1988, ch. 3.2): squared residuals, each divided by one less its leverage, are
    fitted by the three terms with weights 1 / variance², again and again; no part may be negative. The covariance is
    the inverse information of all three parts, also of one that was found to be nothing.
    """
    df = float(x.size - p.size)
    gradient, expected, nothing = model.gradient(p, x), model.predict(p, x), model.predict(p, np.zeros(1))
    net = np.maximum(expected - nothing, 0.0)
    squares = (y - expected) ** 2 / np.maximum(1.0 - _leverage(gradient, w), 1.0 / x.size)
    if df < LEAST_DF or not squares.mean() > (_ROUNDING * np.abs(y).max()) ** 2:
        return None
    scale = float(net.max())
    terms = _terms(net / scale)
    fitted = _fitted_parts(terms, squares)
    if fitted is None:
        return None
    parts, variance = fitted
    information = 0.5 * df / x.size * (terms / variance[:, None] ** 2).T @ terms
    lowest = float(net[x > 0][np.argmin(x[x > 0])])
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)
    return Scatter(parts, covariance, scale, lowest, df)


def _leverage(gradient: Array, w: Array) -> Array:
    """Share of each reading in its own fitted signal."""
    q = np.linalg.qr(gradient * np.sqrt(w)[:, None] / np.sqrt((w[:, None] * gradient**2).sum(axis=0)))[0]
    share: Array = np.sum(q**2, axis=1)
    return share


def _fitted_parts(terms: Array, squares: Array) -> tuple[Array, Array] | None:
    """The parts and the variance of each standard, by repeated non-negative least squares; None where unsettled."""
    from scipy.optimize import nnls

    least = _LEAST * squares.mean()
    variance = np.full(squares.size, squares.mean())
    for _ in range(_ROUNDS):
        parts: Array = np.asarray(nnls(terms / variance[:, None], squares / variance)[0], np.float64)
        # Halfway on the log scale, or the weights swing from one end to the other.
        now = np.sqrt(variance * np.maximum(terms @ parts, least))
        settled = np.max(np.abs(now / variance - 1.0)) < _SETTLED
        variance = now
        if settled:
            return parts, variance
    return None
