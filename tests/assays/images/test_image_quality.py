import numpy as np
import pytest
from scipy import ndimage

from mgassay.assays.images.image_quality import clipped_fraction, focus_from_edges, pixel_digest, unsuitable
from mgassay.assays.images.nodules import runs_from_mask


def pink(shape=(200, 200), noise=2.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.clip(np.array([235, 220, 225]) + noise * rng.standard_normal((*shape, 3)), 0, 255).astype(np.uint8)


def squares(blur, noise=0.0, level=90):
    """Dark squares of 30 pixels on a bright ground, and the mask of them."""
    green = np.full((400, 400), 220.0)
    mask = np.zeros((400, 400), bool)
    for y in range(40, 360, 80):
        for x in range(40, 360, 80):
            mask[y : y + 30, x : x + 30] = True
    green[mask] = level
    green = ndimage.gaussian_filter(green, blur) + noise * np.random.default_rng(0).standard_normal(green.shape)
    return np.repeat(np.rint(green.clip(0, 255)).astype(np.uint8)[..., None], 3, axis=2), mask


def test_colour_bright_pictures_are_suitable():
    assert unsuitable(pink()) == ""


def test_grey_pictures_are_not():
    assert unsuitable(np.repeat(pink()[..., :1], 3, axis=2)) == "grey"


def test_dark_pictures_are_not_even_with_bright_cells():
    dark = (pink() // 20).astype(np.uint8)
    dark[50:80, 50:80] = (20, 250, 20)
    assert unsuitable(dark) == "dark"


def test_clipped_pixels_are_counted_once_whatever_the_number_of_channels():
    rgb = np.full((80, 100, 3), 128, np.uint8)
    rgb[8, :5] = 255
    rgb[16, :3, 1] = 0
    assert clipped_fraction(rgb) == pytest.approx(8 / 1000)  # ten rows are looked at


def test_a_digest_knows_pixels_and_shape():
    rgb = pink()
    other = rgb.copy()
    other[0, 0, 0] ^= 1
    digests = {pixel_digest(p) for p in (rgb, rgb.copy(), other, rgb.reshape(100, 400, 3), pink(seed=1))}
    assert len(digests) == 4
    assert pixel_digest(rgb[:, ::-1]) == pixel_digest(np.ascontiguousarray(rgb[:, ::-1]))


def test_focus_of_a_step_is_one_and_falls_with_blur():
    values = [focus_from_edges(rgb, runs_from_mask(mask)) for rgb, mask in map(squares, (0, 1, 2, 4))]
    assert values[0] == pytest.approx(1)
    # a Gaussian edge of SD s rises by 2 Phi(2.5 / s) - 1 within 2.5 pixels either side of it: s = 2 gives 0.789
    assert values[2] == pytest.approx(0.789, abs=0.03)
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("noise", "level"), [(6, 90), (2, 180)])
def test_focus_sees_neither_noise_nor_depth_of_stain(noise, level):
    rgb, mask = squares(1, noise, level)
    assert focus_from_edges(rgb, runs_from_mask(mask)) == pytest.approx(focus_from_edges(*_runs(squares(1))), abs=0.04)


def _runs(picture):
    return picture[0], runs_from_mask(picture[1])


def test_focus_needs_borders_that_stand_free():
    assert np.isnan(focus_from_edges(pink(), runs_from_mask(np.zeros((200, 200), bool))))
    stripes = np.zeros((200, 200), bool)
    stripes[:, ::4] = True
    assert np.isnan(focus_from_edges(pink(), runs_from_mask(stripes)))
    edge = np.zeros((200, 200), bool)
    edge[:, :100] = True  # one border of 200 rows; the other is the picture's own
    rgb = np.where(edge[..., None], np.uint8(90), np.uint8(220)).repeat(3, axis=2)
    assert focus_from_edges(rgb, runs_from_mask(edge)) == 1
