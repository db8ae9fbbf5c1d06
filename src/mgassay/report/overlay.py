"""Pictures of what was counted: thumbnails, outlines to lay over them, and full-size overlays.

The outline is a double line just outside what was counted, cyan within black, which stands out from pink, red and
white alike and hides nothing that was counted. An image is gone through once, some rows at a time, so that a scan
never stands in memory; the same pixels give the same bytes.
"""

import io
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mgassay.assays.images.nodules import Runs
from mgassay.assays.images.picture import Picture, Pixels
from mgassay.report.outline import draw_line, line_image, stained_rows

WIDTH = 360  # pixels of a thumbnail
MOST_OVERLAY = 30_000_000  # pixels of an overlay, since a JPEG is made from a whole picture in memory
_PIXELS = 2**19  # of a stretch: few enough for the cache, and for few calls
_HALO = 2  # rows beyond a stretch of which the outline reaches into it


def pictures_of(picture: Picture, runs: Runs) -> dict[str, bytes]:
    """What is kept of a measured image to look at: `thumbnail` (JPEG), `outline` (PNG), `overlay` (JPEG).

    The thumbnail is made smaller by the smallest whole factor that brings it to 360 pixels' width; the outline has its
    size, and a pixel of it belongs to what was counted where a quarter of it is stained. The overlay shows everything
    that was counted, in the image's own size up to 30 megapixels, above that smaller by the smallest whole factor that
    brings it below.
    """
    h, w = picture.shape[:2]
    small, large = math.ceil(w / WIDTH), overlay_factor(h, w)
    thumbnail, overlay = (Image.new("RGB", (-(-w // f), -(-h // f))) for f in (small, large))
    share = Image.new("L", thumbnail.size)
    for first, rows in _stretches(picture, math.lcm(small, large)):
        stretch, (mask, above) = Image.fromarray(rows), _mask_around(runs, first, len(rows), h, _HALO * large)
        thumbnail.paste(stretch.reduce(small), (0, first // small))
        counted = mask[above : above + len(rows)].view(np.uint8) * np.uint8(255)
        share.paste(Image.fromarray(counted).reduce(small), (0, first // small))
        drawn = rows if large == 1 else np.asarray(stretch.reduce(large))
        overlay.paste(_with_line(drawn, mask, above, large), (0, first // large))
    return {
        "thumbnail": encoded(thumbnail, "JPEG", quality=82),
        "outline": line_image(np.asarray(share) >= 64),
        "overlay": encoded(overlay, "JPEG", quality=88),
    }


def overlay_factor(height: int, width: int) -> int:
    """The smallest whole number that makes an image of this size an overlay of at most 30 megapixels."""
    return math.ceil(math.sqrt(max(1.0, height * width / MOST_OVERLAY)))


def _stretches(picture: Picture, multiple: int) -> Iterator[tuple[int, Pixels]]:
    """First row and rows of every stretch of a picture; a stretch is a multiple of so many rows."""
    step = multiple * math.ceil(_PIXELS / picture.shape[1] / multiple)
    for first in range(0, picture.shape[0], step):
        yield first, picture[first : first + step]


def _mask_around(runs: Runs, first: int, count: int, height: int, halo: int) -> tuple[NDArray[np.bool_], int]:
    """What is stained in some rows and up to `halo` rows above and below; and how many of them lie above."""
    top = max(0, first - halo)
    return stained_rows(runs, top, min(height, first + count + halo)), first - top


def _with_line(rows: Pixels, mask: NDArray[np.bool_], above: int, factor: int) -> Image.Image:
    """Rows of an overlay with the outline drawn into a copy; `mask` is of the image's own size and reaches further."""
    if factor > 1:
        mask, above = _any_of_blocks(mask, factor), above // factor
    drawn = rows.copy()
    draw_line(drawn, mask, above)
    return Image.fromarray(drawn)


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
