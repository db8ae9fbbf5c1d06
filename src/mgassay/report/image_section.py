"""The images section: the plate's thresholds, nodules, quality, the pictures, and the tables of wells and images."""

from collections.abc import Iterator, Mapping, Sequence

from mgassay.assays.images.photographs import photograph_of
from mgassay.assays.images.plate_photo import FIELD
from mgassay.experiment import Experiment
from mgassay.report.image_groups import settings_of_plate
from mgassay.report.image_quality import quality_listing
from mgassay.report.image_wells import well_listings
from mgassay.report.nodule_figures import nodule_drawings
from mgassay.report.numbers import NO_BREAK, count
from mgassay.report.pictures import ROOM_BYTES, picture_pieces
from mgassay.report.pieces import Beside, Drawing, Folded, Listing, Prose, written_bytes
from mgassay.report.rows import Tables
from mgassay.report.thresholds import threshold_drawings

MOST_PLATES = 12  # whose figures are drawn
FIELD_TEXT = f"{100 * FIELD:.0f}{NO_BREAK}% of the radius"
WELLS_TOLD = (
    "Fields of a well count alike: areas and densities are their means, nodules are added up. In brackets: the area at "
    "a threshold 20 % higher and lower. Density is the stain's OD over the whole field."
)


def image_pieces(
    tables: Tables,
    experiment: Experiment | None,
    conditions: Sequence[str],
    thumbnails: Mapping[str, bytes],
    outlines: Mapping[str, bytes],
    overlays: Mapping[str, str],
) -> list[object]:
    """All that is said of images; empty where none was measured."""
    if not len(tables["images"]):
        return []
    how = {p: settings_of_plate(experiment, p).wells for p in dict.fromkeys(tables["images"]["plate"])}
    photographed = {plate: wells for plate, wells in how.items() if wells != "one"}
    drawings = Beside(tuple(_drawings(tables, experiment, conditions)))
    quality, wells = quality_listing(tables, experiment), well_listings(tables, conditions)
    room = ROOM_BYTES - 3 * sum(map(written_bytes, (drawings, quality, *wells))) // 4  # base64 needs 4 bytes for 3
    said, gallery, listing = picture_pieces(tables, conditions, thumbnails, outlines, overlays, photographed, room)
    return [
        said,
        *_photographs(tables, photographed),
        gallery,
        *([drawings] if drawings.drawings else []),
        *([Folded(quality)] if quality.rows else []),
        *([Prose(f"{WELLS_TOLD}{_cells_told(tables)}{_left_out(tables, wells)}", "quiet")] if wells else []),
        *map(Folded, wells),
        Folded(listing),
    ]


def _drawings(tables: Tables, experiment: Experiment | None, conditions: Sequence[str]) -> Iterator[Drawing]:
    """Thresholds, then nodules; of many plates the first MOST_PLATES."""
    for drawn in (threshold_drawings(tables, experiment, conditions), nodule_drawings(tables, conditions)):
        yield from drawn[:MOST_PLATES]


def _left_out(tables: Tables, wells: Sequence[Listing]) -> str:
    """Where plates are that are not drawn or listed."""
    plates = tables["images"]["plate"].nunique()
    drawn = f" Of {plates} plates the first {MOST_PLATES} are drawn." if plates > MOST_PLATES else ""
    rest = count(plates - len(wells), "plate")
    listed = f" The wells of {rest} are in image_wells.csv only." if len(wells) < plates else ""
    return drawn + listed


def _photographs(tables: Tables, how: Mapping[str, str]) -> list[Prose]:
    """What a picture of the gallery is where plates were photographed as a whole; `how` by plate."""
    told = []
    for plate, wells in how.items():
        number = count(photographs_of(tables, plate), "photograph")
        found = "found in" if wells == "find" else "given by their centres for"
        told.append(
            f"{plate}: wells were {found} {number} of the whole plate; the inner {FIELD_TEXT} is the field of each."
        )
    return [Prose(" ".join(told))] if told else []


def photographs_of(tables: Tables, plate: str) -> int:
    """How many photographs a plate's wells stand in; a well's file is its photograph, a slash and the well."""
    images = tables["images"]
    return int(images.loc[images["plate"] == plate, "file"].map(photograph_of).nunique())


def _cells_told(tables: Tables) -> str:
    """Why the area covered by cells is blank, where it is."""
    known = tables["image_wells"]["cell_fraction"].notna()
    if known.all():
        return ""
    where = "in wells where it is blank" if known.any() else "on these plates"
    return (
        f" The area that cells cover cannot be known {where}: a closed layer without the plate's blank image, or a "
        "photograph of the whole plate, looks as even as no cells at all."
    )
