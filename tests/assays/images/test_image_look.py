import hashlib

import numpy as np
import pytest

from mgassay.assays.images import image_look
from mgassay.assays.images.image_look import BLACK, OTHER, RED, WHITE, drawn_colours, look_at


def noisy(shape=(400, 600), seed=0):
    rng = np.random.default_rng(seed)
    return np.clip(np.array([235, 220, 225]) + 2 * rng.standard_normal((*shape, 3)), 0, 255).astype(np.uint8)


class Rows:
    """A picture that gives its rows only in rising order and a stretch at a time, as a scan does."""

    def __init__(self, rgb):
        self.rgb, self.shape, self.asked = rgb, rgb.shape, []

    def __getitem__(self, rows):
        assert rows.step in (None, 1)
        self.asked.append((rows.start, rows.stop))
        return self.rgb[rows]


def test_a_picture_is_read_once_in_rising_order():
    rgb = noisy((700, 300))
    rows = Rows(rgb)
    seen, whole = look_at(rows), look_at(rgb)
    assert [first for first, _ in rows.asked] == [0, 256, 512]
    assert max(last - first for first, last in rows.asked) <= 256
    for name in ("digest", "low", "high", "clipped"):
        assert getattr(seen, name) == getattr(whole, name)
    for name in ("grid", "means", "variance", "seeds"):
        np.testing.assert_array_equal(getattr(seen, name), getattr(whole, name))


def test_the_grid_is_every_nth_pixel_across_stretches():
    rgb = noisy((900, 520))  # every seventh row and fourth column; 256 is no multiple of 7
    np.testing.assert_array_equal(look_at(rgb).grid, rgb[::7, ::4])


def test_the_digest_is_of_the_shape_and_the_grid():
    rgb = noisy()
    known = hashlib.sha256(b"(400, 600, 3)" + rgb[::3, ::4].tobytes()).hexdigest()
    assert look_at(rgb).digest == known
    assert look_at(noisy(seed=1)).digest != known


def test_ends_of_the_scale_are_counted_apart_and_a_pixel_once():
    rgb = np.full((80, 100, 3), 128, np.uint8)
    rgb[8, :5] = 255
    rgb[16, :3, 1] = 0
    rgb[16, 0, 0] = 255  # one pixel at both ends
    seen = look_at(rgb)  # ten rows of 100 pixels are looked at
    assert (seen.low, seen.high, seen.clipped) == pytest.approx((3 / 1000, 6 / 1000, 8 / 1000))


def test_blocks_have_the_mean_and_the_variance_of_their_first_and_ninth_row():
    rgb = noisy((70, 100))
    seen = look_at(rgb)
    assert seen.means.shape == (4, 6, 3)
    part = rgb[16:32:8, 80:96].reshape(-1, 3).astype(float)
    assert seen.means[1, 5] == pytest.approx(part.mean(axis=0))
    assert seen.variance[1, 5] == pytest.approx(part[:, 1].var(ddof=1), rel=1e-4)


@pytest.mark.parametrize(
    ("colour", "kind"),
    [
        ((255, 0, 0), RED),
        ((255, 0, 255), RED),
        ((255, 255, 0), RED),
        ((255, 140, 0), RED),
        ((0, 255, 0), OTHER),
        ((0, 255, 255), OTHER),
        ((250, 186, 110), 0),  # pale stain under a warm lamp
        ((0, 0, 255), OTHER),
        ((0, 0, 0), BLACK),
        ((255, 255, 255), WHITE),
        ((240, 238, 236), 0),  # a bright background
        ((13, 1, 3), BLACK),
        ((16, 16, 16), BLACK),
        ((17, 16, 16), 0),
        ((250, 250, 250), WHITE),
        ((250, 249, 250), 0),
        ((81, 30, 45), 0),  # Alizarin of OD 1.2
        ((150, 20, 30), 0),
    ],
)
def test_drawn_colours_are_those_that_light_through_stain_cannot_have(colour, kind):
    assert drawn_colours(np.array([[colour]], np.uint8))[0, 0] == kind


def test_seeds_say_where_drawn_colours_are_and_common_ones_are_none():
    rgb = noisy()
    rgb[300:302, 400:500] = (255, 0, 0)  # across a stretch's own rows, two high: one of its rows is looked at
    seeds = look_at(rgb).seeds
    assert seeds[:, 0].tolist() == [300] * 25
    assert seeds[:, 1].tolist() == list(range(400, 500, 4))
    assert set(seeds[:, 2]) == {RED}
    rgb[:, :120] = 255  # a fifth of the picture: a field that is overexposed, not a drawing
    assert set(look_at(rgb).seeds[:, 2]) == {RED}


@pytest.mark.parametrize("width", [61, 62, 63, 64, 5])
def test_seeds_are_all_drawn_colours_of_every_second_row_and_fourth_column(width):
    rgb = noisy((301, width), seed=width)
    drawn = np.random.default_rng(width).random(rgb.shape[:2]) < 0.05
    rgb[drawn] = (250, 40, 30)
    y, x = np.nonzero(drawn[::2, ::4])
    expected = np.stack([2 * y, 4 * x, np.full(len(y), RED)], axis=1)
    np.testing.assert_array_equal(look_at(rgb).seeds, expected)
    mirrored = look_at(rgb[:, ::-1])  # does not lie in one piece
    np.testing.assert_array_equal(mirrored.seeds, look_at(rgb[:, ::-1].copy()).seeds)


def test_a_large_picture_has_blocks_in_every_second_row_of_them(monkeypatch):
    rgb = noisy((330, 100), seed=5)
    rgb[8, 0] = 255  # a row that is looked at either way
    rgb[16:32] = 0  # those of the blocks that are left out
    monkeypatch.setattr(image_look, "_LARGE", rgb[..., 0].size)
    seen = look_at(rgb)
    # rows of blocks at 0, 32, ... 320, the last with its ninth row at 328
    assert (seen.apart, seen.means.shape, seen.variance.shape) == (32, (11, 6, 3), (11, 6))
    for k in range(11):
        part = rgb[32 * k : 32 * k + 9 : 8, 80:96].reshape(-1, 3).astype(float)
        assert seen.means[k, 5] == pytest.approx(part.mean(axis=0))
        assert seen.variance[k, 5] == pytest.approx(part[:, 1].var(ddof=1), rel=1e-4)
    assert (seen.low, seen.high) == pytest.approx((0, 1 / 2200))  # 22 rows of 100 pixels


def test_a_picture_smaller_than_a_block_can_be_looked_at():
    seen = look_at(noisy((5, 7)))
    assert seen.means.shape == (0, 0, 3)
    assert seen.grid.shape == (5, 7, 3)


def test_a_colour_that_is_not_pure_is_no_seed():
    """Green at 230 and blue at 40, but red in between: the first look suspects it, light through a dish may make it."""
    rgb = noisy()
    rgb[100:120, 100:140] = (100, 230, 40)
    rgb[200, 200] = (255, 0, 0)
    assert look_at(rgb).seeds.tolist() == [[200, 200, RED]]
