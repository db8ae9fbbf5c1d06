"""Circles by votes of edges, on discs and rings that were drawn."""

import numpy as np
import pytest

from mgassay.assays.images.circles import _cast, circle_votes, peaks_of, radii_between, reduced, rims_near

SHAPE = (120, 160)


def disc(x, y, radius, inside=60, outside=200):
    gy, gx = np.mgrid[: SHAPE[0], : SHAPE[1]]
    grey = np.where(np.hypot(gx - x, gy - y) <= radius, inside, outside).astype(np.float32)
    return np.repeat(grey[..., None], 3, 2)


def test_means_over_squares_are_those_of_the_pixels():
    rgb = np.random.default_rng(1).integers(0, 256, (7, 11, 3), dtype=np.uint8)
    small, factor = reduced(rgb, 4)
    assert (small.shape, factor) == ((2, 3, 3), 3)
    assert small[1, 2] == pytest.approx(rgb[3:6, 6:9].mean(axis=(0, 1)), rel=1e-6)
    same, factor = reduced(rgb, 100)
    assert factor == 1
    assert (same == rgb).all()


def test_radii_grow_by_three_percent_up_to_the_last():
    radii = radii_between(10, 40)
    assert radii[0] == 10
    assert radii[-1] >= 40 > radii[-2]
    assert np.diff(np.log(radii)) == pytest.approx(np.log(1.03))


@pytest.mark.parametrize("levels", [(60, 200), (200, 60), (180, 200)])
def test_a_disc_paler_or_darker_has_its_centre_and_radius(levels):
    radii = radii_between(12, 40)
    votes = circle_votes(disc(90, 50, 25, *levels), radii)
    (peak, *_) = peaks_of(votes.max(axis=0), 10, 1)
    assert peak == pytest.approx([90, 50], abs=1)
    best = radii[votes[:, 50, 90].argmax()]
    assert best == pytest.approx(25, rel=0.04)
    centre, full = rims_near(votes[votes[:, 50, 90].argmax()], np.array([[86.0, 53.0]]), 8)
    assert centre[0] == pytest.approx([90, 50], abs=0.4)
    assert full[0] > 1


def test_votes_for_centres_beyond_the_picture_are_lost_and_those_at_its_border_count():
    """8 x 10 pixels, radius 4: from the middle of an edge to either side, one way inside and one beyond it."""
    y, x = np.array([4, 4, 4, 3, 7]), np.array([4, 5, 6, 1, 6])  # along the row, two along the column, the corner
    dy, dx = np.array([0.0, 0, 1, 1, 0]), np.array([1.0, 1, 0, 0, 1])
    expected = np.zeros((8, 10))
    for row, column in [(4, 0), (4, 8), (4, 1), (4, 9), (0, 6), (7, 1), (7, 2)]:  # 8 and 10 are no row or column
        expected[row, column] += 1
    np.testing.assert_array_equal(_cast(y, x, dy, dx, 4.0, (8, 10)), expected)


def test_a_place_at_the_border_or_beyond_it_has_no_rim():
    votes = circle_votes(disc(90, 50, 25), np.array([25.0]))[0]
    _, full = rims_near(votes, np.array([[0.0, 0.0], [-30.0, 400.0], [159.0, 119.0]]), 6)
    assert full[1] == 0
    assert (full[[0, 2]] < 0.3).all()


def test_a_picture_without_edges_has_no_peaks():
    votes = circle_votes(np.full((*SHAPE, 3), 128, np.float32), np.array([20.0]))
    assert len(peaks_of(votes[0], 10, 5)) == 0


@pytest.mark.parametrize(("away", "kept"), [(5, 1), (6, 2)])
def test_of_two_places_within_half_of_the_distance_the_higher_is_kept(away, kept):
    """Ten apart: a second peak five pixels from the first is the same well, six pixels away another one."""
    votes = np.zeros((40, 60), np.float32)
    votes[20, 30], votes[20, 30 + away] = 1.0, 0.9
    places = peaks_of(votes, 10, 2)
    assert places.tolist() == [[30, 20], [30 + away, 20]][:kept]
