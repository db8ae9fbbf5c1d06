import dataclasses

from mgassay.experiment import Settings
from mgassay.report.pieces import Beside, Heading, Listing
from mgassay.report.rows import tables_of
from mgassay.report.share_bar import share_drawing
from mgassay.report.steps_section import step_pieces

ANGII = {"name": "AngII", "column": "modulator", "reference": "none", "raised": "AngII"}


def experiment(hand):
    base = hand.make_experiment()
    settings = Settings.model_validate({**base.settings.model_dump(exclude_unset=True), "step": [ANGII]})
    return dataclasses.replace(base, settings=settings)


def pieces(hand, effects, shares=()):
    made = {**hand.with_rows("effects", effects), "shares": hand.with_rows("shares", shares)["shares"]}
    own = experiment(hand)
    return step_pieces(tables_of(own, made), own), tables_of(own, made)


def of_angii(rows):
    return [{**r, "step": "AngII", "mg_raised_mM": 0.8, "estimate": -r["estimate"]} for r in rows]


def test_a_step_has_its_effects_and_its_share_bar_beside_nothing_of_mg(hand):
    shares = [*hand.shares(), *({**s, "step": "AngII", "mg_raised_mM": 0.8, "estimate": 0.8} for s in hand.shares())]
    (told, heading, what, *rest), held = pieces(hand, [*hand.effects(), *of_angii(hand.effects())], shares)
    assert "Nothing here enters the verdict" in told.text
    assert heading == Heading("AngII")
    assert what.text == "Modulator none to AngII, at 0.8 mM Mg²⁺."
    listings = [p for p in rest if isinstance(p, Listing)]
    assert [p.caption for p in listings] == ["Effects: calcium per well, siTRPM7", "Effects: calcium per well, 2-APB"]
    assert listings[0].rows[0][:2] == ("T, entry intact", "−1.20 [0.92, 1.49]")
    (bars,) = [p for p in rest if isinstance(p, Beside)]
    assert bars.drawings[0].title == "Calcium per well, siTRPM7, AngII"
    assert "80" in bars.drawings[0].listing.rows[0][1]
    mg = share_drawing(held, "calcium_per_well", "siTRPM7")
    assert mg.listing.rows[0][1].startswith("57")
    assert mg.svg != bars.drawings[0].svg


def test_a_step_without_shares_has_its_effects_alone(hand):
    rows = of_angii([e for e in hand.effects() if e["contrast"] == "total"])
    (_, _, _, *rest), _ = pieces(hand, rows)
    assert rest
    assert not [p for p in rest if isinstance(p, Beside)]


def test_without_further_steps_there_is_nothing(hand):
    assert pieces(hand, hand.effects(), hand.shares())[0] == []
