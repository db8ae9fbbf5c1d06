"""What the measurement sees of an image."""

import numpy as np

from mgassay.assays.images.picture import Picture


def test_an_array_is_a_picture():
    image: Picture = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    assert image.shape == (4, 5, 3)
    assert image[1:3].tolist() == [[[15 + 15 * r + 3 * c + k for k in range(3)] for c in range(5)] for r in range(2)]
