"""The largest values of many functions at once, and where many curves cross 0.

One evaluation serves all that are not there yet, so that numpy's loops run over experiments, not Python's.
Sources: Broyden, Fletcher, Goldfarb and Shanno's update of an inverse Hessian with Armijo's rule (Nocedal and Wright,
Numerical Optimization, 2nd ed. 2006, algorithm 6.1); the Illinois false position (Dowell and Jarratt, BIT 1971;11:168).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.intervals import Array

Rows = npt.NDArray[np.intp]
_STEPS = 300  # evaluations at most; some twenty do
_FLAT = 1e-13  # gain that a step promises, relative to 1 + |height|, below which the top is reached
_ENOUGH = 1e-4  # part of the promised gain that a step has to bring (Armijo)
_LOST = 0.05
_CROSSINGS = 60


def maxima(
    heights_of: Callable[[Rows, Array], tuple[Array, Array]], start: Array, reach: Array, least: Array, most_step: Array
) -> tuple[Array, Array]:
    """Where each function is largest, and how large: points (functions, parameters) and heights (functions,).

    `heights_of(rows, points)` gives heights and slopes of these functions at one point each. `start` and `reach`
    (functions, parameters): the latter is the variance of a parameter that the first step reckons with. No parameter
    goes below `least` (functions, parameters), -inf allowed, nor further than `most_step` (parameters,) at once. A
    local maximum.
    """
    points, climbing = np.maximum(start, least), np.arange(len(start))
    heights, slopes = heights_of(climbing, points)
    first = reach[:, np.newaxis, :] * np.eye(start.shape[1])
    inverse, length = first.copy(), np.ones(len(start))
    for _ in range(_STEPS):
        way = _way(inverse[climbing], slopes[climbing], points[climbing] <= least[climbing])
        way /= np.maximum(np.abs(way) / most_step, 1.0).max(axis=-1, keepdims=True)
        ahead = np.maximum(points[climbing] + length[climbing, np.newaxis] * way, least[climbing])
        step = ahead - points[climbing]
        promise = (step * slopes[climbing]).sum(axis=-1)
        short = promise > _FLAT * (1 + np.abs(heights[climbing]))
        climbing, ahead, step, promise = climbing[short], ahead[short], step[short], promise[short]
        if not len(climbing):
            break
        higher, after = heights_of(climbing, ahead)
        taken = higher >= heights[climbing] + _ENOUGH * promise  # False for NaN
        kept, moved = climbing[taken], step[taken]
        change = np.where(moved != 0, slopes[kept] - after[taken], 0.0)
        inverse[kept] = _updated(inverse[kept], moved, change)
        points[kept], heights[kept], slopes[kept] = ahead[taken], higher[taken], after[taken]
        length[kept] = 1.0
        missed = climbing[~taken]
        length[missed] *= 0.3
        lost = missed[length[missed] < _LOST]  # the bend that was reckoned with is not there: start anew
        inverse[lost] = first[lost]
    return points, heights


def _way(inverse: Array, slopes: Array, at_least: npt.NDArray[np.bool_]) -> Array:
    """Where to go (k, p): the quasi-Newton step among parameters that are not held at their least."""
    free = ~(at_least & (slopes <= 0))
    for _ in range(2):  # what the step itself would push below its least is held as well
        way = np.where(free, (inverse @ np.where(free, slopes, 0.0)[..., np.newaxis])[..., 0], 0.0)
        free = free & ~(at_least & (way < 0))
    return np.asarray(np.where(free, way, 0.0))


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """Inverse Hessians (k, p, p) of minus the functions after steps (k, p) that changed minus the slopes by (k, p).

    A step along which the function does not bend downwards leaves it as it was.
    """
    bend = (step * change).sum(axis=-1)
    bent = bend > 1e-12 * np.linalg.norm(step, axis=-1) * np.linalg.norm(change, axis=-1)
    scale = 1 / np.where(bent, bend, 1.0)[:, np.newaxis, np.newaxis]
    left = np.eye(step.shape[-1]) - scale * step[:, :, np.newaxis] * change[:, np.newaxis, :]
    found = left @ inverse @ np.swapaxes(left, -1, -2) + scale * step[:, :, np.newaxis] * step[:, np.newaxis, :]
    return np.where(bent[:, np.newaxis, np.newaxis], found, inverse)


def crossings(
    beyond: Callable[[Rows, Array], Array], start: Array, step: Array, doublings: int, tolerance: float = 1e-8
) -> Array:
    """Where each curve turns positive in the direction of its `step`; NaN where it does not within 2^doublings steps.

    `beyond(rows, values)` gives these curves at one value each. A start may itself lie where a curve is positive; the
    search then goes back before it goes on.
    """
    every = np.arange(len(start))
    inside, below = start.copy(), beyond(every, start)
    jumps = step * 2.0 ** np.arange(doublings)[:, np.newaxis]
    for jump in jumps:
        out = np.flatnonzero(below >= 0)
        inside[out] = start[out] - jump[out]
        below[out] = beyond(out, inside[out]) if len(out) else below[out]
    begun = below < 0
    outside, above = np.full(len(start), np.nan), np.full(len(start), np.nan)
    for jump in jumps:
        ahead = np.flatnonzero(np.isnan(outside) & begun & ((start + jump - inside) * step > 0))
        if len(ahead):
            place = start[ahead] + jump[ahead]
            found = beyond(ahead, place)
            over = found > 0
            outside[ahead[over]], above[ahead[over]] = place[over], found[over]
            inside[ahead[~over]], below[ahead[~over]] = place[~over], found[~over]
    return _between(beyond, (inside, below), (outside, above), tolerance)


def _between(
    beyond: Callable[[Rows, Array], Array], inside: tuple[Array, Array], outside: tuple[Array, Array], tolerance: float
) -> Array:
    """The crossing between a value inside and one outside, each with its curve's height; NaN stays NaN."""
    (a, weight_a), (b, weight_b) = inside, outside
    found, side = b.copy(), np.zeros(len(b))
    r = np.flatnonzero(np.isfinite(b))
    for _ in range(_CROSSINGS):
        if not len(r):
            break
        found[r] = b[r] - weight_b[r] * (b[r] - a[r]) / (weight_b[r] - weight_a[r])
        height = beyond(r, found[r])
        over = height > 0
        up, down = r[over], r[~over]
        weight_a[up] *= np.where(side[up] > 0, 0.5, 1.0)  # Illinois: an end that stays put counts for half
        weight_b[down] *= np.where(side[down] < 0, 0.5, 1.0)
        b[up], weight_b[up], side[up] = found[up], height[over], 1.0
        a[down], weight_a[down], side[down] = found[down], height[~over], -1.0
        r = r[np.abs(height) > tolerance]
    return found
