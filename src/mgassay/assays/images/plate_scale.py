"""The scale of a plate: its whites and its threshold, the same for all of its images.

The threshold is the larger of the floor (0.15 OD) and what the plate's negative wells (living cells in control medium)
ask for: the median of their 99.9th percentiles of stain OD, grey debris left out, and twice the spread between them. A
negative well above 0.35 OD holds more than a layer of cells, dark specks whose hue cannot be told: there the percentile
is that of its smooth background. A plate without negatives gets 0.20 OD and the flag `uncalibrated`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.background import Blocks, background_percentile, blocks_from_chunks, blocks_of_chunk
from mgassay.assays.images.cell_cover import roughness
from mgassay.assays.images.flatfield import White, even_white, fit_white, unit_vector
from mgassay.assays.images.image_quality import Sight, sight_of, unsuitable, white_is_clipped
from mgassay.assays.images.photo_wells import own_white
from mgassay.assays.images.picture import Picture
from mgassay.assays.images.stain import (
    Counts,
    StainTables,
    added_to_histogram,
    empty_histogram,
    od_percentile,
    stain_chunks,
)
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings
from mgassay.problems import Problems

CAP_OD = 0.35
UNCALIBRATED_OD = 0.20
_SPREADS = 2.0
_PALER_THAN_BLANK_OD = 0.05  # a lamp that drifts by a tenth
_RED_WHITE_OD = 0.35  # of stain in a plate's own white; the warmest lamp has 0.2
_LEAST_FLOOR_OD = 0.05  # whites of one plate differ by less
_IQR_OF_SD = 1.349  # how far the quartiles of normal values lie apart, in SD
_REFUSED = {"grey": "MG403", "dark": "MG404", "clipped": "MG425"}

Decode = Callable[[str], Picture]


@dataclass(frozen=True)
class Blank:
    """What a plate's blank image tells: the white of an empty dish, its `cell_cover.roughness`, and its (h, w)."""

    white: White
    roughness: float
    shape: tuple[int, int]


@dataclass(frozen=True)
class PlateScale:
    """What all images of a plate are measured with; `blank` is that of its blank image.

    `negative` is the median white of its negative wells, with which a field stained all over is told from a dim one;
    `white_spread_od` is how much the stain in their whites differs.
    """

    tables: StainTables
    threshold_od: float
    source: str
    flag: str
    blank: Blank | None
    negative: White | None
    white_spread_od: float = 0.0


@dataclass(frozen=True)
class NegativeField:
    """What a negative image tells: its well and white, its pixels by OD, its smooth background.

    That is None where the image is too small for it.
    """

    well: str
    white: White
    histogram: Counts
    blocks: Blocks | None


def scale_of_negatives(
    plate: str,
    blank: Blank | None,
    fields: Sequence[NegativeField],
    tables: StainTables,
    settings: AlizarinImageSettings,
    problems: Problems,
) -> PlateScale:
    """The scale of a plate once its negative images were looked at."""
    if not fields:
        fixed = max(UNCALIBRATED_OD, settings.floor_od)
        problems.add("MG401", plate=plate, seen=f"{fixed:.2f}")
        return PlateScale(tables, fixed, "fixed", "uncalibrated", blank, None)
    white = _median_white([f.white for f in fields])
    red = _stain_between(even_white(1, 1, 1), white, settings.vector)
    if blank is None and red > _RED_WHITE_OD:
        problems.add("MG416", plate=plate, seen=f"{red:.2f}")
    wells: dict[str, list[NegativeField]] = {}
    for seen in fields:
        wells.setdefault(seen.well, []).append(seen)
    cap = max(CAP_OD, settings.floor_od)
    plain, smooth = np.transpose([_levels_of_well(held, settings.percentile, cap) for held in wells.values()])
    spread = _spread(np.array([_stain_between(white, f.white, settings.vector) for f in fields]))
    wanted = threshold_of_wells(plain, smooth, settings.floor_od, cap)
    threshold, specks = min(wanted, cap), float(np.median(plain)) > cap
    if specks or wanted > cap:
        facts = {"cap": f"{cap:.2f}", "used": f"{threshold:.2f}"}
        problems.add("MG402", plate=plate, seen=f"{max(float(np.median(plain)), wanted):.2f}", **facts)
    flag = "contaminated_controls" if specks or wanted > cap else ""
    return PlateScale(tables, threshold, "plate_controls", flag, blank, white, spread)


def threshold_of_wells(
    plain: NDArray[np.float64], smooth: NDArray[np.float64], floor_od: float, cap_od: float
) -> float:
    """The threshold that the negative wells of a plate ask for, at least the floor; both (wells,) in OD.

    `plain` are the percentiles of their pixels, `smooth` those of their smooth background, which take the place of
    plain ones above the cap. Twice the spread between wells that are not above the cap even so is added to the
    median: of wells whose layer took up dye unevenly, half hold more than the median one.
    """
    levels = np.maximum(np.where(plain > cap_od, np.minimum(plain, smooth), plain), floor_od)
    sound = levels[levels <= cap_od]
    return float(np.median(levels)) + _SPREADS * (_spread(sound) if len(sound) else 0.0)


def decode_suitable(file: str, well: str, decode: Decode, problems: Problems) -> Sight | None:
    """An image that can be measured, else None and a problem (each problem is kept once)."""
    try:
        sight = sight_of(decode(file))
    except UnreadableError as e:
        problems.add(e.code, file=file, sheet=e.sheet, place=e.place or well, seen=e.seen, **e.facts)
        return None
    if reason := sight.unsuitable():
        problems.add(_REFUSED[reason], file=file, place=well, seen=well or "?")
        return None
    return sight


