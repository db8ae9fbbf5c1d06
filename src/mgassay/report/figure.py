"""A figure as one SVG element: panels below each other, one legend beneath them, nothing loaded."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from markupsafe import Markup, escape

from mgassay.report.axes import FAINT, Axes, Axis, Shape, Words
from mgassay.report.layout import EDGE, TICK, Placed, arranged, baseline
from mgassay.report.svg import LINE_HEIGHT, TEXT, Array, Look, element, line_path, mark_path, number, text_width, words

Panel = tuple[float, Callable[[Axes], None]]
WIDTH = 330.0  # of a figure: its letters are 11 pixels high on a telephone of 390, and no smaller anywhere
SAMPLE, BESIDE, BETWEEN = 15.0, 4.0, 12.0  # a legend's sample, what parts it from its words, and from the next one


def figure(key: str, label: str, panels: Sequence[Panel], width: float = WIDTH) -> Markup:
    """One figure with an alternative text.

    `key` makes its inner ids unique on the page, `label` is what a screen reader says; every panel is its height and
    what draws on it, all have one left and one right end. Units are those of svg.py.
    """
    mark = hashlib.sha256(key.encode()).hexdigest()[:8]
    found, bottom = arranged(panels, width)
    whole = {cut: name for p in found for cut, name in p.axes.whole.items()}
    legend, height = _legend([s for p in found for s in p.axes.shapes], mark, bottom, width, whole)
    drawn = [part for i, p in enumerate(found) for part in _panel(p, mark, f"url(#c{mark}-{i})")]
    inner = "\n".join([*_definitions(found, mark), *drawn, *legend])
    linked = any(s.links for p in found for s in p.axes.shapes)  # what is an image has nothing in it to follow
    role = "group" if linked else "img"
    opened = {"viewBox": f"0 0 {number(width)} {number(height)}", "role": role, "aria-label": label}
    body = element("g", {"font-size": TEXT, "fill": "currentColor"}, inner)
    return Markup(element("svg", opened, body))  # noqa: S704 - made of elements whose texts are escaped


def _definitions(panels: Sequence[Placed], mark: str) -> list[str]:
    """What shapes refer to: the hatching, and the boxes beyond which nothing is drawn."""
    found = []
    if any(s.look.get("fill") == "hatch" for p in panels for s in p.axes.shapes):
        lines = element("path", {"d": "M-1 7L7 -1M-1 1L1 -1M5 7L7 5", "stroke": "currentColor", "stroke-width": 0.6})
        look: Look = {"id": f"h{mark}", "width": 6.0, "height": 6.0, "patternUnits": "userSpaceOnUse"}
        found.append(element("pattern", look, lines))
    for i, panel in enumerate(panels):
        if any(_reaches_out(panel, s) for s in panel.axes.shapes):
            box: Look = {"x": panel.left, "y": panel.top, "width": panel.width, "height": panel.height}
            found.append(element("clipPath", {"id": f"c{mark}-{i}"}, element("rect", box)))
    return [element("defs", {}, "".join(found))] if found else []


def _reaches_out(panel: Placed, shape: Shape) -> bool:
    """Whether some of a shape lies beyond its panel."""
    parts = zip(panel.parts(shape.xs, shape.ys, shape.frame), shape.frame, strict=True)
    return any(bool(((v < -1e-6) | (v > 1 + 1e-6)).any()) for v, of in parts if of == "d")


def _panel(panel: Placed, mark: str, clip: str) -> list[str]:
    """A panel's frame, its shapes from behind to the front, its words."""
    shapes = sorted(panel.axes.shapes, key=lambda s: s.z)
    return [
        *_frame(panel),
        *(_shape(panel, s, mark, clip) for s in shapes if s.xs.size),
        *(part for w in panel.words for part in _words(panel, w)),
    ]


def _frame(panel: Placed) -> list[str]:
    """Grid, axes and tick marks."""
    across, up, left, bottom = panel.axes.across, panel.axes.up, panel.left, panel.top + panel.height
    xs = left + panel.across.part(np.array(panel.across.places)) * panel.width
    ys = bottom - panel.up.part(np.array(panel.up.places)) * panel.height
    return [
        *_rulings(across, [f"M{number(x)} {number(bottom)}" for x in xs], ("v", TICK), ("v", -panel.height)),
        *_rulings(up, [f"M{number(left)} {number(y)}" for y in ys], ("h", -TICK), ("h", panel.width)),
        *([_stroke(f"M{number(left)} {number(bottom)}h{number(panel.width)}", 0.8)] if across.line else []),
        *([_stroke(f"M{number(left)} {number(bottom)}v{number(-panel.height)}", 0.8)] if up.line else []),
    ]


