"""Alizarin images -> images.csv: each image is decoded, measured on its plate's scale, and let go."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay.assays.images.cell_cover import Cover, cell_cover
from mgassay.assays.images.flatfield import White
from mgassay.assays.images.image_amounts import amounts_from_images, negative_conditions
from mgassay.assays.images.image_quality import CLIPPED_FLAG, Sight, focus_from_edges
from mgassay.assays.images.image_score import ImageScore, score_of_image
from mgassay.assays.images.nodules import Runs, nodule_areas
from mgassay.assays.images.photo_wells import WellPicture, own_white
from mgassay.assays.images.photographs import placed_wells, well_opener
from mgassay.assays.images.picture import Picture
from mgassay.assays.images.plate_scale import (
    Decode,
    PlateScale,
    blank_that_fits,
    decode_suitable,
    negative_field,
    scale_of_negatives,
    white_of_blank,
    white_of_image,
)
from mgassay.assays.images.side_by_side import Each, heard, told
from mgassay.assays.images.stain import Counts, stain_tables
from mgassay.assays.images.stain_colour import StainColour, grid_densities, stain_colour, stain_histogram
from mgassay.assays.images.stained import Stained, stained_from_image
from mgassay.errors import ContractError
from mgassay.experiment import AlizarinImageSettings, Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed

__all__ = ["MeasuredImage", "amounts_from_images", "measure_experiment", "measure_plate"]

_LEAST_OD, _MOST_OD = 1e-3, 1e3  # of a vector's densities; its length is of no account, yet numbers end somewhere

_LOOKED_AT = 3  # images of a plate that its blank must fit
Keep = Callable[["Counted"], object]


@dataclass(frozen=True)
class Counted:
    """An image in memory and what was counted in it, to draw it by; `name` is its file."""

    name: str
    picture: Picture
    runs: Runs


@dataclass(frozen=True)
class MeasuredImage:
    """What stays of an image.

    Its row of images.csv, its score, the areas of its nodules and of the field in the row's unit, the pixels of
    `Look.grid` by stain OD, the colour of its stain, and what the caller kept of the image itself.
    """

    row: dict[str, Any]
    score: ImageScore
    nodule_areas: NDArray[np.float64]
    field_area: float
    histogram: Counts
    colour: StainColour
    kept: object


def measure_experiment(
    experiment: Experiment,
    image_files: pd.DataFrame,
    decode: Decode,
    problems: Problems,
    *,
    keep: Keep | None = None,
    each: Each = map,
) -> Iterator[MeasuredImage]:
    """Measures all images of an experiment, plate by plate.

    `image_files` are IMAGE_FILES, `decode` turns a name in them into a picture. A plate that stands in several rows of
    files.csv is measured with the settings of the first. An image is let go before the next is decoded; `keep` is given
    each while it is there. `each` works through the photographs that wells are looked for in, and through the images
    of a plate: `map`, or that of a pool of processes.
    """
    declared = {f.plate: f for f in reversed(experiment.files_of("alizarin_image"))}
    placed = placed_wells(experiment, image_files, decode, problems, each=each)
    decode = well_opener(experiment, placed, decode)
    for plate, files in placed.groupby("plate", sort=False):
        settings = experiment.assay_settings(declared[str(plate)])
        if not isinstance(settings, AlizarinImageSettings):
            raise ContractError(f"{plate}: not the settings of Alizarin images")
        yield from measure_plate(
            files, decode, settings, problems, negative_conditions(experiment), keep=keep, each=each
        )


def measure_plate(
    files: pd.DataFrame,
    decode: Decode,
    settings: AlizarinImageSettings,
    problems: Problems,
    negatives: Collection[str],
    *,
    keep: Keep | None = None,
    each: Each = map,
) -> Iterator[MeasuredImage]:
    """Measures the images of a plate (IMAGE_FILES, all of one plate) one by one.

    Images of the conditions `negatives` are decoded twice: once for the plate's threshold, once to be measured by it.
    Rows with the role blank, empty or excluded are not measured. An image that cannot be read or measured becomes a
    problem and gives nothing.
    """
    if not is_stain(settings):
        problems.add("MG412", seen=list(settings.vector), gate=settings.gate)
        return
    blanks = [settings.blank] if settings.blank else files.loc[files["role"] == "blank", "file"].tolist()
    # a photograph's white is made when its wells are opened
    blank, *more = blanks if blanks and settings.wells == "one" else [""]
    if more:
        problems.add("MG417", plate=files["plate"].iloc[0], seen=blank, others=listed(more))
    wanted = files[~files["role"].isin(("blank", "empty", "excluded")) & (files["file"] != (settings.blank or ""))]
    controls = wanted.loc[wanted["condition"].isin(tuple(negatives)), ["file", "well"]]
    plate = str(files["plate"].iloc[0])
    tables = stain_tables(settings.vector, settings.gate)
    white = white_of_blank(plate, blank, decode, settings, problems) if blank else None
    if white:
        some = [*controls.to_dict("records"), *wanted[["file", "well"]].to_dict("records")][:_LOOKED_AT]
        white = blank_that_fits(plate, blank, white, some, decode, settings, problems)
    look_at = partial(told, partial(negative_field, white, tables, decode, settings))
    fields = list(heard(each(look_at, controls.to_dict("records")), problems))
    scale = scale_of_negatives(plate, white, fields, tables, settings, problems)
    measure = partial(told, partial(measured_image, scale, decode, settings, keep))
    yield from heard(each(measure, wanted.to_dict("records")), problems)


def measured_image(
    scale: PlateScale,
    decode: Decode,
    settings: AlizarinImageSettings,
    keep: Keep | None,
    file: dict[str, Any],
    problems: Problems,
) -> MeasuredImage | None:
    """The image of a row of IMAGE_FILES, measured; None where it was refused."""
    sight = decode_suitable(file["file"], file["well"], decode, problems)
    if sight is None:
        return None
    own = own_white(sight.original, sight.picture, settings.vector)
    white, source = white_of_image(own, file["file"], file["well"], scale, settings, problems)
    size = file["pixel_size_um"]
    unit_area = float(size) ** 2 if np.isfinite(size) else np.nan
    if settings.min_area_um2 and np.isnan(unit_area):
        problems.add("MG413", plate=file["plate"], seen=settings.min_area_um2)
    stained = _counted(sight, white, scale, settings, unit_area)
    areas = nodule_areas(stained.runs) * np.float64(1.0 if np.isnan(unit_area) else unit_area)
    pixels = sight.pixels()
    blank = (scale.blank.white, scale.blank.roughness) if scale.blank else None
    cover = cell_cover(sight.look, own, blank, scale.tables.unit, stained.area / pixels)
    if isinstance(sight.original, WellPicture):  # no cell can be seen in a photograph of a whole plate
        cover = Cover(np.nan, np.nan)
    densities = grid_densities(sight.look.grid, sight.look.shape, white)
    row = {
        **{c: file[c] for c in ("file", "plate", "well", "field", "condition", "donor", "rep")},
        **_stain_columns(stained, pixels),
        "nodules": len(areas),
        "median_nodule_area": float(np.median(areas)) if len(areas) else np.nan,
        "area_unit": "px" if np.isnan(unit_area) else "um2",
        "cell_fraction": cover.cell_fraction,
        **_quality_columns(sight, stained.runs, white, scale),
    }
    return MeasuredImage(
        row,
        score_of_image(sight, own, source, cover, row["area_fraction"], scale.tables.unit),
        areas,
        pixels * (1.0 if np.isnan(unit_area) else unit_area),
        stain_histogram(densities, scale.tables),
        stain_colour(densities, 2 * scale.threshold_od, scale.tables),
        keep(Counted(file["file"], sight.original, stained.runs)) if keep else None,
    )


def is_stain(settings: AlizarinImageSettings) -> bool:
    """Whether densities can be a red stain's: none negative or endless, green above red by what the hue gate asks."""
    red, green, blue = settings.vector
    usual = all(0 <= density <= _MOST_OD for density in (red, green, blue)) and green >= _LEAST_OD
    return usual and red < settings.gate * green


