"""Alizarin in an image: optical density along the stain's vector, by lookup table.

With w the white, v the pixel and u the stain's OD vector at length 1, the stain OD of a pixel is the projection
    sum over channels of u_c * log10(w_c / v_c)
so a stain whose own OD is s * u has stain OD s: it is proportional to dye per area (Beer-Lambert), and so is its
integral. In 8-bit RGB the pixel's part is one table over (R, G) pairs plus one over B, the white's part a smooth
surface. Both are kept in fixed point of 16 bits, `UNITS_PER_OD` to 1 OD, and worked off 64 rows at a time.

The hue gate calls a pixel stain only where OD_R < 0.8 * OD_G: debris is grey (ratio 1), Alizarin is red (0.52).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, surface_at, surface_bounds, surface_rows, unit_vector

UNITS_PER_OD = 14_000  # the darkest pixel, 4.17 OD under white 255, and the offset fit into 16 bits
_OFFSET_OD = 0.4  # so that a white fitted above 255 in a corner does not wrap round
GATE = 0.8
ROWS = 64
_LOG10 = np.log10(np.maximum(np.arange(256), 1))  # a channel at 0 is read as 1, the least that 8 bits can tell


@dataclass(frozen=True)
class StainTables:
    """Lookup tables of one stain vector: fixed-point OD by pair (R + 256 G) and by B, and the gate's hue by pair."""

    pair: NDArray[np.uint16]
    blue: NDArray[np.uint16]
    hue: NDArray[np.float32]
    unit: NDArray[np.float64]


@dataclass(frozen=True)
class Chunk:
    """Rows `first` and on: stain OD in fixed point (0 where paler than white) and pairs; valid until the next chunk."""

    first: int
    od: NDArray[np.uint16]
    pairs: NDArray[np.intp]


@dataclass(frozen=True)
class Stained:
    """What is stained in an image: the mask (h, w) and, over all pixels, counts and the sum of OD above threshold.

    `low` and `high` count the pixels above 1.2 and 0.8 times the threshold, `cells` those with any OD above the white.
    """

    mask: NDArray[np.bool_]
    area: int
    low: int
    high: int
    cells: int
    od_sum: float


def stain_tables(vector: tuple[float, float, float]) -> StainTables:
    """The lookup tables of a stain with this OD vector (R, G, B, any length, none negative)."""
    unit = unit_vector(vector)
    od = unit[:, None] * (np.log10(255) - _LOG10)
    pair = (od[1][:, None] + od[0] + _OFFSET_OD).ravel()
    hue = (GATE * _LOG10[:, None] - _LOG10).ravel()
    return StainTables(_fixed(pair), _fixed(od[2]), hue.astype(np.float32), unit)


def stain_chunks(rgb: NDArray[np.uint8], white: White, tables: StainTables) -> Iterator[Chunk]:
    """The stain OD of an image (h, w, 3), 64 rows at a time; buffers are used again for the next rows."""
    rgb = np.ascontiguousarray(rgb)
    h, w = rgb.shape[:2]
    pairs, blue = np.empty((ROWS, w), np.intp), np.empty((ROWS, w), np.intp)
    od, more, room = np.empty((ROWS, w), np.uint16), np.empty((ROWS, w), np.uint16), np.empty((ROWS, w), np.float32)
    for first in range(0, h, ROWS):
        block = rgb[first : first + ROWS]
        n = len(block)
        # R and G of a pixel, read as one little-endian number of 16 bits
        np.copyto(pairs[:n], np.ndarray((n, w), "<u2", buffer=block, strides=(3 * w, 3)))
        np.copyto(blue[:n], block[..., 2])
        tables.pair.take(pairs[:n], out=od[:n], mode="clip")
        tables.blue.take(blue[:n], out=more[:n], mode="clip")
        np.add(od[:n], more[:n], out=od[:n])
        under = _fill_white(white, tables, (h, w), first, room[:n], more[:n])
        np.maximum(od[:n], under, out=od[:n])
        np.subtract(od[:n], under, out=od[:n])
        yield Chunk(first, od[:n], pairs[:n])


