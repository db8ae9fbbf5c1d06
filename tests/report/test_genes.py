import math

from mgassay import tables
from mgassay.report.drawing import DONOR_COLOURS
from mgassay.report.genes import gene_drawing, gene_sentences
from mgassay.report.rows import Tables


def tables_with(rows):
    check = {"readout": "calcium_per_well", "check": "match", "subject": "PPi", "passed": True}
    return Tables({"genes": tables.GENES.frame(rows), "checks": tables.CHECKS.frame([check])}, 0.8, 2.0)


def test_a_total_effect_claims_nothing_direct(held):
    (only,) = gene_sentences(held)
    assert only["key"] == "RUNX2||total|"
    assert "lower, log2 −0.97 [−1.38, −0.56], p = 0.024 over genes, n = 4 donors" in only["text"]
    assert "not evidence of a direct one" in only["text"]


def test_matched_mineral_is_preferred_and_names_its_comparator(hand):
    matched = {"gene": "RUNX2", "estimand": "matched_mineral", "comparator": "PPi", "estimate": -0.4, "ci_low": -0.7,
               "ci_high": -0.1, "n_donors": 4, "p": 0.02, "p_adjusted": 0.09}  # fmt: skip
    (only,) = gene_sentences(tables_with([*hand.genes(), matched]))
    assert only["key"] == "RUNX2||matched_mineral|PPi"
    assert "against PPi with the same mineral (calcium per well)" in only["text"]
    assert "not once all genes are counted" in only["text"]
    (only,) = gene_sentences(tables_with([*hand.genes(), {**matched, "flag": "unmatched"}]))
    assert only["key"] == "RUNX2||total|"
    assert "same mineral" not in only["text"]


def test_the_readout_that_was_matched_is_named():
    """The first of mineral that has a match, whatever the verdict rests on: calcium was not measured beside it."""
    checks = [
        {"readout": r, "block": b, "check": "match", "subject": s, "passed": True}
        for r, b, s in (
            ("alizarin_area", "", "PPi"),
            ("calcium", "", "fetuin"),
            ("alizarin_od", "", "PPi"),
            ("calcium", "si", "PPi"),
        )
    ]
    made = {"genes": tables.GENES.frame([row("matched_mineral")]), "checks": tables.CHECKS.frame(checks)}
    (only,) = gene_sentences(Tables(made, 0.8, 2.0))
    assert "against PPi with the same mineral (Alizarin Red density)" in only["text"]
    (only,) = gene_sentences(Tables({"genes": made["genes"]}, 0.8, 2.0))
    assert "against PPi with the same mineral: " in only["text"]


def test_the_figure_says_what_a_total_effect_is_not(held):
    drawing = gene_drawing(held)
    assert "A total effect is not interpretable as a direct effect" in drawing.caption
    assert "RUNX2" in drawing.svg
    assert len(drawing.listing.rows) == 2
    assert gene_drawing(tables_with([])) is None


def row(estimand, flag="", **more):
    comparator = "" if estimand == "total" else "PPi"
    made = {"gene": "RUNX2", "estimand": estimand, "comparator": comparator, "estimate": -0.8, "ci_low": -1.1,
            "ci_high": -0.5, "n_donors": 4, "p": 0.001, "p_adjusted": 0.002, "flag": flag}  # fmt: skip
    return {**made, "tipping_point": math.nan if estimand == "total" else 0.5, **more}


def test_a_direct_effect_is_called_one_only_where_it_is_earned():
    for flag, told in (
        ("direct", "; a direct effect, beyond what mineral does (tipping point 1.41-fold up)."),
        ("direct_if_inert", "; direct if PPi does nothing to the gene itself, which nothing here checks"),
        ("discordant_comparators", "; no direct effect is claimed."),
    ):
        (only,) = gene_sentences(tables_with([row("total"), row("matched_mineral", flag)]))
        assert told in only["text"]
        assert only["key"] == "RUNX2||matched_mineral|PPi"


def test_a_claim_by_another_estimand_comes_before_a_row_without_one():
    adjusted = row("adjusted", "direct", comparator="PPi, fetuin-A")
    (only,) = gene_sentences(tables_with([row("matched_mineral", "unconfirmed"), adjusted]))
    assert only["key"] == "RUNX2||adjusted|PPi, fetuin-A"


