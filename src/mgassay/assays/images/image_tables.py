"""Tables of measured images: images.csv and, beside it, quality, the fields of a well together, nodules by size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mgassay import tables
from mgassay.assays.images.alizarin import MeasuredImage
from mgassay.assays.images.colour_checks import check_stain_colours
from mgassay.assays.images.image_amounts import acellular_conditions, negative_conditions
from mgassay.assays.images.image_checks import check_images, flag_images
from mgassay.assays.images.plate_view import quality_from_scores
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems

_WELL = ["plate", "well", "condition", "donor", "rep"]
_MEANS = ("area_fraction", "area_low", "area_high", "integrated_od", "cell_fraction")


@dataclass(frozen=True)
class Nodules:
    """The nodules of one image: the areas that occur, in the image's `area_unit`, and how often each does.

    `field_area` is the area of the image's field in the same unit.
    """

    areas: NDArray[np.float64]
    counts: NDArray[np.int64]
    field_area: float


def tables_from_measured(
    experiment: Experiment, measured: Sequence[MeasuredImage], problems: Problems
) -> dict[str, pd.DataFrame]:
    """IMAGES, IMAGE_QUALITY, IMAGE_WELLS and NODULE_SIZES of all measured images of an experiment, by name.

    Here, where all are known, images are judged against their plates: flags are added and problems told.
    """
    images = tables.IMAGES.frame(m.row for m in measured)
    quality, pairs = quality_from_scores(images, [m.score for m in measured], acellular_conditions(experiment))
    quality = quality.assign(**_colours(measured))
    flagged = flag_images(images, quality)
    check_images(flagged, quality, pairs, negative_conditions(experiment), problems)
    check_stain_colours(experiment, measured, negative_conditions(experiment), problems)
    nodules = [nodules_of_image(m.nodule_areas, m.field_area) for m in measured]
    return {
        "images": flagged,
        "image_quality": quality,
        "image_wells": wells_from_images(flagged, nodules),
        "nodule_sizes": sizes_from_images(flagged, nodules),
    }


def _colours(measured: Sequence[MeasuredImage]) -> dict[str, pd.Series]:
    """The columns of the stain's colour, a row per image."""
    channels = {f"stain_{c}": [m.colour.od[i] for m in measured] for i, c in enumerate("rgb")}
    return {
        **{name: pd.Series(values, dtype="float64") for name, values in channels.items()},
        "stain_pixels": pd.Series([m.colour.pixels for m in measured], dtype="Int64"),
    }


def nodules_of_image(areas: ArrayLike, field_area: float) -> Nodules:
    """The nodules of an image from the area of each one and of its field, both in the image's unit."""
    kinds, counts = np.unique(np.asarray(areas, float), return_counts=True)
    return Nodules(kinds, counts.astype(np.int64), float(field_area))


def wells_from_images(images: pd.DataFrame, nodules: Sequence[Nodules]) -> pd.DataFrame:
    """IMAGE_WELLS from IMAGES (flagged) and the nodules of each, in the order of rows.

    Areas, integrated OD and cells are means over the fields of a well, each field alike, as in amounts.csv; their SD is
    between fields (NaN for one). `mean_od` is the integrated OD over the stained area. Nodules are added up and their
    median area is over all of them. Where the fields of a well have no one unit (the pixel size of some is not known),
    the columns in it are empty, nodules are still counted.
    """
    rows: list[dict[str, object]] = []
    for culture, fields in images.groupby(_WELL, sort=False):
        means: dict[str, float] = {c: float(fields[c].mean(skipna=False)) for c in _MEANS}
        units = fields["area_unit"].unique()
        own = [nodules[i] for i in fields.index]
        same = len(units) == 1
        rows.append(
            {
                **dict(zip(_WELL, culture, strict=True)),
                **means,
                "fields": len(fields),
                "area_fraction_sd": fields["area_fraction"].std(ddof=1),
                "mean_od": means["integrated_od"] / means["area_fraction"] if means["area_fraction"] else np.nan,
                "nodules": int(fields["nodules"].sum()),
                "median_nodule_area": _median(own) if same else np.nan,
                "field_area": sum(n.field_area for n in own) if same else np.nan,
                "area_unit": units[0] if same else "",
                "flag": join_flags(*fields["flag"]),
            }
        )
    return tables.IMAGE_WELLS.frame(rows)


def sizes_from_images(images: pd.DataFrame, nodules: Sequence[Nodules]) -> pd.DataFrame:
    """NODULE_SIZES from IMAGES and the nodules of each: how many lie in 2^k <= area < 2^(k + 1), k a whole number.

    Every well has all bins from the smallest to the largest nodule of the experiment in its unit, with zeros, so that
    fields and wells can be added up bin by bin.
    """
    return tables.NODULE_SIZES.frame(
        row for unit in images["area_unit"].unique() for row in _sizes(images, nodules, unit)
    )


def _sizes(images: pd.DataFrame, nodules: Sequence[Nodules], unit: str) -> Iterator[dict[str, object]]:
    """The rows of all wells with fields in one unit."""
    own = images[images["area_unit"] == unit]
    powers = [np.frexp(nodules[i].areas)[1] - 1 for i in own.index]
    every = np.concatenate([np.zeros(0, int), *powers])
    if not len(every):
        return
    first, last = int(every.min()), int(every.max())
    by_row = {
        i: np.bincount(p - first, weights=nodules[i].counts, minlength=last - first + 1)
        for i, p in zip(own.index, powers, strict=True)
    }
    for culture, fields in own.groupby(_WELL, sort=False):
        counts = np.sum([by_row[i] for i in fields.index], axis=0)
        for k, count in enumerate(counts, first):
            yield {
                **dict(zip(_WELL, culture, strict=True)),
                "area_from": 2.0**k,
                "area_to": 2.0 ** (k + 1),
                "area_unit": unit,
                "nodules": int(count),
            }


def _median(nodules: Sequence[Nodules]) -> float:
    """The median area over the nodules of several images; NaN where there are none."""
    every = np.concatenate([np.repeat(n.areas, n.counts) for n in nodules])
    return float(np.median(every)) if len(every) else float("nan")
