import math
import re

from mgassay.report.days_section import day_pieces
from mgassay.report.pieces import Beside, Folded
from mgassay.report.rows import tables_of


def pieces(hand, effects, shares=()):
    made = {**hand.with_rows("effects", effects), "shares": hand.with_rows("shares", shares)["shares"]}
    return day_pieces(tables_of(hand.days_experiment("7", "14"), made))


def test_effects_and_shares_of_every_day_are_drawn_and_listed(hand):
    later = [{**r, "estimate": 0.9} if r["contrast"] == "total" else r for r in hand.effects()]
    effects = [*hand.on_days(hand.effects(), "14"), *hand.on_days(later, "7")]
    told, beside, first, _, folded = pieces(hand, effects, hand.on_days(hand.shares(), "7", "14"))
    assert "the verdict rests on day 14" in told.text
    assert isinstance(beside, Beside)
    assert [d.title for d in beside.drawings] == [
        "Calcium per well, siTRPM7: course over days", "Calcium per well, 2-APB: course over days",
    ]  # fmt: skip
    texts = set(re.findall(r"<text[^>]*>([^<]*)</text>", beside.drawings[0].svg))
    assert {"day of harvest", "T, entry intact", "share: intracellular", "share: passive, no cells needed"} <= texts
    assert [row[:2] for row in first.rows] == [("7", "0.90 [0.92, 1.49]"), ("14", "1.20 [0.92, 1.49]")]
    assert first.heads[:5] == ("day", "T", "B", "A", "T − B")
    assert isinstance(folded, Folded)
    assert [r[0] for r in folded.listing.rows].count("7") == 6


def test_other_levels_and_steps_of_a_day_do_not_come_in(hand):
    effects = hand.on_days(hand.effects(), "7", "14")
    others = [{**r, "mg_raised_mM": 1.4, "estimate": 9.0} for r in effects]
    others += [{**r, "step": "AngII", "estimate": 9.0} for r in effects]
    alone, mixed = pieces(hand, effects), pieces(hand, [*others, *effects])
    assert alone == mixed


def test_a_day_without_a_contrast_has_a_dash_and_a_donor_alone_no_interval(hand):
    one = hand.effect("siTRPM7", "total", 0.8, math.nan, math.nan, math.nan, 1, day="7", flag="few_donors")
    _, beside, listing, *_ = pieces(hand, [one, *hand.on_days(hand.effects(), "14")])
    assert listing.rows[0][:3] == ("7", "0.80 [no interval]", "–")
    assert "too few donors" in listing.rows[0][-1]
    assert len(beside.drawings) == 2


def test_one_day_is_no_course(hand):
    assert pieces(hand, hand.on_days(hand.effects(), "14")) == []
    assert pieces(hand, hand.effects()) == []


def test_a_readout_of_one_day_only_has_no_course(hand):
    alone = [{**r, "readout": "viability"} for r in hand.on_days(hand.effects(), "14")]
    assert pieces(hand, [*alone, *hand.on_days(hand.effects(), "7", "14")]) == pieces(
        hand, hand.on_days(hand.effects(), "7", "14")
    )


def test_a_bound_is_called_one_in_the_table_and_aloud(hand):
    bound = [{**r, "flag": "floor;lower_bound"} for r in hand.effects()]
    _, beside, first, *_ = pieces(hand, hand.on_days(bound, "7", "14"))
    assert first.rows[0][1] == "at least 1.20 [0.92, 1.49]"
    assert "day 7, T, entry intact: at least 1.20 [0.92, 1.49]" in beside.drawings[0].svg
