"""Courses of one plate over time as arrays to draw: thinned, and summed up by condition."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.models import Array

MOST_POINTS = 150  # drawn per course
MOST_WELLS = 60  # drawn one by one; of larger plates the medians and ranges of conditions
HOURS_FROM = 180.0  # min; shorter records have their axis in min

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Courses:
    """The courses of a plate, one row of `wells` (well, role, condition, donor, rep) per course.

    `time` (min) and `value` (NaN where nothing was read) are wells × reads. Of the reads, `above` were beyond the
    reader, `counted` may bear on the result, `straight` are those that a rate was taken from, `left_out` single ones
    that were dropped. `refused` are wells without a result.
    """

    wells: pd.DataFrame
    time: Array
    value: Array
    above: Mask
    counted: Mask
    straight: Mask
    left_out: Mask
    refused: Mask

    @property
    def blank(self) -> Mask:
        """Which wells are blanks."""
        return np.asarray(self.wells["role"] == "blank", dtype=bool)

    @property
    def read(self) -> Mask:
        """Which wells have any reading."""
        return np.asarray(np.isfinite(self.value).any(axis=1))

    @property
    def every(self) -> int:
        """Every how many reads one is drawn."""
        return max(1, -(-int(self.value.shape[1]) // MOST_POINTS))

    @property
    def is_crowded(self) -> bool:
        """Whether there are too many wells to draw each."""
        return int(self.read.sum()) > MOST_WELLS

    @property
    def span(self) -> tuple[float, float]:
        """Time of the first and the last read, min."""
        return float(self.time.min()), float(self.time.max())

    @property
    def one_by_one(self) -> Places:
        """The wells whose courses are drawn; on a crowded plate only refused ones, the first MOST_WELLS of them."""
        if not self.is_crowded:
            return np.flatnonzero(self.read)
        return np.flatnonzero(self.read & self.refused)[:MOST_WELLS]


@dataclass(frozen=True, eq=False)
class Summary:
    """The wells of one condition with a result, together: median, lowest and highest reading at each time (min).

    NaN where fewer than half of them were read, and where the median lies beyond the reader; `straight` where the rates
    of at least half of them were taken.
    """

    name: str
    wells: int
    time: Array
    median: Array
    low: Array
    high: Array
    straight: Mask


def summaries(courses: Courses) -> Iterator[Summary]:
    """Medians by condition, in order of appearance; the blanks under the empty name. Dropped reads are bridged."""
    names = np.asarray(courses.wells["condition"].where(~courses.blank, ""), dtype=object)
    sound = courses.read & ~courses.refused & (courses.blank | (names != ""))
    grid = np.unique(np.median(courses.time, axis=0)) if len(courses.time) else np.zeros(0)
    for name in dict.fromkeys(names[sound]):
        own = np.flatnonzero(sound & (names == name))
        levels = np.array([_at(grid, courses, i) for i in own])
        straight = np.array([_inside(grid, courses.time[i][courses.straight[i]]) for i in own])
        yield Summary(str(name), len(own), grid, *_middle_and_ends(levels), 2 * straight.sum(axis=0) >= len(own))


def _middle_and_ends(levels: Array) -> tuple[Array, Array, Array]:
    """Median, lowest and highest of wells × times; infinite levels (beyond the reader) count for the median alone."""
    middle, low, high = (np.full(levels.shape[1], np.nan) for _ in range(3))
    enough = 2 * (~np.isnan(levels)).sum(axis=0) >= len(levels)
    middle[enough] = np.nanmedian(levels[:, enough], axis=0)
    known = enough & np.isfinite(levels).any(axis=0)
    readable = np.where(np.isinf(levels), np.nan, levels)[:, known]
    low[known], high[known] = np.nanmin(readable, axis=0), np.nanmax(readable, axis=0)
    return np.where(np.isinf(middle), np.nan, middle), low, high


def _at(grid: Array, courses: Courses, well: np.intp) -> Array:
    """A course at these times, gaps bridged; infinite beyond the reader, NaN before its first and after its last read.

    A median that holds wells beyond the reader as infinite is that of all wells, not of the slow ones that are left.
    """
    time, above = courses.time[well], courses.above[well]
    read = np.isfinite(courses.value[well]) & ~courses.left_out[well]
    if not read.any():
        return np.full(len(grid), np.nan)
    level: Array = np.interp(grid, time[read], courses.value[well][read], left=np.nan, right=np.nan)
    seen = read | above
    beyond = np.interp(grid, time[seen], above[seen], left=0.0, right=0.0) >= 0.5
    return np.where(beyond, np.inf, level)


def _inside(grid: Array, times: Array) -> Mask:
    """Which times lie within the first and last of some."""
    if not times.size:
        return np.zeros(len(grid), dtype=bool)
    return np.asarray((grid >= times.min()) & (grid <= times.max()))


def value_limits(courses: Courses) -> tuple[float, float]:
    """Ends of the value axis: the reads that count (where none does, all), with a margin of 4 %."""
    known = np.isfinite(courses.value)
    held = known & courses.counted if (known & courses.counted).any() else known
    if not held.any():
        return 0.0, 1.0
    low, high = float(courses.value[held].min()), float(courses.value[held].max())
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin


def beyond_axis(courses: Courses) -> int:
    """How many readings lie beyond the value axis."""
    low, high = value_limits(courses)
    with np.errstate(invalid="ignore"):
        return int(((courses.value < low) | (courses.value > high)).sum())


def time_unit(courses: Courses) -> tuple[float, str]:
    """How many min the unit of the time axis holds, and its name."""
    first, last = courses.span
    return (60.0, "h") if last - first >= HOURS_FROM else (1.0, "min")


def in_time_unit(courses: Courses, minutes: float) -> float:
    """A time (min) on the figure's axis."""
    return minutes / time_unit(courses)[0]
