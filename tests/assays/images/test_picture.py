"""What the measurement sees of an image."""

import numpy as np
import pytest

from mgassay.assays.images.picture import Picture, is_grey


def test_an_array_is_a_picture():
    image: Picture = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    assert image.shape == (4, 5, 3)
    assert image[1:3].tolist() == [[[15 + 15 * r + 3 * c + k for k in range(3)] for c in range(5)] for r in range(2)]


@pytest.mark.parametrize("channel", [0, 1, 2])
@pytest.mark.parametrize(("off", "grey"), [(0, True), (2, True), (3, False), (-2, True), (-3, False)])
def test_channels_of_a_grey_picture_lie_within_two_levels(channel, off, grey):
    pixels = np.full((40, 25, 3), 120, np.uint8)
    pixels[..., channel] = 120 + off
    assert is_grey(pixels) == grey


@pytest.mark.parametrize(("coloured", "grey"), [(0, True), (20, True), (21, False)])
def test_one_pixel_in_a_thousand_may_be_coloured(coloured, grey):
    """Of 20,000 pixels twenty are a thousandth."""
    pixels = np.full((100, 200, 3), 200, np.uint8)
    pixels.reshape(-1, 3)[:coloured] = (200, 40, 90)
    assert is_grey(pixels) == grey
