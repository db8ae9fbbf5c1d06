"""What a section of the report is put together from; the templates only lay these out.

All texts are plain and are escaped by the templates; only `Drawing.svg` is markup, made by `drawing` alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Listing:
    """A table: caption, heads, rows of texts; `numeric` are the positions of columns set flush right.

    `links` are addresses, one for each row, that the rows' first cells lead to; none where it is empty.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    links: tuple[str, ...] = ()
    kind: ClassVar[str] = "listing"


@dataclass(frozen=True)
class Folded:
    """A table that is opened on request: its caption is what is seen, and all that is printed of an `unprinted` one."""

    listing: Listing
    unprinted: bool = False
    kind: ClassVar[str] = "folded"


@dataclass(frozen=True)
class Drawing:
    """A figure: its SVG, what it shows, and the numbers as a table (`folded`: opened on request).

    The table stands below, of one that `is_wide` beside the figure where there is room. `alone` is said in place of
    the caption where the figure stands without its page: what marks and lines are, n.
    """

    title: str
    svg: Markup
    caption: str
    listing: Listing | None = None
    folded: bool = False
    is_wide: bool = False
    alone: str = ""
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
class Drawer:
    """Pieces that are opened on request, and in print but for those of one that is `unprinted`.

    What is seen closed is the title and what it `told` in short.
    """

    title: str
    pieces: tuple[object, ...]
    told: str = ""
    is_open: bool = False
    unprinted: bool = False
    kind: ClassVar[str] = "drawer"


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


def folded(pieces: Iterable[object]) -> list[object]:
    """The pieces with every table to be opened on request."""
    return [Folded(p) if isinstance(p, Listing) else p for p in pieces]


def drawer(title: str, pieces: Iterable[object], told: str = "", unprinted: bool = False) -> list[object]:
    """One closed drawer with these pieces, but for warnings, which stay outside; empty where there are none."""
    held = tuple(pieces)
    loud = [p for p in held if isinstance(p, Prose) and p.tone == "warning"]
    kept = tuple(p for p in held if p not in loud)
    return [*loud, Drawer(title, kept, told, unprinted=unprinted)] if kept else [*loud]


def written_bytes(piece: object) -> int:
    """About how many bytes a listing or drawings take on the page, tags of cells included."""
    if isinstance(piece, Listing):
        return sum(len(cell.encode()) + 20 for row in piece.rows for cell in row)
    if isinstance(piece, Drawing):
        return len(piece.svg.encode()) + (written_bytes(piece.listing) if piece.listing else 0)
    return sum(map(written_bytes, piece.drawings)) if isinstance(piece, Beside) else 0


def listing_of(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Iterable[str] = (),
    links: Iterable[str] = (),
) -> Listing:
    """A listing; `numeric` names the heads of the columns set flush right. A column without any text is left out.

    `links` are addresses of the rows, to which their first cells lead.

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
        tuple(links),
    )
