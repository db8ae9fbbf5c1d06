"""Alizarin images -> images.csv: each image is decoded, measured on its plate's scale, and let go."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay import tables
from mgassay.assays.images.flatfield import White
from mgassay.assays.images.image_amounts import amounts_from_images, negative_conditions
from mgassay.assays.images.image_checks import check_images, flag_images
from mgassay.assays.images.image_quality import CLIPPED_FLAG, clipped_fraction, focus_from_edges, pixel_digest
from mgassay.assays.images.nodules import Runs, nodule_areas, runs_from_mask
from mgassay.assays.images.plate_scale import Decode, Pixels, PlateScale, decode_suitable, plate_scale, white_of_image
from mgassay.assays.images.stain import GATE, Stained, stained_from_image
from mgassay.errors import ContractError
from mgassay.experiment import AlizarinImageSettings, Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems

__all__ = ["MeasuredImage", "amounts_from_images", "images_from_measured", "measure_experiment", "measure_images"]


@dataclass(frozen=True)
class MeasuredImage:
    """One image: its row of images.csv and a `digest` of its pixels, the pixels (h, w, 3), what was counted (h, w)."""

    row: dict[str, Any]
    rgb: Pixels
    stained: NDArray[np.bool_]


def measure_experiment(
    experiment: Experiment, image_files: pd.DataFrame, decode: Decode, problems: Problems
) -> Iterator[MeasuredImage]:
    """Measures all images of an experiment one by one; judges them against their plates after the last.

    `image_files` are IMAGE_FILES, `decode` turns a name in them into pixels. A plate that stands in several rows of
    files.csv is measured with the settings of the first. A caller who lets go of an image before asking for the next
    never has two in memory.
    """
    negative, rows = negative_conditions(experiment), []
    declared = {f.plate: f for f in reversed(experiment.files_of("alizarin_image"))}
    for plate, files in image_files.groupby("plate", sort=False):
        settings = experiment.assay_settings(declared[str(plate)])
        if not isinstance(settings, AlizarinImageSettings):
            raise ContractError(f"{plate}: not the settings of Alizarin images")
        for image in measure_images(files, decode, settings, problems, negative):
            rows.append(image.row)
            yield image
            del image
    check_images(images_from_measured(rows), [row["digest"] for row in rows], negative, problems)


def images_from_measured(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """IMAGES from the rows of all measured images of an experiment, flagged where they do not fit their plate."""
    rows = list(rows)
    images = tables.IMAGES.frame({c: v for c, v in row.items() if c != "digest"} for row in rows)
    return flag_images(images, [row["digest"] for row in rows])


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
    has no row. `images_from_measured` makes the table.
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
            yield from _measured({str(k): v for k, v in file.items()}, scale, decode, settings, problems)


def _measured(
    file: dict[str, Any], scale: PlateScale, decode: Decode, settings: AlizarinImageSettings, problems: Problems
) -> Iterator[MeasuredImage]:
    """The measured image, or nothing where it was refused."""
    rgb = decode_suitable(file["file"], file["well"], decode, problems)
    if rgb is None:
        return
    white = white_of_image(rgb, file["file"], file["well"], scale, settings, problems)
    stained = stained_from_image(rgb, white, scale.tables, scale.threshold_od)
    runs = runs_from_mask(stained.mask)
    row = {
        **{c: file[c] for c in ("file", "plate", "well", "field", "condition", "donor", "rep")},
        **_stain_columns(stained),
        **_nodule_columns(runs, file, settings, problems),
        **_quality_columns(rgb, runs, white, scale),
        "digest": pixel_digest(rgb),
    }
    yield MeasuredImage(row, rgb, stained.mask)


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
    runs: Runs, file: dict[str, Any], settings: AlizarinImageSettings, problems: Problems
) -> dict[str, Any]:
    """Count and median area of nodules not smaller than `min_area_um2`; the stained area itself is not filtered."""
    size = settings.pixel_size_um or file["pixel_size_um"]
    known = bool(np.isfinite(size))
    if settings.min_area_um2 and not known:
        problems.add("MG413", plate=file["plate"], seen=settings.min_area_um2)
    areas = nodule_areas(runs) * (size**2 if known else 1.0)
    kept = areas[areas >= settings.min_area_um2] if known else areas
    return {
        "nodules": len(kept),
        "median_nodule_area": float(np.median(kept)) if len(kept) else np.nan,
        "area_unit": "um2" if known else "px",
    }


def _quality_columns(rgb: Pixels, runs: Runs, white: White, scale: PlateScale) -> dict[str, Any]:
    """How the image was measured and how good it is."""
    clipped = clipped_fraction(rgb)
    return {
        "threshold_od": scale.threshold_od,
        "threshold_source": scale.source,
        "white": ";".join(f"{level:.1f}" for level in 10 ** white.level()),
        "focus": focus_from_edges(rgb, runs),
        "clipped_fraction": clipped,
        "flag": join_flags(scale.flag, "clipped" if clipped > CLIPPED_FLAG else ""),
    }


def _is_stain(vector: tuple[float, float, float]) -> bool:
    """Whether densities can be a red stain's: none negative, and green above red by what the hue gate asks."""
    red, green, blue = vector
    return bool(np.isfinite(vector).all()) and min(red, green, blue) >= 0 and red < GATE * green
