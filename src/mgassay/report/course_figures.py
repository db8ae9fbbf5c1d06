"""Figures of courses over time: wells, medians by condition, and where a result was read."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from mgassay.assays.curves.models import Array
from mgassay.report.courses import Courses, Summary, in_time_unit, summaries, time_unit, value_limits
from mgassay.report.drawing import BLUE, FAINT, INK, VERMILION, draw
from mgassay.report.rows import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, PANEL, GAP, ROW = 5.2, 2.5, 0.1, 0.23  # inches: a figure's width; height of the courses, of a line of T50s
LETTER_HEIGHTS = (0.5, 0.68, 0.32, 0.8, 0.2, 0.6, 0.4, 0.9, 0.12)  # of the panel, where a letter may stand on a median
MOST_NAME = 14
BLANK_SIGN = "○ blank"


def alp_svg(key: str, label: str, courses: Courses, letters: Mapping[str, str], signal: str) -> Markup:
    """Courses of a kinetic plate with the stretches that rates were taken from, conditions named at their ends."""

    def paint(axes: "Axes") -> None:
        _frame(axes, courses, signal)
        found = list(summaries(courses))
        if courses.is_crowded:
            _draw_medians(axes, courses, found)
        _draw_wells(axes, courses)
        _name_ends(axes, courses, found, letters)
        axes.set_xlabel(f"time ({time_unit(courses)[1]})")

    return draw(key, label, (WIDTH, PANEL + 0.6), paint)


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

    height = PANEL + GAP + ROW * len(names)

    def paint(axes: "Axes") -> None:
        # Insets share one frame; two axes would each be given half of the figure.
        axes.set_axis_off()
        panel = axes.inset_axes((0.0, 1.0 - PANEL / height, 1.0, PANEL / height))
        strip = axes.inset_axes((0.0, 0.0, 1.0, 1.0 - (PANEL + GAP) / height), sharex=panel)
        _frame(panel, courses, signal)
        found = list(summaries(courses))
        _draw_wells(panel, courses)
        _draw_medians(panel, courses, found)
        _shade(panel, courses, settling_min)
        _letter_medians(panel, courses, found, letters)
        _draw_t50s(strip, courses, names, letters, amounts)
        panel.tick_params(labelbottom=False, bottom=False)
        panel.spines["bottom"].set_visible(False)

    return draw(key, label, (WIDTH, height + 0.7), paint)


def _frame(axes: "Axes", courses: Courses, signal: str) -> None:
    """Both axes by the data; the signal's name above the value axis."""
    first, last = (in_time_unit(courses, t) for t in courses.span)
    axes.set_xlim(first, last if last > first else first + 1.0)
    axes.set_ylim(*value_limits(courses))
    axes.set_title(signal)


def _draw_wells(axes: "Axes", courses: Courses) -> None:
    """Single courses: faint; dotted for blanks; dashed and red for wells without a result; crosses at dropped reads."""
    per, every = time_unit(courses)[0], courses.every
    for i in courses.one_by_one:
        line: dict[str, Any] = {"color": INK, "alpha": 1.6 * FAINT, "linewidth": 0.6, "zorder": 2}
        if courses.refused[i]:
            line = {"color": VERMILION, "linestyle": (0, (4, 2)), "linewidth": 1.0, "zorder": 4}
        elif courses.blank[i]:
            line = {"color": INK, "alpha": 2.4 * FAINT, "linestyle": (0, (1, 1.5)), "linewidth": 1.0, "zorder": 2}
        time, value = courses.time[i] / per, courses.value[i]
        axes.plot(time[::every], value[::every], **line)
        used = courses.straight[i]
        _highlight(axes, time[used], value[used], INK if courses.blank[i] else BLUE)
        off = courses.left_out[i]
        if off.any():
            axes.plot(time[off], value[off], "x", color=VERMILION, markersize=5, markeredgewidth=1.2, zorder=5)


def _highlight(axes: "Axes", time: Array, value: Array, colour: str) -> None:
    """The stretch that a rate was taken from, thick behind the line, its ends and at most 150 points of it."""
    if not len(time):
        return
    every = np.unique(np.linspace(0, len(time) - 1, min(len(time), 150)).round().astype(int))
    axes.plot(time[every], value[every], color=colour, alpha=0.3, linewidth=2.6, zorder=1)


