"""Wells of a photograph as pictures of their own, each with the white of the photograph painted around it.

The white is one surface over the whole photograph, fitted to the paler side of what lies in the wells: the plastic
between them is darker or paler than any well, and a well that is stained all over has no white of its own. Painted
around a well, up to the corners of its square, it is what the well is measured against, and holds no stain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import (
    White,
    fit_white,
    least_squares,
    pixel_centres,
    surface_rows,
    through_paler_half,
    unit_vector,
    white_pixels,
)
from mgassay.assays.images.picture import Picture, Pixels

Circle = tuple[float, float, float]  # centre x, y and radius, in pixels

_SIDE = 16  # samples across a well; the surface has 6 parameters per channel
_PARTS = 2  # of a well, on either axis, that are judged each for itself
_LEAST_STAIN = 0.1  # OD
_CURVED, _TILTED = 8, 3  # unstained wells from which a surface may be curved, or tilted


@dataclass(frozen=True)
class WellPicture:
    """The square around a well: pixels (h, w, 3) with white around the circle, which of them lie `inside` it.

    `white` is that of the photograph, over this square. `of_grey` is whether the whole photograph is grey.
    """

    pixels: Pixels
    inside: NDArray[np.bool_]
    white: White
    of_grey: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width, 3."""
        return self.pixels.shape

    @property
    def outside(self) -> int:
        """How many pixels were painted and are no part of the well."""
        return int(self.inside.size - np.count_nonzero(self.inside))

    def __getitem__(self, rows: slice, /) -> Pixels:
        """Rows of the square."""
        return self.pixels[rows]


def well_crop(photo: Picture, circle: Circle) -> tuple[Pixels, NDArray[np.bool_]]:
    """A copy of the square around a circle, and which of its pixels lie in it; both end at the borders."""
    left, top, right, bottom = _box(photo, circle)
    y, x = np.ogrid[top:bottom, left:right]
    inside = (x - circle[0]) ** 2 + (y - circle[1]) ** 2 <= circle[2] ** 2
    return np.array(photo[top:bottom][:, left:right]), inside


def well_picture(photo: Picture, circle: Circle, white: White, *, of_grey: bool = False) -> WellPicture:
    """The well in a circle of a photograph, with the photograph's `white` painted around it."""
    pixels, inside = well_crop(photo, circle)
    h, w = inside.shape
    local = white_within(white, (photo.shape[0], photo.shape[1]), _box(photo, circle))
    room = np.empty((h, w), np.float32)
    for channel in range(3):
        level = 10 ** surface_rows(local.coefficients[channel], (h, w), 0, room)
        pixels[..., channel][~inside] = np.clip(np.rint(level), 0, 255).astype(np.uint8)[~inside]
    return WellPicture(pixels, inside, local, of_grey)


def own_white(original: Picture, picture: Picture, vector: tuple[float, float, float]) -> White:
    """The white of a field itself: fitted to `picture`; of the well of a photograph that of the photograph."""
    return original.white if isinstance(original, WellPicture) else fit_white(picture, vector)


