"""Fields of Alizarin Red of exactly known stained area, under light, cells, dirt and files that mislead.

Beer–Lambert throughout: the light of the lamp is weakened by the cell layer, the stain and the dirt, then blurred by
the optics, counted by the sensor with noise, and written by the camera. What is stained is known to the pixel, by the
mask before any blur. Used to prove how a stained area is measured; the demo's pictures are made by `pictures`.
"""

import io
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from mgassay.simulate.pictures import PINK, STAIN, Field, Floats, stained_field

Rgb = npt.NDArray[np.uint8]
_EVEN = 0.8  # OD of a nodule that is as dark everywhere
_BAR_ROOM = 12  # pixels between a scale bar and the picture's corner


@dataclass(frozen=True)
class Scene:
    """What a field is seen through. Grey levels and OD; blur in pixels (SD); fractions of the field.

    `lamp` is what the sensor counts in an empty dish (R, G, B), `vignette` how much darker the corners are than the
    centre, `slant` one side than the other, both as fractions. `noise` is the SD of a channel in grey levels. `pink` is
    the mean OD of stain that cells hold which do not calcify, `uneven` its SD over the field and between fields.
    `debris` covers this fraction of a field, grey, 0.2 to 1.2 OD. `fade` multiplies how dark nodules are, `flat` ones
    are as dark everywhere. `diffuse` blurs the stain itself, `blur` the optics. `quality` is JPEG's, with its usual
    colour subsampling; None writes the pixels as they are.
    """

    name: str
    lamp: tuple[float, float, float] = (236.0, 230.0, 220.0)
    vignette: float = 0.08
    slant: float = 0.0
    noise: float = 1.5
    layer: float = 0.03
    texture: float = 0.006
    pink: float = 0.0
    uneven: float = 0.0
    debris: float = 0.0
    fade: float = 1.0
    diffuse: float = 0.0
    blur: float = 0.0
    flat: bool = False
    bar: bool = False
    quality: int | None = None


_PINK = Scene("uneven pink layer", pink=0.12, uneven=0.05)
_STRONG = Scene("strong pink layer", pink=0.25, uneven=0.08)

# What a measurement must hold against.
SCENES = (
    Scene("as it should be"),
    Scene("dim lamp", lamp=(110, 107, 102)),
    Scene("warm white balance", lamp=(245, 222, 178)),
    Scene("cold white balance", lamp=(196, 222, 246)),
    Scene("strong vignetting", vignette=0.4),
    Scene("light from one side", slant=0.35, vignette=0.15),
    Scene("noisy sensor", noise=6.0),
    Scene("JPEG 75", quality=75),
    Scene("JPEG 40", quality=40),
    Scene("coarse cell layer", layer=0.06, texture=0.025),
    Scene("pale stain", fade=0.6),
    Scene("even nodules", flat=True),
    Scene("scale bar", bar=True),
    Scene("debris", debris=0.008),
    Scene("debris, JPEG 75", debris=0.004, quality=75),
    _PINK,
    replace(_PINK, name="uneven pink layer, debris", debris=0.008),
    replace(_PINK, name="uneven pink layer, debris, JPEG 75", debris=0.004, quality=75),
    _STRONG,
    replace(_STRONG, name="strong pink layer, debris", debris=0.008),
    replace(_STRONG, name="strong pink layer, debris, JPEG 75", debris=0.004, quality=75),
    Scene("blur of 1 pixel", blur=1.0),
    Scene("blur of 0.7 pixels, even nodules", blur=0.7, flat=True),
    Scene("stain diffused by 1 pixel", diffuse=1.0),
)
# Where it ends, so that nobody has to find out.
BEYOND = (
    Scene("blur of 1 pixel, even nodules", blur=1.0, flat=True),
    Scene("blur of 2 pixels", blur=2.0),
    Scene("blur of 2 pixels, even nodules", blur=2.0, flat=True),
    Scene("stain diffused by 2 pixels", diffuse=2.0),
    replace(_STRONG, name="strong pink layer, twice the debris, JPEG 75", debris=0.008, quality=75),
    replace(
        _STRONG, name="strong pink layer, five times the debris, noise, JPEG 50", debris=0.02, quality=50, noise=3.0
    ),
)


@dataclass(frozen=True, eq=False)
class Micrograph:
    """A picture as the camera's file decodes, (height, width, 3), and what in it is truly stained, (height, width)."""

    rgb: Rgb
    stained: npt.NDArray[np.bool_]

    @property
    def area_fraction(self) -> float:
        """Truly stained fraction of the field."""
        return float(self.stained.mean())


