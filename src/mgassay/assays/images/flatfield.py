"""The white of an image: how bright a field without stain would be, measured in the image itself, never taken as 255.

Illumination and vignetting of a bright-field microscope are smooth, so the logarithm of the white is a quadratic in x
and y, one per channel. What is fitted is the paler side of the picture; nodules and cells only ever darken it. On a
confluent layer the white is therefore the unstained layer, unless a blank image shows the empty dish.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.picture import Picture

SAMPLES_PER_SIDE = 96  # pixels looked at per side; the fit has 6 parameters per channel
TILES_PER_SIDE = 8
_LOG10 = np.log10(np.maximum(np.arange(256), 1))  # a channel at 0 is read as 1, the least that 8 bits can tell
_POWERS = (np.array([0, 1, 0, 2, 1, 0]), np.array([0, 0, 1, 0, 1, 2]))  # of x and of y in the six terms
_LEAST_SCATTER = 0.002  # log10 units; one of 255 grey levels at the bright end


@dataclass(frozen=True)
class White:
    """The white of one image.

    `coefficients` (3, 6) give log10 of the white's grey level in R, G, B over the terms 1, x, y, x², xy, y², with x and
    y from -1 to 1 over the field; `noise_od` is the SD of the stain OD among the white's own pixels.
    """

    coefficients: NDArray[np.float64]
    noise_od: float

    def level(self) -> NDArray[np.float64]:
        """The mean of the white over the field in log10 grey levels, (3,): x² and y² average to 1/3."""
        c = self.coefficients
        mean: NDArray[np.float64] = c[:, 0] + (c[:, 3] + c[:, 5]) / 3
        return mean

    def is_even(self) -> bool:
        """Whether the white is the same everywhere, so that nothing has to be evaluated per pixel."""
        return not self.coefficients[:, 1:].any()


def even_white(red: float, green: float, blue: float, noise_od: float = 0.0) -> White:
    """A white of the same grey levels everywhere."""
    coefficients = np.zeros((3, 6))
    coefficients[:, 0] = np.log10([red, green, blue])
    return White(coefficients, noise_od)


def unit_vector(vector: tuple[float, float, float]) -> NDArray[np.float64]:
    """The stain's OD vector at length 1."""
    v = np.asarray(vector, float)
    unit: NDArray[np.float64] = v / np.linalg.norm(v)
    return unit


def fit_white(picture: Picture, vector: tuple[float, float, float]) -> White:
    """The white of an image, fitted to its paler side on a grid of at most 96 x 96 pixels.

    The start is a surface through the paler half of the 90th percentiles of 8 x 8 tiles, so that a corner darkened by
    vignetting counts as much as the centre. Then the pixels near the surface are fitted again and again, their scatter
    taken from the side that stain cannot reach (pixels paler than the surface), until the set settles. The same
    pixels then give each channel its surface. Source: DESIGN.md, section 5 (plain least squares was 9.5 percentage
    points off on a 30 % image); tests/assays/images/test_flatfield.py.
    """
    unit = unit_vector(vector)
    logs, x, y = _sample(picture)
    terms, bright = surface_terms(x, y), unit @ logs
    moments = _Moments(x, y)
    start = _start(bright.reshape(len(y), len(x)), terms.reshape(6, len(y), len(x)))
    near = white_pixels(bright, terms, start, lambda now: moments.least_squares(now, bright))
    coefficients = moments.least_squares(near, logs)
    scatter = (bright - unit @ coefficients @ terms)[near]
    return White(coefficients, float(scatter.std()))


