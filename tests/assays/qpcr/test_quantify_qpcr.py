"""Wells to amounts and quality in one go: errors carried, calibrators, outliers."""

import math

import numpy as np
import pytest
from scipy import stats
from tests.assays.qpcr.conftest import codes, experiment, rows_of

from mgassay import tables
from mgassay.assays.qpcr.qpcr import quantify_qpcr
from mgassay.problems import Problems


def quantified(*rows, setup, curves=()):
    problems = Problems()
    found = quantify_qpcr(setup, tables.QPCR_WELLS.frame(rows), tables.AMPLIFICATION.frame(curves), problems)
    tables.AMOUNTS.check(found.amounts)
    tables.QPCR_QUALITY.check(found.quality)
    return found, problems


def test_the_error_of_efficiencies_and_references_is_carried_into_the_interval_by_hand():
    # RUNX2 E 2 ± .05, samples at Cq 24 and 28; GAPDH E 2, exact. SE(log2 E) = .05/(2·ln 2) = .0360674, lever 2:
    # .0721348² = .00520343; wells ±.1 of two: .01; references ±.1 of two: .01. Sum .02520343.
    near = [0.1, -0.1]
    rows = [r for d, cq in (("D1", 24.0), ("D2", 28.0)) for r in rows_of("RUNX2", *(cq + x for x in near), donor=d)]
    rows += [r for d in ("D1", "D2") for r in rows_of("GAPDH", *(20 + x for x in near), first="B", donor=d)]
    setup = experiment(efficiency=2.0, efficiency_se={"RUNX2": 0.05, "GAPDH": 1e-9})
    found, _ = quantified(*rows, setup=setup)
    half = stats.t.ppf(0.975, 0.02520343**2 / (2 * 0.01**2)) * math.sqrt(0.02520343)
    assert (found.amounts["ci_high"] - found.amounts["value"]).tolist() == pytest.approx([half, half], rel=1e-6)
    assert found.amounts["value"].tolist() == pytest.approx([-4.0, -8.0])
    error = found.quality.set_index(["gene", "measure", "subject"])["estimate"]
    assert error["RUNX2", "efficiency_error", "range of samples"] == pytest.approx(4 * 0.0360674, rel=1e-5)


def two_plates(calibrator_cq, **setup):
    """D1 on P1 and D2 on P2, alike but for P2's RUNX2, which crosses a cycle later on that plate."""
    rows = []
    for plate, donor, late in (("P1", "D1", 0.0), ("P2", "D2", 1.0)):
        rows += rows_of("RUNX2", 26.0 + late, plate=plate, donor=donor)
        rows += rows_of("GAPDH", 20.0, plate=plate, donor=donor, first="B")
        if calibrator_cq[plate] is not None:
            irc = {"sample": "IRC", "condition": "", "donor": "", "rep": "", "plate": plate}
            rows += rows_of("RUNX2", calibrator_cq[plate], first="C", **irc) + rows_of("GAPDH", 19.0, first="D", **irc)
    return quantified(*rows, setup=experiment(**setup))


def test_a_calibrator_brings_plates_together_gene_by_gene():
    found, problems = two_plates({"P1": 24.0, "P2": 25.0}, calibrator="IRC")
    assert found.amounts["value"].tolist() == pytest.approx([-6.5, -6.5])  # about the mean of the plates
    assert list(found.amounts["donor"]) == ["D1", "D2"]  # the calibrator itself is no sample
    rows = found.quality[found.quality["measure"] == "calibration"].set_index(["plate", "gene"])
    assert rows["estimate"].to_dict() == pytest.approx(
        {("P1", "GAPDH"): 0.0, ("P1", "RUNX2"): 0.5, ("P2", "GAPDH"): 0.0, ("P2", "RUNX2"): -0.5}
    )
    assert not [p for p in problems if p.severity == "error"]
    without, _ = two_plates({"P1": 24.0, "P2": 25.0})
    assert without.amounts["value"].tolist() == pytest.approx([-6.0, -7.0])


def test_a_plate_without_its_calibrator_has_no_amounts_and_one_error():
    found, problems = two_plates({"P1": 24.0, "P2": None}, calibrator="IRC")
    assert list(found.amounts["plate"]) == ["P1"]
    assert [(p.code, p.seen) for p in problems if p.severity == "error"] == [("MG533", "IRC")] * 2  # for each gene


