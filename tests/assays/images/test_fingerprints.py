"""What a picture is known by: its map of brightness, the turns of maps, and which pairs look alike."""

import io

import numpy as np
import pytest
from PIL import Image

from mgassay.assays.images.fingerprints import (
    ALIKE,
    brightness_map,
    hexadecimal,
    lookalikes,
    turns,
    turns_back,
    unit_ranks,
)
from mgassay.assays.images.image_look import look_at
from mgassay.simulate.pictures import photograph, stained_field


def picture(seed, fraction, shape=(192, 256)):
    rng = np.random.default_rng(seed)
    return photograph(stained_field(fraction, shape, rng), rng)


def print_map(rgb):
    return brightness_map(look_at(np.ascontiguousarray(rgb)).grid)


def jpeg(rgb, quality=40):
    held = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(held, "JPEG", quality=quality)
    return np.array(Image.open(held))


def resized(rgb, factor):
    small = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
    return np.array(Image.fromarray(rgb).resize(small, Image.Resampling.LANCZOS))


def cropped(rgb):
    edge = [max(1, n // 100) for n in rgb.shape[:2]]
    return rgb[edge[0] : -edge[0], edge[1] : -edge[1]]


# what decision 0056 promises to know again
FORMS = {
    "saved again as JPEG 40": jpeg,
    "half the size": lambda rgb: resized(rgb, 0.5),
    "seven tenths": lambda rgb: resized(rgb, 0.7),
    "half as large again": lambda rgb: resized(rgb, 1.5),
    "turned by 90": np.rot90,
    "turned by 180": lambda rgb: rgb[::-1, ::-1],
    "mirrored": lambda rgb: rgb[:, ::-1],
    "turned and mirrored": lambda rgb: np.rot90(rgb)[:, ::-1],
    "a tenth darker": lambda rgb: (rgb * 0.9).astype(np.uint8),
    "brighter by 8 %": lambda rgb: np.clip(rgb * 1.08, 0, 255).astype(np.uint8),
    "another gamma": lambda rgb: (255 * (rgb / 255) ** 1.2).astype(np.uint8),
    "cropped by 1 %": cropped,
    "brighter, turned, JPEG 75": lambda rgb: jpeg(np.rot90(np.clip(rgb * 1.05, 0, 255).astype(np.uint8)), 75),
}


@pytest.mark.parametrize("fraction", [0.0, 0.1])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_picture_in_another_form_looks_alike_and_its_turn_is_known(form, fraction):
    maps = [print_map(rgb).ravel() for rgb in (picture(1, fraction), picture(2, fraction), form(picture(1, fraction)))]
    (found,) = lookalikes(np.array(maps))
    assert (found.first.tolist(), found.second.tolist()) == ([0], [2])
    back = maps[2][turns()[found.turn[0]]]
    assert unit_ranks(np.stack([maps[0], back]))[0] @ unit_ranks(np.stack([maps[0], back]))[1] > 0.9 > ALIKE


def test_a_map_is_log_brightness_of_areas_less_lamp_and_vignette():
    # a disc of a tenth of the light in one area of 16 x 16; the lamp falls by 20 % to one side
    rgb = np.full((256, 256, 3), 200.0)
    rgb *= 10 ** (-0.1 * np.linspace(-1, 1, 256))[None, :, None]
    rgb[80:96, 112:128] *= 0.1
    seen = brightness_map(np.rint(rgb).astype(np.uint8))
    assert np.unravel_index(seen.argmin(), seen.shape) == (5, 7)
    assert seen.min() == pytest.approx(-1, abs=0.1)  # the surface takes 10 of 256 degrees of freedom with it
    assert np.abs(np.delete(seen.ravel(), 5 * 16 + 7)).max() < 0.1


def test_areas_within_two_and_a_half_sds_are_not_drawn_in():
    """Evenly scattered areas reach twice their median distance, 1.35 SD by MAD: the surface is plain least squares."""
    level = np.random.default_rng(1).integers(150, 251, (16, 16)).astype(np.uint8)
    grid = np.repeat(np.kron(level, np.ones((4, 4), np.uint8))[..., None], 3, axis=2)
    y, x = (n.ravel() / 16 for n in np.mgrid[:16, :16])
    design = np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], axis=1)
    log = np.log10(3.0 * level.ravel())
    off = log - design @ np.linalg.lstsq(design, log, rcond=None)[0]
    assert np.abs(off).max() < 2.5 * 1.4826 * np.median(np.abs(off))
    np.testing.assert_allclose(brightness_map(grid).ravel(), off, atol=1e-9)


def test_turns_are_those_of_the_picture():
    one = np.arange(256.0).reshape(16, 16)
    assert (one.ravel()[turns()[0]] == one.ravel()).all()
    assert (one.ravel()[turns()[1]].reshape(16, 16) == np.rot90(one)).all()
    assert (one.ravel()[turns()[5]].reshape(16, 16) == np.rot90(one[:, ::-1])).all()
    assert len({tuple(way) for way in turns().tolist()}) == 8
    for way, back in zip(turns(), turns_back(), strict=True):
        assert (one.ravel()[way][back] == one.ravel()).all()


def test_small_and_perfectly_even_pictures_have_nothing_to_be_known_by():
    small, even = print_map(picture(1, 0.0)[:60]), print_map(np.full((200, 200, 3), 230, np.uint8))
    assert np.isnan(small).all()
    assert np.isnan(even).all()
    assert hexadecimal(small) == ""
    assert np.isfinite(print_map(picture(1, 0.0)[:64])).all()


def test_a_fingerprint_in_text_has_a_bit_for_each_area():
    text = hexadecimal(print_map(picture(1, 0.0)))
    assert len(text) == 64
    assert bin(int(text, 16)).count("1") == 128
