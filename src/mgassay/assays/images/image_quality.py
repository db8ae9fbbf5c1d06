"""What an image must be to be measured, and how good it is: bright-field colour, a white that is known, in focus."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.annotations import Box, Covered, annotation_boxes
from mgassay.assays.images.image_look import Look, look_at
from mgassay.assays.images.nodules import Runs
from mgassay.assays.images.photo_wells import WellPicture
from mgassay.assays.images.picture import Picture, is_grey
from mgassay.assays.images.well_light import look_at_well, places_within

CLIPPED_FLAG = 0.01  # fraction of pixels at the end of a channel above which an image is flagged
_DARK = 60  # grey levels; bright-field backgrounds lie far above, fluorescence and unlit ones below
_NEAR, _FAR = 2, 8  # pixels from a border
_LEAST_BORDERS, _MOST_BORDERS = 30, 2000
_STRETCH = 2**22  # pixels whose rows are read at a time
_OVEREXPOSED = 0.05  # fraction of pixels at 255 from which the white itself may lie there
_PALE_LEVELS, _FLAT_END = 10, 0.9  # the palest grey levels of a channel, and how much of them may stand at 255


@dataclass(frozen=True)
class Sight:
    """An image ready to be measured: `picture` is read in place of `original`, with what is drawn into it covered."""

    original: Picture
    picture: Picture
    look: Look
    boxes: tuple[Box, ...]

    def pixels(self) -> int:
        """How many pixels the field has: all but the covered ones, and those around the well of a photograph."""
        around = self.original.outside if isinstance(self.original, WellPicture) else 0
        return self.look.shape[0] * self.look.shape[1] - around - sum(b.pixels() for b in self.boxes)

    def unsuitable(self) -> str:
        """Why it cannot be measured, as `unsuitable` says; a well is judged by its own pixels.

        An unstained well is grey under a neutral white: it is refused only where its whole photograph is grey.
        """
        if not isinstance(self.original, WellPicture):
            return unsuitable(self.look)
        own = places_within(self.original, self.look)
        why = unsuitable(own)
        if why == "grey" and not self.original.of_grey:
            return "clipped" if white_is_clipped(own) else ""
        return why

    def annotation_fraction(self) -> float:
        """Covered pixels over all."""
        return sum(b.pixels() for b in self.boxes) / (self.look.shape[0] * self.look.shape[1])


def sight_of(picture: Picture) -> Sight:
    """Looks at a picture, covers what is drawn into it, and looks again where anything was.

    The digest stays that of the pixels as they came.
    """
    look = look_at_well(picture) if isinstance(picture, WellPicture) else look_at(picture)
    boxes = () if isinstance(picture, WellPicture) else annotation_boxes(picture, look)
    if not boxes:
        return Sight(picture, picture, look, ())
    covered = Covered(picture, boxes)
    return Sight(picture, covered, replace(look_at(covered), digest=look.digest), boxes)


def unsuitable(look: Look) -> str:
    """Why an image cannot be measured: `dark`, `grey`, `clipped` (its white is not known), or "".

    Dark: 90 % of pixels have no channel at 60 or above. Grey: 99.9 % have channels within 2 grey levels of each other.
    Clipped: 5 % or more of pixels have a channel at 255, and of that channel's pixels from 245 on nine in ten stand at
    255. A white of 255 with any noise has as many pixels just below it; where none are below, how far above it the
    white lies cannot be told, and every density is too low by that.
    """
    red, green, blue = np.ascontiguousarray(np.moveaxis(look.grid, 2, 0))
    brightest = np.maximum(np.maximum(red, green), blue)
    if np.count_nonzero(brightest >= _DARK) <= 0.1 * brightest.size:
        return "dark"
    if is_grey(look.grid):
        return "grey"
    return "clipped" if white_is_clipped(look) else ""


def focus_from_edges(picture: Picture, runs: Runs) -> float:
    """How steep the borders of what is stained are: 1 for a step, less the more they are blurred.

    Along rows, the mean step in green from 2 pixels outside a border to 2 inside, over the mean step from 8 outside to
    8 inside. Means over thousands of borders do not see noise, and the ratio does not grow with the amount of stain, as
    the variance of a Laplacian does. NaN with fewer than 30 borders that stand free on both sides: without structure
    focus cannot be told. Around the well of a photograph white was painted: a border there is none of the stain's.
    """
    w = runs.row - 1
    gap = np.diff(runs.starts, prepend=-runs.row) - np.concatenate([[0], (runs.ends - runs.starts)[:-1]])
    long, begin = runs.ends - runs.starts > _FAR, runs.lines * runs.row
    free = gap > _FAR, np.append(gap[1:] > _FAR, True)
    left = runs.starts[long & free[0] & (runs.starts - begin > _FAR)]
    right = runs.ends[long & free[1] & (runs.ends - begin < w - _FAR)] - 1
    if isinstance(picture, WellPicture):
        left, right = (
            left[_within(picture, runs.row, left - _FAR - 1)],
            right[_within(picture, runs.row, right + _FAR + 1)],
        )
    if len(left) + len(right) < _LEAST_BORDERS:
        return float("nan")
    near, far = _steps(picture, runs.row, left, right)
    return near / far if far > 0 else float("nan")


def white_is_clipped(look: Look) -> bool:
    """Whether the white of any channel lies at 255 or above it, so that OD has no zero."""
    if look.high < _OVEREXPOSED:
        return False
    at_end = np.count_nonzero(look.grid == 255, axis=(0, 1))
    near_end = np.count_nonzero(look.grid >= 255 - _PALE_LEVELS, axis=(0, 1))
    pixels = look.grid.shape[0] * look.grid.shape[1]
    return bool(np.any((at_end >= _OVEREXPOSED * pixels) & (at_end >= _FLAT_END * near_end)))


def _steps(picture: Picture, row: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[float, float]:
    """Sums over borders (the last stained pixels) of green outside less green inside, 2 and 8 pixels away."""
    places = [_thinned(b) for b in (left, right)]
    both = np.concatenate(places)
    y = both // row
    x = both - y * row
    outwards = np.repeat([-1, 1], [len(p) for p in places])
    step = max(1, _STRETCH // row)
    stretch, sums = y // step, np.zeros(2, np.int64)
    for turn in np.unique(stretch).tolist():
        first = turn * step
        here = np.flatnonzero(stretch == turn)
        rows = np.ascontiguousarray(picture[first : min(first + step, picture.shape[0])])
        green, way = rows.reshape(-1)[1:], 3 * outwards[here]
        at = 3 * ((y[here] - first) * rows.shape[1] + x[here])
        for i, k in enumerate((_NEAR, _FAR)):
            outside, inside = green.take(at + way * (k + 1)), green.take(at - way * k)
            sums[i] += outside.sum(dtype=np.int64) - inside.sum(dtype=np.int64)
    return float(sums[0]), float(sums[1])


def _within(well: WellPicture, row: int, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which places (rows of `row`, one after the other) lie in a well."""
    y = places // row
    inside: NDArray[np.bool_] = well.inside[y, places - y * row]
    return inside


def _thinned(borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most some 2000 of the borders, evenly."""
    return borders[:: len(borders) // _MOST_BORDERS + 1]
