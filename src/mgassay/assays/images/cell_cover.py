"""How much of a field cells cover, where an image can tell, and whether a field is empty.

An image shows what absorbs or scatters more than its white. Where the white is that of an empty dish (the plate's blank
image, or the gaps of a layer that does not cover the field) that is the cells; on a closed layer without a blank image
the white is the layer itself, and how much it covers cannot be known.

Blocks of 16 x 16 pixels are judged, by the mean of 32 of their pixels. In an empty dish these means scatter as sensor
noise alone does; a layer of cells is uneven.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, surface_grid
from mgassay.assays.images.image_look import BLOCK, BLOCK_MIDDLE, BLOCK_PIXELS, Look

EVEN_OD = 0.0015  # SD of block means among the palest blocks: an empty dish under ordinary noise has 0.0005
_EVEN_AS_NOISE, _MOST_EVEN_OD = 1.2, 0.004  # a noisier camera: times what its own noise leaves in a mean
_PALEST, _NORMAL_APART = (0.02, 0.1), 0.772  # quantiles of OD, and the normal distribution's own distance between them
_LEAST_OD, _LEAST_OD_OVER_BLANK = 0.004, 0.01  # of a cell over the white; lamps drift between a blank and an image
_MOST_CELL_OD, _MOST_CELL_SD = 0.1, 0.03  # in a block; more is mineral or its edge, and says nothing of cells
_ROUGH, _ROUGHEST = 2.0, 1.2  # times the median variance inside empty blocks, and times its 99th percentile
_LEAST_BLOCKS = 300


@dataclass(frozen=True)
class Cover:
    """Fraction of the field that cells cover (NaN: cannot be told) and how uneven its palest quarter is, in OD."""

    cell_fraction: float
    white_scatter_od: float


def cell_cover(
    look: Look,
    own: White,
    blank: tuple[White, float] | None,
    unit: NDArray[np.float64],
    area_fraction: float,
) -> Cover:
    """The cells of an image: blocks darker than the white by half of what the cells here absorb.

    `own` is the white fitted to the image itself, `blank` that of the plate's blank image with the `roughness` of that
    image (where there is one, blocks rougher than an empty dish count too: cells that scatter and absorb nothing),
    `unit` the stain's OD vector at length 1. The stained area counts as covered; blocks with mineral in them are left
    out of the rest. NaN for both numbers with fewer than 300 blocks, and for cells where no block is free of mineral.
    """
    if look.variance.size < _LEAST_BLOCKS:
        return Cover(float("nan"), float("nan"))
    od = _block_od(look, own, unit)
    low, high = np.quantile(od, _PALEST)
    scatter = float(high - low) / _NORMAL_APART
    pale, inner = (od >= low) & (od <= high), _inner_od(look)
    if blank is not None:
        over, least, rough = _block_od(look, blank[0], unit), _LEAST_OD_OVER_BLANK, blank[1]
    elif _is_even(inner, scatter, pale):
        over = od - (float(np.median(od[pale])) + scatter)  # the pale ones are 0.5 to 1.6 SD below their white
        least, rough = max(_LEAST_OD, 4 * scatter), np.inf
    else:
        return Cover(float("nan"), scatter)
    clear = (od < _MOST_CELL_OD) & (inner < _MOST_CELL_SD)
    if not clear.any():
        return Cover(float("nan"), scatter)
    cells = _covered(over[clear], look.variance[clear], least, rough)
    return Cover(area_fraction + (1 - area_fraction) * cells, scatter)


def roughness(look: Look) -> float:
    """The variance of green that no block of an empty field exceeds, in grey levels squared.

    Twice the median, or a fifth more than the 99th percentile: JPEG leaves most blocks even and some not. Infinite
    for a field smaller than a block.
    """
    if not look.variance.size:
        return float("inf")
    return max(_ROUGH * float(np.median(look.variance)), _ROUGHEST * float(np.quantile(look.variance, 0.99)))


def _block_od(look: Look, white: White, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Stain OD of the blocks under a white, (rows, columns)."""
    rows, columns = look.variance.shape
    y = 2 * (look.apart * np.arange(rows) + BLOCK_MIDDLE) / look.shape[0] - 1
    x = 2 * (BLOCK * np.arange(columns) + BLOCK / 2) / look.shape[1] - 1
    od: NDArray[np.float64] = surface_grid(unit @ white.coefficients, x, y) - look.logs @ (unit / np.log(10))
    return od


def _inner_od(look: Look) -> NDArray[np.float64]:
    """SD of OD in green inside the blocks."""
    green = np.maximum(look.means[..., 1].astype(np.float64), 1)
    sd: NDArray[np.float64] = np.sqrt(look.variance) / (green * np.log(10))
    return sd


def _is_even(inner: NDArray[np.float64], scatter: float, pale: NDArray[np.bool_]) -> bool:
    """Whether the palest blocks are as even as an empty dish, given how green varies inside blocks (`_inner_od`)."""
    expected = float(np.median(inner[pale])) / np.sqrt(BLOCK_PIXELS)
    return scatter <= EVEN_OD or (scatter <= _MOST_EVEN_OD and scatter <= _EVEN_AS_NOISE * expected)


def _covered(over: NDArray[np.float64], variance: NDArray[np.float32], least: float, rough: float) -> float:
    """Fraction of blocks over the white by half of the cells' own OD, or rough where they absorb nothing."""
    cells = over[over > least]
    at = max(least, float(np.median(cells)) / 2) if len(cells) else least
    return float(np.mean((over > at) | ((np.abs(over) <= least) & (variance > rough))))
