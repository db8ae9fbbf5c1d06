import re

import pytest
from tests.chemistry.conftest import experiment

from mgassay import tables
from mgassay.chemistry.speciation import chemistry_from_conditions
from mgassay.problems import Problems
from mgassay.report.chemistry_section import EXPECTED_READ, NO_CURVE, chemistry_pieces
from mgassay.report.chemistry_words import WHAT_IT_IS_NOT
from mgassay.report.pieces import Beside, Folded, Listing, Prose
from mgassay.report.rows import tables_of

ROW = {
    "readout": "calcium", "condition": "b", "reference_condition": "a", "cells": "live", "mg_reference_mM": 0.8,
    "mg_raised_mM": 2.0, "pi_mM": 2.6, "contrast": "total", "measured": 1.2, "measured_low": 0.8, "measured_high": 1.6,
}  # fmt: skip


def shown(*rows, expected=()):
    held = experiment(*rows)
    made = chemistry_from_conditions(held, Problems())
    made["passive_expected"] = tables.PASSIVE_EXPECTED.frame(expected)
    return chemistry_pieces(tables_of(held, made), held)


def captions(pieces):
    return [p.caption for p in pieces if isinstance(p, Listing)]


STEP = (("a", {}), ("b", {"mg_mM": 2.0}), ("c", {"mg_mM": 5.0}))


def test_the_section_says_what_it_is_not_before_any_number():
    pieces = shown(*STEP)
    warned = [p for p in pieces if isinstance(p, Prose) and p.tone == "warning"]
    assert warned[0].text == WHAT_IT_IS_NOT
    assert pieces.index(warned[0]) < min(i for i, p in enumerate(pieces) if isinstance(p, (Listing, Beside)))
    assert any("not judged" in p.text and "provisional" in p.text for p in pieces if isinstance(p, Prose))


def test_a_figure_has_its_numbers_and_words_for_who_does_not_see_it():
    (beside,) = [p for p in shown(*STEP) if isinstance(p, Beside)]
    (drawing,) = beside.drawings
    label = re.search(r'aria-label="([^"]*)"', drawing.svg).group(1)
    assert "0.8 to 2 mM: Pi-equivalent" in label
    assert "0.8 to 5 mM" in label
    assert "NaN" not in drawing.svg
    assert "nan" not in drawing.svg
    assert len(drawing.listing.rows) == 8  # two steps by four sets
    assert drawing.listing.rows[0][1] == "NIST 46 (MINTEQ)"


def test_tables_of_steps_media_and_pairs():
    pieces = shown(*STEP)
    assert captions(pieces) == [
        "What each Mg²⁺ step equals (ranges over constant sets)",
        "What each medium holds (ranges over constant sets)",
    ]
    (folded,) = [p for p in pieces if isinstance(p, Folded)]
    species = {row[folded.listing.heads.index("species")] for row in folded.listing.rows}
    assert {"CaHPO4", "MgHPO4", "hap", "acp2"} <= species
    assert "Ca+2" not in species


def test_without_a_phosphate_series_it_is_said_so():
    assert any(isinstance(p, Prose) and p.text == NO_CURVE for p in shown(*STEP))
    assert not any(isinstance(p, Prose) and p.text == NO_CURVE for p in shown(("a", {})))


def test_what_is_expected_stands_beside_what_was_measured():
    more = {"pi_equivalent_mM": 2.41, "n_donors": 4, "estimate": 0.2, "ci_low": 0.1, "ci_high": 0.3}
    less = {"pi_equivalent_mM": 2.49, "n_donors": 4, "estimate": 0.1, "ci_low": 0.05, "ci_high": 0.15}
    rows = [{**ROW, "constant_set": "rec37", **more}, {**ROW, "constant_set": "minteq4", **less}]
    pieces = shown(*STEP, expected=rows)
    assert any(isinstance(p, Prose) and p.text == EXPECTED_READ for p in pieces)
    (listing,) = [p for p in pieces if isinstance(p, Listing) and p.caption.startswith("Expected")]
    row = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert row["phosphate (mM)"] == "2.6 as if 2.41 to 2.49"
    assert row["expected, least"] == "0.10 [0.05, 0.15]"
    assert row["expected, most"] == "0.20 [0.10, 0.30]"
    assert row["measured"] == "1.20 [0.80, 1.60]"
    assert row["n"] == "4"


@pytest.mark.parametrize("flag", ["outside_curve", "floor"])
def test_what_cannot_be_read_is_not_told_but_why(flag):
    rows = [{**ROW, "constant_set": "rec37", "pi_equivalent_mM": 2.41, "n_donors": 0, "flag": flag, "measured": None}]
    (listing,) = [p for p in shown(*STEP, expected=rows) if isinstance(p, Listing) and p.caption.startswith("Expected")]
    row = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert row["expected, least"] == row["expected, most"] == "not told"
    assert row["measured"] == "–"
    assert row["remarks"]


def test_what_may_precipitate_asks_for_wells_without_cells_unless_they_were_run():
    def asked(*rows):
        return [p.text for p in shown(*rows) if isinstance(p, Prose) and "Add an acellular well" in p.text]

    plain, much, dead = ("plain", {"pi_mM": 0.9}), ("much", {"pi_mM": 5.0}), ("dead", {"pi_mM": 5.0, "cells": "none"})
    (text,) = asked(plain, much)
    assert "much" in text
    assert "plain" not in text
    assert asked(plain, much, dead) == asked(plain) == []


def test_without_media_there_is_no_section():
    assert shown(("a", {"basal_medium": None, "ca_mM": None, "pi_mM": None})) == []
    held = experiment()
    assert chemistry_pieces(tables_of(held, {}), held) == []
    assert chemistry_pieces(tables_of(held, {}), None) == []


def test_a_medium_without_phosphate_has_no_equivalent_and_no_mark():
    pieces = shown(("a", {"pi_mM": 0.0}), ("b", {"pi_mM": 0.0, "mg_mM": 2.0}))
    assert not [p for p in pieces if isinstance(p, Beside)]
    assert any(row[-1] == "–" for p in pieces if isinstance(p, Listing) for row in p.rows)
