"""Wells of photographs judged one by one, on squares whose light was drawn."""

import numpy as np
import pytest

from mgassay.assays.images.flatfield import even_white
from mgassay.assays.images.image_look import look_at
from mgassay.assays.images.photo_wells import WellPicture
from mgassay.assays.images.well_light import light_of_well, look_at_well, places_within

UNIT = np.array([0.38, 0.73, 0.57]) / np.linalg.norm([0.38, 0.73, 0.57])
SIDE = 201
Y, X = np.mgrid[:SIDE, :SIDE]
INSIDE = (X - 100) ** 2 + (Y - 100) ** 2 <= 100**2
STAINED = (X - 100) ** 2 + (Y - 100) ** 2 <= 60**2  # 36 % of the well


def well(grey_od=0.0, stain_od=0.0, stained=INSIDE, painted=200):
    """A well under an even white of 200, 190, 180: grey OD over all of it, stain where `stained`."""
    od = np.zeros((SIDE, SIDE, 3)) + np.asarray(grey_od)[..., None]
    od[stained] += stain_od * UNIT
    rgb = np.rint([200, 190, 180] * 10**-od)
    rgb[~INSIDE] = painted
    return WellPicture(rgb.astype(np.uint8), INSIDE, even_white(200, 190, 180))


def test_the_light_of_a_well_is_how_it_differs_from_its_photographs_white():
    level, tilt = light_of_well(well(), UNIT)
    assert level == pytest.approx([0] * 3, abs=0.002)
    assert tilt == pytest.approx([0, 0], abs=0.002)
    level, _ = light_of_well(well(grey_od=np.full((SIDE, SIDE), 0.12)), UNIT)
    assert level == pytest.approx([-0.12] * 3, abs=0.003)  # rounding to a grey level is 0.0015


def test_a_slope_across_a_well_is_its_tilt():
    # 0.06 OD darker from left to right: 0.03 per unit of -1 to 1
    _, tilt = light_of_well(well(grey_od=0.03 * (X - 100) / 100), UNIT)
    assert tilt == pytest.approx([-0.03, 0], abs=0.002)


def test_stain_is_no_shadow_and_a_well_without_a_pale_quarter_has_no_light_of_its_own():
    level, tilt = light_of_well(well(stain_od=0.8, stained=STAINED), UNIT)
    assert level == pytest.approx([0] * 3, abs=0.002)
    assert tilt == pytest.approx([0, 0], abs=0.002)
    level, tilt = light_of_well(well(stain_od=0.8, stained=INSIDE), UNIT)
    assert np.isnan(level).all()
    assert np.isnan(tilt).all()
    assert (level.shape, tilt.shape) == ((3,), (2,))  # as of any other well: they are put into one table


@pytest.mark.parametrize(("od", "radius", "known"), [(0.095, 100, True), (0.105, 100, False), (0.8, 86, True)])
def test_pale_is_less_than_a_tenth_of_stain_and_a_quarter_of_the_well_is_enough(od, radius, known):
    """A disc of 86 in a well of 100 leaves 26 % of it pale."""
    level, _ = light_of_well(well(stain_od=od, stained=(X - 100) ** 2 + (Y - 100) ** 2 <= radius**2), UNIT)
    assert np.isfinite(level).all() == known


@pytest.mark.parametrize(("pale", "known"), [(10, True), (9, False)])
def test_every_pixel_of_a_small_well_counts_and_a_quarter_of_them_is_just_enough(pale, known):
    """Of 40 columns the 2nd, 6th, 10th … are pale: ten are a quarter."""
    rgb = np.empty((40, 40, 3))
    rgb[:] = [200, 190, 180] * 10 ** (-0.8 * UNIT)
    rgb[:, 1 : 4 * pale : 4] = 200, 190, 180
    one = WellPicture(np.rint(rgb).astype(np.uint8), np.ones((40, 40), bool), even_white(200, 190, 180))
    level, _ = light_of_well(one, UNIT)
    assert (np.isfinite(level).all(), np.isnan(level).all()) == (known, not known)


@pytest.mark.parametrize("painted", [0, 200, 255])
def test_ends_of_the_grey_scale_are_counted_within_the_well(painted):
    one = well(painted=painted)
    one.pixels[90:110, 90:110] = 255
    one.pixels[90:110, 60:70, 1] = 0
    look = look_at_well(one)
    own = np.count_nonzero(INSIDE)
    assert (look.high, look.low, look.clipped) == pytest.approx((400 / own, 200 / own, 600 / own))
    assert look.digest == look_at(one).digest


def test_only_places_within_the_well_are_judged():
    grid = places_within(well(painted=7), look_at_well(well(painted=7))).grid
    assert grid.shape == (np.count_nonzero(INSIDE), 1, 3)  # of a well of 201 pixels every pixel is in the grid
    assert not (grid == 7).any()
    large = WellPicture(*(a.repeat(3, 0).repeat(3, 1) for a in (well(painted=7).pixels, INSIDE)), well().white)
    assert not (places_within(large, look_at_well(large)).grid == 7).any()
