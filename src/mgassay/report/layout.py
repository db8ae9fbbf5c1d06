"""Where the panels of a figure stand: as much room around them as their words take, as much between as they need."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mgassay.report.axes import Axes, Axis, Frame, Words
from mgassay.report.svg import LINE_HEIGHT, Array, text_width
from mgassay.report.ticks import linear_ticks, log_ticks

EDGE = 4.0  # between the words and the edge of the figure
TICK, PAD = 3.5, 3.5  # length of a tick mark; between it and its label
MARGIN = 0.05  # of what the data span, left free at both ends of an axis
ROUNDS = 8  # in which the margins settle


@dataclass(frozen=True)
class Scale:
    """One direction of a panel: its ends in data, and where ticks stand."""

    low: float
    high: float
    logarithmic: bool
    places: tuple[float, ...]
    labels: tuple[str, ...]

    def part(self, values: Array) -> Array:
        """Values as parts of the panel, 0 at the low end; NaN where a logarithm has none."""
        if not self.logarithmic:
            return (values - self.low) / (self.high - self.low)
        positive = np.where(values > 0, values, np.nan)
        return np.asarray(np.log(positive / self.low) / np.log(self.high / self.low))


@dataclass(frozen=True)
class Placed:
    """A panel with its scales, all its words, and its box in the figure (y downwards)."""

    axes: Axes
    across: Scale
    up: Scale
    words: tuple[Words, ...]
    left: float = 0.0
    top: float = 0.0
    width: float = 0.0
    height: float = 0.0

    def parts(self, xs: Array, ys: Array, frame: Frame) -> tuple[Array, Array]:
        """Places as parts of the panel, y upwards."""
        return (
            xs if frame[0] == "p" else self.across.part(xs),
            ys if frame[1] == "p" else self.up.part(ys),
        )

    def points(self, xs: Array, ys: Array, frame: Frame) -> tuple[Array, Array]:
        """Places in the figure."""
        x, y = self.parts(xs, ys, frame)
        return self.left + x * self.width, self.top + (1.0 - y) * self.height

    def anchored(self, one: Words) -> tuple[float, float]:
        """Where a text's anchor is, as parts of the panel."""
        x, y = self.parts(np.array([one.x]), np.array([one.y]), one.frame)
        return float(x[0]), float(y[0])


def scale_of(axes: Axes, axis: Axis, *, is_up: bool, most: int) -> Scale:
    """The scale of one axis: ends that are set or around the data; ticks that are set or so many at most."""
    low, high = axis.low, axis.high
    if low is None or high is None:
        found = _reach(axes, axis, is_up)
        low, high = (found[0] if low is None else low), (found[1] if high is None else high)
    if high == low:
        low, high = (low / 2, high * 2) if axis.logarithmic else (low - 0.5, low + 0.5)
    if axis.places is not None:
        return Scale(low, high, axis.logarithmic, axis.places, axis.labels)
    places, labels = (log_ticks if axis.logarithmic else linear_ticks)(low, high, most)
    return Scale(low, high, axis.logarithmic, tuple(places), tuple(labels))


def _reach(axes: Axes, axis: Axis, is_up: bool) -> tuple[float, float]:
    """Ends of the data of one axis with a margin; 0 and 1 (1 and 10) where there are none."""
    held = [s.ys if is_up else s.xs for s in axes.shapes if s.frame[int(is_up)] == "d"]
    known = np.concatenate([v[np.isfinite(v)] for v in held]) if held else np.empty(0)
    known = known[known > 0] if axis.logarithmic else known
    if not known.size:
        return (1.0, 10.0) if axis.logarithmic else (0.0, 1.0)
    low, high = float(known.min()), float(known.max())
    if axis.logarithmic:
        margin = (high / low) ** MARGIN if high > low else 1.5
        return low / margin, high * margin
    margin = MARGIN * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin


