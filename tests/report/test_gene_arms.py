"""Which conditions a fold change compares, by an experiment by hand: plain arms beside scramble and siRNA."""

import dataclasses
import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.report.gene_arms import compared, gene_rows
from mgassay.report.genes import gene_drawing
from mgassay.report.rows import Tables, tables_of


def total(block, **more):
    return {"gene": "RUNX2", "block": block, "estimand": "total", "estimate": -1.29, "ci_low": -1.58, "ci_high": -1.0,
            "n_donors": 4, "p": 0.001, "p_adjusted": 0.004, **more}  # fmt: skip


def effect(hand, block, estimate, half):
    made = hand.effect(block, "total", estimate, estimate - half, estimate + half, 0.004, 4)
    return {**made, "readout": "gene:RUNX2", "p_adjusted": 0.017}


@pytest.fixture
def made(hand):
    ppi = hand.make_experiment()
    ca = ppi.conditions[ppi.conditions["condition"] == "ca_mg08"]
    conditions = pd.concat([ppi.conditions, ca.assign(condition="ca_ppi", comparator="PPi")], ignore_index=True)
    genes = [
        total(""),
        total("2-APB"),
        total("siTRPM7"),
        total("", estimand="matched_mineral", comparator="PPi"),
        total("", estimand="adjusted", comparator="PPi, fetuin-A"),
    ]
    effects = [effect(hand, "2-APB", 0.8946, 0.2), effect(hand, "siTRPM7", 0.7021, 0.2841)]
    held = {"genes": tables.GENES.frame(genes), "effects": tables.EFFECTS.frame(effects)}
    return tables_of(dataclasses.replace(ppi, conditions=conditions), held)


def test_every_row_names_the_conditions_that_it_compares(made):
    assert [(r["block"], r["estimand"], r["arms"]) for r in gene_rows(made)] == [
        ("", "total", "ca_mg20 over ca_mg08"),
        ("2-APB", "total", "apb_mg20 over apb_mg08"),
        ("siTRPM7", "control", "scr_mg20 over scr_mg08"),
        ("siTRPM7", "total", "si_mg20 over si_mg08"),
        ("", "matched_mineral", "ca_mg20 over ca_ppi"),
        ("", "adjusted", ""),
    ]


def test_the_own_control_of_a_block_is_its_t_turned_to_log2(made):
    """By hand: T = .7021 [.4180, .9862] by natural logarithm, over ln 2 and turned: -1.01 [-1.42, -.60]."""
    (own,) = [r for r in gene_rows(made) if r["estimand"] == "control"]
    told = [round(own[c], 2) for c in ("estimate", "ci_low", "ci_high")]
    assert told == [-1.01, -1.42, -0.60]
    assert (own["p"], own["p_adjusted"], own["n_donors"]) == (0.004, 0.017, 4)


def test_the_page_labels_intact_entry_by_its_conditions_and_shows_the_control(made):
    drawing = gene_drawing(made)
    cells = [dict(zip(drawing.listing.heads, r, strict=True)) for r in drawing.listing.rows]
    entries = ["entry intact", "2-APB", "entry intact, control of siTRPM7", "siTRPM7"]
    assert [c["entry"] for c in cells][:4] == entries
    assert (
        "Conditions compared: entry intact: ca_mg20 over ca_mg08; 2-APB: apb_mg20 over apb_mg08; entry intact, control "
        "of siTRPM7: scr_mg20 over scr_mg08; siTRPM7: si_mg20 over si_mg08; entry intact, against PPi: ca_mg20 over "
        "ca_ppi."
    ) in drawing.caption
    assert cells[2]["direct effect"] == "not interpretable as one"
    assert cells[2]["log2 fold change"] == "−1.01 [−1.42, −0.60]"


def test_the_score_has_the_arms_of_its_genes_and_no_control(made):
    score = {**total("siTRPM7"), "gene": "osteogenic_score"}
    held = Tables({**made.by_name, "genes": tables.GENES.frame([{**score, "block": ""}, score])}, 0.8, 2.0,
                  made.experiment)  # fmt: skip
    assert [(r["estimand"], r["arms"]) for r in gene_rows(held)] == [
        ("total", "ca_mg20 over ca_mg08"),
        ("total", "si_mg20 over si_mg08"),
    ]


def test_without_an_experiment_no_conditions_are_known():
    assert compared(Tables({}, 0.8, 2.0), total("", p=math.nan)) == ""
