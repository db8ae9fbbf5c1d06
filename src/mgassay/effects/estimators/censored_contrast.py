"""A contrast of arms with non-detects: estimate, interval and p by profile likelihood, held to Student's t."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.censored import Cells, log_likelihood
from mgassay.effects.estimators.intervals import Array, t_quantile
from mgassay.effects.estimators.maxima import Rows, crossings, maxima

LEAST_SD = 0.005  # natural log: Cq are printed to 0.01 cycles, so that nothing is known to scatter less
MOST_SD = 20.0
_MOST_STEP = 2.0  # of the logarithm of a variance
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
class _Fits:
    """The largest log likelihoods (experiments,), and where they are: arm means (experiments, arms), variances.

    Variances (experiments, 2 or 3): donor, cell, and rep where there are reps.
    """

    heights: Array
    arms: Array
    variances: Array

    def taking(self, rows: Rows) -> "_Fits":
        """Those of some experiments."""
        return _Fits(self.heights[rows], self.arms[rows], self.variances[rows])


def contrast_of_cells(cells: Cells, weights: Array, level: float = 0.95) -> CensoredEstimate | None:
    """A contrast of arms (weights over arms, sum 0) of one experiment; None where it cannot be told.

    The likelihood ratio W is read as t through W = m log(1 + t^2/df), m the donor x arm cells with a value less the
    donors, df that less the arms and one: exact for complete data, and as if a non-detect told nothing of the scatter.
    Not told where df < 1, an arm was not run, or arms without any value pull it both ways.
    """
    one = Cells(cells.values[np.newaxis], cells.limits[np.newaxis])
    return contrasts_of_cells(one, weights, level)[0]


def contrasts_of_cells(cells: Cells, weights: Array, level: float = 0.95) -> list[CensoredEstimate | None]:
    """The contrast of each of many experiments (experiments, donors, arms, reps), as `contrast_of_cells` has it."""
    used, empty = np.asarray(weights != 0, dtype=bool), ~np.asarray(cells.seen.any(axis=-2), dtype=bool)
    ways = [_way(weights[used & gone]) for gone in empty]
    m, df = cells.df
    run = (cells.seen + cells.missed)[..., used].any(axis=-2).all(axis=-1)
    told = np.flatnonzero((df >= 1) & run & np.array([way is not None for way in ways]))
    found: list[CensoredEstimate | None] = [None] * len(ways)
    asked = cells.taking(told).without_arms(empty[told] & ~used)
    known = _Asked(asked, weights, np.array([ways[i] or "" for i in told]), m[told], df[told])
    for i, estimate in zip(told, known.estimates(level) if len(told) else [], strict=True):
        found[i] = estimate
    return found


def _way(pulling: Array) -> str | None:
    """Which bound arms without any value make of a contrast, from their weights; None where they pull both ways."""
    ways = {"upper_bound" if weight > 0 else "lower_bound" for weight in pulling}
    return None if len(ways) > 1 else "".join(ways)


@dataclass(frozen=True)
class _Asked:
    """Experiments whose contrast can be told, without arms that have no value and no part in it.

    `ways` (experiments,) as in `CensoredEstimate`; `m` and `df` (experiments,) as in `contrast_of_cells`.
    """

    cells: Cells
    weights: Array
    ways: npt.NDArray[np.str_]
    m: npt.NDArray[np.intp]
    df: npt.NDArray[np.intp]

    def estimates(self, level: float) -> list[CensoredEstimate]:
        """Estimate, interval and p of each."""
        from scipy.special import stdtr

        best = self._best()
        estimate = best.arms @ self.weights
        cut = np.asarray(self.m * np.log1p(t_quantile(self.df.astype(float), level) ** 2 / self.df), dtype=float)
        every = np.arange(len(estimate))
        ratio = np.maximum(2 * (best.heights - self._profile(best, every, np.zeros(len(every)))), 0.0)
        p = 2 * stdtr(self.df, -np.sqrt(self.df * np.expm1(ratio / self.m)))
        low, high = self._ends(best, estimate, cut)
        shown = np.where(self.ways == "upper_bound", high, np.where(self.ways == "lower_bound", low, estimate))
        columns = (shown, low, high, p, self.df, self.ways)
        return [
            CensoredEstimate(float(e), float(a), float(b), float(p), int(df), str(way))
            for e, a, b, p, df, way in zip(*columns, strict=True)
        ]

    def _ends(self, best: _Fits, estimate: Array, cut: Array) -> Array:
        """Lower and upper ends (2, experiments): where the root of W reaches that of `cut`; NaN where it does not."""
        n = len(estimate)
        sides = np.repeat(np.array([-1.0, 1.0]), n)
        step = np.sqrt(cut * best.variances[:, 1:].max(axis=-1) / self.cells.seen.shape[-2])
        asked = np.concatenate([self.ways != "upper_bound", self.ways != "lower_bound"])
        tasks = np.flatnonzero(asked)

        def beyond(rows: Rows, values: Array) -> Array:
            """How far the root of W lies above its cut; nearly a straight line."""
            own = tasks[rows] % n
            ratio = np.maximum(2 * (best.heights[own] - self._profile(best, own, values)), 0.0)
            return np.asarray(np.sqrt(ratio) - np.sqrt(cut[own]))

        ends = np.full(2 * n, np.nan)
        start, steps = np.tile(estimate, 2), sides * np.tile(step, 2)
        ends[tasks] = crossings(beyond, start[tasks], steps[tasks], _DOUBLINGS)
        return ends.reshape(2, n)

    def _best(self) -> _Fits:
        """The better of two searches, one from donors and wells that scatter far less than arms of a donor do.

        Arms without a value are left out: the likelihood is largest as they go to minus infinity.
        """
        start, n = _start(self.cells), len(self.m)
        far = start.variances * np.array([0.03, 1.0, 0.03])[: start.variances.shape[1]]
        both = _Fits(np.tile(start.heights, 2), np.tile(start.arms, (2, 1)), np.concatenate([start.variances, far]))
        cells = self.cells.without_arms(np.asarray(~self.cells.seen.any(axis=-2))).taking(np.tile(np.arange(n), 2))
        arms = len(self.weights)
        found = _maximum(cells, both, np.eye(arms), np.zeros((2 * n, arms)))
        first = found.heights[:n] >= found.heights[n:]
        return found.taking(np.where(first, np.arange(n), np.arange(n, 2 * n)))

    def _profile(self, best: _Fits, rows: Rows, values: Array) -> Array:
        """The largest log likelihood of these experiments with the contrast held at a value each."""
        weights = self.weights
        basis = np.linalg.qr(np.column_stack([weights, np.eye(len(weights))]))[0][:, 1:]
        along = values[:, np.newaxis] * weights / (weights @ weights)
        own = best.taking(rows)
        wider = 2 * own.variances + 0.1 * own.variances.max(axis=-1, keepdims=True)
        start = _Fits(own.heights, own.arms, wider)
        return _maximum(self.cells.taking(rows), start, basis, along).heights


def _start(cells: Cells) -> _Fits:
    """Arm means with every well that has no value at its limit, and variances of that."""
    filled = np.where(np.isfinite(cells.values), cells.values, cells.limits)
    some = np.isfinite(filled)
    arms = np.nansum(filled, axis=(-3, -1)) / np.maximum(some.sum(axis=(-3, -1)), 1)
    off = filled - arms[:, np.newaxis, :, np.newaxis]
    variance = np.nansum(off**2, axis=(-3, -2, -1)) / some.sum(axis=(-3, -2, -1)) + 4 * LEAST_SD**2
    parts = np.array([0.3, 1.0, 0.3][: 3 if cells.has_reps else 2])
    return _Fits(np.full(len(variance), -np.inf), arms, variance[:, np.newaxis] * parts)


def _maximum(cells: Cells, start: _Fits, basis: Array, fixed: Array) -> _Fits:
    """The largest likelihoods over arms = basis @ free + fixed (experiments, arms) and the variances, from a start.

    Logarithms of variances are moved, whose scale is the same wherever they are, down to the least that is possible.
    """
    free = basis.shape[1]
    subsets: dict[bytes, Cells] = {}

    def at(points: Array, rows: Rows) -> tuple[Array, Array]:
        """Arm means and variances of points."""
        return points[:, :free] @ basis.T + fixed[rows], np.minimum(np.exp(points[:, free:]), MOST_SD**2)

    def heights_of(rows: Rows, points: Array) -> tuple[Array, Array]:
        """Log likelihoods and their slopes along the points."""
        key = rows.tobytes()
        if key not in subsets:
            subsets.clear()
            subsets[key] = cells.taking(rows)
        arms, variances = at(points, rows)
        heights, slopes = log_likelihood(subsets[key], arms, variances)
        of_logs = np.where(variances < MOST_SD**2, variances * slopes[:, len(basis) :], 0.0)
        return heights, np.concatenate([slopes[:, : len(basis)] @ basis, of_logs], axis=-1)

    first = np.concatenate([(start.arms - fixed) @ basis, np.log(start.variances)], axis=-1)
    variances = start.variances.shape[1]
    unit = np.broadcast_to(start.variances[:, [1]], (len(first), free))
    reach = np.concatenate([unit, np.full((len(first), variances), 2.0)], axis=-1) / cells.seen.shape[-2]
    least = np.repeat([-np.inf, 2 * np.log(LEAST_SD)], [free, variances])
    step = np.repeat([np.inf, _MOST_STEP], [free, variances])
    points, heights = maxima(heights_of, first, reach, np.broadcast_to(least, first.shape), step)
    return _Fits(heights, *at(points, np.arange(len(points))))
