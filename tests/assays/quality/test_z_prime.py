"""Z′ by hand, and its interval on wells of known truth."""

import numpy as np
import pytest

from mgassay.assays.quality.z_prime import wells_of, z_prime, z_prime_interval


def of(*values, donors=None):
    return wells_of(np.array(values, float), np.array(donors or ["D"] * len(values), dtype=object))


def test_by_hand():
    """Means 10 and 2, SDs 1 and 0.5: 1 - 3 * 1.5 / 8."""
    assert z_prime(of(9, 10, 11), of(1.5, 2, 2.5)) == pytest.approx(1 - 4.5 / 8)
    assert z_prime(of(1.5, 2, 2.5), of(9, 10, 11)) == pytest.approx(1 - 4.5 / 8)  # whichever is higher


def test_signals_less_than_one_apart_by_hand():
    """Optical densities: means 1 and 0.2, SDs 0.1 and 0.05: 1 - 3 * 0.15 / 0.8."""
    assert z_prime(of(0.9, 1.0, 1.1), of(0.15, 0.2, 0.25)) == pytest.approx(0.4375)


def test_what_both_kinds_have_in_common_does_not_count():
    """A plate that reads 5 higher throughout has the same Z′ and the same interval: only the difference is in it."""
    high, low = np.array([0.9, 1.0, 1.1]), np.array([0.15, 0.2, 0.25])
    assert z_prime_interval(of(*(high + 5)), of(*(low + 5))) == pytest.approx(z_prime_interval(of(*high), of(*low)))


def test_donors_differ_in_level_without_adding_to_the_scatter():
    """D1 has 9, 11 and D2 19, 21: mean 15, sum of squares 4 on 2 df."""
    made = of(9, 11, 19, 21, donors=["D1", "D1", "D2", "D2"])
    assert (made.mean, made.sd, made.df, made.n, made.of_mean) == (15, pytest.approx(np.sqrt(2)), 2, 4, 0.25)
    assert made.is_enough
    assert not of(1, 2, 3, donors=["a", "b", "c"]).is_enough  # no two of one donor
    assert not of(1, 2).is_enough
    assert not of(1, 2, 3, donors=["a", "a", "b"]).is_enough  # one degree of freedom
    assert (of().n, of().df) == (0, 0)


def test_nothing_to_compare():
    assert np.isnan(z_prime(of(1, 2, 3), of(1, 2, 3)))
    assert np.isnan(z_prime(of(), of(1, 2, 3)))
    assert np.isnan(z_prime_interval(of(2, 2, 2), of(1, 1, 1))).all()


@pytest.mark.parametrize(("n", "sd"), [(3, (0.08, 0.08)), (3, (0.12, 0.02)), (6, (0.1, 0.05)), (12, (0.2, 0.1))])
def test_the_interval_holds_the_truth(n, sd):
    rng = np.random.default_rng(5)
    true, held = 1 - 3 * sum(sd), 0
    for _ in range(300):
        low, high = z_prime_interval(of(*rng.normal(1, sd[0], n)), of(*rng.normal(0, sd[1], n)))
        held += low <= true <= high
    assert 0.92 <= held / 300 <= 0.99


def test_the_interval_is_the_same_every_time():
    made = of(9, 10, 11), of(1.5, 2, 2.5)
    assert z_prime_interval(*made) == z_prime_interval(*made)
