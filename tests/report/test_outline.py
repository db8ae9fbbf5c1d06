import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation

from mgassay.assays.images.nodules import runs_from_mask
from mgassay.report.outline import draw_line, line_image, stained_cells, stained_rows, touched_cells

SQUARE = np.ones((3, 3), bool)
MASKS = [np.random.default_rng(seed).random((41, width)) > 0.97 for seed, width in ((1, 30), (2, 64), (3, 67))]
ENDS = [np.random.default_rng(width).random((41, width)) > 0.9 for width in (62, 63, 1, 2)]
for _mask in ENDS:  # only at both ends of rows, with as little room behind them as there may be
    _mask[:, 1:-1] = False


@pytest.mark.parametrize("mask", [*MASKS, np.zeros((5, 9), bool), np.ones((5, 9), bool)])
def test_rows_of_runs_are_those_of_the_mask(mask):
    runs = runs_from_mask(mask)
    for first, last in ((0, len(mask)), (2, 4), (3, 3)):
        np.testing.assert_array_equal(stained_rows(runs, first, last), mask[first:last])


@pytest.mark.parametrize("mask", [*MASKS, *ENDS])
@pytest.mark.parametrize("above", [0, 2])
def test_the_line_is_the_ring_around_the_mask_as_scipy_grows_it(mask, above):
    inner = binary_dilation(mask, SQUARE)
    outer = binary_dilation(inner, SQUARE)
    expected = np.full((*mask.shape, 3), 200, np.uint8)
    expected[outer & ~inner] = (0, 0, 0)
    expected[inner & ~mask] = (0, 255, 255)
    drawn = Image.new("RGB", (mask.shape[1], len(mask) + 3), (200, 200, 200))
    draw_line(drawn, mask, 3, slice(3 + above, len(mask) + 2))
    expected[:above], expected[-1] = 200, 200
    np.testing.assert_array_equal(np.asarray(drawn)[3:], expected)


@pytest.mark.parametrize("density", [0.1, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("side", [1, 4, 6])
@pytest.mark.parametrize("shape", [(41, 67), (24, 36), (5, 3)])
def test_stained_cells_are_those_with_a_quarter_of_their_pixels(shape, side, density):
    mask = np.random.default_rng(5).random(shape) <= density
    found = stained_cells(runs_from_mask(mask), shape[0], side)
    for row, column in np.ndindex(found.shape):
        cell = mask[row * side : (row + 1) * side, column * side : (column + 1) * side]
        assert found[row, column] == (cell.mean() >= 0.25)
    assert found.shape == (-(-shape[0] // side), -(-shape[1] // side))


@pytest.mark.parametrize("density", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("side", [1, 2, 3, 50])
@pytest.mark.parametrize("shape", [(41, 67), (24, 36), (5, 1)])
def test_touched_cells_are_those_with_any_stained_pixel(shape, side, density):
    mask = np.random.default_rng(7).random(shape) < density
    down, across = (-(-n // side) for n in shape)
    whole = np.zeros((down * side, across * side), bool)
    whole[: shape[0], : shape[1]] = mask
    cells = touched_cells(runs_from_mask(mask), side)
    expected = whole.reshape(down, side, across, side).any(axis=(1, 3))
    np.testing.assert_array_equal(stained_rows(cells, 0, down), expected)
    assert (cells.starts[1:] > cells.ends[:-1]).all()  # runs, none of which touches the next


def test_the_picture_of_the_line_is_clear_elsewhere():
    line = np.asarray(Image.open(io.BytesIO(line_image(MASKS[2]))).convert("RGBA"))
    inner = binary_dilation(MASKS[2], SQUARE)
    outer = binary_dilation(inner, SQUARE)
    np.testing.assert_array_equal(line[..., 3] > 0, outer & ~MASKS[2])
    np.testing.assert_array_equal(line[..., 1] == 255, inner & ~MASKS[2] | ~outer | MASKS[2])
