import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation

from mgassay.assays.images.nodules import runs_from_mask
from mgassay.report.outline import draw_line, line_image, stained_rows

SQUARE = np.ones((3, 3), bool)
MASKS = [np.random.default_rng(seed).random((41, width)) > 0.97 for seed, width in ((1, 30), (2, 64), (3, 67))]


@pytest.mark.parametrize("mask", [*MASKS, np.zeros((5, 9), bool), np.ones((5, 9), bool)])
def test_rows_of_runs_are_those_of_the_mask(mask):
    runs = runs_from_mask(mask)
    for first, last in ((0, len(mask)), (2, 4), (3, 3)):
        np.testing.assert_array_equal(stained_rows(runs, first, last), mask[first:last])


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("above", [0, 2])
def test_the_line_is_the_ring_around_the_mask_as_scipy_grows_it(mask, above):
    inner = binary_dilation(mask, SQUARE)
    outer = binary_dilation(inner, SQUARE)
    expected = np.full((*mask.shape, 3), 200, np.uint8)
    expected[outer & ~inner] = (0, 0, 0)
    expected[inner & ~mask] = (0, 255, 255)
    drawn = np.full((len(mask) - above - 1, mask.shape[1], 3), 200, np.uint8)
    draw_line(drawn, mask, above)
    np.testing.assert_array_equal(drawn, expected[above:-1])


def test_the_picture_of_the_line_is_clear_elsewhere():
    line = np.asarray(Image.open(io.BytesIO(line_image(MASKS[2]))).convert("RGBA"))
    inner = binary_dilation(MASKS[2], SQUARE)
    outer = binary_dilation(inner, SQUARE)
    np.testing.assert_array_equal(line[..., 3] > 0, outer & ~MASKS[2])
    np.testing.assert_array_equal(line[..., 1] == 255, inner & ~MASKS[2] | ~outer | MASKS[2])
