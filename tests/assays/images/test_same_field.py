"""Copies of a field are found, different fields never: simulated fields, whose truth is known."""

import numpy as np
import pytest
from tests.assays.images.test_fingerprints import FORMS, jpeg, picture, print_map, resized

from mgassay.assays.images.same_field import LEAST_PICTURES, independent_areas, same_fields
from mgassay.simulate.biology import grow_culture
from mgassay.simulate.pictures import take_pictures
from mgassay.simulate.truth import Truth

SHAPE = (192, 256)


def found(maps, plates=None):
    return [
        pair[:2]
        for pair in same_fields(np.array(maps), np.zeros(len(maps), int) if plates is None else np.array(plates))
    ]


def dust(seed, depth=0.07):
    """Light that twenty dark blotches on the lens take away, (h, w, 1)."""
    rng = np.random.default_rng(seed)
    left = np.ones(SHAPE)
    for y, x in zip(rng.integers(0, SHAPE[0] - 20, 20), rng.integers(0, SHAPE[1] - 20, 20), strict=True):
        left[y : y + 20, x : x + 20] *= 1 - depth
    return left[..., None]


def under(rgb, light):
    return np.rint(rgb * light).astype(np.uint8)


@pytest.fixture(scope="module")
def pale():
    """48 different fields with little or no stain, which have next to nothing but the plate's light to show."""
    return [picture(i, [0.0, 0.0, 0.0002, 0.0005][i % 4]) for i in range(48)]


@pytest.fixture(scope="module")
def stained():
    return [picture(1000 + i, [0.02, 0.05, 0.1, 0.2, 0.3][i % 5]) for i in range(40)]


@pytest.fixture(scope="module")
def maps(pale, stained):
    return [print_map(rgb) for rgb in (*pale, *stained)]


