import math

import pytest

from mgassay import medium_tables
from mgassay.chemistry.composition import composed
from mgassay.chemistry.constants import constant_sets
from mgassay.chemistry.engine import speciation_of
from mgassay.chemistry.speciation import chemistry_from_conditions, kind_of
from mgassay.problems import Problems


def made(held):
    problems = Problems()
    return chemistry_from_conditions(held, problems)


def test_a_row_for_every_condition_state_and_set_as_the_contract_has_it(bench):
    held = bench.experiment(("ref", {}), ("high", {"mg_mM": 2.0}), ("bgp", {"bgp_mM": 10.0}))
    table = medium_tables.CHEMISTRY.check(made(held)["chemistry"])
    assert list(table["condition"]) == ["ref"] * 4 + ["high"] * 4 + ["bgp"] * 8
    assert list(table["constant_set"])[:4] == list(constant_sets())
    assert set(table[table["condition"] == "bgp"]["bgp_state"]) == {"intact", "cleaved"}
    assert set(table[table["condition"] != "bgp"]["bgp_state"]) == {""}


def test_a_golden_condition_end_to_end(bench):
    """DMEM, Ca 1.8, Pi 2.6, 0.8 to 2.0 mM Mg, pH 7.4; 12 % serum are 0.504 mM sites, the golden run has 0.42 (10 %)."""
    held = bench.experiment(("ref", {"serum_percent": 10.0}), ("high", {"serum_percent": 10.0, "mg_mM": 2.0}))
    table = made(held)["chemistry"].query("constant_set == 'rec37'").set_index("condition")
    step = bench.golden("passive_delta").query(
        "db == 'rec37' and med == 'DMEM' and Ca == 1.8 and Pi == 2.6 and Mg1 == 2"
    )
    assert table.loc["ref", "si_hap"] == pytest.approx(step["SI_HAP0"].iloc[0], abs=1e-3)
    assert table.loc["high", "si_hap"] - table.loc["ref", "si_hap"] == pytest.approx(step["dSI_HAP"].iloc[0], abs=1e-3)
    assert table.loc["high", "pi_equivalent_percent"] == pytest.approx(step["Pi_equiv_pct"].iloc[0], abs=0.15)
    assert table.loc["high", "pH_equivalent"] == pytest.approx(step["pH_equiv"].iloc[0], abs=5e-4)
    assert table.loc["high", "reference_condition"] == "ref"
    assert table.loc["ref", "reference_condition"] == ""
    assert math.isnan(table.loc["ref", "pi_equivalent_percent"])
    assert table.loc["ref", "mg_ca_ratio"] == pytest.approx(0.8 / 1.8)


def test_the_last_digits_do_not_rest_on_what_was_computed_before(bench):
    """PHREEQC's own do: the same media after others differ by 1e-14."""
    held = bench.experiment(("ref", {"serum_percent": 10.0}), ("high", {"serum_percent": 10.0, "mg_mM": 2.0}))
    alone = made(held)
    speciation_of.cache_clear()
    media = [m for row in held.conditions.to_dict("records") for m in composed(row).media.values()]
    for constants in constant_sets():
        for medium in (bench.medium(pH=6.8), *reversed(media)):
            speciation_of(medium, constants)
    after = made(held)
    assert all(after[name].equals(table) for name, table in alone.items())


def test_no_medium_no_rows_and_no_phreeqc(bench, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "phreeqc", None)  # an import would fail
    silent = {k: None for k in ("basal_medium", "ca_mM", "pi_mM")}
    problems = Problems()
    tables = chemistry_from_conditions(bench.experiment(("a", silent), ("b", {**silent, "mg_mM": 2.0})), problems)
    assert [len(t) for t in tables.values()] == [0, 0]
    assert not list(problems)
    assert len(chemistry_from_conditions(bench.experiment(), problems)["chemistry"]) == 0


