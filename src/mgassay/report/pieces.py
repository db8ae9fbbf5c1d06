"""What a section of the report is put together from; the templates only lay these out.

All texts are plain and are escaped by the templates; only `Drawing.svg` is markup, made by `drawing` alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Listing:
    """A table: caption, heads, rows of texts; `numeric` are the positions of columns set flush right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    kind: ClassVar[str] = "listing"


@dataclass(frozen=True)
class Drawing:
    """A figure: its SVG, what it shows, and the numbers as a table beside it."""

    title: str
    svg: Markup
    caption: str
    listing: Listing | None = None
    kind: ClassVar[str] = "drawing"


@dataclass(frozen=True)
class Prose:
    """A paragraph; `tone` is "", "warning" or "quiet"."""

    text: str
    tone: str = ""
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True)
class Beside:
    """Drawings that stand side by side where there is room, each with its table below."""

    drawings: tuple[Drawing, ...]
    kind: ClassVar[str] = "beside"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Section:
    """One part of the page: its anchor, title and pieces (any class of this file, or one with its own template)."""

    anchor: str
    title: str
    pieces: tuple[object, ...]


def listing_of(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[str] = ()
) -> Listing:
    """A listing; `numeric` names the heads of the columns set flush right.

    Raises ValueError when a row is not as long as the heads.
    """
    held = tuple(tuple(row) for row in rows)
    if any(len(row) != len(heads) for row in held):
        raise ValueError(f"{caption}: a row is not as long as its heads")
    right = set(numeric)
    return Listing(caption, tuple(heads), held, frozenset(i for i, h in enumerate(heads) if h in right))
