"""Where names and letters stand in a figure of courses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgassay.report.course_figures import apart


@given(st.lists(st.floats(0, 1), max_size=30).map(sorted), st.floats(0.01, 0.2))
def test_names_keep_their_order_and_distance_and_stay_beside_the_axes(places, gap):
    moved = np.array(apart(places, gap))
    room = min(gap, 1 / max(len(places) - 1, 1))
    assert len(moved) == len(places)
    assert (np.diff(moved) >= room - 1e-9).all()
    assert ((moved >= -1e-9) & (moved <= 1 + 1e-9)).all()


def test_names_with_room_stay_where_they_are():
    assert apart([0.1, 0.5, 0.9], 0.1) == pytest.approx([0.1, 0.5, 0.9])


def test_names_at_one_place_are_set_around_it():
    assert apart([0.5, 0.5, 0.5], 0.1) == pytest.approx([0.4, 0.5, 0.6])
    assert apart([1.0, 1.0], 0.1) == pytest.approx([0.9, 1.0])
    assert apart([0.0, 0.0], 0.1) == pytest.approx([0.0, 0.1])
