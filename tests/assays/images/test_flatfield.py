"""The white against illuminations of known shape."""

import numpy as np
import pytest

from mgassay.assays.images.flatfield import (
    even_white,
    fit_white,
    pixel_centres,
    surface_at,
    surface_bounds,
    surface_grid,
    surface_rows,
    surface_terms,
    through_paler_half,
)

VECTOR = (0.38, 0.73, 0.57)
UNIT = np.array(VECTOR) / np.linalg.norm(VECTOR)
TRUE = np.array(
    [[2.36, 0.02, -0.01, -0.06, 0.0, -0.05], [2.37, 0.01, 0.0, -0.05, 0.01, -0.06], [2.34, 0.0, 0.0, -0.07, 0.0, -0.04]]
)


def picture(shape, stain, seed=0, noise=2.0):
    """A field under the true white with this stain (h, w) in OD."""
    x, y = 2 * (np.arange(shape[1]) + 0.5) / shape[1] - 1, 2 * (np.arange(shape[0])[:, None] + 0.5) / shape[0] - 1
    level = sum(
        TRUE[:, i, None, None] * t
        for i, t in enumerate([x * 0 + 1 + y * 0, x + y * 0, y + x * 0, x**2 + y * 0, x * y, y**2 + x * 0])
    )
    light = 10 ** (level - UNIT[:, None, None] * stain)
    rng = np.random.default_rng(seed)
    return np.clip(np.rint(np.moveaxis(light, 0, 2) + noise * rng.standard_normal((*shape, 3))), 0, 255).astype(
        np.uint8
    )


def discs(shape, fraction, radii, seed=0):
    """Stain of overlapping discs that cover at least this fraction."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    stain = np.zeros(shape)
    while (stain > 0).mean() < fraction:
        disc = (y - rng.uniform(0, shape[0])) ** 2 + (x - rng.uniform(0, shape[1])) ** 2 < rng.uniform(*radii) ** 2
        stain[disc] = rng.uniform(0.4, 1.2)
    return stain


def worst_error_od(white, shape=(300, 400)):
    """The largest error of the white's stain OD over the field."""
    difference = UNIT @ (white.coefficients - TRUE)
    terms = surface_terms(pixel_centres(shape[1]), pixel_centres(shape[0]))
    return float(np.abs(difference @ terms).max())


@pytest.mark.parametrize(
    ("fraction", "radii", "bound"),
    [(0.0, (1, 2), 0.005), (0.1, (5, 20), 0.005), (0.3, (5, 20), 0.006), (0.3, (60, 90), 0.01), (0.6, (10, 40), 0.01)],
)
def test_the_white_of_a_stained_field_is_that_of_the_empty_one(fraction, radii, bound):
    shape = (300, 400)
    white = fit_white(picture(shape, discs(shape, fraction, radii)), VECTOR)
    assert worst_error_od(white) < bound
    # 2 grey levels of noise in each channel, at some 200 grey levels, are 0.0043 OD each
    assert white.noise_od == pytest.approx(0.0043, rel=0.35)


def test_plain_least_squares_would_fail_where_this_does_not():
    shape = (300, 400)
    rgb = picture(shape, discs(shape, 0.3, (60, 90)))
    terms = surface_terms(pixel_centres(400), pixel_centres(300))
    plain = np.linalg.lstsq(terms.T, np.log10(rgb.reshape(-1, 3).astype(float)), rcond=None)[0].T
    assert np.abs(UNIT @ (plain - TRUE) @ terms).max() > 0.1


def test_level_is_the_mean_over_the_field():
    white = fit_white(picture((300, 400), np.zeros((300, 400))), VECTOR)
    terms = surface_terms(pixel_centres(2000), pixel_centres(1000))
    assert white.level() == pytest.approx((white.coefficients @ terms).mean(axis=1), abs=1e-5)


def test_an_even_white_needs_no_surface():
    white = even_white(240, 230, 220)
    assert white.is_even()
    assert 10 ** white.level() == pytest.approx([240, 230, 220])
    assert not fit_white(picture((100, 100), np.zeros((100, 100))), VECTOR).is_even()


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (97, 5)])
def test_tiny_pictures_have_a_white(shape):
    white = fit_white(np.full((*shape, 3), 200, np.uint8), VECTOR)
    assert 10 ** white.level() == pytest.approx([200] * 3, rel=1e-3)


def test_rows_points_and_bounds_of_a_surface_agree():
    coefficients = np.array([1.0, 0.3, -0.2, -0.4, 0.1, 0.25])
    shape = (37, 53)
    terms = surface_terms(pixel_centres(53), pixel_centres(37))
    whole = (coefficients @ terms).reshape(shape)
    grid = surface_grid(np.stack([coefficients, 2 * coefficients]), pixel_centres(53), pixel_centres(37))
    assert grid == pytest.approx(np.stack([whole, 2 * whole]))
    rows = surface_rows(coefficients, shape, 10, np.empty((20, 53), np.float32))
    assert rows == pytest.approx(whole[10:30], abs=1e-6)
    y, x = np.array([0, 20, 36]), np.array([52, 3, 0])
    assert surface_at(coefficients, shape, y, x) == pytest.approx(whole[y, x])
    low, high = surface_bounds(coefficients)
    assert low <= whole.min() <= whole.max() <= high


def test_the_paler_half_is_what_lies_above_the_median_by_hand():
    """A level surface: the mean of 0 0 0 0 9 is 1.8, and no value but 9 lies above; the others lie at the median.

    Of 0 2 3 7 the mean is 3; the upper half 3 7 has the mean 5, and its own residuals keep it.
    """
    assert through_paler_half(np.ones((1, 5)), np.array([0.0, 0, 0, 0, 9])) == pytest.approx([1.8], rel=1e-6)
    assert through_paler_half(np.ones((1, 4)), np.array([0.0, 2, 3, 7])) == pytest.approx([5], rel=1e-6)
