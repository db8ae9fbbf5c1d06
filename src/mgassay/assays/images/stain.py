"""Alizarin in an image: optical density along the stain's vector, by lookup table.

With w the white, v the pixel and u the stain's OD vector at length 1, the stain OD of a pixel is the projection
    sum over channels of u_c * log10(w_c / v_c)
so a stain whose own OD is s * u has stain OD s: it is proportional to dye per area (Beer-Lambert), and so is its
integral. In 8-bit RGB the pixel's part is looked up two pixels at a time: their six bytes are three pairs of bytes, and
a table over each pair gives what it adds to both pixels. The white's part is a smooth surface. All is kept in fixed
point of 16 bits, `UNITS_PER_OD` to 1 OD, and worked off some 64 to 256 rows at a time.

The hue gate calls a pixel stain only where OD_R < 0.8 * OD_G: debris is grey (ratio 1), Alizarin is red (0.52).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, surface_at, surface_bounds, surface_rows, unit_vector
from mgassay.assays.images.nodules import Runs, in_large_nodules, joined_runs, runs_from_mask
from mgassay.assays.images.picture import Picture

UNITS_PER_OD = 14_000  # the darkest pixel, 4.17 OD under white 255, and the offset fit into 16 bits
_OFFSET_OD = 0.4  # so that a white fitted above 255 in a corner does not wrap round
GATE = 0.8
_LEAST_ROWS, _MOST_ROWS, _PIXELS = 64, 256, 2**19  # of a chunk: few enough for the cache, and for few calls of numpy
_BINS, _BIN_BITS = 256, 8  # of the histogram that is drawn
HISTOGRAM_OD = 2**_BIN_BITS / UNITS_PER_OD
_THIN = 8  # rows from one that it counts to the next; chunks begin at a multiple of it
_LOG10 = np.log10(np.maximum(np.arange(256), 1))  # a channel at 0 is read as 1, the least that 8 bits can tell

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class StainTables:
    """Lookup tables of one stain vector: fixed-point OD by pairs of bytes, and the gate's hue by pair R + 256 G.

    `pairs` (3, 65536): what R0 G0, B0 R1 and G1 B1 of two neighbouring pixels add to the OD of the first (lower 16
    bits) and the second (upper 16 bits).
    """

    pairs: NDArray[np.uint32]
    hue: NDArray[np.float32]
    unit: NDArray[np.float64]
    gate: float


@dataclass(frozen=True)
class Chunk:
    """Rows `first` and on: stain OD in fixed point (0 where paler than white); valid until the next chunk.

    `pairs` holds R + 256 G of every pixel, one after the other.
    """

    first: int
    od: NDArray[np.uint16]
    pairs: NDArray[np.uint16]


@dataclass(frozen=True)
class Stained:
    """What is stained in an image: where (`runs`), the sum of OD in each run, and how many pixels the field has.

    `low` and `high` count the pixels above 1.2 and 0.8 times the threshold. `histogram` counts the pixels of every
    eighth row by OD in steps of `HISTOGRAM_OD`, whatever their hue.
    """

    runs: Runs
    od: NDArray[np.float64]
    low: int
    high: int
    pixels: int
    histogram: Counts

    @property
    def area(self) -> int:
        """Stained pixels."""
        return int((self.runs.ends - self.runs.starts).sum())

    def in_large_nodules(self, least_pixels: float, *, low: int = 0, high: int = 0) -> "Stained":
        """Only what lies in nodules of at least this many pixels, with these counts at the other thresholds."""
        kept = in_large_nodules(self.runs, least_pixels)
        runs = Runs(self.runs.starts[kept], self.runs.ends[kept], self.runs.row)
        return replace(self, runs=runs, od=self.od[kept], low=low, high=high)


def stain_tables(vector: tuple[float, float, float], gate: float = GATE) -> StainTables:
    """The lookup tables of a stain with this OD vector (R, G, B, any length, none negative)."""
    unit = unit_vector(vector)
    red, green, blue = unit[:, None] * (np.log10(255) - _LOG10)
    at_first = _fixed((green[:, None] + red + _OFFSET_OD).ravel())
    over_both = (_fixed(blue) + (_fixed(red) << np.uint32(16))[:, None]).ravel()
    at_second = _fixed((blue[:, None] + green + _OFFSET_OD).ravel()) << np.uint32(16)
    hue = (gate * _LOG10[:, None] - _LOG10).ravel()
    return StainTables(np.stack([at_first, over_both, at_second]), hue.astype(np.float32), unit, gate)


def stain_chunks(
    picture: Picture, white: White, tables: StainTables, inside: NDArray[np.bool_] | None = None
) -> Iterator[Chunk]:
    """The stain OD of an image, some rows at a time; buffers are used again for the next. 0 outside of `inside`."""
    h, w = picture.shape[:2]
    step = min(max(_PIXELS // w // _THIN * _THIN, _LEAST_ROWS), _MOST_ROWS)
    both, more = (np.empty((step * w + 1) // 2, np.uint32) for _ in range(2))
    at = np.empty(len(both), np.intp)
    for first in range(0, h, step):
        block = np.ascontiguousarray(picture[first : min(first + step, h)])
        n = len(block)
        od = _looked_up(block.reshape(-1), tables, both, more, at)[: n * w].reshape(n, w)
        under = _fill_white(white, tables, (h, w), first, more.view(np.uint16)[: n * w].reshape(n, w))
        np.maximum(od, under, out=od)
        np.subtract(od, under, out=od)
        if inside is not None:
            np.multiply(od, inside[first : first + n], out=od)
        yield Chunk(first, od, np.ndarray((n * w,), "<u2", buffer=block, strides=(3,)))


def _looked_up(
    block: NDArray[np.uint8],
    tables: StainTables,
    both: NDArray[np.uint32],
    more: NDArray[np.uint32],
    at: NDArray[np.intp],
) -> NDArray[np.uint16]:
    """OD and offset of a block's pixels, given as their bytes; fills `both`, `more` and `at` are room to work in."""
    if len(block) % 6:  # the last pixel has no neighbour: it is taken twice
        block = np.append(block, block[-3:])
    bytes_by_two = block.view("<u2").reshape(-1, 3)
    n = len(bytes_by_two)
    for i, table in enumerate(tables.pairs):
        np.copyto(at[:n], bytes_by_two[:, i])
        table.take(at[:n], out=(more if i else both)[:n], mode="clip")
        if i:
            np.add(both[:n], more[:n], out=both[:n])
    return both.view("<u2")


