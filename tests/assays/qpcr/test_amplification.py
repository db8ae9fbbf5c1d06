"""Cycles run, and growth per cycle: declared, from a dilution series, or assumed."""

import math

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.qpcr.amplification import (
    cycles_of_wells,
    factor_from_slope,
    factors_of_wells,
    fit_series,
    series_factors,
    usable_factor,
)
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems


def plates(**settings):
    """Plates by name, each with its settings and the file `<plate>.txt`."""
    return {name: QpcrPlate(f"{name}.txt", QpcrSettings(**given)) for name, given in settings.items()}


def wells(*rows):
    columns = ["plate", "gene", "role", "standard", "cq"]
    return pd.DataFrame([{"role": "sample", "standard": np.nan, "cq": 25.0, **r} for r in rows], columns=columns)


def standards(gene, cqs, plate="P1"):
    """A tenfold series 1000, 100, 10 … with these Cq."""
    return [
        {"plate": plate, "gene": gene, "role": "standard", "standard": 10.0 ** (3 - i), "cq": cq}
        for i, cq in enumerate(cqs)
    ]


def codes(problems):
    return [p.code for p in problems]


def test_factor_from_slope_by_hand():
    # 10^(1/3.321928…) = 2; the vendor's export example_quantsudio_results_only.txt prints slope −3.196, 105.533 %.
    assert factor_from_slope(-1 / math.log10(2)) == pytest.approx(2.0, rel=1e-14)
    assert factor_from_slope(-3.196) == pytest.approx(2.05533, abs=5e-4)


@pytest.mark.parametrize("slope", [0.3, 0.0, math.nan])
def test_a_slope_that_does_not_fall_has_no_factor(slope):
    assert math.isnan(factor_from_slope(slope))


@pytest.mark.parametrize("slope", [-0.001, -1e-300, -5e-324])
def test_a_slope_that_is_almost_flat_is_no_factor_and_no_crash(slope):
    # 10^(1/0.001) = 10^1000 is beyond the largest float, 1.8e308
    assert factor_from_slope(slope) == math.inf
    assert not usable_factor(factor_from_slope(slope))


@pytest.mark.parametrize(
    ("factor", "usable"), [(1.0, False), (1.0001, True), (2.2, True), (3.0, True), (3.0001, False), (math.nan, False)]
)
def test_a_factor_lies_above_1_and_not_above_3(factor, usable):
    assert usable_factor(factor) == usable


def cycled(given, **settings):
    """Cycles and whether they are assumed for wells given as (plate, cycles), and the problems."""
    problems = Problems()
    table = pd.DataFrame(given, columns=["plate", "cycles"]).astype({"plate": "str", "cycles": "Int64"})
    cycles, assumed = cycles_of_wells(table, plates(**settings), problems)
    return cycles.tolist(), assumed.tolist(), problems


def test_cycles_of_the_export_go_before_the_settings_and_those_before_40():
    given = [("P1", 45), ("P1", None), ("P2", None), ("P3", None)]
    cycles, assumed, problems = cycled(given, P1={"cycles": 50}, P2={"cycles": 35}, P3={})
    assert cycles == [45, 45, 35, 40]
    assert assumed == [False, False, False, True]
    assert [(p.code, p.severity, p.file) for p in problems] == [
        ("MG527", "notice", "P1.txt"),
        ("MG501", "notice", "P3.txt"),
    ]


def test_a_silent_well_of_a_plate_that_says_two_things_takes_the_shorter_run():
    # without a Cq its quantity lies below 2^-40 whichever run it was in; 2^-45 would be claimed too much
    assert cycled([("P1", 45), ("P1", 40), ("P1", None)], P1={})[:2] == ([45, 40, 40], [False] * 3)


def test_settings_that_agree_with_the_export_need_no_word():
    assert codes(cycled([("P1", 40)], P1={"cycles": 40})[2]) == []


def test_no_wells_no_cycles():
    cycles, assumed, problems = cycled([])
    assert (cycles, assumed, len(problems)) == ([], [], 0)


