"""Expression relative to the reference genes of the same plate, on the log2 scale."""

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.assays.qpcr.conftest import codes, experiment, rows_of

from mgassay import tables
from mgassay.assays.qpcr.qpcr import expression_from_qpcr, qpcr_from_wells
from mgassay.experiment import RawFile
from mgassay.problems import Problems


def amounts(*rows, setup=None):
    problems, setup = Problems(), setup or experiment()
    qpcr = qpcr_from_wells(setup, tables.QPCR_WELLS.frame(rows), Problems())
    return tables.AMOUNTS.check(expression_from_qpcr(setup, qpcr, problems)), problems


def only(problems, code):
    (found,) = [p for p in problems if p.code == code]
    return found


def livak_2001(tissue):
    """Cq of c-myc and GAPDH in separate wells (Livak & Schmittgen 2001, table 1)."""
    with (Path(__file__).parents[2] / "reference" / "qpcr" / "livak2001.csv").open(encoding="utf-8") as lines:
        rows = [r for r in csv.DictReader(lines) if (r["table"], r["tissue"]) == ("ct1", tissue)]
    return [float(r["c_myc"]) for r in rows], [float(r["gapdh"]) for r in rows]


def test_livak_2001_through_the_tables():
    rows = []
    for letter, tissue in (("A", "brain"), ("B", "kidney")):
        c_myc, gapdh = livak_2001(tissue)
        rows += rows_of("c-myc", *c_myc, first=letter, condition=tissue)
        rows += rows_of("GAPDH", *gapdh, first=letter + "1", condition=tissue)
    found, _ = amounts(*rows)
    # printed: dCt 6.86 and 4.37, 5.6-fold; unrounded 6.86, 4.365 and 2^2.495 = 5.6373
    assert found.set_index("condition")["value"].to_dict() == pytest.approx({"brain": -6.86, "kidney": -4.365})
    assert 2 ** (found["value"][1] - found["value"][0]) == pytest.approx(5.637283, abs=1e-6)


def test_one_row_per_gene_and_culture_well_with_its_wells():
    found, _ = amounts(*rows_of("RUNX2", 26.0, 26.2), *rows_of("GAPDH", 20.0, 20.1, first="B"))
    assert len(found) == 1
    row = found.iloc[0]
    assert list(row[:4]) == ["demo", "qpcr", "gene:RUNX2", "P1"]
    assert list(row[["well", "condition", "donor", "rep", "unit"]]) == ["A1;A2", "ca_mg20", "D1", "1", "log2"]
    assert row["value"] == pytest.approx(-6.05)  # −(26.1 − 20.05)
    assert row["flag"] == "assumed_efficiency"


def test_several_references_are_the_geometric_mean_of_their_quantities():
    # quantities 2^-18 and 2^-22: geometric mean 2^-20, so −(26 − 20)
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 18.0), *rows_of("RPLP0", 22.0)]
    found, _ = amounts(*rows, setup=experiment(references=("gapdh", "Rplp0")))
    assert found["value"].item() == pytest.approx(-6.0)
    assert list(found["readout"]) == ["gene:RUNX2"]


def test_measured_efficiencies_weigh_each_gene_on_its_own():
    # Pfaffl: log2 of 1.9^-26 / 1.8^-20
    setup = experiment(efficiency={"RUNX2": 1.9, "GAPDH": 1.8})
    found, _ = amounts(*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0), setup=setup)
    assert found["value"].item() == pytest.approx(math.log2(1.9**-26 / 1.8**-20), rel=1e-12)
    assert found["flag"].item() == ""


def test_the_interval_is_welchs_on_technical_replicates():
    target, reference = [26.0, 26.3, 26.1], [20.0, 20.2]
    found, _ = amounts(*rows_of("RUNX2", *target), *rows_of("GAPDH", *reference, first="B"))
    welch = stats.ttest_ind(reference, target, equal_var=False).confidence_interval(0.95)
    assert found["ci_low"].item() == pytest.approx(welch.low, rel=1e-12)
    assert found["ci_high"].item() == pytest.approx(welch.high, rel=1e-12)


