"""Amplification curves of an experiment to an efficiency of each gene."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.curve_efficiency import efficiencies_from_curves
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems


def curve(seed, factor=1.9, gain=1.0, cycles=40):
    rng = np.random.default_rng(seed)
    product, signal = 10 ** rng.uniform(-7, -6), []
    for _ in range(cycles):
        product *= 1 + (factor - 1) * np.clip((1 - product / 10) / 0.75, 0, 1)
        signal.append(gain * (product + 2 + rng.normal(0, 0.003)))
    return signal


def plate(name, n=6, target="Runx2", gene="RUNX2", first=0, factor=1.9, gain=1.0, text=None, **well):
    """Wells of one target, and their curves."""
    wells = pd.DataFrame({"plate": name, "well": [f"A{i + 1}" for i in range(n)], "target": target, "gene": gene})
    wells = wells.assign(role="sample", status="value").assign(**well)
    texts = [";".join(repr(float(v)) for v in curve(first + i, factor, gain)) for i in range(n)]
    curves = wells[["plate", "well", "target"]].assign(first_cycle=1, fluorescence=texts if text is None else text)
    return wells, curves


def found_in(*parts, **settings):
    problems = Problems()
    wells = pd.concat([w for w, _ in parts], ignore_index=True)
    curves = tables.AMPLIFICATION.frame(pd.concat([c for _, c in parts], ignore_index=True))
    plates = {p: QpcrPlate(f"{p}.txt", QpcrSettings(**settings)) for p in wells["plate"].unique()}
    return efficiencies_from_curves(wells, curves, plates, problems), list(problems)


def test_each_gene_has_its_own_over_all_its_plates_whatever_their_gain():
    parts = [plate("P1"), plate("P2", first=50, gain=1000.0), plate("P1", target="GAPDH", gene="GAPDH", factor=1.75)]
    found, problems = found_in(*parts)
    assert found["RUNX2"].factor == pytest.approx(1.9, rel=0.01)
    assert found["GAPDH"].factor == pytest.approx(1.75, rel=0.01)
    assert found["RUNX2"].n == 12
    assert problems == []


@pytest.mark.parametrize("spoilt", [{"role": "ntc"}, {"role": "excluded"}, {"status": "omitted"}, {"gene": ""}])
def test_wells_that_do_not_count_give_nothing(spoilt):
    wells, curves = plate("P1")
    assert found_in((wells.assign(**spoilt), curves))[0] == {}


def test_a_curve_without_a_target_is_that_of_a_well_with_one():
    wells, curves = plate("P1")
    nameless = curves.assign(target="")
    assert found_in((wells, nameless))[0] == found_in((wells, curves))[0] != {}
    two = pd.concat([wells, wells.assign(target="GAPDH", gene="GAPDH")])
    assert found_in((two, nameless))[0] == {}


def test_names_of_targets_meet_in_one_spelling():
    wells, curves = plate("P1", target="β-actin µ", gene="ACTB")
    meant = wells.assign(target="β-actin μ")  # NFKC, as mapped wells are
    assert found_in((meant, curves))[0]["ACTB"] == found_in(plate("P1"))[0]["RUNX2"]


def test_curves_with_gaps_or_of_another_length_are_not_used():
    wells, curves = plate("P1", n=8)
    texts = curves["fluorescence"].tolist()
    texts[0] = texts[0].replace(";", ";;", 1)
    texts[1] = texts[1].rsplit(";", 1)[0]
    texts[2] = ""
    assert found_in((wells, curves.assign(fluorescence=texts)))[0]["RUNX2"].n == 5


def test_genes_without_curves_are_named_only_where_curves_are_asked_for():
    short = plate("P1", text="1.0;2.0;3.0")
    bare = (plate("P1", target="ALPL", gene="ALPL")[0], plate("P1")[1].iloc[:0])
    assert found_in(short, bare) == ({}, [])
    found, problems = found_in(short, bare, efficiency_from="series_then_curves")
    assert found == {}
    assert [(p.code, p.severity) for p in problems] == [("MG543", "warning")] * 2
    assert (
        "RUNX2: efficiency_from asks for amplification curves, but fewer than 3 of its 6 curves" in problems[0].message
    )
    assert "ALPL: efficiency_from asks for amplification curves, but it has none" in problems[1].message


def test_no_curves_no_efficiencies():
    assert found_in((plate("P1")[0], plate("P1")[1].iloc[:0]))[0] == {}
