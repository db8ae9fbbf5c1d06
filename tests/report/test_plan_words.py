"""A plan on a terminal."""

import dataclasses

import numpy as np

from mgassay.effects.plan.curves import Wanted
from mgassay.effects.plan.designs import planned_experiment, with_arms
from mgassay.effects.plan.noise import ordinary_noise
from mgassay.effects.plan.planned import plan_of
from mgassay.report.numbers import NO_BREAK
from mgassay.report.plan_words import plan_text


def text(*words, wanted=None, noise=None, **how):
    design = with_arms(planned_experiment(0.8, 2.0), ("total", *words))
    made = plan_of(design, noise or ordinary_noise(), wanted or Wanted(most=7), how.pop("totals", (1.2,)), **how)
    return plan_text(made).replace(NO_BREAK, " ")


def test_donors_are_told_for_every_question():
    told = text("2-APB", totals=(1.2, 0.5))
    assert "intracellular, T = 1.20, to tell 30 % from 70 %: 6 donors." in told
    assert "intracellular, T = 0.50, to tell 30 % from 70 %: more than 7 donors." in told
    assert "donors 27 within 1.25-fold, 10 within 1.5-fold, 5 within 2-fold" in told
    assert "Ordinary noise, not your lab's own" in told


def test_what_cannot_be_told_names_what_it_lacks():
    told = text("2-APB", shares=("passive",))
    assert "no   share: passive, no cells needed; lacks no cells at both Mg levels" in told
    assert "yes  share: intracellular" in told
    assert "cannot be told by these arms, whatever the number of donors" in told
    assert "lacks a block of Mg entry at both Mg levels" in text()


def test_the_grade_says_what_holds_it_and_what_raises_it():
    told = text("sirna")
    assert "C at best (siTRPM7), held there because intracellular Mg²⁺ was not measured." in told
    assert "  B with intracellular Mg in the four live arms." in told
    assert "  A with a second, independent way" in told
    assert "A at best (siTRPM7): strong evidence" in text("sirna", "2-APB", "mg_i", "acellular")
    assert "No single further arm" not in text("sirna", "2-APB", "mg_i", "acellular")


def test_a_width_and_runs_are_said():
    told = text("2-APB", "acellular", wanted=Wanted(width=0.5, most=3, runs=4), shares=("intracellular",))
    assert "to know it within an interval 50 % wide: more than 3 donors." in told
    assert "Acellular runs: 4." in told


def test_a_labs_own_noise_is_named():
    own = dataclasses.replace(
        ordinary_noise(),
        covariance=np.eye(2) * 0.04,
        readout="calcium",
        experiments=("e1", "e2"),
        donors=7,
        between=0.3,
    )
    told = text("2-APB", noise=own)
    assert "Noise of your own: calcium per protein in 2 experiments, 7 donors (e1, e2)." in told
    assert "T 0.20, B 0.20, T − B 0.28" in told
    assert "No acellular runs to take the SD of A from" in told
    assert "between donors 0.30" in told
