"""Pictures of what was counted: thumbnails, outlines to lay over them, and full-size overlays.

The outline is a double line just outside what was counted, cyan within black, which stands out from pink, red and
white alike and hides nothing that was counted. An image is gone through once, some rows at a time, so that a scan
never stands in memory; the same pixels give the same bytes.
"""

import io
import math

import numpy as np
import pybase64
from numpy.typing import NDArray
from PIL import Image

from mgassay.assays.images.nodules import Runs
from mgassay.assays.images.picture import Picture, Pixels
from mgassay.report.outline import draw_line, line_image, stained_cells, stained_rows, touched_cells

WIDTH = 360  # pixels of a thumbnail
MOST_OVERLAY = 30_000_000  # pixels of an overlay, since a JPEG is made from a whole picture in memory
MOST_EMBEDDED = 7_000_000  # bytes of a JPEG in an SVG: readers of XML take 10 MB of text at a time, of 4 signs for 3
_SVG_CELLS, _CELLS_ACROSS = (2, 3), 700  # pixels along a side of a cell of the outline; about so many in a row
_AT_ONCE = 2**23  # pixels of an ordinary photograph, which is drawn into as it lies
_PIXELS = 2**19  # of a stretch: few enough for the cache, and for few calls
_ALL_BUT_LAST = np.uint32(0xFEFEFEFE)  # bits of each byte
_HALO = 2  # rows beyond some of which the outline reaches into them

_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    b'width="%d" height="%d" viewBox="0 0 %d %d">\n'
)
_SVG_IMAGE = b'<image width="%d" height="%d" preserveAspectRatio="none"%s xlink:href="data:image/%s;base64,%s"/>\n'


def pictures_of(picture: Picture, runs: Runs, jpeg: bytes = b"") -> dict[str, bytes]:
    """What is kept of a measured image to look at: `thumbnail` (JPEG), `outline` (PNG), and its overlay.

    The thumbnail is made smaller by the smallest whole factor that brings it to 360 pixels' width; the outline has its
    size, and a pixel of it belongs to what was counted where a quarter of it is stained. The overlay shows everything
    that was counted, in the image's own size up to 30 megapixels, above that smaller by the smallest whole factor that
    brings it below. Where `jpeg`, the image as its file holds it, is given and neither too large nor too long, the
    overlay is `overlay_svg`: these bytes with the outline on top; else `overlay`, a JPEG that it is drawn into.
    """
    h, w = picture.shape[:2]
    small, large = math.ceil(w / WIDTH), overlay_factor(h, w)
    outline = line_image(stained_cells(runs, h, small))  # as all of runs, before there is an overlay in memory
    if large == 1 and 0 < len(jpeg) <= MOST_EMBEDDED:
        thumbnail, overlay = _reduced(picture, small, 0)[0], {"overlay_svg": _svg(jpeg, runs, h)}
    else:
        cells = touched_cells(runs, large) if large > 1 else runs
        thumbnail, drawn = _reduced(picture, small, large)
        _draw_around(drawn, cells)
        overlay = {"overlay": encoded(drawn, "JPEG", quality=85)}
    return {"thumbnail": encoded(thumbnail, "JPEG", quality=82), "outline": outline, **overlay}


def overlay_factor(height: int, width: int) -> int:
    """The smallest whole number that makes an image of this size an overlay of at most 30 megapixels."""
    return math.ceil(math.sqrt(max(1.0, height * width / MOST_OVERLAY)))


