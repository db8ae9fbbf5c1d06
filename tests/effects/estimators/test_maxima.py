"""Maxima of functions whose tops are known by hand, and crossings of curves whose roots are."""

import numpy as np
import pytest

from mgassay.effects.estimators.maxima import crossings, maxima

BENDS = np.array([[[2.0, 0.9], [0.9, 0.5]], [[400.0, 0.0], [0.0, 0.01]]])
TOPS = np.array([[1.0, -2.0], [0.3, 5.0]])


def bowls(rows, points):
    """3 - (x - top)' A (x - top): the top is at hand, 3 high."""
    off = points - TOPS[rows]
    pull = (BENDS[rows] @ off[..., None])[..., 0]
    return 3 - (off * pull).sum(axis=-1), -2 * pull


def found(function, start, least=-np.inf, most=np.inf):
    start = np.asarray(start, dtype=float)
    return maxima(function, start, np.ones_like(start), np.full_like(start, least), np.full(start.shape[1], most))


@pytest.mark.parametrize("most", [np.inf, 0.5])
def test_each_function_has_its_own_top_wherever_it_starts(most):
    points, heights = found(bowls, [[-4, 7], [30, -20]], most=most)
    assert points == pytest.approx(TOPS, abs=1e-5)
    assert heights == pytest.approx([3, 3], abs=1e-10)


def test_a_valley_that_bends_is_followed():
    """Rosenbrock's: the top is 0 at (1, 1)."""

    def valley(rows, p):
        x, y = p.T
        slope = np.stack([2 * (1 - x) + 400 * x * (y - x**2), -200 * (y - x**2)], axis=-1)
        return -((1 - x) ** 2) - 100 * (y - x**2) ** 2, slope

    points, _ = found(valley, [[-1.2, 1.0], [3.0, -1.0]])
    assert points == pytest.approx(np.ones((2, 2)), abs=1e-4)


def test_a_top_that_lies_below_what_is_allowed_is_held_there():
    """The first bowl on y >= 0: x where 2 (x - 1) + 0.9 (0 + 2) = 0, so 0.1; height 3 - 2 .81 + 1.8 .9 2 - .5 4."""
    points, heights = found(lambda rows, p: bowls(np.zeros_like(rows), p), [[4.0, 3.0]], least=0.0)
    assert points[0] == pytest.approx([0.1, 0.0], abs=1e-6)
    assert heights[0] == pytest.approx(3 - (2 * 0.81 - 2 * 0.9 * 0.9 * 2 + 0.5 * 4))


def test_crossings_in_both_directions_from_inside_from_outside_and_none():
    """x^3 - 8 turns positive at 2; 1 - x on the way down at 1; a start beyond the crossing; -1 never."""
    curves = [lambda x: x**3 - 8, lambda x: 1 - x, lambda x: x - 2, lambda x: -1 + 0 * x]

    def beyond(rows, values):
        return np.array([curves[r](v) for r, v in zip(rows, values, strict=True)])

    at = crossings(beyond, np.array([0.0, 3.0, 7.0, 0.0]), np.array([1.0, -0.5, 1.0, 1.0]), 8)
    assert at[:3] == pytest.approx([2.0, 1.0, 2.0], abs=1e-7)
    assert np.isnan(at[3])
