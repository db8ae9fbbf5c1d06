"""The colour that a plate's stain truly has, and how dense it is: from a grid of the pixels of every image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, pixel_centres, surface_grid, unit_vector
from mgassay.assays.images.picture import Pixels
from mgassay.assays.images.stain import HISTOGRAM_OD, Counts, StainTables

_LOG10 = np.log10(np.maximum(np.arange(256), 1))
_BINS = 256
LEAST_PIXELS = 50  # looked at and stained; fewer give no colour


@dataclass(frozen=True)
class StainColour:
    """The mean OD (R, G, B) of the stained pixels that were looked at, and how many they are."""

    od: tuple[float, float, float]
    pixels: int


@dataclass(frozen=True)
class GridDensities:
    """OD in R, G, B of a grid of an image's pixels under its white, (3, n), and their grey levels, (n, 3)."""

    od: NDArray[np.float64]
    pixels: Pixels


def grid_densities(grid: Pixels, shape: tuple[int, ...], white: White) -> GridDensities:
    """OD of `grid`, every n // 128th of the pixels of an image of this shape, (rows, columns, 3)."""
    y, x = (pixel_centres(n)[:: max(1, n // 128)] for n in shape[:2])
    od = surface_grid(white.coefficients, x, y) - _LOG10.take(np.moveaxis(grid, 2, 0))
    return GridDensities(od.reshape(3, -1), grid.reshape(-1, 3))


def stain_histogram(densities: GridDensities, tables: StainTables) -> Counts:
    """Counts of the pixels by stain OD in 256 steps of `HISTOGRAM_OD`, whatever their hue; paler than white is 0."""
    steps = np.clip(tables.unit @ densities.od / HISTOGRAM_OD, 0, _BINS - 1)
    return np.bincount(steps.astype(np.intp), minlength=_BINS)


def stain_colour(densities: GridDensities, least_od: float, tables: StainTables) -> StainColour:
    """The colour of stain: of the pixels with a stain OD of at least `least_od` and the stain's hue.

    A channel at 0 is no measure of density, so pixels with one are left out.
    """
    od = densities.od
    stained = np.flatnonzero((tables.unit @ od >= least_od) & (od[0] < tables.gate * od[1]))
    red, green, blue = densities.pixels.take(stained, axis=0).T > 0  # all(axis=1) costs five times as much
    stained = stained[red & green & blue]
    mean = od.take(stained, axis=1).mean(axis=1) if len(stained) else np.full(3, np.nan)
    return StainColour((float(mean[0]), float(mean[1]), float(mean[2])), len(stained))


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
