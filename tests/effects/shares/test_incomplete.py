"""What an incomplete block leaves: R's numbers, two-stage least squares by hand, coverage of the corrected share."""

import itertools

import numpy as np
import pytest

from mgassay.effects.estimators.donor_sets import donor_sets
from mgassay.effects.estimators.fieller import FiellerSet
from mgassay.effects.estimators.share_sets import live_effects, share_set
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.shares.incomplete import (
    corrected_share,
    entry_slope,
    is_told,
    residual_entry,
    residual_of_proxy,
    steps_of_proxy,
)
from mgassay.problems import Problems

# R 4.2.2: AER 1.2-10 ivreg(ly ~ donor + mg + si + lmi | donor + mg + si + mg:si), and Fieller's set of its slope, both
# with the sign of an effect (ours is of log mineral at reference over raised Mg).
IVREG = {
    "balanced": (3.03523768916252, 0.603447432958556, 5.83480550315959),
    "unbalanced": (2.73910404960584, 0.0943563025561216, 5.41613268083072),
}


def arm_means(lab, data):
    """Log means (donors, 4 live arms) of calcium and of intracellular Mg."""
    means = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    by = means.pivot(index=["readout", "donor"], columns="condition", values="log_mean")[list(lab.arms[:4])]
    return by.loc["calcium"].to_numpy(), by.loc["mg_intracellular"].to_numpy()


def contrasts(lab, data):
    y, m = arm_means(lab, data)
    return y[:, 0] - y[:, 1], y[:, 2] - y[:, 3], m[:, 1] - m[:, 0], m[:, 3] - m[:, 2]


@pytest.mark.parametrize("data", IVREG)
def test_the_slope_and_its_set_are_those_of_r(lab, data):
    found = entry_slope(*contrasts(lab, data))
    assert [float(found.estimate), float(found.low), float(found.high)] == pytest.approx(IVREG[data], abs=1e-9)


@pytest.mark.parametrize("data", IVREG)
def test_the_slope_is_two_stage_least_squares(lab, data):
    """Both stages by least squares: log Mg_i on donor, Mg, block and Mg x block; log mineral on the fitted log Mg_i."""
    y, m = arm_means(lab, data)
    donor, arm = np.indices(y.shape).reshape(2, -1)
    raised, block = arm % 2, arm // 2
    covariates = np.column_stack([np.eye(len(y))[donor], raised, block])
    first = np.column_stack([covariates, raised * block])
    fitted = first @ np.linalg.lstsq(first, m.ravel())[0]
    second = np.column_stack([covariates, fitted])
    slope = np.linalg.lstsq(second, y.ravel())[0][-1]
    assert float(entry_slope(*contrasts(lab, data)).estimate) == pytest.approx(-slope, abs=1e-9)


def test_rho_and_the_corrected_share_of_the_balanced_data(lab):
    """.26294 and .8966 are R's."""
    values = contrasts(lab, "balanced")
    rho = residual_entry(*values[2:])
    assert float(rho.estimate) == pytest.approx(0.26294, abs=5e-6)
    assert bool(is_told(rho))
    share = corrected_share(*values, same_donors=True)
    assert float(share.estimate) == pytest.approx(0.8966, abs=5e-5)
    assert share.kind == "bounded"


@pytest.mark.parametrize("same_donors", [True, False])
def test_a_rho_known_exactly_divides_fiellers_interval(same_donors):
    """Without scatter of Mg_i the share and both ends are those of (T - B)/T over 1 - rho."""
    rng = np.random.default_rng(3)
    total, blocked = rng.normal(1.2, 0.1, 5), rng.normal(0.7, 0.1, 5)
    plain = share_set("intracellular", live_effects(total, blocked))
    found = corrected_share(total, blocked, np.full(5, 0.35), np.full(5, 0.35 * 0.4), same_donors=same_donors)
    for name in ("estimate", "low", "high"):
        assert float(getattr(found, name)) == pytest.approx(float(getattr(plain, name)) / 0.6)


def test_the_unit_of_the_steps_changes_nothing(lab):
    total, blocked, intact, under = contrasts(lab, "balanced")
    order = [2, 0, 3, 1]
    one = corrected_share(total, blocked, intact, under, same_donors=True)
    other = corrected_share(*(x[order] for x in (total, blocked, 7 * intact, 7 * under)), same_donors=True)
    assert [float(other.low), float(other.high)] == pytest.approx([float(one.low), float(one.high)])


