"""The colour that a plate's stain truly has: its OD in red, green and blue, from the stained pixels themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, surface_at, unit_vector
from mgassay.assays.images.picture import Pixels
from mgassay.assays.images.stain import StainTables

LEAST_PIXELS = 50  # looked at and stained; fewer give no colour


@dataclass(frozen=True)
class StainColour:
    """The mean OD (R, G, B) of the stained pixels that were looked at, and how many they are."""

    od: tuple[float, float, float]
    pixels: int


def stain_colour(
    grid: Pixels, shape: tuple[int, ...], white: White, least_od: float, tables: StainTables
) -> StainColour:
    """The colour of stain in an image of this shape, from `grid`: every n // 128th of its pixels (rows, columns, 3).

    Of pixels with a stain OD of at least `least_od` and the stain's hue. A channel at 0 is no measure of density, so
    pixels with one are left out.
    """
    rows, columns = np.indices(grid.shape[:2]).reshape(2, -1)
    steps = [max(1, n // 128) for n in shape[:2]]
    places = rows * steps[0], columns * steps[1]
    levels = np.stack([surface_at(c, (shape[0], shape[1]), *places) for c in white.coefficients])
    pixels = grid.reshape(-1, 3).T
    od = levels - np.log10(np.maximum(pixels, 1))
    stained = (tables.unit @ od >= least_od) & (od[0] < tables.gate * od[1]) & (pixels > 0).all(axis=0)
    mean = od[:, stained].mean(axis=1) if stained.any() else np.full(3, np.nan)
    return StainColour((float(mean[0]), float(mean[1]), float(mean[2])), int(stained.sum()))


def colour_of_plate(colours: Sequence[StainColour]) -> tuple[float, float, float] | None:
    """The stain's OD vector at length 1 over a plate's images, each pixel alike; None with fewer than 50 pixels."""
    known = [c for c in colours if c.pixels]
    pixels = np.array([c.pixels for c in known])
    if pixels.sum() < LEAST_PIXELS:
        return None
    red, green, blue = np.average([c.od for c in known], axis=0, weights=pixels)
    mean = unit_vector((red, green, blue))
    return float(mean[0]), float(mean[1]), float(mean[2])


def degrees_between(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The angle between two OD vectors, in degrees: 0 for the same hue, 14 between Alizarin and grey."""
    cosine: NDArray[np.float64] = np.dot(unit_vector(one), unit_vector(other))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
