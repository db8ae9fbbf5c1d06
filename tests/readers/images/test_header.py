import logging

import numpy as np
import pytest
from PIL import Image

from mgassay.errors import UnreadableError
from mgassay.readers.images.header import check_size, eight_bits, needs_extra, quiet, without_alpha


@pytest.mark.parametrize(
    ("width", "height", "streamed", "code"),
    [
        (20_000, 10_000, False, None), (20_001, 10_000, False, "MG266"), (20_000, 20_000, True, None),
        (70_000, 70_000, True, "MG266"), (0, 5, False, "MG265"),
    ],
)  # fmt: skip
def test_pixels_are_bounded_by_whether_they_must_be_held(width, height, streamed, code):
    if code is None:
        check_size(width, height, streamed=streamed)
    else:
        with pytest.raises(UnreadableError) as error:
            check_size(width, height, streamed=streamed)
        assert error.value.code == code


def test_sixteen_bits_become_the_nearest_of_256_levels():
    # By hand: v / 257 rounded.
    assert eight_bits(np.array([[0, 128, 129, 65535]], np.uint16)).tolist() == [[0, 0, 1, 255]]
    eight = np.array([[7]], np.uint8)
    assert eight_bits(eight).base is eight


def test_opaque_alpha_is_dropped():
    rgba = np.full((2, 2, 4), 255, np.uint8)
    assert without_alpha(rgba).shape == (2, 2, 3)
    rgba[0, 0, 3] = 254
    with pytest.raises(UnreadableError, match="MG270"):
        without_alpha(rgba)


def test_the_package_of_a_format_is_named():
    error = needs_extra("tiff", "imagecodecs", "a TIFF with ZSTD compression")
    assert (error.code, error.facts["extra"]) == ("MG290", "tiff")


def test_our_own_refusals_pass_and_settings_are_put_back(tmp_path):
    limit, level = Image.MAX_IMAGE_PIXELS, logging.getLogger("tifffile").level
    with pytest.raises(UnreadableError, match="MG267"), quiet(tmp_path / "a"):
        raise UnreadableError("MG267")
    with pytest.raises(UnreadableError, match="MG266"), quiet(tmp_path / "a"):
        raise MemoryError
    with pytest.raises(UnreadableError, match="MG265: OSError: a is cut off"), quiet(tmp_path / "a"):
        raise OSError(f"{tmp_path / 'a'} is cut off")
    assert (Image.MAX_IMAGE_PIXELS, logging.getLogger("tifffile").level) == (limit, level)