def stained_from_image(rgb: NDArray[np.uint8], white: White, tables: StainTables, threshold_od: float) -> Stained:
    """What is stained in an image at a threshold: pixels of the stain's hue with an OD above it."""
    high, at, low = (round(f * threshold_od * UNITS_PER_OD) for f in (0.8, 1.0, 1.2))
    any_od = round(3 * white.noise_od * UNITS_PER_OD)
    mask = np.zeros(rgb.shape[:2], bool)
    counts, od_sum = np.zeros(4, np.int64), 0
    for chunk in stain_chunks(rgb, white, tables):
        places = _coloured(chunk, white, tables, rgb.shape[:2], high)
        od = chunk.od.ravel()[places]
        stained = od > at
        mask[chunk.first : chunk.first + ROWS].ravel()[places[stained]] = True
        counts += np.array([np.count_nonzero(c) for c in (stained, od > low, od > high, chunk.od > any_od)])
        od_sum += int(od[stained].sum(dtype=np.int64))
    area, fewer, more, cells = (int(c) for c in counts)
    return Stained(mask, area, fewer, more, cells, od_sum / UNITS_PER_OD)


def od_histogram(rgb: NDArray[np.uint8], white: White, tables: StainTables, floor_od: float) -> NDArray[np.int64]:
    """Pixels by fixed-point OD, (65536,); pixels at or below the floor, or not of the stain's hue, count as 0."""
    histogram = np.zeros(65536, np.int64)
    for chunk in stain_chunks(rgb, white, tables):
        places = _coloured(chunk, white, tables, rgb.shape[:2], round(floor_od * UNITS_PER_OD))
        histogram += np.bincount(chunk.od.ravel()[places], minlength=65536)
    histogram[0] += rgb.shape[0] * rgb.shape[1] - histogram.sum()
    return histogram


def od_percentile(histogram: NDArray[np.int64], percentile: float) -> float:
    """The smallest OD that at least `percentile` % of the histogram's pixels do not exceed."""
    reached = np.cumsum(histogram) >= percentile / 100 * histogram.sum()
    return float(np.argmax(reached)) / UNITS_PER_OD


def _fixed(od: NDArray[np.float64]) -> NDArray[np.uint16]:
    """OD in fixed point, rounded to the nearest unit."""
    return np.rint(od * UNITS_PER_OD).astype(np.uint16)


def _fill_white(
    white: White,
    tables: StainTables,
    shape: tuple[int, int],
    first: int,
    room: NDArray[np.float32],
    out: NDArray[np.uint16],
) -> NDArray[np.uint16]:
    """Fills `out` with the white's stain OD under 255 on its rows, in units with the tables' offset.

    The ends of 16 bits (a white 1.7 times as bright as 255, or black) are no white of an 8-bit image; a surface that
    runs past them in a corner is held there and does not wrap round.
    """
    units = -tables.unit @ white.coefficients * UNITS_PER_OD
    units[0] += (np.log10(255) * tables.unit.sum() + _OFFSET_OD) * UNITS_PER_OD + 0.5
    if white.is_even():
        out.fill(np.uint16(np.clip(units[0], 0, 65535)))
        return out
    surface = surface_rows(units, shape, first, room)
    np.copyto(out, np.clip(surface, 0, 65535, out=surface), casting="unsafe")
    return out


def _coloured(chunk: Chunk, white: White, tables: StainTables, shape: tuple[int, int], above: int) -> NDArray[np.intp]:
    """Places in the flattened chunk with an OD above `above` units and the stain's hue.

    The gate's limit is a smooth surface; only pixels whose hue lies within its bounds over the field need its value at
    their own place.
    """
    places = np.flatnonzero(chunk.od > above)
    hue = tables.hue.take(chunk.pairs.ravel().take(places, mode="clip"), mode="clip")
    limit = GATE * white.coefficients[1] - white.coefficients[0]
    lowest, highest = surface_bounds(limit)
    stain = hue < lowest
    open_ = np.flatnonzero(~stain & (hue < highest))
    rows, columns = np.divmod(places[open_], shape[1])
    stain[open_] = hue[open_] < surface_at(limit, shape, rows + chunk.first, columns)
    return places[stain]
