"""What one standard error of an efficiency does to each amount, by hand."""

import math

import pytest
from tests.assays.qpcr.conftest import experiment

from mgassay import tables
from mgassay.assays.qpcr.qpcr import quantify_qpcr
from mgassay.experiment import RawFile
from mgassay.problems import Problems

SE = 0.05 / (2 * math.log(2))  # of log2 E, where E is 2 ± 0.05


def well(target, cq, name, **more):
    base = {"plate": "P1", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1", "cycles": 40}
    status = "undetermined" if cq is None else "ok"
    return {**base, "well": name, "target": target, "cq": cq, "status": status, **more}


def errors(rows, setup):
    problems = Problems()
    wells, curves = tables.QPCR_WELLS.frame(rows), tables.AMPLIFICATION.frame()
    found = quantify_qpcr(setup, wells, curves, problems)
    return tables.EFFICIENCY_ERRORS.check(found.efficiency_errors), found.amounts, problems


def shifts(found, *columns):
    return {tuple(r[c] for c in columns): r["shift"] for r in found.to_dict("records")}


def test_an_amount_moves_by_its_own_cq_and_by_those_of_its_references_over_k():
    rows = [well("RUNX2", 26.0, "A1"), well("RUNX2", 26.2, "A2"), well("GAPDH", 20.0, "B1"), well("RPLP0", 18.0, "C1")]
    setup = experiment(references=("GAPDH", "RPLP0"), efficiency=2.0, efficiency_se={"RUNX2": 0.05, "RPLP0": 0.05})
    found, _, problems = errors(rows, setup)
    assert shifts(found, "readout", "source") == {
        ("gene:RUNX2", "RUNX2"): pytest.approx(-26.1 * SE),
        ("gene:RUNX2", "RPLP0"): pytest.approx(18.0 / 2 * SE),
    }
    assert found["df"].tolist() == [math.inf] * 2  # the lab's own error
    assert found[["plate", "condition", "donor", "rep"]].drop_duplicates().to_numpy().tolist() == [
        ["P1", "ca", "D1", "1"]
    ]
    assert [p.seen for p in problems if p.code == "MG544"] == ["GAPDH"]


def test_the_shift_is_what_an_amount_made_with_e_one_error_higher_differs_by():
    # E is 1.9 ± .03: amounts made again with log2 E + SE(log2 E) of one gene at a time
    rows = [well("RUNX2", 26.0, "A1"), well("RUNX2", 27.0, "A2", rep="2")]
    rows += [well("GAPDH", 20.0, "B1"), well("GAPDH", 21.5, "B2", rep="2")]
    given = {"efficiency": {"RUNX2": 1.9, "GAPDH": 1.95}, "efficiency_se": {"RUNX2": 0.03, "GAPDH": 0.02}}
    found, amounts, _ = errors(rows, experiment(**given))
    for gene, se in given["efficiency_se"].items():
        factor = given["efficiency"][gene]
        higher = {**given["efficiency"], gene: 2 ** (math.log2(factor) + se / (factor * math.log(2)))}
        moved = errors(rows, experiment(efficiency=higher))[1]["value"] - amounts["value"]
        assert found.loc[found["source"] == gene, "shift"].tolist() == pytest.approx(moved.tolist())


def test_a_sample_without_a_cq_moves_as_its_bound_does():
    rows = [well("RUNX2", None, "A1"), well("GAPDH", 20.0, "B1")]
    found, amounts, _ = errors(rows, experiment(efficiency=2.0, efficiency_se={"RUNX2": 0.05}))
    assert amounts["value"].isna().all()
    assert shifts(found, "source") == {("RUNX2",): pytest.approx(-40.0 * SE)}


def test_a_series_is_one_source_over_all_plates_with_its_df():
    # five quantities on P1, both plates made with their number. Slope −3.33; rests −.06 .11 −.12 .15 −.08, squares
    # .059; SE(slope) = √(.059/3/10) = .0443471, SE(log2 E) = 3.321928·.0443471/3.33² = .0132852; times −26 Cq
    series = [
        well("RUNX2", cq, f"H{i}", role="standard", standard=10.0**-i, condition="", donor="", rep="")
        for i, cq in enumerate((18.1, 21.6, 24.7, 28.3, 31.4))
    ]
    rows = [well(g, cq, n, plate=p) for p in ("P1", "P2") for g, cq, n in (("RUNX2", 26.0, "A1"), ("GAPDH", 20, "B1"))]
    found, _, problems = errors([*series, *rows], experiment())
    assert found[["plate", "source", "df"]].to_numpy().tolist() == [["P1", "RUNX2", 3.0], ["P2", "RUNX2", 3.0]]
    assert found["shift"].tolist() == pytest.approx([-0.345416] * 2, rel=1e-5)
    assert [p.code for p in problems if p.code == "MG544"] == []  # of GAPDH 2 is assumed, which is told by MG508


def test_plates_with_numbers_of_their_own_are_sources_of_their_own():
    files = [
        RawFile(file=f"{p}.txt", assay="qpcr", plate=p, overrides={"efficiency": e, "efficiency_se": 0.05})
        for p, e in (("P1", 1.9), ("P2", 1.8))
    ]
    rows = [well(g, cq, n, plate=p) for p in ("P1", "P2") for g, cq, n in (("RUNX2", 26.0, "A1"), ("GAPDH", 20, "B1"))]
    found, _, _ = errors(rows, experiment(*files))
    assert shifts(found, "plate", "source") == {
        (plate, f"{gene} on {plate}"): pytest.approx(cq * 0.05 / (e * math.log(2)))
        for plate, e in (("P1", 1.9), ("P2", 1.8))
        for gene, cq in (("RUNX2", -26.0), ("GAPDH", 20.0))
    }


def test_what_calibrators_share_with_the_samples_is_off():
    # P2 reads RUNX2 2 Cq later (calibrator 24 and 26): samples at 25 and 27 are 26 after calibration on both
    rows = []
    for plate, late in (("P1", 0.0), ("P2", 2.0)):
        irc = {"plate": plate, "sample": "IRC", "condition": "", "donor": "", "rep": ""}
        rows += [well("RUNX2", 25.0 + late, "A1", plate=plate), well("GAPDH", 20.0, "B1", plate=plate)]
        rows += [well("RUNX2", 24.0 + late, "C1", **irc), well("GAPDH", 19.0, "D1", **irc)]
    found, _, _ = errors(rows, experiment(calibrator="IRC", efficiency=2.0, efficiency_se={"RUNX2": 0.05}))
    assert shifts(found, "plate", "source") == {(p, "RUNX2"): pytest.approx(-26.0 * SE) for p in ("P1", "P2")}


def test_small_rna_moves_by_its_own_references_only():
    rows = [well(t, cq, n) for t, cq, n in
            (("RUNX2", 26.0, "A1"), ("GAPDH", 20.0, "A2"), ("miR-30b", 28.0, "A3"), ("U6", 22.0, "A4"))]  # fmt: skip
    setup = experiment(references=("GAPDH", "U6"), efficiency=2.0, efficiency_se={"GAPDH": 0.05, "U6": 0.05})
    found, _, _ = errors(rows, setup)
    assert set(shifts(found, "readout", "source")) == {("gene:RUNX2", "GAPDH"), ("gene:miR-30b", "RNU6")}


def test_nothing_known_gives_no_rows_and_is_told_unless_2_is_assumed():
    rows = [well("RUNX2", 26.0, "A1"), well("GAPDH", 20.0, "B1")]
    for given, told in (({}, []), ({"efficiency": {"RUNX2": 1.9}}, ["RUNX2"]), ({"efficiency": 1.9}, ["RUNX2, GAPDH"])):
        found, _, problems = errors(rows, experiment(**given))
        assert len(found) == 0
        assert [p.seen for p in problems if p.code == "MG544"] == told
    assert len(errors([], experiment(efficiency=1.9, efficiency_se=0.05))[0]) == 0
