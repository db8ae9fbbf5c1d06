import re

import pytest
from tests.chemistry.conftest import experiment

from mgassay import tables
from mgassay.report.chemistry_expected import EXPECTED_READ, NO_CURVE, expected_pieces
from mgassay.report.pieces import Beside, Listing, Prose
from mgassay.report.rows import tables_of

ROW = {
    "readout": "calcium", "condition": "b", "reference_condition": "a", "cells": "live", "mg_reference_mM": 0.8,
    "mg_raised_mM": 2.0, "pi_mM": 2.6, "contrast": "total", "measured": 1.2, "measured_low": 0.8, "measured_high": 1.6,
}  # fmt: skip
MORE = {"pi_equivalent_mM": 2.41, "n_donors": 4, "estimate": 0.2, "ci_low": 0.1, "ci_high": 0.3}
LESS = {"pi_equivalent_mM": 2.49, "n_donors": 4, "estimate": 0.1, "ci_low": 0.05, "ci_high": 0.15}
ROWS = ({**ROW, "constant_set": "rec37", **MORE}, {**ROW, "constant_set": "minteq4", **LESS})


def shown(*expected, has_steps=True):
    held = experiment(("a", {}), ("b", {"mg_mM": 2.0}))
    made = {"passive_expected": tables.PASSIVE_EXPECTED.frame(expected)}
    return expected_pieces(tables_of(held, made), has_steps)


def only_line(listing):
    (row,) = listing.rows
    return dict(zip(listing.heads, row, strict=True))


def test_without_a_phosphate_series_it_is_said_so():
    assert [p.text for p in shown()] == [NO_CURVE]
    assert shown(has_steps=False) == []


def test_what_is_expected_stands_beside_what_was_measured():
    prose, _, listing = shown(*ROWS)
    assert prose.text == EXPECTED_READ
    row = only_line(listing)
    assert row["phosphate (mM)"] == "2.6 as if 2.41 to 2.49"
    assert row["expected, least"] == "0.10 [0.05, 0.15]"
    assert row["expected, most"] == "0.20 [0.10, 0.30]"
    assert row["measured"] == "1.20 [0.80, 1.60]"
    assert row["n"] == "4"


def test_the_figure_says_the_same_and_shows_a_box_and_a_dot():
    (beside,) = [p for p in shown(*ROWS) if isinstance(p, Beside)]
    svg = beside.drawings[0].svg
    label = re.search(r'aria-label="([^"]*)"', svg).group(1)
    assert "calcium per protein, T, entry intact, a to b: " in label  # whose T: another block's has other conditions
    assert "expected 0.10 to 0.20, measured 1.20 [0.80, 1.60]" in label
    assert svg.count("#56B4E9") == 1
    assert "nan" not in svg.lower()


def test_one_donor_has_no_interval_and_an_unmeasured_effect_no_dot():
    one = {**ROWS[0], "ci_low": None, "ci_high": None, "n_donors": 1, "flag": "few_donors"}
    bare = {**one, "measured": None, "measured_low": None, "measured_high": None}
    for row, measured in ((one, "1.20 [0.80, 1.60]"), (bare, "–")):
        _, beside, listing = shown(row)
        assert "nan" not in beside.drawings[0].svg.lower()
        assert only_line(listing)["measured"] == measured


@pytest.mark.parametrize("flag", ["outside_curve", "floor"])
def test_what_cannot_be_read_is_not_told_but_why(flag):
    row = {**ROW, "constant_set": "rec37", "pi_equivalent_mM": 2.41, "n_donors": 0, "flag": flag, "measured": None}
    (listing,) = [p for p in shown(row) if isinstance(p, Listing)]
    assert not [p for p in shown(row) if isinstance(p, Beside)]
    told = only_line(listing)
    assert told["expected, least"] == told["expected, most"] == "not told"
    assert told["measured"] == "–"
    assert told["remarks"]
    assert any(isinstance(p, Prose) for p in shown(row))
