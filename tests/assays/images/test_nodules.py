import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from mgassay.assays.images.nodules import nodule_areas, runs_from_mask


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
