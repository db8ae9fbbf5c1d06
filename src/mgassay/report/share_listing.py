"""Shares as a table over levels or days, on both scales."""

from collections.abc import Sequence

from mgassay.report import labels
from mgassay.report.pieces import Folded, listing_of
from mgassay.report.rows import Row
from mgassay.report.share_bar import allowance, share_text
from mgassay.report.words import SHARE_ORDER


def shares_listing(caption: str, head: str, groups: Sequence[tuple[str, Sequence[Row]]]) -> Folded:
    """Shares by what stands under `head` (a level, a day), by block, from inside to outside; opened on request."""
    heads = (head, "block", "share", "natural log", "percent inhibition", "remarks")
    body = [cells for name, rows in groups for cells in _cells(name, rows)]
    return Folded(listing_of(caption, heads, body, numeric=heads[3:5]))


def _cells(name: str, rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """The lines of one level or day."""
    held = {(r["block"], r["share"], r["scale"]): r for r in rows}
    blocks = dict.fromkeys(r["block"] for r in rows)
    return [
        (
            name,
            labels.block(block),
            labels.share(share),
            share_text(held.get((block, share, "log"))),
            share_text(held.get((block, share, "additive"))),
            _remarks(held[block, share, "log"]),
        )
        for block in blocks
        for share in SHARE_ORDER
        if (block, share, "log") in held
    ]


def _remarks(row: Row) -> str:
    """What a corrected share allows for, and the flags."""
    corrected = allowance(row) if row["share"] == "intracellular_corrected" else ""
    return "; ".join(t for t in (corrected.rstrip("."), labels.flags(row["flag"])) if t)
