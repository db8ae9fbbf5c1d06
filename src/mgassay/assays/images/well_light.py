"""Wells of a photograph judged one by one: their light, and the ends of the grey scale within the well alone."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import least_squares, pixel_centres, surface_at
from mgassay.assays.images.image_look import Look, look_at
from mgassay.assays.images.photo_wells import WellPicture

_SAMPLES = 64  # along the side of a well
_PALE_OD = 0.10  # stain, by colour: what holds less shows the light of its well
_LEAST_PALE = 0.25  # part of a well that must be pale, or its light cannot be told from its stain


def light_of_well(well: WellPicture, unit: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much brighter a well is than its photograph's white, (3,) log10, and its slopes in x and y, (2,).

    The median over the pale pixels, and a plane through them: a shadow, a bubble, glare, medium left in the well.
    Light that falls towards the photograph's corners is in its white and does not count. Pale are pixels whose colour
    says less than 0.10 OD of stain (`unit` is its vector at length 1); NaN where these are less than a quarter.
    """
    h, w = well.inside.shape
    y, x = np.nonzero(well.inside[:: _step(h), :: _step(w)])
    y, x = y * _step(h), x * _step(w)
    logs = np.log10(np.maximum(well.pixels[y, x], 1))
    over = logs - np.stack([surface_at(c, (h, w), y, x) for c in well.white.coefficients], axis=1)
    colour = unit - unit.mean()
    pale = -(over @ colour) / (colour @ colour) < _PALE_OD
    if np.count_nonzero(pale) < _LEAST_PALE * pale.size:
        return np.full(3, np.nan), np.full(2, np.nan)
    terms = np.stack([np.ones(len(x)), pixel_centres(w)[x], pixel_centres(h)[y]])[:, pale]
    level: NDArray[np.float64] = np.median(over[pale], axis=0)
    return level, least_squares(terms, over[pale].mean(axis=1))[1:]


def look_at_well(well: WellPicture) -> Look:
    """The look at the square of a well, with what is at the ends of the grey scale counted within the well."""
    look = look_at(well)
    own = well.pixels[well.inside]
    at_low, at_high = (own == 0).any(axis=1), (own == 255).any(axis=1)
    low, high, either = (np.count_nonzero(at) / len(own) for at in (at_low, at_high, at_low | at_high))
    return replace(look, low=low, high=high, clipped=either)


def places_within(well: WellPicture, look: Look) -> Look:
    """The look with nothing but the well's own places in its grid, (n, 1, 3): those around it were painted."""
    h, w = well.inside.shape
    rows, columns = look.grid.shape[:2]
    inside = well.inside[:: -(-h // rows), :: -(-w // columns)]
    return replace(look, grid=look.grid[inside][:, None])


def _step(count: int) -> int:
    """How far apart places are along a side of so many pixels."""
    return max(1, count // _SAMPLES)
