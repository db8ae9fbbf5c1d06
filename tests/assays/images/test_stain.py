"""The fixed-point tables against the formula in float64."""

import numpy as np
import pytest
from tests.assays.images.conftest import CURVED, UNIT, VECTOR

from mgassay.assays.images.flatfield import White, even_white, fit_white, pixel_centres
from mgassay.assays.images.stain import (
    UNITS_PER_OD,
    WhiteUnits,
    added_to_histogram,
    empty_histogram,
    od_percentile,
    of_stain,
    rows_of_stretch,
    stain_chunks,
    stain_tables,
    stretches,
)


def noise(shape, seed=0):
    """Every colour there is, and no order in it."""
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


@pytest.mark.parametrize("white", [even_white(240, 236, 230, 0.01), CURVED], ids=["even", "curved"])
@pytest.mark.parametrize("shape", [(200, 301), (64, 64), (1, 5), (65, 1), (600, 5)])
def test_od_is_the_formula_to_a_ten_thousandth(white, shape, formula):
    rgb = noise(shape)
    found = np.concatenate([c.od.copy() for c in stain_chunks(rgb, white, stain_tables(VECTOR))]) / UNITS_PER_OD
    assert np.abs(found - np.maximum(formula(rgb, white)[0], 0)).max() < 1.5e-4


def test_a_stain_of_twice_the_dye_has_twice_the_od():
    # Beer-Lambert along the vector itself, worked out here: v = w * 10^(-s u)
    white = even_white(250, 250, 250)
    ods = []
    for s in (0.25, 0.5, 1.0):
        rgb = np.broadcast_to(np.rint(250 * 10 ** (-s * UNIT)).astype(np.uint8), (8, 8, 3))
        ods.append(next(iter(stain_chunks(rgb, white, stain_tables(VECTOR)))).od[0, 0] / UNITS_PER_OD)
    assert ods == pytest.approx([0.25, 0.5, 1.0], abs=0.004)  # 8-bit rounding


def test_the_vector_needs_no_length():
    one, ten = stain_tables(VECTOR), stain_tables((3.8, 7.3, 5.7))
    assert np.array_equal(one.pairs, ten.pairs)


def test_histogram_counts_every_pixel_and_its_percentile_is_a_sorted_one(formula):
    rgb = noise((300, 400), 3)
    white = fit_white(rgb, VECTOR)
    histogram = empty_histogram()
    lookup = stain_tables(VECTOR)
    for chunk in stain_chunks(rgb, white, lookup):
        added_to_histogram(histogram, chunk, white, lookup, rgb.shape, 0.15)
    assert histogram.sum() == 300 * 400
    od, red = formula(rgb, white)
    ordered = np.sort(np.where(red & (od > 0.15), od, 0), axis=None)
    for percentile in (50.0, 90.0, 99.9):
        expected = ordered[int(np.ceil(percentile / 100 * ordered.size)) - 1]
        assert od_percentile(histogram, percentile) == pytest.approx(expected, abs=2e-4)


def test_a_white_beyond_255_in_a_corner_does_not_wrap_round():
    white = White(np.array([[2.4, 0.3, 0.3, 0.2, 0.0, 0.2]] * 3), 0.01)
    rgb = np.full((130, 130, 3), 250, np.uint8)
    od = np.concatenate([c.od.copy() for c in stain_chunks(rgb, white, stain_tables(VECTOR))]) / UNITS_PER_OD
    # the white there is 10^3.4; held at 0.4 OD above 255, the pixel reads 0.4 OD + that of 250 under 255
    assert od[-1, -1] == pytest.approx(0.4 + UNIT.sum() * np.log10(255 / 250), abs=1e-3)
    assert pixel_centres(130)[-1] == pytest.approx(1 - 1 / 130)


@pytest.mark.parametrize("gate", [0.5, 0.8, 1.0])
@pytest.mark.parametrize("white", [even_white(240, 236, 230, 0.01), CURVED], ids=["even", "curved"])
def test_the_hue_is_that_of_the_definition_but_for_rounding(white, gate, formula):
    rgb = noise((150, 203))
    tables = stain_tables(VECTOR, gate)
    found = [
        of_stain(c, white, tables, (150, 203), round(0.2 * UNITS_PER_OD)) for c in stain_chunks(rgb, white, tables)
    ]
    od, by_channel = formula(rgb, white)[0], formula(rgb, white, channels=True)
    clear = (np.abs(by_channel[0] - gate * by_channel[1]) > 2e-4) & (np.abs(od - 0.2) > 4e-4)
    expected = (od > 0.2) & (by_channel[0] < gate * by_channel[1])
    np.testing.assert_array_equal(np.concatenate(found).reshape(150, 203)[clear], expected[clear])
    assert clear.mean() > 0.99


@pytest.mark.parametrize("tilt", [0.0, 0.002, 0.2])
def test_the_white_by_columns_and_rows_is_the_surface(tilt):
    # worked out here pixel by pixel; 14 000 units to 1 OD, from white 255 less 0.4 OD on
    coefficients = np.array([[2.3, 0.02, -0.01, -0.03, tilt, -0.04]] * 3)
    h, w = 130, 77
    y, x = (pixel_centres(n) for n in (h, w))
    level = 2.3 + 0.02 * x - 0.01 * y[:, None] - 0.03 * x**2 + tilt * x * y[:, None] - 0.04 * y[:, None] ** 2
    expected = (UNIT.sum() * (np.log10(255) - level) + 0.4) * 14_000
    whites = WhiteUnits(White(coefficients, 0.01), stain_tables(VECTOR), (h, w))
    found = np.concatenate([whites.on_rows(0, 64), whites.on_rows(64, 128), whites.on_rows(128, 130)])
    assert np.abs(found - expected).max() <= 2.5  # rounded twice, and 2 units among rows that are alike
    rows, columns = np.array([0, 0, 5, 63]), np.array([0, 9, 3, 8])
    eights = whites.at_eights(64, 128, rows, columns).reshape(4, 8)
    for k in (0, 2, 3):
        np.testing.assert_array_equal(eights[k], whites.on_rows(64, 128)[rows[k], 8 * columns[k] : 8 * columns[k] + 8])
    np.testing.assert_array_equal(eights[1, :5], whites.on_rows(64, 128)[0, 72:])


@pytest.mark.parametrize("width", [1, 5, 2048, 3001, 6000, 100_000])
def test_stretches_begin_at_multiples_of_32_rows_and_hold_a_million_pixels_or_64_rows(width):
    shape = (1300, width, 3)
    rows = rows_of_stretch(shape)
    assert rows % 32 == 0
    assert rows == 64 or rows * width <= 2**20
    if width < 10:
        found = [(first, len(block)) for first, block in stretches(np.zeros(shape, np.uint8))]
        assert [first % 32 for first, _ in found] == [0] * len(found)
        assert sum(n for _, n in found) == 1300
