"""Several t statistics with one standard error: the chance that all of them lie within given limits.

T_j = Z_j / S, with Z multivariate normal and S the square root of chi-squared over its df, independent of Z. Where the
correlations of Z are products, R_ij = l_i l_j (comparisons with one reference), Z_j = l_j U + sqrt(1 - l_j^2) e_j: two
integrals are left, over U and S, taken by Gauss-Legendre to 1e-9. Other correlations are integrated over a fixed
lattice, with the error that it shows. Nothing is drawn at random, so that the last digit is the same on every run.
Sources: Dunnett, J Am Stat Assoc 1955;50:1096 (the products); Genz, J Comput Graph Stat 1992;1:141 (the others).
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, gammaln, ndtr, ndtri

from mgassay.effects.estimators.intervals import Array

_NODES = 128  # of each of the two integrals
_TAIL = 1e-13  # of S that is left out on either side
_REACH = 8.5  # of U, in standard deviations
_POINTS = 8192  # of the lattice, for each shift
_SHIFTS = 8
_ROUNDING = 1e-12


def joint_within(limits: Array, correlation: Array, df: float) -> tuple[float, float]:
    """P(|T_j| <= limits_j for all j), and the error it may have: 1e-9 for products, as all correlations are at k < 3.

    `limits` (k,) >= 0, inf allowed; `correlation` (k, k) positive definite; df > 0, inf for known variances.
    The error of other correlations is three standard errors over eight shifts of the lattice, below 1e-4 for k <= 6.
    """
    loadings = product_loadings(correlation)
    if loadings is not None:
        return _by_product(limits, loadings, df), 1e-9
    return _by_lattice(limits, correlation, df)


def joint_quantile(level: float, correlation: Array, df: float) -> float:
    """The limit q with P(|T_j| <= q for all j) = level, 0 < level < 1: what a simultaneous interval multiplies SEs by.

    Its bounds are Bonferroni's q above and that of a single comparison below.
    """
    from scipy.optimize import brentq
    from scipy.stats import t

    k = len(correlation)
    low, high = (float(t.isf((1 - level) / 2 / m, df)) for m in (1, k))
    if k == 1:
        return low

    def excess(q: float) -> float:
        return joint_within(np.full(k, q), correlation, df)[0] - level

    return float(brentq(excess, low * (1 - 1e-3), high * (1 + 1e-3), xtol=1e-10))


def product_loadings(correlation: Array) -> Array | None:
    """The l (k,) with correlation_ij = l_i l_j for all i != j, |l| < 1; None where there are none."""
    k = len(correlation)
    loadings = np.zeros(k)
    if k == 2:
        rho = correlation[0, 1]
        loadings = np.sqrt(abs(rho)) * np.array([1.0, np.sign(rho)])
    elif k > 2:
        others = [[j for j in range(k) if j != i][:2] for i in range(k)]
        if any(correlation[a, b] == 0 for a, b in others):
            return None
        squares = [correlation[i, a] * correlation[i, b] / correlation[a, b] for i, (a, b) in enumerate(others)]
        loadings = np.sqrt(np.maximum(squares, 0.0)) * np.where(correlation[0] < 0, -1.0, 1.0)
    apart = np.abs(np.outer(loadings, loadings) - correlation)[~np.eye(k, dtype=bool)]
    return loadings if np.all(apart < _ROUNDING) and np.all(np.abs(loadings) < 1) else None


@lru_cache(maxsize=64)
def _scale(df: float) -> tuple[Array, Array]:
    """Nodes of S and their weights, which add up to 1."""
    if np.isinf(df):
        return np.ones(1), np.ones(1)
    low, high = (np.sqrt(chdtri(df, p) / df) for p in (1 - _TAIL, _TAIL))
    x, w = np.polynomial.legendre.leggauss(_NODES)
    s = low + (high - low) * (x + 1) / 2
    log_density = np.log(2.0) + df / 2 * np.log(df / 2) - gammaln(df / 2) + (df - 1) * np.log(s) - df * s**2 / 2
    weights = w * np.exp(log_density)
    return s, np.asarray(weights / weights.sum())


@lru_cache(maxsize=1)
def _common() -> tuple[Array, Array]:
    """Nodes of U and their weights, which add up to 1."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    u = _REACH * x
    weights = w * np.exp(-(u**2) / 2)
    return u, np.asarray(weights / weights.sum())


def _by_product(limits: Array, loadings: Array, df: float) -> float:
    """The two integrals over S and U."""
    (s, over_s), (u, over_u) = _scale(df), _common()
    inside = np.ones((len(s), len(u)))
    for limit, loading in zip(limits, loadings, strict=True):
        own = np.sqrt(1 - loading**2)
        edge, shift = limit * s[:, np.newaxis] / own, loading * u / own
        inside = inside * (ndtr(edge - shift) - ndtr(-edge - shift))
    return float(over_s @ inside @ over_u)


def _by_lattice(limits: Array, correlation: Array, df: float) -> tuple[float, float]:
    """Genz's transformation to the unit cube, whose first axis is S, over a shifted Richtmyer lattice."""
    k = len(limits)
    lower = np.linalg.cholesky(correlation)
    estimates = [_genz(limits, lower, df, _lattice(k, shift)) for shift in range(_SHIFTS)]
    spread = float(np.std(estimates, ddof=1) / np.sqrt(_SHIFTS))
    return float(np.mean(estimates)), max(3 * spread, 1e-9)


def _lattice(k: int, shift: int) -> Array:
    """Points (_POINTS, k) of the unit cube: fractions of multiples of roots of primes, moved, folded to be periodic."""
    primes = _primes(2 * k)
    steps = np.arange(1, _POINTS + 1)[:, np.newaxis] * np.sqrt(primes[:k])
    moved = (steps + shift * np.sqrt(primes[k:])) % 1.0
    return np.asarray(np.clip(1 - np.abs(2 * moved - 1), _ROUNDING, 1 - _ROUNDING))


def _primes(count: int) -> npt.NDArray[np.int64]:
    """The first primes."""
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % p for p in found):
            found.append(number)
        number += 1
    return np.array(found)


def _genz(limits: Array, lower: npt.NDArray[np.floating], df: float, points: Array) -> float:
    """The mean over points of the product of conditional probabilities, row after row of the Cholesky factor."""
    s = np.ones(len(points)) if np.isinf(df) else np.sqrt(chdtri(df, points[:, 0]) / df)
    drawn = np.zeros((len(points), len(limits)))
    product = np.ones(len(points))
    for j, limit in enumerate(limits):
        shift, edge = drawn @ lower[j], limit * s
        below, above = (ndtr((sign * edge - shift) / lower[j, j]) for sign in (-1.0, 1.0))
        product = product * (above - below)
        if j + 1 < len(limits):
            at = below + points[:, j + 1] * (above - below)
            drawn[:, j] = ndtri(np.clip(at, 1e-300, 1 - 1e-16))
    return float(product.mean())