def _draw_medians(axes: "Axes", courses: Courses, found: Sequence[Summary]) -> None:
    """The median of each condition; on a crowded plate with the range of its wells, and its straight stretch thick."""
    per = time_unit(courses)[0]
    for one in found:
        every = max(1, -(-len(one.time) // 150))
        time, median = one.time[::every] / per, one.median[::every]
        colour, style = (BLUE, "-") if one.name else (INK, (0, (1, 1.5)))
        axes.plot(time, median, color=colour, linestyle=style, linewidth=1.6, zorder=3)
        if courses.is_crowded:
            axes.fill_between(
                time, one.low[::every], one.high[::every], color=colour, alpha=0.15, linewidth=0, zorder=1
            )
            used = one.straight & np.isfinite(one.median)
            _highlight(axes, one.time[used] / per, one.median[used], colour)


def _shade(axes: "Axes", courses: Courses, settling_min: float) -> None:
    """The first minutes, which do not count."""
    if settling_min > 0:
        first = courses.span[0]
        ends = [in_time_unit(courses, t) for t in (first, first + settling_min)]
        axes.axvspan(ends[0], ends[1], color=INK, alpha=0.5 * FAINT, linewidth=0, zorder=0)


def _letter_medians(axes: "Axes", courses: Courses, found: Sequence[Summary], letters: Mapping[str, str]) -> None:
    """Each median's letter on its rise, at a height where it is clear of the other letters."""
    placed: list[tuple[float, float]] = []
    for one in found:
        spot = _letter_spot(axes, one, time_unit(courses)[0], placed)
        if spot is not None:
            placed.append(spot)
            axes.text(
                spot[0] + 0.008, spot[1], letters.get(one.name, ""), transform=axes.transAxes, fontweight="bold",
                va="center", fontsize=9, zorder=6,
            )  # fmt: skip


def _letter_spot(
    axes: "Axes", one: Summary, per: float, placed: Sequence[tuple[float, float]]
) -> tuple[float, float] | None:
    """Where the median first reaches one of the heights, in parts of the axes; None for one without any value."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    known = np.isfinite(one.median)
    if not known.any():
        return None
    across, up = (one.time[known] / per - left) / (right - left), (one.median[known] - low) / (high - low)
    spots = [(float(across[(up >= h).argmax()]), h) for h in LETTER_HEIGHTS if (up >= h).any()]
    clear = [s for s in spots if all(abs(s[0] - x) > 0.035 or abs(s[1] - y) > 0.08 for x, y in placed)]
    return (clear or spots or [(float(across[-1]), float(up[-1]))])[0]


def _draw_t50s(
    strip: "Axes", courses: Courses, names: Sequence[str], letters: Mapping[str, str], amounts: Sequence[Row]
) -> None:
    """A line per condition with each well's T50 and interval, below the courses; bounds point to what is not known."""
    strip.set_yticks(
        range(len(names)), [_short(f"{letters[c]} {c}" if c else "no condition") for c in names], fontsize=9
    )
    strip.tick_params(axis="y", length=0)
    strip.set_ylim(len(names) - 0.5, -0.5)
    strip.grid(axis="y", color=INK, alpha=FAINT / 2, linewidth=0.6)
    strip.spines["left"].set_visible(False)
    strip.set_xlabel(f"time ({time_unit(courses)[1]})")
    for y, name in enumerate(names):
        own = [a for a in amounts if a["condition"] == name]
        for i, amount in enumerate(own):
            _draw_t50(strip, courses, amount, y + 0.7 * ((i + 0.5) / len(own) - 0.5))
    known = [(a["condition"], a["value"]) for a in amounts if not math.isnan(a["value"])]
    for y, name in enumerate(names):
        if values := [v for c, v in known if c == name]:
            middle = in_time_unit(courses, float(np.median(values)))
            strip.plot([middle, middle], [y - 0.45, y + 0.45], color=INK, linewidth=1.2, zorder=4)


def _draw_t50(strip: "Axes", courses: Courses, amount: Row, y: float) -> None:
    """One well's T50 with its interval, or an open triangle at the time that it is later than."""
    value, low, high, limit = (in_time_unit(courses, amount[c]) for c in ("value", "ci_low", "ci_high", "limit"))
    if not math.isnan(value):
        if not math.isnan(low + high) and not courses.is_crowded:
            strip.plot([low, high], [y, y], color=BLUE, linewidth=0.9, zorder=2)
        strip.plot([value], [y], "o", color=BLUE, markersize=2.6, markeredgewidth=0, zorder=3)
    elif not math.isnan(limit):
        strip.plot(
            [limit], [y], ">", markersize=4.5, markerfacecolor="none", markeredgecolor=VERMILION,
            markeredgewidth=0.9, zorder=3, clip_on=False,
        )  # fmt: skip


def _name_ends(axes: "Axes", courses: Courses, found: Sequence[Summary], letters: Mapping[str, str]) -> None:
    """Conditions by letter and name at the right, each as close to the end of its median as the others leave room."""
    low, high = axes.get_ylim()
    ends = [(float(m[np.isfinite(m)][-1]), one.name) for one in found if np.isfinite(m := one.median).any()]
    ranked = sorted(((min(max((v - low) / (high - low), 0.0), 1.0), n) for v, n in ends), key=lambda e: e[0])
    for (at, name), y in zip(ranked, apart([e[0] for e in ranked], 0.062), strict=True):
        text = _short(f"{letters[name]} {name}") if name in letters else BLANK_SIGN
        axes.text(1.045, y, text, transform=axes.transAxes, va="center", fontsize=9)
        axes.plot(
            [1.005, 1.035], [at, y], transform=axes.transAxes, color=INK, linewidth=0.6, alpha=2 * FAINT, clip_on=False
        )


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


def _short(name: str) -> str:
    """A name that fits beside the axes."""
    return name if len(name) <= MOST_NAME + 3 else f"{name[: MOST_NAME + 2]}…"
