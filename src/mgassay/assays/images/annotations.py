"""Scale bars, text and boxes drawn into a picture: found, told from stain, and covered.

What is drawn has colours that light through a dish does not make (`image_look.drawn_colours`), is flat inside, and is
small. Red, magenta and yellow ones pass the hue gate and would count as mineral; white ones pull at the white. The
rectangles around them are filled with the palest colour beside them, and are no part of the field that is measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.image_look import BLACK, OTHER, RED, WHITE, Look, drawn_colours
from mgassay.assays.images.picture import Picture, Pixels

_CELL = 16  # pixels; letters that stand within two cells of each other are one drawing
_MARGIN = 6  # pixels around what was found: JPEG's ringing, and letters smoothed at their edges
_RING = 8  # pixels beyond the margin whose colour fills the rectangle
_FLAT, _FLAT_SHARE = 15, 0.6  # grey levels around the median that hold at least this share of a coloured drawing
_LEAST_SEEDS = 4
_LEAST_PIXELS = 24  # of a coloured drawing; fewer are a hot pixel or a glint
_LEAST_BAR, _BAR_FILL, _BAR_ASPECT = 24, 0.9, 3.0  # a black or white drawing holds a rectangle this long and full
_ABRUPT = 12  # grey levels from inside a bar to three pixels beside it
_MOST_OF_IMAGE = 0.2  # covered; a picture with more is no field with a scale bar on it


@dataclass(frozen=True)
class Box:
    """A rectangle of an image: rows top to bottom, columns left to right (the ends are outside), and its fill."""

    top: int
    bottom: int
    left: int
    right: int
    fill: tuple[int, int, int] = (0, 0, 0)

    def pixels(self) -> int:
        """How many pixels it covers."""
        return (self.bottom - self.top) * (self.right - self.left)

    def grown(self, by: int, shape: tuple[int, int]) -> "Box":
        """The rectangle with a margin, held inside an image of that shape."""
        top, left = max(self.top - by, 0), max(self.left - by, 0)
        return Box(top, min(self.bottom + by, shape[0]), left, min(self.right + by, shape[1]))

    def meets(self, other: "Box") -> bool:
        """Whether the two have a pixel in common."""
        down = self.top < other.bottom and other.top < self.bottom
        return down and self.left < other.right and other.left < self.right

    def around(self, other: "Box") -> "Box":
        """The smallest rectangle that holds both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


