"""Courses as arrays: what is thinned, medians worked by hand, and the ends of the axes."""

import numpy as np
import pandas as pd
import pytest

from mgassay.report.courses import Courses, beyond_axis, summaries, time_unit, value_limits


def courses(value, time=None, condition=None, role=None, **masks):
    """Wells × reads by hand, a read per min, all in one condition and nothing marked unless told."""
    value = np.array(value, dtype=float)
    n, reads = value.shape
    held = {
        "well": [f"A{i + 1}" for i in range(n)],
        "role": role or ["sample"] * n,
        "condition": condition or ["ca08"] * n,
        "donor": ["D1"] * n,
        "rep": ["1"] * n,
    }
    nothing = np.zeros(value.shape, dtype=bool)
    time = np.tile(np.arange(reads, dtype=float), (n, 1)) if time is None else np.array(time, dtype=float)
    marks = {
        "above": nothing,
        "counted": ~nothing,
        "straight": nothing,
        "left_out": nothing,
        "refused": np.zeros(n, dtype=bool),
    }
    return Courses(pd.DataFrame(held), time, value, **{**marks, **{k: np.array(v) for k, v in masks.items()}})


@pytest.mark.parametrize(("reads", "every"), [(1, 1), (150, 1), (151, 2), (300, 2), (301, 3)])
def test_at_most_150_points_are_drawn(reads, every):
    assert courses(np.zeros((1, reads))).every == every
    assert len(range(0, reads, every)) <= 150


def test_above_60_wells_only_refused_ones_are_drawn_one_by_one():
    refused = np.zeros(61, dtype=bool)
    refused[[4, 9]] = True
    few, many = courses(np.zeros((60, 3)), refused=refused[:60]), courses(np.zeros((61, 3)), refused=refused)
    assert (few.is_crowded, many.is_crowded) == (False, True)
    assert few.one_by_one.tolist() == list(range(60))
    assert many.one_by_one.tolist() == [4, 9]
    assert len(courses(np.zeros((384, 3)), refused=np.ones(384, dtype=bool)).one_by_one) == 60


def test_a_well_without_any_reading_is_not_drawn():
    assert courses([[1.0, 2.0], [np.nan, np.nan]]).one_by_one.tolist() == [0]


def test_medians_by_condition_leave_refused_wells_out_and_keep_blanks_apart():
    """Of a: 1, 3, 8 at the first read, of which 3 is the middle one; b has one well; the refused 99 counts nowhere."""
    given = courses(
        [[1, 1], [3, 4], [8, 9], [99, 99], [5, 6], [0.5, 0.7]],
        condition=["a", "a", "a", "a", "b", ""],
        role=["sample"] * 5 + ["blank"],
        refused=[False, False, False, True, False, False],
    )
    found = {s.name: s for s in summaries(given)}
    assert list(found) == ["a", "b", ""]
    assert found["a"].wells == 3
    np.testing.assert_allclose(found["a"].median, [3, 4])
    np.testing.assert_allclose([found["a"].low, found["a"].high], [[1, 1], [8, 9]])
    np.testing.assert_allclose(found["b"].median, [5, 6])
    np.testing.assert_allclose(found[""].median, [0.5, 0.7])


def test_a_well_beyond_the_reader_still_counts_as_high():
    """At the last read 3, 9 and one above: the middle one is 9, not the 6 between what is left."""
    nan = np.nan
    above = [[False] * 3, [False, False, True], [False] * 3]
    (found,) = summaries(courses([[1, 2, 3], [2, 4, nan], [3, 6, 9]], above=above))
    np.testing.assert_allclose(found.median, [2, 4, 9])
    np.testing.assert_allclose(found.high, [3, 6, 9])
    most = [[False, True, True]] * 2 + [[False] * 3]
    (found,) = summaries(courses([[1, nan, nan], [2, nan, nan], [3, 6, 9]], above=most))
    np.testing.assert_allclose(found.median, [2, nan, nan])


def test_gaps_and_dropped_reads_are_bridged_and_staggered_reads_are_set_in_time():
    """The second well is read half a min later: y = 10 t gives 10 at t = 1 only by the line between its reads."""
    left_out = [[False, True, False], [False] * 3]
    given = courses([[0, 900, 20], [0, 10, 20]], left_out=left_out)
    (found,) = summaries(given)
    np.testing.assert_allclose(found.median, [0, 10, 20])
    staggered = courses([[0, 10, 20], [5, 15, 25]], time=[[0, 1, 2], [0.5, 1.5, 2.5]])
    (found,) = summaries(staggered)
    np.testing.assert_allclose(found.time, [0.25, 1.25, 2.25])
    np.testing.assert_allclose(found.median, [2.5, 12.5, 22.5])


def test_the_median_ends_where_fewer_than_half_of_the_wells_were_read():
    nan = np.nan
    (found,) = summaries(courses([[1, 1, 1], [2, 2, nan], [3, nan, nan]]))
    np.testing.assert_allclose(found.median, [2, 1.5, nan])


def test_the_common_stretch_is_where_half_of_the_rates_were_taken():
    straight = [[True, True, False, False], [False, True, True, False], [False, True, True, False]]
    (found,) = summaries(courses(np.zeros((3, 4)), straight=straight))
    assert found.straight.tolist() == [False, True, True, False]


def test_no_wells_have_no_medians():
    assert list(summaries(courses(np.zeros((0, 0))))) == []


def test_the_value_axis_holds_the_reads_that_count_and_tells_of_others():
    """0 to 100 with 4 % of the range on either side; the bubble at 4000 does not count."""
    given = courses([[0, 100, 4000]], counted=[[True, True, False]])
    assert value_limits(given) == (-4.0, 104.0)
    assert beyond_axis(given) == 1
    assert value_limits(courses([[3.0, 3.0]])) == pytest.approx((2.85, 3.15))
    assert value_limits(courses([[np.nan]])) == (0.0, 1.0)
    assert value_limits(courses([[0, 10]], counted=[[False, False]])) == pytest.approx((-0.4, 10.4))


def test_minutes_below_three_hours_and_hours_from_there():
    assert time_unit(courses([[0, 1]], time=[[0, 179.9]])) == (1.0, "min")
    assert time_unit(courses([[0, 1]], time=[[0, 180]])) == (60.0, "h")