def test_nothing_is_told_where_the_block_may_have_done_nothing():
    intact = np.array([0.30, 0.40, 0.35])
    assert bool(is_told(residual_entry(intact, 0.3 * intact + [0.01, -0.01, 0.0])))
    assert not is_told(residual_entry(intact, np.array([0.10, 0.40, 0.25])))
    assert not is_told(residual_entry(intact, 1.5 * intact + [0.01, -0.01, 0.0]))  # more entry than without it
    assert not is_told(residual_entry(np.array([0.3, -0.4, 0.2]), np.array([0.0, 0.1, 0.05])))  # no step at all
    assert not is_told(residual_entry(intact[:1], 0.3 * intact[:1]))


def test_one_donor_has_an_estimate_and_no_interval():
    one = [np.array([x]) for x in (1.2, 0.6, 0.4, 0.1)]
    for same_donors in (True, False):
        found = corrected_share(*one, same_donors=same_donors)
        assert float(found.estimate) == pytest.approx(0.5 / 0.75)
        assert found.kind == "unbounded"


def test_a_proxy_is_the_geometric_mean_with_the_interval_of_its_logarithm():
    """log of .2, .4, .2: mean (2 log .2 + log .4)/3, SD .4002, t 4.302653."""
    log_residual = np.log([0.2, 0.4, 0.2])
    rho = residual_of_proxy(log_residual)
    middle, half = (2 * np.log(0.2) + np.log(0.4)) / 3, 4.302653 * np.log(2) / 3
    assert [float(rho.estimate), float(rho.low), float(rho.high)] == pytest.approx(
        [np.exp(middle), np.exp(middle - half), np.exp(middle + half)], rel=1e-6
    )
    intact, blocked = steps_of_proxy(log_residual)
    assert residual_entry(intact, blocked).estimate == pytest.approx(float(rho.estimate))
    assert residual_of_proxy(log_residual[:1]).kind == "unbounded"


def simulated(n, rho, *, share=0.7, total=1.2, sd=0.1, sd_mg=0.043, own=0, heavy=False, runs=10_000):
    """Per-donor T, B and intact and blocked Mg_i steps (runs, donors); steps on the same donors, or on `own` others.

    sd: of T and of B over donors; sd_mg: of a step (.043 is that of ordinary noise). In the same donors a donor that
    answers more takes up more Mg (r = .5).
    """
    rng = np.random.default_rng([n, own, round(100 * rho), round(1000 * sd), round(1000 * sd_mg), round(10 * share)])

    def noise(count):
        return rng.standard_t(4, (runs, count)) / np.sqrt(2) if heavy else rng.normal(size=(runs, count))

    first, second, intact, blocked = noise(n), noise(n), noise(own or n), noise(own or n)
    if not own:
        intact = 0.5 * first + np.sqrt(0.75) * intact
    through = share * total * (1 - rho)
    return total + sd * first, total - through + sd * second, 0.35 + sd_mg * intact, 0.35 * rho + sd_mg * blocked


def covers(n, rho, *, share=0.7, own=0, **how):
    found = corrected_share(*simulated(n, rho, share=share, own=own, **how), same_donors=not own)
    return found.holds(share).mean()


@pytest.mark.parametrize(("n", "rho"), list(itertools.product((3, 4, 6), (0.1, 0.6))))
def test_the_corrected_share_covers_95_of_100(n, rho):
    assert covers(n, rho) == pytest.approx(0.95, abs=0.01)
    assert covers(n, rho, sd=0.3, sd_mg=0.1) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("n", "sd", "sd_mg"), [(3, 0.1, 0.043), (3, 0.3, 0.1), (6, 0.3, 0.1)])
def test_asking_first_whether_rho_is_told_costs_little(n, sd, sd_mg):
    """Of experiments in which rho's interval ends below 1, when more than half of entry is left; rho itself in all."""
    given = simulated(n, 0.6, sd=sd, sd_mg=sd_mg, runs=20_000)
    rho = residual_entry(*given[2:])
    assert rho.holds(0.6).mean() == pytest.approx(0.95, abs=0.006)
    told = is_told(rho)
    assert 0.1 < told.mean() < 0.6
    assert 0.93 < corrected_share(*given, same_donors=True).holds(0.7)[told].mean() < 0.96


