import numpy as np
import pytest

from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import live_effects, share_set

RUNS = 4000


def simulated(n_donors, n_runs, *, total=1.2, blocked=0.5, acellular=0.2, arm_sd=0.2, run_sd=0.25, donor_sd=0.15):
    """Per-donor T and B, and A per run, of many experiments: noise of arms, and donors that differ in T."""
    rng = np.random.default_rng(20260 + 10 * n_donors + n_runs)
    arms = rng.normal(0, arm_sd, (RUNS, n_donors, 4))
    t = total + arms[..., 0] - arms[..., 1] + donor_sd * rng.normal(size=(RUNS, n_donors))
    b = blocked + arms[..., 2] - arms[..., 3]
    return live_effects(t, b), donor_estimate(acellular + run_sd * rng.normal(size=(RUNS, n_runs)))


@pytest.mark.parametrize("n", [3, 4, 6])
def test_fieller_on_donors_covers(n):
    live, _ = simulated(n, 3)
    covered = share_set("intracellular", live).holds((1.2 - 0.5) / 1.2).mean()
    assert 0.94 <= covered <= 0.96  # exact for normal donors; three standard errors are .010


@pytest.mark.parametrize(("n_donors", "n_runs"), [(3, 3), (4, 3), (4, 4), (6, 4)])
@pytest.mark.parametrize(("share", "truth"), [("passive", 0.2 / 1.2), ("surface", 0.3 / 1.2)])
def test_the_welch_sets_cover(n_donors, n_runs, share, truth):
    live, runs = simulated(n_donors, n_runs)
    assert 0.93 <= share_set(share, live, runs).holds(truth).mean() <= 0.97


def test_a_sum_of_t_and_b_is_that_of_the_donors_sums():
    """Weighting T and B of each donor first, or their joint means, is the same."""
    rng = np.random.default_rng(6)
    total, blocked = rng.normal(1.2, 0.3, (2, 5, 4))
    live = live_effects(total, blocked)
    for weights in ((1.0, 0.0), (0.0, 1.0), (1.0, -1.0)):
        own, found = donor_estimate(weights[0] * total + weights[1] * blocked), live.combined(weights)
        assert found.estimate == pytest.approx(own.estimate)
        assert found.se == pytest.approx(own.se)
        assert found.df == pytest.approx(own.df)
    assert np.isnan(live_effects(total[:, :1], blocked[:, :1]).combined((1.0, 0.0)).se).all()


def test_many_experiments_at_once_are_each_alone():
    """Shapes (2, 3, donors): the number of donors is that of the last axis."""
    total, blocked = np.random.default_rng(8).normal(1.2, 0.3, (2, 2, 3, 5))
    live, one = live_effects(total, blocked), live_effects(total[1, 2], blocked[1, 2])
    assert live.df.tolist() == [[4.0] * 3] * 2
    assert live.mean[1, 2] == pytest.approx(one.mean)
    assert live.covariance[1, 2] == pytest.approx(one.covariance)