def surface_terms(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """The six terms of the surface at the points of a grid, row by row, (6, len(y) * len(x))."""
    gx, gy = np.tile(x, len(y)), np.repeat(y, len(x))
    return np.stack([np.ones_like(gx), gx, gy, gx * gx, gx * gy, gy * gy])


def pixel_centres(count: float, first: int = 0, last: int | None = None) -> NDArray[np.float64]:
    """Centres of pixels first to last of `count`, on the axis from -1 to 1; of groups of k pixels for count / k."""
    return (2 * np.arange(first, count if last is None else last) + 1) / count - 1


def surface_grid(
    coefficients: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Quadratic surfaces (..., 6) at the points of a grid, (..., len(y), len(x))."""
    one, in_x, in_y, xx, xy, yy = np.moveaxis(coefficients, -1, 0)[..., None]
    along, down = one + x * (in_x + xx * x), y * (in_y + yy * y)
    surfaces: NDArray[np.float64] = along[..., None, :] + down[..., :, None] + (xy * y)[..., :, None] * x
    return surfaces


def surface_rows(
    coefficients: NDArray[np.float64], shape: tuple[float, int], first: int, out: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A quadratic surface on the rows of an image that `out` (rows, w) covers, from row `first` on; fills `out`."""
    x = pixel_centres(shape[1]).astype(np.float32)
    y = pixel_centres(shape[0], first, first + len(out))
    one, in_x, in_y, xx, xy, yy = coefficients
    np.multiply((in_x + xy * y).astype(np.float32)[:, None], x, out=out)
    np.add(out, np.float32(xx) * x * x, out=out)
    np.add(out, (one + in_y * y + yy * y * y).astype(np.float32)[:, None], out=out)
    return out


def surface_at(
    coefficients: NDArray[np.float64], shape: tuple[int, int], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    """A quadratic surface at single pixels of an image of this shape."""
    x, y = pixel_centres(shape[1])[columns], pixel_centres(shape[0])[rows]
    one, in_x, in_y, xx, xy, yy = coefficients
    value: NDArray[np.float64] = one + x * (in_x + xx * x + xy * y) + y * (in_y + yy * y)
    return value


def surface_bounds(coefficients: NDArray[np.float64]) -> tuple[float, float]:
    """Numbers that a quadratic surface stays between on the whole field, not always the closest such numbers."""
    swing = np.abs(coefficients[[1, 2, 4]]).sum()
    bowl = coefficients[[3, 5]]
    return (
        float(coefficients[0] - swing + np.minimum(bowl, 0).sum()),
        float(coefficients[0] + swing + np.maximum(bowl, 0).sum()),
    )


def _sample(picture: Picture) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """log10 grey levels of a grid of pixels, (3, n), row by row, and its x and y from -1 to 1."""
    h, w = picture.shape[:2]
    rows, columns = (np.unique(np.linspace(0, n - 1, min(n, SAMPLES_PER_SIDE)).astype(int)) for n in (h, w))
    if isinstance(picture, np.ndarray):
        pixels = picture.take(rows, axis=0).take(columns, axis=1).reshape(-1, 3)
    else:
        pixels = np.concatenate([picture[row : row + 1][0].take(columns, axis=0) for row in rows.tolist()])
    return _LOG10.take(pixels.T), pixel_centres(w)[columns], pixel_centres(h)[rows]


def _start(bright: NDArray[np.float64], terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients of a first surface from brightness (h, w) and terms (6, h, w) of the sampled grid.

    Least squares through the 90th percentiles of tiles, then three times through the paler half of them.
    """
    tiles = [min(n, TILES_PER_SIDE) for n in bright.shape]
    sides = [n // t for n, t in zip(bright.shape, tiles, strict=True)]
    whole = bright[: tiles[0] * sides[0], : tiles[1] * sides[1]]
    by_tile = whole.reshape(tiles[0], sides[0], tiles[1], sides[1]).swapaxes(1, 2).reshape(tiles[0] * tiles[1], -1)
    at = int(0.9 * by_tile.shape[1])
    pale = np.partition(by_tile, at, axis=1)[:, at]
    middles = terms[:, sides[0] // 2 :: sides[0], sides[1] // 2 :: sides[1]][:, : tiles[0], : tiles[1]].reshape(6, -1)
    return through_paler_half(middles, pale)


def through_paler_half(terms: NDArray[np.float64], pale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients of a surface through values (n,) at terms (k, n): least squares, three times of the paler half."""
    surface = least_squares(terms, pale)
    for _ in range(3):
        residual = pale - surface @ terms
        ranked, n = np.sort(residual), len(residual)
        keep = residual >= (ranked[(n - 1) // 2] + ranked[n // 2]) / 2  # np.median, at a fifth of its cost
        surface = least_squares(terms[:, keep], pale[keep])
    return surface


def white_pixels(
    bright: NDArray[np.float64],
    terms: NDArray[np.float64],
    surface: NDArray[np.float64],
    refitted: Callable[[NDArray[np.bool_]], NDArray[np.float64]],
) -> NDArray[np.bool_]:
    """Which sampled pixels are white: within 2.5 SD of a surface refitted to them, SD from the paler side.

    `refitted` gives the coefficients of the surface through the brightness of some of the pixels.
    """
    near = np.zeros(len(bright), bool)
    for _ in range(30):
        residual = bright - surface @ terms
        paler = np.maximum(residual, 0)
        squares = float(np.einsum("n,n->", paler, paler))
        scatter = max(math.sqrt(squares / max(int(np.count_nonzero(paler)), 1)), _LEAST_SCATTER)
        now = np.abs(residual) <= 2.5 * scatter
        if np.count_nonzero(now) < 60:  # ten pixels per parameter
            break
        settled = np.count_nonzero(now != near) <= len(bright) // 1000
        near = now
        if settled:
            break
        surface = refitted(now)
    return near if near.any() else np.ones(len(bright), bool)


def least_squares(terms: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients (..., 6) for values (..., n) by the normal equations: six terms between -1 and 1 are well scaled.

    Summed by einsum and not by BLAS, whose threads would let the last digit depend on the machine.
    """
    return _solved(np.einsum("in,jn->ij", terms, terms), np.einsum("in,...n->i...", terms, values), terms.shape[1])


def _solved(gram: NDArray[np.float64], right: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Coefficients (..., terms) of normal equations over so many points, which a touch of ridge always lets solve."""
    ridge: NDArray[np.float64] = np.eye(len(gram), dtype=np.float64) * (1e-9 * count)
    solution: NDArray[np.float64] = np.linalg.solve(gram + ridge, right).astype(np.float64, copy=False)
    return solution.T


class _Moments:
    """`least_squares` through some of the points of a grid, at a tenth of its cost.

    On a grid a sum of x^a y^b over points is one along the rows and then one over them, and the normal equations of a
    quadratic hold no other sums than those of powers up to four.
    """

    def __init__(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        self._x, self._y = (np.stack([v**k for k in range(5)]) for v in (x, y))
        self._in_x, self._in_y = (np.add.outer(p, p) for p in _POWERS)

    def least_squares(self, some: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coefficients (..., 6) for values (..., n) at the points (n,) that are chosen."""
        weights = some.reshape(self._y.shape[1], self._x.shape[1]).astype(float)
        gram = self._sums(weights, 5)[self._in_x, self._in_y]
        right = self._sums(weights * values.reshape(*values.shape[:-1], *weights.shape), 3)[..., *_POWERS]
        return _solved(gram, right.T, int(np.count_nonzero(some)))

    def _sums(self, values: NDArray[np.float64], powers: int) -> NDArray[np.float64]:
        """Sums of values (..., rows, columns) times x^a y^b over the grid, (..., a, b), a and b below `powers`."""
        along = values @ self._x[:powers].T  # too small for BLAS to use threads
        sums: NDArray[np.float64] = np.swapaxes(self._y[:powers] @ along, -1, -2)
        return sums