def micrograph(scene: Scene, fraction: float, shape: tuple[int, int], rng: np.random.Generator) -> Micrograph:
    """A field (height, width) of which this fraction is stained, seen through a scene."""
    field = stained_field(fraction, shape, rng)
    od = _stain_od(field, scene)[..., None] * STAIN
    od += _layer_od(scene, shape, rng)[..., None] * PINK
    od += _debris_od(scene, shape, rng)[..., None]
    light = _blurred(np.power(np.float32(10), -od), scene.blur) * _lamp(scene, shape)
    rgb = np.clip(np.rint(light + rng.normal(0, scene.noise, light.shape)), 0, 255).astype(np.uint8)
    if scene.bar:
        _draw_bar(rgb)
    return Micrograph(rgb if scene.quality is None else _through_jpeg(rgb, scene.quality), field.nodule)


def _stain_od(field: Field, scene: Scene) -> Floats:
    """OD of the nodules, (height, width)."""
    od = field.nodule * np.float32(_EVEN) if scene.flat else field.stain_od
    return _blurred(od * np.float32(scene.fade), scene.diffuse)


def _layer_od(scene: Scene, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """OD of the pale layer, (height, width): a part that is everywhere, cells, and pink that differs between places."""
    cells = scene.layer + scene.texture * _smooth(shape, 8.0, rng)
    pink = scene.pink + scene.uneven * (rng.standard_normal() + _smooth(shape, min(shape) / 8, rng))
    return np.asarray(np.maximum(cells, 0) + np.maximum(pink, 0) * bool(scene.pink), np.float32)


def _smooth(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Floats:
    """Unevenness around 0 with an SD of 1 whose hills are some `size` pixels wide, (height, width)."""
    coarse = [max(4, round(n / size) + 3) for n in shape]
    noise = rng.standard_normal(coarse, dtype=np.float32)
    large = np.asarray(Image.fromarray(noise).resize(shape[::-1], Image.Resampling.BICUBIC), np.float32)
    return np.asarray((large - large.mean()) / max(float(large.std()), 1e-6), np.float32)


def _debris_od(scene: Scene, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Grey OD of specks and fibres that together cover the scene's fraction of the field, (height, width)."""
    od, left = np.zeros(shape, np.float32), scene.debris * shape[0] * shape[1]
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    while left > 0:
        top, across = rng.uniform((0, 0), shape)
        turn, width = rng.uniform(0, np.pi), rng.uniform(1.2, 4.0)
        length = width * (1 if rng.random() < 0.7 else rng.uniform(4, 12))
        along = (x - across) * np.cos(turn) + (y - top) * np.sin(turn)
        aside = (y - top) * np.cos(turn) - (x - across) * np.sin(turn)
        piece = (along / length) ** 2 + (aside / width) ** 2 < 1
        od[piece] = np.maximum(od[piece], rng.uniform(0.2, 1.2))
        left -= max(int(piece.sum()), 1)
    return od


def _lamp(scene: Scene, shape: tuple[int, int]) -> Floats:
    """Grey levels of an empty dish, (height, width, 3)."""
    y, x = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")
    fall = (1 - scene.vignette * (x**2 + y**2) / 2) * (1 - scene.slant * (x + 1) / 2)
    return np.asarray(fall[..., None] * np.array(scene.lamp), np.float32)


def _blurred(values: Floats, sd: float) -> Floats:
    """Values (height, width) or (height, width, channels) blurred by a Gaussian of this SD in pixels."""
    if not sd:
        return values
    reach = np.arange(-int(np.ceil(4 * sd)), int(np.ceil(4 * sd)) + 1)
    weights = np.exp(-0.5 * (reach / sd) ** 2)
    for axis in (0, 1):
        pad = [(len(reach) // 2,) * 2 if a == axis else (0, 0) for a in range(values.ndim)]
        padded = np.pad(values, pad, mode="edge")
        parts = (w * np.take(padded, range(i, i + values.shape[axis]), axis) for i, w in enumerate(weights))
        values = np.asarray(sum(parts) / weights.sum(), np.float32)
    return values


def _draw_bar(rgb: Rgb) -> None:
    """A black scale bar with a white rim in the lower right corner, as acquisition programs burn them in."""
    h, w = rgb.shape[:2]
    bottom, right, long, thick = h - _BAR_ROOM, w - _BAR_ROOM, w // 5, max(4, h // 100)
    rgb[bottom - thick - 2 : bottom + 2, right - long - 2 : right + 2] = 255
    rgb[bottom - thick : bottom, right - long : right] = 0


def _through_jpeg(rgb: Rgb, quality: int) -> Rgb:
    """The picture as it comes back from a JPEG file."""
    file, parser = io.BytesIO(), ImageFile.Parser()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    parser.feed(file.getvalue())
    return np.asarray(parser.close())
