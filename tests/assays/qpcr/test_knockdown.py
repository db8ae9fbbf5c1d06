"""What the siRNA leaves of TRPM7, as rows and in words."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.qpcr.knockdown import knockdown_rows
from mgassay.experiment import Contrast, Experiment, Settings
from mgassay.problems import Problems

ARMS = {"scr08": ("scramble", 0.8), "scr20": ("scramble", 2.0), "si08": ("TRPM7", 0.8), "si20": ("TRPM7", 2.0)}


def experiment(arms=ARMS):
    rows = [
        {
            "condition": c,
            "sirna": sirna,
            "mg_mM": mg,
            "medium": "calcifying",
            "inhibitor": "none",
            "cells": "live",
            "modulator": "none",
            "comparator": "none",
        }
        for c, (sirna, mg) in arms.items()
    ]
    settings = Settings(contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0))
    return Experiment("demo", settings, tables.CONDITIONS.frame(rows), ())


def found(gene="TRPM7", limits=None, **log2):
    """Rows by subject, and problems, from log2 expression over donors D1, D2, … (NaN: no Cq, `limits` its bound)."""
    rows = [
        {"readout": f"gene:{gene}", "condition": c, "donor": f"D{i}", "value": v, "limit": (limits or {}).get(c)}
        for c, values in log2.items()
        for i, v in enumerate(values, 1)
    ]  # fmt: skip
    problems = Problems()
    table = tables.QPCR_QUALITY.frame(knockdown_rows(experiment(), tables.AMOUNTS.frame(rows), problems))
    return table.set_index("subject"), list(problems)


def test_residual_by_hand():
    """Donors keep 1/4 and 1/8: geometric mean 2^−2.5; half-width 12.706205 · (.7071/√2) in log2."""
    rows, problems = found(scr08=[0.0, 1.0], si08=[-2.0, -2.0])
    row = rows.loc["siTRPM7 at reference Mg"]
    half = 12.706205 * 0.5
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx(
        [2**-2.5, 2 ** (-2.5 - half), 2 ** (-2.5 + half)]
    )
    assert (row["measure"], row["gene"], row["unit"], row["n"], row["flag"]) == ("knockdown", "TRPM7", "1", 2, "")
    assert rows.loc["siTRPM7 at reference Mg, donor D1", "estimate"] == 0.25
    assert rows.loc["siTRPM7 at reference Mg, donor D2", "estimate"] == 0.125
    assert rows.loc[["siTRPM7 at reference Mg, donor D1", "siTRPM7 at reference Mg, donor D2"], "n"].tolist() == [1, 1]
    (said,) = problems  # two donors that differ twofold do not show a knock-down
    assert (said.code, said.severity) == ("MG555", "warning")


def test_a_good_knockdown_needs_no_word():
    rows, problems = found(scr08=[0, 1, 2], si08=[-2, -1.1, 0.1], scr20=[0, 0, 0], si20=[-2, -1.9, -2.1])
    assert problems == []
    assert [s for s in rows.index if "donor" not in s] == ["siTRPM7 at reference Mg", "siTRPM7 at raised Mg"]


def test_a_weak_one_is_told_though_it_is_certain():
    _, (said,) = found(scr08=[0, 1, 2], si08=[-0.5, 0.51, 1.49])
    assert said.code == "MG555"
    assert said.seen.startswith("0.71 (")
    assert said.place == "si08 / scr08"


def test_a_strong_one_that_may_be_none_is_told():
    """Mean −1.5333, SD .8327 in log2; half-width 4.302653 · .8327/√3 = 2.0684: from 2^−3.6018 to 2^.5351 is left."""
    _, (said,) = found(scr08=[0, 0, 0], si08=[-2.2, -1.8, -0.6])
    assert (said.code, said.seen) == ("MG555", "0.35 (0.08 to 1.45, 3 donors)")


def test_one_donor_shows_nothing():
    rows, (said,) = found(scr08=[0], si08=[-3])
    assert rows.loc["siTRPM7 at reference Mg", "flag"] == "few_donors"
    assert said.seen == "0.12 (no interval, 1 donor)"


def test_what_was_not_detected_is_an_upper_bound():
    rows, _ = found(scr08=[0, 0], si08=[-3, np.nan], limits={"si08": -5.0})
    row = rows.loc["siTRPM7 at reference Mg"]
    assert (row["estimate"], row["flag"]) == (2**-4, "undetermined;upper_bound")
    assert np.isnan([row["ci_low"], row["ci_high"], row["p"]]).all()
    rows, _ = found(scr08=[0, np.nan], si08=[-3, -3], limits={"scr08": -5.0})
    assert rows.loc["siTRPM7 at reference Mg", "n"] == 1  # a control without a Cq is no denominator


def test_trpm7_not_measured_beside_other_genes():
    rows, (said,) = found("RUNX2", scr08=[0, 0], si08=[1, 1])
    assert rows.empty
    assert (said.code, said.severity, said.seen) == ("MG556", "warning", "siTRPM7")


def test_no_qpcr_or_no_sirna_is_no_question():
    problems = Problems()
    assert knockdown_rows(experiment(), tables.AMOUNTS.frame(), problems) == []
    plain = experiment({"ca08": ("none", 0.8), "ca20": ("none", 2.0)})
    amounts = tables.AMOUNTS.frame([{"readout": "gene:TRPM7", "condition": "ca08", "donor": "D1", "value": 1.0}])
    assert knockdown_rows(plain, amounts, problems) == []
    assert len(problems) == 0
