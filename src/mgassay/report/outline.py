"""The line around what was counted: two pixels wide, the inner one cyan and the outer one black.

Masks are worked on as packed bits, eight pixels to a byte, so that the line costs little beside the JPEG it goes into.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mgassay.assays.images.nodules import Runs

_CYAN, _BLACK = (0, 255, 255), (0, 0, 0)
_CLEAR, _INNER, _OUTER = 0, 1, 2

Bits = NDArray[np.uint8]
_ONE, _SEVEN = np.uint8(1), np.uint8(7)  # bits


def stained_rows(runs: Runs, first: int, last: int) -> NDArray[np.bool_]:
    """Rows first to last of the mask that runs stand for, (rows, width)."""
    begin, end = first * runs.row, last * runs.row
    some = slice(np.searchsorted(runs.starts, begin), np.searchsorted(runs.starts, end))
    changes = np.stack([runs.starts[some], runs.ends[some]], axis=1).ravel()
    lengths = np.diff(changes, prepend=begin, append=end)
    mask = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return mask.reshape(last - first, runs.row)[:, :-1]


def draw_line(rows: NDArray[np.uint8], mask: NDArray[np.bool_], above: int) -> None:
    """Draws the line around a mask into rows (n, w, 3) that lie in one piece; `mask` has `above` rows more at its head.

    Three bytes are put as one: a fifth of the time that a row and a column for every pixel take.
    """
    pixels, width = rows.reshape(-1).view("V3"), rows.shape[1]
    for bits, colour in zip(_line(mask), (_CYAN, _BLACK), strict=True):
        y, x = _places(bits[above : above + len(rows)])
        inside = x < width
        np.put(pixels, y[inside] * width + x[inside], np.void(bytes(colour)))


def line_image(mask: NDArray[np.bool_]) -> bytes:
    """The line around a mask (h, w) on a transparent ground, as PNG."""
    inner, outer = (np.unpackbits(bits, axis=1, count=mask.shape[1]) for bits in _line(mask))
    lines = Image.fromarray(inner * np.uint8(_INNER) + outer * np.uint8(_OUTER))
    lines.putpalette([255, 255, 255, *_CYAN, *_BLACK])
    out = io.BytesIO()
    lines.save(out, "PNG", transparency=_CLEAR)  # optimize=True costs 14 ms an image and saves 5 %
    return out.getvalue()


def _line(mask: NDArray[np.bool_]) -> tuple[Bits, Bits]:
    """The packed pixels next to a mask, and those next to these."""
    counted = np.packbits(np.pad(mask, ((0, 0), (0, 2))), axis=1)
    inner = _grown(counted)
    return inner & ~counted, _grown(inner) & ~inner


def _grown(bits: Bits) -> Bits:
    """A packed mask and the eight neighbours of its pixels."""
    wide = bits | (bits << _ONE) | (bits >> _ONE)
    wide[:, :-1] |= bits[:, 1:] >> _SEVEN
    wide[:, 1:] |= bits[:, :-1] << _SEVEN
    grown: Bits = wide.copy()
    grown[1:] |= wide[:-1]
    grown[:-1] |= wide[1:]
    return grown


def _places(bits: Bits) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels that are set in packed rows."""
    at = np.flatnonzero(bits.ravel() != 0)  # twice as fast as without the comparison
    found = np.flatnonzero(np.unpackbits(bits.ravel()[at]).view(bool))
    row, byte = np.divmod(at[found >> 3], bits.shape[1])
    return row, 8 * byte + (found & 7)
