"""Alizarin in an image: optical density along the stain's vector, by lookup table.

With w the white, v the pixel and u the stain's OD vector at length 1, the stain OD of a pixel is the projection
    sum over channels of u_c * log10(w_c / v_c)
so a stain whose own OD is s * u has stain OD s: it is proportional to dye per area (Beer-Lambert), and so is its
integral. The hue gate calls a pixel stain only where OD_R < gate * OD_G, which is to say that the pixel's hue
    gate * log10(v_G) - log10(v_R)
lies below the same of the white: debris is grey (OD_R / OD_G is 1), Alizarin is red (0.52).

In 8-bit RGB both are looked up, two pixels at a time: their six bytes are three pairs of bytes, and a table over each
pair gives what it adds to OD and hue of both pixels, four numbers of 16 bits in fixed point (`UNITS_PER_OD` to 1 OD)
that are added as one. The white's part is a smooth surface.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.flatfield import White, pixel_centres, surface_at, surface_bounds, unit_vector
from mgassay.assays.images.picture import Picture, Pixels

UNITS_PER_OD = 14_000  # the darkest pixel, 4.17 OD under white 255, and the offset fit into 16 bits
_OFFSET_OD = 0.4  # so that a white fitted above 255 in a corner does not wrap round
_UNITS_PER_HUE = 13_000  # at a gate of 1 the hues span 4.8
GATE = 0.8
_LEAST_ROWS, _MOST_ROWS, _PIXELS = 64, 512, 2**20  # of a stretch: few enough for the cache, and for few calls of numpy
HISTOGRAM_OD = 256 / UNITS_PER_OD  # a step of the histogram that is drawn
_MULTIPLE = 32  # rows: stretches begin at a multiple of it
_LOG10 = np.log10(np.maximum(np.arange(256), 1))  # a channel at 0 is read as 1, the least that 8 bits can tell

Counts = NDArray[np.int64]
Units = NDArray[np.uint16]


@dataclass(frozen=True)
class StainTables:
    """Lookup tables of one stain vector and gate.

    `pairs` (3, 65536): what R0 G0, B0 R1 and G1 B1 of two neighbouring pixels add to the OD of the first (the lowest 16
    bits), that of the second, the hue of the first, and that of the second (the highest).
    """

    pairs: NDArray[np.uint64]
    unit: NDArray[np.float64]
    gate: float


class Room:
    """Arrays to look up so many pixels in, used again and again: new memory costs as much as what is done in it."""

    def __init__(self, pixels: int) -> None:
        two = (pixels + 1) // 2
        self.at = np.empty(two, np.intp)
        self.sums, self.more = np.empty((2, two), np.uint64)
        self.od, self.hue = np.empty((2, two), np.uint32)


class Looked(Protocol):
    """Pixels of an image with their stain OD and hue in fixed point; `pixels` are their places along its rows."""

    @property
    def od(self) -> Units:
        """Stain OD in units, 0 where paler than white."""
        ...

    @property
    def hue(self) -> Units:
        """Hue of every pixel, one after the other."""
        ...

    def pixels(self, at: NDArray[np.intp]) -> NDArray[np.intp]:
        """Places in the image of the pixels at these places here."""
        ...


@dataclass(frozen=True)
class Chunk:
    """All pixels of rows `first` and on: stain OD (rows, width) and hue; valid until the next chunk."""

    first: int
    od: Units
    hue: Units

    def pixels(self, at: NDArray[np.intp]) -> NDArray[np.intp]:
        """Places in the image of the pixels at these places here."""
        places: NDArray[np.intp] = at + self.first * self.od.shape[1]
        return places


def stain_tables(vector: tuple[float, float, float], gate: float = GATE) -> StainTables:
    """The lookup tables of a stain with this OD vector (R, G, B, any length, none negative) and gate (at most 1)."""
    unit = unit_vector(vector)
    red, green, blue = unit[:, None] * (np.log10(255) - _LOG10)
    hue_red, hue_green = np.log10(255) - _LOG10, gate * _LOG10
    whole = np.zeros((256, 1))  # [second byte, first byte]
    first = _packed(whole + green[:, None] + red + _OFFSET_OD, hue=hue_green[:, None] + hue_red)
    both = _packed(whole + blue) + (_packed(red[:, None] + whole.T, hue=hue_red[:, None] + whole.T) << np.uint64(16))
    second = _packed(blue[:, None] + green + _OFFSET_OD, hue=whole + hue_green) << np.uint64(16)
    return StainTables(np.stack([first, both, second]), unit, gate)


def _packed(od: NDArray[np.float64], hue: NDArray[np.float64] | None = None) -> NDArray[np.uint64]:
    """OD and hue of the first of two pixels in one number, rounded to the nearest unit; flattened."""
    low = np.rint(od * UNITS_PER_OD).astype(np.uint64)
    high = np.zeros_like(low) if hue is None else np.rint(hue * _UNITS_PER_HUE).astype(np.uint64)
    return (low | (high << np.uint64(32))).ravel()


def stretches(picture: Picture) -> Iterator[tuple[int, Pixels]]:
    """First row and rows of every stretch of a picture, in one piece of memory; each begins at a multiple of 32."""
    h, step = picture.shape[0], rows_of_stretch(picture.shape)
    for first in range(0, h, step):
        yield first, np.ascontiguousarray(picture[first : min(first + step, h)])


def rows_of_stretch(shape: tuple[int, ...]) -> int:
    """How many rows of an image are worked on at a time."""
    return min(max(_PIXELS // shape[1] // _MULTIPLE * _MULTIPLE, _LEAST_ROWS), _MOST_ROWS)


def stain_chunks(picture: Picture, white: White, tables: StainTables) -> Iterator[Chunk]:
    """Stain OD and hue of all pixels of an image, some rows at a time; the arrays are used again for the next."""
    h, w = picture.shape[:2]
    room, whites = Room(rows_of_stretch(picture.shape) * w), WhiteUnits(white, tables, (h, w))
    for first, block in stretches(picture):
        n = len(block) * w
        od, hue = looked_up(block.reshape(-1), tables, room)
        under = whites.on_rows(first, first + len(block))
        yield Chunk(first, under_white(od[:n], under.reshape(-1)).reshape(under.shape), hue[:n])


def looked_up(pixels: Pixels, tables: StainTables, room: Room) -> tuple[Units, Units]:
    """OD under 255, with the offset, and hue of pixels given as their bytes; a pixel more where they are odd."""
    if len(pixels) % 6:  # the last pixel has no neighbour: it is taken twice
        pixels = np.append(pixels, pixels[-3:])
    bytes_by_two = pixels.view("<u2").reshape(-1, 3)
    n = len(bytes_by_two)
    for i, table in enumerate(tables.pairs):
        np.copyto(room.at[:n], bytes_by_two[:, i])
        table.take(room.at[:n], out=(room.more if i else room.sums)[:n], mode="clip")
        if i:
            np.add(room.sums[:n], room.more[:n], out=room.sums[:n])
    halves = room.sums[:n].view("<u4").reshape(n, 2)
    np.copyto(room.od[:n], halves[:, 0])
    np.copyto(room.hue[:n], halves[:, 1])
    return room.od[:n].view("<u2"), room.hue[:n].view("<u2")


def under_white(od: Units, whites: Units) -> Units:
    """OD above the white's own, 0 where paler than it; changes `od` in place."""
    np.maximum(od, whites, out=od)
    return np.subtract(od, whites, out=od)


