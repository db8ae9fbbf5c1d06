"""Figures of courses over time: wells, medians by condition, and where a result was read."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from mgassay.assays.curves.models import Array
from mgassay.report.axes import FAINT, INK, Axes
from mgassay.report.courses import Courses, Summary, in_time_unit, summaries, time_unit, value_limits
from mgassay.report.drawing import BLUE, VERMILION
from mgassay.report.figure import figure
from mgassay.report.rows import Row

PANEL, ROW = 180.0, 16.5  # height of the courses, of a line of T50s
LETTER_HEIGHTS = (0.5, 0.68, 0.32, 0.8, 0.2, 0.6, 0.4, 0.9, 0.12)  # of the panel, where a letter may stand on a median
MOST_NAME = 14
BLANK_SIGN = "○ blank"


def alp_svg(key: str, label: str, courses: Courses, letters: Mapping[str, str], signal: str) -> Markup:
    """Courses of a kinetic plate with the stretches that rates were taken from, conditions named at their ends."""

    def paint(axes: Axes) -> None:
        _frame(axes, courses, signal)
        found = list(summaries(courses))
        if courses.is_crowded:
            _draw_medians(axes, courses, found)
        _draw_wells(axes, courses)
        _name_ends(axes, courses, found, letters)
        axes.below = f"time ({time_unit(courses)[1]})"

    return figure(key, label, [(PANEL, paint)])


def t50_svg(
    key: str,
    label: str,
    courses: Courses,
    letters: Mapping[str, str],
    signal: str,
    settling_min: float,
    amounts: Sequence[Row],
) -> Markup:
    """Courses of a T50 plate with their medians, and below, on the same time axis, every well's T50 (AMOUNTS)."""
    names = [c for c in [*letters, ""] if (courses.wells["condition"] == c).any()]

    def paint(panel: Axes) -> None:
        _frame(panel, courses, signal)
        found = list(summaries(courses))
        _draw_wells(panel, courses)
        _draw_medians(panel, courses, found)
        _shade(panel, courses, settling_min)
        _letter_medians(panel, courses, found, letters)
        panel.across.tick([])
        panel.across.line = False

    def paint_results(strip: Axes) -> None:
        _draw_t50s(strip, courses, names, letters, amounts)

    return figure(key, label, [(PANEL, paint), (ROW * len(names), paint_results)])


def _frame(axes: Axes, courses: Courses, signal: str) -> None:
    """Both axes by the data; the signal's name above the value axis."""
    axes.across.ends(*time_limits(courses))
    axes.up.ends(*value_limits(courses))
    axes.title = signal


def time_limits(courses: Courses) -> tuple[float, float]:
    """Ends of the time axis, in its unit."""
    first, last = (in_time_unit(courses, t) for t in courses.span)
    return first, last if last > first else first + 1.0


def _draw_wells(axes: Axes, courses: Courses) -> None:
    """Single courses: faint; dotted for blanks; dashed and red for wells without a result; crosses at dropped reads."""
    per, every = time_unit(courses)[0], courses.every
    for i in courses.one_by_one:
        line: dict[str, Any] = {"alpha": 1.6 * FAINT, "width": 0.6}
        if courses.refused[i]:
            line = {"colour": VERMILION, "dash": "4 2", "width": 1.0, "z": 4}
        elif courses.blank[i]:
            line = {"alpha": 2.4 * FAINT, "dash": "1 1.5", "width": 1.0}
        time, value = courses.time[i] / per, courses.value[i]
        axes.line(time[::every], value[::every], **line)
        used = courses.straight[i]
        _highlight(axes, time[used], value[used], INK if courses.blank[i] else BLUE)
        off = courses.left_out[i]
        if off.any():
            axes.marks(time[off], value[off], "x", colour="none", edge=VERMILION, size=5, edge_width=1.2, z=5)


def _highlight(axes: Axes, time: Array, value: Array, colour: str) -> None:
    """The stretch that a rate was taken from, thick behind the line, its ends and at most 150 points of it."""
    if not len(time):
        return
    every = np.unique(np.linspace(0, len(time) - 1, min(len(time), 150)).round().astype(int))
    axes.line(time[every], value[every], colour=colour, alpha=0.3, width=2.6, z=1)


