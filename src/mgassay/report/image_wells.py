"""The wells of a plate of images, the fields of each together."""

from collections.abc import Callable, Sequence

from mgassay.report import labels
from mgassay.report.numbers import NO_BREAK, area_percent, count, decimal, significant
from mgassay.report.pieces import Listing, listing_of
from mgassay.report.rows import Row, Tables, natural_order

PER_MM2 = 1e6  # um2 in a mm2
MOST_WELLS = 1000  # of plates that are listed
HEADS = (
    "well",
    "condition",
    "donor",
    "rep",
    "fields",
    "stained area (threshold ±20 %)",
    "SD between fields",
    "density (OD)",
    "OD of stained area",
    "nodules",
    "per mm²",
    "per field",
    "median nodule area",
    "covered by cells",
    "remarks",
)


def well_listings(tables: Tables, conditions: Sequence[str]) -> list[Listing]:
    """One table per plate, its wells by condition in the lab's order, then by donor and rep (IMAGE_WELLS).

    Plates are listed until MOST_WELLS wells are; the first one always is.
    """
    order = {c: i for i, c in enumerate(conditions)}
    rows = sorted(
        tables.rows("image_wells"),
        key=lambda r: (order.get(r["condition"], len(order)), natural_order(r["donor"]), natural_order(r["rep"])),
    )
    listed: list[Listing] = []
    for plate in dict.fromkeys(tables["image_wells"]["plate"]):
        own = [r for r in rows if r["plate"] == plate]
        if listed and sum(len(made.rows) for made in listed) + len(own) > MOST_WELLS:
            break
        listed.append(wells_listing(plate, own))
    return listed


def wells_listing(plate: str, rows: Sequence[Row]) -> Listing:
    """The wells of one plate."""
    fields = count(sum(int(r["fields"]) for r in rows), "field")
    caption = f"Wells of {plate}: {count(len(rows), 'well')}, {fields}"
    return listing_of(caption, HEADS, map(_cells, rows), numeric=HEADS[4:14])


def area_text(row: Row, named: str = "") -> str:
    """Stained area with what it would be at a threshold 20 % higher and lower; `named` says so where no head does.

    Not in square brackets, which are intervals elsewhere.
    """
    low, high = sorted((row["area_low"], row["area_high"]))
    ends = f" ({named}{area_percent(low)} to {area_percent(high)})" if low == low and high == high else ""
    return f"{area_percent(row['area_fraction'])}{ends}"


def _cells(row: Row) -> tuple[str, ...]:
    """One well; what cannot be known is blank."""
    known_size = row["area_unit"] == "um2" and row["field_area"] > 0
    nodules = int(row["nodules"])
    return (
        row["well"],
        row["condition"],
        row["donor"],
        row["rep"],
        str(row["fields"]),
        area_text(row),
        _or_blank(row["area_fraction_sd"], area_percent),
        decimal(row["integrated_od"], 3),
        _or_blank(row["mean_od"], decimal),
        str(nodules),
        significant(PER_MM2 * nodules / row["field_area"]) if known_size else "",
        "" if known_size else significant(nodules / int(row["fields"])),
        _or_blank(row["median_nodule_area"], significant, f"{NO_BREAK}{labels.unit(row['area_unit'])}"),
        _or_blank(row["cell_fraction"], area_percent),
        labels.flags(row["flag"]),
    )


def _or_blank(value: float, word: Callable[[float], str], unit: str = "") -> str:
    """A number as it is printed, or nothing where there is none."""
    return f"{word(value)}{unit}" if value == value else ""
