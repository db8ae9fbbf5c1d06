"""Pictures of what was counted: thumbnails, outlines to lay over them, and full-size overlays.

The outline is a double line just outside what was counted, cyan within black, which stands out from pink, red and
white alike and hides nothing that was counted. The same pixels give the same bytes.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_CYAN, _BLACK = (0, 255, 255), (0, 0, 0)
_CLEAR, _INNER, _OUTER = 0, 1, 2


def pictures_of(rgb: NDArray[np.uint8], stained: NDArray[np.bool_]) -> dict[str, bytes]:
    """What is kept of a measured image to look at: `thumbnail` (JPEG), `outline` (PNG), `overlay` (JPEG)."""
    return {
        "thumbnail": thumbnail_jpeg(rgb),
        "outline": outline_png(stained),
        "overlay": overlay_jpeg(rgb, stained),
    }


def thumbnail_jpeg(rgb: NDArray[np.uint8], width: int = 360) -> bytes:
    """An image (h, w, 3) at most `width` pixels wide, as JPEG; it is never enlarged."""
    small = Image.fromarray(rgb)
    factor = max(1, rgb.shape[1] // (2 * width))
    small = small.reduce(factor).resize(_small_size(rgb.shape[:2], width), Image.Resampling.BOX)
    return _encoded(small, "JPEG", quality=82)


def outline_png(stained: NDArray[np.bool_], width: int = 360) -> bytes:
    """The outline of a mask (h, w) on a transparent ground, as PNG of the size of that image's thumbnail.

    A pixel of the thumbnail belongs to the mask where a quarter of it is stained; `overlay_jpeg` shows every nodule.
    """
    mask = Image.fromarray(stained.astype(np.uint8) * 255)
    size = _small_size(stained.shape, width)
    small = np.asarray(mask.resize(size, Image.Resampling.BOX)) >= 64
    lines = Image.fromarray(_outline(small))
    lines.putpalette([255, 255, 255, *_CYAN, *_BLACK])
    return _encoded(lines, "PNG", transparency=_CLEAR, optimize=True)


def overlay_jpeg(rgb: NDArray[np.uint8], stained: NDArray[np.bool_]) -> bytes:
    """The image at full size with the outline drawn into a copy of it, as JPEG."""
    lines, picture = _outline(stained), rgb.copy()
    picture[lines == _INNER] = _CYAN
    picture[lines == _OUTER] = _BLACK
    return _encoded(Image.fromarray(picture), "JPEG", quality=88)


def _outline(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """0 where there is no line, 1 next to the mask, 2 next to that."""
    inner = _grown(mask)
    outer = _grown(inner)
    return (outer & ~inner) * np.uint8(_OUTER) + (inner & ~mask) * np.uint8(_INNER)


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and the eight neighbours of its pixels."""
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    grown = wide.copy()
    grown[1:] |= wide[:-1]
    grown[:-1] |= wide[1:]
    return grown


def _small_size(shape: tuple[int, ...], width: int) -> tuple[int, int]:
    """Width and height of a thumbnail of an image (h, w)."""
    h, w = shape[:2]
    small = min(width, w)
    return small, max(1, round(h * small / w))


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture in an image format."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
