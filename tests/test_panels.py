"""Panels of genes: every name once, every direction with its source."""

import re

import pytest

from mgassay.errors import ContractError
from mgassay.panels import gene_key, gene_panels, known_genes, panel_gene, rna_of, score_genes

GENE = """
[[gene]]
symbol = "RUNX2"
role = "osteogenic"
direction = "up"
evidence = [{ source = "a", found = "raised" }]
"""
HEAD = 'id = "own"\ntitle = "Own"\nrna = "long"\n'
SOURCE = '[sources.a]\ntext = "A 2020"\nread = "abstract"\n'


def test_the_genes_of_the_mission_are_listed():
    wanted = "RUNX2 BMP2 BGLAP ALPL MSX2 SOX9 SP7 SPP1 MGP BMP7 TRPM7 CASR AXIN2 miR-30b miR-133a miR-223".split()
    genes = [g for p in gene_panels().values() for g in p.gene if g.direction is not None]
    assert {g.symbol for g in genes} == set(wanted)
    assert {g.symbol for g in genes if g.direction == "down"} == {"miR-30b", "miR-133a", "CASR"}


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("Runx2", "RUNX2"),
        ("Cbfa-1", "RUNX2"),
        ("Opn", "SPP1"),
        ("osteopontin", "SPP1"),
        ("Bglap2", "BGLAP"),
        ("Osx", "SP7"),
        ("Akp2", "ALPL"),
        ("18s", "RNA18S"),
        ("β2M", "B2M"),
        ("hsa-miR-30b-5p", "miR-30b"),
        ("mmu-miR-133a-3p", "miR-133a"),
        ("MIR223", "miR-223"),
        ("U6", "RNU6"),
        ("RNU48", "SNORD48"),
        ("cel-miR-39-3p", "cel-miR-39"),
    ],
)
def test_a_name_finds_its_gene(name, symbol):
    assert panel_gene(name).symbol == symbol


def test_another_molecule_is_another_gene():
    assert panel_gene("miR-30b-3p") is None  # the other arm of the hairpin
    assert panel_gene("RNU61") is None  # SNORD61 to some, RNU6-1 to others
    assert panel_gene("") is None


def test_every_symbol_finds_itself():
    assert all(panel_gene(g.symbol) == g for g, _ in known_genes().values())


@pytest.mark.parametrize(
    ("name", "rna"),
    [("miR-204", "small"), ("hsa-let-7a-5p", "small"), ("cel-miR-39", "small"), ("RNU6", "small"),
     ("snoRNA202", "small"), ("UniSp6", "small"), ("SNORD68", "small"), ("GAPDH", "long"), ("18S", "long"),
     ("UBC", "long"), ("MIRO1", "long"), ("U2AF1", "long"), ("", "long")],
)  # fmt: skip
def test_kind_of_rna(name, rna):
    assert rna_of(name) == rna


def test_the_score_is_of_genes_that_go_up():
    assert score_genes() == ("RUNX2", "BMP2", "BGLAP", "ALPL", "MSX2", "SP7")


def test_sources_that_contradict_each_other_make_no_direction():
    assert panel_gene("MGP").direction == panel_gene("SPP1").direction == "unclear"


def test_a_source_has_author_year_and_journal():
    for panel in gene_panels().values():
        for source in panel.sources.values():
            assert re.match(r"[\w ]+ et al\. \d{4}, [\w ]+ [\d:e]", source.text), source.text
            assert source.address == "" or source.address.startswith("https://doi.org/")


def test_no_folder_no_panels(tmp_path):
    assert gene_panels(tmp_path / "absent") == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + GENE, "listed are"),
        (HEAD + GENE + SOURCE.replace("[sources.a]", "[sources.b]"), "listed are"),
        (HEAD + GENE.replace('direction = "up"', ""), "a target has a direction"),
        (HEAD + GENE.replace("osteogenic", "reference") + SOURCE, "a reference has none"),
        (HEAD + GENE.replace("evidence", "# evidence"), "no source says up"),
        (HEAD + GENE.replace('"up"', '"down"\nscore = true') + SOURCE, "genes that go up"),
        (HEAD + GENE.replace("role", "rôle") + SOURCE, "own.toml"),
        (HEAD + GENE.replace("role", "colour = 1\nrole") + SOURCE, "colour"),
        (HEAD.replace("own", "other") + GENE + SOURCE, "its id is 'other'"),
        (HEAD + GENE + GENE.replace("RUNX2", "Runx-2") + SOURCE, "two genes: .*runx2"),
    ],
)
def test_a_file_that_is_no_panel_is_our_mistake(tmp_path, text, reason):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=reason):
        gene_panels(tmp_path)


def test_a_whole_panel(tmp_path):
    (tmp_path / "own.toml").write_text(HEAD + GENE + SOURCE, encoding="utf-8")
    assert [g.symbol for g in gene_panels(tmp_path)["own"].gene] == ["RUNX2"]


def test_keys_leave_out_what_does_not_matter():
    assert gene_key(" BMP-2 ") == gene_key("bmp_2") == "bmp2"
    assert gene_key("rno-let-7a") == "let7a"