def test_without_resources_it_is_said_and_nothing_is_computed(bench, monkeypatch):
    """A wheel holds none."""
    monkeypatch.setattr("mgassay.chemistry.speciation.constant_sets", dict)
    problems = Problems()
    tables = chemistry_from_conditions(bench.experiment(("a", {})), problems)
    assert [p.code for p in problems] == ["MG810"]
    assert [len(t) for t in tables.values()] == [0, 0]


def test_flags_say_what_was_assumed_computed_and_may_precipitate(bench):
    held = bench.experiment(
        ("plain", {"pi_mM": 0.9}), ("granted", {"serum_percent": None, "pi_mM": 0.9}), ("gas", {"pH": None}),
        ("much", {"pi_mM": 12.0}),
    )  # fmt: skip
    flags = made(held)["chemistry"].groupby("condition")["flag"].unique().map(list)
    assert flags["plain"] == [""]
    assert flags["granted"] == ["assumed_medium"]
    assert "computed_ph" in flags["gas"][0]
    assert flags["much"] == ["precipitates"]


def test_pairs_and_solids_stand_beside_with_the_range_of_their_constants(bench):
    table = medium_tables.MEDIUM_SPECIES.check(made(bench.experiment(("a", {"nh4_mM": 1.0})))["medium_species"])
    rows = table.query("constant_set == 'rec37'").set_index("species")
    (medium,) = {bench.medium(Alb=0.504, Amm=1.0)}
    assert rows.loc["MgHPO4", "amount_mM"] == pytest.approx(
        speciation_of(medium, "rec37").amounts_mM["MgHPO4"], rel=1e-4
    )
    assert rows.loc["MgHPO4", "kind"] == "pair"
    assert {"hap", "acp", "acp1", "acp2", "acc", "struvite"} <= set(rows.query("kind == 'solid'").index)
    acp = rows.loc["acp"]
    assert acp["si_high"] - acp["si"] == pytest.approx(0.8)
    assert acp["si"] - acp["si_low"] == pytest.approx(0.9)
    without = made(bench.experiment(("a", {})))["medium_species"]
    assert "struvite" not in set(without["species"])


def test_a_species_of_which_no_part_was_put_in_has_no_row(bench):
    """Neither ATP, pyrophosphate nor beta-glycerophosphate is in this medium; with 1 uM ATP its species are there."""
    plain, with_atp = (
        set(made(bench.experiment(("a", more)))["medium_species"]["species"]) for more in ({}, {"atp_uM": 1.0})
    )
    assert not [s for s in plain if "Atp" in s or "Pp" in s or "Gp" in s]
    assert {s for s in with_atp - plain} == {"Atp-4", "HAtp-3", "H2Atp-2", "MgAtp-2", "MgHAtp-", "CaAtp-2"}


def test_every_calcium_is_counted_once_among_the_species(bench):
    """Ca2 of nothing exists here, so its species add up to the total."""
    table = made(bench.experiment(("a", {})))["medium_species"]
    calcium = table[table["species"].str.startswith("Ca") & (table["kind"] != "solid")]
    assert calcium.groupby("constant_set")["amount_mM"].sum().to_numpy() == pytest.approx([1.8] * 4, rel=1e-9)


def test_kinds():
    assert [kind_of(s) for s in ("Ca+2", "Na+", "HPO4-2", "Cl-", "NaHPO4-", "MgAlb+2")] == [
        "free", "free", "free", "free", "pair", "pair",
    ]  # fmt: skip


def test_a_step_between_media_of_different_state_is_made_state_by_state(bench):
    held = bench.experiment(("ref", {"bgp_mM": 10.0}), ("high", {"bgp_mM": 10.0, "mg_mM": 2.0}))
    table = made(held)["chemistry"].query("condition == 'high' and constant_set == 'rec37'").set_index("bgp_state")
    assert (table["reference_condition"] == "ref").all()
    assert table.loc["cleaved", "pi_equivalent_percent"] != table.loc["intact", "pi_equivalent_percent"]