def _rulings(axis: Axis, starts: Sequence[str], tick: tuple[str, float], grid: tuple[str, float]) -> list[str]:
    """Tick marks and grid lines of one axis, each from where its place meets the other one."""
    kinds = ((axis.grid, grid, 0.6, FAINT / 2), (axis.ticks, tick, 0.8, ""))
    return [
        _stroke("".join(f"{start}{way}{number(length)}" for start in starts), width, opacity)
        for wanted, (way, length), width, opacity in kinds
        if wanted and starts
    ]


def _stroke(path: str, width: float, opacity: float | str = "") -> str:
    """A line in ink."""
    look: Look = {"d": path, "fill": "none", "stroke": "currentColor", "stroke-width": width, "opacity": opacity}
    return element("path", look)


def _shape(panel: Placed, shape: Shape, mark: str, clip: str) -> str:
    """One shape as a path, cut off at the panel's ends where it reaches out."""
    xs, ys = panel.points(shape.xs, shape.ys, shape.frame)
    if shape.links:
        return _linked_marks(shape, xs, ys)
    if shape.kind == "marks":
        path = mark_path(shape.mark, xs, ys, shape.size)
    else:
        path = line_path(xs, ys, closed=shape.kind == "area")
    return _path(path, shape, mark, clip if _reaches_out(panel, shape) else "")


def _linked_marks(shape: Shape, xs: Array, ys: Array) -> str:
    """Marks that lead somewhere, each with its name; by keyboard the table beside the figure does."""
    found = []
    for x, y, (address, name) in zip(xs, ys, shape.links, strict=True):
        drawn = element("path", {"d": mark_path(shape.mark, np.array([x]), np.array([y]), shape.size)})
        inner = element("title", {}, str(escape(name))) + drawn
        found.append(element("a", {"href": address, "tabindex": "-1"}, inner))
    return element("g", shape.look, "".join(found))


def _path(path: str, shape: Shape, mark: str, clip: str = "") -> str:
    """A path with a shape's look."""
    fill = f"url(#h{mark})" if shape.look.get("fill") == "hatch" else shape.look["fill"]
    return element("path", {"d": path, **shape.look, "fill": fill, "clip-path": clip})


def _words(panel: Placed, one: Words) -> list[str]:
    """A text, one element to a line."""
    xs, ys = panel.points(np.array([one.x]), np.array([one.y]), one.frame)
    x, y = float(xs[0]) + one.dx, float(ys[0]) + one.dy + baseline(one)
    whole = panel.axes.whole.get(one.text, "")
    return [
        words(
            x,
            y + i * LINE_HEIGHT * one.size,
            t,
            anchor=one.anchor,
            size=one.size,
            bold=one.bold,
            colour=one.colour,
            whole=whole,
        )
        for i, t in enumerate(one.text.split("\n"))
    ]


def _legend(
    shapes: Sequence[Shape], mark: str, top: float, width: float, whole: Mapping[str, str]
) -> tuple[list[str], float]:
    """Samples of the labelled shapes with their words, as many to a line as fit; and where the figure ends."""
    labelled = {s.label: s for s in reversed(shapes) if s.label}
    x, y, found = EDGE, top + LINE_HEIGHT * TEXT / 2, []
    for label in dict.fromkeys(s.label for s in shapes if s.label):
        wide = SAMPLE + BESIDE + text_width(label)
        if x > EDGE and x + wide > width - EDGE:
            x, y = EDGE, y + 1.35 * TEXT
        found.append(_sample(labelled[label], x, y, mark))
        found.append(words(x + SAMPLE + BESIDE, y + 0.36 * TEXT, label, anchor="start", whole=whole.get(label, "")))
        x += wide + BETWEEN
    return found, (y + LINE_HEIGHT * TEXT / 2 + EDGE if found else top)


def _sample(shape: Shape, x: float, y: float, mark: str) -> str:
    """What a shape looks like, small."""
    xs, middle = np.array([x, x + SAMPLE]), np.array([y, y])
    if shape.kind == "marks":
        return _path(mark_path(shape.mark, xs[:1] + SAMPLE / 2, middle[:1], min(shape.size, 8.0)), shape, mark)
    if shape.kind == "line":
        return _path(line_path(xs, middle), shape, mark)
    corners = np.array([y - 4.0, y - 4.0, y + 4.0, y + 4.0])
    return _path(line_path(np.array([x, x + SAMPLE, x + SAMPLE, x]), corners, closed=True), shape, mark)
