"""The line around what was counted: two pixels wide, the inner one cyan and the outer one black.

Masks are worked on as packed bits, eight pixels to a byte, so that the line costs little beside the picture it lies on.
"""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mgassay.assays.images.nodules import Runs

_CYAN, _BLACK = (0, 255, 255), (0, 0, 0)
_PALETTE = bytes([255, 255, 255, *_CYAN, *_BLACK])  # clear ground 0, inner line 1, outer line 2
_CLEAR_FIRST = b"\x00"  # alpha of colour 0; the others are opaque
_PNG = b"\x89PNG\r\n\x1a\n"

Bits = NDArray[np.uint8]
_ONE, _SEVEN = np.uint8(1), np.uint8(7)  # bits
_SPREAD = np.array([int(f"{byte:b}", 4) for byte in range(256)], np.uint16)  # each bit in the lower of two bits
_BOTH = (_SPREAD | _SPREAD[:, None] << np.uint16(1)).astype(">u2").ravel()  # by an outer byte and an inner one


def stained_rows(runs: Runs, first: int, last: int) -> NDArray[np.bool_]:
    """Rows first to last of the mask that runs stand for, (rows, width)."""
    begin, end = first * runs.row, last * runs.row
    some = slice(np.searchsorted(runs.starts, begin), np.searchsorted(runs.starts, end))
    changes = np.stack([runs.starts[some], runs.ends[some]], axis=1).ravel()
    lengths = np.diff(changes, prepend=begin, append=end)
    mask = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return mask.reshape(last - first, runs.row)[:, :-1]


def touched_cells(runs: Runs, side: int) -> Runs:
    """The runs of cells of side x side pixels in which any pixel is stained; the last cells of a row may be cut.

    Each run of pixels is a stretch of cells. Stretches of one row of cells overlap; in rising order one that begins
    behind the ends of all before it begins a run. The last place of a row stays empty, so that rows never meet.
    """
    if not len(runs.starts):
        return Runs(runs.starts, runs.ends, -(-(runs.row - 1) // side) + 1)
    row = -(-(runs.row - 1) // side) + 1
    line, begin = runs.lines // side * row, runs.lines * runs.row
    starts = np.sort(line + (runs.starts - begin) // side, kind="stable")
    ends = np.sort(line + (runs.ends - begin - 1) // side + 1, kind="stable")
    apart = starts[1:] > ends[:-1]
    return Runs(starts[np.concatenate([[True], apart])], ends[np.concatenate([apart, [True]])], row)


def stained_cells(runs: Runs, height: int, side: int) -> NDArray[np.bool_]:
    """Cells of side x side pixels of an image of which at least a quarter is stained; the last ones may be cut.

    A run adds a whole side to its cells from the one it begins in up to the one it ends in, less what of the first lies
    before its start, and to the last what lies before its end: four steps from one cell to the next.
    """
    width = runs.row - 1
    down, across = -(-height // side), -(-width // side)
    begin = runs.lines * runs.row
    start, end = runs.starts - begin, runs.ends - begin
    first, last = start // side, end // side
    before, in_last = start - side * first, end - side * last
    row = runs.lines // side * (across + 2)
    cells = np.concatenate([row + first, row + first + 1, row + last, row + last + 1])
    steps = np.concatenate([side - before, before, in_last - side, -in_last])
    stepped = np.bincount(cells, steps, minlength=down * (across + 2)).astype(np.int32)
    stained = np.cumsum(stepped, dtype=np.int32).reshape(down, across + 2)[:, :across]  # a row of cells adds up to 0
    sides = [np.diff(np.append(np.arange(0, n, side), n)).astype(np.int32) for n in (height, width)]
    found: NDArray[np.bool_] = 4 * stained >= np.outer(*sides)
    return found


def draw_line(picture: Image.Image, mask: NDArray[np.bool_], top: int, rows: slice) -> None:
    """Draws into some rows of an RGB picture the line around a mask, which begins at row `top` and reaches further."""
    drawn = ImageDraw.Draw(picture)
    for bits, colour in zip(_line(mask), (_CYAN, _BLACK), strict=True):
        y, x = _places(bits[rows.start - top : rows.stop - top])
        points: Any = np.stack([x, y + rows.start], axis=1).astype(np.float32)  # Pillow takes them as they are
        drawn.point(points, fill=colour)


def line_image(mask: NDArray[np.bool_]) -> bytes:
    """The line around a mask (h, w) on a transparent ground, as PNG of two bits a pixel.

    It is put together from the packed bits themselves, at a third of what Pillow costs, which takes a byte a pixel.
    Source: PNG (third edition), 5 and 11.
    """
    height, width = mask.shape
    inner, outer = _line(mask)
    pairs = inner | outer.astype(np.uint16) << np.uint16(8)
    across = -(-width // 4)
    rows = np.empty((height, 1 + across), np.uint8)
    rows[:, 0] = 0  # a row begins with its filter: none
    rows[:, 1:] = _BOTH.take(pairs).view(np.uint8)[:, :across]
    packer = zlib.compressobj(strategy=zlib.Z_RLE)  # most of it is clear: as small as the best, in a third of the time
    header = struct.pack(">IIBBBBB", width, height, 2, 3, 0, 0, 0)  # two bits of a palette
    packed = packer.compress(rows.data) + packer.flush()
    parts = {b"IHDR": header, b"PLTE": _PALETTE, b"tRNS": _CLEAR_FIRST, b"IDAT": packed, b"IEND": b""}
    return _PNG + b"".join(_chunk(*part) for part in parts.items())


def _chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG: length, name, content and checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))


def _line(mask: NDArray[np.bool_]) -> tuple[Bits, Bits]:
    """The packed pixels next to a mask, and those next to these.

    Two clear pixels or more behind each row let the rows be one string of bits: what grows over the end of one or the
    start of the next stays in them, or falls on what is counted or next to it already.
    """
    height, width = mask.shape
    spaced = np.zeros((height, -(-(width + 2) // 8) * 8), bool)
    spaced[:, :width] = mask
    counted = np.packbits(spaced.reshape(-1)).reshape(height, -1)  # faster than along an axis
    inner = _grown(counted)
    return inner & ~counted, _grown(inner) & ~inner


def _grown(bits: Bits) -> Bits:
    """A packed mask and the eight neighbours of its pixels, its rows taken for one string."""
    line = bits.reshape(-1)
    wide = line | (line << _ONE) | (line >> _ONE)
    wide[:-1] |= line[1:] >> _SEVEN
    wide[1:] |= line[:-1] << _SEVEN
    grown = wide.copy()
    row = bits.shape[1]
    grown[row:] |= wide[:-row]
    grown[:-row] |= wide[row:]
    both: Bits = grown.reshape(bits.shape)
    return both


def _places(bits: Bits) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels that are set in packed rows."""
    at = np.flatnonzero(bits.ravel() != 0)  # twice as fast as without the comparison
    found = np.flatnonzero(np.unpackbits(bits.ravel()[at]).view(bool))
    row, byte = np.divmod(at[found >> 3], bits.shape[1])
    return row, 8 * byte + (found & 7)