def placed(axes: Axes, width: float, height: float) -> Placed:
    """A panel with its scales and words, about so wide and exactly so high, not yet in its place."""
    across = scale_of(axes, axes.across, is_up=False, most=max(2, int(width / 45)))
    up = scale_of(axes, axes.up, is_up=True, most=min(9, max(2, int(height / 18))))
    below = PAD + (TICK if axes.across.ticks else 0.0)
    beside = PAD + (TICK if axes.up.ticks else 0.0)
    held = [*axes.words]
    for place, label in zip(across.places, across.labels, strict=False):
        held.append(Words(place, 0.0, label, "dp", "middle", "top", dy=below, role="tick"))
    for place, label in zip(up.places, up.labels, strict=False):
        held.append(Words(0.0, place, label, "pd", "end", "middle", dx=-beside))
    if axes.title:
        held.append(Words(0.0, 1.0, axes.title, "pp", "start", "bottom", dy=-5.0, role="name"))
    if axes.below:
        under = [extent(w)[3] for w in held if w.frame[1] == "p" and w.y == 0 and w.upright == "top"]
        held.append(Words(0.5, 0.0, axes.below, "pp", "middle", "top", dy=max(under, default=0.0) + 3.0, role="name"))
    return Placed(axes, across, up, tuple(w for w in held if w.text), height=height)


def extent(one: Words) -> tuple[float, float, float, float]:
    """How far a text reaches from its anchor: left, right, up, down (left and up are negative)."""
    lines = one.text.split("\n")
    width, height = max(text_width(t, one.size) for t in lines), LINE_HEIGHT * one.size * len(lines)
    left = {"start": 0.0, "middle": -width / 2, "end": -width}[one.anchor]
    high = {"top": 0.0, "middle": -height / 2, "bottom": -height}[one.upright]
    return one.dx + left, one.dx + left + width, one.dy + high, one.dy + high + height


def arranged(panels: Sequence[tuple[float, Callable[[Axes], None]]], width: float) -> tuple[list[Placed], float]:
    """Panels (height, and what draws on it) below each other, as wide as their words leave room; and where they end."""
    drawn = []
    for height, paint in panels:
        axes = Axes()
        paint(axes)
        drawn.append(placed(axes, 0.75 * width, height))
    left, right = _margins(drawn, width)
    top, found = 0.0, []
    for one in drawn:
        above, below = _room(one)
        spot = dataclasses.replace(one, left=left, top=top + above, width=width - left - right)
        found.append(dataclasses.replace(spot, words=tuple(_settled(spot, width))))
        top += above + one.height + below
    return found, top


def _settled(panel: Placed, width: float) -> Iterator[Words]:
    """The words of a panel in its place: names moved into the figure, no tick label that would touch the one before."""
    end = -np.inf
    for one in panel.words:
        x = panel.left + panel.anchored(one)[0] * panel.width
        low, high = (x + reach for reach in extent(one)[:2])
        if one.role == "name":
            moved = max(EDGE - low, 0.0) - max(high - (width - EDGE), 0.0)
            yield dataclasses.replace(one, dx=one.dx + moved)
        elif one.role != "tick" or low > end + 2 * PAD:
            end = high if one.role == "tick" else end
            yield one


def _margins(panels: Sequence[Placed], width: float) -> tuple[float, float]:
    """What the words need at the left and at the right of the panels; they move as the panels get narrower."""
    spots = [(p.anchored(w)[0], *extent(w)[:2]) for p in panels for w in p.words if w.role != "name"]
    left = right = EDGE
    for _ in range(ROUNDS):
        inner = width - left - right
        over = [(x, -(left + x * inner + low) + EDGE, left + x * inner + high - width + EDGE) for x, low, high in spots]
        left += max((o / max(1.0 - x, 0.2) for x, o, _ in over if o > 0.01), default=0.0)
        right += max((o / max(x, 0.2) for x, _, o in over if o > 0.01), default=0.0)
    most = 0.8 * width  # a panel stays, whatever the words
    return (left, right) if left + right < most else (left * most / (left + right), right * most / (left + right))


def _room(one: Placed) -> tuple[float, float]:
    """What the words of a panel need above and below it."""
    spots = [(1.0 - one.anchored(w)[1], *extent(w)[2:]) for w in one.words]
    above = max((-(y * one.height + high) for y, high, _ in spots), default=0.0)
    below = max((y * one.height + low - one.height for y, _, low in spots), default=0.0)
    return max(above, 0.0) + EDGE, max(below, 0.0) + EDGE


def baseline(one: Words) -> float:
    """How far below the anchor (and dy) the first line's baseline lies."""
    up = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[one.upright]
    lines = one.text.count("\n") + 1
    return (0.5 * (LINE_HEIGHT + 0.72) - up * LINE_HEIGHT * lines) * one.size
