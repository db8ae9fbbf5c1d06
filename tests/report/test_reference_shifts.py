import math

from mgassay import tables
from mgassay.experiment import QpcrSettings
from mgassay.report.reference_shifts import shift_pieces, shift_words
from mgassay.report.rows import Tables

ROW = {"plate": "", "gene": "GAPDH", "measure": "reference_shift", "subject": "Mg: ca_mg20 / ca_mg08", "unit": "log2",
       "p": 0.4, "n": 4, "flag": ""}  # fmt: skip


def row(estimate, low, high, **more):
    return {**ROW, "estimate": estimate, "ci_low": low, "ci_high": high, **more}


def held(*rows):
    return Tables({"qpcr_quality": tables.QPCR_QUALITY.frame(rows)}, 0.8, 2.0)


def test_references_that_stay_within_the_bounds_are_said_to():
    still = [row(0.1, -0.2, 0.4), row(-0.1, -0.4, 0.2, gene="RPLP0")]
    assert list(shift_words(still, 1.5)) == [
        ("The reference genes move by less than 1.5-fold under every treatment (95 % intervals).", "")]  # fmt: skip
    ((text, _),) = shift_words(still[:1], 1.5)
    assert text.startswith("The reference gene GAPDH moves by less than 1.5-fold")


def test_a_reference_that_moves_says_by_how_much_every_gene_is_off():
    # log2 fold -1 is half; one reference of one: off by 2-fold; of two: by the root of 2
    ((text, tone),) = shift_words([row(-1.0, -1.4, -0.6, measure="reference_own_shift")], 1.5)
    assert tone == "warning"
    assert text.startswith("GAPDH falls 2.00-fold under raised Mg²⁺ [ca_mg20 / ca_mg08] (0.38 to 0.66-fold;")
    assert text.endswith("every gene reads as much, 2.00-fold too high.")
    (text, _), *_ = shift_words([row(1.0, 0.6, 1.4), row(0.0, -0.1, 0.1, gene="RPLP0")], 1.5)
    assert "GAPDH rises 2.00-fold" in text
    assert "with 2 reference genes, and if the others stand still, every gene reads 1.41-fold too low" in text


def test_what_the_donors_cannot_show_is_not_called_stable():
    for open_ in (row(0.1, -0.7, 0.9), row(0.1, math.nan, math.nan)):
        ((text, tone),) = shift_words([open_], 1.5)
        assert (tone, text.startswith("Not shown to stay within 1.5-fold: GAPDH under raised Mg²⁺")) == (
            "warning",
            True,
        )


def test_a_small_shift_that_is_shown_is_within_the_bounds():
    ((text, tone),) = shift_words([row(0.3, 0.2, 0.4)], 1.5)
    assert (tone, "less than 1.5-fold" in text) == ("", True)


def test_the_figure_shows_shifts_between_references_where_there_are_several():
    pieces = shift_pieces(held(row(0.1, -0.2, 0.4), row(0.2, -0.2, 0.5, measure="reference_own_shift")), QpcrSettings())
    drawing = pieces[-1]
    assert "relative to the other reference genes" in drawing.caption
    assert "1.5-fold (reference_max_fold)" in drawing.caption
    assert len(drawing.listing.rows) == 2
    assert "raised Mg²⁺" in drawing.svg
    alone = shift_pieces(held(row(0.2, -0.2, 0.5, measure="reference_own_shift")), QpcrSettings())[-1]
    assert "at equal amounts of RNA" in alone.caption
    assert shift_pieces(held(), QpcrSettings()) == []


def test_two_treatments_of_one_name_are_told_apart():
    svg = shift_pieces(
        held(row(0.1, -0.2, 0.4), row(0.1, -0.2, 0.4, subject="Mg: scr_mg20 / scr_mg08")), QpcrSettings()
    )[-1].svg
    assert "scr_mg20 / scr_mg08" in svg


def test_small_rna_has_references_of_its_own():
    small = {"gene": "SNORD44", "measure": "reference_own_shift"}
    both = held(row(0.1, -0.2, 0.4), row(0.1, -0.2, 0.4, gene="RPLP0"), row(1.0, 0.8, 1.2, **small))
    told = shift_pieces(both, QpcrSettings())
    assert [p.kind for p in told] == ["prose", "drawing", "prose", "drawing"]
    assert "SNORD44 rises 2.00-fold" in told[2].text
    assert told[2].text.endswith("every gene reads as much, 2.00-fold too low.")
    assert told[3].title == "Reference genes of small RNA under treatment"