def _draw_medians(axes: Axes, courses: Courses, found: Sequence[Summary]) -> None:
    """The median of each condition; on a crowded plate with the range of its wells, and its straight stretch thick."""
    per = time_unit(courses)[0]
    for one in found:
        every = max(1, -(-len(one.time) // 150))
        time, median = one.time[::every] / per, one.median[::every]
        colour, dash = (BLUE, "") if one.name else (INK, "1 1.5")
        axes.line(time, median, colour=colour, dash=dash, width=1.6, z=3)
        if courses.is_crowded:
            _draw_range(axes, time, one.low[::every], one.high[::every], colour)
            used = one.straight & np.isfinite(one.median)
            _highlight(axes, one.time[used] / per, one.median[used], colour)


def _draw_range(axes: Axes, time: Array, low: Array, high: Array, colour: str) -> None:
    """A band between two courses, only where both are known."""
    known = np.isfinite(low) & np.isfinite(high)
    for part in np.split(np.arange(len(time)), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if known[part].all():
            there, back = part, part[::-1]
            xs, ys = np.concatenate([time[there], time[back]]), np.concatenate([low[there], high[back]])
            axes.area(xs, ys, colour=colour, alpha=0.15)


def _shade(axes: Axes, courses: Courses, settling_min: float) -> None:
    """The first minutes, which do not count."""
    if settling_min > 0:
        first = courses.span[0]
        ends = [in_time_unit(courses, t) for t in (first, first + settling_min)]
        axes.span(ends[0], ends[1], alpha=0.5 * FAINT)


def _letter_medians(axes: Axes, courses: Courses, found: Sequence[Summary], letters: Mapping[str, str]) -> None:
    """Each median's letter on its rise, at a height where it is clear of the other letters."""
    placed: list[tuple[float, float]] = []
    for one in found:
        spot = _letter_spot(courses, one, placed)
        if spot is not None:
            placed.append(spot)
            axes.text(spot[0] + 0.008, spot[1], letters.get(one.name, ""), frame="pp", bold=True)


def _letter_spot(courses: Courses, one: Summary, placed: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Where the median first reaches one of the heights, in parts of the axes; None for one without any value."""
    (left, right), (low, high), per = time_limits(courses), value_limits(courses), time_unit(courses)[0]
    known = np.isfinite(one.median)
    if not known.any():
        return None
    across, up = (one.time[known] / per - left) / (right - left), (one.median[known] - low) / (high - low)
    spots = [(float(across[(up >= h).argmax()]), h) for h in LETTER_HEIGHTS if (up >= h).any()]
    clear = [s for s in spots if all(abs(s[0] - x) > 0.035 or abs(s[1] - y) > 0.08 for x, y in placed)]
    return (clear or spots or [(float(across[-1]), float(up[-1]))])[0]


def _draw_t50s(
    strip: Axes, courses: Courses, names: Sequence[str], letters: Mapping[str, str], amounts: Sequence[Row]
) -> None:
    """A line per condition with each well's T50 and interval, below the courses; bounds point to what is not known."""
    named = [f"{letters[c]} {c}" if c else "no condition" for c in names]
    strip.up.tick(range(len(names)), strip.shortened(named, MOST_NAME + 3), marks=False)
    strip.up.ends(len(names) - 0.5, -0.5)
    strip.across.ends(*time_limits(courses))
    strip.up.grid, strip.up.line = True, False
    strip.below = f"time ({time_unit(courses)[1]})"
    for y, name in enumerate(names):
        own = [a for a in amounts if a["condition"] == name]
        for i, amount in enumerate(own):
            _draw_t50(strip, courses, amount, y + 0.7 * ((i + 0.5) / len(own) - 0.5))
    known = [(a["condition"], a["value"]) for a in amounts if not math.isnan(a["value"])]
    for y, name in enumerate(names):
        if values := [v for c, v in known if c == name]:
            middle = in_time_unit(courses, float(np.median(values)))
            strip.line([middle, middle], [y - 0.45, y + 0.45], width=1.2, z=4)


def _draw_t50(strip: Axes, courses: Courses, amount: Row, y: float) -> None:
    """One well's T50 with its interval, or an open triangle at the time that it is later than."""
    value, low, high, limit = (in_time_unit(courses, amount[c]) for c in ("value", "ci_low", "ci_high", "limit"))
    if not math.isnan(value):
        if not math.isnan(low + high) and not courses.is_crowded:
            strip.line([low, high], [y, y], colour=BLUE, width=0.9)
        strip.marks([value], [y], colour=BLUE, size=2.6, edge_width=0)
    elif not math.isnan(limit):
        strip.marks([limit], [y], ">", size=4.5, colour="none", edge=VERMILION, edge_width=0.9)


def _name_ends(axes: Axes, courses: Courses, found: Sequence[Summary], letters: Mapping[str, str]) -> None:
    """Conditions by letter and name at the right, each as close to the end of its median as the others leave room."""
    low, high = value_limits(courses)
    ends = [(float(m[np.isfinite(m)][-1]), one.name) for one in found if np.isfinite(m := one.median).any()]
    ranked = sorted(((min(max((v - low) / (high - low), 0.0), 1.0), n) for v, n in ends), key=lambda e: e[0])
    for (at, name), y in zip(ranked, apart([e[0] for e in ranked], 0.062), strict=True):
        (text,) = axes.shortened([f"{letters[name]} {name}"], MOST_NAME + 3) if name in letters else (BLANK_SIGN,)
        axes.text(1.045, y, text, frame="pp")
        axes.line([1.005, 1.035], [at, y], width=0.6, alpha=2 * FAINT, frame="pp")


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Ascending places from 0 to 1 moved until neighbours are `gap` apart (less where there is no room for all).

    >>> [round(x, 2) for x in apart([0.1, 0.5, 0.5], 0.2)]
    [0.1, 0.4, 0.6]
    """
    n = len(places)
    gap = min(gap, 1.0 / max(n - 1, 1))
    steps = gap * np.arange(n)
    # What is left once the gaps are taken out must not descend: the closest such places are means of blocks.
    level: list[tuple[float, int]] = []
    for value in np.asarray(places) - steps:
        level.append((float(value), 1))
        while len(level) > 1 and level[-2][0] > level[-1][0]:
            (b, m), (a, k) = level.pop(), level.pop()
            level.append(((a * k + b * m) / (k + m), k + m))
    free = np.repeat([v for v, _ in level], [k for _, k in level])
    room = 1.0 - steps[-1] if n else 1.0
    return [float(v) for v in np.clip(free, 0.0, room) + steps]