def white_of_wells(photo: Picture, circles: Sequence[Circle], vector: tuple[float, float, float]) -> White:
    """The white over a photograph, fitted to what is least stained in its wells.

    Only quarters of wells of the palest colour count: how red a pixel is says how much stain it holds in any light
    (log G - log R falls by the difference of the stain's densities), so that a plate which is stained for the most
    part still has a white. The start is a surface through their 90th percentiles, then three times through the paler
    half of these; from there on as `fit_white`. With fewer than eight such wells the surface is a plane, with fewer
    than three it is even, since a curved one would run away where there is no well.
    """
    unit = unit_vector(vector)
    logs, terms, part = _samples(photo, circles)
    unstained = _unstained(logs, part, vector)
    wells = len(np.unique(np.flatnonzero(unstained) // _PARTS**2))
    free = 6 if wells >= _CURVED else 3 if wells >= _TILTED else 1
    used = unstained[part]
    logs, terms, part = logs[:, used], terms[:free, used], part[used]
    bright = unit @ logs
    start = _start(bright, terms, part)
    near = white_pixels(bright, terms, start, lambda now: least_squares(terms[:, now], bright[now]))
    coefficients = np.zeros((3, 6))
    coefficients[:, :free] = least_squares(terms[:, near], logs[:, near])
    scatter = bright[near] - unit @ coefficients[:, :free] @ terms[:, near]
    return White(coefficients, float(scatter.std()))


def white_within(white: White, shape: tuple[int, int], box: tuple[int, int, int, int]) -> White:
    """A white over a picture (h, w) as the same surface over a part of it: left, top, and right, bottom behind it.

    With X = a x + b along and Y = c y + d down, a quadratic in X and Y is one in x and y.
    """
    left, top, right, bottom = box
    a, b = (right - left) / shape[1], (left + right) / shape[1] - 1
    c, d = (bottom - top) / shape[0], (top + bottom) / shape[0] - 1
    one, in_x, in_y, xx, xy, yy = white.coefficients.T
    terms = (
        one + b * in_x + d * in_y + b * b * xx + b * d * xy + d * d * yy,
        a * (in_x + 2 * b * xx + d * xy),
        c * (in_y + 2 * d * yy + b * xy),
        a * a * xx,
        a * c * xy,
        c * c * yy,
    )
    return White(np.stack(terms, axis=1), white.noise_od)


def _box(photo: Picture, circle: Circle) -> tuple[int, int, int, int]:
    """Left, top, and right and bottom behind the pixels of a circle, within the photograph."""
    x, y, radius = circle
    h, w = photo.shape[:2]
    return (
        max(0, int(np.floor(x - radius))),
        max(0, int(np.floor(y - radius))),
        min(w, int(np.ceil(x + radius)) + 1),
        min(h, int(np.ceil(y + radius)) + 1),
    )


def _samples(
    photo: Picture, circles: Sequence[Circle]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """log10 levels of pixels spread over all wells, (3, n), the surface's terms there, (6, n), and whose part they are.

    Parts are the quarters of wells, numbered through. Wells are looked at from above to below.
    """
    steps = (np.arange(_SIDE) + 0.5) / _SIDE * 2 - 1
    v, u = (a.ravel() for a in np.meshgrid(steps, steps, indexing="ij"))
    u, v = u[u**2 + v**2 <= 1], v[u**2 + v**2 <= 1]
    quarter = (u > 0) + _PARTS * (v > 0)
    h, w = photo.shape[:2]
    levels, xs, ys = [], [], []
    for cx, cy, radius in circles:
        x = np.clip(np.rint(cx + radius * u).astype(np.intp), 0, w - 1)
        y = np.clip(np.rint(cy + radius * v).astype(np.intp), 0, h - 1)
        levels.append(photo[int(y.min()) : int(y.max()) + 1][y - y.min(), x])
        xs.append(pixel_centres(w)[x])
        ys.append(pixel_centres(h)[y])
    gx, gy = np.concatenate(xs), np.concatenate(ys)
    terms = np.stack([np.ones_like(gx), gx, gy, gx * gx, gx * gy, gy * gy])
    part = np.concatenate([_PARTS**2 * i + quarter for i in range(len(circles))])
    logs = np.log10(np.maximum(np.concatenate(levels).T, 1))  # as everywhere, a channel at 0 is read as 1
    return logs, terms, part


def _unstained(
    logs: NDArray[np.float64], part: NDArray[np.intp], vector: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """Which parts of wells are as little red as the palest ones, within what 0.1 OD of stain would make."""
    unit = unit_vector(vector)
    colour = logs[1] - logs[0]
    by_part = np.array([np.percentile(colour[part == p], 90) for p in range(int(part.max()) + 1)])
    unstained: NDArray[np.bool_] = by_part >= np.percentile(by_part, 95) - _LEAST_STAIN * (unit[1] - unit[0])
    return unstained


def _start(bright: NDArray[np.float64], terms: NDArray[np.float64], part: NDArray[np.intp]) -> NDArray[np.float64]:
    """Coefficients of a first surface through the pale ends of the parts of wells."""
    parts = np.unique(part)
    pale = np.array([np.percentile(bright[part == p], 90) for p in parts])
    middles = np.stack([terms[:, part == p].mean(axis=1) for p in parts], axis=1)
    return through_paler_half(middles, pale)
