"""What is told of media; every code is provoked here."""

import math

import pytest

from mgassay.chemistry.speciation import chemistry_from_conditions
from mgassay.problems import Problems


@pytest.fixture
def told(bench):
    def of(*rows):
        problems = Problems()
        chemistry_from_conditions(bench.experiment(*rows), problems)
        return {p.code: p for p in problems}

    return of


def test_a_whole_medium_is_told_of_its_recipe_and_its_pH_alone(told):
    found = told(("a", {}))
    assert set(found) == {"MG807", "MG808"}
    assert {p.severity for p in found.values()} == {"notice"}


@pytest.mark.parametrize(("column", "value"), [("ca_mM", -1.0), ("pH", 0.0), ("mg_mM", 1000.0), ("pi_mM", math.inf)])
def test_a_number_that_no_medium_holds_is_an_error_that_names_its_condition(told, column, value):
    problem = told(("a", {column: value}))["MG801"]
    assert (problem.severity, problem.place, problem.seen) == ("error", "condition a", f"{value:g}")
    assert column in problem.message


def test_what_is_missing_is_told_once_for_all_conditions_that_lack_it(told):
    lacking = {"pH": None, "co2_percent": None}
    problem = told(("a", lacking), ("b", lacking), ("c", {}))["MG802"]
    assert "a, b" in problem.message
    assert "pH or co2_percent" in problem.message
    assert "MG802" not in told(("a", {}))


def test_what_is_taken_for_granted_is_told(told):
    problem = told(("a", {"serum_percent": None}))["MG803"]
    assert "no albumin" in problem.message


def test_names_that_say_nothing_are_told_with_the_nearest(told):
    found = told(("a", {"basal_medium": "DMEN", "mg_salt": "citrate"}))
    assert "DMEM" in found["MG804"].remedy
    assert found["MG805"].seen == "citrate"
    assert {found[c].severity for c in ("MG804", "MG805")} == {"warning"}


def test_a_medium_without_an_equilibrium_is_told_and_the_others_are_computed(bench):
    problems = Problems()
    made = chemistry_from_conditions(bench.experiment(("odd", {"pH": 10.0}), ("a", {})), problems)
    (problem,) = [p for p in problems if p.code == "MG806"]
    assert problem.place == "condition odd"
    assert set(made["chemistry"]["condition"]) == {"a"}


def test_a_pH_that_bicarbonate_does_not_have_is_told(told):
    """44 mM in 5 % CO2 make 7.69; 22.6 mM 7.40."""
    assert "7.69" in told(("a", {"pH": 7.4}))["MG807"].message
    assert "MG807" not in told(("a", {"pH": 7.4, "hco3_mM": 22.6}))
    assert "MG807" not in told(("a", {"pH": None}))
    assert "MG807" not in told(("a", {"co2_percent": None}))
