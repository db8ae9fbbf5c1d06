"""The figures of a report as files: SVG that stands alone, and PNG of 300 dots per inch.

They are taken off the page as it was written, so that a paper shows what the report showed.
"""

import functools
import html
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mgassay.report.exports.harmless import xml_text

if TYPE_CHECKING:
    from resvg import usvg

FOLDER = "figures"
DPI = 300
_PX = 96  # units of a figure per inch, as CSS has it: a figure of 330 is 87 mm wide, its text 7.5 pt high
_INK, _GROUND = "#1b1f24", "#ffffff"
_FACES = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_FONTS = Path(__file__).parents[1] / "fonts"  # drawn with these alone: the machine's own must not decide
CAPTIONS = "captions.txt"
_FRAME = r"(?:<figure(?P<frame>[^>]*)>\s*(?:<figcaption><strong>[^<]*</strong></figcaption>\s*)?)?"
_DRAWN = r'(?P<opened><svg [^>]*aria-label="[^>]*>)(?P<inner>.*?)</svg>'
_BELOW = r'(?:\s*(?:<div>)?\s*<p class="quiet">(?P<below>[^<]*)</p>)?'
_PART = re.compile(rf'<section id="(?P<section>[A-Za-z0-9_-]+)"|{_FRAME}{_DRAWN}{_BELOW}', re.DOTALL)
_ALONE = re.compile(r'data-alone="([^"]*)"')
_LINKS = re.compile(r"</?a\b[^>]*>")  # they lead about the page
_BOX = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_LAYERED = re.compile(r'(<path [^>]*fill="none"[^>]*) opacity=')  # a line's own opacity needs no layer to be drawn on
_LABEL = re.compile(r'aria-label="([^"]*)"')


@dataclass(frozen=True)
class PageFigure:
    """A figure of the page: its file's name without ending, what it is, its SVG, what is said of it ("": nothing)."""

    name: str
    title: str
    svg: str
    caption: str = ""


def figures_of(page: str) -> list[PageFigure]:
    """All figures of a page in its order, each once, named after their section and what they show."""
    found: list[PageFigure] = []
    section, seen, names = "", set[str](), dict[str, int]()
    for part in _PART.finditer(page):
        section, opened, inner = part["section"] or section, part["opened"], part["inner"]
        if part["section"] or inner in seen:
            continue
        seen.add(inner)
        caption = _caption(part["frame"] or "", part["below"] or "")
        label = html.unescape(next(iter(_LABEL.findall(opened)), ""))
        title = _title(label)
        name = f"{section}_{_slug(title)}" if section else _slug(title)
        names[name] = names.get(name, 0) + 1
        name = name if names[name] == 1 else f"{name}-{names[name]}"
        found.append(PageFigure(name, title, _standing_alone(opened, inner, label, caption), caption))
    return found


def _caption(frame: str, below: str) -> str:
    """What is said of a figure: what its frame holds for where it stands alone, else what stands below it."""
    return html.unescape(next(iter(_ALONE.findall(frame)), below)).strip()


def _title(label: str) -> str:
    """What a figure is, from what is said of it: without its numbers, so that its name lasts when these change.

    >>> _title("Shares of the effect. Calcium, 2-APB. passive: 21 % [12 %, 29 %]."), _title("Nodules by size: 3299.")
    ('Shares of the effect. Calcium, 2-APB', 'Nodules by size')
    >>> _title("Calcium, 2-APB: effects, log scale. T: 1.5 [1.2, 1.8].")
    'Calcium, 2-APB: effects'
    """
    told, _, beyond = label.partition(":")
    whole, _, begun = told.rpartition(". ")
    if beyond and whole and begun:
        return whole
    kind = re.split(r"[.,:;]", beyond)[0]
    return (f"{told}:{kind}" if kind.strip() and not re.search(r"\d", kind) else told).rstrip(".")


def _slug(title: str) -> str:
    """A title as a part of a file's name, as many of its words as 60 letters hold.

    >>> _slug("Calcium per well, siTRPM7: donor means")
    'calcium-per-well-sitrpm7-donor-means'
    """
    kept = ""
    for word in re.split(r"[^a-z0-9]+", title.lower()):
        longer = f"{kept}-{word[:60]}".strip("-")
        if len(longer) > 60:
            break
        kept = longer
    return kept or "figure"


def _standing_alone(opened: str, inner: str, label: str, caption: str) -> str:
    """An SVG document: its own size, ground, ink and faces; what the page's style gives it stands in attributes.

    The ink has its colour, since not every program knows what `currentColor` stands for.
    """
    width, height = next(iter(_BOX.findall(opened)), ("330", "200"))
    told, said = (html.escape(xml_text(text), quote=False) for text in (label, caption))
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{_FACES}" stroke-linejoin="round" color="{_INK}">'
    )
    ground = f'<rect width="{width}" height="{height}" fill="{_GROUND}"/>'
    inked = _LINKS.sub("", xml_text(inner)).replace('="currentColor"', f'="{_INK}"')
    drawn = _LAYERED.sub(r"\1 stroke-opacity=", inked)
    named = f"<title>{told}</title>" + (f"\n<desc>{said}</desc>" if said else "")
    lines = ('<?xml version="1.0" encoding="UTF-8"?>', root, named, ground, drawn, "</svg>")
    return "\n".join(lines) + "\n"


def figure_files(figures: list[PageFigure]) -> Iterator[tuple[str, bytes]]:
    """Files by name: `figures/<name>.svg` and `.png`, and the captions of all."""
    if figures:
        yield f"{FOLDER}/{CAPTIONS}", captions_text(figures).encode(errors="backslashreplace")
    for figure in figures:
        yield f"{FOLDER}/{figure.name}.svg", figure.svg.encode()
        yield f"{FOLDER}/{figure.name}.png", png_of(figure.svg)


def captions_text(figures: list[PageFigure]) -> str:
    """The captions to paste: each under the name of its files."""
    return "\n\n".join(f"{f.name}\n{' '.join(t for t in (f'{f.title}.', f.caption) if t)}" for f in figures) + "\n"


def png_of(svg: str) -> bytes:
    """An SVG document drawn at 300 dpi with the faces that come with this program, which says so in the file."""
    from resvg import render, usvg

    tree, scale = usvg.Tree.from_str(svg, _drawn_with()), DPI / _PX
    width, height = (round(scale * side) for side in tree.int_size())
    zoomed = (scale, 0.0, 0.0, 0.0, scale, 0.0)
    drawn = render(tree, zoomed, bg_size=(width, height), bg_color=(255, 255, 255, 255))
    return with_density(bytes(drawn), DPI)


@functools.cache
def _drawn_with() -> "usvg.Options":
    """What every figure is drawn with: our faces, read once."""
    from resvg import usvg

    options = usvg.Options.default()
    for face in sorted(_FONTS.glob("*.ttf")):
        options.load_font_file(str(face))
    return options


def with_density(png: bytes, dpi: int) -> bytes:
    """A PNG without a pHYs chunk with one behind its header.

    Source: PNG (third edition), 5.3 and 11.3.4.3: pixels per metre in x and y, unit 1.
    """
    per_metre = round(dpi / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    return png[:33] + chunk + png[33:]  # signature of 8 bytes, IHDR of 25
