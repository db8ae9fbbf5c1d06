"""Equilibria against golden runs of PHREEQC 3.8.6 with its own databases, an independent solver, and conservation."""

import math
import time

import numpy as np
import pytest
from tests.chemistry.oracle import solved_by_newton

from mgassay.chemistry.composition import Medium
from mgassay.chemistry.constants import charge_of, constant_sets, dissolved, parts_of
from mgassay.chemistry.database import MASTERS
from mgassay.chemistry.engine import SpeciationError, engine, solution_text, speciation_of

GOLDEN_SETS = {"phreeqc": "phreeqc", "rec37": "rec37", "rec37_NaHPO4_1.07": "rec37_nahpo4", "minteq4": "minteq4"}
SETS = tuple(constant_sets())


def compare(found, row, columns, within=1e-3):
    for key, column in columns.items():
        assert found.saturation[key] == pytest.approx(row[f"SI_{column}"], abs=within), column


def test_golden_saturation_of_three_media_over_calcium_phosphate_and_magnesium(bench):
    for row in bench.golden("pH7.4_5CO2_rec37").to_dict("records"):
        medium = bench.medium(row["medium"], row["Ca_mM"], row["Pi_mM"], row["Mg_mM"])
        found = speciation_of(medium, "rec37")
        compare(found, row, bench.columns)
        assert found.amounts_mM["Ca+2"] == pytest.approx(row["fCa"], rel=1e-4)
        assert found.amounts_mM["CaHPO4"] == pytest.approx(row["CaHPO4"], rel=1e-4)
        assert found.amounts_mM["MgHPO4"] == pytest.approx(row["MgHPO4"], rel=1e-4)
        assert found.amounts_mM["CaAlb+2"] == pytest.approx(row["CaAlb"], rel=1e-4)
        assert found.ionic_strength_M == pytest.approx(row["I"], rel=1e-4)


@pytest.mark.parametrize("golden", GOLDEN_SETS)
def test_golden_saturation_by_every_set_of_constants(bench, golden):
    rows = bench.golden("db_spread").query("db == @golden").to_dict("records")
    assert len(rows) == 15
    for row in rows:
        compare(speciation_of(bench.medium("DMEM", row["Ca_mM"], row["Pi_mM"], row["Mg_mM"]), GOLDEN_SETS[golden]),
                row, bench.columns)  # fmt: skip


def test_pH_of_bicarbonate_under_carbon_dioxide(bench):
    """Among them 44 mM in 5 % CO2: pH 7.69, and 26 mM: pH 7.47."""
    for row in bench.golden("pH_from_CO2").to_dict("records"):
        medium = bench.medium(row["med"], pi=row["Pi"], pH=math.nan, co2=float(row["CO2"].removesuffix("%")))
        found = speciation_of(medium, "rec37")
        assert found.pH == pytest.approx(row["pH"], abs=1e-4)
        compare(found, row, bench.columns)
    assert speciation_of(bench.medium(pi=0.9, pH=math.nan), "rec37").pH == pytest.approx(7.69, abs=0.01)


CASES = {
    "pH 7.2": {"pH": 7.2},
    "pH 7.7": {"pH": 7.7},
    "NaCl +20 mM": {"nacl": 20.0},
    "Mg 2.0 as MgCl2": {"mg": 2.0},
    "Mg 2.0 as MgSO4": {"mg": 2.0, "sulfate": True},
    "Pi 2.34": {"pi": 2.34},
    "Ca 2.8": {"ca": 2.8},
    "albumin sites 0.00 mM": {"Alb": 0.0},
    "albumin sites 7.20 mM": {"Alb": 7.2},
}


@pytest.mark.parametrize("case", CASES)
def test_golden_sensitivity(bench, case):
    golden = bench.golden("sensitivity").set_index("case").loc[case]
    plain, changed = (speciation_of(bench.medium(**c), "rec37") for c in ({}, CASES[case]))
    for key, column in (("hap", "dSI_HAP"), ("acp", "dSI_ACP")):
        assert changed.saturation[key] - plain.saturation[key] == pytest.approx(golden[column], abs=1e-3)
    assert changed.amounts_mM["Ca+2"] == pytest.approx(golden["fCa"], rel=1e-3)


@pytest.mark.parametrize(("case", "more"), [("ATP 0.1 mM", {"Atp": 0.1}), ("PPi 0.01 mM", {"Pp": 0.01})])
def test_what_binds_calcium_beside_salts_is_near_another_choice_of_constants(bench, case, more):
    """The golden runs' constants for these two are not known: size and direction can be held against them."""
    golden = bench.golden("sensitivity").set_index("case").loc[case]
    moved = [speciation_of(bench.medium(**m), "rec37").saturation["hap"] for m in ({}, more)]
    assert moved[1] < moved[0]
    assert moved[1] - moved[0] == pytest.approx(golden["dSI_HAP"], abs=0.01)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("pi", [0.9, 2.6, 10.0])
