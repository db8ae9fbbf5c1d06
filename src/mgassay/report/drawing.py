"""Figures as inline SVG: the same bytes for the same data, the page's own ink and type, nothing loaded.

Colours are those of Okabe and Ito, told apart by every common kind of colour vision; every colour goes with a shape.
"""

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#010203"  # stands for the page's text colour until the SVG is written
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, YELLOW = "#56B4E9", "#D55E00", "#F0E442"
DONOR_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, YELLOW)
DONOR_SHAPES = ("o", "s", "^", "D", "v", "P", "X", "p", "*", "h", "<", ">")
FAINT = 0.25
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": INK,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
}
_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def draw(key: str, label: str, size: tuple[float, float], paint: "Callable[[Axes], None]") -> Markup:
    """One figure as an SVG element with an alternative text.

    `key` makes its inner ids unique on the page, `label` is what a screen reader says, `size` in inches (72 units
    each), `paint` draws on the axes. Texts are escaped by the SVG writer, and `$` is no mathematics.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    rc: Any = {**_STYLE, "svg.hashsalt": key}
    with mpl.rc_context(rc):
        figure = Figure(figsize=size, layout="constrained")
        paint(figure.subplots())
        out = io.StringIO()
        # Straight to the backend: savefig would lay out and draw every figure twice.
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata=_METADATA)
    return Markup(_inline(out.getvalue(), label))  # noqa: S704 - written by matplotlib, which escapes texts


def _inline(svg: str, label: str) -> str:
    """A whole SVG file as an element of the page: own ink, own type, no ids but those that it refers to."""
    body = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg[svg.index("<svg") :], flags=re.S)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r"(stroke|fill|color): ?" + INK, r"\1: currentColor", body)
    body = re.sub(r"(font(?:-size)?): ?(?:[^;\"]*?)(\d+(?:\.\d+)?)px[^;\"]*", r"font-size: \2px", body)
    body = re.sub(r"; ?font-family:[^;\"]*(?:'[^']*'[^;\"]*)*", "", body)
    used = set(re.findall(r"(?:url\(#|xlink:href=\"#)([^)\"]+)", body))
    body = re.sub(r' id="([^"]*)"', lambda m: m.group(0) if m.group(1) in used else "", body)
    body = body.replace("xlink:href=", "href=").replace("<defs>\n  \n </defs>", "")
    box = re.search(r'viewBox="([^"]+)"', body)
    opened = f'<svg viewBox="{box.group(1) if box else ""}" role="img" aria-label="{escape(label)}">'
    return re.sub(r"\n\s*", "\n", opened + body[body.index(">") + 1 :])


def donor_marks(donors: list[str]) -> dict[str, tuple[str, str]]:
    """Donor -> colour and shape, the same on the whole page; both go on when the list is longer than either."""
    return {
        d: (DONOR_COLOURS[i % len(DONOR_COLOURS)], DONOR_SHAPES[i % len(DONOR_SHAPES)]) for i, d in enumerate(donors)
    }


def step_below(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is at most `value` (> 0).

    >>> step_below(0.7), step_below(20.0)
    (0.5, 20.0)
    """
    return max(s for s in _steps(value) if s <= value * (1 + 1e-9))


def step_above(value: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is at least `value` (> 0)."""
    return min(s for s in _steps(value) if s >= value * (1 - 1e-9))


def _steps(value: float) -> list[float]:
    """1, 2 and 5 times the powers of ten around a value."""
    exponent = int(f"{value:e}".split("e")[1])
    return [float(f"{m}e{e}") for e in range(exponent - 1, exponent + 2) for m in (1, 2, 5)]


def label_logarithmic(axis: Any) -> None:
    """Ticks at 1, 2, 5 of each decade as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())
