"""One look at an image, from its first row to its last: everything that its quality is judged by.

A picture is read stretch by stretch and never held; what stays is a grid of pixels, the means of blocks of 16 x 16
pixels, and where pixels have colours that light through a dish does not make. All of it comes from every eighth row
(the colours from every second), evenly spread, so that it costs little beside the measurement; of a large picture only
every second row of blocks is looked at.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.picture import Picture, Pixels

BLOCK = 16  # pixels along the side of a block
BLOCK_PIXELS = 32  # of a block are looked at: two of its rows, the first and the ninth
BLOCK_MIDDLE = 4.5  # where the middle of these two lies, from the block's top
LOW, HIGH = 60, 215  # a drawn colour has every channel below or above these, JPEG's ringing included
DARK, PALE = 16, 250  # and black and white
BLACK, WHITE, RED, OTHER = (
    1,
    2,
    3,
    4,
)  # kinds of drawn colour; magenta, orange and yellow count as red, they too pass the gate
_LARGE = 2_000_000  # pixels; half of the blocks of a larger picture are 3,900 or more (decisions/0047)
_STRETCH = 256  # rows; a multiple of twice the block
_THIN = 8
_GRID = 128
_SEED_ROWS, _SEED_COLUMNS = 2, 4
_CHANNELS = np.tile(np.eye(3, dtype=np.float32), (BLOCK, 1))  # of the bytes along a row of a block
_MOST_SEEDS = 0.15  # of the pixels looked at; above, a kind is no annotation but the picture itself


@dataclass(frozen=True)
class Look:
    """What was seen of an image of `shape` (h, w).

    `grid` is every n // 128th pixel, uint8 (rows, columns, 3). `means` are the mean grey levels of blocks, (rows,
    columns, 3), and `variance` that of green inside them, (rows, columns), grey levels squared; rows of blocks begin
    `apart` pixels after each other. `low`, `high` and
    `clipped` are fractions of pixels with a channel at 0, at 255, and at either. `seeds` (n, 3): row, column and kind
    of pixels of drawn colours.
    """

    shape: tuple[int, int]
    digest: str
    grid: Pixels
    means: NDArray[np.float32]
    variance: NDArray[np.float32]
    apart: int
    low: float
    high: float
    clipped: float
    seeds: NDArray[np.int32]

    @cached_property
    def logs(self) -> NDArray[np.float32]:
        """Natural logarithm of `means`, none below 0; in single precision: wrong by less than 1e-6."""
        logs: NDArray[np.float32] = np.log(np.maximum(self.means, 1))
        return logs


def look_at(picture: Picture) -> Look:
    """Looks at an image once, rows in rising order, and keeps what its quality is judged by.

    The digest is SHA-256 of the shape and of the grid: sensor noise makes it unlike for two exposures of one field.
    """
    h, w = picture.shape[:2]
    down, across = max(1, h // _GRID), max(1, w // _GRID)
    apart = BLOCK if h * w < _LARGE else 2 * BLOCK
    ends, lines = np.zeros(3, np.int64), 0
    grid, blocks, seeds = [], [], [np.zeros((0, 3), np.int32)]
    for first in range(0, h, _STRETCH):
        rows = np.ascontiguousarray(picture[first : first + _STRETCH])
        thin = rows.take([y for y in range(0, len(rows), _THIN) if y % apart < BLOCK], axis=0)
        ends, lines = ends + _at_the_ends(thin), lines + len(thin)
        grid.append(rows[-first % down :: down, ::across].copy())
        blocks.append(_block_sums(thin))
        seeds.append(_seeds(rows, first))
    sums = np.concatenate(blocks)
    means: NDArray[np.float32] = sums[..., :3] / np.float32(BLOCK_PIXELS)
    total, squares = sums[..., 1].astype(np.float64), sums[..., 3].astype(np.float64)  # whole numbers: never below 0
    variance = ((BLOCK_PIXELS * squares - total**2) / (BLOCK_PIXELS * (BLOCK_PIXELS - 1))).astype(np.float32)
    low, high, either = ends / (lines * w)
    found, every = _without_common(np.concatenate(seeds), h * w / (_SEED_ROWS * _SEED_COLUMNS)), np.concatenate(grid)
    digest = hashlib.sha256(repr((h, w, 3)).encode() + every.tobytes())
    return Look((h, w), digest.hexdigest(), every, means, variance, apart, low, high, either, found)


def drawn_colours(pixels: Pixels) -> NDArray[np.uint8]:
    """The kind of drawn colour of pixels (..., 3): BLACK, WHITE, RED, OTHER, or 0.

    Light through a dish stained red has no pixel with red at its brightest where green or blue is gone (the stain's OD
    in red is half that in green and two thirds of that in blue), and none that is purely green, blue or cyan.
    """
    low, high = pixels <= LOW, pixels >= HIGH
    pure = (low | high).all(axis=-1)
    kinds = np.where(pure & low.any(axis=-1) & high.any(axis=-1), OTHER, 0).astype(np.uint8)
    kinds[high[..., 0] & (low[..., 1] | low[..., 2])] = RED
    kinds[(pixels <= DARK).all(axis=-1)] = BLACK
    kinds[(pixels >= PALE).all(axis=-1)] = WHITE
    return kinds


def _at_the_ends(thin: Pixels) -> NDArray[np.int64]:
    """How many pixels have a channel at 0, at 255, and at either."""
    black, white = thin.min() == 0, thin.max() == 255
    if not (black or white):
        return np.zeros(3, np.int64)
    no = np.zeros(thin.shape[:2], bool)
    low = (thin == 0).any(axis=2) if black else no
    high = (thin == 255).any(axis=2) if white else no
    return np.array([np.count_nonzero(x) for x in (low, high, low | high)])


def _block_sums(thin: Pixels) -> NDArray[np.float32]:
    """Sums over blocks of R, G, B and of G squared, (block rows, block columns, 4); broken blocks are left out.

    Sums of whole numbers below 2^24 are exact in single precision, in whatever order a matrix product takes them.
    """
    n, across = len(thin) * _THIN // BLOCK, thin.shape[1] // BLOCK
    lines = thin[: 2 * n, : across * BLOCK].reshape(2 * n * across, BLOCK * 3).astype(np.float32)
    sums = np.empty((2 * n * across, 4), np.float32)
    np.matmul(lines, _CHANNELS, out=sums[:, :3])
    np.matmul(np.square(lines, out=lines), _CHANNELS[:, 1], out=sums[:, 3])
    upper, lower = np.moveaxis(sums.reshape(n, 2, across, 4), 1, 0)
    blocks: NDArray[np.float32] = upper + lower
    return blocks


def _seeds(rows: Pixels, first: int) -> NDArray[np.int32]:
    """Pixels of drawn colours among every second row and fourth column, (n, 3): row, column, kind."""
    words = _words(rows)[::_SEED_ROWS, ::3].astype(np.uint32)
    red, green, blue = some = [(words >> np.uint32(8 * c)).astype(np.uint8) for c in range(3)]
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    suspect = ((least <= LOW) & ((most >= HIGH) | (most <= DARK))) | (least >= PALE)
    places = np.flatnonzero(suspect)
    if not len(places):
        return np.zeros((0, 3), np.int32)
    kinds = drawn_colours(np.stack([c.ravel()[places] for c in some], axis=1))
    y, x = np.divmod(places[kinds > 0], most.shape[1])
    found = (y * _SEED_ROWS + first, x * _SEED_COLUMNS, kinds[kinds > 0])
    return np.stack(found, axis=1).astype(np.int32)


def _words(rows: Pixels) -> NDArray[np.uint32]:
    """Rows in one piece of memory as words of 32 bits: the first of three begins with the first of four pixels.

    One word is fetched where three bytes would be, and memory is what this costs.
    """
    if missing := -rows.shape[1] % _SEED_COLUMNS:
        rows = np.pad(rows, ((0, 0), (0, missing), (0, 0)))
    words: NDArray[np.uint32] = rows.reshape(len(rows), -1).view("<u4")
    return words


def _without_common(seeds: NDArray[np.int32], looked_at: float) -> NDArray[np.int32]:
    """Seeds of the kinds that are rare enough to be drawn."""
    common = [k for k in (BLACK, WHITE, RED, OTHER) if np.count_nonzero(seeds[:, 2] == k) > _MOST_SEEDS * looked_at]
    return seeds[~np.isin(seeds[:, 2], common)] if common else seeds
