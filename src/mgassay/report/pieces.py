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
class Folded:
    """A table that is opened on request: its caption is what is seen."""

    listing: Listing
    kind: ClassVar[str] = "folded"


@dataclass(frozen=True)
class Drawing:
    """A figure: its SVG, what it shows, and the numbers as a table beside it (`folded`: opened on request)."""

    title: str
    svg: Markup
    caption: str
    listing: Listing | None = None
    folded: bool = False
    kind: ClassVar[str] = "drawing"


@dataclass(frozen=True)
class Prose:
    """A paragraph; `tone` is "", "warning" or "quiet"."""

    text: str
    tone: str = ""
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True)
class Beside:
    """Drawings side by side, each with its table below; two to a line where there is room, three if `dense`."""

    drawings: tuple[Drawing, ...]
    dense: bool = False
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


def written_bytes(piece: object) -> int:
    """About how many bytes a listing or drawings take on the page, tags of cells included."""
    if isinstance(piece, Listing):
        return sum(len(cell.encode()) + 20 for row in piece.rows for cell in row)
    if isinstance(piece, Drawing):
        return len(piece.svg.encode()) + (written_bytes(piece.listing) if piece.listing else 0)
    return sum(map(written_bytes, piece.drawings)) if isinstance(piece, Beside) else 0


def listing_of(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[str] = ()
) -> Listing:
    """A listing; `numeric` names the heads of the columns set flush right. A column without any text is left out.

    Raises ValueError when a row is not as long as the heads.
    """
    held = tuple(tuple(row) for row in rows)
    if any(len(row) != len(heads) for row in held):
        raise ValueError(f"{caption}: a row is not as long as its heads")
    kept = [i for i in range(len(heads)) if not held or any(row[i] for row in held)]
    right = set(numeric)
    return Listing(
        caption,
        tuple(heads[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in held),
        frozenset(at for at, i in enumerate(kept) if heads[i] in right),
    )
