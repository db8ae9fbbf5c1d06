import math

import pytest

from mgassay.chemistry import constants
from mgassay.chemistry.constants import charge_of, constant_sets, dissolved, ligands, parts_of, solids
from mgassay.errors import ContractError


def test_every_constant_has_a_source_a_temperature_and_a_range_that_holds_it():
    """Species formed from bare ions only: the others stand in their range after the step before them is added."""
    for chosen in constant_sets().values():
        assert len(chosen.species) > 25
        for one in dissolved(chosen):
            low, high = one.formation_37C
            assert one.source
            assert low <= high
    for solid in solids().values():
        assert solid.low_pK <= solid.high_pK
        assert solid.low_pK - 0.05 <= -solid.constant_37C <= solid.high_pK + 0.05, solid.key


def test_a_set_that_extends_another_holds_its_species_and_changes_what_it_names():
    """At 37 C De Maeyer and Verbeeck 1990 found log K of MgHPO4 to be 3.002; phreeqc.dat has 2.87 at 25 C."""
    base, measured = ({s.formula: s for s in constant_sets()[n].species} for n in ("phreeqc", "rec37"))
    assert base.keys() == measured.keys()
    assert (base["MgHPO4"].log_k, measured["MgHPO4"].log_k) == (2.87, 3.002)
    assert base["CaCO3"] == measured["CaCO3"]
    assert constant_sets()["rec37"].gammas == constant_sets()["phreeqc"].gammas


def test_solubility_of_hydroxyapatite_at_37_degrees_by_hand():
    """McDowell 1977 at T = 310.15: -1.6657 - 0.098215 T - 8219.41 / T = -1.6657 - 30.4614 - 26.5014 = -58.6285."""
    assert solids()["hap"].constant_37C == pytest.approx(-58.6285, abs=2e-4)
    assert solids()["ocp"].constant_37C == -48.7
    assert not any(math.isnan(s.constant_37C) for s in solids().values())


def test_every_reaction_keeps_its_charge():
    for one in (*(s for c in constant_sets().values() for s in dissolved(c)), *solids().values()):
        left, right = (sum(n * charge_of(s) for s, n in parts_of(side).items()) for side in one.reaction.split(" = "))
        assert left == pytest.approx(right), one.reaction
    assert all(part.ion.startswith(part.element) for part in ligands())


def test_a_set_without_its_base_or_its_gas_is_our_bug():
    one = constant_sets()["rec37"]
    with pytest.raises(ContractError, match="no set"):
        constants._whole(one, {})
    with pytest.raises(ContractError, match="carbon dioxide"):
        constants._whole(one.model_copy(update={"extends": "", "carbon_dioxide": None}), {})


def test_a_reaction_without_a_constant_is_refused():
    with pytest.raises(ValueError, match="no constant"):
        constants.Reaction(reaction="A = B", temperature_C=25.0, source="none")
