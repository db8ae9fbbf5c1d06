"""What a figure's panel holds: lines, marks, areas and words, in data or in parts of the panel.

A `frame` of two letters says what x and y are: `d` data, `p` parts of the panel (0 left or bottom, 1 right or top).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mgassay.report.short_names import shortened
from mgassay.report.svg import TEXT, Array, Look

Frame = Literal["dd", "dp", "pd", "pp"]
INK = "currentColor"  # the page's text colour
FAINT = 0.25
Numbers = Sequence[float] | npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Shape:
    """Points drawn as one path: `kind` is line, area or marks; `look` are SVG attributes; a label is for the legend."""

    kind: Literal["line", "area", "marks"]
    xs: Array
    ys: Array
    frame: Frame
    look: Look
    z: float
    label: str = ""
    mark: str = ""
    size: float = 0.0
    links: Sequence[tuple[str, str]] = ()  # of marks, one for each: the address it leads to, and what it is


@dataclass(frozen=True)
class Words:
    """A text at a place, moved by (dx, dy); `anchor` is start, middle or end, `upright` top, middle or bottom."""

    x: float
    y: float
    text: str
    frame: Frame
    anchor: str = "start"
    upright: str = "middle"
    dx: float = 0.0
    dy: float = 0.0
    size: float = TEXT
    bold: bool = False
    colour: str = ""
    role: Literal["", "name", "tick"] = ""  # names may be moved sideways, tick labels left out where they would touch


@dataclass
class Axis:
    """One direction of a panel; ends that are None follow the data."""

    low: float | None = None
    high: float | None = None
    logarithmic: bool = False
    places: tuple[float, ...] | None = None
    labels: tuple[str, ...] = ()
    grid: bool = False
    line: bool = True
    ticks: bool = True

    def ends(self, low: float | None = None, high: float | None = None) -> None:
        """Sets the ends of the axis; one that is not given stays as it is."""
        self.low = self.low if low is None else float(low)
        self.high = self.high if high is None else float(high)

    def tick(self, places: Sequence[float], labels: Sequence[str] = (), *, marks: bool = True) -> None:
        """Sets what is labelled, without tick marks where `marks` is False; nothing where there are no places."""
        self.places, self.labels, self.ticks = tuple(map(float, places)), tuple(labels), marks


@dataclass
class Axes:
    """One panel that is drawn on."""

    across: Axis = field(default_factory=Axis)
    up: Axis = field(default_factory=Axis)
    title: str = ""  # above the panel: what the y axis shows, with its unit
    below: str = ""  # beneath it: what the x axis shows
    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    whole: dict[str, str] = field(default_factory=dict)  # what is shown of names that were cut -> the name

    def shortened(self, names: Sequence[str], most: int = 18) -> list[str]:
        """The names cut to `most` signs, told apart; the figure keeps each whole name where it is pointed at."""
        shown = shortened(names, most)
        self.whole |= {cut: name for name, cut in shown.items() if cut != name}
        return [shown[name] for name in names]

    def line(
        self, xs: Numbers, ys: Numbers, *, colour: str = INK, width: float = 1.4, dash: str = "", alpha: float = 1.0,
        z: float = 2.0, frame: Frame = "dd", label: str = "",
    ) -> None:  # fmt: skip
        """Points joined by a line; a point that is NaN breaks it."""
        look: Look = {
            "fill": "none",
            "stroke": colour,
            "stroke-width": width,
            "stroke-dasharray": dash,
            **_faded(alpha),
        }
        self._add("line", xs, ys, frame, look, z, label)

    def marks(
        self, xs: Numbers, ys: Numbers, shape: str = "o", *, colour: str = INK, edge: str = INK,
        edge_width: float = 0.8, size: float = 6.0, alpha: float = 1.0, z: float = 3.0, label: str = "",
        links: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        """Marks of one shape and size (its width); open where `colour` is none. `x` is drawn by its edge alone.

        `links`: for each mark the address that it leads to, and what it is in words.
        """
        drawn: Look = {"stroke": edge, "stroke-width": edge_width} if edge_width else {}
        look: Look = {"fill": colour, **drawn, **_faded(alpha)}
        self._add("marks", xs, ys, "dd", look, z, label, mark=shape, size=size, links=links)

    def area(
        self, xs: Numbers, ys: Numbers, *, colour: str, alpha: float = 1.0, edge: str = "", edge_width: float = 0.8,
        z: float = 1.0, frame: Frame = "dd", label: str = "",
    ) -> None:  # fmt: skip
        """A filled shape through points, several where NaN stands between; the colour `hatch` fills it with lines."""
        look: Look = {"fill": colour, "stroke": edge, "stroke-width": edge_width if edge else "", **_faded(alpha)}
        self._add("area", xs, ys, frame, look, z, label)

    def _add(
        self, kind: Literal["line", "area", "marks"], xs: Numbers, ys: Numbers, frame: Frame,
        look: Look, z: float, label: str, *, mark: str = "", size: float = 0.0, links: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        """Puts a shape on the panel."""
        x, y = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
        self.shapes.append(Shape(kind, x, y, frame, look, z, label, mark, size, links))

    def vertical(self, x: float, *, width: float = 0.8, dash: str = "", alpha: float = 1.0, z: float = 1.0) -> None:
        """A line in ink from bottom to top."""
        self.line([x, x], [0.0, 1.0], width=width, dash=dash, alpha=alpha, z=z, frame="dp")

    def horizontal(self, y: float, *, width: float = 0.8, dash: str = "", alpha: float = 1.0, z: float = 1.0) -> None:
        """A line in ink from left to right."""
        self.line([0.0, 1.0], [y, y], width=width, dash=dash, alpha=alpha, z=z, frame="pd")

    def span(self, left: float, right: float, *, alpha: float, z: float = 0.0) -> None:
        """A stretch of the x axis shaded from bottom to top."""
        self.area([left, right, right, left], [0.0, 0.0, 1.0, 1.0], colour=INK, alpha=alpha, z=z, frame="dp")

    def boxes(
        self, left: Numbers, right: Numbers, bottom: Numbers, top: Numbers, *, colour: str, edge: str = ""
    ) -> None:
        """Rectangles of one look, as many as the ends have values."""
        gap = np.full(len(left), np.nan)
        xs, ys = (np.column_stack([*c, gap]).ravel() for c in ((left, right, right, left), (bottom, bottom, top, top)))
        self.area(xs, ys, colour=colour, edge=edge)

    def text(
        self, x: float, y: float, text: str, *, frame: Frame = "dd", anchor: str = "start", upright: str = "middle",
        dx: float = 0.0, dy: float = 0.0, size: float = TEXT, bold: bool = False,
        colour: str = "",
    ) -> None:  # fmt: skip
        """A text at a place, in ink where no colour is given."""
        self.words.append(Words(float(x), float(y), text, frame, anchor, upright, dx, dy, size, bold, colour))


def _faded(alpha: float) -> dict[str, float]:
    """How far a shape is seen through; nothing to say where it is not."""
    return {} if alpha == 1 else {"opacity": alpha}
