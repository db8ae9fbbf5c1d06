"""What is not offered, beside what is: wells counted as n, and the bootstrap over donors (bench/coverage.py)."""

import itertools
import math
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from bench.coverage_lab import Array, Drawn, Lab, cell_means
from bench.coverage_methods import Tally, held_by, of_set, tally
from mgassay.effects.contrasts.contrasts import donor_contrast
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import live_effects, share_set

Statistic = Callable[[Array, Array], Array]


def wells_as_n(lab: Lab, drawn: Drawn) -> Iterator[Tally]:
    """The same t and Fieller intervals on wells, paired by their number, as if each were a donor."""
    wells = np.moveaxis(drawn.live, -1, -2)
    wells = wells.reshape(len(wells), -1, 4)
    t, b = (donor_contrast(wells, c, "log") for c in ("total", "blocked"))
    for contrast, truth, values in (("total", lab.total, t), ("interaction", lab.total - lab.blocked, t - b)):
        yield tally((contrast, "log", "wells as n"), truth, held_by(donor_estimate(values), truth))
    found = share_set("intracellular", live_effects(t, b))
    yield of_set(("intracellular", "log", "wells as n"), lab.shares["intracellular"], found)


def bootstraps(lab: Lab, drawn: Drawn) -> Iterator[Tally]:
    """Donors drawn again with replacement, every way there is: percentile and BCa intervals."""
    means = cell_means(drawn.live)
    t, b = (donor_contrast(means, c, "log") for c in ("total", "blocked"))
    cases: tuple[tuple[str, float, Array, Array, Statistic], ...] = (
        ("total", lab.total, t, b, lambda t, b: t),
        ("interaction", lab.total - lab.blocked, t, b, lambda t, b: t - b),
        ("intracellular", lab.shares["intracellular"], t, b, lambda t, b: (t - b) / t),
    )
    for name, truth, first, second, statistic in cases:
        for method, ends in (("bootstrap, percentile", percentile), ("bootstrap, BCa", bias_corrected)):
            low, high = ends(first, second, statistic)
            yield tally((name, "log", method), truth, (low <= truth) & (truth <= high))


@cache
def resamples(donors: int) -> tuple[Array, Array]:
    """How often each donor is drawn (ways, donors), over their number, and the chance of each way."""
    ways = [w for w in itertools.product(range(donors + 1), repeat=donors) if sum(w) == donors]
    chance = [math.factorial(donors) / math.prod(map(math.factorial, w)) / donors**donors for w in ways]
    return np.array(ways) / donors, np.array(chance)


def percentile(first: Array, second: Array, statistic: Statistic) -> tuple[Array, Array]:
    """The middle 95 % of the statistic over resamples."""
    level = np.full(len(first), 0.025)
    values, chance = _resampled(first, second, statistic)
    return _quantile(values, chance, level), _quantile(values, chance, 1 - level)


def bias_corrected(first: Array, second: Array, statistic: Statistic) -> tuple[Array, Array]:
    """BCa: the levels moved by how far the estimate lies from the resamples' middle, and by the jackknife's skewness.

    Source: Efron, J Am Stat Assoc 1987;82:171.
    """
    from scipy.special import ndtr, ndtri

    values, chance = _resampled(first, second, statistic)
    estimate = statistic(first.mean(axis=1), second.mean(axis=1))[:, np.newaxis]
    below = ((values < estimate) + 0.5 * (values == estimate)) @ chance
    z0 = ndtri(np.clip(below, 1e-6, 1 - 1e-6))
    n = first.shape[1]
    left = statistic(*((x.sum(axis=1, keepdims=True) - x) / (n - 1) for x in (first, second)))
    off = left.mean(axis=1, keepdims=True) - left
    skew = (off**3).sum(axis=1) / (6 * (off**2).sum(axis=1) ** 1.5)
    ends = []
    for z in (ndtri(0.025), ndtri(0.975)):
        moved = z0 + (z0 + z) / (1 - skew * (z0 + z))
        ends.append(_quantile(values, chance, ndtr(moved)))
    return ends[0], ends[1]


def _resampled(first: Array, second: Array, statistic: Statistic) -> tuple[Array, Array]:
    """The statistic of every resample (experiments, ways) and the chance of each."""
    ways, chance = resamples(first.shape[1])
    return statistic(first @ ways.T, second @ ways.T), chance


def _quantile(values: Array, chance: Array, level: Array) -> Array:
    """The smallest value below which, itself included, at least `level` of the chance lies; row by row."""
    order = np.argsort(values, axis=1)
    reached = np.cumsum(chance[order], axis=1)
    place = np.argmax(reached >= np.minimum(level, 1 - 1e-12)[:, np.newaxis] - 1e-12, axis=1)
    return np.take_along_axis(values, np.take_along_axis(order, place[:, np.newaxis], axis=1), axis=1)[:, 0]
