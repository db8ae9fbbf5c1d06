from mgassay import tables
from mgassay.report.genes import gene_drawing, gene_sentences
from mgassay.report.rows import Tables


def tables_with(rows, *, matched=True):
    check = {"readout": "calcium_per_well", "check": "match", "subject": "PPi", "passed": matched}
    return Tables({"genes": tables.GENES.frame(rows), "checks": tables.CHECKS.frame([check])}, 0.8, 2.0)


def test_a_total_effect_claims_nothing_direct(held):
    (only,) = gene_sentences(held, "calcium_per_well")
    assert only["key"] == "RUNX2||total|"
    assert "lower, log2 −0.97 [−1.38, −0.56], p = 0.024 over genes, n = 4 donors" in only["text"]
    assert "not evidence of a direct one" in only["text"]


def test_matched_mineral_is_preferred_and_names_its_comparator(hand):
    matched = {"gene": "RUNX2", "estimand": "matched_mineral", "comparator": "PPi", "estimate": -0.4, "ci_low": -0.7,
               "ci_high": -0.1, "n_donors": 4, "p": 0.02, "p_adjusted": 0.09}  # fmt: skip
    (only,) = gene_sentences(tables_with([*hand.genes(), matched]), "calcium_per_well")
    assert only["key"] == "RUNX2||matched_mineral|PPi"
    assert "against PPi with the same mineral" in only["text"]
    assert "not once all genes are counted" in only["text"]
    for shown in (False, None):
        held = tables_with([*hand.genes(), matched], matched=shown)
        (only,) = gene_sentences(held, "calcium_per_well")
        assert only["key"] == "RUNX2||total|"
        assert "same mineral" not in only["text"]


def test_the_figure_says_what_a_total_effect_is_not(held):
    drawing = gene_drawing(held)
    assert "cannot be read as a direct one" in drawing.caption
    assert "RUNX2" in drawing.svg
    assert len(drawing.listing.rows) == 2
    assert gene_drawing(tables_with([])) is None
