"""All that is said of genes, in one table."""

import pandas as pd

from mgassay import tables
from mgassay.assays.qpcr import gene_quality as module
from mgassay.assays.qpcr.gene_quality import gene_rows
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, Settings
from mgassay.problems import Problems

ARMS = {"scr08": ("scramble", 0.8), "scr20": ("scramble", 2.0), "si08": ("TRPM7", 0.8), "si20": ("TRPM7", 2.0)}
LOG2 = {"GAPDH": 0.0, "RPLP0": -1.0, "TRPM7": -6.0}


def experiment():
    usual = {"medium": "calcifying", "inhibitor": "none", "cells": "live", "modulator": "none", "comparator": "none"}
    rows = [{**usual, "condition": c, "sirna": sirna, "mg_mM": mg} for c, (sirna, mg) in ARMS.items()]
    settings = Settings(
        contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0),
        assays=Assays(qpcr=QpcrSettings(reference_genes=("GAPDH", "RPLP0"))),
    )
    return Experiment("demo", settings, tables.CONDITIONS.frame(rows), ())


def technical():
    return pd.DataFrame(
        {"plate": "P1", "condition": c, "donor": d, "rep": "1", "gene": gene, "log2_quantity": q + i / 10}
        for c in ARMS
        for i, d in enumerate(("D1", "D2", "D3"))
        for gene, q in LOG2.items()
    )


def amounts():
    rows = [(c, f"D{i}", -6.0 - 2 * c.startswith("si") - i / 10) for c in ARMS for i in range(6)]
    return tables.AMOUNTS.frame({"readout": "gene:TRPM7", "condition": c, "donor": d, "value": v} for c, d, v in rows)


def test_every_measure_is_there():
    problems = Problems()
    found = tables.QPCR_QUALITY.frame(gene_rows(experiment(), technical(), amounts(), problems))
    measures = {"genorm_m", "genorm_mean_m", "reference_shift", "reference_own_shift", "rank_shift", "knockdown"}
    assert set(found["measure"]) == measures
    assert not found.duplicated(["plate", "gene", "measure", "subject"]).any()
    assert len(problems) == 0
    again = gene_rows(experiment(), technical(), amounts(), Problems())
    pd.testing.assert_frame_equal(tables.QPCR_QUALITY.frame(again), found, check_exact=True)


def test_no_qpcr_no_rows():
    problems = Problems()
    empty = technical().iloc[:0]
    assert gene_rows(experiment(), empty, tables.AMOUNTS.frame(), problems) == []
    assert len(problems) == 0


def test_an_installation_without_panels_says_so(monkeypatch):
    monkeypatch.setattr(module, "gene_panels", dict)
    problems = Problems()
    gene_rows(experiment(), technical(), amounts(), problems)
    assert [p.code for p in problems] == ["MG561"]
