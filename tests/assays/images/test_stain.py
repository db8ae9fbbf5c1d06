"""The fixed-point tables against the formula in float64."""

import numpy as np
import pytest

from mgassay.assays.images.flatfield import White, even_white, fit_white, pixel_centres
from mgassay.assays.images.stain import (
    HISTOGRAM_OD,
    UNITS_PER_OD,
    added_to_histogram,
    empty_histogram,
    od_percentile,
    stain_chunks,
    stain_tables,
    stained_from_image,
)

VECTOR = (0.38, 0.73, 0.57)
UNIT = np.array(VECTOR) / np.linalg.norm(VECTOR)
CURVED = White(
    np.array(
        [
            [2.36, 0.01, -0.02, -0.05, 0.004, -0.04],
            [2.35, 0.02, -0.01, -0.06, 0.0, -0.05],
            [2.34, 0.0, -0.03, -0.04, 0.01, -0.06],
        ]
    ),
    0.01,
)


def formula(rgb, white):
    """Stain OD and hue gate of every pixel in float64, straight from the definition."""
    h, w = rgb.shape[:2]
    x, y = 2 * (np.arange(w) + 0.5) / w - 1, 2 * (np.arange(h)[:, None] + 0.5) / h - 1
    c = white.coefficients[:, :, None, None]
    level = c[:, 0] + c[:, 1] * x + c[:, 2] * y + c[:, 3] * x**2 + c[:, 4] * x * y + c[:, 5] * y**2
    od = level - np.log10(np.maximum(np.moveaxis(rgb, 2, 0), 1).astype(float))
    return np.tensordot(UNIT, od, 1), od[0] < 0.8 * od[1]


def mask_of(runs, shape):
    """The mask (h, w) whose runs these are, by the definition of a place."""
    mask = np.zeros((shape[0], runs.row), bool)
    for start, end in zip(runs.starts, runs.ends, strict=True):
        mask.reshape(-1)[start:end] = True
    assert not mask[:, -1].any()
    return mask[:, :-1]


def noise(shape, seed=0):
    """Every colour there is, and no order in it."""
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


@pytest.mark.parametrize("white", [even_white(240, 236, 230, 0.01), CURVED], ids=["even", "curved"])
@pytest.mark.parametrize("shape", [(200, 301), (64, 64), (1, 5), (65, 1)])
def test_od_is_the_formula_to_a_ten_thousandth(white, shape):
    rgb = noise(shape)
    found = np.concatenate([c.od.copy() for c in stain_chunks(rgb, white, stain_tables(VECTOR))]) / UNITS_PER_OD
    assert np.abs(found - np.maximum(formula(rgb, white)[0], 0)).max() < 1.5e-4


@pytest.mark.parametrize("white", [even_white(240, 236, 230, 0.01), CURVED], ids=["even", "curved"])
@pytest.mark.parametrize("threshold", [0.15, 0.2, 0.35])
def test_areas_are_those_of_the_formula_to_a_ten_thousandth(white, threshold):
    rgb = noise((500, 800))
    od, red = formula(rgb, white)
    found = stained_from_image(rgb, white, stain_tables(VECTOR), threshold)
    n = od.size
    for count, factor in ((found.area, 1.0), (found.low, 1.2), (found.high, 0.8)):
        assert count / n == pytest.approx((red & (od > factor * threshold)).mean(), abs=1e-4)
    mask = mask_of(found.runs, od.shape)
    assert mask.sum() == found.area
    assert (mask != (red & (od > threshold))).mean() < 1e-4
    assert found.od.sum() == pytest.approx(od[red & (od > threshold)].sum(), rel=1e-4)
    assert found.pixels == n
    bins = np.bincount((np.maximum(od[::8], 0) / HISTOGRAM_OD).astype(int).ravel(), minlength=len(found.histogram))
    assert found.histogram.sum() == od[::8].size
    assert np.abs(np.cumsum(found.histogram) - np.cumsum(bins)).max() < 0.005 * od[::8].size


def test_each_run_has_its_own_density():
    rgb = np.full((70, 40, 3), 240, np.uint8)
    for row, od in ((3, 0.5), (66, 1.0)):
        rgb[row, 5:15] = np.rint(240 * 10 ** (-od * UNIT))
    found = stained_from_image(rgb, even_white(240, 240, 240), stain_tables(VECTOR), 0.2)
    assert found.runs.starts.tolist() == [3 * 41 + 5, 66 * 41 + 5]
    assert found.od == pytest.approx([5.0, 10.0], abs=0.05)
    kept = found.in_large_nodules(11)
    assert (kept.area, len(kept.od)) == (0, 0)
    assert found.in_large_nodules(10, low=3, high=4).area == 20


def test_outside_of_a_well_nothing_counts():
    rgb = np.full((70, 40, 3), 100, np.uint8)
    rgb[...] = np.rint(240 * 10 ** (-0.8 * UNIT))
    inside = np.zeros((70, 40), bool)
    inside[60:70, 10:20] = True
    found = stained_from_image(rgb, even_white(240, 240, 240), stain_tables(VECTOR), 0.2, inside=inside)
    assert (found.area, found.pixels) == (100, 100)
    assert mask_of(found.runs, (70, 40))[60:70, 10:20].all()


def test_the_gate_is_the_labs_to_set():
    # OD of 0.3 in red and 0.5 in green: a ratio of 0.6
    rgb = np.broadcast_to(np.rint(240 * 10 ** np.array([-0.3, -0.5, -0.4])).astype(np.uint8), (8, 8, 3))
    areas = [
        stained_from_image(rgb, even_white(240, 240, 240), stain_tables(VECTOR, g), 0.2).area for g in (0.55, 0.65)
    ]
    assert areas == [0, 64]


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


def test_grey_debris_is_not_stain():
    rgb = np.full((70, 30, 3), 240, np.uint8)
    rgb[10:20, 10:20] = 100  # grey: equal density in all channels
    rgb[40:50, 10:20] = np.rint(240 * 10 ** (-0.8 * UNIT))
    found = stained_from_image(rgb, even_white(240, 240, 240, 0.01), stain_tables(VECTOR), 0.2)
    assert found.area == 100
    assert mask_of(found.runs, (70, 30))[40:50, 10:20].all()


def test_pictures_that_do_not_lie_in_one_piece_of_memory_are_measured_alike():
    rgb = noise((150, 90))
    tables = stain_tables(VECTOR)
    flipped = stained_from_image(rgb[:, ::-1], even_white(240, 240, 240), tables, 0.2)
    assert flipped.area == stained_from_image(rgb, even_white(240, 240, 240), tables, 0.2).area


def test_histogram_counts_every_pixel_and_its_percentile_is_a_sorted_one():
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
