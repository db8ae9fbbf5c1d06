"""Technical replicates: mean, variance of the mean, bounds where a Cq is missing."""

import math

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.assays.qpcr.technical import check_replicates, replicate_rows, technical_means
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

NAN = math.nan
PLATES = {"P1": QpcrPlate("a.txt", QpcrSettings())}


def wells(*cqs, first="A", gene="RUNX2", efficiency=2.0, cycles=40, flag="", **sample):
    named = {"plate": "P1", "condition": "ca_mg20", "donor": "D1", "rep": "1", **sample}
    return [
        {
            **named,
            "gene": gene,
            "well": f"{first}{i}",
            "cq": cq,
            "efficiency": efficiency,
            "cycles": cycles,
            "flag": flag,
        }
        for i, cq in enumerate(cqs, start=1)
    ]


def means(*rows):
    columns = ["plate", "condition", "donor", "rep", "gene", "well", "cq", "efficiency", "cycles", "flag"]
    texts = {c: "str" for c in columns if c not in ("cq", "efficiency", "cycles")}
    frame = pd.DataFrame(rows, columns=columns).astype({**texts, "cq": float, "efficiency": float, "cycles": "Int64"})
    before = frame.copy(deep=True)
    found = technical_means(frame)
    pd.testing.assert_frame_equal(frame, before)
    return found.reset_index(drop=True)


def checked(*rows):
    problems = Problems()
    check_replicates(means(*rows), PLATES, problems)
    return list(problems)


def test_mean_variance_and_spread_by_hand():
    # Cq 25, 26, 27: mean 26, variance 1 of one well, 1/3 of the mean; E = 2 makes a cycle one log2
    row = means(*wells(25.0, 26.0, 27.0)).iloc[0]
    assert list(row[["well", "n", "n_undetermined"]]) == ["A1;A2;A3", 3, 0]
    assert row["log2_quantity"] == -26.0
    assert row["variance"] == pytest.approx(1 / 3, rel=1e-15)
    assert row["spread_cq"] == 2.0
    assert row["bound"] == -26.0  # nothing is missing
    assert row["floor"] == -40.0


def test_efficiency_weighs_quantity_once_and_variance_twice():
    # E = √2: half a log2 per cycle, so a quarter of the variance: (0.5 / 2) / 4
    row = means(*wells(25.0, 26.0, efficiency=math.sqrt(2))).iloc[0]
    assert row["log2_quantity"] == pytest.approx(-12.75, rel=1e-15)
    assert row["variance"] == pytest.approx(0.0625, rel=1e-14)
    assert row["floor"] == pytest.approx(-20.0, rel=1e-15)


@pytest.mark.parametrize(
    ("cqs", "quantity", "bound"),
    [
        ((30.0, 31.0, NAN), -30.5, -101 / 3),  # most have a Cq; (30 + 31 + 40)/3
        ((30.0, NAN), NAN, -35.0),  # half is not most
        ((30.0, NAN, NAN), NAN, -110 / 3),
        ((NAN, NAN), NAN, -40.0),
    ],
)
def test_a_missing_cq_counts_as_the_last_cycle_in_the_bound_only(cqs, quantity, bound):
    row = means(*wells(*cqs)).iloc[0]
    assert row["log2_quantity"] == pytest.approx(quantity, nan_ok=True)
    assert row["bound"] == pytest.approx(bound, rel=1e-15)
    assert (row["n"], row["n_undetermined"]) == (sum(c == c for c in cqs), sum(c != c for c in cqs))


def test_below_two_wells_with_a_cq_there_is_no_variance():
    found = means(*wells(25.0), *wells(30.0, NAN, gene="BMP2"), *wells(NAN, gene="ALPL"))
    assert found["variance"].isna().all()
    np.testing.assert_array_equal(found["spread_cq"], [0.0, 0.0, NAN])


def test_plate_condition_donor_rep_and_gene_each_part_the_wells_in_the_order_they_come():
    others = [{"rep": "2"}, {"donor": "D2"}, {"condition": "control"}, {"plate": "P2"}, {"gene": "ALPL"}]
    rows = [row for i, other in enumerate(others, 1) for row in wells(20.0 + i, first="B", **other)]
    found = means(*wells(20.0), *rows, *wells(21.0, first="C"))
    assert list(found["log2_quantity"]) == [-20.5, -21.0, -22.0, -23.0, -24.0, -25.0]
    assert found["well"][0] == "A1;C1"
    assert list(found["gene"]) == ["RUNX2"] * 5 + ["ALPL"]


def test_assumptions_and_an_unknown_efficiency_are_carried_along():
    assumed = wells(25.0, flag="assumed_cycles;assumed_efficiency")
    found = means(*assumed, *wells(25.0, gene="BMP2", efficiency=NAN))
    assert list(found["assumed_cycles"]) == [True, False]
    assert list(found["assumed_efficiency"]) == [True, False]
    assert list(found["log2_quantity"].isna()) == [False, True]
    assert math.isnan(found["floor"][1])


def test_no_wells_no_rows():
    assert len(means()) == 0


def test_missing_cq_are_pointed_out_by_how_many_there_are():
    rows = [*wells(30.0, 30.1, NAN), *wells(30.0, NAN, first="B", donor="D2"), *wells(NAN, first="C", donor="D3")]
    found = checked(*rows, *wells(20.0, 20.1, first="D", gene="GAPDH"))
    assert [(p.code, p.severity, p.file, p.place) for p in found] == [
        ("MG518", "warning", "a.txt", "A1;A2;A3"),
        ("MG519", "warning", "a.txt", "B1;B2, C1"),
    ]
    assert all(p.message.startswith("RUNX2 on plate P1") for p in found)


def test_replicates_more_than_half_a_cycle_apart_are_pointed_out_together():
    # earliest to latest, not neighbour to neighbour: .75; a half exactly is not more than a half
    rows = [*wells(25.0, 25.25, 25.75), *wells(25.0, 25.5, first="B", rep="2"), *wells(25.0, 27.0, first="C", rep="3")]
    (found,) = checked(*rows)
    assert (found.code, found.severity, found.seen) == ("MG520", "warning", "A1;A2;A3: 0.75, C1;C2: 2.00")
    assert found.place == "A1;A2;A3, C1;C2"


@pytest.mark.parametrize("efficiency", [2.0, 1.8])
def test_the_scatter_of_replicates_by_hand(efficiency):
    """25, 26, 27 and 27, 27.2: SS 2 + .02 on 2 + 1 degrees of freedom; chi-square of 3 df is 9.3484 and .215795."""
    rows = [*wells(25.0, 26.0, 27.0, efficiency=efficiency), *wells(27.0, 27.2, donor="D2", efficiency=efficiency)]
    (row,) = replicate_rows(means(*rows, *wells(20.0, gene="GAPDH", efficiency=efficiency)))
    assert (row["plate"], row["gene"], row["unit"], row["n"]) == ("P1", "RUNX2", "Cq", 5)
    expected = np.sqrt([2.02 / 3, 2.02 / 9.3484036, 2.02 / 0.2157953])
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx(expected, rel=1e-6)