def test_the_variance_of_k_references_is_divided_by_k_squared():
    # target readings with variance v = .02 (n 2), two references with the same: SE² = .01 + 2·.01/4 = .015;
    # df = .015² / (.01² + 2·.0025²) = 2.0
    near = [0.1, -0.1]
    rows = [*rows_of("RUNX2", *(26 + d for d in near)), *rows_of("GAPDH", *(20 + d for d in near), first="B")]
    rows += rows_of("RPLP0", *(22 + d for d in near), first="C")
    found, _ = amounts(*rows, setup=experiment(references=("GAPDH", "RPLP0")))
    half = (found["ci_high"] - found["ci_low"]).item() / 2
    assert half == pytest.approx(stats.t.ppf(0.975, 2.0) * math.sqrt(0.015), rel=1e-12)


@pytest.mark.parametrize(
    ("target", "reference"), [([26.0], [20.0, 20.1]), ([26.0, 26.1], [20.0]), ([26.0, 26.0], [20.0, 20.0])]
)
def test_no_interval_without_replicates_that_differ(target, reference):
    found, _ = amounts(*rows_of("RUNX2", *target), *rows_of("GAPDH", *reference, first="B"))
    assert found["value"].notna().all()
    assert found[["ci_low", "ci_high"]].isna().all(axis=None)


def test_a_gene_not_detected_is_a_bound_not_forty():
    found, problems = amounts(*rows_of("RUNX2", None, None, None), *rows_of("GAPDH", 20.0, first="B"))
    row = found.iloc[0]
    assert math.isnan(row["value"])
    assert row["limit"] == pytest.approx(-20.0)  # at the last cycle: −(40 − 20)
    assert "undetermined" in row["flag"].split(";")
    assert only(problems, "MG519").severity == "warning"


def test_the_bound_uses_the_cycles_that_were_run_and_the_efficiency():
    rows = [*rows_of("RUNX2", None, cycles=45), *rows_of("GAPDH", 20.0, first="B", cycles=45)]
    found, _ = amounts(*rows, setup=experiment(efficiency=1.9))
    assert found["limit"].item() == pytest.approx(-(45 - 20) * math.log2(1.9))


def test_half_or_fewer_with_a_cq_is_an_upper_bound_that_holds():
    # one of two at 38: the mean Cq is at least (38 + 40)/2 = 39
    found, _ = amounts(*rows_of("RUNX2", 38.0, None), *rows_of("GAPDH", 20.0, first="B"))
    assert math.isnan(found["value"].item())
    assert found["limit"].item() == pytest.approx(-19.0)


def test_most_with_a_cq_is_a_flagged_value():
    found, problems = amounts(*rows_of("RUNX2", 26.0, 26.2, None), *rows_of("GAPDH", 20.0, first="B"))
    assert found["value"].item() == pytest.approx(-6.1)
    assert found["flag"].item() == "undetermined;assumed_efficiency"
    assert only(problems, "MG518").place == "A1;A2;A3"
    assert found["limit"].item() == pytest.approx(-20.0)  # the floor


def test_a_reference_without_cq_leaves_neither_value_nor_bound():
    found, problems = amounts(*rows_of("RUNX2", 26.0), *rows_of("GAPDH", None, None, first="B"))
    assert found[["value", "limit", "ci_low"]].isna().all(axis=None)
    assert "undetermined" in found["flag"].item()
    assert only(problems, "MG517").severity == "error"
    assert "ca_mg20 D1 rep 1" in only(problems, "MG517").message


def test_omitted_and_excluded_wells_do_not_count():
    rows = [*rows_of("RUNX2", 26.0, 26.2), *rows_of("GAPDH", 20.0, first="B")]
    rows += rows_of("RUNX2", 35.0, first="C", status="omitted") + rows_of("RUNX2", 35.0, first="D", role="excluded")
    found, problems = amounts(*rows)
    assert found["well"].item() == "A1;A2"
    assert found["value"].item() == pytest.approx(-6.1)
    assert not codes(problems)


def test_sample_wells_without_a_result_are_named():
    rows = [
        *rows_of("RUNX2", 26.0),
        *rows_of("GAPDH", 20.0, first="B"),
        *rows_of("RUNX2", None, first="C", status="none"),
    ]
    found, problems = amounts(*rows)
    assert found["value"].item() == pytest.approx(-6.0)
    assert only(problems, "MG521").place == "C1"


@pytest.mark.parametrize("nameless", [{"condition": ""}, {"donor": ""}])
def test_samples_that_no_condition_and_donor_name_have_no_expression(nameless):
    """An inter-run calibrator, say: it has a Cq of every gene, but is nobody's culture well."""
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0, first="B")]
    rows += rows_of("RUNX2", 24.0, first="C", **nameless) + rows_of("GAPDH", 20.0, first="D", **nameless)
    found, problems = amounts(*rows)
    assert found[["well", "value"]].to_numpy().tolist() == [["A1", -6.0]]
    assert codes(problems) == []


