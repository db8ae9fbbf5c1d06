"""Alizarin images -> stained area and optical density: the plate's own threshold, then each image once.

The threshold of a plate is the larger of the floor (0.15 OD) and the median over its negative wells (living cells in
control medium) of their 99.9th percentile of stain OD, grey debris left out. It is capped at 0.35 OD, since darker
controls hold more than background. A plate without negatives gets 0.20 OD and the flag `uncalibrated`.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay.assays.flatfield import White, fit_white, unit_vector
from mgassay.assays.image_quality import CLIPPED_FLAG, clipped_fraction, focus_from_image, pixel_digest, unsuitable
from mgassay.assays.nodules import nodule_areas
from mgassay.assays.stain import Stained, StainTables, od_histogram, od_percentile, stain_tables, stained_from_image
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings
from mgassay.problems import Problems
from mgassay.tables import join_flags

CAP_OD = 0.35
UNCALIBRATED_OD = 0.20
_REFUSED = {"grey": "MG403", "dark": "MG404"}

Pixels = NDArray[np.uint8]
Decode = Callable[[str], Pixels]


@dataclass(frozen=True)
class MeasuredImage:
    """One image: its row of images.csv, its pixels (h, w, 3), what was counted (h, w), and a digest of its pixels."""

    row: dict[str, Any]
    rgb: Pixels
    stained: NDArray[np.bool_]
    digest: str


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


def measure_images(
    image_files: pd.DataFrame,
    decode: Decode,
    settings: AlizarinImageSettings,
    problems: Problems,
    negative_conditions: Collection[str],
) -> Iterator[MeasuredImage]:
    """Measures the images of IMAGE_FILES one by one, plate by plate; each is let go before the next is decoded.

    Negative wells are decoded twice: once for the plate's threshold, once to be measured by it. Rows with the role
    blank, empty or excluded are not measured. An image that cannot be read, is grey or is dark becomes a problem and
    has no row. After the last image, `mgassay.assays.image_checks.flag_images` judges images against their plate.
    """
    if not _is_stain(settings.vector):
        problems.add("MG412", seen=list(settings.vector))
        return
    for plate, files in image_files.groupby("plate", sort=False):
        wanted = files[~files["role"].isin(("blank", "empty", "excluded")) & (files["file"] != (settings.blank or ""))]
        negatives = wanted[wanted["condition"].isin(tuple(negative_conditions))]
        blank = settings.blank or next(iter(files.loc[files["role"] == "blank", "file"]), "")
        scale = plate_scale(str(plate), blank, negatives, decode, settings, problems)
        for file in wanted.to_dict("records"):
            yield from _measured(file, scale, decode, settings, problems)


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
    rgb = _decoded(file, well, decode, problems)
    if rgb is None:
        return None
    white = blank or fit_white(rgb, settings.vector)
    return white, od_histogram(rgb, white, tables, settings.floor_od)


def _decoded(file: str, well: str, decode: Decode, problems: Problems) -> Pixels | None:
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


def _measured(
    file: dict[str, Any], scale: PlateScale, decode: Decode, settings: AlizarinImageSettings, problems: Problems
) -> Iterator[MeasuredImage]:
    """The measured image, or nothing where it was refused."""
    rgb = _decoded(file["file"], file["well"], decode, problems)
    if rgb is None:
        return
    white = _white_of(rgb, file, scale, settings, problems)
    stained = stained_from_image(rgb, white, scale.tables, scale.threshold_od)
    row = {
        **{c: file[c] for c in ("file", "plate", "well", "field", "condition", "donor", "rep")},
        **_stain_columns(stained),
        **_nodule_columns(stained.mask, file, settings, problems),
        **_quality_columns(rgb, white, scale),
    }
    if "clipped" in row["flag"]:
        problems.add("MG409", file=file["file"], place=file["well"], seen=f"{100 * row['clipped_fraction']:.1f}")
    yield MeasuredImage(row, rgb, stained.mask, pixel_digest(rgb))


def _stain_columns(stained: Stained) -> dict[str, Any]:
    """Area and OD columns; areas and integrated OD over all pixels of the field, mean OD over the stained ones."""
    pixels = stained.mask.size
    return {
        "area_fraction": stained.area / pixels,
        "area_low": stained.low / pixels,
        "area_high": stained.high / pixels,
        "integrated_od": stained.od_sum / pixels,
        "mean_od": stained.od_sum / stained.area if stained.area else np.nan,
        "cell_fraction": stained.cells / pixels,
    }


def _nodule_columns(
    mask: NDArray[np.bool_], file: dict[str, Any], settings: AlizarinImageSettings, problems: Problems
) -> dict[str, Any]:
    """Count and median area of nodules not smaller than `min_area_um2`; the stained area itself is not filtered."""
    size = settings.pixel_size_um or file["pixel_size_um"]
    known = bool(np.isfinite(size))
    if settings.min_area_um2 and not known:
        problems.add("MG413", plate=file["plate"], seen=settings.min_area_um2)
    areas = nodule_areas(mask) * (size**2 if known else 1.0)
    kept = areas[areas >= settings.min_area_um2] if known else areas
    return {
        "nodules": len(kept),
        "median_nodule_area": float(np.median(kept)) if len(kept) else np.nan,
        "area_unit": "um2" if known else "px",
    }


def _quality_columns(rgb: Pixels, white: White, scale: PlateScale) -> dict[str, Any]:
    """How the image was measured and how good it is."""
    clipped = clipped_fraction(rgb)
    return {
        "threshold_od": scale.threshold_od,
        "threshold_source": scale.source,
        "white": ";".join(f"{level:.1f}" for level in 10 ** white.level()),
        "focus": focus_from_image(rgb),
        "clipped_fraction": clipped,
        "flag": join_flags(scale.flag, "clipped" if clipped > CLIPPED_FLAG else ""),
    }


def _white_of(
    rgb: Pixels, file: dict[str, Any], scale: PlateScale, settings: AlizarinImageSettings, problems: Problems
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
    problems.add("MG411", file=file["file"], place=file["well"], seen=f"{stain:.2f}")
    return scale.negative


def _stain_between(pale: White, other: White, vector: tuple[float, float, float]) -> float:
    """How much more stain the other white holds, in OD: what differs in colour; a dimmer lamp alone gives 0."""
    unit = unit_vector(vector)
    colour = unit - unit.mean()
    return float((pale.level() - other.level()) @ colour / (colour @ colour))


def _median_white(whites: list[White]) -> White:
    """The median of whites, term by term."""
    return White(
        np.median([w.coefficients for w in whites], axis=0), float(np.median([w.noise_od for w in whites]))
    )


def _is_stain(vector: tuple[float, float, float]) -> bool:
    """Whether densities can be a red stain's: none negative, and green above red by what the hue gate asks."""
    red, green, blue = vector
    return bool(np.isfinite(vector).all()) and min(red, green, blue) >= 0 and red < 0.8 * green
