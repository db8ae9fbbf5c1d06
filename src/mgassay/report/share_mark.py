"""A share as a mark beside its number in a table: where its interval lies between none and all of the effect."""

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from mgassay.report.rows import Row
from mgassay.report.share_bar import COLOURS
from mgassay.report.svg import element, mark_path, number
from mgassay.report.words import is_bound, is_identifiable

WIDTH, HEIGHT, SIZE = 84.0, 11.0, 7.0
LOW, HIGH = -0.25, 1.25  # shares at the ends of the mark; what lies beyond is an arrow
SHAPES: Mapping[str, str] = {
    "intracellular": "o",
    "intracellular_corrected": "h",
    "surface": "s",
    "passive": "D",
    "extracellular": "^",
}


def share_mark(row: Row) -> Markup:
    """One row of SHARES as a small picture, for eyes only: its number stands beside it.

    Two lines are 0 and 100 %; the interval is a line, its estimate a shape of the share's own, open where it is a
    bound. Nothing but the two lines where the share is not identifiable.
    """
    drawn = _interval(row) if is_identifiable(row) else ""
    edges = element("path", {"class": "edges", "d": f"M{number(place(0.0))} 0v11M{number(place(1.0))} 0v11"})
    look = {"class": "mark", "viewBox": f"0 0 {number(WIDTH)} {number(HEIGHT)}", "aria-hidden": "true"}
    return Markup(element("svg", look, edges + drawn))  # noqa: S704 - made of numbers


def place(share: float) -> float:
    """Where a share stands from left to right; one beyond the ends at the end."""
    return WIDTH * (min(max(share, LOW), HIGH) - LOW) / (HIGH - LOW)


def _interval(row: Row) -> str:
    """The interval, arrows where it goes on, and the estimate."""
    low, high, middle = float(row["ci_low"]), float(row["ci_high"]), HEIGHT / 2
    parts = [element("path", {"d": f"M{number(place(low))} {number(middle)}H{number(place(high))}"})]
    for beyond, end, arrow in ((low < LOW, 2.0, "<"), (high > HIGH, WIDTH - 2.0, ">")):
        parts += [_mark(arrow, end, 5.0, "currentColor")] if beyond else []
    if LOW <= row["estimate"] <= HIGH:
        share = str(row["share"])
        colour = "none" if is_bound(row) else COLOURS.get(share, "currentColor")
        parts.append(_mark(SHAPES.get(share, "o"), place(float(row["estimate"])), SIZE, colour))
    return "".join(parts)


def _mark(shape: str, x: float, size: float, colour: str) -> str:
    """One mark on the middle line."""
    return element("path", {"d": mark_path(shape, np.array([x]), np.array([HEIGHT / 2]), size), "fill": colour})
