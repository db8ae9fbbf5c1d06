"""Reads over time as arrays, and the reads that are no part of a course."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.courses.traces import (
    levels,
    read_noise,
    running_median,
    sinking,
    spikes,
    traces_from_wells,
)

T = np.arange(0.0, 450.0, 3.0)  # min


def reads(courses, times=T, status="ok", **more):
    return tables.WELLS.frame(
        {"plate": "P", "well": well, "time_s": 60.0 * t, "value": v, "status": status, "role": "sample", **more}
        for well, course in courses.items()
        for t, v in zip(times, course, strict=True)
    )


def rise(midpoint=200.0, scale=15.0):
    return 100.0 + 900.0 / (1.0 + np.exp(-(T - midpoint) / scale))


def traces(*courses, **more):
    return traces_from_wells(reads({f"A{i}": c for i, c in enumerate(courses, 1)}, **more), 0.0)


def test_traces_are_in_the_order_of_wells_and_of_time():
    table = reads({"B2": [1.0, 2.0, 3.0], "A1": [4.0, 5.0, 6.0]}, times=[0.0, 1.0, 2.0])
    found = traces_from_wells(table.sample(frac=1.0, random_state=1).sort_values("well", ascending=False), 0.0)
    assert list(found.wells.well) == ["B2", "A1"]
    np.testing.assert_array_equal(found.value, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(found.time, [[0.0, 1.0, 2.0]] * 2)


def test_rows_say_where_each_read_stands():
    table = reads({"B2": [1.0, 2.0], "A1": [4.0, 5.0]}, times=[0.0, 1.0]).iloc[::-1]
    found = traces_from_wells(table, 0.0)
    np.testing.assert_array_equal(table.value.to_numpy()[found.rows], found.value)


def test_the_first_minutes_are_dropped_from_the_first_read_of_the_plate_on():
    found = traces_from_wells(reads({"A1": np.arange(4.0)}, times=[10.0, 14.0, 15.0, 20.0]), 5.0)
    np.testing.assert_array_equal(found.time, [[15.0, 20.0]])


def test_wells_with_fewer_reads_are_padded_and_the_padding_does_not_count():
    table = pd.concat([reads({"A1": [1.0, 2.0, 3.0]}, times=[0.0, 1.0, 2.0]), reads({"A2": [9.0]}, times=[0.0])])
    found = traces_from_wells(table, 0.0)
    np.testing.assert_array_equal(found.usable, [[True] * 3, [True, False, False]])
    np.testing.assert_array_equal(found.time[1], [0.0, 0.0, 0.0])


def test_a_well_without_any_read_after_settling_is_still_there():
    table = pd.concat([reads({"A1": [1.0, 2.0]}, times=[0.0, 9.0]), reads({"A2": [9.0]}, times=[0.0])])
    found = traces_from_wells(table, 5.0)
    assert list(found.wells.well) == ["A1", "A2"]
    np.testing.assert_array_equal(found.usable, [[True], [False]])


@pytest.mark.parametrize(("status", "usable", "saturated"), [
    ("ok", True, False), ("above", False, True), ("missing", False, False), ("below", False, False),
])  # fmt: skip
def test_only_reads_that_are_ok_count(status, usable, saturated):
    found = traces(rise(), status=status)
    assert found.usable.all() == usable
    assert found.usable.any() == usable
    assert found.saturated.all() == saturated


def test_a_missing_value_is_no_read():
    course = rise()
    course[7] = np.nan
    assert list(np.flatnonzero(~traces(course).usable[0])) == [7]


def test_empty_tables_are_empty_traces():
    found = traces_from_wells(tables.WELLS.frame(), 5.0)
    assert found.usable.shape[0] == 0


def test_the_running_median_of_a_monotone_course_is_the_course():
    found = traces(rise())
    inner = slice(2, -2)
    np.testing.assert_allclose(running_median(found, 5)[0][inner], rise()[inner])


def test_levels_are_medians_over_a_thirtieth_of_the_reads():
    """150 reads: five of them; a ramp of 1 per read has itself as its level."""
    np.testing.assert_allclose(levels(traces(np.arange(150.0)))[0][2:-2], np.arange(2.0, 148.0))


def test_noise_is_that_of_single_reads():
    """The normal SD 10 comes back within 10 %, on a rise and on a slow wander alike."""
    rng = np.random.default_rng(1)
    noise = 10.0 * rng.standard_normal((400, 150))
    found = read_noise(traces(*(rise() + noise)))
    assert np.mean(found) == pytest.approx(10.0, rel=0.1)


@pytest.mark.parametrize("where", [0, 1, 60, 66, 67, 120, 149])
@pytest.mark.parametrize("height", [-300.0, 300.0, 3000.0])
def test_a_bubble_is_found_wherever_it_sits(where, height):
    course = rise() + 5.0 * np.random.default_rng(where).standard_normal(150)
    course[where] += height
    assert list(np.flatnonzero(spikes(traces(course))[0])) == [where]


@pytest.mark.parametrize("where", [0, 20, 120, 149])
def test_a_small_bubble_is_found_on_a_plateau(where):
    """60 of a rise of 900; on the steep part, which makes 45 from read to read, it would be lost, and do little."""
    course = rise() + 3.0 * np.random.default_rng(where).standard_normal(150)
    course[where] += 60.0
    assert list(np.flatnonzero(spikes(traces(course))[0])) == [where]


def test_a_bubble_may_sit_in_two_reads_running():
    course = rise() + 5.0 * np.random.default_rng(3).standard_normal(150)
    course[[90, 91]] += 500.0
    assert list(np.flatnonzero(spikes(traces(course))[0])) == [90, 91]


def test_clean_traces_have_no_spikes():
    """1 in 100,000 reads, and a step between two reads is none."""
    rng = np.random.default_rng(2)
    assert spikes(traces(*(rise() + 20.0 * rng.standard_normal((1000, 150))))).sum() <= 2
    assert not spikes(traces(np.where(T < 200.0, 100.0, 1000.0))).any()
    assert not spikes(traces(rise(), np.full(150, 3.0))).any()


def test_a_trace_that_falls_from_its_plateau_sinks():
    """3 a minute of a rise of 900, from 300 min on: a quarter is lost at 375 min, the 125th read."""
    fall = 3.0 * np.clip(T - 300.0, 0.0, None)
    found = sinking(traces(rise(), rise() - fall, rise(50.0, 5.0) - fall))
    np.testing.assert_array_equal(found.sinks, [False, True, True])
    assert found.peak[1] == pytest.approx(300.0, abs=6.0)
    for trace in (1, 2):
        spent = np.flatnonzero(found.spent[trace])
        assert spent[0] == pytest.approx(125, abs=1)
        np.testing.assert_array_equal(spent, np.arange(spent[0], 150))


def test_what_falls_by_a_twentieth_of_its_rise_does_not_sink():
    assert not sinking(traces(rise() - np.where(T > 300.0, 40.0, 0.0))).sinks.any()
    assert sinking(traces(rise() - np.where(T > 300.0, 50.0, 0.0))).sinks.all()


@pytest.mark.parametrize(("fall", "sinks"), [(50.0, False), (51.0, True)])
def test_what_falls_by_exactly_a_twentieth_does_not_sink(fall, sinks):
    """Up by 1000 at once, and down again."""
    course = np.select([T < 100.0, T < 300.0], [0.0, 1000.0], 1000.0 - fall)
    assert sinking(traces(course)).sinks.tolist() == [sinks]


def test_what_falls_within_its_noise_does_not_sink():
    rng = np.random.default_rng(6)
    noisy = 100.0 + 30.0 * rng.standard_normal((200, 150))
    assert np.mean(sinking(traces(*noisy)).sinks) < 0.05


def test_what_falls_all_along_does_not_sink():
    """Sinking is a loss of what had risen."""
    assert not sinking(traces(1000.0 - 2.0 * T, rise()[::-1])).sinks.any()


def test_reads_that_do_not_count_do_not_hide_the_noise():
    """Above the reader for most of the record: the noise is that of the rest, and good reads are no spikes."""
    rng = np.random.default_rng(3)
    course = 500.0 + 5.0 * rng.standard_normal(T.size)
    table = reads({"A1": course})
    table.loc[table.index[50:], "status"] = "above"
    found = traces_from_wells(table, 0.0)
    assert read_noise(found)[0] == pytest.approx(5.0, rel=0.35)
    assert spikes(found).sum() <= 1
