"""Which efficiency is used of each gene, in which order, and what is said of it."""

import math

import numpy as np
import pytest
from tests.assays.qpcr.conftest import codes, gene_wells, standards

from mgassay import tables
from mgassay.assays.qpcr.efficiency import measured_efficiency
from mgassay.assays.qpcr.gene_efficiencies import efficiencies_from_wells, efficiency_rows
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

CURVES = {"RUNX2": measured_efficiency("curves", math.log2(1.88), 0.004, 20.0, n=21)}
NOISY = [18.1, 21.6, 24.7, 28.3, 31.4]  # slope −3.33 ± .05


def plates(**settings):
    """Plates by name, each with its settings and the file `<plate>.txt`."""
    return {name: QpcrPlate(f"{name}.txt", QpcrSettings(**given)) for name, given in settings.items()}


def factors(*rows, curves=None, **settings):
    problems, table = Problems(), gene_wells(*rows)
    found, assumed = efficiencies_from_wells(table, plates(**settings), curves or {}, problems).of_wells(table)
    return found, assumed.tolist(), problems


def test_each_plate_has_its_own_declared_factor():
    rows = [{"plate": "P1", "gene": "RUNX2"}, {"plate": "P2", "gene": "RUNX2"}, {"plate": "P2", "gene": ""}]
    found, assumed, problems = factors(*rows, P1={"efficiency": 1.9}, P2={"efficiency": {"Cbfa1": 1.8}})
    np.testing.assert_array_equal(found, [1.9, 1.8, np.nan])  # without a target there is nothing to grow
    assert assumed == [False, False, False]
    assert codes(problems) == []


def test_two_assays_of_one_gene_have_each_its_own_factor():
    rows = [{"plate": "P1", "gene": gene} for gene in ("Cbfa1", "RUNX2")]
    both, _, _ = factors(*rows, P1={"efficiency": {"Cbfa1": 1.8, "RUNX2": 1.9}})
    assert both.tolist() == [1.8, 1.9]
    one, assumed, problems = factors(*rows, P1={"efficiency": {"Cbfa1": 1.8}})
    assert one.tolist() == [1.8, 2.0]
    assert assumed == [False, True]
    assert [(p.code, p.seen) for p in problems] == [("MG508", "RUNX2")]


def test_declared_goes_before_the_series_and_the_series_before_2():
    rows = [{"plate": "P1", "gene": g} for g in ("RUNX2", "BMP2", "GAPDH")]
    series = [*standards("RUNX2", [20, 23, 26]), *standards("BMP2", [20, 24, 28])]
    found, assumed, problems = factors(*rows, *series, P1={"efficiency": {"RUNX2": 1.95}})
    # BMP2: slope −4, 10^(1/4) = 1.778279
    assert found[:3] == pytest.approx([1.95, 1.778279, 2.0], abs=5e-7)
    assert assumed[:3] == [False, False, True]
    assert codes(problems) == ["MG507", "MG508"]


def test_a_factor_that_cannot_be_leaves_its_plate_without_and_names_the_file():
    rows = [{"plate": "P1", "gene": "RUNX2"}, {"plate": "P2", "gene": "RUNX2"}]
    found, assumed, problems = factors(*rows, P1={"efficiency": 95.0}, P2={"efficiency": 1.95})
    np.testing.assert_array_equal(found, [np.nan, 1.95])
    assert assumed == [False, False]
    assert [(p.code, p.severity, p.file, p.seen) for p in problems] == [("MG504", "error", "P1.txt", "95")]


def test_a_mistyped_gene_of_the_efficiency_table_is_an_error_and_the_one_meant_is_assumed():
    found, assumed, problems = factors({"plate": "P1", "gene": "TRPM7"}, P1={"efficiency": {"TRMP7": 1.9}})
    assert (found.tolist(), assumed) == ([2.0], [True])
    first = next(iter(problems))
    assert (first.code, first.severity, first.remedy) == ("MG509", "error", "Did you mean “TRPM7”?")
    assert codes(problems) == ["MG509", "MG508"]


def test_a_series_with_an_impossible_slope_leaves_its_gene_without_a_factor():
    found, assumed, problems = factors(*standards("BMP2", [28, 24, 20]), P1={})
    assert np.isnan(found).all()
    assert not any(assumed)
    assert codes(problems) == ["MG506"]


def test_an_impossible_series_of_a_gene_with_a_given_factor_is_not_its_error():
    found, _, problems = factors(*standards("BMP2", [28, 24, 20]), P1={"efficiency": 1.9})
    assert found.tolist() == [1.9] * 3
    assert codes(problems) == []


def test_curves_are_used_only_where_the_settings_ask_and_the_series_is_silent():
    rows = [{"plate": "P1", "gene": "RUNX2"}]
    asked = {"efficiency_from": "series_then_curves"}
    assert factors(*rows, curves=CURVES, P1={})[0].tolist() == [2.0]
    found, assumed, problems = factors(*rows, curves=CURVES, P1=asked)
    assert (found.tolist(), assumed) == ([pytest.approx(1.88)], [False])
    (said,) = problems
    assert (said.code, said.severity, said.seen) == ("MG540", "notice", "1.880")
    assert "curves of 21 reactions" in said.message
    with_series, _, _ = factors(*rows, *standards("RUNX2", [20, 24, 28]), curves=CURVES, P1=asked)
    assert with_series[0] == pytest.approx(10**0.25)
    assert factors(*rows, curves=CURVES, P1={**asked, "efficiency": 1.9})[0].tolist() == [1.9]


