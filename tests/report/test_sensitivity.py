import math

import pytest

from mgassay import tables
from mgassay.report.check_words import with_test
from mgassay.report.numbers import NO_BREAK, NOTHING
from mgassay.report.pieces import Folded, Listing
from mgassay.report.rows import Tables
from mgassay.report.sensitivity import answer, asked, bounds, found, sensitivity_pieces


def check(name, subject, passed=True, **more):
    made = {"readout": "calcium", "block": "siTRPM7", "check": name, "subject": subject, "estimate": 0.5,
            "ci_low": 0.4, "ci_high": 0.6, "bound_low": -0.405, "bound_high": 0.405, "passed": passed}  # fmt: skip
    made |= more
    (row,) = tables.CHECKS.frame([made]).to_dict("records")
    return row


def beside(*given, **more):
    (row,) = with_test(Tables({}, 0.8, 2.0), [check(*given, **more)])
    return row


SAME = "Is the intracellular share the same without"
HALF = "On which side of one half is the intracellular share,"
WORDS = [
    ("agreement", "2-APB", "Do siTRPM7 and 2-APB stop the same part (T − B)?", "they agree"),
    ("equivalence", "blocked", "Is B, entry blocked, absent?", "as good as absent"),
    (
        "equivalence",
        "falsification:PPi",
        "Does PPi do the same under siTRPM7? It needs no Mg²⁺ entry.",
        "it does the same",
    ),
    ("leave_one_out", "D3", "Does the intracellular share say the same without donor D3?", "the conclusion stays"),
    ("without_flagged", "outlier", f"{SAME} the flagged wells (far from its replicates)?", "it stays"),
    ("acellular_variant", "fixed", "Is the passive share the same with fixed cells?", "it stays"),
    (
        "scale",
        "additive",
        f"{HALF} counted as percent inhibition?",
        "not settled: the interval holds one half; the other estimate lies on the same side",
    ),
    ("match", "PPi", "Does PPi leave as much mineral as raised Mg²⁺?", "the same mineral"),
    ("late_mg", "mg_from_day 7", "Does Mg²⁺ raised from day 7 still stop mineral?", "yes"),
    (
        "late_mg",
        "mg_from_day 7, of total",
        "Is more than half of the protection left when Mg²⁺ is raised from day 7?",
        "yes",
    ),
    ("brand_new", "x", "brand new: x", "yes"),
]


@pytest.mark.parametrize(("name", "subject", "question", "yes"), WORDS)
def test_every_check_has_words(name, subject, question, yes):
    assert asked(check(name, subject)) == question
    assert answer(beside(name, subject)) == yes
    assert answer(beside(name, subject, passed=False)) != yes
    assert answer(beside(name, subject, passed=None)).startswith("undecided")


def test_shares_are_in_percent_and_effects_are_not():
    kept = check("leave_one_out", "D3", bound_low=0.1, bound_high=0.7)
    assert (found(kept), bounds(kept)) == (
        f"50{NO_BREAK}% [40{NO_BREAK}%, 60{NO_BREAK}%]", f"10{NO_BREAK}% to 70{NO_BREAK}%",
    )  # fmt: skip
    assert (found(check("equivalence", "total")), bounds(check("equivalence", "total"))) == (
        "0.50 [0.40, 0.60]", "−0.41 to 0.41",
    )  # fmt: skip
    assert bounds(check("scale", "log", bound_low=0.5, bound_high=0.5)) == f"50{NO_BREAK}%"


def test_a_share_without_a_bounded_set_is_not_printed():
    open_ = check("scale", "log", passed=None, ci_low=math.nan, ci_high=math.nan)
    assert found(open_) == "not identifiable"
    assert bounds(check("leave_one_out", "D1", bound_low=math.nan, bound_high=math.nan)) == "–"


def test_what_is_present_is_said_to_be_and_what_is_open_says_how_many_donors_would_tell():
    test = {"readout": "calcium", "block": "siTRPM7", "check": "equivalence", "subject": "blocked"}
    rows = [check("equivalence", "blocked", passed=False)]
    for outcome, told, remark in (
        ("different", "present: it differs from 0", ""),
        ("inconclusive", "not shown to be absent", "10 donors would tell"),
    ):
        made = tables.EQUIVALENCE.frame([{**test, "outcome": outcome, "donors_needed": 10}])
        held = Tables({"checks": tables.CHECKS.frame(rows), "equivalence": made}, 0.8, 2.0)
        _, listing = sensitivity_pieces(held, {"readout": "calcium", "block": "siTRPM7"})
        assert listing.rows[0][2] == told
        assert listing.rows[0][5] == NOTHING  # neither passed nor failed: what is there was asked
        assert listing.rows[0][6:] == ((remark,) if remark else ())


