"""What was done to Alizarin Red images, in the sentences of a methods paragraph; nothing that was not done."""

from collections.abc import Iterator, Mapping, Sequence

from mgassay.assays.images.photographs import photograph_of
from mgassay.assays.images.plate_photo import FIELD
from mgassay.assays.images.plate_scale import CAP_OD
from mgassay.experiment import AlizarinImageSettings, Experiment
from mgassay.report.image_groups import is_white_of_empty_plate, settings_of_plate
from mgassay.report.numbers import count, decimal, level
from mgassay.report.rows import Tables

# A file's ending -> the format in words; others are given as they stand.
FORMATS: Mapping[str, str] = {"jpg": "JPEG", "jpeg": "JPEG", "tif": "TIFF", "tiff": "TIFF"}


def image_sentences(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """White, vector, threshold, gate and size filter of the images that were measured, each as it was done."""
    images = tables["images"]
    if not len(images):
        return
    used = {p: settings_of_plate(experiment, p) for p in dict.fromkeys(images["plate"])}
    settings = [s for i, s in enumerate(used.values()) if s not in list(used.values())[:i]]
    photographed = {p: s for p, s in used.items() if s.wells != "one"}
    wells = images[["plate", "well"]].drop_duplicates()
    yield (
        f"Alizarin Red was measured in {_pictures(tables, photographed)} of {count(len(wells), 'well')} on "
        f"{count(len(used), 'plate')}."
    )
    if photographed:
        yield _photographs(list(photographed.values()))
    yield from _density(tables, settings, photographed)
    yield from _threshold(tables, settings)
    yield _counted(tables, settings)


def _pictures(tables: Tables, photographed: Mapping[str, object]) -> str:
    """How many pictures of which formats."""
    images = tables["images"]
    whole = images["plate"].isin(list(photographed))
    names = images["file"].mask(whole, images["file"].map(photograph_of))
    formats = dict.fromkeys(_format(name) for name in names.drop_duplicates())
    kinds = " and ".join(k for k in formats if k)
    singles, photos = names[~whole].nunique(), names[whole].nunique()
    told = [count(singles, "image")] * bool(singles) + [count(photos, "photograph")] * bool(photos)
    return " and ".join(told) + (f" ({kinds})" if kinds else "")


def _format(file: str) -> str:
    """The format of a file by its ending."""
    name, dot, ending = file.rpartition(".")
    return FORMATS.get(ending.lower(), ending.upper()) if dot and name else ""


def _photographs(settings: Sequence[AlizarinImageSettings]) -> str:
    """How wells of photographs were placed."""
    ways = {"find": "found in it as circles on a grid", "given": "given by their centres"}
    how = " or ".join(ways[w] for w in ways if any(s.wells == w for s in settings))
    inner = f"the inner {100 * FIELD:.0f} % of its radius"
    return f"The wells of a photograph of a whole plate were {how}; the field of a well is {inner}."


def _density(
    tables: Tables, settings: Sequence[AlizarinImageSettings], photographed: Mapping[str, AlizarinImageSettings]
) -> Iterator[str]:
    """Optical density: against which white, along which vector."""
    quality = tables["image_quality"]
    sources = set(quality.loc[~quality["plate"].isin(list(photographed)), "white_source"])
    sources |= {("empty plate" if is_white_of_empty_plate(tables, s) else "photograph") for s in photographed.values()}
    surface = "a quadratic surface in log space fitted to"
    whites = {
        "blank": "an image of an empty dish under the same light",
        "own": f"{surface} the paler part of the image itself",
        "photograph": f"{surface} the palest parts of the wells of the photograph",
        "empty plate": f"{surface} the wells of a photograph of an empty plate",
        "negatives": "for fields without a pale place, the median white of the plate's negative wells",
    }
    told = "; ".join(words for source, words in whites.items() if source in sources)
    vectors = " or ".join(dict.fromkeys(f"({', '.join(level(v) for v in s.vector)})" for s in settings))
    yield (
        "Pixels were turned into optical density (OD, decadic) against the white"
        f"{f' ({told})' if told else ''} and projected on the stain's vector of OD in red, green and blue {vectors}, "
        "scaled to length 1 (after Ruifrok 2001)."
    )


def _threshold(tables: Tables, settings: Sequence[AlizarinImageSettings]) -> Iterator[str]:
    """By which rule the thresholds were set, and what they were."""
    images = tables["images"]
    fixed = images["threshold_source"] == "fixed"
    percentiles = " or ".join(dict.fromkeys(level(s.percentile) for s in settings))
    floors = " or ".join(dict.fromkeys(level(s.floor_od) for s in settings))
    caps = " or ".join(dict.fromkeys(level(max(CAP_OD, s.floor_od)) for s in settings))
    if not fixed.all():
        values = [decimal(f(images.loc[~fixed, "threshold_od"])) for f in (min, max)]
        were = f"the threshold was {values[0]}" if values[0] == values[1] else f"thresholds were {' to '.join(values)}"
        yield (
            "The threshold of a plate is the median over its negative wells (living cells, control medium) of the "
            f"{percentiles}th percentile of stain OD, plus twice the spread of these between wells (distance of the "
            f"quartiles / 1.349), not below {floors} and not above {caps} OD; {were} OD."
        )
    if images["flag"].str.split(";").map(lambda flags: "contaminated_controls" in flags).any():
        yield "Where dark specks in the negative wells raised it, the smooth background between them took their place."
    if fixed.any():
        plates = ", ".join(dict.fromkeys(images.loc[fixed, "plate"]))
        used = " or ".join(dict.fromkeys(decimal(t) for t in images.loc[fixed, "threshold_od"]))
        yield f"Without negative wells it was fixed at {used} OD ({plates})."


def _counted(tables: Tables, settings: Sequence[AlizarinImageSettings]) -> str:
    """What counts as stained, and how fields were combined."""
    gates = " or ".join(dict.fromkeys(level(s.gate) for s in settings))
    sized = (tables["images"]["area_unit"] == "um2").any()  # in pixels nothing could be left out by its size
    least = [s.min_area_um2 for s in settings if s.min_area_um2 and sized]
    filtered = (
        f"; nodules below {' or '.join(level(a) for a in dict.fromkeys(least))} µm² were left out" if least else ""
    )
    fields = tables["images"].groupby(["plate", "well"])["file"].count()
    joined = " Fields of a well were averaged." if (fields > 1).any() else ""
    return (
        f"Stained is what exceeds it and has an OD in red below {gates} times that in green, which grey debris has "
        f"not{filtered}. Area is the share of the field, density the OD of stained pixels summed over the field and "
        f"divided by its pixels.{joined}"
    )
