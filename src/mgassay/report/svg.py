"""Lines, marks and words as SVG elements: the same bytes for the same data, texts escaped.

Everything is in the units of the figure, of which the text of a figure is 10 high.
"""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from markupsafe import escape

Array = npt.NDArray[np.float64]
Look = Mapping[str, str | float]  # attributes of an element; an empty one is none
TEXT = 10.0  # height of a figure's text
LINE_HEIGHT = 1.25  # of a text, so that words below each other do not touch
# Widths of letters in parts of the text's height, those of a wide common face: the page's own face is not known.
_WIDTHS = {
    0.3: " ',./:;IJ\\ijl|·’",
    0.42: "!()-[]frt²",
    0.53: '"*?_`csz⁺–“”°',
    0.7: "ABCKNRUVXZΔα",
    0.8: "#&+<=>DGHOQw~−±≤≥",
    0.9: "M○△",
    1.0: "%@Wm…",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_OTHER = 0.64


def text_width(text: str, size: float = TEXT) -> float:
    """About how wide a text is, rather too wide than too narrow.

    >>> text_width("ill") < text_width("mmm")
    True
    """
    return size * sum(_WIDTH_OF.get(letter, _OTHER) for letter in text)


def number(value: float) -> str:
    """A coordinate or size with two decimals at most.

    >>> number(1.0), number(-0.001), number(12.3456)
    ('1', '0', '12.35')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, attributes: Look, inner: str = "") -> str:
    """One element; `inner` is markup, attributes are escaped, those that are empty left out."""
    told = (f'{k}="{number(v) if isinstance(v, float) else escape(v)}"' for k, v in attributes.items() if v != "")
    opened = f"<{' '.join((tag, *told))}"
    return f"{opened}>{inner}</{tag}>" if inner else f"{opened}/>"


def words(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str,
    size: float = TEXT,
    bold: bool = False,
    colour: str = "",
    whole: str = "",
) -> str:
    """A text with its baseline at y; `anchor` is start, middle or end; in the figure's ink without a colour.

    `whole` is told where the text is pointed at, and read out.
    """
    look: Look = {"x": x, "y": y, "text-anchor": "" if anchor == "start" else anchor}
    more: Look = {"font-size": "" if size == TEXT else size, "font-weight": "bold" if bold else "", "fill": colour}
    told = element("title", {}, str(escape(whole))) if whole else ""
    return element("text", {**look, **more}, told + str(escape(text)))


def line_path(xs: Array, ys: Array, *, closed: bool = False) -> str:
    """Points joined by lines; a point that is not finite breaks the line.

    >>> line_path(np.array([0.0, 1.0, np.nan, 3.0]), np.array([0.0, 2.0, 0.0, 1.5]))
    'M0 0L1 2M3 1.5'
    """
    parts, pen = [], "M"
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if not (math.isfinite(x) and math.isfinite(y)):
            if closed and pen == "L":
                parts.append("Z")
            pen = "M"
            continue
        parts.append(f"{pen}{number(x)} {number(y)}")
        pen = "L"
    return "".join(parts) + ("Z" if closed and pen == "L" else "")


def _ring(n: int, *radii: float) -> tuple[tuple[float, float], ...]:
    """Corners around a point, the first on top, at these distances in turn."""
    turns = [(2 * math.pi * i / n, radii[i % len(radii)]) for i in range(n)]
    return tuple((r * math.sin(turn), -r * math.cos(turn)) for turn, r in turns)


_ARM = ((-0.17, -0.5), (0.17, -0.5), (0.17, -0.17), (0.5, -0.17), (0.5, 0.17), (0.17, 0.17))
_PLUS = (*_ARM, *((-x, -y) for x, y in _ARM))
_TURN = math.sqrt(0.5)
# Corners of a mark around its middle, in parts of its size, y downwards.
CORNERS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "s": ((-0.45, -0.45), (0.45, -0.45), (0.45, 0.45), (-0.45, 0.45)),
    "^": ((0.0, -0.55), (0.52, 0.45), (-0.52, 0.45)),
    "v": ((0.0, 0.55), (0.52, -0.45), (-0.52, -0.45)),
    "<": ((-0.55, 0.0), (0.45, -0.52), (0.45, 0.52)),
    ">": ((0.55, 0.0), (-0.45, -0.52), (-0.45, 0.52)),
    "D": ((0.0, -0.62), (0.62, 0.0), (0.0, 0.62), (-0.62, 0.0)),
    "p": _ring(5, 0.54),
    "h": _ring(6, 0.54),
    "*": _ring(10, 0.6, 0.25),
    "P": _PLUS,
    "X": tuple((_TURN * (x - y), _TURN * (x + y)) for x, y in _PLUS),
}


def mark_path(shape: str, xs: Array, ys: Array, size: float) -> str:
    """Marks around points that are finite: `o` a dot, `x` two strokes, else a shape of CORNERS."""
    known = np.isfinite(xs) & np.isfinite(ys)
    return "".join(_mark(shape, x, y, size) for x, y in zip(xs[known].tolist(), ys[known].tolist(), strict=True))


def _mark(shape: str, x: float, y: float, size: float) -> str:
    """One mark."""
    half = size / 2
    if shape == "o":
        r, across = number(half), number(size)
        return f"M{number(x - half)} {number(y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0z"
    if shape == "x":
        legs = ((-half, -half, half, half), (-half, half, half, -half))
        return "".join(f"M{number(x + a)} {number(y + b)}L{number(x + c)} {number(y + d)}" for a, b, c, d in legs)
    return "M" + "L".join(f"{number(x + size * a)} {number(y + size * b)}" for a, b in CORNERS[shape]) + "Z"