def white_of_image(
    own: White, file: str, well: str, scale: PlateScale, settings: AlizarinImageSettings, problems: Problems
) -> tuple[White, str]:
    """The white of an image and its source: the plate's `blank`, else the image's `own`, else that of the `negatives`.

    The last is taken where the image's own white is stained: a field without a pale place. Stained is what exceeds the
    negatives' white by more than the floor and twice the spread of their own, since layers take up dye unevenly.
    """
    if scale.blank:
        return scale.blank.white, "blank"
    if scale.negative is None:
        return own, "own"
    stain = _stain_between(scale.negative, own, settings.vector)
    if stain <= max(settings.floor_od, _LEAST_FLOOR_OD) + _SPREADS * scale.white_spread_od:
        return own, "own"
    problems.add("MG411", file=file, place=well, seen=f"{stain:.2f}")
    return scale.negative, "negatives"


def _levels_of_well(fields: Sequence[NegativeField], percentile: float, cap_od: float) -> tuple[float, float]:
    """The percentile of stain OD of a well's pixels, all its fields together, and that of their smooth background.

    That is asked for above the cap only, where it takes the place of the first (`threshold_of_wells`): below, it would
    cost half a second while the other processes wait. There the second is the first.
    """
    plain = od_percentile(np.sum([f.histogram for f in fields], axis=0), percentile)
    blocks = [f.blocks for f in fields if f.blocks is not None]
    return plain, background_percentile(blocks, percentile) if blocks and plain > cap_od else plain


def _spread(values: NDArray[np.float64]) -> float:
    """SD of values by their quartiles: a quarter of them may be anything."""
    low, high = np.percentile(values, [25, 75])
    return float(high - low) / _IQR_OF_SD


def negative_field(
    blank: Blank | None,
    tables: StainTables,
    decode: Decode,
    settings: AlizarinImageSettings,
    file: Mapping[str, str],
    problems: Problems,
) -> NegativeField | None:
    """What a negative image (a row of IMAGE_FILES) tells; None where it cannot be measured."""
    sight = decode_suitable(file["file"], file["well"], decode, problems)
    if sight is None:
        return None
    white = blank.white if blank else own_white(sight.original, sight.picture, settings.vector)
    histogram, blocks = empty_histogram(), []
    for chunk in stain_chunks(sight.picture, white, tables):
        added_to_histogram(histogram, chunk, white, tables, sight.picture.shape, settings.floor_od)
        blocks.append(blocks_of_chunk(chunk))
    h, w = sight.look.shape
    histogram[0] -= h * w - sight.pixels()  # painted white: around the well of a photograph, over a scale bar
    return NegativeField(file["well"], white, histogram, blocks_from_chunks(blocks))


def white_of_blank(
    plate: str, file: str, decode: Decode, settings: AlizarinImageSettings, problems: Problems
) -> Blank | None:
    """The white of a plate's blank image; None and a problem where that cannot be read."""
    try:
        sight = sight_of(decode(file))
    except UnreadableError as e:
        problems.add(e.code, file=file, sheet=e.sheet, place=e.place, seen=e.seen, **e.facts)
    else:
        why = unsuitable(sight.look)
        if why == "grey" and not white_is_clipped(sight.look):  # an empty field may well be neutral grey
            why = ""
        if not why:
            return Blank(fit_white(sight.picture, settings.vector), roughness(sight.look), sight.look.shape)
    problems.add("MG405", file=file, plate=plate, seen=file)
    return None


def blank_that_fits(
    plate: str,
    file: str,
    blank: Blank,
    fields: Sequence[Mapping[Any, Any]],
    decode: Decode,
    settings: AlizarinImageSettings,
    problems: Problems,
) -> Blank | None:
    """The blank, unless some of the plate's own images (rows of IMAGE_FILES) show that it is none of theirs (MG415).

    Nothing is paler than an empty dish: a blank that is darker or redder than the white of the fields themselves was
    taken in other light, or is stained. One of another size was taken by another camera, or turned.
    """
    seen = [s for f in fields if (s := decode_suitable(f["file"], f["well"], decode, problems))]
    if not seen:
        return blank
    other = next((s.look.shape for s in seen if s.look.shape != blank.shape), None)
    if other:
        what = f"{blank.shape[1]} x {blank.shape[0]} pixels, the images {other[1]} x {other[0]}"
        problems.add("MG415", file=file, plate=plate, seen=what)
        return None
    unit = unit_vector(settings.vector)
    whites = [fit_white(s.picture, settings.vector) for s in seen]
    paler = float(np.median([(w.level() - blank.white.level()) @ unit for w in whites]))
    if paler > _PALER_THAN_BLANK_OD:
        problems.add("MG415", file=file, plate=plate, seen=f"{paler:.2f} OD darker than the images' own white")
        return None
    return blank


def _stain_between(pale: White, other: White, vector: tuple[float, float, float]) -> float:
    """How much more stain the other white holds, in OD: what differs in colour; a dimmer lamp alone gives 0."""
    unit = unit_vector(vector)
    colour = unit - unit.mean()
    return float((pale.level() - other.level()) @ colour / (colour @ colour))


def _median_white(whites: list[White]) -> White:
    """The median of whites, term by term."""
    return White(np.median([w.coefficients for w in whites], axis=0), float(np.median([w.noise_od for w in whites])))
