"""The images, grouped by condition, each with the outline of what was counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pybase64

from mgassay.report import labels
from mgassay.report.image_wells import area_text
from mgassay.report.numbers import count, decimal
from mgassay.report.pieces import Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables

AT_THRESHOLDS = "at threshold ±20 %: "
ROOM_BYTES = 2_700_000  # of pictures, so that the whole page stays below 5 MB once they are written as text
MOST_LISTED = 500  # images in the table


@dataclass(frozen=True)
class Picture:
    """One image: thumbnail and outline as data URIs ("" without an outline), what it is, what was found.

    A `round` one is a well of a photograph: only what lies in its circle was measured. `overlay` is the address of
    the image in full size.
    """

    thumbnail: str
    outline: str
    name: str
    found: str
    flags: str
    round: bool = False
    overlay: str = ""


@dataclass(frozen=True)
class Gallery:
    """Pictures by condition."""

    groups: tuple[tuple[str, tuple[Picture, ...]], ...]
    kind: ClassVar[str] = "gallery"


def picture_pieces(
    tables: Tables,
    conditions: Sequence[str],
    thumbnails: Mapping[str, bytes],
    outlines: Mapping[str, bytes],
    overlays: Mapping[str, str],
    photographed: Collection[str] = (),
    room: int = ROOM_BYTES,
) -> tuple[Prose, Gallery, Listing]:
    """What is said of the images, the gallery, and the table of IMAGES.

    `overlays` are addresses by file, `photographed` the plates of which pictures show the whole, `room` the bytes that
    thumbnails and outlines may take.
    """
    images = tables.rows("images")
    order = {c: i for i, c in enumerate(conditions)}
    ranked = sorted(images, key=lambda r: (order.get(r["condition"], len(order)), r["condition"]))
    shown = _shown(ranked, thumbnails, outlines, room)
    groups = {c: tuple(r for r in shown if r["condition"] == c) for c in dict.fromkeys(r["condition"] for r in shown)}
    pictures = tuple(
        (
            c or "no condition",
            tuple(picture_of(r, thumbnails, outlines, overlays, r["plate"] in photographed) for r in rows),
        )
        for c, rows in groups.items()
    )
    wells = sum(r["plate"] in photographed for r in images)
    return (
        Prose(_shown_text(len(shown), len(images), wells, any(r["file"] in overlays for r in shown))),
        Gallery(pictures),
        images_listing(ranked),
    )


def _shown(
    images: Sequence[Row], thumbnails: Mapping[str, bytes], outlines: Mapping[str, bytes], room: int
) -> list[Row]:
    """The images there is room for: the first of every condition, then the second of every condition, and so on."""
    turn: dict[str, int] = {}
    ranked = []
    for image in images:
        turn[image["condition"]] = turn.get(image["condition"], 0) + 1
        ranked.append((turn[image["condition"]], image["file"]))
    chosen = set()
    for _, file in sorted(ranked, key=lambda r: r[0]):
        room -= len(thumbnails.get(file, b"")) + len(outlines.get(file, b""))
        if file in thumbnails and room >= 0:
            chosen.add(file)
    return [r for r in images if r["file"] in chosen]


def _shown_text(shown: int, all_images: int, of_photographs: int, linked: bool) -> str:
    """How many of the images are on the page, and where the others are; wells of photographs by their own name."""
    parts = [count(all_images - of_photographs, "image")] if all_images > of_photographs else []
    parts += [count(of_photographs, "well") + " of photographs"] if of_photographs else []
    told = f"{' and '.join(parts)} measured, {shown} shown."
    if linked:
        told += " A picture opens in full size with the outline of what was counted."
    return told if shown == all_images else f"{told} The others, full size with outline, are in export/overlays."


def picture_of(
    image: Row,
    thumbnails: Mapping[str, bytes],
    outlines: Mapping[str, bytes],
    overlays: Mapping[str, str],
    is_round: bool = False,
) -> Picture:
    """One image with what was found in it."""
    outline = outlines.get(image["file"], b"")
    parts = [image["plate"], image["well"], image["field"] and f"field {image['field']}"]
    unit = [image["donor"] and f"donor {image['donor']}", image["rep"] and f"rep {image['rep']}"]
    return Picture(
        thumbnail=data_uri(thumbnails[image["file"]], "image/jpeg"),
        outline=data_uri(outline, "image/png") if outline else "",
        name=", ".join(p for p in (*parts, *unit) if p),
        found=f"stained {area_text(image, AT_THRESHOLDS)}",
        flags=labels.flags(image["flag"]),
        round=is_round,
        overlay=overlays.get(image["file"], ""),
    )


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as an address that holds them."""
    return f"data:{kind};base64,{pybase64.b64encode(content).decode()}"


def images_listing(images: Sequence[Row]) -> Listing:
    """Every image with its measures, the first MOST_LISTED of many."""
    heads = (
        "image",
        "condition",
        "donor",
        "stained area (threshold ±20 %)",
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
            area_text(r),
            decimal(r["integrated_od"], 3),
            "–" if r["nodules"] is None or r["nodules"] != r["nodules"] else str(r["nodules"]),
            decimal(r["threshold_od"]),
            labels.flags(r["flag"]),
        )
        for r in images[:MOST_LISTED]
    ]
    told = f"{len(rows)} of {len(images)}; images.csv has all" if len(rows) < len(images) else count(len(rows), "image")
    return listing_of(f"Images one by one: {told}", heads, rows, numeric=heads[3:7])