@pytest.mark.parametrize(("n", "own"), list(itertools.product((3, 6), (3, 5))))
def test_with_rho_from_other_donors_it_covers_93_to_97(n, own):
    for rho in (0.1, 0.6):
        assert covers(n, rho, own=own, runs=2_000) == pytest.approx(0.95, abs=0.03)  # .02 and the simulation's own .01


@pytest.mark.parametrize("n", [3, 6])
def test_with_a_proxy_for_rho_it_covers_93_to_97(n):
    """Messenger RNA left: median .3, scattering between donors by 30 %."""
    rng = np.random.default_rng(n)
    total, blocked, *_ = simulated(n, 0.3)
    intact, under = steps_of_proxy(np.log(0.3) + rng.normal(0, 0.3, total.shape))
    assert corrected_share(total, blocked, intact, under, same_donors=True).holds(0.7).mean() == pytest.approx(
        0.95, abs=0.02
    )


GRID = [
    {"rho": rho, "share": share, "total": total, "sd": sd, "sd_mg": sd_mg}
    for rho in (0.1, 0.3, 0.6)
    for share in (0.3, 0.9)
    for total in (0.5, 1.2)
    for sd in (0.1, 0.3)
    for sd_mg in (0.043, 0.1)
]


@pytest.mark.parametrize(("mineral", "steps", "common"), [(8, 8, 3), (5, 5, 2), (6, 6, 4), (8, 5, 3)])
def test_whichever_donors_are_chosen_it_covers_95_of_100(mineral, steps, common):
    """Donors in part the same: T, B and steps of all, of which either readout lacks some; SD .1 and .3."""
    names = tuple(range(mineral + steps - common))
    chosen = donor_sets(names[:mineral], names[mineral - common :])
    for sd, sd_mg in ((0.1, 0.043), (0.3, 0.1)):
        total, blocked, intact, under = simulated(len(names), 0.3, sd=sd, sd_mg=sd_mg)
        of, beside = list(chosen.first), list(chosen.second)
        found = corrected_share(
            total[:, of], blocked[:, of], intact[:, beside], under[:, beside], same_donors=chosen.same
        )
        assert found.holds(0.7).mean() == pytest.approx(0.95, abs=0.0125)


def test_two_larger_sets_say_more_than_three_donors_in_common():
    """Of 8 donors of mineral and 8 of Mg_i three in common: the median set of those is three times as wide."""
    total, blocked, intact, under = simulated(13, 0.3, runs=2000)
    few = corrected_share(*(x[:, 5:8] for x in (total, blocked, intact, under)), same_donors=True)
    many = corrected_share(total[:, :8], blocked[:, :8], intact[:, 8:], under[:, 8:], same_donors=False)
    widths = [np.median(np.where(f.kind == "bounded", f.high - f.low, np.inf)) for f in (few, many)]
    assert widths[0] > 3 * widths[1]


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_coverage_over_the_whole_grid(n):
    """Shares .3 and .9, weak total effects, coarse Mg_i, heavy tails (t with 4 df); 20,000 experiments a cell."""
    for cell in GRID:
        assert 0.94 < covers(n, **cell, runs=20_000) < 0.96, cell
        assert 0.945 < covers(n, **cell, runs=20_000, heavy=True) < 0.968, cell


@pytest.mark.slow
@pytest.mark.parametrize("own", [3, 4, 6])
@pytest.mark.parametrize("n", [3, 4, 6])
def test_coverage_with_rho_from_other_donors_over_the_grid(n, own):
    """5,000 experiments a cell, whose own error (two SD) is .006."""
    for cell in GRID[::3]:
        assert 0.924 < covers(n, **cell, own=own, runs=5_000) < 0.976, cell


@pytest.mark.parametrize(
    ("kind", "high", "told"), [("bounded", 0.99, True), ("bounded", 1.0, False), ("two_rays", 0.5, False)]
)
def test_a_rho_whose_set_reaches_one_corrects_nothing(kind, high, told):
    """1 - rho then includes 0."""
    rho = FiellerSet(np.array(kind), np.array(0.1), np.array(high), np.array(0.3))
    assert bool(is_told(rho)) is told
