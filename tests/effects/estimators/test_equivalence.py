"""Two one-sided tests: statsmodels' p, PowerTOST's power, and the numbers of donors."""

import numpy as np
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from mgassay.effects.estimators.equivalence import (
    donors_for_equivalence,
    equivalence,
    equivalence_of_estimate,
    power_of_tost,
)
from mgassay.effects.estimators.intervals import donor_estimate, welch_estimate


def test_p_is_that_of_statsmodels_and_the_decision_that_of_the_interval():
    rng = np.random.default_rng(1)
    values = rng.normal(0.1, 0.2, (30, 5))
    found = equivalence(values, 1.5)
    theirs = [DescrStatsW(v).ttost_mean(-np.log(1.5), np.log(1.5))[0] for v in values]
    assert found.p == pytest.approx(theirs)
    assert (found.equivalent == (found.p < 0.05)).all()
    assert 0 < found.equivalent.mean() < 1


@pytest.mark.parametrize(("first", "second"), [(3, 3), (3, 8), (8, 4)])
def test_two_sets_of_donors_are_called_the_same_5_of_100_times_at_the_margin(first, second):
    """True difference log 2 and bounds +-log 2, SD .15 and .3."""
    rng = np.random.default_rng([first, second])
    one, other = rng.normal(np.log(2), 0.15, (20_000, first)), rng.normal(0, 0.3, (20_000, second))
    found = equivalence_of_estimate(welch_estimate(donor_estimate(one), donor_estimate(other)), 2.0)
    assert found.equivalent.mean() == pytest.approx(0.05, abs=0.01)


def test_by_hand():
    """Mean .1, SD .1, n 4: SE .05; t = (log 1.5 - .1)/.05 = 6.109 on 3 df; 90 % interval .1 -+ 2.353363 x .05.

    On 3 df P(> t) = 1/2 - (u/(1 + u^2) + atan u)/pi with u = t/sqrt(3).
    """
    found = equivalence(0.1 + 0.1 * np.array([-1, -1, 1, 1]) * np.sqrt(3) / 2, 1.5)
    assert [float(found.low), float(found.high)] == pytest.approx([0.1 - 0.11766817, 0.1 + 0.11766817])
    u = (np.log(1.5) - 0.1) / 0.05 / np.sqrt(3)
    assert float(found.p) == pytest.approx(0.5 - (u / (1 + u**2) + np.arctan(u)) / np.pi)
    assert bool(found.equivalent)


def test_one_donor_shows_nothing():
    found = equivalence(np.array([0.0]), 2.0)
    assert not found.equivalent
    assert np.isnan([float(found.p), float(found.low)]).all()


@pytest.mark.parametrize(("cv", "n", "power"), [(0.3, 40, 0.8158453), (0.2, 20, 0.8346802)])
def test_power_is_that_of_powertost(cv, n, power):
    """R PowerTOST, power.TOST (exact, 2x2 crossover): SE = sqrt(log(1 + CV^2)) sqrt(2/n), df n - 2, truth .95."""
    se = np.sqrt(np.log(1 + cv**2)) * np.sqrt(2 / n)
    assert power_of_tost(np.log(1.25), np.log(0.95), se, n - 2) == pytest.approx(power, abs=5e-8)


@pytest.mark.parametrize(("n", "sd", "shift"), [(2, 0.3, 0.0), (3, 0.25, 0.1), (6, 0.3, 0.0), (12, 0.3, -0.2)])
def test_power_is_how_often_it_is_shown(n, sd, shift):
    """100,000 experiments, whose own error is .0016."""
    values = np.random.default_rng(n).normal(shift, sd, (100_000, n))
    shown = equivalence(values, 1.5).equivalent.mean()
    assert power_of_tost(np.log(1.5), shift, sd / np.sqrt(n), n - 1) == pytest.approx(shown, abs=0.006)


def test_at_the_bound_it_is_shown_in_five_of_a_hundred():
    assert power_of_tost(np.log(2), np.log(2), 0.1, 5) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(("fold", "donors"), [(1.25, 27), (1.5, 10), (2.0, 5)])
def test_donors_at_ordinary_noise(fold, donors):
    """Donors scatter in an arm by .15, wells by .2, three wells an arm: SD of T - B is 2 sqrt(.15^2 + .2^2/3) = .3786.

    A simulation had 26, 10 and 5: with 26 the power is .7986, with 9 .79998.
    """
    sd = 2 * np.sqrt(0.15**2 + 0.2**2 / 3)
    assert donors_for_equivalence(sd, fold) == donors
    power = [power_of_tost(np.log(fold), 0.0, sd / np.sqrt(n), n - 1) for n in (donors - 1, donors)]
    assert power[0] < 0.8 <= power[1]


def test_no_number_of_donors_shows_what_is_not_so():
    assert donors_for_equivalence(0.3, 1.5, shift=0.5) is None
    assert donors_for_equivalence(5.0, 1.1) is None
    assert donors_for_equivalence(0.001, 2.0) == 2
    assert (donors_for_equivalence(0.3, 1.5, shift=0.2) or 0) > (donors_for_equivalence(0.3, 1.5) or 0)