def _counted(
    sight: Sight, white: White, scale: PlateScale, settings: AlizarinImageSettings, unit_area: float
) -> Stained:
    """What is stained; where a least area is asked for and pixels have a size, in nodules of at least that area.

    The areas at the threshold ± 20 % are then those of the nodules that are large enough at these thresholds.
    """
    found = partial(stained_from_image, sight.picture, white, scale.tables)
    stained = found(scale.threshold_od)
    if not settings.min_area_um2 or np.isnan(unit_area):
        return stained
    least = settings.min_area_um2 / unit_area
    low, high = (found(f * scale.threshold_od).in_large_nodules(least).area for f in (1.2, 0.8))
    return stained.in_large_nodules(least, low=low, high=high)


def _stain_columns(stained: Stained, pixels: int) -> dict[str, Any]:
    """Area and OD columns; areas and integrated OD over all pixels of the field, mean OD over the stained ones."""
    od_sum = float(stained.od.sum())
    return {
        "area_fraction": stained.area / pixels,
        "area_low": stained.low / pixels,
        "area_high": stained.high / pixels,
        "integrated_od": od_sum / pixels,
        "mean_od": od_sum / stained.area if stained.area else np.nan,
    }


def _quality_columns(sight: Sight, runs: Runs, white: White, scale: PlateScale) -> dict[str, Any]:
    """How the image was measured and how good it is."""
    clipped = sight.look.clipped
    return {
        "threshold_od": scale.threshold_od,
        "threshold_source": scale.source,
        "white": ";".join(f"{level:.1f}" for level in 10 ** white.level()),
        "focus": focus_from_edges(sight.picture, runs),
        "clipped_fraction": clipped,
        "flag": join_flags(scale.flag, "clipped" if clipped > CLIPPED_FLAG else ""),
    }
