from mgassay.design import arms_of_blocks
from mgassay.report.evidence import cases_of, effect_pieces, effects_listing, overview_listing, share_pieces
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pieces import Prose
from mgassay.report.rows import Tables


def test_the_verdicts_own_case_leads(hand, held):
    assert cases_of(hand.make_verdict(block="2-APB"), held) == [("calcium_per_well", b) for b in ("2-APB", "siTRPM7")]


def test_genes_are_no_mineral_readout(hand):
    rows = [{**r, "readout": "gene:RUNX2"} for r in hand.effects()]
    assert cases_of(hand.make_verdict(), Tables(hand.with_rows("effects", rows), 0.8, 2.0)) == []


def test_both_scales_and_both_estimators_stand_side_by_side(held):
    listing = effects_listing(held, "calcium_per_well", "siTRPM7")
    total = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert total["effect, natural log"] == "1.20 [0.92, 1.49]"
    assert total["percent inhibition"].replace(NO_BREAK, " ") == "70 % [60 %, 79 %]"
    assert total["if donors respond alike"] == "1.20 [1.01, 1.40]"
    assert total["n"] == "4"
    assert [r[0][0] for r in listing.rows] == ["T", "B", "A", "T", "B", "t"]


def test_a_missing_share_is_said(hand):
    (only,) = share_pieces(Tables(hand.with_rows("shares", []), 0.8, 2.0), [("calcium_per_well", "siTRPM7")])
    assert "No share was computed" in only.text


def test_t_of_another_control_does_not_stand_in_this_blocks_table(hand):
    rows = [{**r, "block": ""} if r["contrast"] == "total" else r for r in hand.effects()]
    listing = effects_listing(Tables(hand.with_rows("effects", rows), 0.8, 2.0), "calcium_per_well", "siTRPM7")
    assert [r[0] for r in listing.rows][:2] == ["B, entry blocked", "A, no cells"]


def test_a_bound_is_called_one_on_both_scales_and_by_both_estimators(hand):
    rows = [{**r, "flag": "floor;lower_bound"} for r in hand.effects()]
    listing = effects_listing(Tables(hand.with_rows("effects", rows), 0.8, 2.0), "calcium_per_well", "siTRPM7")
    total = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert total["effect, natural log"] == "at least 1.20 [0.92, 1.49]"
    assert total["percent inhibition"].replace(NO_BREAK, " ") == "at least 70 % [60 %, 79 %]"
    assert total["if donors respond alike"] == "at least 1.20 [1.01, 1.40]"


def test_the_donors_behind_a_table_are_named(hand, held):
    experiment = hand.make_experiment()
    arms = {a.name: a for a in arms_of_blocks(experiment)}
    pieces = effect_pieces(held, [("calcium_per_well", "siTRPM7")], arms, ())
    told = [p.text for p in pieces if isinstance(p, Prose)]
    assert any("D1, D2, D3, D4" in text and "A of the runs run1, run2" in text for text in told)


def test_all_readouts_and_blocks_stand_side_by_side_without_those_that_were_not_made(held):
    cases = [("calcium_per_well", "siTRPM7"), ("calcium_per_well", "2-APB")]
    listing = overview_listing(held, cases)
    assert listing.heads == ("readout", "block", "intracellular", "surface or residual", "passive")
    assert [r[1] for r in listing.rows] == ["siTRPM7", "2-APB"]
    assert listing.rows[0][2].replace(NO_BREAK, " ") == "57 % [43 %, 71 %]"
    assert [p.kind for p in share_pieces(held, cases)] == ["prose", "listing", "listing", "drawer"]
    assert [p.kind for p in share_pieces(held, cases[:1])] == ["prose", "listing"]
