"""Planning: simulated chances against the noncentral t, and the design's numbers of donors."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from mgassay.effects.plan.power import (
    Assumed,
    chance_of_width,
    chance_to_tell,
    covariance_of_arms,
    donors_needed,
    is_excluded,
    sd_of_effect,
    simulated_effects,
    simulated_sets,
)

ORDINARY = {"arm": 0.15, "rep": 0.2, "reps": 3}


def assumed(total=1.2, blocked=0.6, acellular=0.3, **noise):
    how = {**ORDINARY, **noise}
    return Assumed(total, blocked, acellular, covariance_of_arms(**how), sd_of_effect(**how))


def rejections(shift, sd, n):
    """How often a two-sided t test of n values rejects a mean `shift` away (noncentral t)."""
    t, away = stats.t.ppf(0.975, n - 1), shift / sd * np.sqrt(n)
    return stats.nct.sf(t, n - 1, away) + stats.nct.cdf(-t, n - 1, away)


def excluding(found, value):
    """The fraction of sets that do not hold a value."""
    return 1 - found.holds(value).mean()


def bounded(found):
    """The fraction of sets that have two ends."""
    return (found.kind == "bounded").mean()


def test_scatter_of_an_effect():
    """Two arms of variance .15^2 + .2^2/3 = .035833."""
    assert sd_of_effect(**ORDINARY) == pytest.approx(np.sqrt(0.0716667), abs=1e-6)
    assert covariance_of_arms(**ORDINARY) == pytest.approx(np.diag([0.0716667] * 2), abs=1e-6)


@pytest.mark.parametrize("donors", [3, 6])
@pytest.mark.parametrize("value", [0.0, 0.7, 1.0])
def test_excluding_a_value_is_a_t_test(donors, value):
    """Theta is out where the t test of T - B - theta T rejects, whose SD over donors is s sqrt((1 - theta)^2 + 1)."""
    plan = assumed()
    sd = sd_of_effect(**ORDINARY) * np.sqrt((1 - value) ** 2 + 1)
    exact = rejections((0.5 - value) * 1.2, sd, donors)
    assert excluding(simulated_sets(plan, "intracellular", donors), value) == pytest.approx(exact, abs=0.012)


def test_a_share_is_identified_where_t_differs_from_0():
    plan = assumed(total=0.5, blocked=0.2)
    exact = rejections(0.5, sd_of_effect(**ORDINARY), 4)
    assert bounded(simulated_sets(plan, "intracellular", 4)) == pytest.approx(exact, abs=0.012)


@pytest.mark.parametrize(("total", "donors"), [(1.2, 6), (0.5, None)])
def test_the_designs_numbers_of_donors(total, donors):
    """T 1.2 at ordinary noise: six donors tell .3 from .7; T .5: more than 16."""
    assert donors_needed(lambda n: chance_to_tell(assumed(total), donors=n, experiments=4_000)) == donors


def test_more_donors_and_less_noise_narrow_the_interval():
    chance = [chance_of_width(simulated_sets(assumed(), "intracellular", n, experiments=2_000), 0.6) for n in (3, 5, 9)]
    assert chance == sorted(chance)
    quiet = simulated_sets(assumed(arm=0.05, rep=0.1), "intracellular", 3, experiments=2_000)
    assert chance_of_width(quiet, 0.6) > chance[0]
    assert chance_of_width(quiet, 0.0) == 0


def test_shares_with_acellular_runs():
    """Passive: A/T = .25. More runs leave a narrower interval; what is true is covered."""
    few, many = (simulated_sets(assumed(), "passive", 4, runs, experiments=500) for runs in (2, 8))
    assert chance_of_width(many, 0.6) > chance_of_width(few, 0.6)
    assert excluding(many, 0.25) == pytest.approx(0.05, abs=0.03)
    surface = simulated_sets(assumed(), "surface", 4, 4, experiments=500)
    assert excluding(surface, 0.25) == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize("share", ["intracellular", "extracellular", "passive", "surface"])
def test_the_share_asked_for_is_the_one_that_is_true(share):
    found = simulated_sets(assumed(arm=1e-4, rep=1e-4).with_share(share, 0.4), share, 3, 3, experiments=20)
    assert found.estimate == pytest.approx(np.full(20, 0.4), abs=2e-3)


def test_two_donors_leave_a_covariance_without_an_inverse():
    both = np.array([[1.12, 1.78], [0.48, 0.19]])
    two = Assumed(1.2, 0.6, 0.3, np.cov(both), 0.1)
    assert 0 < bounded(simulated_sets(two, "intracellular", 3, experiments=200)) <= 1


@pytest.mark.parametrize("share", ["intracellular", "passive", "surface"])
@pytest.mark.parametrize("value", [0.0, 0.7])
def test_a_value_is_rejected_where_its_set_does_not_hold_it(share, value):
    """Sets with acellular runs fill up holes, which T near 0 has now and then: not one in a hundred."""
    live, acellular = simulated_effects(assumed(), 4, 3, experiments=400)
    sets = simulated_sets(assumed(), share, 4, 3, experiments=400)
    assert (is_excluded(share, live, acellular, value) == ~sets.holds(value)).mean() > 0.99


def test_fewer_than_two_runs_are_no_estimate():
    assert simulated_effects(assumed(), 3, 1, experiments=5)[1] is None


def test_the_same_answer_twice():
    ask = partial(simulated_sets, assumed(), "intracellular", 4, experiments=100)
    assert (ask().low == ask().low).all()


def test_the_first_number_that_is_enough():
    assert donors_needed(lambda n: n / 10) == 8
    assert donors_needed(lambda n: n / 100) is None