def test_no_two_of_88_fields_are_taken_for_one(maps):
    assert found(maps) == []
    assert found(maps, np.arange(88) // 11) == []


@pytest.mark.parametrize("pale_ones", [2, 4])
def test_few_pale_fields_among_stained_ones_are_not_alike_by_what_is_taken_off_all(maps, pale_ones):
    # taking a median of stained fields off pale ones made these alike by 0.7 to 0.8
    for first in range(0, 48, pale_ones):
        assert found([*maps[48:], *maps[first : first + pale_ones]]) == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_field_in_another_form_is_found_again(pale, stained, maps, form):
    every = [*pale, *stained]
    for i in (0, 2, 47, 48, 51, 87):
        assert found([*maps, print_map(form(every[i]))]) == [(i, 88)]
        assert found([*maps, print_map(form(every[i]))], [*[0] * 44, *[1] * 45]) == [(i, 88)]  # on another plate


def test_dust_that_all_pictures_of_a_plate_share_makes_none_alike_and_hides_no_copy(pale, stained):
    seen = [under(rgb, dust(5)) for rgb in pale]
    maps = [print_map(rgb) for rgb in seen]
    ranks = np.argsort(np.argsort(np.reshape(maps, (48, -1)), axis=1), axis=1)
    assert np.corrcoef(ranks)[np.triu_indices(48, 1)].max() > 0.75  # so alike are they as they come
    assert found(maps) == []
    assert found(maps[:LEAST_PICTURES]) == []
    assert found([*maps, print_map(jpeg(seen[3], 75))]) == [(3, 48)]
    # two pale ones of which nothing but their copy tells what is the plate's and what theirs
    few = [print_map(under(rgb, dust(5))) for rgb in stained] + maps[:2]
    assert found(few) == []
    assert found([*few, print_map(jpeg(seen[0], 75))]) == [(40, 42)]


@pytest.mark.parametrize("count", [10, 24, 48])
def test_two_sessions_with_their_own_dust_make_none_alike(pale, count):
    seen = [under(rgb, dust(5 + i % 2)) for i, rgb in enumerate(pale[:count])]
    maps = [print_map(rgb) for rgb in seen]
    assert found(maps) == []
    assert found([*maps, print_map(resized(seen[3], 0.7))]) == [(3, count)]


def test_every_pair_of_several_copies_is_found(pale, maps):
    copies = [print_map(f(pale[4])) for f in (jpeg, np.rot90, lambda rgb: resized(rgb, 0.7))]
    assert found([*maps, *copies]) == [(4, 88), (4, 89), (4, 90), (88, 89), (88, 90), (89, 90)]


def test_plates_of_few_pictures_are_not_compared(maps):
    assert found([maps[0]] * (LEAST_PICTURES - 1)) == []
    assert found([*maps[:20], maps[60], maps[60]], [0] * 20 + [1, 1]) == []
    assert found([np.full((16, 16), np.nan)] * 8) == []
    assert found([]) == []


def test_what_is_given_is_left_as_it_was(maps):
    given = np.array(maps)
    held = given.copy()
    list(same_fields(given, np.zeros(len(given), int)))
    assert (given == held).all()


@pytest.mark.parametrize("spread", [0.0, 0.8, 1.5])
def test_independent_areas_foretell_how_correlations_of_random_maps_scatter(spread):
    """4000 pairs of maps smoothed by a Gaussian: 1 / (n - 1) is the variance of their correlation, so measured."""
    from scipy import ndimage

    rng = np.random.default_rng(7)
    one, two = (
        ndimage.gaussian_filter(rng.standard_normal((4000, 24, 24)), (0, spread, spread))[:, 4:-4, 4:-4].reshape(
            4000, 256
        )
        for _ in range(2)
    )
    one, two = (m - m.mean(axis=1, keepdims=True) for m in (one, two))
    r = np.sum(one * two, axis=1) / np.sqrt((one**2).sum(axis=1) * (two**2).sum(axis=1))
    told = np.median(independent_areas(one, two))
    truly = 1 + 1 / r.var()
    assert 0.6 * truly < told < 1.35 * truly


def test_independent_areas_by_their_definition():
    """Clifford et al. 1989, equation 2: sums over all pairs of areas at most three apart either way, lag by lag."""
    one, two = np.random.default_rng(3).standard_normal((2, 16, 16)).cumsum(axis=1)
    one, two = (m - m.mean() for m in (one, two))

    def products(m, down, across):
        there = [slice(max(-k, 0), 16 - max(k, 0)) for k in (down, across)]
        here = [slice(max(k, 0), 16 - max(-k, 0)) for k in (down, across)]
        return (m[tuple(there)] * m[tuple(here)]).sum()

    variance = sum(
        products(one, i, k) * products(two, i, k) / ((16 - abs(i)) * (16 - abs(k)))
        for i in range(-3, 4)
        for k in range(-3, 4)
    ) / (products(one, 0, 0) * products(two, 0, 0))
    assert independent_areas(one.reshape(1, 256), two.reshape(1, 256)) == pytest.approx([1 / variance])


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(256, 192), (384, 288)])
def test_plates_of_simulated_experiments_hold_no_field_twice(seed, size):
    """What `simulate` and `init` photograph: a plate of 44 fields, four of them pale, whatever the seed."""
    import io

    from PIL import Image

    truth = Truth(donors=4, image_size=size)
    taken = take_pictures(grow_culture(truth, seed), truth, seed)
    assert found([print_map(np.array(Image.open(io.BytesIO(p.jpeg)))) for p in taken]) == []


@pytest.mark.slow
def test_560_pale_fields_hold_none_twice_and_copies_of_them_are_found():
    """156,520 pairs of pale fields in eight turns: none is taken for one; of 13 x 40 copies 99 in 100 are found."""
    fields = [picture(20_000 + i, [0.0, 0.0, 0.0002, 0.0005][i % 4]) for i in range(560)]
    maps = [print_map(rgb) for rgb in fields]
    assert found(maps) == []
    assert found(maps, np.arange(560) // 40) == []
    copies = [(i, form) for i in range(40) for form in FORMS.values()]
    again = [found([*maps[:48], print_map(form(fields[i]))]) == [(i, 48)] for i, form in copies]
    assert np.mean(again) >= 0.99
