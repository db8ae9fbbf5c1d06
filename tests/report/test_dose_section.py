import re

from mgassay.report.dose_section import dose_pieces
from mgassay.report.rows import tables_of


def pieces(hand, effects, shares=()):
    made = {**hand.with_rows("effects", effects), "shares": hand.with_rows("shares", shares)["shares"]}
    return dose_pieces(tables_of(hand.make_experiment(), made))


def test_every_level_stands_in_the_table_with_its_simultaneous_interval_and_donors(hand):
    _, beside, *_ = pieces(hand, [*hand.effects(), *hand.series()])
    (drawing,) = beside.drawings
    rows = [row for row in drawing.listing.rows]
    assert rows[0] == (
        "entry intact",
        "0.8 to 1.4",
        "0.50 [0.30, 0.70]",
        "p = 0.004",
        "p = 0.007",
        "0.50 [0.31, 0.69]",
        "4",
    )
    assert [r[:2] for r in rows[1:]] == [
        ("entry intact", "0.8 to 2"), ("siTRPM7", "0.8 to 1.4"), ("siTRPM7", "0.8 to 2"),
    ]  # fmt: skip
    assert "siTRPM7, 1.4 mM: 0.30 [0.10, 0.50]" in drawing.svg
    assert "[0.31, 0.69]" not in drawing.svg


def test_the_share_at_each_level_stands_beneath_and_what_cannot_be_told_is_hatched(hand):
    told, beside, folded = pieces(hand, hand.series(), [*hand.shares(), *hand.level_shares()])
    assert "Dunnett" in told.text
    svg = beside.drawings[0].svg
    assert "intracellular share of the effect at that level" in svg
    assert "url(#h" in svg
    assert {"entry intact", "siTRPM7", "2-APB"} <= set(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    cells = {row[:3]: row[3].replace("\N{NO-BREAK SPACE}", " ") for row in folded.listing.rows}
    assert cells["1.4", "siTRPM7", "intracellular"] == "40 % [10 %, 65 %]"
    assert cells["1.4", "2-APB", "intracellular"] == "not identifiable (any value)"
    assert cells["2", "siTRPM7", "intracellular"] == "57 % [43 %, 71 %]"


def test_genes_are_in_a_table_to_open_and_have_no_figure(hand):
    genes = [{**row, "readout": "gene:RUNX2"} for row in hand.series()]
    _, folded = pieces(hand, genes)
    assert folded.listing.rows[0][:3] == ("entry intact", "0.8 to 1.4", "0.50 [0.30, 0.70]")
    assert "Genes" in folded.listing.caption


def test_without_a_series_there_is_nothing(hand):
    assert pieces(hand, hand.effects(), hand.shares()) == []
    assert dose_pieces(tables_of(hand.make_experiment(), {})) == []


def test_a_bound_is_called_one_in_the_table_and_aloud(hand):
    _, beside, *_ = pieces(hand, [{**row, "flag": "floor;lower_bound"} for row in hand.series()])
    (drawing,) = beside.drawings
    assert drawing.listing.rows[0][2] == "at least 0.50 [0.30, 0.70]"
    assert "siTRPM7, 1.4 mM: at least 0.30 [0.10, 0.50]" in drawing.svg
