"""What is kept of a measured image to judge it by, once the whole plate is known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.cell_cover import Cover
from mgassay.assays.images.fingerprints import SIDE, brightness_map
from mgassay.assays.images.flatfield import White
from mgassay.assays.images.image_quality import Sight
from mgassay.assays.images.photo_wells import WellPicture
from mgassay.assays.images.well_light import light_of_well


@dataclass(frozen=True)
class ImageScore:
    """One image by itself.

    `level` (3,) and `tilt` (2,) are the log10 grey level of its own white and its slopes in x and y (of a well of a
    photograph, over the photograph's white), NaN where it has no white of its own; `brightness` is its map for
    fingerprints; fractions are of its pixels.
    """

    digest: str
    brightness: NDArray[np.float64]
    width: int
    height: int
    white_source: str
    level: NDArray[np.float64]
    tilt: NDArray[np.float64]
    white_scatter_od: float
    is_bare: bool
    annotation_fraction: float
    clipped_low: float
    clipped_high: float


def score_of_image(
    sight: Sight, own: White, white_source: str, cover: Cover, area_fraction: float, unit: NDArray[np.float64]
) -> ImageScore:
    """The score of an image from what was seen of it, the white fitted to it, and how much of it cells cover.

    A well of a photograph is judged by how it differs from the photograph's white (`light_of_well`; `unit` is the
    stain's OD vector at length 1). An image is bare where its white is an empty dish's, cells cover less than 1 % of it
    and stain less than 0.05 %.
    """
    of_photo = isinstance(sight.original, WellPicture)
    level, tilt = _light(sight, own, white_source, unit)
    return ImageScore(
        digest=sight.look.digest,
        # wells of one photograph are no copies of each other, however round all of them are
        brightness=np.full((SIDE, SIDE), np.nan) if of_photo else brightness_map(sight.look.grid),
        width=sight.look.shape[1],
        height=sight.look.shape[0],
        white_source=white_source,
        level=level,
        tilt=tilt,
        white_scatter_od=cover.white_scatter_od,
        is_bare=bool(cover.cell_fraction < 0.01 and area_fraction < 0.0005),
        annotation_fraction=sight.annotation_fraction(),
        clipped_low=sight.look.low,
        clipped_high=sight.look.high,
    )


def _light(
    sight: Sight, own: White, white_source: str, unit: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The level (3,) and tilt (2,) of an image's light."""
    if isinstance(sight.original, WellPicture):
        return light_of_well(sight.original, unit)
    if white_source == "negatives":
        return np.full(3, np.nan), np.full(2, np.nan)
    return own.level(), np.einsum("ck->k", own.coefficients[:, 1:3]) / 3
