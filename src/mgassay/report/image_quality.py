"""How good the images of each plate are: where their white came from, the colour of the stain, and what is notable."""

from collections.abc import Iterator, Mapping, Sequence

from mgassay.assays.images.plate_view import BLURRED, DRIFT_OD, ILLUMINATION_OD, TILT_OD
from mgassay.assays.images.stain_colour import StainColour, colour_of_plate, degrees_between
from mgassay.experiment import Experiment
from mgassay.problems import listed
from mgassay.report.image_groups import NEGATIVE, group_of_conditions, is_white_of_empty_plate, settings_of_plate
from mgassay.report.numbers import NO_BREAK, area_percent, count, decimal
from mgassay.report.pieces import Listing, listing_of
from mgassay.report.rows import Row, Tables, is_missing
from mgassay.wellnames import compact

WHITES = {
    "own": "each image's own paler part",
    "blank": "the plate's blank image",
    "negatives": "the plate's negative wells",
}
OF_PHOTOGRAPH, OF_EMPTY_PLATE = "the palest wells of the photograph", "the photograph of the empty plate"
FLAWS = {
    "out_of_focus": "out of focus",
    "white_balance": "white balance",
    "illumination": "light unlike the plate's",
    "empty_field": "empty field",
    "annotation": "scale bar or text",
    "clipped": "clipped",
    "duplicate": "the same picture twice",
}
MOST_PAIRS = 6  # of like pictures that are named

Told = tuple[str, str, str]  # what, found, wells


def quality_listing(tables: Tables, experiment: Experiment | None) -> Listing:
    """Plate by plate: white and colour of the stain, then only what is notable."""
    negatives = {c for c, group in group_of_conditions(experiment).items() if group == NEGATIVE}
    images = {(r["plate"], r["file"]): r for r in tables.rows("images")}
    rows: list[tuple[str, ...]] = []
    for plate in dict.fromkeys(tables["images"]["plate"]):
        # The flags of images.csv are those of both tables.
        own = [
            {**r, **{k: images[plate, r["file"]][k] for k in ("condition", "flag")}}
            for r in tables.rows("image_quality", plate=plate)
            if (plate, r["file"]) in images
        ]
        if own:
            stained = [r for r in own if r["condition"] not in negatives]
            settings = settings_of_plate(experiment, plate)
            of_photo = OF_EMPTY_PLATE if is_white_of_empty_plate(tables, settings) else OF_PHOTOGRAPH
            white = _white(own, WHITES if settings.wells == "one" else {**WHITES, "own": of_photo})
            rows += [(plate, *told) for told in (white, _colour(stained, settings.vector), *notable(own))]
    return listing_of("Quality of the images, plate by plate", ("plate", "what", "found", "wells"), rows)


def _white(quality: Sequence[Row], names: Mapping[str, str]) -> Told:
    """What the images were measured against, and the wells that were against the plate's negative wells."""
    wells = {source: [r["well"] for r in quality if r["white_source"] == source] for source in names}
    told = "; ".join(f"{names[s]}: {count(len(w), 'image')}" for s, w in wells.items() if w)
    return "white", told, compact(wells["negatives"]) if wells["negatives"] else ""


def _colour(quality: Sequence[Row], used: tuple[float, float, float]) -> Told:
    """The colour of the stain as it was measured, beside the vector that it was measured by."""
    found = colour_of_plate(
        [
            StainColour((r["stain_r"], r["stain_g"], r["stain_b"]), int(r["stain_pixels"]))
            for r in quality
            if not is_missing(r["stain_pixels"])
        ]
    )
    what = "stain colour"
    if found is None:
        return what, f"R, G, B used {vector_text(used)}; too few stained pixels to measure it", ""
    angle = f"{decimal(degrees_between(found, used), 1)}°"
    return what, f"R, G, B measured {vector_text(found)}, used {vector_text(used)}: {angle} apart", ""


def vector_text(vector: Sequence[float]) -> str:
    """An OD vector with two decimals, at length 1.

    >>> vector_text((1.2, 0.0, 1.6))
    '(0.60, 0.00, 0.80)'
    """
    length = sum(v * v for v in vector) ** 0.5
    return f"({', '.join(decimal(v / length) for v in vector)})"


def notable(quality: Sequence[Row]) -> Iterator[Told]:
    """What the flags of a plate's images name, with its worst value and the wells; or that there is nothing.

    `quality` are rows of IMAGE_QUALITY, at least one, with the flags of IMAGES.
    """
    drift = max((r["drift_od"] for r in quality if not is_missing(r["drift_od"])), key=abs, default=0.0)
    flagged = {f: own for f in FLAWS if (own := [r for r in quality if f in r["flag"].split(";")])}
    if abs(drift) > DRIFT_OD:
        way = "darker" if drift > 0 else "brighter"
        yield "drift of the light", f"{decimal(abs(drift))} OD {way} from the first image to the last", ""
    for flaw, rows in flagged.items():
        yield FLAWS[flaw], f"{count(len(rows), 'image')}{_worst(flaw, rows)}", _wells(flaw, rows)
    if abs(drift) <= DRIFT_OD and not flagged:
        yield "flaws", "no image is out of focus, clipped, drawn into, empty, or unlike its plate", ""


def _worst(flaw: str, rows: Sequence[Row]) -> str:
    """The worst values behind a flag, in words."""

    def largest(column: str) -> float:
        return max((abs(float(r[column])) for r in rows if not is_missing(r[column])), default=float("nan"))

    if flaw == "out_of_focus":
        least = min(float(r["focus_relative"]) for r in rows)
        return f" below {decimal(BLURRED, 1)} of the plate's median sharpness, the least {decimal(least)}"
    if flaw == "white_balance":
        return f", a channel up to {decimal(largest('white_balance_od'))} OD off the plate's median white"
    if flaw == "illumination":
        kinds = (("illumination_od", ILLUMINATION_OD, "off its brightness"), ("tilt_od", TILT_OD, "off its evenness"))
        told = [f"up to {decimal(v)} OD {how}" for c, limit, how in kinds if (v := largest(c)) > limit]
        return f", {' and '.join(told)}" if told else " in light that drifts"
    if flaw == "annotation":
        return f", up to {area_percent(largest('annotation_fraction'))} of a field left out"
    if flaw == "clipped":
        low, high = (area_percent(largest(f"clipped_{end}_fraction")) for end in ("low", "high"))
        return f", up to {low} of pixels at 0 and {high} at 255"
    return ""


def _wells(flaw: str, rows: Sequence[Row]) -> str:
    """The wells of flagged images; of pictures that occur twice, which is like which."""
    if flaw != "duplicate":
        return compact(r["well"] for r in rows)
    names = {r["file"]: r["well"] + (f" field {r['field']}" if r["field"] else "") for r in rows}
    pairs = {
        frozenset((r["file"], r["alike"])): f"{names[r['file']]} and {names.get(r['alike'], r['alike'])}"
        + _likeness(r["likeness"])
        for r in reversed(rows)
    }
    return listed(reversed(pairs.values()), most=MOST_PAIRS, mark="; ")


def _likeness(value: float) -> str:
    """How alike two pictures are that are not equal."""
    return "" if is_missing(value) or value == 1 else f" (likeness{NO_BREAK}{decimal(value)})"