def stained_from_image(
    picture: Picture,
    white: White,
    tables: StainTables,
    threshold_od: float,
    *,
    inside: NDArray[np.bool_] | None = None,
) -> Stained:
    """What is stained in an image at a threshold: pixels of the stain's hue with an OD above it.

    `inside` (h, w) limits the field.
    """
    shape = picture.shape[:2]
    high, at, low = (round(f * threshold_od * UNITS_PER_OD) for f in (0.8, 1.0, 1.2))
    runs, sums = [], [np.zeros(0)]
    counts, histogram = np.zeros(2, np.int64), np.zeros(_BINS, np.int64)
    for chunk in stain_chunks(picture, white, tables, inside):
        places = _coloured(chunk, white, tables, shape, high)
        od = chunk.od.ravel()[places]
        stained = od > at
        runs.append(_runs_of_places(places[stained], chunk))
        sums.append(_sums(od[stained], runs[-1]))
        counts += np.array([np.count_nonzero(od > low), len(od)])
        thin = chunk.od[::_THIN] >> _BIN_BITS
        histogram += np.bincount(thin.ravel(), minlength=_BINS)
    pixels = shape[0] * shape[1] if inside is None else int(np.count_nonzero(inside))
    fewer, more = (int(c) for c in counts)
    return Stained(joined_runs(runs, shape[1]), np.concatenate(sums) / UNITS_PER_OD, fewer, more, pixels, histogram)


def _runs_of_places(places: NDArray[np.intp], chunk: Chunk) -> Runs:
    """The runs of stained places of a chunk, in places of the whole image."""
    mask = np.zeros(chunk.od.size, bool)
    mask[places] = True
    runs, behind = runs_from_mask(mask.reshape(chunk.od.shape)), chunk.first * (chunk.od.shape[1] + 1)
    return Runs(runs.starts + behind, runs.ends + behind, runs.row)