class Covered:
    """A picture with rectangles filled, which is read like any other; the original is left as it is."""

    def __init__(self, picture: Picture, boxes: tuple[Box, ...]) -> None:
        self._picture, self._boxes = picture, boxes

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width, 3."""
        return self._picture.shape

    def __getitem__(self, rows: slice, /) -> Pixels:
        """Rows first to last; a copy where a rectangle lies in them."""
        first, last, _ = rows.indices(self.shape[0])
        part = self._picture[rows]
        here = [b for b in self._boxes if b.top < last and first < b.bottom]
        if here:
            part = part.copy()
        for b in here:
            part[max(b.top - first, 0) : b.bottom - first, b.left : b.right] = b.fill
        return part


def annotation_boxes(picture: Picture, look: Look) -> tuple[Box, ...]:
    """The rectangles around what is drawn into a picture, none of them meeting another, from top to bottom.

    Empty where they would cover more than a fifth of the picture: that is no annotation.
    """
    found = [
        box
        for kind in (RED, OTHER, BLACK, WHITE)
        for box in _clusters(look.seeds[look.seeds[:, 2] == kind], look.shape)
        if _is_drawn(np.asarray(picture[box.top : box.bottom])[:, box.left : box.right], kind)
    ]
    boxes = _merged([b.grown(_MARGIN, look.shape) for b in found])
    if sum(b.pixels() for b in boxes) > _MOST_OF_IMAGE * look.shape[0] * look.shape[1]:
        return ()
    return tuple(_filled(picture, b, look) for b in sorted(boxes, key=lambda b: (b.top, b.left)))


def _clusters(seeds: NDArray[np.int32], shape: tuple[int, int]) -> list[Box]:
    """Rectangles around seeds that stand near each other, not yet known to be drawn."""
    if len(seeds) < _LEAST_SEEDS:
        return []
    from scipy import ndimage

    cells = np.zeros([n // _CELL + 1 for n in shape], bool)
    at = seeds[:, 0] // _CELL, seeds[:, 1] // _CELL
    cells[at] = True
    labels, count = ndimage.label(ndimage.binary_dilation(cells, np.ones((3, 3), bool)), np.ones((3, 3)))
    part = labels[at]
    order = np.argsort(part, kind="stable")
    groups = np.split(seeds[order], np.cumsum(np.bincount(part, minlength=count + 1))[:-1])
    return [_around(group).grown(4, shape) for group in groups if len(group) >= _LEAST_SEEDS]


def _around(seeds: NDArray[np.int32]) -> Box:
    """The smallest rectangle that holds some seeds."""
    (top, left), (bottom, right) = seeds[:, :2].min(axis=0).tolist(), seeds[:, :2].max(axis=0).tolist()
    return Box(top, bottom + 1, left, right + 1)


def _is_drawn(pixels: Pixels, kind: int) -> bool:
    """Whether the pixels of that kind in a rectangle were drawn: flat in colour, or with a bar among them."""
    mask = drawn_colours(pixels) == kind
    if kind in (BLACK, WHITE):
        return _has_bar(pixels, mask)
    own = pixels[mask].astype(np.int64)
    if len(own) < _LEAST_PIXELS:
        return False
    near = (np.abs(own - np.median(own, axis=0)) <= _FLAT).all(axis=1)
    return bool(near.mean() >= _FLAT_SHARE)


def _has_bar(pixels: Pixels, mask: NDArray[np.bool_]) -> bool:
    """Whether a part of the mask is a long, full rectangle that ends abruptly.

    White that is only overexposed fades into its surroundings.
    """
    from scipy import ndimage

    labels, count = ndimage.label(mask)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    for i, (area, (down, across)) in enumerate(zip(areas, ndimage.find_objects(labels), strict=True), 1):
        sides = sorted((down.stop - down.start, across.stop - across.start))
        full = area >= _BAR_FILL * sides[0] * sides[1]
        if full and sides[1] >= _LEAST_BAR and sides[1] >= _BAR_ASPECT * sides[0]:
            inside = labels == i
            near, beside = (ndimage.binary_dilation(inside, iterations=n) for n in (2, 4))
            green = pixels[..., 1][beside & ~near].astype(float)
            if len(green) and abs(np.median(green) - np.median(pixels[..., 1][inside])) >= _ABRUPT:
                return True
    return False


def _merged(boxes: list[Box]) -> list[Box]:
    """Rectangles of which none meets another, holding all that were given."""
    kept: list[Box] = []
    for box in boxes:
        while met := [k for k in kept if k.meets(box)]:
            for other in met:
                kept.remove(other)
                box = box.around(other)
        kept.append(box)
    return kept


def _filled(picture: Picture, box: Box, look: Look) -> Box:
    """The rectangle with its fill: the 90th percentile of the ring around it, by channel.

    Where the ring itself is redder than the picture's own pale parts (it lies in a nodule), those fill it instead, so
    that what is covered never counts as stain.
    """
    wide = box.grown(_RING, look.shape)
    part = picture[wide.top : wide.bottom][:, wide.left : wide.right]
    outside = np.ones(part.shape[:2], bool)
    outside[box.top - wide.top : box.bottom - wide.top, box.left - wide.left : box.right - wide.left] = False
    pale = np.percentile(look.grid.reshape(-1, 3), 90, axis=0)
    ring = np.percentile(part[outside], 90, axis=0) if outside.any() else pale
    red, green = ring[:2] / np.maximum(pale[:2], 1)
    fill = pale if green < 0.85 * red else ring
    return Box(box.top, box.bottom, box.left, box.right, (int(fill[0]), int(fill[1]), int(fill[2])))
