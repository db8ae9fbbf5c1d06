import numpy as np
import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.images.bands import Bands

RGB = np.random.default_rng(2).integers(0, 256, (23, 5, 3), dtype=np.uint8)


@pytest.fixture
def bands(tmp_path):
    asked = []

    def read(i):
        asked.append(i)
        return RGB[i * 8 : (i + 1) * 8]

    made = Bands(tmp_path / "a", (23, 5, 3), range(0, 23, 8), read)
    made.asked = asked
    return made


@pytest.mark.parametrize("rows", [slice(0, 8), slice(3, 20), slice(None), slice(22, 99), slice(-4, None), slice(7, 9)])
def test_any_stretch_of_rows_is_that_of_the_image(bands, rows):
    np.testing.assert_array_equal(bands[rows], RGB[rows])


def test_no_rows_are_no_rows(bands):
    assert bands[9:9].shape == (0, 5, 3)
    assert bands[9:2].shape == (0, 5, 3)
    assert bands.asked == []


def test_rows_in_rising_order_decode_each_band_once(bands):
    for top in range(0, 23, 3):
        bands[top : top + 3]
    assert bands.asked == [0, 1, 2]


def test_a_step_is_a_mistake_of_ours(bands):
    with pytest.raises(ValueError, match="one after the other"):
        bands[::2]


def test_a_band_of_another_size_is_a_broken_image(tmp_path):
    short = Bands(tmp_path / "a", (23, 5, 3), range(0, 23, 8), lambda i: RGB[:7])
    with pytest.raises(UnreadableError) as error:
        short[0:8]
    assert error.value.code == "MG265"


def test_what_a_library_raises_is_a_broken_image(tmp_path):
    def read(i):
        raise KeyError("no such tile")

    with pytest.raises(UnreadableError) as error:
        Bands(tmp_path / "a", (23, 5, 3), range(0, 23, 8), read)[0:1]
    assert (error.value.code, error.value.seen) == ("MG265", "KeyError: 'no such tile'")
