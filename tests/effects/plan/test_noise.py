"""Noise of a lab's own experiments against numpy on the same arrays, and what is told of it."""

import dataclasses

import numpy as np
import pytest

from mgassay.effects.plan.noise import noise_of_lab, ordinary_noise
from mgassay.problems import Problems

A = {"scr_08": (3.0, 3.4, 2.7), "scr_20": (1.8, 2.1, 1.6), "si_08": (3.1, 3.3, 2.8), "si_20": (2.6, 2.6, 2.5)}
B = {"scr_08": (3.3, 2.9), "scr_20": (1.9, 1.9), "si_08": (3.0, 3.1), "si_20": (2.7, 2.5)}
RUNS = {"acell_08": (2.0, 2.2, 2.1), "acell_20": (1.7, 1.8, 1.9)}


def effects(logs):
    arm = {k: np.array(v) for k, v in logs.items()}
    return np.stack([arm["scr_08"] - arm["scr_20"], arm["si_08"] - arm["si_20"]])


def noise(lab, *experiments, readout="", problems=None):
    problems = Problems() if problems is None else problems
    read = [(dataclasses.replace(lab.sirna, id=f"e{i}"), lab.means(m)) for i, m in enumerate(experiments)]
    return noise_of_lab(read, readout, "results", problems), problems


def test_one_experiment_has_the_covariance_of_its_donors(lab):
    found, problems = noise(lab, {"calcium": A | RUNS})
    assert found.covariance == pytest.approx(np.cov(effects(A)))
    assert found.acellular_sd == pytest.approx(np.std([0.3, 0.4, 0.2], ddof=1))
    assert (found.readout, found.experiments, found.donors, found.df, found.own_runs) == (
        "calcium",
        ("e0",),
        3,
        2,
        True,
    )
    assert found.sd_of(1, -1) == pytest.approx(np.std(np.subtract(*effects(A)), ddof=1))
    assert [p.code for p in problems] == ["MG663"]


def test_a_run_without_its_reference_arm_tells_nothing_of_the_scatter_of_runs(lab):
    """Three whole runs with A of .3, .4 and .2, and one of raised Mg alone."""
    values = {"acell_08": (*RUNS["acell_08"], np.nan), "acell_20": (*RUNS["acell_20"], 1.5)}
    found, _ = noise(lab, {"calcium": A | values})
    assert found.own_runs
    assert found.acellular_sd == pytest.approx(np.std([0.3, 0.4, 0.2], ddof=1))


def test_several_are_pooled_by_degrees_of_freedom_around_their_own_means(lab):
    found, problems = noise(lab, {"calcium": A}, {"calcium": B})
    assert found.covariance == pytest.approx((2 * np.cov(effects(A)) + np.cov(effects(B))) / 3)
    assert (found.df, found.donors, found.repeated) == (3, 3, ("d1", "d2"))
    assert {p.code for p in problems} == {"MG663", "MG664"}
    assert found.acellular_sd == pytest.approx(np.sqrt(found.covariance[0, 0]))
    assert not found.own_runs


def test_scatter_of_arms_within_and_between_donors(lab):
    """By simulation: donors 0.4 apart, arms .15 within them."""
    rng = np.random.default_rng(2)
    level = 0.4 * rng.normal(size=400)
    logs = {arm: 3 - i + level + 0.15 * rng.normal(size=400) for i, arm in enumerate(A)}
    found, problems = noise(lab, {"calcium": logs})
    assert (found.within, found.between) == (pytest.approx(0.15, rel=0.08), pytest.approx(0.4, rel=0.12))
    assert len(problems) == 0


def test_scatter_within_and_between_donors_of_one_experiment(lab):
    """Residuals of donor + arm, 3 donors x 4 arms: 6 df. A donor's mean holds a quarter of that variance."""
    y = np.array(list(A.values())).T
    residual = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    within = (residual**2).sum() / 6
    found, _ = noise(lab, {"calcium": A})
    assert found.within == pytest.approx(np.sqrt(within))
    assert found.between == pytest.approx(np.sqrt(y.mean(axis=1).var(ddof=1) - within / 4))


def test_the_readout_that_most_experiments_have_unless_named(lab):
    both = {"calcium": A, "alizarin_od": B}
    assert noise(lab, both, {"alizarin_od": A})[0].readout == "alizarin_od"
    assert noise(lab, both, {"alizarin_od": A}, readout="calcium")[0].experiments == ("e0",)


def test_experiments_that_cannot_tell_are_left_out_and_named(lab):
    _, problems = noise(lab, {"calcium": A}, {"calcium": {k: v[:1] for k, v in A.items()}})
    assert "e1" in next(p.message for p in problems if p.code == "MG665")
    floored = lab.means({"calcium": A}).assign(flag="floor")
    told = Problems()
    assert noise_of_lab([(lab.sirna, floored)], "", "results", told) is None
    assert [p.code for p in told] == ["MG662"]
    assert noise_of_lab([], "t50", "results", told) is None


def test_ordinary_noise_is_that_of_the_design():
    """.15^2 + .2^2/3 twice: .0716667; T - B twice that."""
    found = ordinary_noise()
    assert found.sd_of(1, 0) == pytest.approx(np.sqrt(0.0716667), abs=1e-6)
    assert found.sd_of(1, -1) == pytest.approx(np.sqrt(0.1433333), abs=1e-6)
    assert found.acellular_sd == pytest.approx(np.sqrt(0.0716667), abs=1e-6)
    assert found.within == pytest.approx(np.sqrt(0.0716667 / 2), abs=1e-6)
    assert np.isnan(found.between)
    assert (found.df, found.donors, found.experiments) == (0, 0, ())
    assert ordinary_noise(reps=6).sd_of(1, 0) < found.sd_of(1, 0)
