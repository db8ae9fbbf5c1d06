"""The colour of a stain against one that was painted."""

import numpy as np
import pytest

from mgassay.assays.images.flatfield import White, even_white
from mgassay.assays.images.stain import HISTOGRAM_OD, stain_tables
from mgassay.assays.images.stain_colour import (
    StainColour,
    colour_of_plate,
    degrees_between,
    grid_densities,
    stain_colour,
    stain_histogram,
)

VECTOR = (0.38, 0.73, 0.57)
TABLES = stain_tables(VECTOR)


def painted(stain, od, share=0.25):
    """A field of 256 x 256 whose upper part is stained along this vector."""
    rgb = np.full((256, 256, 3), 240, np.uint8)
    unit = np.array(stain) / np.linalg.norm(stain)
    rgb[: int(256 * share)] = np.rint(240 * 10 ** (-od * unit))
    return rgb


def colour(rgb, least_od=0.3):
    return stain_colour(grid_densities(rgb[::2, ::2], rgb.shape, even_white(240, 240, 240)), least_od, TABLES)


@pytest.mark.parametrize("stain", [VECTOR, (0.30, 0.75, 0.55), (0.42, 0.68, 0.60)])
def test_the_painted_colour_is_found(stain):
    found = colour(painted(stain, 0.8))
    assert found.pixels == 32 * 128
    assert degrees_between(colour_of_plate([found]), stain) < 0.3  # 8-bit rounding


def test_what_is_pale_grey_or_black_is_no_measure():
    assert colour(painted(VECTOR, 0.2)).pixels == 0
    assert colour(painted((1, 1, 1), 0.8)).pixels == 0
    black = painted(VECTOR, 0.8)
    black[:64, :, 1] = 0
    assert colour(black).pixels == 0
    assert np.isnan(colour(black).od).all()


def test_every_pixel_of_a_plate_counts_alike():
    one, other = StainColour((0.4, 0.8, 0.6), 300), StainColour((0.2, 0.8, 0.2), 100)
    mean = np.array([0.35, 0.8, 0.5])
    assert colour_of_plate([one, StainColour((float("nan"),) * 3, 0), other]) == pytest.approx(
        mean / np.linalg.norm(mean)
    )


def test_few_pixels_are_no_colour():
    assert colour_of_plate([StainColour((0.4, 0.8, 0.6), 49)]) is None
    assert colour_of_plate([StainColour((0.4, 0.8, 0.6), 50)]) is not None
    assert colour_of_plate([]) is None


def test_angles_by_hand():
    assert degrees_between((1, 0, 0), (0, 1, 0)) == pytest.approx(90)
    assert degrees_between((1, 1, 0), (2, 0, 0)) == pytest.approx(45)
    assert degrees_between(VECTOR, (1, 1, 1)) == pytest.approx(14.33, abs=0.01)


def test_the_histogram_is_that_of_the_formula_under_an_uneven_white(formula):
    """Every fourth pixel of an image of random colours; OD by its definition in the tests' own `formula`."""
    rgb = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    white = White(np.array([[2.38, 0.02, -0.01, -0.03, 0.01, -0.02]] * 3), 0.0)
    found = stain_histogram(grid_densities(rgb[::4, ::4], rgb.shape, white), TABLES)
    od, _ = formula(rgb, white)
    steps = np.clip(od[::4, ::4] / HISTOGRAM_OD, 0, 255).astype(int)
    assert np.abs(found - np.bincount(steps.ravel(), minlength=256)).max() <= 1  # a density at the edge of a step


def test_what_is_paler_than_white_or_too_dark_for_the_axis_is_at_its_ends():
    rgb = np.array([[[255, 255, 255], [1, 1, 1], [0, 0, 0]]], np.uint8)
    found = stain_histogram(grid_densities(rgb, rgb.shape, even_white(240, 240, 240)), TABLES)
    assert (found[0], found.sum()) == (1, 3)
    assert np.flatnonzero(found).tolist() == [0, int(np.log10(240) * np.sum(TABLES.unit) / HISTOGRAM_OD)]
