"""Names of targets -> symbols of genes, and which gene a name in the settings stands for."""

import pandas as pd
import pytest

from mgassay.assays.qpcr.genes import gene_symbol, genes_from_targets, same_gene
from mgassay.problems import Problems


def named(*pairs):
    """Genes of (plate, target) pairs, and (code, seen) of the problems."""
    plate, target = (pd.Series(column, dtype="str") for column in (zip(*pairs, strict=True) if pairs else ((), ())))
    problems = Problems()
    return list(genes_from_targets(plate, target, problems)), [(p.code, p.seen) for p in problems]


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("Runx2", "RUNX2"),  # mouse spelling
        ("Bmp-2", "BMP2"),
        ("BMP 2", "BMP2"),
        ("ALP", "ALPL"),
        ("36B4", "RPLP0"),
        ("β-actin", "ACTB"),
        ("beta-Actin", "ACTB"),
        (" Osteocalcin ", "BGLAP"),
        ("Tgfb1", "Tgfb1"),  # not listed: its own spelling
        ("miR-30b", "miR-30b"),
        ("", ""),
    ],
)
def test_symbol_of_a_name(name, symbol):
    assert gene_symbol(name) == symbol


def test_a_name_in_the_settings_finds_its_gene():
    assert same_gene("36b4", ["GAPDH", "RPLP0"]) == "RPLP0"
    assert same_gene("TGFB1", ["Tgfb1"]) == "Tgfb1"
    assert same_gene("GAPHD", ["GAPDH"]) == ""
    assert same_gene("GAPDH", []) == ""


@pytest.mark.parametrize("genes", [["RPLP0", "36B4"], ["36B4", "RPLP0"]])
def test_of_two_assays_kept_apart_the_one_spelled_alike_is_meant(genes):
    assert same_gene("36b4", genes) == "36B4"
    assert same_gene("Rplp0", genes) == "RPLP0"
    assert same_gene("ARBP", genes) == "RPLP0"  # neither is spelled so: the symbol


def test_targets_become_genes_and_a_change_of_name_is_said_once():
    genes, found = named(("P1", "Cbfa1"), ("P1", "Cbfa1"), ("P1", "TRPM7"), ("P2", "Cbfa1"), ("P2", ""))
    assert genes == ["RUNX2", "RUNX2", "TRPM7", "RUNX2", ""]
    assert found == [("MG522", "Cbfa1")]


def test_names_that_are_not_listed_share_the_first_spelling():
    genes, found = named(("P1", "Tgfb1"), ("P2", "TGFB1"))
    assert genes == ["Tgfb1", "Tgfb1"]
    assert found == [("MG522", "TGFB1")]


def test_two_names_of_one_gene_on_one_plate_are_kept_apart():
    genes, found = named(("P1", "Cbfa1"), ("P1", "RUNX2"), ("P1", "GAPDH"))
    assert genes == ["Cbfa1", "RUNX2", "GAPDH"]
    assert found == [("MG523", "Cbfa1, RUNX2")]


def test_on_different_plates_two_names_are_one_gene():
    genes, found = named(("P1", "Cbfa1"), ("P2", "RUNX2"))
    assert genes == ["RUNX2", "RUNX2"]
    assert found == [("MG522", "Cbfa1")]


def test_names_kept_apart_have_one_spelling_on_every_plate():
    # P1 holds two assays of RUNX2; their other spellings on P2 are the same two assays.
    genes, found = named(("P1", "Cbfa1"), ("P1", "Runx2"), ("P2", "CBFA1"), ("P2", "RUNX2"))
    assert genes == ["Cbfa1", "RUNX2", "Cbfa1", "RUNX2"]
    assert found == [
        ("MG523", "Cbfa1, Runx2"),
        ("MG523", "CBFA1, RUNX2"),
        ("MG522", "Runx2"),
        ("MG522", "CBFA1"),
    ]


def test_case_alone_does_not_make_two_assays():
    genes, found = named(("P1", "Gapdh"), ("P1", "GAPDH"))
    assert genes == ["GAPDH", "GAPDH"]
    assert found == [("MG522", "Gapdh")]


def test_no_targets_no_genes():
    assert named() == ([], [])
