"""The design's golden numbers of donors, from ordinary noise."""

import dataclasses

import numpy as np
import pytest

from mgassay.effects.plan.curves import Wanted, curve_of, donors_for_no_loss, donors_for_total
from mgassay.effects.plan.noise import ordinary_noise
from mgassay.effects.plan.power import Assumed, chance_of_width, simulated_sets

NOISE = ordinary_noise()


@pytest.mark.parametrize(("total", "needed"), [(1.2, 6), (0.5, None)])
def test_donors_to_tell_a_share_of_a_third_from_two_thirds(total, needed):
    """T 1.2: 6 donors; T .5: more than 16 (the design)."""
    curve = curve_of("intracellular", total, NOISE, Wanted())
    assert curve.needed == needed
    assert curve.donors == tuple(range(2, 17))
    assert max(curve.chances) <= 1


def test_donors_to_show_that_blocking_takes_nothing_away():
    """The design: 26, 10 and 5. By the exact power of TOST 26 donors have .799, so that .8 takes one more."""
    assert donors_for_no_loss(NOISE, (1.25, 1.5, 2.0)) == {1.25: 27, 1.5: 10, 2.0: 5}
    assert donors_for_no_loss(NOISE, (1.25,), 0.798) == {1.25: 26}


def test_t_and_b_that_go_together_leave_less_scatter_between_them():
    """Variances .1, covariance .1 - .3786^2/2: T - B has SD .3786, which takes 10 donors within 1.5-fold."""
    apart = 0.3786**2 / 2
    together = dataclasses.replace(NOISE, covariance=np.array([[0.1, 0.1 - apart], [0.1 - apart, 0.1]]))
    assert donors_for_no_loss(together, (1.5,)) == {1.5: 10}


def test_t_less_b_that_is_the_same_in_every_donor_is_shown_by_two():
    """T - B has no scatter: 1 - 2 + 1 = 0 times the variance that T and B share; next to none asks for two too.

    Rounding may leave less than none.
    """
    same = np.full((2, 2), 0.25)
    for covariance in (same, same + 1e-9 * np.eye(2), same - 1e-17 * np.diag([4, 4])):
        noise = dataclasses.replace(NOISE, covariance=covariance)
        assert donors_for_no_loss(noise, (1.25, 1.5)) == {1.25: 2, 1.5: 2}


def test_donors_to_show_t_by_the_noncentral_t():
    """SD .268, scipy's nct: T 1.2 has power .38 with two donors, .95 with three; T .5 .70 with four, .87 with five."""
    assert donors_for_total(1.2, NOISE) == 3
    assert donors_for_total(0.5, NOISE) == 5
    assert donors_for_total(0.01, NOISE) is None


def test_an_effect_of_the_other_sign_takes_as_many():
    assert donors_for_total(-0.5, NOISE) == 5
    assert curve_of("intracellular", -1.2, NOISE, Wanted()).needed == 6


def test_fewer_acellular_runs_take_more_donors():
    few = curve_of("passive", 1.2, NOISE, Wanted(runs=2))
    many = curve_of("passive", 1.2, NOISE, Wanted(runs=12))
    assert few.chances[4] < many.chances[4]


def test_a_width_that_is_wanted():
    wide, narrow = (curve_of("intracellular", 1.2, NOISE, Wanted(width=w, most=9)) for w in (0.8, 0.3))
    assert np.all(np.array(wide.chances) >= narrow.chances)
    assert wide.needed is not None
    assert narrow.needed is None


def test_a_width_is_asked_for_at_a_share_of_one_half():
    """T 1.2 and B .6, a thousand experiments of each number of donors, with as many acellular runs."""
    half = Assumed(1.2, 0.6, 0.0, NOISE.covariance, NOISE.acellular_sd)
    chances = [chance_of_width(simulated_sets(half, "intracellular", n, n, 1000), 0.5) for n in (2, 3, 4)]
    assert curve_of("intracellular", 1.2, NOISE, Wanted(width=0.5, most=4)).chances == tuple(chances)
    assert 0 < min(chances) < max(chances) < 1
