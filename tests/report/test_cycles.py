from mgassay.report.cycles import gene_pieces, qpcr_pieces
from mgassay.report.rows import Tables


def test_every_cq_status_is_counted_and_no_template_is_no_sample(held):
    counts, controls = qpcr_pieces(held)
    assert counts.rows == (("RUNX2", "1", "1", "0", "0", "2.00", "Cq not reached"),)
    assert controls.rows == (("RUNX2", "no template", "2", "1", "36.25"),)


def test_missing_controls_are_said(hand):
    samples = [w for w in hand.qpcr() if w["role"] == "sample"]
    pieces = qpcr_pieces(Tables(hand.with_rows("qpcr", samples), 0.8, 2.0))
    assert "contamination cannot be judged" in pieces[-1].text


def test_no_qpcr_no_section():
    assert qpcr_pieces(Tables({}, 0.8, 2.0)) == []


def test_genes_stand_apart_with_their_table(held):
    (drawing,) = gene_pieces(held)
    assert {row[0] for row in drawing.listing.rows} == {"RUNX2"}
    assert gene_pieces(Tables({}, 0.8, 2.0)) == []
