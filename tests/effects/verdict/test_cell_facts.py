"""Viability against the intact reference, and what Mg_i tells of a block."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.design import arms_of_blocks
from mgassay.effects.means.panels import panels_from_means
from mgassay.effects.verdict.cell_facts import rho_facts, viability_fact


def panels(means):
    return {panel.readout: panel for panel in panels_from_means(means)}


@pytest.fixture
def arms(lab):
    return arms_of_blocks(lab.sirna)[0]


@pytest.mark.parametrize(
    ("left", "spread", "changed"),
    [(0.7, 0.01, True), (0.79, 0.01, True), (0.81, 0.01, False), (0.7, 0.5, False), (1.3, 0.01, False)],
)
def test_below_eight_tenths_with_its_interval_below_one_is_changed(lab, room, arms, left, spread, changed):
    """exp of the mean log change is `left` exactly, since the deviations sum to zero."""
    noise = np.array([-1.0, 1.0, 0.5, -0.5]) * spread
    fact = viability_fact(
        panels(lab.means({"viability": {"scr_08": 4 + noise * 0, "si_20": 4 + np.log(left) + noise}})), arms
    )
    assert fact == {"value": changed, "table": "means.csv", "key": "viability|si_20", "flag": ""}


def test_the_arm_that_changed_is_named_and_not_the_first(lab, room, arms):
    values = {"scr_08": 4 + room.NOISE / 9, "scr_20": 4 + room.NOISE / 9, "si_08": 3 + room.NOISE / 9}
    assert viability_fact(panels(lab.means({"viability": values})), arms)["key"] == "viability|si_08"
    same = {**values, "si_08": values["scr_20"]}
    assert viability_fact(panels(lab.means({"viability": same})), arms) == {
        **{"value": False, "table": "means.csv", "key": "viability|scr_20", "flag": ""}
    }


@pytest.mark.parametrize("values", [{}, {"viability": {"scr_08": [4.0]}}, {"viability": {"si_08": [4.0]}}])
def test_viability_that_was_not_compared_tells_nothing(lab, arms, values):
    assert viability_fact(panels(lab.means(values) if values else tables.MEANS.frame()), arms)["value"] is None


def test_one_donor_shows_no_change(lab, arms):
    values = {"viability": {"scr_08": [4.0], "si_08": [3.0]}}
    assert viability_fact(panels(lab.means(values)), arms)["value"] is False


def test_rho_of_mg_is_a_measurement_and_below_half_or_not(lab, room, arms):
    """The step intact is .5, under block .1: rho .2; with .4 under block it is .8."""
    told = dict(rho_facts(panels(lab.means({"mg_intracellular": room.MG})), arms))
    assert told["mg_measured"]["value"] is told["rho_below_half"]["value"] is True
    assert told["rho_below_half"]["key"] == "siTRPM7|Mg||0.8|2.0|mg_intracellular|"
    leaky = {**room.MG, "si_20": 0.4 + room.NOISE}
    told = dict(rho_facts(panels(lab.means({"mg_intracellular": leaky})), arms))
    assert (told["mg_measured"]["value"], told["rho_below_half"]["value"]) == (True, False)
    assert told["entry_not_blocked"]["value"] is False


@pytest.mark.parametrize(
    ("step", "spread", "kept"),
    [(0.7, 0.01, True), (0.49, 0.01, True), (0.47, 0.1, False), (0.44, 0.01, False), (1.0, 2.0, False)],
)
def test_a_block_that_leaves_nine_tenths_or_more_did_not_block(lab, room, arms, step, spread, kept):
    """Over an intact step of .5: 1.4, .98, .94 (wide), .88, and 2 of which nothing is known (far below .9 as well)."""
    noise = np.array([-1.0, 1.0, 0.5, -0.5]) * spread / 4
    mg = {"scr_08": noise * 0, "scr_20": noise * 0 + 0.5, "si_08": noise * 0, "si_20": step + noise}
    told = dict(rho_facts(panels(lab.means({"mg_intracellular": mg})), arms))
    assert told["entry_not_blocked"]["value"] is kept
    assert told["entry_not_blocked"]["key"] == told["rho_below_half"]["key"]


def test_a_donor_without_bounds_is_a_measurement_but_rho_is_then_not_known(lab, room, arms):
    means = lab.means({"mg_intracellular": room.MG})
    one = (means["donor"] == "D1") & (means["condition"] == "si_20")
    flagged = tables.MEANS.frame(means.assign(flag=np.where(one, "floor", "")))
    told = dict(rho_facts(panels(flagged), arms))
    assert (told["mg_measured"]["value"], told["rho_below_half"]["value"]) == (True, False)


def test_messenger_is_no_measurement_of_mg(lab, room, arms):
    gene = {"scr_08": room.NOISE / 9, "si_08": np.log(0.2) + room.NOISE / 9}
    told = dict(rho_facts(panels(lab.means({"gene:TRPM7": gene})), arms))
    assert (told["mg_measured"]["value"], told["rho_below_half"]["value"]) == (False, False)
    raised = {**gene, "si_08": np.log(2) + room.NOISE / 9}  # twice the channel's message is no measurement of Mg
    assert dict(rho_facts(panels(lab.means({"gene:TRPM7": raised})), arms))["entry_not_blocked"]["value"] is False
    assert "proxy_rho" in told["mg_measured"]["flag"].split(";")


def test_without_a_block_or_mg_nothing_is_told(lab, room, arms):
    plain = lab.experiment([lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)])
    (alone,) = arms_of_blocks(plain)
    for which, values in ((arms, {"calcium": room.arms(room.SI)}), (alone, {"mg_intracellular": room.MG})):
        told = dict(rho_facts(panels(lab.means(values)), which))
        assert [f["value"] for f in told.values()] == [None, None, None]


@pytest.mark.parametrize(("blocked", "below"), [(0.24, True), (0.26, False)])
def test_half_is_where_the_grade_draws_the_line(lab, arms, blocked, below):
    """Steps of .24 and .26 over .5 intact, all but without scatter: rho .48 and .52."""
    noise = np.array([-1.0, 1.0, 0.5, -0.5]) * 1e-4
    mg = {"scr_08": noise * 0, "scr_20": noise * 0 + 0.5, "si_08": noise * 0, "si_20": blocked + noise}
    told = dict(rho_facts(panels(lab.means({"mg_intracellular": mg})), arms))
    assert told["rho_below_half"]["value"] is below


@pytest.mark.parametrize("cell", ["scr_08", "scr_20", "si_08", "si_20"])
def test_a_bound_in_any_of_the_four_arms_is_no_measurement(lab, room, arms, cell):
    means = lab.means({"mg_intracellular": room.MG})
    flagged = means.assign(flag=["floor" if c == cell else "" for c in means["condition"]])
    assert dict(rho_facts(panels(flagged), arms))["mg_measured"]["value"] is False


@pytest.mark.parametrize("lacking", ["scr_08", "scr_20", "si_08", "si_20"])
def test_mg_without_one_of_the_four_arms_is_no_measurement_beside_messenger(lab, room, arms, lacking):
    """Rho is that of TRPM7's mRNA then."""
    mg = {c: v for c, v in room.MG.items() if c != lacking}
    gene = {"scr_08": room.NOISE / 9, "si_08": np.log(0.2) + room.NOISE / 9}
    told = dict(rho_facts(panels(lab.means({"mg_intracellular": mg, "gene:TRPM7": gene})), arms))
    assert told["mg_measured"]["value"] is False
    assert "|gene:TRPM7|" in told["mg_measured"]["key"]
