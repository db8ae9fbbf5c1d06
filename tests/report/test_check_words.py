"""Checks in sentences: as far as the interval reaches, with the direction, and what a decision would take."""

import dataclasses
import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.report.check_words import check_sentences
from mgassay.report.late_section import late_pieces
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables, tables_of

BOUNDS = {"bound_low": -math.log(2), "bound_high": math.log(2)}


def row(check, subject, estimate=0.1, half=0.2, passed=True, flag="", block="siTRPM7", **more):
    ends = {"ci_low": estimate - half, "ci_high": estimate + half}
    key = {"readout": "calcium", "block": block, "check": check, "subject": subject}
    return {**key, "estimate": estimate, **ends, **BOUNDS, "passed": passed, "flag": flag, **more}


def told(*rows, more=(), effects=(), block="siTRPM7"):
    held = {"checks": tables.CHECKS.frame(rows), "equivalence": tables.EQUIVALENCE.frame(more)}
    held["effects"] = tables.EFFECTS.frame(effects)
    return list(check_sentences(Tables(held, 0.8, 2.0), "calcium", block))


def text(*rows, **more):
    (one,) = told(*rows, **more)
    return one["text"].replace(NO_BREAK, " ")


def outcome_of(outcome, donors, **key):
    named = {"readout": "calcium", "block": "siTRPM7", "check": "equivalence", "subject": "blocked", **key}
    return {**named, "fold": 1.5, "outcome": outcome, "n_donors": 4, "donors_needed": donors}


def test_only_what_lies_within_the_margin_is_as_good_as_absent():
    assert "B, entry blocked, is as good as absent: 0.10 [−0.10, 0.30] (90 % interval)" in text(
        row("equivalence", "blocked")
    )
    assert "neither shown nor shown to be absent" in text(row("equivalence", "blocked", half=1.0, passed=False))
    present = [outcome_of("different", None)]
    assert told(row("equivalence", "blocked", estimate=2.0, passed=False), more=present) == []  # said elsewhere
    assert told(row("equivalence", "blocked", passed=None)) == []


def test_inconclusive_says_how_many_donors_it_would_take_from_its_own_row():
    check = row("equivalence", "blocked", half=1.0, passed=False)
    first, second = told(check, more=[outcome_of("inconclusive", 12)])
    assert first["table"] == "checks.csv"
    assert (second["table"], second["key"]) == ("equivalence.csv", "calcium|siTRPM7|equivalence|blocked")
    assert "it would take 12 donors to show it within 1.50-fold" in second["text"]
    assert "n = 4 donors here" in second["text"]
    assert (
        "4 donors should do in four of five experiments" in told(check, more=[outcome_of("inconclusive", 4)])[1]["text"]
    )
    bound = outcome_of("inconclusive", None, flag="floor;upper_bound")
    assert "more donors alone would not tell" in told({**check, "flag": bound["flag"]}, more=[bound])[1]["text"]
    assert "no number of donors" in told(check, more=[outcome_of("inconclusive", None)])[1]["text"]
    assert len(told(row("equivalence", "blocked"), more=[outcome_of("equivalent", None)])) == 1


def test_blocks_that_disagree_are_named_with_the_direction():
    more_by_sirna = row("agreement", "2-APB", estimate=1.0, passed=False, flag="discordant_blocks")
    assert "siTRPM7 and 2-APB disagree, more of the effect is lost under siTRPM7 than under 2-APB" in text(
        more_by_sirna
    )
    other = row("agreement", "2-APB", estimate=-1.0, passed=False, flag="discordant_blocks")
    assert "more of the effect is lost under 2-APB than under siTRPM7" in text(other)
    assert "are not shown to agree: T − B by siTRPM7 less T − B by 2-APB is" in text(
        row("agreement", "2-APB", half=2.0, passed=False)
    )
    assert "siTRPM7 and 2-APB agree" in text(row("agreement", "2-APB"), block="2-APB")
    assert told(row("agreement", "2-APB"), block="NS8593") == []
    apart = text(row("agreement", "2-APB", flag="unpaired_blocks"))
    assert "T − B by siTRPM7 less T − B by 2-APB, in different donors, is 0.10" in apart


@pytest.mark.parametrize(
    ("passed", "flag", "words"),
    [
        (True, "", "siTRPM7 leaves alone what pyrophosphate does, as a block of Mg²⁺ entry should"),
        (False, "unspecific_block", "siTRPM7 changes what pyrophosphate does, which needs no Mg²⁺: it acts on more"),
        (False, "", "Whether siTRPM7 leaves alone what pyrophosphate does, which needs no Mg²⁺, is not settled"),
    ],
)
def test_a_falsification_is_told(passed, flag, words):
    assert words in text(row("equivalence", "falsification:pyrophosphate", passed=passed, flag=flag))


def test_a_comparator_is_named_with_its_entry():
    assert text(row("match", "ppi", block="")).startswith("The comparator ppi left as much mineral as raised Mg²⁺")
    under = text(row("match", "ppi", passed=False))
    assert under.startswith("The comparator ppi with entry blocked (siTRPM7) is not shown to leave as much mineral")


