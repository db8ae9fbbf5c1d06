import math
import re
from pathlib import Path

import phreeqc
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


def shipped(name):
    """Reactions of a database that comes with PHREEQC -> log K, enthalpy (kJ), expression, ion size and b."""
    found, one, block = {}, {}, ""
    text = (Path(phreeqc.__file__).parent / "databases" / name).read_text(encoding="latin-1")
    for line in (part.strip() for full in text.splitlines() for part in full.split("#")[0].split(";")):
        words = line.split()
        if not words:
            continue
        if re.fullmatch("[A-Z_]{3,}", words[0]) and "=" not in line:
            block = words[0]
        elif block == "SOLUTION_SPECIES" and "=" in line:
            one = found.setdefault(line.replace(" ", "").replace("\t", ""), {})
        elif block == "SOLUTION_SPECIES":
            one[words[0].lower().lstrip("-")[:3]] = words[1:]
    return found


@pytest.mark.parametrize(("name", "file"), [("phreeqc", "phreeqc.dat"), ("minteq4", "minteq.v4.dat")])
def test_the_sets_are_what_their_databases_hold(name, file):
    """The databases that come with phreeqc 1.1.1 (PHREEQC 3.8.6), read here; ammonium has other names in them."""
    theirs, heat = shipped(file), {"kcal": 4.184, "kj": 1.0}
    for one in constant_sets()[name].species:
        if "Amm" in one.reaction:
            continue
        own = theirs[one.reaction.replace(" ", "")]
        assert one.log_k is None or float(own["log"][0]) == one.log_k, one.reaction
        assert [float(x) for x in own.get("ana", own.get("a_e", []))][:5] == (one.analytic or [])[:5], one.reaction
        if one.delta_h_kJ is not None:
            value, *unit = own["del"]
            assert float(value) * heat[(unit or ["kJ"])[0].lower().split("/")[0]] == pytest.approx(one.delta_h_kJ)
        assert one.gamma is None or tuple(map(float, own["gam"])) == one.gamma, one.reaction


def test_ammonium_is_that_of_the_databases():
    """phreeqc.dat and minteq.v4.dat write it as NH4+; 9.252 and 9.244 at 25 C."""
    for name, file in (("phreeqc", "phreeqc.dat"), ("minteq4", "minteq.v4.dat")):
        (one,) = [s for s in constant_sets()[name].species if s.reaction == "AmmH+ = Amm + H+"]
        assert one.log_k == float(shipped(file)["NH4+=NH3+H+"]["log"][0])


def test_of_every_ligand_and_solid_it_is_told_where_its_number_was_read():
    for one in (*(s for part in ligands() for s in part.species), *solids().values()):
        assert one.read_in, one.reaction


def test_ion_pairs_measured_at_37_degrees():
    """De Maeyer and Verbeeck 1990, abstract, L/mol: CaHPO4 542 +- 46, CaH2PO4+ 8.4 +- 1.7, MgHPO4 1004 +- 89, MgH2PO4+
    43.0 +- 6.7; solubility products 2.06e-7 (brushite) and 1.15e-6 (newberyite).
    """
    measured = {"CaHPO4": (542, 46), "CaH2PO4+": (8.4, 1.7), "MgHPO4": (1004, 89), "MgH2PO4+": (43.0, 6.7)}
    for name in ("rec37", "rec37_nahpo4"):
        held = {s.formula: s.constant_37C for s in constant_sets()[name].species}
        for formula, (value, error) in measured.items():
            assert 10 ** held[formula] == pytest.approx(value, abs=0.05 * error), formula
    assert 10 ** solids()["newberyite"].constant_37C == pytest.approx(1.15e-6, rel=0.01)
    assert solids()["dcpd"].high_pK == pytest.approx(-math.log10(2.06e-7), abs=0.01)


@pytest.mark.parametrize(
    ("key", "pK"), [("hap", 117.2 / 2), ("ocp", 95.9 / 2), ("btcp", 29.5), ("dcpd", 6.63), ("acp", 25.7)]
)
def test_ranges_hold_the_solubilities_at_37_degrees_of_a_review(key, pK):
    """After Dorozhkin, as in table 3 of PMC5445792; of hydroxyapatite and octacalcium phosphate twice the formula."""
    assert solids()[key].low_pK <= pK <= solids()[key].high_pK


def test_amorphous_phosphates_of_christoffersen():
    """2.3e-11 and 3.2e-12 at 37 C (table 4 of PMC7281443)."""
    assert 10 ** solids()["acp1"].constant_37C == pytest.approx(2.3e-11, rel=0.01)
    assert 10 ** solids()["acp2"].constant_37C == pytest.approx(3.2e-12, rel=0.02)
