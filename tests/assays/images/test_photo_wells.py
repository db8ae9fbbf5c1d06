"""Wells of drawn photographs as pictures: their white, and the fraction of stain that was drawn into them."""

import numpy as np
import pytest

from mgassay.assays.images.flatfield import White, fit_white, surface_at
from mgassay.assays.images.photo_wells import (
    WellPicture,
    own_white,
    well_crop,
    well_picture,
    white_of_wells,
    white_within,
)
from mgassay.assays.images.plate_photo import FIELD, find_wells
from mgassay.assays.images.stain import stain_tables
from mgassay.assays.images.stained import stained_from_image

VECTOR = (0.38, 0.73, 0.57)


@pytest.fixture
def measured(photograph):
    """`(stained, options of the drawing)` -> stained fraction of each well's field, and what was drawn into it."""
    return lambda stained, **options: _measured(photograph, stained, **options)


def _measured(photograph, stained, **options):
    rgb, _, r = photograph(*stained.shape, stained, **options)
    found = find_wells(rgb, *stained.shape)
    field = FIELD * found.radius
    circles = [(x, y, field) for x, y in found.centres.reshape(-1, 2)]
    white = white_of_wells(rgb, circles, VECTOR)
    tables = stain_tables(VECTOR)
    wells = [well_picture(rgb, circle, white) for circle in circles]
    area = [stained_from_image(w, w.white, tables, 0.2).area / (w.inside.size - w.outside) for w in wells]
    truth = np.where(stained == 1, 1.0, stained * (0.8 * r / field) ** 2)  # discs fill `stained` of the inner 80 %
    return np.array(area).reshape(stained.shape), truth


@pytest.mark.parametrize(("rows", "columns", "width", "radius"), [(8, 12, 1800, 0.38), (4, 6, 1200, 0.42)])
def test_stained_fractions_are_those_that_were_drawn_to_a_point(measured, rows, columns, width, radius):
    stained = np.random.default_rng(5).choice([0, 0.02, 0.1, 0.5, 1.0], (rows, columns))
    area, truth = measured(stained, width=width, radius=radius)
    assert np.abs(area - truth).max() < 0.01
    assert area[stained == 0].max() < 0.0005


def test_a_plate_that_is_stained_for_the_most_part_keeps_its_white(measured):
    stained = np.ones((8, 12))
    stained[:, :4] = 0
    area, _ = measured(stained, width=1200)
    assert area[:, :4].max() < 0.001
    assert area[:, 4:].min() > 0.999


def test_one_clean_well_of_six_is_white_enough(measured):
    stained = np.ones((2, 3))
    stained[0, 0] = 0
    area, _ = measured(stained, width=900, radius=0.45, vignette=0.1)
    assert (area == stained).all()


def test_a_well_stained_all_over_has_no_white_of_its_own(photograph):
    rgb, centres, r = photograph(4, 6, np.where(np.arange(24).reshape(4, 6) == 0, 1.0, 0.0), radius=0.42)
    circles = [(x, y, 0.85 * r) for x, y in centres.reshape(-1, 2)]
    red = well_picture(rgb, circles[0], white_of_wells(rgb, circles, VECTOR))
    assert own_white(red, red, VECTOR) is red.white
    own = stained_from_image(red, fit_white(red, VECTOR), stain_tables(VECTOR), 0.2)
    assert own.area / red.inside.sum() < 0.9  # what would come of its own white
    rgb = np.random.default_rng(1).integers(150, 255, (80, 80, 3), dtype=np.uint8)
    assert (own_white(rgb, rgb, VECTOR).coefficients == fit_white(rgb, VECTOR).coefficients).all()


def test_a_crop_ends_at_the_borders_and_is_a_copy():
    photo = np.arange(10 * 12 * 3, dtype=np.uint8).reshape(10, 12, 3)
    crop, inside = well_crop(photo, (1.0, 8.0, 2.0))
    # columns 0 to 3, rows 6 to 9; within 2 of the centre lie 3 + 4 + 4 + 4 - corners: counted by hand below
    assert crop.shape == (4, 4, 3)
    assert inside.astype(int).tolist() == [[0, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 0]]
    assert (crop == photo[6:10, 0:4]).all()
    crop[:] = 0
    assert photo.any()


def test_around_the_circle_there_is_white():
    photo = np.full((40, 60, 3), 30, np.uint8)
    white = White(np.column_stack([np.log10([200.0, 150.0, 100.0]), np.zeros((3, 5))]), 0.0)
    well = well_picture(photo, (30, 20, 8), white)
    assert isinstance(well, WellPicture)
    assert (well[0 : well.shape[0]][~well.inside] == (200, 150, 100)).all()
    assert (well.pixels[well.inside] == 30).all()
    assert well.outside == well.inside.size - well.inside.sum() > 0


def test_a_part_of_a_white_is_the_same_surface():
    white = White(np.random.default_rng(2).normal(0, 0.1, (3, 6)), 0.01)
    box, shape = (13, 5, 40, 31), (50, 70)
    part = white_within(white, shape, box)
    rows, columns = (a.ravel() for a in np.mgrid[0:26, 0:27])
    for channel in range(3):
        there = surface_at(white.coefficients[channel], shape, rows + 5, columns + 13)
        here = surface_at(part.coefficients[channel], (26, 27), rows, columns)
        assert here == pytest.approx(there, abs=1e-12)


@pytest.mark.parametrize(("clean", "terms"), [(2, 1), (3, 3), (7, 3), (8, 6)])
def test_the_white_is_curved_from_eight_clean_wells_on_and_tilted_from_three(photograph, clean, terms):
    """Of 24 wells the sixth and so many after it are clean; the terms are 1, x, y, x², xy and y²."""
    stained = np.ones(24)
    stained[5 : 5 + clean] = 0
    rgb, centres, r = photograph(4, 6, stained.reshape(4, 6), width=900, radius=0.42)
    circles = [(x, y, 0.85 * r) for x, y in centres.reshape(-1, 2)]
    coefficients = white_of_wells(rgb, circles, VECTOR).coefficients
    assert coefficients[:, :terms].all()
    assert not coefficients[:, terms:].any()
