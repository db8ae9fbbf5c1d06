"""Stained areas, runs and densities against the formula in float64."""

import numpy as np
import pytest
from tests.assays.images.conftest import CURVED, UNIT, VECTOR

from mgassay.assays.images.flatfield import even_white
from mgassay.assays.images.stain import stain_tables
from mgassay.assays.images.stained import _sums, stained_from_image


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
@pytest.mark.parametrize("threshold", [0.15, 0.2, 0.35])
def test_areas_are_those_of_the_formula_to_a_ten_thousandth(white, threshold, formula):
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


def test_the_gate_is_the_labs_to_set():
    # OD of 0.3 in red and 0.5 in green: a ratio of 0.6
    rgb = np.broadcast_to(np.rint(240 * 10 ** np.array([-0.3, -0.5, -0.4])).astype(np.uint8), (8, 8, 3))
    areas = [
        stained_from_image(rgb, even_white(240, 240, 240), stain_tables(VECTOR, g), 0.2).area for g in (0.55, 0.65)
    ]
    assert areas == [0, 64]


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


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (3, 7), (9, 16), (70, 33), (300, 513), (257, 64)])
def test_whatever_the_shape_what_is_found_is_what_the_formula_finds(shape, formula):
    rgb = noise(shape, 5)
    od, red = formula(rgb, CURVED)
    found = stained_from_image(rgb, CURVED, stain_tables(VECTOR), 0.2)
    expected = red & (od > 0.2)
    assert (mask_of(found.runs, shape) != expected).sum() <= 2e-4 * od.size
    assert found.runs.starts.tolist() == sorted(found.runs.starts.tolist())


@pytest.mark.parametrize("shape", [(70, 33), (300, 512)])
def test_a_field_stained_all_over_is_a_run_to_every_row(shape):
    rgb = np.broadcast_to(np.rint(240 * 10 ** (-0.8 * UNIT)).astype(np.uint8), (*shape, 3))
    found = stained_from_image(rgb, even_white(240, 240, 240), stain_tables(VECTOR), 0.2)
    assert found.runs.starts.tolist() == [row * (shape[1] + 1) for row in range(shape[0])]
    assert (found.runs.ends - found.runs.starts).tolist() == [shape[1]] * shape[0]
    assert found.od == pytest.approx([0.8 * shape[1]] * shape[0], abs=0.004 * shape[1])


def test_neighbours_in_different_rows_or_far_apart_are_no_run():
    # the last eight of a row and the first of the next; two eights with a pale one between them
    rgb = np.full((4, 40, 3), 240, np.uint8)
    red = np.rint(240 * 10 ** (-0.8 * UNIT))
    rgb[1, 32:], rgb[2, :8], rgb[3, 8:16], rgb[3, 24:32] = red, red, red, red
    found = stained_from_image(rgb, even_white(240, 240, 240), stain_tables(VECTOR), 0.2)
    assert found.runs.starts.tolist() == [41 + 32, 82, 123 + 8, 123 + 24]
    assert found.runs.ends.tolist() == [41 + 40, 82 + 8, 123 + 16, 123 + 32]


def test_a_picture_without_stain_has_no_runs():
    found = stained_from_image(
        np.full((90, 50, 3), 240, np.uint8), even_white(240, 240, 240), stain_tables(VECTOR), 0.2
    )
    assert (found.area, found.low, found.high, len(found.od)) == (0, 0, 0, 0)


def test_a_run_longer_than_32_bits_hold_the_sum_of_is_summed_beside_a_short_one():
    od = np.full(70_010, 65_535, np.uint16)
    assert _sums(od, np.array([0, 2, 5, 70_005])).tolist() == [2 * 65_535, 70_000 * 65_535]