def _sums(od: NDArray[np.uint16], runs: Runs) -> NDArray[np.float64]:
    """The sum of stained pixels' OD in each run, in units; `od` in the order of the runs."""
    lengths = runs.ends - runs.starts
    ends = np.cumsum(od, dtype=np.int64)[np.cumsum(lengths) - 1] if len(lengths) else np.zeros(0, np.int64)
    return np.diff(ends, prepend=0).astype(np.float64)


def empty_histogram() -> Counts:
    """A histogram of no pixels yet by fixed-point OD, (65536,)."""
    return np.zeros(65536, np.int64)


def added_to_histogram(
    histogram: Counts,
    chunk: Chunk,
    white: White,
    tables: StainTables,
    shape: tuple[int, ...],
    floor_od: float,
) -> None:
    """Adds a chunk's pixels to a histogram in place; those at or below the floor, or not of the stain's hue, as 0."""
    places = _coloured(chunk, white, tables, shape, round(floor_od * UNITS_PER_OD))
    histogram += np.bincount(chunk.od.ravel()[places], minlength=65536)
    histogram[0] += chunk.od.size - len(places)


def od_percentile(histogram: Counts, percentile: float) -> float:
    """The smallest OD that at least `percentile` % of the histogram's pixels do not exceed."""
    reached = np.cumsum(histogram) >= percentile / 100 * histogram.sum()
    return float(np.argmax(reached)) / UNITS_PER_OD


def _fixed(od: NDArray[np.float64]) -> NDArray[np.uint32]:
    """OD in fixed point, rounded to the nearest unit."""
    return np.rint(od * UNITS_PER_OD).astype(np.uint32)


def _fill_white(
    white: White, tables: StainTables, shape: tuple[int, int], first: int, out: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    """Fills `out` with the white's stain OD under 255 on its rows, in units with the tables' offset.

    The ends of 16 bits (a white 1.7 times as bright as 255, or black) are no white of an 8-bit image; a surface that
    runs past them in a corner is held there and does not wrap round. Rows among which the surface changes by less than
    8 units (0.0006 OD; one grey level is 0.002) are worked out once, at their middle.
    """
    units = -tables.unit @ white.coefficients * UNITS_PER_OD
    units[0] += (np.log10(255) * tables.unit.sum() + _OFFSET_OD) * UNITS_PER_OD + 0.5
    if white.is_even():
        out.fill(np.uint16(np.clip(units[0], 0, 65535)))
        return out
    steepest = (abs(units[2]) + abs(units[4]) + 2 * abs(units[5])) * 2 / shape[0]  # units from a row to the next
    alike = next(n for n in (8, 4, 2, 1) if n == 1 or n * steepest <= 8)
    room = np.empty((-(-len(out) // alike), shape[1]), np.float32)
    surface = surface_rows(units, (shape[0] / alike, shape[1]), first // alike, room)
    level = np.clip(surface, 0, 65535, out=surface).astype(np.uint16)
    np.copyto(out, np.repeat(level, alike, axis=0)[: len(out)])
    return out


def _coloured(chunk: Chunk, white: White, tables: StainTables, shape: tuple[int, ...], above: int) -> NDArray[np.intp]:
    """Places in the flattened chunk with an OD above `above` units and the stain's hue.

    The gate's limit is a smooth surface; only pixels whose hue lies within its bounds over the field need its value at
    their own place.
    """
    places = np.flatnonzero(chunk.od > above)
    hue = tables.hue.take(chunk.pairs[places], mode="clip")
    limit = tables.gate * white.coefficients[1] - white.coefficients[0]
    lowest, highest = surface_bounds(limit)
    stain = hue < lowest
    open_ = np.flatnonzero(~stain & (hue < highest))
    rows, columns = np.divmod(places[open_], shape[1])
    stain[open_] = hue[open_] < surface_at(limit, (shape[0], shape[1]), rows + chunk.first, columns)
    return places[stain]