def factors(*rows, **settings):
    problems = Problems()
    found, assumed = factors_of_wells(wells(*rows), plates(**settings), problems)
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


def test_the_series_slope_is_that_of_numpys_polyfit():
    rng = np.random.default_rng(5)
    quantity = np.repeat([1.0, 10.0, 100.0, 1000.0], 3)
    cq = 35 - 3.3 * np.log10(quantity) + rng.normal(0, 0.2, 12)
    fitted = fit_series(pd.DataFrame({"plate": "P1", "standard": quantity, "cq": cq}))
    slope, intercept = np.polyfit(np.log10(quantity), cq, 1)
    assert fitted.slope == pytest.approx(slope, rel=1e-12)
    residual = cq - intercept - slope * np.log10(quantity)
    assert fitted.r2 == pytest.approx(1 - (residual @ residual) / ((cq - cq.mean()) @ (cq - cq.mean())), rel=1e-12)


def test_slope_and_r2_by_hand():
    # x − x̄ = 1, 0, −1; y − ȳ = −4, 1, 3: slope (−4 − 3)/2 = −3.5; rest −.5, 1, −.5: R² = 1 − 1.5/26
    series = fit_series(wells(*standards("g", [20, 25, 27])))
    assert (series.slope, series.levels) == (-3.5, 3)
    assert series.r2 == pytest.approx(1 - 1.5 / 26, rel=1e-15)


def test_plates_share_the_slope_not_the_intercept_and_short_ones_do_not_count():
    # slopes −3 and −4 over equal designs: −3.5, though P2 lies 10 Cq later; P3 has two quantities only
    rows = [*standards("g", [20, 23, 26]), *standards("g", [30, 34, 38], "P2"), *standards("g", [20, 29], "P3")]
    series = fit_series(wells(*rows))
    assert (series.slope, series.levels) == (-3.5, 3)


def test_a_series_makes_a_factor_and_says_how():
    problems = Problems()
    found = series_factors(wells(*standards("BMP2", [20, 24, 28])), problems)
    assert found == {"BMP2": pytest.approx(10**0.25, rel=1e-14)}
    (said,) = problems
    assert (said.code, said.seen) == ("MG507", "1.778")
    assert "slope -4.000 Cq" in said.message
    assert "over 3 quantities, R2 1.0000" in said.message


@pytest.mark.parametrize(
    ("cqs", "seen"),
    [
        ([28.0, 24.0, 20.0], "4.000"),  # in the wrong order
        ([30.0, 30.0, 30.0], "0.000"),
        ([33.0, 33.0, 33.002], "-0.001"),  # 10^1000 per cycle
        ([20.0, 22.0, 24.0], "-2.000"),  # 10^(1/2) = 3.16, beyond threefold
    ],
)
def test_a_series_with_an_impossible_slope_is_an_error(cqs, seen):
    problems = Problems()
    found = series_factors(wells(*standards("BMP2", cqs)), problems)
    assert math.isnan(found["BMP2"])
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG506", "error", seen)]


def test_three_quantities_over_two_plates_are_no_series():
    problems = Problems()
    rows = [*standards("BMP2", [20, 24]), *standards("BMP2", [20, 24, 28], "P2")[1:]]
    assert series_factors(wells(*rows), problems) == {}
    (said,) = problems
    assert (said.code, said.severity) == ("MG505", "warning")
    assert "has 2 quantities" in said.message


def test_only_standards_with_a_quantity_a_cq_and_a_target_count():
    good = standards("BMP2", [20, 24, 28])
    spoilt = [{**good[0], "standard": 0.0}, {**good[0], "cq": np.nan}, {**good[0], "role": "sample", "cq": 5.0}]
    problems = Problems()
    found = series_factors(wells(*good, *spoilt, *standards("", [20, 24, 28])), problems)
    assert found == {"BMP2": pytest.approx(10**0.25, rel=1e-14)}
    assert codes(problems) == ["MG507"]