def outlying(**setup):
    """Six donors in triplicate, the second well of D3's RUNX2 a cycle and a half late."""
    rng, rows = np.random.default_rng(4), []
    for k in range(6):
        late = np.array([0.0, 1.5 if k == 2 else 0.0, 0.0])
        rows += rows_of("RUNX2", *(26 + late + rng.normal(0, 0.05, 3)), donor=f"D{k + 1}", first="ABCDEF"[k])
        rows += rows_of("GAPDH", *(20 + rng.normal(0, 0.05, 3)), donor=f"D{k + 1}", first="ABCDEF"[k] + "1")
    return quantified(*rows, setup=experiment(**setup))


def test_an_outlier_counts_and_is_flagged_unless_it_is_to_be_removed():
    found, problems = outlying()
    assert found.amounts["flag"].tolist().count("assumed_efficiency;outlier") == 1
    assert found.amounts["value"][2] == pytest.approx(-6.5, abs=0.1)
    assert found.qpcr.set_index(["target", "well"])["flag"]["RUNX2", "C2"] == "assumed_efficiency;outlier"
    assert len(found.exclusions) == 0
    assert "MG530" in codes(problems)


def test_a_removed_outlier_is_listed_and_does_not_count():
    found, problems = outlying(outliers="remove")
    assert found.amounts["flag"].tolist() == ["assumed_efficiency"] * 6
    assert found.amounts["value"][2] == pytest.approx(-6.0, abs=0.1)
    assert found.qpcr.set_index(["target", "well"])["flag"]["RUNX2", "C2"] == "excluded;assumed_efficiency;outlier"
    assert found.exclusions[["well", "donor"]].to_numpy().tolist() == [["C2", "D3"]]
    assert "MG531" in codes(problems)
    assert "MG520" not in codes(problems)  # what is left agrees


def test_a_removed_outlier_of_a_standard_does_not_count_in_the_series():
    """Standards 3.5 Cq apart in triplicate, so the slope is −3.5 and E 10^(1/3.5), however late one well of them is."""
    rows = [*rows_of("RUNX2", 26.0, 26.1, 26.2), *rows_of("GAPDH", 20.0, 20.1, 20.2)]
    for k in range(5):
        cqs = 18 + 3.5 * k + np.array([-0.05, 1.5 if k == 4 else 0.0, 0.05])
        made = {"role": "standard", "standard": 10.0 ** (3 - k), "condition": "", "donor": "", "rep": ""}
        rows += rows_of("RUNX2", *cqs, first="CDEFG"[k], **made)
    kept = {outliers: quantified(*rows, setup=experiment(outliers=outliers))[0] for outliers in ("flag", "remove")}
    slope = {
        name: found.quality.set_index(["gene", "measure"])["estimate"]["RUNX2", "series_slope"]
        for name, found in kept.items()
    }
    # one well of three, 1.5 later at x − x̄ = −2: the slope by −2·1.5/(3·10) = −.1
    assert slope == pytest.approx({"flag": -3.6, "remove": -3.5}, abs=1e-9)


def test_replicate_scatter_stands_as_rows_by_hand():
    # SS .02 and .08 with one degree of freedom each: √(.1/2); chi-square of 2 df at .975 and .025
    rows = [*rows_of("RUNX2", 26.1, 25.9), *rows_of("RUNX2", 27.2, 26.8, donor="D2"), *rows_of("GAPDH", 20.0)]
    found, _ = quantified(*rows, setup=experiment())
    row = found.quality[found.quality["measure"] == "replicate_sd"].iloc[0]
    assert (row["gene"], row["unit"], row["n"]) == ("RUNX2", "Cq", 4)
    expected = [math.sqrt(0.05), math.sqrt(0.1 / stats.chi2.ppf(0.975, 2)), math.sqrt(0.1 / stats.chi2.ppf(0.025, 2))]
    assert list(row[["estimate", "ci_low", "ci_high"]]) == pytest.approx(expected)


def test_several_targets_in_one_well_are_each_their_own():
    # multiplex: RUNX2 and GAPDH in the same wells A1, A2; an outlier of one target is none of the other
    rows = [*rows_of("RUNX2", 26.0, 26.2), *rows_of("GAPDH", 20.0, 20.2)]
    found, _ = quantified(*rows, setup=experiment())
    assert found.amounts[["well", "value"]].to_numpy().tolist() == [["A1;A2", pytest.approx(-6.0)]]
    assert len(found.qpcr) == 4


def test_quality_is_sorted_and_empty_without_wells():
    found, _ = outlying()
    keys = found.quality[["plate", "gene", "measure", "subject"]].apply(tuple, axis=1).tolist()
    assert keys == sorted(keys)
    assert len(quantified(setup=experiment())[0].quality) == 0