def test_controls_that_name_a_condition_have_no_expression():
    """Without reverse transcriptase RUNX2 crosses at 36: genomic DNA, not −16 log2 of expression."""
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0, first="B")]
    rows += rows_of("RUNX2", 36.0, first="C", role="nrt", donor="D2")
    found, _ = amounts(*rows, *rows_of("GAPDH", 20.0, first="D", donor="D2"))
    assert found[["donor", "value"]].to_numpy().tolist() == [["D1", -6.0]]


@pytest.mark.parametrize(("of", "alone"), [("RUNX2", {"RUNX2"}), ("GAPDH", {"RUNX2", "BMP2"})])
def test_an_outlier_flags_what_it_was_used_for(of, alone):
    """One well of a gene flags that gene's amount; one of the reference gene flags every gene that is related to it."""
    rows = [*rows_of("RUNX2", 26.0, 26.1), *rows_of("BMP2", 27.0, 27.1), *rows_of("GAPDH", 20.0, 20.1)]
    qpcr = qpcr_from_wells(experiment(), tables.QPCR_WELLS.frame(rows), Problems())
    qpcr.loc[(qpcr["target"] == of) & (qpcr["well"] == "A2"), "flag"] = "outlier"
    found = expression_from_qpcr(experiment(), qpcr, Problems())
    flagged = found.loc[found["flag"].str.contains("outlier"), "readout"]
    assert set(flagged) == {f"gene:{gene}" for gene in alone}


def test_no_reference_declared_is_an_error_and_no_amounts():
    found, problems = amounts(*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0), setup=experiment(references=()))
    assert len(found) == 0
    assert only(problems, "MG514").severity == "error"


def test_a_mistyped_reference_names_the_nearest_and_makes_no_amounts():
    setup = experiment(references=("GAPHD", "RPLP0"))
    found, problems = amounts(*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0), *rows_of("RPLP0", 21.0), setup=setup)
    assert len(found) == 0
    assert only(problems, "MG515").seen == "GAPHD"
    assert "“GAPDH”" in only(problems, "MG515").remedy


def test_a_gene_on_another_plate_than_its_reference_is_an_error():
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0), *rows_of("BMP2", 27.0, plate="P2")]
    found, problems = amounts(*rows)
    assert list(found["readout"]) == ["gene:RUNX2"]
    assert "Plate P2: ca_mg20 D1 rep 1 lack GAPDH" in only(problems, "MG516").message


def test_one_of_two_references_missing_is_not_made_up_from_the_other():
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 18.0), *rows_of("RPLP0", 22.0)]
    rows += rows_of("RUNX2", 27.0, donor="D2") + rows_of("GAPDH", 19.0, donor="D2")
    found, problems = amounts(*rows, setup=experiment(references=("GAPDH", "RPLP0")))
    assert list(found["donor"]) == ["D1"]
    assert "ca_mg20 D2 rep 1 lack RPLP0" in only(problems, "MG516").message


def test_each_plate_has_its_own_references():
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0)]
    rows += rows_of("RUNX2", 29.0, plate="P2", donor="D2") + rows_of("GAPDH", 23.0, plate="P2", donor="D2")
    found, _ = amounts(*rows)
    assert list(found["value"]) == pytest.approx([-6.0, -6.0])


def test_a_files_own_reference_genes_win():
    setup = experiment(RawFile(file="b.txt", assay="qpcr", plate="P1", overrides={"reference_genes": ("RPLP0",)}))
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0), *rows_of("RPLP0", 22.0)]
    found, _ = amounts(*rows, setup=setup)
    assert found.set_index("readout")["value"].to_dict() == pytest.approx({"gene:RUNX2": -4.0, "gene:GAPDH": 2.0})


def test_a_sample_run_on_two_plates_has_a_row_each_and_a_warning():
    rows = [*rows_of("RUNX2", 26.0), *rows_of("GAPDH", 20.0)]
    rows += rows_of("RUNX2", 28.0, plate="P2") + rows_of("GAPDH", 21.0, plate="P2")
    found, problems = amounts(*rows)
    assert list(found["value"]) == pytest.approx([-6.0, -7.0])
    assert only(problems, "MG524").severity == "warning"


