"""The Prism file, read back by pzfx 0.3.1 (the R package's reader in Python)."""

import math
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from pzfx import pzfx_tables, read_pzfx

from mgassay.report.exports.grids import Grid, Value, mean_grids, rep_grids, units_of
from mgassay.report.exports.prism import prism_file
from mgassay.report.rows import tables_of

CELLS = {("a", "D1"): (Value(1.5), Value(2.5)), ("a", "D2"): (Value(3.5), Value(math.nan)),
         ("b <5>", "D1"): (Value(9.0, "<="), Value(4.25))}  # fmt: skip
GRID = Grid("calcium", "ug/mg", ("a", "b <5>"), ("D1", "D2"), 2, CELLS)


@pytest.fixture
def file(tmp_path, hand):
    """Writes a Prism file of grids, and of the hand-made effects and shares."""

    def of(reps=(GRID,), means=(), tables=None):
        held = tables_of(hand.make_experiment(), hand.make_tables() if tables is None else tables)
        path = tmp_path / "a.pzfx"
        path.write_bytes(prism_file("mg-hand", "0.1.0", reps, means, held))
        return str(path)

    return of


def test_donors_conditions_and_reps_come_back(file):
    path = file()
    read = read_pzfx(path, "Calcium per protein (ug/mg), reps")
    expected = pd.DataFrame(
        {"ROWTITLE": ["D1", "D2"], "a_1": [1.5, 3.5], "a_2": [2.5, math.nan], "b <5>_1": [math.nan, math.nan],
         "b <5>_2": [4.25, math.nan]})  # fmt: skip
    pd.testing.assert_frame_equal(read, expected)


def test_a_bound_is_there_but_excluded(file):
    kept = read_pzfx(file(), 1, strike_action="star")
    assert kept["b <5>_1"][0] == "9.0*"


def test_every_amount_and_every_mean_is_there_in_full(file, hand):
    experiment, held = hand.make_experiment(), hand.make_tables()
    path = file(
        rep_grids(experiment, held["amounts"]), mean_grids(experiment, held["means"], units_of(held["amounts"]))
    )
    for kind, value in (
        ("reps", held["amounts"].set_index(["condition", "donor"])["value"]),
        ("donor means", held["means"].set_index(["condition", "donor"])["log_mean"].map(math.exp)),
    ):
        read = read_pzfx(path, f"Calcium per well (ug/well), {kind}").set_index("ROWTITLE")
        found = {(c, d): v for c in read for d, v in read[c].items() if not math.isnan(v)}
        assert found == value.to_dict()


def test_effects_have_their_limits_in_prisms_order(file):
    """T under siTRPM7 is 1.2046 [0.9213, 1.4879] in the hand-made effects, and T - B 0.688 [0.402, 0.974]."""
    read = read_pzfx(file(), "Effects of Mg2+ (natural log)")
    assert list(read["ROWTITLE"]) == ["Calcium per well"]
    (row,) = read.to_dict("records")
    assert [row[f"T, entry intact (control of siTRPM7)_{p}"] for p in ("MEAN", "UPPERLIMIT", "LOWERLIMIT")] == [
        1.2046, 1.4879, 0.9213]  # fmt: skip
    assert row["T − B, lost under siTRPM7_MEAN"] == 0.688
    assert row["A, no cells_LOWERLIMIT"] == 0.151


def test_a_share_that_cannot_be_told_is_not_in_it(file, hand):
    rows = hand.shares()
    rows[2] = {**rows[2], "identifiable": False, "interval": "unbounded", "ci_low": math.nan, "ci_high": math.nan}
    from mgassay import tables

    path = file(tables=hand.make_tables() | {"shares": tables.SHARES.frame(rows)})
    read = read_pzfx(path, "Shares of the effect of Mg2+, log scale")
    assert "intracellular, 2-APB_MEAN" in read
    assert "intracellular, siTRPM7_MEAN" not in read
    assert read["passive, siTRPM7_MEAN"][0] == 0.244


def test_titles_are_unique_and_every_table_is_in_the_sequence(file, hand):
    experiment, held = hand.make_experiment(), hand.make_tables()
    path = file(rep_grids(experiment, held["amounts"]), mean_grids(experiment, held["means"], {}))
    titles = pzfx_tables(path)
    assert len(set(titles)) == len(titles)
    root = ET.parse(path).getroot()
    assert [r.get("ID") for r in root.find("TableSequence")] == [t.get("ID") for t in root.findall("Table")]
    for table in root.findall("Table"):
        widths = {len(column.findall("Subcolumn")) for column in table.findall("YColumn")}
        assert widths == {int(table.get("Replicates"))}
        lengths = {len(s) for s in table.iter("Subcolumn")}
        assert len(lengths) == 1  # as many cells as there are row titles, everywhere


@pytest.mark.parametrize("label", ["<img src=x onerror=alert(1)>", "a & b", 'D"1"', "=cmd()", "D\x00", "\ud800", "µ"])
def test_labels_are_text_whatever_is_in_them(file, label):
    grid = Grid("calcium", "ug/mg", (label,), (label,), 1, {(label, label): (Value(1.0),)})
    read = read_pzfx(file([grid]), 1)
    kept = label.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert list(read["ROWTITLE"]) == [kept]
    assert list(read.columns)[1:] == [kept]


def test_without_any_effect_there_are_no_tables_of_them(file):
    assert pzfx_tables(file(tables={})) == ["Calcium per protein (ug/mg), reps"]
    assert pzfx_tables(file([], [], {})) == []
