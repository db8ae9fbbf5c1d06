"""A contrast of arms with non-detects: estimate, interval and p by profile likelihood, held to Student's t."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from mgassay.effects.estimators.censored import Cells, log_likelihood
from mgassay.effects.estimators.intervals import Array, t_quantile

LEAST_SD = 0.005  # natural log: Cq are printed to 0.01 cycles, so that nothing is known to scatter less
MOST_SD = 20.0
_DOUBLINGS = 8  # of the distance in which an end of the interval is looked for


@dataclass(frozen=True)
class CensoredEstimate:
    """A contrast with its interval (an end is NaN where the data set none), two-sided p against 0, df.

    `way` is "" for an estimate; `lower_bound` or `upper_bound` where an arm has no value at all: the likelihood then
    has no maximum, and `estimate` is the one end of the interval, which the contrast is at least, or at most.
    """

    estimate: float
    low: float
    high: float
    p: float
    df: int
    way: str


@dataclass(frozen=True)
class _Fit:
    """The largest log likelihood, and where it is: arm means, variances (donor, cell, and rep where there are reps)."""

    height: float
    arms: Array
    variances: Array


def contrast_of_cells(cells: Cells, weights: Array, level: float = 0.95) -> CensoredEstimate | None:
    """A contrast of arms (weights over arms, sum 0); None where it cannot be told.

    The likelihood ratio W is read as t through W = m log(1 + t^2/df), m the donor x arm cells with a value less the
    donors, df that less the arms and one: exact for complete data, and as if a non-detect told nothing of the scatter.
    Not told where df < 1, an arm was not run, or arms without any value pull it both ways.
    """
    used, empty = np.asarray(weights != 0, dtype=bool), ~np.asarray(cells.seen.any(axis=0), dtype=bool)
    way = _way(weights[used & empty])
    m, df = cells.df
    if df < 1 or way is None or not (cells.seen + cells.missed)[:, used].any(axis=0).all():
        return None
    told = cells.without_arms(empty & ~used)
    best = _best(told.without_arms(empty), _start(told), np.eye(len(weights)), np.zeros(len(weights)))
    profile = _profile(told, weights, best)
    estimate = float(best.arms @ weights)
    cut = float(m * np.log1p(t_quantile(df, level) ** 2 / df))
    ratio = max(0.0, 2 * (best.height - profile(0.0)))
    p = float(2 * stdtr(df, -np.sqrt(df * np.expm1(ratio / m))))

    def beyond(value: float) -> float:
        """How far the root of W lies above its cut; nearly a straight line."""
        return float(np.sqrt(max(0.0, 2 * (best.height - profile(value)))) - np.sqrt(cut))

    step = float(np.sqrt(cut * best.variances[1:].max() / len(cells.seen)))
    low = float("nan") if way == "upper_bound" else _end(beyond, estimate, -step)
    high = float("nan") if way == "lower_bound" else _end(beyond, estimate, step)
    bound = {"upper_bound": high, "lower_bound": low}
    return CensoredEstimate(bound.get(way, estimate), low, high, p, df, way)


def _way(pulling: Array) -> str | None:
    """Which bound arms without any value make of a contrast, from their weights; None where they pull both ways."""
    ways = {"upper_bound" if weight > 0 else "lower_bound" for weight in pulling}
    return None if len(ways) > 1 else "".join(ways)


def _start(cells: Cells) -> _Fit:
    """Arm means with every well that has no value at its limit, and variances of that."""
    filled = np.where(np.isfinite(cells.values), cells.values, cells.limits)
    some = np.isfinite(filled)
    arms = np.nansum(filled, axis=(0, 2)) / np.maximum(some.sum(axis=(0, 2)), 1)
    variance = float(np.nanmean((filled - arms[:, np.newaxis]) ** 2)) + 4 * LEAST_SD**2
    return _Fit(-np.inf, arms, variance * np.array([0.3, 1.0, 0.3][: 3 if cells.has_reps else 2]))


def _maximum(cells: Cells, start: _Fit, basis: Array, fixed: Array) -> _Fit:
    """The largest likelihood over arms = basis @ free + fixed and the variances, from a start.

    Variances, not their logarithms, are moved: where one of them is best at 0 a logarithm would have no way there.
    """
    from scipy.optimize import minimize

    free, unit = basis.shape[1], float(start.variances.max())

    def depth(at: Array) -> tuple[float, Array]:
        height, slopes = log_likelihood(cells, basis @ at[:free] + fixed, unit * at[free:])
        arms = len(basis)
        return -height, -np.concatenate([slopes[:arms] @ basis, unit * slopes[arms:]])

    bounds = [(None, None)] * free + [(LEAST_SD**2 / unit, MOST_SD**2 / unit)] * len(start.variances)
    first = np.concatenate([basis.T @ (start.arms - fixed), start.variances / unit])
    found = minimize(depth, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-8})
    return _Fit(-float(found.fun), basis @ found.x[:free] + fixed, unit * found.x[free:])


def _best(cells: Cells, start: _Fit, basis: Array, fixed: Array) -> _Fit:
    """The better of two searches, one from donors and wells that scatter far less than arms of a donor do."""
    far = _Fit(start.height, start.arms, start.variances * np.array([0.03, 1.0, 0.03])[: len(start.variances)])
    found = [_maximum(cells, at, basis, fixed) for at in (start, far)]
    return max(found, key=lambda fit: fit.height)


def _profile(cells: Cells, weights: Array, best: _Fit) -> Callable[[float], float]:
    """The largest log likelihood as a function of the contrast."""
    along = weights / (weights @ weights)
    basis = np.linalg.qr(np.column_stack([weights, np.eye(len(weights))]))[0][:, 1:]
    wider = _Fit(best.height, best.arms, 2 * best.variances + 0.1 * best.variances.max())
    return lambda value: _maximum(cells, wider, basis, value * along).height


def _end(beyond: Callable[[float], float], start: float, step: float) -> float:
    """Where `beyond` turns positive in the direction of `step`; NaN where it does not within 2^8 steps.

    A bound may itself lie outside the interval; the search then goes back before it goes on.
    """
    from scipy.optimize import brentq

    jumps = step * 2.0 ** np.arange(_DOUBLINGS)
    inside = next((x for x in (start, *(start - jumps)) if beyond(x) < 0), None)
    if inside is None:
        return float("nan")
    for outside in (x for x in start + jumps if (x - inside) * step > 0):
        if beyond(outside) > 0:
            return float(brentq(beyond, inside, outside, xtol=1e-4 * abs(step)))
        inside = outside
    return float("nan")
