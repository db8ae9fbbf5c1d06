import re

from tests.chemistry.conftest import experiment

from mgassay.chemistry.speciation import chemistry_from_conditions
from mgassay.problems import Problems
from mgassay.report.chemistry_section import chemistry_pieces
from mgassay.report.chemistry_words import WHAT_IT_IS_NOT
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pieces import Beside, Folded, Listing, Prose
from mgassay.report.rows import tables_of


def shown(*rows):
    held = experiment(*rows)
    return chemistry_pieces(tables_of(held, chemistry_from_conditions(held, Problems())), held)


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
    (folded,) = [p for p in pieces if isinstance(p, Folded)]  # the steps by set are in the figure's table
    species = {row[folded.listing.heads.index("species")] for row in folded.listing.rows}
    assert {"CaHPO₄", "MgHPO₄", "hydroxyapatite", "amorphous Ca phosphate, second form (ACP2)"} <= species
    assert "Ca²⁺" not in species
    assert not [name for name in species if "ATP" in name or "P₂O₇" in name]  # none is in this medium


def asked(*rows):
    return [p.text for p in shown(*rows) if isinstance(p, Prose) and "acellular well" in p.text]


def test_what_may_precipitate_asks_for_wells_without_cells_unless_they_were_run():
    plain, much, dead = ("plain", {"pi_mM": 0.9}), ("much", {"pi_mM": 5.0}), ("dead", {"pi_mM": 5.0, "cells": "none"})
    (text,) = asked(plain, much)
    assert "much" in text
    assert "plain" not in text
    assert asked(plain, much, dead) == asked(plain) == []


def test_a_medium_nearer_to_precipitating_that_was_run_without_cells_is_enough():
    """Pyrophosphate binds calcium, so its medium is no nearer than the same without it; more phosphate is."""
    dead = ("dead", {"pi_mM": 3.0, "cells": "none"})
    assert asked(("ppi", {"pi_mM": 3.0, "ppi_uM": 20.0}), dead) == []
    (text,) = asked(("more", {"pi_mM": 3.3}), ("ppi", {"pi_mM": 3.0, "ppi_uM": 20.0}), dead)
    assert "more" in text
    assert "ppi" not in text


def test_one_step_is_told_in_a_sentence_and_its_sets_in_a_folded_table():
    """Golden −7.36 (rec37) to −4.23 (minteq4) % with 10 % serum."""
    pieces = shown(("a", {"serum_percent": 10.0}), ("b", {"serum_percent": 10.0, "mg_mM": 2.0}))
    assert not [p for p in pieces if isinstance(p, Beside)]
    (said,) = [p.text for p in pieces if isinstance(p, Prose) and p.text.startswith("Raising")]
    assert "from 0.8 to 2 mM" in said
    assert "4.2 % to 7.4 % less phosphate" in said.replace(NO_BREAK, " ")
    assert "a pH 0.014 to 0.021 lower" in said
    (by_set,) = [p for p in pieces if isinstance(p, Folded) and p.listing.caption.startswith("Every Mg²⁺ step")]
    assert len(by_set.listing.rows) == 4


def test_without_media_there_is_no_section():
    assert shown(("a", {"basal_medium": None, "ca_mM": None, "pi_mM": None})) == []
    held = experiment()
    assert chemistry_pieces(tables_of(held, {}), held) == []
    assert chemistry_pieces(tables_of(held, {}), None) == []


def test_a_medium_without_phosphate_has_no_equivalent_and_no_mark():
    pieces = shown(("a", {"pi_mM": 0.0}), ("b", {"pi_mM": 0.0, "mg_mM": 2.0}))
    assert not [p for p in pieces if isinstance(p, Beside)]
    assert not any(p.text.startswith("Raising") for p in pieces if isinstance(p, Prose))
    assert any(row[-1] == "–" for p in pieces if isinstance(p, Listing) for row in p.rows)
