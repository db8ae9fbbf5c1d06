import math

import pytest
from tests.chemistry.conftest import experiment

from mgassay.chemistry.speciation import chemistry_from_conditions
from mgassay.problems import Problems
from mgassay.report.chemistry_rows import SETS, media_of, ranged, steps_in
from mgassay.report.rows import tables_of


def media(*rows):
    held = experiment(*rows)
    return media_of(tables_of(held, chemistry_from_conditions(held, Problems())), held)


def test_conditions_of_one_medium_stand_together_and_steps_know_where_they_start():
    found = media(
        ("a", {}), ("b", {"mg_mM": 2.0}), ("siA", {"sirna": "TRPM7"}), ("siB", {"sirna": "TRPM7", "mg_mM": 2.0})
    )
    assert [m.conditions for m in found] == [("a", "siA"), ("b", "siB")]
    (step,) = steps_in(found)
    assert (step.reference_mg_mM, step.mg_mM) == (0.8, 2.0)
    assert len(step.change("si_hap")) == len(SETS) == 4
    assert max(step.change("si_hap")) < 0
    assert found[0].change("si_hap") == []
    assert math.isnan(found[0].reference_mg_mM)


def test_states_of_glycerophosphate_are_media_of_their_own():
    assert [m.state for m in media(("a", {"bgp_mM": 10.0}))] == ["intact", "cleaved"]


def test_another_acellular_start_does_not_hide_behind_the_same_numbers():
    """b starts from a; c has no reference of its own cells."""
    found = media(("a", {}), ("b", {"mg_mM": 2.0}), ("c", {"mg_mM": 2.0, "cells": "none"}))
    assert [m.conditions for m in steps_in(found)] == [("b",)]


def test_ranges_are_from_low_to_high_and_one_number_where_they_print_alike():
    assert ranged([3.0, -1.0, 2.0]) == "−1.00 to 3.00"
    assert ranged([7.401, 7.399]) == "7.40"
    assert ranged([1.0, math.nan]) == ranged([]) == "–"


def test_every_set_that_is_computed_has_a_name_on_the_page():
    from mgassay.chemistry.constants import constant_sets

    assert set(SETS) == set(constant_sets())


@pytest.mark.parametrize("rows", [(), (("a", {"pH": None, "co2_percent": None}),)])
def test_without_a_medium_there_is_nothing(rows):
    assert media(*rows) == []
