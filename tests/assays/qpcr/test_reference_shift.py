"""A reference gene that moves with treatment is found, and told as what it is."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.qpcr.reference_shift import shift_rows
from mgassay.assays.qpcr.treatments import treatments_of
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, Settings
from mgassay.problems import Problems

CONDITIONS = tables.CONDITIONS.frame(
    {
        "condition": c,
        "medium": medium,
        "mg_mM": mg,
        "cells": "live",
        "inhibitor": "none",
        "sirna": "none",
        "modulator": "none",
        "comparator": "none",
    }
    for c, medium, mg in (("control", "control", 0.8), ("ca08", "calcifying", 0.8), ("ca20", "calcifying", 2.0))
)


def experiment(**qpcr):
    contrast = Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0)
    return Experiment("demo", Settings(contrast=contrast, assays=Assays(qpcr=QpcrSettings(**qpcr))), CONDITIONS, ())


def technical(genes, *, donors=4, sd=0.05, seed=7, plate="P1"):
    """Technical means: gene -> its log2 shift by condition; noise by donor and condition, and what samples share."""
    rng = np.random.default_rng(seed)
    rows = []
    for donor in range(1, donors + 1):
        for condition in CONDITIONS["condition"]:
            shared = rng.normal(0, 0.3)
            for gene, shifts in genes.items():
                q = -20 + shared + shifts.get(condition, 0.0) + rng.normal(0, sd)
                sample = {"plate": plate, "condition": condition, "donor": f"D{donor}", "rep": "1"}
                rows.append({**sample, "gene": gene, "log2_quantity": q})
    return pd.DataFrame(rows)


def found(genes, setup=None, references=None, **more):
    problems = Problems()
    setup = setup or experiment()
    known = technical(genes, **more), references or {"P1": list(genes)}
    rows = shift_rows(*known, treatments_of(setup), setup.settings.assays.qpcr, problems)
    table = tables.QPCR_QUALITY.check(tables.QPCR_QUALITY.frame(rows))
    return table.set_index(["measure", "gene", "subject"]), problems


def codes(problems):
    return [p.code for p in problems]


def test_stable_references_are_quiet():
    rows, problems = found({"GAPDH": {}, "RPLP0": {}, "TBP": {}})
    assert codes(problems) == []
    assert set(rows.index.get_level_values("measure")) == {"reference_shift", "reference_own_shift"}
    assert len(rows) == 2 * 3 * 2  # measures × genes × (Mg, calcification)


def test_a_gene_that_moves_with_calcification_is_told_with_its_fold():
    rows, problems = found({"GAPDH": {"ca08": 1.0, "ca20": 1.0}, "RPLP0": {}, "TBP": {}})
    row = rows.loc[("reference_shift", "GAPDH", "calcification: ca08 / control")]
    assert row["estimate"] == pytest.approx(1.0, abs=0.15)
    assert row["ci_low"] < 1.0 < row["ci_high"]
    told = {p.place: p for p in problems if p.code == "MG552"}
    assert all(place == "calcification: ca08 / control" for place in told)
    (gapdh,) = [p for p in problems if p.code == "MG552" and p.message.startswith("GAPDH")]
    assert "relative to the other reference genes" in gapdh.message
    assert "calcification 2" in gapdh.seen or "calcification 1.9" in gapdh.seen


def test_rows_are_those_of_a_paired_t_test():
    data = technical({"GAPDH": {"ca20": 0.4}, "RPLP0": {}, "TBP": {}})
    wide = data.pivot(index=["donor", "condition"], columns="gene", values="log2_quantity").unstack("condition")
    relative = wide["GAPDH"] - (wide["RPLP0"] + wide["TBP"]) / 2
    wanted = stats.ttest_rel(relative["ca20"], relative["ca08"])
    rows, _ = found({"GAPDH": {"ca20": 0.4}, "RPLP0": {}, "TBP": {}})
    row = rows.loc[("reference_shift", "GAPDH", "Mg: ca20 / ca08")]
    assert row["p"] == pytest.approx(wanted.pvalue)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(wanted.confidence_interval(0.95)))
    assert (row["n"], row["unit"], row["flag"]) == (4, "log2", "")


def test_two_references_mirror_each_other_and_are_told_once():
    rows, problems = found({"GAPDH": {"ca20": 1.0}, "RPLP0": {}})
    subject = "Mg: ca20 / ca08"
    one, other = (rows.loc[("reference_shift", g, subject), "estimate"] for g in ("GAPDH", "RPLP0"))
    assert one == pytest.approx(-other)
    assert codes(problems) == ["MG552"]
    assert next(iter(problems)).message.startswith("GAPDH, relative to RPLP0,")


def test_one_reference_is_tested_by_its_own_quantity():
    rows, problems = found({"GAPDH": {}}, donors=3)
    assert set(rows.index.get_level_values("measure")) == {"reference_own_shift"}
    (said,) = problems  # what samples share (SD 0.3) does not cancel: nothing can be excluded with 3 donors
    assert said.code == "MG553"
    assert "equal amounts of RNA" in said.message
    assert "1.5-fold" in said.message


def test_one_donor_excludes_nothing():
    rows, problems = found({"GAPDH": {}, "RPLP0": {}}, donors=1)
    assert set(rows["flag"]) == {"few_donors"}
    assert codes(problems) == ["MG553"]
    assert "one donor, no interval" in next(iter(problems)).seen


def test_the_fold_is_the_labs():
    genes = {"GAPDH": {}, "RPLP0": {}, "TBP": {}}
    assert codes(found(genes, sd=0.1)[1]) == []
    tight = found(genes, experiment(reference_max_fold=1.05), sd=0.1)[1]
    assert set(codes(tight)) == {"MG553"}
    assert "1.05-fold" in next(iter(tight)).message


def test_references_that_move_together_agree_and_are_told():
    moved = {"ca08": 2.0, "ca20": 2.0}
    _, problems = found({"GAPDH": moved, "RPLP0": moved}, donors=6)
    (said,) = problems
    assert (said.code, said.place) == ("MG554", "calcification: ca08 / control")
    assert "GAPDH" in said.seen
    assert "RPLP0" in said.seen


def test_each_reference_is_held_to_its_own_p():
    """RPLP0 rises by 2 in all six donors, GAPDH by 2 on average, but by anything from −6 to 10: that shows nothing."""
    swings, rows = (-6.0, 10.0, -4.0, 8.0, 0.0, 4.0), []
    for donor, swing in enumerate(swings):
        for condition in CONDITIONS["condition"]:
            sample = {"plate": "P1", "condition": condition, "donor": f"D{donor}", "rep": "1"}
            risen, off = condition == "ca20", 0.01 * donor * (condition == "ca08")
            rows.append({**sample, "gene": "GAPDH", "log2_quantity": -20 + swing * risen + off})
            rows.append({**sample, "gene": "RPLP0", "log2_quantity": -20 + 2.0 * risen + off})
    problems, setup = Problems(), experiment()
    references, settings = {"P1": ["GAPDH", "RPLP0"]}, setup.settings.assays.qpcr
    shift_rows(pd.DataFrame(rows), references, treatments_of(setup), settings, problems)
    assert "MG554" not in codes(problems)  # not both move


def test_small_rnas_are_tested_against_each_other():
    rows, _ = found({"GAPDH": {}, "RPLP0": {}, "RNU6": {"ca20": 1.0}, "SNORD48": {}})
    moved = rows.loc[("reference_shift", "RNU6", "Mg: ca20 / ca08"), "estimate"]
    assert moved == pytest.approx(1.0, abs=0.2)
    assert abs(rows.loc[("reference_shift", "GAPDH", "Mg: ca20 / ca08"), "estimate"]) < 0.2


def test_no_references_no_rows():
    rows, problems = found({"RUNX2": {}}, references={"P1": []})
    assert rows.empty
    assert len(problems) == 0
