"""Simulated fields against what their scene says, measured on the pixels themselves."""

from dataclasses import replace

import numpy as np
import pytest

from mgassay.simulate.micrographs import BEYOND, SCENES, Scene, micrograph

SHAPE = (240, 320)
PLAIN = Scene("plain", noise=0.0, texture=0.0, layer=0.0, vignette=0.0, flat=True)
STAIN = np.array([0.38, 0.73, 0.57])


def seen(scene, fraction=0.1, seed=1):
    return micrograph(scene, fraction, SHAPE, np.random.default_rng(seed))


def test_there_are_enough_scenes_and_each_is_named_once():
    names = [s.name for s in (*SCENES, *BEYOND)]
    assert len(SCENES) >= 13
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fraction", [0.0, 0.005, 0.03, 0.3])
def test_the_mask_is_exact_and_light_follows_beer_lambert(fraction):
    made = seen(PLAIN, fraction)
    assert made.area_fraction == round(fraction * 240 * 320) / (240 * 320)
    # 0.8 OD along the vector under a lamp of 236, 230, 220
    assert (made.rgb[made.stained] == np.rint([236, 230, 220] * 10 ** (-0.8 * STAIN))).all()
    assert (made.rgb[~made.stained] == [236, 230, 220]).all()


def test_vignette_and_slant_darken_corners_and_one_side():
    corner = seen(replace(PLAIN, vignette=0.4), 0.0).rgb
    assert corner[0, 0, 0] / corner[120, 160, 0] == pytest.approx(0.6, abs=0.01)
    slant = seen(replace(PLAIN, slant=0.35), 0.0).rgb
    assert slant[120, -1, 1] / slant[120, 0, 1] == pytest.approx(0.65, abs=0.01)


def test_noise_has_its_sd_in_grey_levels():
    rgb = seen(replace(PLAIN, noise=6.0, lamp=(120, 120, 120)), 0.0).rgb
    assert rgb.std() == pytest.approx(np.hypot(6, 12**-0.5), rel=0.02)  # and the rounding of whole levels


def test_debris_is_grey_and_covers_its_fraction():
    rgb = seen(replace(PLAIN, debris=0.02, lamp=(240, 240, 240)), 0.0).rgb
    dirty = (rgb < 235).any(axis=2)
    assert 0.02 <= dirty.mean() < 0.035  # the last piece may be a long one
    assert (np.ptp(rgb[dirty].astype(int), axis=1) == 0).all()


def test_pink_is_uneven_within_a_field_and_between_fields():
    scene = replace(PLAIN, pink=0.25, uneven=0.05)
    od = [np.log10(230 / seen(scene, 0.0, seed).rgb[..., 1].astype(float)) / 0.75 for seed in range(40)]
    assert np.mean(od) == pytest.approx(0.25, abs=0.03)
    assert np.mean([o.std() for o in od]) == pytest.approx(0.05, rel=0.1)
    assert np.std([o.mean() for o in od]) == pytest.approx(0.05, rel=0.4)


def test_blur_of_the_optics_is_a_gaussian_in_light_and_diffusion_one_in_density():
    """At a straight border half of the light, or half of the density, stands in the middle; the mask does not move."""
    sharp = seen(PLAIN, 0.1)
    for scene in (replace(PLAIN, blur=1.0), replace(PLAIN, diffuse=1.0)):
        soft = seen(scene, 0.1)
        assert (soft.stained == sharp.stained).all()
        assert (soft.rgb != sharp.rgb).any(axis=2).mean() > 0.05
    mean = [seen(replace(PLAIN, blur=b), 0.1).rgb[..., 1].mean() for b in (0.0, 1.5)]
    assert mean[0] == pytest.approx(mean[1], abs=0.3)  # a blur loses no light


def test_a_scale_bar_is_black_within_white():
    rgb = seen(replace(PLAIN, bar=True), 0.0).rgb
    black, white = (rgb == 0).all(axis=2), (rgb == 255).all(axis=2)
    assert black.sum() == 4 * 64
    assert white.sum() == 8 * 68 - 4 * 64


def test_jpeg_changes_pixels_and_the_same_seed_gives_the_same():
    plain, jpeg = seen(PLAIN), seen(replace(PLAIN, quality=75))
    assert (plain.stained == jpeg.stained).all()
    assert 0 < np.abs(plain.rgb.astype(int) - jpeg.rgb).mean() < 5
    assert (jpeg.rgb == seen(replace(PLAIN, quality=75)).rgb).all()