def test_a_gene_whose_efficiency_is_an_error_has_no_rows():
    setup = experiment(efficiency={"RUNX2": 95.0, "GAPDH": 2.0})
    rows = [*rows_of("RUNX2", 26.0), *rows_of("BMP2", 27.0), *rows_of("GAPDH", 20.0)]
    found, _ = amounts(*rows, setup=setup)
    assert list(found["readout"]) == ["gene:BMP2"]


def test_aliases_and_case_meet_in_one_readout():
    rows = [*rows_of("Cbfa1", 26.0), *rows_of("Gapdh", 20.0)]
    rows += rows_of("RUNX2", 27.0, plate="P2", donor="D2") + rows_of("GAPDH", 20.0, plate="P2", donor="D2")
    found, _ = amounts(*rows)
    assert list(found["readout"]) == ["gene:RUNX2", "gene:RUNX2"]


def test_two_assays_of_one_gene_on_a_plate_are_not_averaged():
    found, _ = amounts(*rows_of("Cbfa1", 26.0), *rows_of("RUNX2", 30.0), *rows_of("GAPDH", 20.0))
    assert found.set_index("readout")["value"].to_dict() == pytest.approx({"gene:Cbfa1": -6.0, "gene:RUNX2": -10.0})


@pytest.mark.parametrize(("second", "warned"), [(26.5, False), (26.51, True)])
def test_replicates_more_than_half_a_cycle_apart_are_pointed_out_and_kept(second, warned):
    found, problems = amounts(*rows_of("RUNX2", 26.0, second), *rows_of("GAPDH", 20.0))
    assert ("MG520" in codes(problems, "warning")) == warned
    assert found["value"].item() == pytest.approx(-((26.0 + second) / 2 - 20.0))


def test_the_given_frame_is_kept_and_the_order_is_of_the_wells():
    rows = [*rows_of("GAPDH", 20.0), *rows_of("RUNX2", 26.0), *rows_of("ALPL", 25.0)]
    qpcr = qpcr_from_wells(experiment(), tables.QPCR_WELLS.frame(rows), Problems())
    before = qpcr.copy(deep=True)
    found = expression_from_qpcr(experiment(), qpcr, Problems())
    pd.testing.assert_frame_equal(qpcr, before)
    assert list(found["readout"]) == ["gene:RUNX2", "gene:ALPL"]
    pd.testing.assert_frame_equal(found, expression_from_qpcr(experiment(), qpcr, Problems()))


def test_no_wells_no_rows_no_problems():
    found, problems = amounts()
    assert len(found) == len(problems) == 0
    assert list(found.columns) == list(tables.AMOUNTS.columns)


def test_shuffled_wells_give_the_same_numbers():
    rng = np.random.default_rng(3)
    rows = [
        row
        for donor in ("D1", "D2", "D3")
        for target in ("GAPDH", "RPLP0", "RUNX2", "BMP2")
        for row in rows_of(target, *(22 + rng.normal(0, 0.3, 3)), donor=donor)
    ]
    setup = experiment(references=("GAPDH", "RPLP0"))
    columns = ["readout", "donor", "value", "ci_low", "ci_high", "limit"]
    order = {"by": ["readout", "donor"], "ignore_index": True}
    straight = amounts(*rows, setup=setup)[0][columns].sort_values(**order)
    shuffled = amounts(*rng.permutation(rows), setup=setup)[0][columns].sort_values(**order)
    pd.testing.assert_frame_equal(straight, shuffled, rtol=1e-12)


def test_micrornas_are_related_to_small_rnas_on_the_same_plate():
    # miR-30b −(28 − 24), RUNX2 −(26 − 20); with GAPDH alone the microRNA has no expression and is an error
    rows = [*rows_of("hsa-miR-30b-5p", 28.0), *rows_of("RUNX2", 26.0, first="B"), *rows_of("GAPDH", 20.0, first="C")]
    found, problems = amounts(*rows, *rows_of("U6", 24.0, first="D"), setup=experiment(references=("GAPDH", "U6")))
    assert found.set_index("readout")["value"].to_dict() == {"gene:miR-30b": -4.0, "gene:RUNX2": -6.0}
    assert "MG560" not in codes(problems)
    found, problems = amounts(*rows)
    assert found["readout"].tolist() == ["gene:RUNX2"]
    assert only(problems, "MG560").seen == "miR-30b"