@pytest.mark.parametrize("mg", [0.0, 0.8, 5.0])
def test_an_independent_solver_agrees(bench, name, pi, mg):
    """Newton on mass action in numpy: other code for constants at 37 C, activities and balances."""
    medium = bench.medium(pi=pi, mg=mg, co2=math.nan, Pp=0.01, Amm=0.5)
    found = speciation_of(medium, name)
    amounts, saturation = solved_by_newton(medium, constant_sets()[name])
    for key, index in saturation.items():
        assert found.saturation[key] == pytest.approx(index, abs=0.01, nan_ok=True), key
    for ion in ("Ca+2", "HPO4-2", "HCO3-", "CaHPO4"):
        assert found.amounts_mM[ion] == pytest.approx(amounts[ion], rel=0.02), ion


ELEMENTS = {ion: element for element, ion, *_ in MASTERS if "(" not in element and element != "Alkalinity"}
ELEMENTS |= {"SO4-2": "S(6)", "Alb": "Alb", "Pp-4": "Pp", "Atp-4": "Atp", "Gp-2": "Gp"}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("pH", [7.4, math.nan])
def test_charge_and_mass_balance(bench, name, pH):
    medium = bench.medium(mg=2.0, pH=pH, Pp=0.01, Atp=0.1, Amm=0.5, Gp=10.0)
    found = speciation_of(medium, name)
    charge = math.fsum(n * charge_of(s) for s, n in found.amounts_mM.items())
    assert abs(charge) < 1e-9 * math.fsum(n * abs(charge_of(s)) for s, n in found.amounts_mM.items())
    held = dict.fromkeys(ELEMENTS.values(), 0.0)
    for species, content in contents(name).items():
        for ion, n in content.items():
            held[ELEMENTS[ion]] += n * found.amounts_mM[species]
    balanced = {e: v for e, v in medium.totals_mM if not (e == "Cl" and pH == pH)}  # chloride made up the charge
    for element, total in balanced.items():
        assert held[element] == pytest.approx(total, rel=1e-9), element


def contents(name):
    """Species -> how many of each bare ion it is made of."""
    made = {ion: {ion: 1.0} for ion in ELEMENTS if ion not in ("e-", "H2O", "H+")}
    for one in dissolved(constant_sets()[name]):
        left, right = map(parts_of, one.reaction.split(" = "))
        total: dict[str, float] = {}
        sides = [(n, s) for s, n in left.items()] + [(-n, s) for s, n in right.items() if s != one.formula]
        for n, part in sides:
            for ion, k in made.get(part, {}).items():
                total[ion] = total.get(ion, 0.0) + n * k
        made[one.formula] = total
    return made


def test_ionised_calcium_of_serum():
    """Human serum (mM): Ca 2.4, Mg 0.85, Pi 1.2, Na 140, K 4.3, pH 7.4, 5.3 kPa CO2; albumin 0.6 of 12 sites, and the
    globulins, which hold a fifth of the calcium that proteins hold (Moore 1970, J Clin Invest 49:318): 9.0 sites.
    """
    serum = (
        ("Ca", 2.4),
        ("Mg", 0.85),
        ("Na", 140.0),
        ("K", 4.3),
        ("Cl", 103.0),
        ("S(6)", 0.5),
        ("P", 1.2),
        ("Alb", 9.0),
    )
    for name in SETS:
        found = speciation_of(Medium(serum, 7.4, 5.6, 24.0), name)
        assert 1.1 < found.amounts_mM["Ca+2"] < 1.3
        assert 0.4 < found.amounts_mM["Mg+2"] < 0.65


def test_a_solid_of_which_a_part_is_absent_has_no_saturation(bench):
    found = speciation_of(bench.medium(mg=0.0), "rec37")
    assert math.isnan(found.saturation["newberyite"])
    assert math.isnan(found.saturation["struvite"])
    assert not math.isnan(found.saturation["hap"])
    assert not math.isnan(speciation_of(bench.medium(Amm=1.0), "rec37").saturation["struvite"])


def test_where_phreeqc_finds_nothing_it_is_said_and_the_next_medium_is_solved(bench):
    """At pH 10 a medium cannot stand under 5 % CO2: it would hold moles of carbonate."""
    with pytest.raises(SpeciationError, match="phase boundary"):
        engine().speciation(bench.medium(pH=10.0), "rec37")
    assert engine().speciation(bench.medium(), "rec37").pH == pytest.approx(7.4)


def test_a_solution_takes_less_than_five_milliseconds_and_one_engine_serves_all(bench):
    assert engine() is engine()
    media = [bench.medium(pi=p) for p in np.linspace(1.0, 4.0, 50)]
    engine().speciation(media[0], "rec37")
    began = time.process_time()
    for medium in media:
        engine().speciation(medium, "rec37")
    assert (time.process_time() - began) / len(media) < 0.005


def test_carbonate_without_gas_is_the_given_total(bench):
    text = solution_text(bench.medium(co2=math.nan))
    assert " C 44.05\n" in text
    assert "CO2(g)" not in text
    assert "charge" in text
