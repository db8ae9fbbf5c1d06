"""Pictures of what was counted: thumbnails, outlines to lay over them, and full-size overlays.

The outline is a double line just outside what was counted, cyan within black, which stands out from pink, red and
white alike and hides nothing that was counted. An image is gone through once, some rows at a time, so that a scan
never stands in memory; the same pixels give the same bytes.
"""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mgassay.assays.images.nodules import Runs
from mgassay.assays.images.picture import Picture
from mgassay.report.outline import draw_line, line_image, stained_cells, stained_rows

WIDTH = 360  # pixels of a thumbnail
MOST_OVERLAY = 30_000_000  # pixels of an overlay, since a JPEG is made from a whole picture in memory
_AT_ONCE = 2**23  # pixels of an ordinary photograph, which is drawn into as it lies
_PIXELS = 2**19  # of a stretch: few enough for the cache, and for few calls
_HALO = 2  # rows beyond some of which the outline reaches into them


def pictures_of(picture: Picture, runs: Runs) -> dict[str, bytes]:
    """What is kept of a measured image to look at: `thumbnail` (JPEG), `outline` (PNG), `overlay` (JPEG).

    The thumbnail is made smaller by the smallest whole factor that brings it to 360 pixels' width; the outline has its
    size, and a pixel of it belongs to what was counted where a quarter of it is stained. The overlay shows everything
    that was counted, in the image's own size up to 30 megapixels, above that smaller by the smallest whole factor that
    brings it below.
    """
    h, w = picture.shape[:2]
    small, large = math.ceil(w / WIDTH), overlay_factor(h, w)
    outline = line_image(stained_cells(runs, h, small))  # before there is an overlay in memory
    thumbnail, overlay = _reduced(picture, small, large)
    _draw_around(overlay, runs, h, large)
    return {
        "thumbnail": encoded(thumbnail, "JPEG", quality=82),
        "outline": outline,
        "overlay": encoded(overlay, "JPEG", quality=85),
    }


def _reduced(picture: Picture, small: int, large: int) -> tuple[Image.Image, Image.Image]:
    """Copies of a picture made smaller by each of two factors; a larger one is put together from stretches."""
    h, w = picture.shape[:2]
    if h * w <= _AT_ONCE:
        whole = Image.fromarray(picture[0:h])
        return whole.reduce(small), whole if large == 1 else whole.reduce(large)
    step = _rows_of(_PIXELS, w, math.lcm(small, large))
    both = [Image.new("RGB", (-(-w // f), -(-h // f))) for f in (small, large)]
    for first in range(0, h, step):
        stretch = Image.fromarray(picture[first : first + step])
        for made, factor in zip(both, (small, large), strict=True):
            made.paste(stretch.reduce(factor), (0, first // factor))
    return both[0], both[1]


def overlay_factor(height: int, width: int) -> int:
    """The smallest whole number that makes an image of this size an overlay of at most 30 megapixels."""
    return math.ceil(math.sqrt(max(1.0, height * width / MOST_OVERLAY)))


def _rows_of(pixels: int, width: int, multiple: int) -> int:
    """The multiple of so many rows that holds at least this many pixels."""
    return multiple * math.ceil(pixels / width / multiple)


def _draw_around(overlay: Image.Image, runs: Runs, height: int, factor: int) -> None:
    """Draws the outline into an overlay, which is smaller by `factor` than the image of this height."""
    step = _rows_of(_PIXELS, runs.row, factor)
    for first in range(0, height, step):
        top = max(0, first - _HALO * factor)
        behind = min(first + step, height)
        mask = stained_rows(runs, top, min(height, behind + _HALO * factor))
        if factor > 1:
            mask = _any_of_blocks(mask, factor)
        draw_line(overlay, mask, top // factor, slice(first // factor, -(-behind // factor)))


def _any_of_blocks(mask: NDArray[np.bool_], factor: int) -> NDArray[np.bool_]:
    """Whether anything is stained in blocks of factor x factor pixels; blocks at the right and the end may be cut."""
    by_row = np.logical_or.reduceat(mask, np.arange(0, mask.shape[0], factor), axis=0)
    found: NDArray[np.bool_] = np.logical_or.reduceat(by_row, np.arange(0, mask.shape[1], factor), axis=1)
    return found


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture in an image format."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
