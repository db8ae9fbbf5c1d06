"""The scale of a plate: its whites and its threshold, the same for all of its images.

The threshold is the larger of the floor (0.15 OD) and the median over the plate's negative wells (living cells in
control medium) of their 99.9th percentile of stain OD, grey debris left out. It is capped at 0.35 OD, since darker
controls hold more than background. A plate without negatives gets 0.20 OD and the flag `uncalibrated`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, fit_white, unit_vector
from mgassay.assays.images.image_quality import unsuitable
from mgassay.assays.images.stain import StainTables, od_histogram, od_percentile, stain_tables
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings
from mgassay.problems import Problems

CAP_OD = 0.35
UNCALIBRATED_OD = 0.20
_REFUSED = {"grey": "MG403", "dark": "MG404"}

Pixels = NDArray[np.uint8]
Decode = Callable[[str], Pixels]


@dataclass(frozen=True)
class PlateScale:
    """What all images of a plate are measured with; `blank` is the white of its blank image.

    `negative` is the median white of its negative wells, with which a field stained all over is told from a dim one.
    """

    tables: StainTables
    threshold_od: float
    source: str
    flag: str
    blank: White | None
    negative: White | None


def plate_scale(
    plate: str,
    blank_file: str,
    negatives: pd.DataFrame,
    decode: Decode,
    settings: AlizarinImageSettings,
    problems: Problems,
) -> PlateScale:
    """The threshold and the whites of a plate, from its blank image and its negative wells (rows of IMAGE_FILES)."""
    tables = stain_tables(settings.vector)
    blank = _white_of_blank(plate, blank_file, decode, settings, problems) if blank_file else None
    wells: dict[str, NDArray[np.int64]] = {}
    whites = []
    for file, well in zip(negatives["file"], negatives["well"], strict=True):
        if (seen := _negative(file, well, blank, tables, decode, settings, problems)) is not None:
            whites.append(seen[0])
            wells[well] = wells.get(well, 0) + seen[1]
    threshold, source, flag = _threshold(plate, [*wells.values()], settings, problems)
    return PlateScale(tables, threshold, source, flag, blank, _median_white(whites) if whites else None)


def decode_suitable(file: str, well: str, decode: Decode, problems: Problems) -> Pixels | None:
    """The pixels of an image that can be measured, else None and a problem (each problem is kept once)."""
    try:
        rgb = decode(file)
    except UnreadableError as e:
        problems.add(e.code, file=file, sheet=e.sheet, place=e.place or well, seen=e.seen, **e.facts)
        return None
    if reason := unsuitable(rgb):
        problems.add(_REFUSED[reason], file=file, place=well, seen=well or "?")
        return None
    return rgb


def white_of_image(
    rgb: Pixels, file: str, well: str, scale: PlateScale, settings: AlizarinImageSettings, problems: Problems
) -> White:
    """The white of an image: the blank's, else its own, else (where its own is stained) that of the negative wells."""
    if scale.blank:
        return scale.blank
    own = fit_white(rgb, settings.vector)
    if scale.negative is None:
        return own
    stain = _stain_between(scale.negative, own, settings.vector)
    if stain <= settings.floor_od:
        return own
    problems.add("MG411", file=file, place=well, seen=f"{stain:.2f}")
    return scale.negative


def _threshold(
    plate: str, histograms: list[NDArray[np.int64]], settings: AlizarinImageSettings, problems: Problems
) -> tuple[float, str, str]:
    """Threshold in OD, its source and flag, from one OD histogram per negative well."""
    if not histograms:
        fixed = max(UNCALIBRATED_OD, settings.floor_od)
        problems.add("MG401", plate=plate, seen=f"{fixed:.2f}")
        return fixed, "fixed", "uncalibrated"
    background = float(np.median([od_percentile(h, settings.percentile) for h in histograms]))
    cap = max(CAP_OD, settings.floor_od)
    if background > cap:
        problems.add("MG402", plate=plate, seen=f"{background:.2f}", cap=f"{cap:.2f}")
        return cap, "plate_controls", "contaminated_controls"
    return max(settings.floor_od, background), "plate_controls", ""


def _negative(
    file: str,
    well: str,
    blank: White | None,
    tables: StainTables,
    decode: Decode,
    settings: AlizarinImageSettings,
    problems: Problems,
) -> tuple[White, NDArray[np.int64]] | None:
    """The white of a negative image and its OD histogram; None where it cannot be measured."""
    rgb = decode_suitable(file, well, decode, problems)
    if rgb is None:
        return None
    white = blank or fit_white(rgb, settings.vector)
    return white, od_histogram(rgb, white, tables, settings.floor_od)


def _white_of_blank(
    plate: str, file: str, decode: Decode, settings: AlizarinImageSettings, problems: Problems
) -> White | None:
    """The white of a plate's blank image; None and a problem where that cannot be read."""
    try:
        rgb = decode(file)
    except UnreadableError as e:
        problems.add(e.code, file=file, sheet=e.sheet, place=e.place, seen=e.seen, **e.facts)
        rgb = np.zeros((1, 1, 3), np.uint8)
    if unsuitable(rgb) != "dark":  # an empty field may well be neutral grey
        return fit_white(rgb, settings.vector)
    problems.add("MG405", file=file, plate=plate, seen=file)
    return None


def _stain_between(pale: White, other: White, vector: tuple[float, float, float]) -> float:
    """How much more stain the other white holds, in OD: what differs in colour; a dimmer lamp alone gives 0."""
    unit = unit_vector(vector)
    colour = unit - unit.mean()
    return float((pale.level() - other.level()) @ colour / (colour @ colour))


def _median_white(whites: list[White]) -> White:
    """The median of whites, term by term."""
    return White(np.median([w.coefficients for w in whites], axis=0), float(np.median([w.noise_od for w in whites])))
