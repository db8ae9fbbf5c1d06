"""Photographs of Alizarin Red wells, by Beer–Lambert: light, a pale cell layer, stained nodules, dust and noise.

The stained area is met to the pixel. Area follows the latent mineral of the donor's arm; how dark a nodule is does not
depend on the arm. A nodule is a dome whose rim is dark enough that its outline is where the stain begins.
"""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from mgassay.simulate.biology import LIVE, Culture
from mgassay.simulate.plates import COLUMNS, ROWS, well_names
from mgassay.simulate.truth import Truth, stream

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

STAIN = np.array([0.38, 0.73, 0.57], np.float32)  # Alizarin Red: OD in R, G, B per unit of stain
PINK = np.array([0.30, 0.75, 0.55], np.float32)  # stain held by cells that do not calcify
AREA_AT_REFERENCE = 0.22  # stained fraction where log mineral is 0; the richest donors stay below a half
AREA_BACKGROUND = 0.0002
AREA_FULL = 0.9  # a field cannot hold more
PIXEL_UM = 1.3
DONORS_PER_PLATE = 8
JPEG_QUALITY = 92
_TRIES = 60  # places tried before a nodule may touch another
_GAP = 2  # pixels left between nodules
_EDGE = 40  # a margin wider than any nodule, so that a patch never leaves the array


@dataclass(frozen=True)
class Field:
    """A stained field before it is photographed: stain OD and what truly is nodule, (height, width)."""

    stain_od: Floats
    nodule: Mask
    nodules: int


@dataclass(frozen=True)
class Picture:
    """A photograph and the truth about it."""

    plate: str
    well: str
    condition: str
    donor: str
    area_fraction: float
    mean_od: float  # of the stained pixels; NaN where there are none
    nodules: int
    jpeg: bytes

    @property
    def file(self) -> str:
        """Path in the experiment folder; the well is written with two digits, as microscopes do."""
        return f"images/{self.plate}/{self.plate}_{self.well[0]}{int(self.well[1:]):02d}.jpg"


def _nodule_shape(rng: np.random.Generator) -> Floats:
    """Distance from a nodule's centre over its radius in that direction, on a square patch; inside is < 1."""
    radius = 4 + 20 * rng.beta(1.6, 4.0)
    half = int(np.ceil(radius * 1.4))
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    angle = np.arctan2(y, x)
    waves = zip((2, 3, 5), rng.uniform(0, 0.1, 3), rng.uniform(0, 2 * np.pi, 3), strict=True)
    outline = 1 + sum(size * np.cos(k * angle + phase) for k, size, phase in waves)
    return np.asarray(np.hypot(x, y) / (radius * outline), np.float32)


def _nearest_pixels(distance: Floats, free: Mask, count: int) -> Mask:
    """The `count` free pixels inside the outline that lie nearest the centre, or all of them if there are fewer."""
    inside = (distance < 1) & free
    if inside.sum() <= count:
        return inside
    order = np.argsort(np.where(inside, distance, np.inf), axis=None, kind="stable")[:count]
    chosen = np.zeros(distance.size, bool)
    chosen[order] = True
    return chosen.reshape(distance.shape)


def _grown(mask: Mask, by: int) -> Mask:
    """The mask on a patch that is larger by `by` pixels on each side, grown by as much."""
    padded = np.pad(mask, 2 * by)
    height, width = mask.shape[0] + 2 * by, mask.shape[1] + 2 * by
    rows = np.logical_or.reduce([padded[i : i + height] for i in range(2 * by + 1)])
    return np.asarray(np.logical_or.reduce([rows[:, i : i + width] for i in range(2 * by + 1)]))


def _dome(distance: Floats, chosen: Mask) -> Floats:
    """Relative darkness of a nodule: 1 in its middle, 0.45 at its rim."""
    rim = max(float(distance[chosen].max()), 1e-6)
    return np.asarray(0.45 + 0.55 * (1 - (distance / rim) ** 2), np.float32)


def stained_field(fraction: float, shape: tuple[int, int], rng: np.random.Generator) -> Field:
    """A field (height, width) in which exactly round(fraction · pixels) pixels are nodule.

    Nodules are dropped one by one where they do not touch another; in a crowded field they may touch, never overlap.
    """
    (height, width), edge = shape, _EDGE
    od = np.zeros((height + 2 * edge, width + 2 * edge), np.float32)
    near = np.zeros(od.shape, bool)  # nodules and the gap around them
    free = np.zeros(od.shape, bool)  # in the field and not yet stained; nodules are cut by the field's border
    inner = (slice(edge, edge + height), slice(edge, edge + width))
    free[inner] = True
    left, count, tries, distance = round(fraction * height * width), 0, 0, _nodule_shape(rng)
    while left:
        half, tries = distance.shape[0] // 2, tries + 1
        y, x = edge + int(rng.integers(height)), edge + int(rng.integers(width))
        patch = (slice(y - half, y + half + 1), slice(x - half, x + half + 1))
        if tries <= _TRIES and near[patch][distance < 1].any():
            continue
        chosen = _nearest_pixels(distance, free[patch], left)
        if chosen.any():
            od[patch][chosen] = (np.float32(rng.uniform(0.65, 1.15)) * _dome(distance, chosen))[chosen]
            free[patch] &= ~chosen
            around = (slice(y - half - _GAP, y + half + _GAP + 1), slice(x - half - _GAP, x + half + _GAP + 1))
            near[around] |= _grown(chosen, _GAP)
            left, count = left - int(chosen.sum()), count + 1
        tries, distance = 0, _nodule_shape(rng)
    return Field(od[inner], ~free[inner], count)