def test_a_share_made_again_is_told_where_it_moves():
    ends = {"bound_low": 0.6, "bound_high": 0.9}
    assert told(row("leave_one_out", "D2", estimate=0.7, **ends)) == []
    moved = text(row("leave_one_out", "D2", estimate=0.2, half=0.1, passed=False, **ends))
    assert moved == (
        "Without donor D2 the conclusion is reversed: the intracellular share is 20 % [10 %, 30 %] instead of "
        "[60 %, 90 %] by all donors."
    )
    opened = text(row("leave_one_out", "D2", estimate=0.6, half=0.2, passed=False, **ends))
    assert opened.startswith("Without donor D2 the conclusion is no longer settled: the intracellular share is 60 % [")
    lost = row("leave_one_out", "D2", passed=False, **ends) | {"ci_low": math.nan, "ci_high": math.nan}
    assert "the intracellular share is not identifiable instead of [60 %, 90 %]" in text(lost)
    flagged = text(row("without_flagged", "outlier;clipped", estimate=0.7, half=0.1, **ends))
    assert "the intracellular share is 70 % [60 %, 80 %], within the interval before" in flagged
    assert "clipped pixels" in flagged
    fixed = text(row("acellular_variant", "fixed", estimate=0.7, half=0.1, passed=None, **ends))
    assert fixed == "With the other acellular arm (fixed cells) the passive share is 70 % [60 %, 80 %]."
    lost = row("without_flagged", "outlier", passed=None, **ends) | {"ci_low": math.nan, "ci_high": math.nan}
    assert "is not identifiable" in text(lost)


def test_scales_are_told_where_they_disagree_and_once():
    log, additive = (row("scale", s, passed=False, flag="not_scale_robust") for s in ("log", "additive"))
    assert "natural logarithms and as percent inhibition lie on either side of one half: as percent" in text(
        log, additive
    )
    assert told(row("scale", "log"), row("scale", "additive")) == []


def test_late_mg_is_told_as_an_effect_and_as_a_part():
    assert "day 7, under siTRPM7, still lowers mineral: effect 1.00 [0.80, 1.20] (natural log, declared margin" in text(
        row("late_mg", "mg_from_day 7", estimate=1.0)
    )
    undecided = row("late_mg", "mg_from_day 7", block="", passed=None)
    assert "day 7 is not shown to lower mineral, nor to do less than the declared margin: effect 0.10" in text(
        undecided
    )
    part = row("late_mg", "mg_from_day 7, of total", estimate=0.5, block="")
    assert "day 7 still does, as a part of what it does from the start, is 50 % [30 %, 70 %]." in text(part)
    lost = {**part, "block": "siTRPM7", "ci_low": math.nan, "ci_high": math.nan, "passed": None}
    assert "does, under siTRPM7, as a part of what it does from the start, is not identifiable." in text(lost)


def test_late_mg_without_a_number_is_not_told():
    assert told(row("late_mg", "mg_from_day 7", estimate=math.nan, passed=None)) == []


def test_a_bound_is_called_one():
    bound = row("equivalence", "blocked", half=1.0, passed=False, flag="floor;lower_bound")
    assert "absent: at least 0.10 [−0.90, 1.10]" in text(bound)


def test_what_is_absent_by_no_test_is_inconclusive_although_its_90_interval_excludes_0():
    """Between p .05 and .10 the 90 % interval excludes 0 and the 95 % one does not: neither present nor absent."""
    check = row("equivalence", "blocked", estimate=0.8, half=0.7, passed=False)
    first, second = told(check, more=[outcome_of("inconclusive", 9)])
    assert "is neither shown nor shown to be absent: 0.80 [0.10, 1.50]" in first["text"]
    assert "it would take 9 donors" in second["text"]


def test_what_differs_from_0_within_the_margin_is_not_called_absent():
    effect = {"readout": "calcium", "block": "siTRPM7", "contrast": "blocked", "scale": "log", "method": "donor_t",
              "mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg", "estimate": 0.3, "ci_low": 0.1,
              "ci_high": 0.5}  # fmt: skip
    check, more = row("equivalence", "blocked", estimate=0.3, half=0.15), [outcome_of("equivalent", None)]
    assert "B, entry blocked, differs from 0, but by less than the declared margin: 0.30 [0.15, 0.45]" in text(
        check, more=more, effects=[effect]
    )
    assert "is as good as absent" in text(check, more=more, effects=[{**effect, "ci_low": -0.1}])
    assert "is as good as absent" in text(check, more=more, effects=[{**effect, "block": "2-APB"}])


def test_a_share_of_bounds_both_ways_is_no_result():
    ends = {"bound_low": 0.6, "bound_high": 0.9}
    flagged = text(row("without_flagged", "outlier", estimate=0.7, passed=None, flag="floor", **ends))
    assert "the intracellular share is not identifiable." in flagged


def test_late_mg_is_told_with_its_donors(hand):
    """D1 and D2 have the late arm and the reference, D1 alone the arm raised from the start too."""
    base = hand.make_experiment()
    scr = base.conditions[base.conditions["condition"] == "scr_mg20"]
    late = scr.assign(condition="scr_late", mg_from_day=7.0)
    experiment = dataclasses.replace(base, conditions=pd.concat([base.conditions, late], ignore_index=True))
    run = [("scr_mg08", "D1"), ("scr_mg08", "D2"), ("scr_mg20", "D1"), ("scr_late", "D1"), ("scr_late", "D2")]
    means = [{"readout": "calcium", "condition": c, "donor": d, "log_mean": 1.0} for c, d in run]
    rows = [row("late_mg", f"mg_from_day 7{part}", estimate=1.0, block="") for part in ("", ", of total")]
    held = {"checks": tables.CHECKS.frame(rows), "means": tables.MEANS.frame(means)}
    texts = [
        s["text"].replace(NO_BREAK, " ") for s in check_sentences(tables_of(experiment, held), "calcium", "siTRPM7")
    ]
    assert [t.partition("n = ")[2] for t in texts] == ["2 donors (natural log, declared margin 0.69).", "1 donor."]
    (_, beside) = late_pieces(tables_of(experiment, held))
    (cells,) = beside.drawings[0].listing.rows
    assert cells[beside.drawings[0].listing.heads.index("n")] == "2 (part: 1)"
