"""Viability of every condition that something is concluded from; ratios by hand, exact but for NOISE."""

import numpy as np
import pytest

from mgassay.effects.contrasts.viability import check_viability, has_lost, less_viable
from mgassay.effects.means.panels import panels_from_means
from mgassay.problems import Problems

NOISE = np.array([-0.01, 0.005, 0.005])


def panels(means):
    return {panel.readout: panel for panel in panels_from_means(means)}


def told(experiment, means):
    problems = Problems()
    check_viability(experiment, means, problems)
    return [(p.code, p.severity, p.seen) for p in problems]


@pytest.mark.parametrize("condition", ["scr_1.4", "si_3.0", "scr_2.0_d7", "scr_ang", "si_late", "scr_late", "scr_2.0"])
def test_levels_days_steps_late_arms_are_looked_at(lab, condition):
    """Every arm is as alive as its reference but one, which has .5 of it."""
    live = [row["condition"] for row in lab.every_conditions() if row["cells"] == "live"]
    values = {c: 4 + NOISE * (i % 3) + (np.log(0.5) if c == condition else 0) for i, c in enumerate(live)}
    means = lab.means({"viability": values})
    assert less_viable(lab.every, panels(means)) == (condition,)
    assert told(lab.every, means) == [("MG651", "warning", condition)]


def test_comparators_are_looked_at_and_named_in_one_problem(lab):
    rows = [*lab.sirna_conditions(), lab.condition("ppi", 0.8, sirna="scramble", comparator="pyrophosphate")]
    rows += [lab.condition("ppi_si", 0.8, sirna="TRPM7", comparator="pyrophosphate"), lab.condition("free", 1.4)]
    values = {c: 4 + NOISE for c in ("scr_08", "scr_20", "si_08", "si_20")}
    values |= {"ppi": 3 - NOISE, "ppi_si": 3 + 2 * NOISE, "free": 2 + NOISE}  # `free` is an arm of nothing
    assert told(lab.experiment(rows), lab.means({"viability": values})) == [("MG651", "warning", "ppi, ppi_si")]


def test_what_was_not_measured_or_not_shown_tells_nothing(lab):
    assert told(lab.sirna, lab.means({"calcium": {"scr_08": [1, 2], "scr_20": [0, 1]}})) == []
    assert told(lab.sirna, lab.means({"viability": {"scr_08": [4.0], "scr_20": [1.0]}})) == []  # one donor
    assert told(lab.sirna, lab.means({"viability": {"scr_20": [1.0, 1.1]}})) == []
    (panel,) = panels(lab.means({"viability": {"scr_08": [4.0], "scr_20": [1.0]}})).values()
    assert (has_lost(panel, "scr_08", "scr_20"), has_lost(panel, "scr_08", "si_08")) == (False, None)


def test_an_arm_in_which_nothing_was_alive_has_lost_viability_even_in_one_donor(lab):
    """What stands for it is its limit, which may lie as high as the reference does."""
    means = lab.means({"viability": {"scr_08": [4.0], "scr_20": [4.0], "si_20": [4.0]}})
    flags = ["below_lod;floor" if c == "scr_20" else "" for c in means["condition"]]
    (panel,) = panels(means.assign(flag=flags)).values()
    assert (has_lost(panel, "scr_08", "scr_20"), has_lost(panel, "scr_08", "si_20")) == (True, False)


def test_a_loss_that_is_not_shown_is_none(lab):
    """Changes -.1, -.9, -.2: mean -.4 (.67 of the reference), SD .436, upper end -.4 + 4.302653 x .2517 = .683."""
    means = lab.means({"viability": {"scr_08": [4.0, 4.0, 4.0], "scr_20": [3.9, 3.1, 3.8]}})
    assert told(lab.sirna, means) == []


@pytest.mark.parametrize(("left", "lost"), [(0.79, True), (0.81, False)])
def test_the_line_is_drawn_at_eight_tenths_of_the_donors_with_both_arms(lab, left, lost):
    """A fourth donor has the arm alone, in which next to nothing is alive: it is compared with nothing."""
    arm = [*(4 + np.log(left) + NOISE), 0.1]
    (panel,) = panels(lab.means({"viability": {"scr_08": 4 + 0 * NOISE, "scr_20": arm}})).values()
    assert has_lost(panel, "scr_08", "scr_20") is lost


def test_an_arm_at_exactly_eight_tenths_has_not_lost_viability(lab):
    """Both donors have .8 of a reference of 1, without any scatter: lost is less than that."""
    (panel,) = panels(lab.means({"viability": {"scr_08": [0.0, 0.0], "scr_20": [np.log(0.8)] * 2}})).values()
    assert has_lost(panel, "scr_08", "scr_20") is False


def test_a_reference_at_its_limit_has_not_lost_against_itself(lab):
    means = lab.means({"viability": {"scr_08": 4 + NOISE, "scr_20": 4 - NOISE}})
    assert told(lab.sirna, means.assign(flag=["floor" if c == "scr_08" else "" for c in means["condition"]])) == []
