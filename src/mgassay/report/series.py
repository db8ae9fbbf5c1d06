"""Estimates with their intervals over Mg levels or days, several series in one panel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mgassay.design import day_number, in_order
from mgassay.report.axes import FAINT, INK, Axes
from mgassay.report.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION
from mgassay.report.figure import Panel
from mgassay.report.numbers import level, percent
from mgassay.report.rows import Row, is_missing
from mgassay.report.share_bar import COLOURS, OUTSIDE_IN, share_ends
from mgassay.report.words import is_bound, is_identifiable

Looks = Sequence[tuple[str, str]]
LOOKS: Looks = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (ORANGE, "D"), (PURPLE, "v"), (SKY, "<"))
# Of the shares, from outside to inside: the colours of the share bar, with shapes that no effect has.
SHARE_LOOKS: Looks = tuple(zip((COLOURS[s] for s in OUTSIDE_IN), "PXhp*", strict=True))
EFFECTS, SHARES = 120.0, 90.0  # height of a panel
BESIDE = 0.022  # of the axis, between series at one place


@dataclass(frozen=True)
class Series:
    """Rows of EFFECTS or SHARES along the x axis, under one name, drawn in one colour and shape."""

    name: str
    colour: str
    shape: str
    points: tuple[tuple[float, Row], ...]


@dataclass(frozen=True)
class Places:
    """Where the series have their points, and what is written there."""

    at: tuple[float, ...]
    labels: tuple[str, ...]
    below: str = ""

    @property
    def span(self) -> float:
        """From the first to the last place; 1 where there is one alone."""
        return max(self.at) - min(self.at) or 1.0


def series_of(
    names: Sequence[str], points: Sequence[Sequence[tuple[float, Row]]], looks: Looks = LOOKS
) -> list[Series]:
    """Series in these colours and shapes, in turn; those without points keep their look and are left out."""
    turns = (looks[i % len(looks)] for i in range(len(names)))
    made = (Series(n, *look, tuple(p)) for n, look, p in zip(names, turns, points, strict=True))
    return [s for s in made if s.points]


def places_of_days(days: Sequence[str]) -> Places:
    """Days by their number where each has one of its own, else one after the other with their names."""
    numbers = [day_number(d) for d in days]
    if in_order(days):
        return Places(tuple(numbers), tuple(level(n) for n in numbers), "day of harvest")
    return Places(tuple(float(i) for i in range(len(days))), tuple(d or "no day" for d in days), "day of harvest")


def effects_panel(series: Sequence[Series], places: Places, title: str) -> Panel:
    """Effects over places, with a line at no effect."""

    def paint(axes: Axes) -> None:
        axes.horizontal(0.0)
        _frame(axes, places, title)
        for one, dx in _beside(series, places):
            _line(axes, one, dx)

    return EFFECTS, paint


def shares_panel(series: Sequence[Series], places: Places, title: str) -> Panel:
    """Shares over places from 0 to 100 %; hatched where one is not identifiable."""
    low, high, ticks = share_ends([r for s in series for _, r in s.points if is_identifiable(r)])

    def paint(axes: Axes) -> None:
        axes.up.ends(low, high)
        axes.up.tick(ticks, [percent(t) for t in ticks])
        for edge in (0.0, 1.0):
            axes.horizontal(edge, alpha=0.7)
        _frame(axes, places, title)
        for one, dx in _beside(series, places):
            _unknown(axes, one, dx, places)
            _line(axes, replace(one, points=tuple(p for p in one.points if is_identifiable(p[1]))), dx)

    return SHARES, paint


def _frame(axes: Axes, places: Places, title: str) -> None:
    """The x axis of all panels, and what the y axis shows."""
    axes.title, axes.below = title, places.below
    axes.across.ends(min(places.at) - 0.1 * places.span, max(places.at) + 0.1 * places.span)
    axes.across.tick(places.at, places.labels)
    axes.up.grid = True


def _beside(series: Sequence[Series], places: Places) -> list[tuple[Series, float]]:
    """Every series with how far it is moved aside, so that intervals at one place do not hide each other."""
    gap, middle = BESIDE * places.span, (len(series) - 1) / 2
    return [(s, gap * (i - middle)) for i, s in enumerate(series)]


def _line(axes: Axes, one: Series, dx: float) -> None:
    """One series: its points joined, their intervals, an open mark where a point is a bound."""
    xs, ys = [x + dx for x, _ in one.points], [float(r["estimate"]) for _, r in one.points]
    axes.line(xs, ys, colour=one.colour, width=1.0, alpha=0.6)
    for x, y, (_, row) in zip(xs, ys, one.points, strict=True):
        if not is_missing(row["ci_low"]):
            axes.line([x, x], [row["ci_low"], row["ci_high"]], width=1.1)
        axes.marks([x], [y], one.shape, colour="none" if is_bound(row) else one.colour)
    axes.marks([], [], one.shape, colour=one.colour, label=one.name)


def _unknown(axes: Axes, one: Series, dx: float, places: Places) -> None:
    """Hatching at the places where a share cannot be told."""
    half = 0.4 * BESIDE * places.span
    for x, row in one.points:
        if not is_identifiable(row):
            left, right = x + dx - half, x + dx + half
            ends = [0.0, 0.0, 1.0, 1.0]
            axes.area([left, right, right, left], ends, colour="hatch", edge=INK, alpha=2 * FAINT, frame="dp")
