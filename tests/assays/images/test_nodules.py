import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from mgassay.assays.images.nodules import in_large_nodules, joined_runs, nodule_areas, nodules_of_runs, runs_from_mask


def areas_by_scipy(mask):
    labels, n = ndimage.label(mask, np.ones((3, 3)))
    return np.bincount(labels.ravel(), minlength=n + 1)[1:]


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans()))
def test_areas_are_those_of_scipy(mask):
    assert sorted(nodule_areas(runs_from_mask(mask))) == sorted(areas_by_scipy(mask))


@pytest.mark.parametrize("density", [0.02, 0.3, 0.5, 0.9])
def test_areas_are_those_of_scipy_across_blocks_of_rows(density):
    mask = np.random.default_rng(1).random((600, 70)) < density
    assert sorted(nodule_areas(runs_from_mask(mask))) == sorted(areas_by_scipy(mask))


def test_corners_touch_and_row_ends_do_not():
    corner = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], bool)
    ends = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1]], bool)
    assert nodule_areas(runs_from_mask(corner)).tolist() == [3]
    assert nodule_areas(runs_from_mask(ends)).tolist() == [1, 1, 1]


def test_nothing_stained_is_no_nodule():
    assert nodule_areas(runs_from_mask(np.zeros((5, 5), bool))).size == 0


def test_runs_are_places_with_one_empty_place_between_rows():
    runs = runs_from_mask(np.array([[1, 1, 0], [0, 1, 1]], bool))
    assert (runs.starts.tolist(), runs.ends.tolist(), runs.row) == ([0, 5], [2, 7], 4)


def test_stretches_of_an_image_join_to_its_runs():
    mask = np.random.default_rng(2).random((300, 50)) < 0.4
    whole = runs_from_mask(mask)
    parts = []
    for first in (0, 64, 128, 192, 256):
        part = runs_from_mask(mask[first : first + 64])
        parts.append(type(part)(part.starts + first * 51, part.ends + first * 51, part.row))
    joined = joined_runs(parts, 50)
    assert (joined.starts.tolist(), joined.ends.tolist(), joined.row) == (
        whole.starts.tolist(),
        whole.ends.tolist(),
        whole.row,
    )
    none = joined_runs([], 7)
    assert (len(none.starts), none.row) == (0, 8)


def test_runs_know_their_nodule_and_whether_it_is_large():
    mask = np.array([[1, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]], bool)  # three of 3, 1 and 1 pixels
    runs = runs_from_mask(mask)
    assert nodules_of_runs(runs).tolist() == [0, 1, 0, 2]
    assert in_large_nodules(runs, 3).tolist() == [True, False, True, False]
    assert in_large_nodules(runs, 3.5).tolist() == [False] * 4