def test_what_the_other_comparisons_say_of_a_direct_effect_is_said():
    """A line through all comparators shows it; at matched mineral a mismatch may explain it, or Holm takes it back."""
    weak = row("matched_mineral", "mineral_may_explain")
    rows = [weak, {**weak, "comparator": "fetuin-A"}, row("adjusted", "direct", comparator="PPi, fetuin-A")]
    (only,) = gene_sentences(tables_with(rows))
    assert only["text"].endswith(
        "(tipping point 1.41-fold up). Its other comparisons do not show it (against PPi and against fetuin-A: what is "
        "left of a difference in mineral may explain it)."
    )
    alone = row("matched_mineral", comparator="fetuin-A", p_adjusted=0.063)
    open_ = row("adjusted", comparator="PPi, fetuin-A", ci_high=0.1)
    (only,) = gene_sentences(tables_with([row("matched_mineral", "direct"), alone, open_]))
    assert only["text"].endswith(
        "(against fetuin-A: taken by itself, but not once all genes are counted; adjusted for mineral: not clearly "
        "changed)."
    )
    (only,) = gene_sentences(tables_with([row("matched_mineral", "direct"), row("adjusted", "direct")]))
    assert "other comparisons" not in only["text"]
    (only,) = gene_sentences(tables_with([row("matched_mineral", "direct"), {**alone, "flag": "unmatched"}]))
    assert only["text"].endswith("(against fetuin-A: mineral not shown to be the same).")


def test_a_row_that_only_holm_keeps_from_a_claim_says_so():
    drawing = gene_drawing(tables_with([row("matched_mineral", p_adjusted=0.063)]))
    cells = dict(zip(drawing.listing.heads, drawing.listing.rows[0], strict=True))
    assert cells["direct effect"] == "not claimed"
    assert cells["remarks"] == "taken by itself, but not once all genes are counted"


def test_a_bound_is_told_with_its_direction():
    (only,) = gene_sentences(tables_with([row("total", "undetermined;upper_bound")]))
    assert "log2 at most −0.80 [−1.10, −0.50]" in only["text"]


def test_tipping_points_are_folds_in_the_table_and_explained_once():
    held = tables_with([row("total", "censored"), row("matched_mineral", "censored;direct"),
                        row("matched_mineral", "censored", block="siTRPM7", tipping_point=0.0)])  # fmt: skip
    drawing = gene_drawing(held)
    heads = drawing.listing.heads
    cells = [dict(zip(heads, r, strict=True)) for r in drawing.listing.rows]
    assert [c["tipping point"] for c in cells] == ["", "1.41-fold up", "none: the interval holds 0"]
    assert [c["direct effect"] for c in cells] == ["not interpretable as one", "yes", "not claimed"]
    assert "Tipping point: what a comparator would have to do" in drawing.caption
    assert "All rows: wells without a Cq counted" in drawing.caption
    assert "remarks" not in heads
    assert "at matched mineral: PPi, siTRPM7" in drawing.svg


def test_without_tipping_points_nothing_is_explained(held):
    assert "Tipping" not in gene_drawing(held).caption


def test_a_bound_is_an_open_mark_and_said_to_be():
    whole, bound = (gene_drawing(tables_with([row("total", flag)])) for flag in ("", "undetermined;upper_bound"))
    colour = f'fill="{DONOR_COLOURS[0]}"'
    assert (whole.svg.count(colour), bound.svg.count(colour)) == (2, 1)  # one is the legend's
    assert "An open mark is a bound" in bound.caption
    assert "open mark" not in whole.caption


def test_what_bounds_leave_open_cannot_be_told():
    """Between two arms no number is left; a line over several keeps one, without a p."""
    nothing = dict.fromkeys(("estimate", "ci_low", "ci_high", "p", "p_adjusted", "tipping_point"), math.nan)
    held = tables_with([row("total", "undetermined;floor", **nothing)])
    (only,) = gene_sentences(held)
    assert "cannot be told, since bounds stand for values in both arms (n = 4" in only["text"]
    assert "p = " not in only["text"]
    assert "clearly" not in only["text"]
    cells = dict(zip(gene_drawing(held).listing.heads, gene_drawing(held).listing.rows[0], strict=True))
    assert (cells["log2 fold change"], cells["p"], cells["p, Holm"]) == ("–", "–", "–")
    line = row("adjusted", "undetermined;floor", p=math.nan, p_adjusted=math.nan, comparator="PPi, fetuin-A")
    (only,) = gene_sentences(tables_with([line]))
    assert "cannot be told, since bounds stand for values, log2 −0.80 [−1.10, −0.50], of bounds, n = " in only["text"]