class WhiteUnits:
    """The white's stain OD under 255 over an image, in units with the offset.

    Whole numbers by column and by row are added; what depends on both (x times y) is told by column, for as many rows
    at a time as it changes on by less than 2 units (0.00014 OD; one grey level is 0.002). The ends of 16 bits (a white
    1.7 times as bright as 255, or black) are no white of an 8-bit image; a surface that runs past them in a corner is
    held there and does not wrap round.
    """

    def __init__(self, white: White, tables: StainTables, shape: tuple[int, int]) -> None:
        units = -tables.unit @ white.coefficients * UNITS_PER_OD
        units[0] += (np.log10(255) * tables.unit.sum() + _OFFSET_OD) * UNITS_PER_OD
        one, in_x, in_y, xx, self._xy, yy = units
        lowest, highest = surface_bounds(units)
        # in 16 bits what wraps round in a summand wraps back in a sum that fits
        self._kind: type[np.integer] = np.uint16 if lowest > 1 and highest < 65534 else np.int32
        self._x, self._y = (pixel_centres(n) for n in (shape[1], shape[0]))
        self._along = self._x * (in_x + xx * self._x)
        self._down = np.rint(one + self._y * (in_y + yy * self._y)).astype(np.int32).astype(self._kind)
        self._down_eights = self._down.repeat(8).view(f"V{8 * self._down.itemsize}")
        self._alike = int(np.clip(shape[0] / max(abs(self._xy), 1e-9), 1, shape[0]))

    def on_rows(self, first: int, behind: int) -> Units:
        """Those of rows `first` to `behind` of a stretch, (rows, width)."""
        rows, by_column = np.arange(first, behind), self._by_column(first, behind)
        if len(by_column) > 1:
            by_column = by_column[(rows - first) // self._alike]
        return self._held(by_column + self._down[rows, None])

    def at_eights(self, first: int, behind: int, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Units:
        """Those of eight pixels of each of these rows, counted from `first`, from each eighth column on, (8 n,)."""
        by_column = self._by_column(first, behind)
        if missing := -by_column.shape[1] % 8:
            by_column = np.pad(by_column, ((0, 0), (0, missing)))
        eights = by_column.reshape(-1, 8).view(f"V{8 * by_column.itemsize}")[:, 0]
        if len(by_column) > 1:
            columns = rows // self._alike * (by_column.shape[1] // 8) + columns
        taken = eights.take(columns, mode="clip")
        down = self._down_eights.take(first + rows, mode="clip")
        return self._held(taken.view(self._kind) + down.view(self._kind))

    def _by_column(self, first: int, behind: int) -> NDArray[Any]:
        """What columns add on the rows of a stretch, (groups of rows that are alike, width)."""
        tops = np.arange(first, behind, self._alike)
        y = (self._y[tops] + self._y[np.minimum(tops + self._alike, behind) - 1]) / 2
        sums: NDArray[Any] = np.rint(self._along + (self._xy * y)[:, None] * self._x).astype(np.int32)
        return sums.astype(self._kind)

    def _held(self, sums: NDArray[Any]) -> Units:
        """Sums within 16 bits."""
        return sums if self._kind is np.uint16 else np.clip(sums, 0, 65535).astype(np.uint16)


def of_stain(
    looked: Looked, white: White, tables: StainTables, shape: tuple[int, ...], above: int
) -> NDArray[np.bool_]:
    """Which pixels have an OD above `above` units and the stain's hue, one after the other.

    The gate's limit is a smooth surface; only pixels whose hue lies within its bounds over the field need its value at
    their own place.
    """
    limit = tables.gate * white.coefficients[1] - white.coefficients[0]
    limit[0] += np.log10(255)
    lowest, highest = (int(np.clip(np.ceil(b * _UNITS_PER_HUE), 0, 65535)) for b in surface_bounds(limit))
    stain = looked.od.reshape(-1) > above
    stain &= looked.hue < highest
    near = looked.hue >= lowest
    near &= stain
    if near.any():
        open_ = np.flatnonzero(near)
        rows, columns = np.divmod(looked.pixels(open_), shape[1])
        own = surface_at(limit, (shape[0], shape[1]), rows, columns) * _UNITS_PER_HUE
        stain[open_] = looked.hue[open_] < own
    return stain


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
    stain = of_stain(chunk, white, tables, shape, round(floor_od * UNITS_PER_OD))
    od = chunk.od.reshape(-1)[stain]
    histogram += np.bincount(od, minlength=65536)
    histogram[0] += chunk.od.size - len(od)


def od_percentile(histogram: Counts, percentile: float) -> float:
    """The smallest OD that at least `percentile` % of the histogram's pixels do not exceed."""
    reached = np.cumsum(histogram) >= percentile / 100 * histogram.sum()
    return float(np.argmax(reached)) / UNITS_PER_OD
