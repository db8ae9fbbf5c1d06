"""The images, grouped by condition, each with the outline of what was counted."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mgassay.report import labels
from mgassay.report.numbers import count, decimal, fine_percent
from mgassay.report.pieces import Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables

ROOM_BYTES = 3_300_000  # of pictures, so that the whole page stays below 5 MB once they are written as text


@dataclass(frozen=True)
class Picture:
    """One image: thumbnail and outline as data URIs ("" without an outline), what it is, what was found."""

    thumbnail: str
    outline: str
    name: str
    found: str
    flags: str


@dataclass(frozen=True)
class Gallery:
    """Pictures by condition."""

    groups: tuple[tuple[str, tuple[Picture, ...]], ...]
    kind: ClassVar[str] = "gallery"


def picture_pieces(
    tables: Tables, conditions: Sequence[str], thumbnails: Mapping[str, bytes], outlines: Mapping[str, bytes]
) -> list[object]:
    """What is said of the images, the gallery, and the table; empty where no image was measured."""
    images = tables.rows("images")
    if not images:
        return []
    order = {c: i for i, c in enumerate(conditions)}
    ranked = sorted(images, key=lambda r: (order.get(r["condition"], len(order)), r["condition"]))
    shown = _shown(ranked, thumbnails, outlines)
    groups = {c: tuple(r for r in shown if r["condition"] == c) for c in dict.fromkeys(r["condition"] for r in shown)}
    pictures = tuple(
        (c or "no condition", tuple(picture_of(r, thumbnails, outlines) for r in rows)) for c, rows in groups.items()
    )
    return [Prose(_shown_text(len(shown), len(images))), Gallery(pictures), images_listing(ranked)]


def _shown(images: Sequence[Row], thumbnails: Mapping[str, bytes], outlines: Mapping[str, bytes]) -> list[Row]:
    """The images there is room for: the first of every condition, then the second of every condition, and so on."""
    turn: dict[str, int] = {}
    ranked = []
    for image in images:
        turn[image["condition"]] = turn.get(image["condition"], 0) + 1
        ranked.append((turn[image["condition"]], image["file"]))
    room, chosen = ROOM_BYTES, set()
    for _, file in sorted(ranked, key=lambda r: r[0]):
        room -= len(thumbnails.get(file, b"")) + len(outlines.get(file, b""))
        if file in thumbnails and room >= 0:
            chosen.add(file)
    return [r for r in images if r["file"] in chosen]


def _shown_text(shown: int, all_images: int) -> str:
    """How many of the images are on the page, and where the others are."""
    told = f"{count(all_images, 'image')} measured, {shown} shown."
    return told if shown == all_images else f"{told} The others, full size with outline, are in export/overlays."


def picture_of(image: Row, thumbnails: Mapping[str, bytes], outlines: Mapping[str, bytes]) -> Picture:
    """One image with what was found in it."""
    outline = outlines.get(image["file"], b"")
    parts = [image["plate"], image["well"], image["field"] and f"field {image['field']}"]
    unit = [image["donor"] and f"donor {image['donor']}", image["rep"] and f"rep {image['rep']}"]
    return Picture(
        thumbnail=data_uri(thumbnails[image["file"]], "image/jpeg"),
        outline=data_uri(outline, "image/png") if outline else "",
        name=", ".join(p for p in (*parts, *unit) if p),
        found=f"{_area_text(image)} stained",
        flags=labels.flags(image["flag"]),
    )


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as an address that holds them."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _area_text(image: Row) -> str:
    """Stained area with what it would be at a threshold 20 % lower and higher."""
    low, high = sorted((image["area_low"], image["area_high"]))
    ends = f" [{fine_percent(low)}, {fine_percent(high)}]" if low == low and high == high else ""
    return f"{fine_percent(image['area_fraction'])}{ends}"


def images_listing(images: Iterable[Row]) -> Listing:
    """Every image with its measures."""
    heads = (
        "image",
        "condition",
        "donor",
        "stained area [threshold ±20 %]",
        "density (OD)",
        "nodules",
        "threshold (OD)",
        "remarks",
    )
    rows = [
        (
            r["file"],
            r["condition"],
            r["donor"],
            _area_text(r),
            decimal(r["integrated_od"], 3),
            "–" if r["nodules"] is None or r["nodules"] != r["nodules"] else str(r["nodules"]),
            decimal(r["threshold_od"]),
            labels.flags(r["flag"]),
        )
        for r in images
    ]
    return listing_of("Images", heads, rows, numeric=heads[3:7])
