import io

import numpy as np
from PIL import Image

from mgassay.report.overlay import outline_png, overlay_jpeg, pictures_of, thumbnail_jpeg

RGB = np.full((300, 720, 3), (230, 200, 210), np.uint8)
MASK = np.zeros((300, 720), bool)
MASK[100:200, 200:400] = True


def opened(content):
    return Image.open(io.BytesIO(content))


def test_a_thumbnail_is_a_small_picture_of_the_same_colours():
    thumbnail = opened(thumbnail_jpeg(RGB))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (360, 150))
    assert np.abs(np.asarray(thumbnail).astype(int) - RGB[0, 0]).max() <= 3


def test_small_pictures_are_not_enlarged():
    assert opened(thumbnail_jpeg(RGB[:90, :120])).size == (120, 90)
    assert opened(outline_png(MASK[:90, :120])).size == (120, 90)


def test_the_outline_lies_around_what_was_counted_on_a_clear_ground():
    outline = np.asarray(opened(outline_png(MASK)).convert("RGBA"))
    assert outline.shape == (150, 360, 4)
    counted = np.zeros((150, 360), bool)
    counted[50:100, 100:200] = True
    assert (outline[counted][:, 3] == 0).all()
    assert tuple(outline[75, 99]) == (0, 255, 255, 255)
    assert tuple(outline[75, 98]) == (0, 0, 0, 255)
    assert outline[75, 97, 3] == 0
    assert (outline[..., 3] > 0).sum() == 104 * 54 - 100 * 50  # two pixels wide all round


def test_nothing_counted_is_a_clear_outline():
    assert not np.asarray(opened(outline_png(np.zeros_like(MASK))).convert("RGBA"))[..., 3].any()


def test_an_overlay_is_the_picture_with_the_outline():
    overlay = np.asarray(opened(overlay_jpeg(RGB, MASK))).astype(int)
    assert overlay.shape == RGB.shape
    # the double line is narrow for JPEG: darker in red outside the mask, nothing far from it or inside
    assert overlay[150, 197:200, 0].mean() < 120
    assert np.abs(overlay[150, 300] - RGB[0, 0]).max() <= 3
    assert np.abs(overlay[20, 20] - RGB[0, 0]).max() <= 3


def test_the_same_pixels_give_the_same_bytes_and_stay_as_they_were():
    rgb, mask = RGB.copy(), MASK.copy()
    first, second = pictures_of(rgb, mask), pictures_of(rgb, mask)
    assert first == second
    assert list(first) == ["thumbnail", "outline", "overlay"]
    assert (rgb == RGB).all()
    assert (mask == MASK).all()
