"""What can be stained is never left out, and most of what cannot be is."""

import numpy as np
import pytest

from mgassay.assays.images.candidates import EIGHT, eights_above
from mgassay.assays.images.flatfield import White, even_white
from mgassay.assays.images.stain import UNITS_PER_OD, WhiteUnits, stain_tables

VECTOR = (0.38, 0.73, 0.57)
TABLES = stain_tables(VECTOR)
BENT = White(
    np.array([[2.35, 0.1, -0.06, 0.08, 0.05, -0.2], [2.3, 0, 0.1, -0.1, 0.02, 0.15], [2.3] + [0.05] * 5]), 0.01
)


def found_in(rgb, white, od):
    """OD by pixel of what was kept (NaN elsewhere), and the fraction of the picture that was."""
    out, kept = np.full(rgb.shape[0] * rgb.shape[1], np.nan), 0
    for eights in eights_above(rgb, white, TABLES, od, WhiteUnits(white, TABLES, rgb.shape[:2])):
        at = np.arange(len(eights.od))
        within = eights.columns[at // EIGHT] * EIGHT + at % EIGHT < rgb.shape[1]
        assert not eights.od[~within].any()
        out[eights.pixels(at[within])] = eights.od[within] / UNITS_PER_OD
        kept += within.sum()
    return out.reshape(rgb.shape[:2]), kept / out.size


@pytest.mark.parametrize("white", [even_white(240, 236, 230), BENT], ids=["even", "bent"])
@pytest.mark.parametrize("shape", [(1, 5), (40, 64), (310, 203), (600, 16)])
@pytest.mark.parametrize("od", [0.001, 0.12, 0.5, 1.5])
def test_no_pixel_above_is_left_out(white, shape, od, formula):
    rng = np.random.default_rng(3)
    rgb = rng.integers(rng.integers(0, 230, (*shape, 1)), 256, (*shape, 3)).astype(np.uint8)  # pale ones and dark ones
    expected = formula(rgb, white)[0]
    found, _ = found_in(rgb, white, od)
    assert not np.isnan(found[expected > od]).any()
    here = ~np.isnan(found)
    np.testing.assert_allclose(found[here], np.maximum(expected, 0)[here], atol=5e-4)


def test_a_colour_just_above_in_one_channel_alone_is_kept():
    # OD in green only, so that u_G times it is 0.12 and a hair more: 240 * 10^(-0.1650 - 0.004)
    rgb = np.full((16, 16, 3), 240, np.uint8)
    rgb[9, 9, 1] = 162
    found, kept = found_in(rgb, even_white(240, 240, 240), 0.12)
    assert found[9, 9] == pytest.approx(0.73 / 1.00111 * np.log10(240 / 162), abs=2e-4)
    assert kept == EIGHT / 256


def test_the_background_of_a_dim_and_uneven_field_is_left_out():
    white = White(np.array([[2.2, 0.05, 0.02, -0.05, 0.01, -0.06]] * 3), 0.01)
    y, x = ((2 * np.arange(n) + 1) / n - 1 for n in (500, 700))
    level = 2.2 + 0.05 * x + 0.02 * y[:, None] - 0.05 * x**2 + 0.01 * x * y[:, None] - 0.06 * y[:, None] ** 2
    noise = np.random.default_rng(1).normal(0, 2, (500, 700, 3))
    rgb = np.rint(10 ** (level - 0.02)[..., None] + noise).astype(np.uint8)
    rgb[100:150, 200:280] = 50
    found, kept = found_in(rgb, white, 0.12)
    assert kept == pytest.approx(50 * 80 / 350_000, rel=0.02)
    assert not np.isnan(found[100:150, 200:280]).any()
