"""Pooled shares on the index page: which are shown, and what is said of those that are left out."""

import pytest

from mgassay import tables
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pieces import Beside, Listing, Prose
from mgassay.report.pooled import MOST_LISTED, SHARED, pooled_pieces


def summary(*pairs):
    rows = [{"experiment": f"e{i}", "grade": "B", "readout": r, "block": b} for i, (r, b) in enumerate(pairs)]
    return tables.SUMMARY.frame([*rows, {"experiment": "broken", "grade": ""}])


def pooled(share="intracellular", scale="log", n=3, **more):
    row = {"readout": "calcium", "block": "siTRPM7", "share": share, "scale": scale, "estimate": 0.55, "ci_low": 0.4}
    row |= {"ci_high": 0.7, "prediction_low": 0.2, "prediction_high": 0.9, "tau": 0.123, "n_donors": 11, "flag": ""}
    return {**row, "n_experiments": n, **more}


def members(n=3, left=0, share="intracellular", scale="log"):
    base = {"readout": "calcium", "block": "siTRPM7", "share": share, "scale": scale, "estimate": 0.5, "ci_low": 0.3}
    base |= {"ci_high": 0.8, "interval": "bounded", "identifiable": True, "n_donors": 4, "mg_reference_mM": 0.8}
    used = [{**base, "experiment": f"e{i}", "mg_raised_mM": 2.0, "used": True, "weight": 1 / n} for i in range(n)]
    return [*used, *({**base, "experiment": f"x{i}", "mg_raised_mM": 3.0, "used": False} for i in range(left))]


def pieces(rows, of, pairs=(("calcium", "siTRPM7"),)):
    return pooled_pieces(summary(*pairs), tables.SUMMARY_SHARES.frame(rows), tables.SUMMARY_POOLED.frame(of))


def listing(found):
    return next(p for p in found if isinstance(p, Listing))


def test_a_share_is_listed_on_both_scales_and_drawn_on_the_log_scale():
    found = pieces([pooled(), pooled(scale="additive")], [*members(), *members(scale="additive")])
    rows = [" | ".join(r).replace(NO_BREAK, " ") for r in listing(found).rows]
    assert rows[0].startswith(
        "calcium per protein, siTRPM7 | intracellular | natural log | 55 % [40 %, 70 %] | [20 %, 90 %]"
    )
    assert "| 0.12 | 3 | 11" in rows[0]
    (beside,) = [p for p in found if isinstance(p, Beside)]
    (drawing,) = beside.drawings
    assert len(drawing.listing.rows) == 3
    assert "0.8 to 2 mM" in drawing.caption


def test_a_sentence_tells_the_average_from_what_a_next_experiment_would_find():
    told = [p.text.replace(NO_BREAK, " ") for p in pieces([pooled(), pooled(scale="additive")], members())
            if isinstance(p, Prose)]  # fmt: skip
    assert told[1] == (
        "Intracellular (calcium per protein, siTRPM7), 3 experiments with 11 donors: on average 55 % [40 %, 70 %] "
        "of the effect; the true share of a next experiment would lie in [20 %, 90 %]."
    )
    assert "Hartung and Knapp" in told[0]


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("total_near_zero", "they do not show an effect"),
        ("shared_donors", "share donors count as one"),
        ("", "be told."),
    ],
)
def test_a_sentence_without_an_interval_has_no_number_and_says_why(flag, why):
    row = pooled(ci_low=None, ci_high=None, prediction_low=None, prediction_high=None, flag=flag)
    texts = [p.text for p in pieces([row], members()) if isinstance(p, Prose)]
    (told,) = [t for t in texts if t.startswith("Intracellular")]
    assert "no average share can be told" in told
    assert why in told
    assert "55" not in told


def test_without_a_prediction_a_next_experiment_is_not_told():
    row = pooled(prediction_low=None, prediction_high=None)
    assert any("next experiment would find cannot be told" in p.text for p in pieces([row], members())
               if isinstance(p, Prose))  # fmt: skip


def test_experiments_of_a_figure_lead_to_their_reports():
    (beside,) = [p for p in pieces([pooled()], members(left=1)) if isinstance(p, Beside)]
    assert beside.drawings[0].listing.links[0] == "e0/report.html"
    assert beside.drawings[0].listing.links[-1] == "x0/report.html"


def test_one_experiment_is_nothing_to_pool():
    assert pieces([pooled(n=1)], members(1)) == []
    assert pieces([], []) == []


def test_an_estimate_without_an_interval_is_not_printed():
    (row,) = listing(pieces([pooled(ci_low=None, ci_high=None, prediction_low=None)], members())).rows
    assert "no interval" in row
    assert not any("55" in cell for cell in row)


def test_experiments_left_out_are_counted_and_listed():
    (beside,) = [p for p in pieces([pooled(flag="not_pooled")], members(left=1)) if isinstance(p, Beside)]
    (drawing,) = beside.drawings
    assert "Left out: 1 experiment" in drawing.caption
    assert any("left out" in row for row in drawing.listing.rows)


def test_shared_donors_are_a_warning_with_its_remedy():
    warnings = [p.text for p in pieces([pooled(flag="shared_donors")], members()) if isinstance(p, Prose)]
    assert SHARED in warnings
    assert SHARED not in [p.text for p in pieces([pooled()], members()) if isinstance(p, Prose)]


def test_readouts_on_which_most_verdicts_rest_are_shown():
    other = pooled(readout="alizarin_od")
    pairs = [("calcium", "siTRPM7")] * 3 + [("calcium", "2-APB")] * 2 + [("alizarin_od", "siTRPM7")]
    assert {row[0] for row in listing(pieces([other, pooled()], members(), pairs)).rows} == {
        "calcium per protein, siTRPM7"
    }


@pytest.mark.parametrize("n", [40, MOST_LISTED + 1])
def test_many_experiments_are_drawn_in_part(n):
    (beside,) = [p for p in pieces([pooled(n=n)], members(n)) if isinstance(p, Beside)]
    assert f"drawn, of {n}" in beside.drawings[0].caption
    assert len(beside.drawings[0].listing.rows) == (n if n <= MOST_LISTED else 30)