def test_the_readout_and_block_of_the_verdict_come_first_and_the_others_are_there_to_open():
    rows = [
        check("match", "PPi", block=""),
        check("equivalence", "total", block="2-APB"),
        check("equivalence", "total"),
        check("equivalence", "total", readout="alizarin_od"),
    ]
    held = Tables({"checks": tables.CHECKS.frame(rows)}, 0.8, 2.0)
    _, own, other = sensitivity_pieces(held, {"readout": "calcium", "block": "siTRPM7"})
    assert isinstance(own, Listing)
    assert [r[0] for r in own.rows] == ["siTRPM7", "", "2-APB"]
    assert isinstance(other, Folded)
    assert "Alizarin" in other.listing.caption
    assert sensitivity_pieces(Tables({}, 0.8, 2.0), {"readout": "calcium"}) == []
    _, alone, *_ = sensitivity_pieces(held, {})
    assert isinstance(alone, Folded)


def test_a_bound_is_called_one_on_either_scale_of_a_check():
    bound = "floor;lower_bound"
    assert found(check("equivalence", "total", flag=bound)) == "at least 0.50 [0.40, 0.60]"
    assert found(check("scale", "log", flag=bound)).startswith(f"at least 50{NO_BREAK}% [")
    assert found(check("scale", "log", flag="floor")) == "not identifiable"


def test_what_differs_within_the_margin_is_not_called_absent():
    small = {**beside("equivalence", "blocked"), "outcome": "equivalent", "differs": True}
    assert answer(small) == "it differs from 0, but by less than the margin"


def test_late_mg_has_one_answer_in_all_places():
    late = beside("late_mg", "mg_from_day 7", bound_low=0.0, bound_high=0.7)
    assert answer(late) == "yes, but by less than the margin"
    assert answer({**late, "bound_high": 0.5}) == "yes"


ALL = {"bound_low": 0.52, "bound_high": 0.63, "passed": False}


@pytest.mark.parametrize(
    ("low", "high", "told", "short"),
    [
        (0.47, 0.70, "is no longer settled", "no longer settled"),
        (0.20, 0.40, "is reversed", "reversed"),
        (math.nan, math.nan, "can no longer be told", "no longer told"),
    ],
)
def test_without_a_donor_a_conclusion_is_reversed_only_where_the_intervals_lie_apart(low, high, told, short):
    """Of [52 %, 63 %] by all donors: [47 %, 70 %] holds one half and claims nothing; [20 %, 40 %] claims the other."""
    row = {**beside("leave_one_out", "D1", ci_low=low, ci_high=high, **ALL)}
    assert answer(row) == f"the conclusion {told}"
    held = Tables({"checks": tables.CHECKS.frame([{c: row[c] for c in tables.CHECKS.columns}])}, 0.8, 2.0)
    _, listing = sensitivity_pieces(held, {"readout": "calcium", "block": "siTRPM7"})
    assert dict(zip(listing.heads, listing.rows[0], strict=True))["holds"] == short


def test_a_conclusion_that_was_open_with_all_donors_is_settled_only_so():
    row = beside("leave_one_out", "D1", ci_low=0.6, ci_high=0.8, bound_low=0.4, bound_high=0.8, passed=False)
    assert answer(row) == "the conclusion is settled only so"


def test_scales_disagree_only_where_both_are_settled():
    """62 % [49 %, 75 %] and 44 % [29 %, 60 %] hold one half both: their estimates lie apart, no conclusion does."""
    log = beside("scale", "log", estimate=0.62, ci_low=0.49, ci_high=0.75, passed=False)
    assert answer(log) == "not settled: the interval holds one half; the other estimate lies on the other side"
    settled = beside("scale", "log", estimate=0.57, ci_low=0.52, ci_high=0.63, passed=False)
    assert answer(settled) == "above; the other estimate lies on the other side"
    assert answer(beside("scale", "additive", ci_low=0.3, ci_high=0.45)).startswith("below; the other estimate lies on")
