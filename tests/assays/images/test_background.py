"""The smooth background of a field, with and without specks on it."""

import numpy as np
import pytest
from scipy import ndimage, stats

from mgassay.assays.images.background import Blocks, background_percentile, blocks_from_chunks, blocks_of_chunk
from mgassay.assays.images.stain import UNITS_PER_OD, Chunk

ROWS = 64


def blocks(od):
    """Blocks of a field of stain OD, through chunks of 64 rows as the measurement gives them."""
    units = np.rint(np.clip(od, 0, 4) * UNITS_PER_OD).astype(np.uint16)
    pairs = np.zeros(0, np.uint16)
    return blocks_from_chunks(
        [blocks_of_chunk(Chunk(i, units[i : i + ROWS], pairs)) for i in range(0, len(units), ROWS)]
    )


def hills(seed, shape=(480, 640)):
    """A layer of 0.2 OD with hills of 0.05 SD some 75 pixels wide, and noise of 0.02."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), 30)
    return 0.2 + 0.05 * smooth / smooth.std() + 0.02 * rng.standard_normal(shape)


def specked(od, seed, share=0.01):
    """The same with round specks of 0.5 to 2 OD more that cover this share of it."""
    rng = np.random.default_rng(seed)
    y, x = np.indices(od.shape)
    out, mask = od.copy(), np.zeros(od.shape, bool)
    while mask.mean() < share:
        disc = (y - rng.uniform(0, od.shape[0])) ** 2 + (x - rng.uniform(0, od.shape[1])) ** 2 < rng.uniform(
            1.5, 4.5
        ) ** 2
        out[disc & ~mask] += rng.uniform(0.5, 2.0)
        mask |= disc
    return out


@pytest.mark.parametrize("seed", range(4))
def test_the_percentile_is_that_of_the_pixels_and_specks_do_not_move_it(seed):
    od = hills(seed)
    plain = np.percentile(od, 99.9)
    clean = background_percentile([blocks(od)], 99.9)
    dirty = background_percentile([blocks(specked(od, seed))], 99.9)
    assert clean == pytest.approx(plain, rel=0.08)
    assert dirty == pytest.approx(clean, rel=0.08)
    assert np.percentile(specked(od, seed), 99.9) > 3 * plain  # what the plain percentile would have said


def test_one_block_is_a_normal_distribution():
    """99.9 % of normal values lie below the mean and 3.0902 SD."""
    field = Blocks(np.full((3, 3), 0.2), np.full((3, 3), 0.01))
    expected = 0.2 + 0.01 * stats.norm.ppf(0.999)
    assert background_percentile([field], 99.9) == pytest.approx(expected, abs=1e-9)
    assert background_percentile([field, field], 99.9) == pytest.approx(expected, abs=1e-9)


def test_middle_and_scatter_of_a_block_are_those_of_its_pixels():
    od = 0.3 + 0.05 * np.random.default_rng(1).standard_normal((48, 48))
    made = blocks(od)
    assert made.middle.shape == (3, 3)
    assert made.middle == pytest.approx(0.3, abs=0.02)
    assert made.sd == pytest.approx(0.05, rel=0.35)


def test_the_lower_bound_of_normal_pixels_lies_one_sd_below_their_middle():
    """Over 3600 blocks; the 11th of 64 values in rising order lies .97 SD below the mean (Blom), the 33rd .02 above."""
    od = 0.5 + 0.05 * np.random.default_rng(2).standard_normal((960, 960))
    units = np.rint(od * UNITS_PER_OD).astype(np.uint16)
    middle, lower = blocks_of_chunk(Chunk(0, units, np.zeros(0, np.uint16)))
    assert middle.shape == (60, 60)
    assert np.mean(middle - lower) == pytest.approx(0.05, rel=0.03)


def test_two_dark_blocks_side_by_side_take_their_neighbours_place():
    od = np.full((80, 96), 0.1)
    od[32:48, 32:64] = 1.5
    assert blocks(od).middle == pytest.approx(0.1, abs=1e-3)


def test_a_dark_block_takes_its_neighbours_place():
    od = np.full((80, 80), 0.1)
    od[32:48, 32:48] = 1.5
    assert blocks(od).middle == pytest.approx(0.1, abs=1e-3)


def test_a_field_that_is_too_small_has_no_background():
    assert blocks(np.full((47, 300), 0.1)) is None
    assert blocks_from_chunks([]) is None