@pytest.mark.parametrize(("factor", "said"), [(1.98, True), (1.97, False), (1.79, True), (1.80, False)])
def test_curves_that_differ_by_more_than_5_percent_are_pointed_out(factor, said):
    # 1.88·1.05 = 1.974, 1.88/1.05 = 1.7905
    problems = factors({"plate": "P1", "gene": "RUNX2"}, curves=CURVES, P1={"efficiency": factor})[2]
    assert (codes(problems) == ["MG541"]) == said


def test_curves_are_held_against_their_own_gene_only():
    """RUNX2's curves (1.88) agree with its 1.9; BMP2's 1.6 is another assay's business, and has no curves."""
    rows = [{"plate": "P1", "gene": gene} for gene in ("RUNX2", "BMP2")]
    problems = factors(*rows, curves=CURVES, P1={"efficiency": {"RUNX2": 1.9, "BMP2": 1.6}})[2]
    assert codes(problems) == []


def test_a_given_factor_outside_its_series_interval_is_pointed_out_and_used():
    # slope by hand: x̄ centred 2 1 0 −1 −2: (36.2 + 21.6 − 28.3 − 62.8)/10 = −3.33; rest of the means ≤ .2
    found, _, problems = factors(*standards("BMP2", NOISY), P1={"efficiency": 1.8})
    assert found[0] == 1.8
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG538", "warning", "1.8")]
    assert codes(factors(*standards("BMP2", NOISY), P1={"efficiency": 2.0})[2]) == []


def test_an_error_without_an_efficiency_is_an_error():
    problems = factors({"plate": "P1", "gene": "RUNX2"}, P1={"efficiency_se": 0.02})[2]
    assert [(p.code, p.severity, p.file) for p in problems] == [("MG537", "error", "P1.txt"), ("MG508", "notice", "")]


@pytest.mark.parametrize(("factor", "se"), [(1.9, 0.0), (1.9, -0.1), (1.9, 0.9), (1.9, 2.0), (1.5, 0.5)])
def test_an_impossible_error_is_named_and_not_used(factor, se):
    """Also one as large as E - 1, which reaches down to no growth: 1.5 - .5 = 1, without rounding."""
    problems = Problems()
    settings = {"efficiency": factor, "efficiency_se": se}
    found = efficiencies_from_wells(gene_wells({"plate": "P1", "gene": "RUNX2"}), plates(P1=settings), {}, problems)
    assert [(p.code, p.severity) for p in problems] == [("MG539", "error")]
    assert math.isnan(found.used["P1", "RUNX2"].se_log2)
    assert found.used["P1", "RUNX2"].factor == factor


def test_a_mistyped_gene_of_the_table_of_errors_is_an_error():
    settings = {"efficiency": 1.9, "efficiency_se": {"TRMP7": 0.02}}
    assert codes(factors({"plate": "P1", "gene": "TRPM7"}, P1=settings)[2]) == ["MG509"]


def rows_of(*rows, curves=None, **settings):
    found = efficiencies_from_wells(gene_wells(*rows), plates(**settings), curves or {}, Problems())
    return tables.QPCR_QUALITY.frame(efficiency_rows(found))


def test_what_is_used_and_what_is_not_stand_as_rows():
    samples = [{"plate": p, "gene": g} for p in ("P1", "P2") for g in ("RUNX2", "BMP2", "ALPL")]
    given = {"efficiency": {"RUNX2": 1.9}, "efficiency_se": {"RUNX2": 0.02}}
    found = rows_of(*samples, *standards("BMP2", NOISY), curves=CURVES, P1=given, P2=given)
    kept = found[found["measure"] == "efficiency"].set_index(["gene", "subject"])
    assert list(kept.index) == [
        ("RUNX2", "given"),
        ("RUNX2", "curves, not used"),
        ("BMP2", "series"),
        ("ALPL", "assumed"),
    ]
    assert kept["estimate"].tolist() == pytest.approx([1.9, 1.88, 10 ** (1 / 3.33), 2.0])
    assert kept["ci_low"].notna().tolist() == [True, True, True, False]
    assert kept["flag"].tolist() == ["", "", "", "assumed_efficiency"]
    assert (kept["plate"] == "").all()
    series = found[found["subject"] == "series"].set_index("measure")
    assert series.loc["series_slope", "estimate"] == pytest.approx(-3.33)
    assert series.loc[["series_lowest", "series_highest"], "estimate"].tolist() == [0.1, 1000.0]
    assert series.loc["series_slope", "n"] == 5


def test_plates_that_are_given_different_factors_have_a_row_each():
    rows = [{"plate": p, "gene": "RUNX2"} for p in ("P1", "P2")]
    found = rows_of(*rows, P1={"efficiency": 1.9}, P2={"efficiency": 1.8})
    assert found[["plate", "estimate"]].to_numpy().tolist() == [["P1", 1.9], ["P2", 1.8]]