def _smooth_texture(shape: tuple[int, int], cells: int, rng: np.random.Generator) -> Floats:
    """Soft unevenness around 0 with SD of about 1, (height, width): coarse noise enlarged."""
    coarse = rng.standard_normal((cells * 3 // 4, cells), dtype=np.float32)
    large = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float32)


def _dust(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Grey OD of a few specks of dust, the same in all channels."""
    od = np.zeros(shape, np.float32)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    for _ in range(int(rng.integers(2, 6))):
        centre, radius = rng.uniform((0, 0), shape), rng.uniform(1.5, 3.5)
        near = np.hypot(y - np.float32(centre[0]), x - np.float32(centre[1])) < radius
        od[near] = rng.uniform(0.25, 0.5)
    return od


def _lamp_od(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """OD of the light itself, (height, width, 3): a colour cast, and corners darker than the middle."""
    y, x = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")
    dy, dx = rng.normal(0, 0.1, 2)
    vignette = rng.uniform(0.02, 0.04) * ((y - dy) ** 2 + (x - dx) ** 2)
    cast = np.array([0.015, 0.03, 0.055]) + rng.normal(0, 0.004, 3)
    return np.asarray(vignette[..., None] + cast, np.float32)


def _softened(od: Floats) -> Floats:
    """The optics: a pixel takes 15 % from each neighbour, along rows and then along columns."""
    for axis in (0, 1):
        padded = np.pad(od, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        low, high = np.take(padded, range(od.shape[axis]), axis), np.take(padded, range(2, od.shape[axis] + 2), axis)
        od = np.float32(0.7) * od + np.float32(0.15) * (low + high)
    return od


def photograph(field: Field, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The field as a camera sees it, (height, width, 3)."""
    shape = field.stain_od.shape
    cells = 0.035 + 0.006 * _smooth_texture(shape, 16, rng) + 0.004 * _smooth_texture(shape, 96, rng)
    dust = np.where(field.nodule, 0, _dust(shape, rng))
    od = (
        _lamp_od(shape, rng)
        + _softened(field.stain_od)[..., None] * STAIN
        + cells[..., None] * PINK
        + _softened(dust.astype(np.float32))[..., None]
    )
    light = 244 * np.exp(np.float32(-np.log(10)) * od) + 1.5 * rng.standard_normal(od.shape, dtype=np.float32)
    return np.asarray(np.clip(np.rint(light), 0, 255), np.uint8)


def _jpeg(rgb: npt.NDArray[np.uint8]) -> bytes:
    """JPEG bytes with full colour resolution, so that edges keep their hue."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return file.getvalue()


def _area_fraction(log_mineral: float) -> float:
    """Stained fraction of a field from its log mineral; a field cannot be more than full."""
    return min(AREA_BACKGROUND + AREA_AT_REFERENCE * float(np.exp(log_mineral)), AREA_FULL)


def _picture(culture: Culture, donor: int, arm: int, well: str, truth: Truth, seed: int) -> Picture:
    """The photograph of one stained well, a culture well of its own beside those that were extracted."""
    rng = stream(seed, "pictures", donor, arm)
    fraction = _area_fraction(culture.log_mineral[donor, arm] + rng.normal(0, truth.noise.rep))
    field = stained_field(fraction, truth.image_size[::-1], rng)
    # In double precision: a sum of single ones differs in its last digits from one kind of processor to another.
    mean_od = float(field.stain_od[field.nodule].mean(dtype=np.float64)) if field.nodule.any() else float("nan")
    return Picture(
        plate=f"alizarin_{donor // DONORS_PER_PLATE + 1}",
        well=well,
        condition=LIVE[arm],
        donor=culture.donors[donor],
        area_fraction=float(field.nodule.mean()),
        mean_od=mean_od,
        nodules=field.nodules,
        jpeg=_jpeg(photograph(field, rng)),
    )


def take_pictures(culture: Culture, truth: Truth, seed: int) -> list[Picture]:
    """One photograph per donor and live condition; up to eight donors share a plate, wells in shuffled order."""
    pictures: list[Picture] = []
    names = well_names(ROWS, COLUMNS)
    for first in range(0, len(culture.donors), DONORS_PER_PLATE):
        donors = range(first, min(first + DONORS_PER_PLATE, len(culture.donors)))
        places = [(d, a) for d in donors for a in range(len(LIVE))]
        order = stream(seed, "pictures", 1000 + first).permutation(len(places))
        pictures += [_picture(culture, *place, names[i], truth, seed) for place, i in zip(places, order, strict=True)]
    return pictures