def _svg(jpeg: bytes, runs: Runs, height: int) -> bytes:
    """A JPEG with the outline of what was counted on top, as one SVG.

    Its line is that around cells with any stain among them, of 2 x 2 pixels or in a wide picture 3 x 3: as wide as a
    cell, it can be seen where the whole picture is on a screen.
    """
    width = runs.row - 1
    side = int(np.clip(round(width / _CELLS_ACROSS), *_SVG_CELLS))
    mask = stained_rows(touched_cells(runs, side), 0, -(-height // side))
    shape, size = (width, height), (side * mask.shape[1], side * mask.shape[0])
    sharp, line = b' style="image-rendering:pixelated"', pybase64.b64encode(line_image(mask))
    return b"".join(
        (
            _SVG % (*shape, *shape),
            _SVG_IMAGE % (*shape, b"", b"jpeg", pybase64.b64encode(jpeg)),
            _SVG_IMAGE % (*size, sharp, b"png", line),
            b"</svg>\n",
        )
    )


def _reduced(picture: Picture, small: int, large: int) -> list[Image.Image]:
    """Copies of a picture for the thumbnail and, unless `large` is 0, the overlay, made smaller by these factors.

    Those of a larger picture are put together from stretches.
    """
    h, w = picture.shape[:2]
    if h * w <= _AT_ONCE:
        return [_thinned(picture[0:h], small)] + ([_smaller(picture[0:h], large)] if large else [])
    factors = [small, large] if large else [small]
    step = _rows_of(_PIXELS, w, math.lcm(*factors))
    made = [Image.new("RGB", (-(-w // f), -(-h // f))) for f in factors]
    for first in range(0, h, step):
        rows = picture[first : first + step]
        for whole, factor, reduced in zip(made, factors, (_thinned, _smaller), strict=False):
            whole.paste(reduced(rows, factor), (0, first // factor))
    return made


def _smaller(rows: Pixels, factor: int) -> Image.Image:
    """Rows of a picture as means of factor x factor pixels."""
    whole = Image.fromarray(rows)
    return whole if factor == 1 else whole.reduce(factor)


def _thinned(rows: Pixels, factor: int) -> Image.Image:
    """The same from two pixels of the middle row of each factor x factor, all of that row where the last are cut.

    A sixth of the cost, and a picture of 360 pixels shows it.
    """
    if factor == 1:
        return Image.fromarray(rows)
    height, width = rows.shape[:2]
    (across, cut), middle = divmod(width, factor), np.arange(0, height, factor) + factor // 2
    held = np.empty(len(middle) * width * 3 + 1, np.uint8)  # pixels are read as words: their three bytes and one more
    lines = held[:-1].reshape(len(middle), width, 3)
    rows.take(middle, axis=0, mode="clip", out=lines)
    firsts = (3 * (quarters * factor // 4) for quarters in (1, 3))
    one, other = (np.ndarray(lines[:, :across, 0].shape, "<u4", held, at, (3 * width, 3 * factor)) for at in firsts)
    thin = _means_of_bytes(one.copy(), other.copy())
    if cut:
        last = np.zeros((len(lines), 4), np.uint8)
        last[:, :3] = np.floor(lines[:, -cut:].mean(axis=1) + 0.5)
        thin = np.append(thin, last.view("<u4"), axis=1)
    return Image.frombytes("RGB", thin.shape[::-1], thin.tobytes(), "raw", "RGBX")


def _means_of_bytes(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The mean of each byte of two arrays of words, halves rounded up, without a byte's carry reaching the next."""
    means: NDArray[np.uint32] = (one | other) - (((one ^ other) & _ALL_BUT_LAST) >> np.uint32(1))
    return means


def _rows_of(pixels: int, width: int, multiple: int) -> int:
    """The multiple of so many rows that holds at least this many pixels."""
    return multiple * math.ceil(pixels / width / multiple)


def _draw_around(overlay: Image.Image, cells: Runs) -> None:
    """Draws the outline into an overlay; `cells` are the runs of its pixels that are stained."""
    step = _rows_of(_PIXELS, cells.row, 1)
    for first in range(0, overlay.height, step):
        top, behind = max(0, first - _HALO), min(first + step, overlay.height)
        mask = stained_rows(cells, top, min(overlay.height, behind + _HALO))
        draw_line(overlay, mask, top, slice(first, behind))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture in an image format."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
