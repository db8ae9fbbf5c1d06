"""Every fact is read from a row that is there, and rows of other questions change none."""

import itertools

import numpy as np
import pandas as pd
import pytest
from tests.effects.verdict.conftest import checks_from_means

from mgassay import tables
from mgassay.effects.conclusions import conclusions_from_amounts
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.address import key_of
from mgassay.effects.verdict.facts import _counts
from mgassay.effects.verdict.grade import FACTS, GRADES
from mgassay.effects.verdict.verdict import verdict_from_tables
from mgassay.problems import Problems


def of(facts, fact, readout="calcium", block="siTRPM7"):
    rows = facts[(facts["readout"] == readout) & (facts["block"] == block) & (facts["fact"] == fact)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture
def facts_told(lab, room):
    def facts(values, flags=()):
        return room.of_means(room.experiment_of(lab, values), room.flagged_means(lab, values, flags))[0]

    return facts


def everything(room):
    calcium = {**room.arms(room.SI), **room.arms(room.APB), **room.ACELLULAR}
    viability = {"scr_08": room.NOISE / 5, "si_08": room.NOISE / 5}
    return {"calcium": calcium, "mg_intracellular": room.MG, "viability": viability}


def test_every_readout_and_block_has_every_fact_once(facts_told, room):
    facts = facts_told(everything(room))
    for block in ("siTRPM7", "2-APB"):
        own = facts[(facts["readout"] == "calcium") & (facts["block"] == block)]
        assert sorted(own["fact"]) == sorted(FACTS)


def test_every_address_is_that_of_a_row(lab):
    made, _ = conclusions_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    facts = made["facts"]
    assert len(facts) == len(FACTS)
    for fact in facts.to_dict("records"):
        name = fact["table"].removesuffix(".csv")
        if name == "conditions":
            assert fact["key"] in set(lab.sirna.conditions["condition"])
        elif name == "":
            assert fact["key"] == ""
        else:
            keys = [key_of(name, row) for row in made[name].to_dict("records")]
            assert any(key == fact["key"] or key.startswith(f"{fact['key']}|") for key in keys), fact
    read_nowhere = set(facts["fact"][facts["table"] == ""])
    assert read_nowhere == {"viability_changed", "unspecific_block", "second_block_agrees"}
    assert facts["value"][facts["table"] == ""].isna().all()


def test_where_a_fact_was_read(facts_told, room):
    facts = facts_told(everything(room))
    assert of(facts, "total_excludes_zero")["key"] == "calcium|siTRPM7|total|0.8|2.0|log|donor_t|Mg|"
    assert of(facts, "acellular")["key"] == "calcium||acellular|0.8|2.0|log|donor_t|Mg|"
    assert of(facts, "interaction_equivalent_to_zero")["key"] == "calcium|siTRPM7|equivalence|interaction"
    assert of(facts, "second_block_agrees")["table"] == "checks.csv"
    assert of(facts, "sirna")["key"] == "si_20"
    assert of(facts, "viability_changed")[["table", "key"]].tolist() == ["means.csv", "viability|si_08"]


def test_what_was_not_measured_is_empty_and_not_false(facts_told, room):
    facts = facts_told({"calcium": room.arms(room.SI)})
    for fact in ("acellular", "mg_measured", "rho_below_half", "viability_changed", "second_block_agrees"):
        assert pd.isna(of(facts, fact)["value"])
    assert bool(of(facts, "blocked_run")["value"])
    assert not of(facts, "floor")["value"]


def test_one_acellular_run_takes_no_answer_away(facts_told, room):
    """Passive and surface are unbounded with one run; T and B tell what they told without it."""
    one_run = {c: np.array([v[0], np.nan, np.nan, np.nan]) for c, v in room.ACELLULAR.items()}
    facts = facts_told({"calcium": {**room.arms(room.SI), **one_run}})
    assert bool(of(facts, "share_identifiable")["value"])
    assert not of(facts, "acellular")["value"]
    assert of(facts, "acellular")["flag"] == "few_donors"


@pytest.mark.parametrize("arms", [("acell_20",), ("acell_08", "acell_20")])
def test_an_acellular_arm_of_bounds_takes_no_answer_away(facts_told, room, arms):
    """At the floor in one arm or both: passive is a bound or open, and the intracellular share rests on T and B."""
    values = {"calcium": {**room.arms(room.SI), **room.ACELLULAR}}
    facts = facts_told(values, {("calcium", c): "floor" for c in arms})
    assert bool(of(facts, "share_identifiable")["value"])
    assert not of(facts, "acellular")["value"]


def test_arms_without_background_are_told(facts_told, room):
    values = {"calcium": room.arms(room.SI)}
    facts = facts_told(values, {("calcium", "si_20"): "no_background"})
    assert bool(of(facts, "no_background")["value"])
    assert of(facts, "no_background")["key"].split("|")[2] == "blocked"
    assert not of(facts_told(values), "no_background")["value"]


def test_a_block_without_values_is_judged_beside_one_that_has_a_t(lab, room):
    """Calcium was measured under siRNA and not under 2-APB, which conditions.csv declares: both have facts of it."""
    apb = [("ca_08", 0.8, "none"), ("ca_20", 2.0, "none"), ("apb_08", 0.8, "2-APB"), ("apb_20", 2.0, "2-APB")]
    rows = [*lab.sirna_conditions(), *(lab.condition(c, mg, inhibitor=i) for c, mg, i in apb)]
    facts, _ = room.of_means(lab.experiment(rows), lab.means({"calcium": room.arms(room.SI)}))
    assert bool(of(facts, "total_excludes_zero")["value"])
    assert pd.isna(of(facts, "total_excludes_zero", block="2-APB")["value"])
    assert [bool(of(facts, "blocked_run", block=b)["value"]) for b in ("siTRPM7", "2-APB")] == [True, False]


@pytest.mark.parametrize(
    ("acellular", "open_shares", "told"),
    [
        (True, (), "intracellular"),
        (True, ("surface",), "surface"),
        (True, ("passive", "surface"), "passive"),
        (True, ("intracellular", "passive"), "intracellular"),
        (False, ("extracellular",), "extracellular"),
    ],
)
def test_the_row_of_a_share_that_is_not_identifiable_is_told(lab, room, acellular, open_shares, told):
    """In the order intracellular, extracellular, passive, surface: the first that is open, else the first of all."""
    values = {"calcium": {**room.arms(room.SI), **(room.ACELLULAR if acellular else {})}}
    experiment, means, effects, shares, checks = tables_of(lab, room, values)
    shares = tables.SHARES.frame(shares.assign(identifiable=~shares["share"].isin(open_shares)))
    fact = of(verdict_from_tables(experiment, means, effects, shares, checks)[0], "share_identifiable")
    assert bool(fact["value"]) is not bool(open_shares)
    assert (fact["table"], fact["key"].split("|")[2]) == ("shares.csv", told)


def tables_of(lab, room, values):
    """Experiment, means and the three tables that facts are read from."""
    experiment, means = room.experiment_of(lab, values), lab.means(values)
    return (
        experiment,
        means,
        *(f(experiment, means) for f in (effects_from_means, shares_from_means, checks_from_means)),
    )


def test_a_share_is_asked_on_the_log_scale_and_by_donors(lab, room):
    """Whatever the additive scale and the block ANOVA say, both the other way round."""
    experiment, means, effects, shares, checks = tables_of(lab, room, {"calcium": room.arms(room.SI)})
    asked = (shares["scale"] == "log") & (shares["method"] == "fieller_donor")
    for own in (True, False):
        said = tables.SHARES.frame(shares.assign(identifiable=asked == own))
        fact = of(verdict_from_tables(experiment, means, effects, said, checks)[0], "share_identifiable")
        assert (bool(fact["value"]), fact["key"].split("|")[3:5]) == (own, ["log", "fieller_donor"])


def test_two_acellular_runs_are_an_arm_of_use(facts_told, room):
    two_runs = {c: np.array([*v[:2], np.nan, np.nan]) for c, v in room.ACELLULAR.items()}
    assert bool(of(facts_told({"calcium": {**room.arms(room.SI), **two_runs}}), "acellular")["value"])


@pytest.mark.parametrize(
    ("told", "value", "row"),
    [
        ({}, None, ""),
        ({("siTRPM7", "PPi"): ""}, False, "PPi"),
        ({("siTRPM7", "PPi"): "", ("siTRPM7", "fetuin-A"): "few_donors;unspecific_block"}, True, "fetuin-A"),
        ({("siTRPM7", "PPi"): "", ("2-APB", "PPi"): "unspecific_block"}, False, "PPi"),
    ],
)
def test_a_block_is_unspecific_where_it_changes_what_any_comparator_does(lab, room, told, value, row):
    """Its own rows of checks.csv alone; the row that shows it, else the first; the interaction's is none of them."""
    experiment, means, effects, shares, checks = tables_of(lab, room, {"calcium": room.arms(room.SI)})
    more = [
        {"readout": "calcium", "block": b, "check": "equivalence", "subject": f"falsification:{name}", "flag": flag}
        for (b, name), flag in told.items()
    ]
    both = tables.CHECKS.frame(pd.concat([checks, tables.CHECKS.frame(more)])) if more else checks
    fact = of(verdict_from_tables(experiment, means, effects, shares, both)[0], "unspecific_block")
    assert (None if pd.isna(fact["value"]) else bool(fact["value"])) is value
    assert fact["key"] == (f"calcium|siTRPM7|equivalence|falsification:{row}" if row else "")


@pytest.mark.parametrize(("agree", "resolved"), [(True, True), (True, False), (False, True)])
def test_a_second_block_has_to_agree_and_to_be_resolved_itself(lab, room, agree, resolved):
    """2-APB beside siRNA: their agreement passed or not; T - B of 2-APB is on one side of 0, or not told."""
    values = {"calcium": {**room.arms(room.SI), **room.arms(room.APB)}}
    experiment, means, effects, shares, checks = tables_of(lab, room, values)
    agreement = checks["check"] == "agreement"
    assert agreement.any()
    checks = checks.assign(passed=checks["passed"].mask(agreement, agree))
    own = (effects["block"] == "2-APB") & (effects["contrast"] == "interaction")
    if not resolved:
        effects = effects.assign(ci_low=effects["ci_low"].mask(own, -1.0))
        equivalent = (checks["block"] == "2-APB") & (checks["check"] == "equivalence")
        checks = checks.assign(passed=checks["passed"].mask(equivalent, False))
    made = (tables.EFFECTS.frame(effects), shares, tables.CHECKS.frame(checks))
    fact = of(verdict_from_tables(experiment, means, *made)[0], "second_block_agrees")
    assert bool(fact["value"]) is (agree and resolved)


def test_rows_of_other_questions_change_no_fact(lab, room):
    """Another Mg level, another step and another day, all with T of 0, ahead of the declared question's rows."""
    values = {"calcium": {**room.arms(room.SI), **room.ACELLULAR}, "mg_intracellular": room.MG}
    experiment, means, effects, shares, checks = tables_of(lab, room, values)
    nothing = {"estimate": 0.0, "ci_low": -1.0, "ci_high": 1.0, "p": 1.0}
    others = [{"mg_raised_mM": 1.4}, {"step": "AngII"}, {"day": "3"}, {"mg_reference_mM": 1.0}]
    more = pd.concat([*(effects.assign(**nothing, **other) for other in others), effects], ignore_index=True)
    open_shares = [shares.assign(identifiable=False, interval="unbounded", **other) for other in others]
    divided = pd.concat([*(tables.SHARES.frame(s) for s in open_shares), shares], ignore_index=True)
    alone = verdict_from_tables(experiment, means, effects, shares, checks)
    among = verdict_from_tables(experiment, means, tables.EFFECTS.frame(more), tables.SHARES.frame(divided), checks)
    pd.testing.assert_frame_equal(alone[0], among[0])
    assert alone[1] == among[1]


def test_an_arm_that_is_added_never_lowers_the_grade(lab, room):
    """All 16 subsets of {siRNA, 2-APB, acellular, Mg_i} with good results: a larger one is never graded worse."""
    parts = ("siRNA", "2-APB", "acellular", "Mg_i")

    def grade(run):
        calcium = {**(room.arms(room.SI) if "siRNA" in run else {}), **room.arms(room.NONE)}
        calcium |= {**(room.arms(room.APB) if "2-APB" in run else {}), **(room.ACELLULAR if "acellular" in run else {})}
        magnesium = {c: v for c, v in room.MG.items() if c in calcium} if "Mg_i" in run else {}
        values = {"calcium": calcium, **({"mg_intracellular": magnesium} if magnesium else {})}
        return GRADES.index(room.verdict_of(room.experiment_of(lab, values), lab.means(values))["grade"])

    sets = [frozenset(s) for n in range(5) for s in itertools.combinations(parts, n)]
    grades = {run: grade(run) for run in sets}
    assert all(grades[more] <= grades[less] for more in sets for less in sets if less < more)
    assert grades[frozenset(parts)] == GRADES.index("A")
    assert grades[frozenset()] == GRADES.index("D")


@pytest.mark.parametrize(
    ("held", "sirna", "counts"),
    [
        (("total_excludes_zero", "blocked_run", "interaction_excludes_zero"), (True, False), True),
        (("total_excludes_zero", "blocked_run", "interaction_excludes_zero"), (False, True), True),
        (("total_excludes_zero", "blocked_run", "interaction_excludes_zero"), (False, False), False),
        (("total_excludes_zero", "blocked_run"), (True, True), False),
    ],
)
def test_a_second_block_counts_where_it_is_resolved_by_itself_and_one_of_the_two_is_sirna(held, sirna, counts):
    own, other = ({"sirna": {"value": one}} for one in sirna)
    assert _counts(own, {**other, **{name: {"value": True} for name in held}}) is counts
