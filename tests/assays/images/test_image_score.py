import numpy as np
import pytest

from mgassay.assays.images.cell_cover import Cover
from mgassay.assays.images.flatfield import White, unit_vector
from mgassay.assays.images.image_quality import sight_of
from mgassay.assays.images.image_score import score_of_image


def picture():
    rng = np.random.default_rng(0)
    return np.clip(np.array([235, 220, 225]) + 2 * rng.standard_normal((320, 480, 3)), 0, 254).astype(np.uint8)


def score(rgb=None, cells=0.5, area=0.1):
    coefficients = np.zeros((3, 6))
    coefficients[:, 0] = 2.3
    coefficients[:, 1], coefficients[:, 2] = [0.01, 0.02, 0.03], [-0.03, 0.0, 0.0]
    sight = sight_of(picture() if rgb is None else rgb)
    return score_of_image(
        sight, White(coefficients, 0.0), "own", Cover(cells, 0.004), area, unit_vector((0.38, 0.73, 0.57))
    )


def test_a_score_holds_what_was_seen_of_the_image():
    one = score()
    assert (one.width, one.height, one.white_source, one.white_scatter_od) == (480, 320, "own", 0.004)
    assert one.level.tolist() == [2.3] * 3
    assert one.tilt == pytest.approx([0.02, -0.01])  # means over the channels
    assert one.brightness.shape == (16, 16)
    assert (one.clipped_low, one.clipped_high, one.annotation_fraction) == (0, 0, 0)
    assert one.digest == sight_of(picture()).look.digest


@pytest.mark.parametrize(
    ("cells", "area", "bare"),
    [
        (0.0, 0.0, True),
        (0.009, 0.0004, True),
        (0.0105, 0.0, False),
        (0.01, 0.0, False),
        (0.0, 0.0005, False),
        (0.0, 0.001, False),
        (np.nan, 0.0, False),
    ],
)
def test_a_bare_image_has_neither_cells_nor_stain(cells, area, bare):
    assert score(cells=cells, area=area).is_bare is bare


def test_a_drawing_is_counted_and_not_taken_for_the_end_of_the_scale():
    rgb = picture()
    rgb[200:210, 100:300] = (255, 0, 0)
    one = score(rgb)
    assert 2000 / rgb[..., 0].size < one.annotation_fraction < 8000 / rgb[..., 0].size
    assert (one.clipped_low, one.clipped_high) == (0, 0)
