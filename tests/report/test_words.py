import math
import re

import pytest
from tests.report.told_numbers import faults

from mgassay import tables
from mgassay.effects.verdict.address import key_of
from mgassay.report.answers import sentences
from mgassay.report.numbers import NO_BREAK
from mgassay.report.words import estimate_text, evidence, share_interval, share_text


def told(given):
    return sentences(given.verdict, given.tables, given.experiment)


def row_of(given, sentence):
    name = sentence["table"].removesuffix(".csv")
    rows = given.tables[name].to_dict("records")
    (found,) = [r for r in rows if key_of(name, r) == sentence["key"]]
    return found


def test_every_number_is_that_of_its_row_and_stands_where_it_belongs(hand):
    given = hand.make_input()
    assert told(given)
    assert [fault for s in told(given) for fault in faults(s, given.tables)] == []


def test_estimates_come_with_interval_and_n(hand):
    for sentence in told(hand.make_input()):
        if sentence["table"] == "effects.csv" and "inhibition" not in sentence["text"]:
            assert re.search(r"\d \[.+, .+\]", sentence["text"])
            assert re.search(r"n = \d+ (donor|run)s?", sentence["text"])


def test_the_answer_is_in_words(hand):
    texts = [s["text"].replace(NO_BREAK, " ") for s in told(hand.make_input())]
    assert (
        "Raising Mg²⁺ from 0.8 to 2 mM with entry intact lowered calcium per well: "
        "T = 1.20 [0.92, 1.49] (natural log; 3.34-fold [2.51, 4.43] lower), p < 0.001, n = 4 donors." in texts
    )
    assert "Intracellular: 57 % [43 %, 71 %] of the total effect, n = 4 donors." in texts
    assert any(t.startswith("Cell surface or residual entry: 18 % [2 %, 35 %]") for t in texts)
    assert any("without cells" in t.lower() and "n = 2 runs" in t for t in texts)


def test_no_direction_is_claimed_when_the_interval_holds_zero(hand):
    (total,) = [s for s in told(hand.unidentifiable()) if "|total|" in s["key"] and "|log|" in s["key"]]
    assert "no clear effect" in total["text"]
    assert "lowered" not in total["text"]


def test_a_share_that_is_not_identifiable_is_not_quoted(hand):
    shares = [s["text"].replace(NO_BREAK, " ") for s in told(hand.unidentifiable()) if s["table"] == "shares.csv"]
    assert len(shares) == 3
    assert all("not identifiable from this experiment" in t for t in shares)
    assert any("≤ −40 % or ≥ 120 %" in t for t in shares)
    assert not any("57 %" in t for t in shares)


def test_one_donor_is_told_why_there_is_no_share(hand):
    alone = [{**r, "flag": "few_donors"} for r in hand.unidentifiable().tables["shares"].to_dict("records")]
    given = hand.make_input(tables=hand.with_rows("shares", alone))
    assert all("two donors" in s["text"] for s in told(given) if s["table"] == "shares.csv")


def test_a_share_outside_the_whole_is_not_cut(hand):
    row = hand.share("siTRPM7", "intracellular", 1.284, 1.06, 1.55)
    (text,) = [
        s["text"] for s in told(hand.make_input(tables=hand.with_rows("shares", [row]))) if "shares" in s["table"]
    ]
    assert "128\N{NO-BREAK SPACE}% [106\N{NO-BREAK SPACE}%, 155\N{NO-BREAK SPACE}%]" in text
    assert "oppose" in text


def test_the_three_kinds_of_sets(hand):
    bounded, rays = hand.share("b", "passive", 0.2, 0.1, 0.3), {"interval": "two_rays", "ci_low": -0.4, "ci_high": 1.2}
    texts = [share_interval(r).replace(NO_BREAK, " ") for r in (bounded, rays, {"interval": "unbounded"})]
    assert texts == ["[10 %, 30 %]", "≤ −40 % or ≥ 120 %", "any value"]


def test_tables_are_not_changed(hand):
    given = hand.make_input()
    before = {n: t.copy() for n, t in given.tables.items()}
    told(given)
    for name, table in before.items():
        tables.BY_NAME[name].check(given.tables[name])
        assert given.tables[name].equals(table)


def with_effect(hand, contrast, **changes):
    """The hand-made experiment with one contrast of siTRPM7 on the log scale changed."""
    rows = [
        {**r, **changes} if (r["contrast"], r["block"]) == (contrast, "siTRPM7") and r["scale"] == "log" else r
        for r in hand.make_input().tables["effects"].to_dict("records")
    ]
    return hand.with_rows("effects", rows)


def text_with(hand, part, made):
    (found,) = [s["text"] for s in told(hand.make_input(tables=made)) if part in s["key"]]
    return found


def test_what_needs_entry_is_read_by_the_sign_of_t(hand):
    part = "siTRPM7|interaction"
    assert "Part of the effect depends on" in text_with(hand, part, hand.make_tables())
    raising = {"estimate": -0.9, "ci_low": -1.1, "ci_high": -0.7}
    made = with_effect(hand, "total", **raising)
    assert "made the effect larger" in text_with(hand, part, made)
    both = {**made, "effects": with_effect(hand, "interaction", **raising)["effects"]}
    assert "made the effect larger" in text_with(hand, part, both)
    none = with_effect(hand, "total", estimate=0.1, ci_low=-0.3, ci_high=0.5)
    assert "Part of the effect" not in text_with(hand, part, none)


def test_a_bound_is_called_one(hand):
    bound = with_effect(hand, "total", flag="floor;lower_bound")
    assert "T at least 1.20 [0.92, 1.49]" in text_with(hand, "siTRPM7|total|0.8|2.0|log", bound)
    most = with_effect(hand, "total", flag="above_curve;upper_bound")
    assert "T at most 1.20 [0.92, 1.49]" in text_with(hand, "siTRPM7|total|0.8|2.0|log", most)
    assert "was not shown to change" in text_with(hand, "siTRPM7|total|0.8|2.0|log", most)  # at most 1.20: it may be 0
    both = with_effect(hand, "total", flag="floor")
    text = text_with(hand, "siTRPM7|total|0.8|2.0|log", both)
    assert "was not shown to change" in text
    assert "made of bounds" in text


def test_one_donor_shows_no_absence(hand):
    nothing = {"ci_low": math.nan, "ci_high": math.nan, "p": math.nan, "n_donors": 1, "flag": "few_donors"}
    text = text_with(hand, "siTRPM7|total|0.8|2.0|log", with_effect(hand, "total", **nothing))
    assert "was not shown to change calcium per well: T = 1.20 [no interval] (natural log), n = 1 donor" in text


def test_parts_oppose_each_other_only_where_the_whole_interval_says_so(hand):
    row = hand.share("siTRPM7", "passive", -0.03, -0.2, 0.14)
    (text,) = [
        s["text"] for s in told(hand.make_input(tables=hand.with_rows("shares", [row]))) if "shares" in s["table"]
    ]
    assert "−3" in text
    assert "oppose" not in text


def test_a_share_made_of_bounds_is_not_quoted(hand):
    row = {**hand.share("siTRPM7", "intracellular", 0.02, -0.02, 0.03), "identifiable": False, "flag": "floor"}
    (text,) = [
        s["text"] for s in told(hand.make_input(tables=hand.with_rows("shares", [row]))) if "shares" in s["table"]
    ]
    assert "the data allow any value" in text
    assert "T is too close to 0" not in text


def test_t_of_another_control_is_not_told_as_this_blocks_own(hand):
    rows = [
        {**r, "block": ""} if r["contrast"] == "total" else r
        for r in hand.make_input().tables["effects"].to_dict("records")
    ]
    assert not [
        s
        for s in told(hand.make_input(tables=hand.with_rows("effects", rows)))
        if "|total|" in s["key"] and s["table"] == "effects.csv"
    ]


def test_the_knock_down_is_told_as_what_is_left_of_the_messenger(held):
    import math

    import pandas as pd

    from mgassay import tables as states
    from mgassay.report.rows import Tables
    from mgassay.report.words import _knock_down_sentences

    step = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg", "scale": "log", "method": "donor_t"}
    row = {**step, "readout": "gene:TRPM7", "block": "siTRPM7", "contrast": "block_main", "p": 0.0004, "n_donors": 4}
    # A quarter is left, between a fifth and a half.
    ends = dict(zip(("estimate", "ci_low", "ci_high"), map(math.log, (0.25, 0.2, 0.5)), strict=True))
    effects = pd.concat([held["effects"], states.EFFECTS.frame([{**row, **ends}])], ignore_index=True)
    (told,) = _knock_down_sentences(Tables({"effects": effects}, 0.8, 2.0), "siTRPM7")
    plain = told["text"].replace("\u202f", " ").replace("\u00a0", " ")
    assert plain == (
        "siTRPM7 lowered TRPM7 mRNA to 25 % [20 %, 50 %] of its control at 0.8 mM Mg²⁺, p < 0.001, n = 4 donors."
    )
    assert told["key"].startswith("gene:TRPM7|siTRPM7|block_main|")
    assert not list(_knock_down_sentences(held, "nothing"))
    rho = states.RHO.frame([{"block": "siTRPM7", "step": "Mg", "source": "gene:TRPM7", "rho": 0.3}])
    both = Tables({"effects": effects, "rho": rho.assign(source="mg_intracellular")}, 0.8, 2.0)
    assert list(_knock_down_sentences(both, "siTRPM7"))
    both = Tables({"effects": effects, "rho": rho}, 0.8, 2.0)  # rho by mRNA tells it over both levels: once is enough
    assert not list(_knock_down_sentences(both, "siTRPM7"))


@pytest.mark.parametrize(
    ("flag", "told"),
    [
        ("", "0.50 [0.40, 0.60]"),
        ("below_lod", "0.50 [0.40, 0.60]"),
        ("floor;lower_bound", "at least 0.50 [0.40, 0.60]"),
        ("above_curve;upper_bound", "at most 0.50 [0.40, 0.60]"),
        ("floor", "0.50 [0.40, 0.60], of bounds"),
        ("above_curve", "0.50 [0.40, 0.60], of bounds"),
    ],
)
def test_an_estimate_says_which_way_it_is_a_bound(flag, told):
    assert estimate_text({"estimate": 0.5, "ci_low": 0.4, "ci_high": 0.6, "flag": flag}) == told


def test_an_estimate_that_is_missing_is_a_dash_and_no_bound():
    missing = {"estimate": math.nan, "ci_low": math.nan, "ci_high": math.nan, "flag": "floor;lower_bound"}
    assert estimate_text(missing) == "–"


def test_p_says_over_what_it_is_adjusted():
    row = {"estimate": 0.5, "ci_low": 0.4, "ci_high": 0.6, "p": 0.02, "n_donors": 3, "flag": ""}
    assert (
        evidence("T", row, over="over levels")
        == "T = 0.50 [0.40, 0.60] (natural log), p = 0.020 over levels, n = 3 donors"
    )
    assert (
        evidence("T", {**row, "p": math.nan}, over="over levels") == "T = 0.50 [0.40, 0.60] (natural log), n = 3 donors"
    )


def test_what_would_tell_a_share_is_a_larger_effect_of_the_rows_own_step(hand):
    row = {**hand.share("b", "intracellular", 0.5, math.nan, math.nan), "interval": "unbounded", "flag": ""}
    row["identifiable"] = False
    assert "a larger effect of Mg²⁺ would tell" in share_text(row, "")
    assert "a larger effect of AngII would tell" in share_text({**row, "step": "AngII"}, "")


def test_parts_oppose_each_other_only_where_a_bound_points_there(hand):
    row = {**hand.share("b", "intracellular", 1.3, 1.1, 1.5), "flag": "above_curve;upper_bound"}
    assert "oppose" not in share_text(row, "")
    assert "oppose" in share_text({**row, "flag": "floor;lower_bound"}, "")


@pytest.mark.parametrize(
    ("flag", "counted"),
    [("", "n = 3 donors"), ("unpaired_rho", "n = 4 donors, intracellular Mg²⁺ of 3 others")],
)
def test_a_corrected_share_counts_the_donors_that_it_rests_on(hand, flag, counted):
    """T - B has four donors; rho of this readout, three: the same ones, or others."""
    corrected = hand.share("siTRPM7", "intracellular_corrected", 0.7, 0.5, 0.9, rho=0.19, flag=flag)
    rhos = [{**r, "n_donors": 3} if r.get("readout") else r for r in hand.rho_rows()]
    made = {**hand.with_rows("shares", [corrected]), "rho": hand.with_rows("rho", rhos)["rho"]}
    (text,) = [s["text"] for s in told(hand.make_input(tables=made)) if "shares" in s["table"]]
    assert text.endswith(f"of entry left under block, {counted}.")


@pytest.mark.parametrize(
    ("flag", "opening"),
    [("", "Intracellular, corrected: "),
     ("proxy_rho", "Intracellular, corrected on the condition that TRPM7 mRNA stands for Mg²⁺ entry: ")],
)  # fmt: skip
def test_a_share_corrected_by_mrna_names_its_condition(hand, flag, opening):
    corrected = hand.share("siTRPM7", "intracellular_corrected", 0.7, 0.5, 0.9, rho=0.19, flag=flag)
    given = hand.make_input(tables=hand.with_rows("shares", [corrected]))
    (text,) = [s["text"] for s in told(given) if "shares" in s["table"]]
    assert text.startswith(opening)


def test_a_corrected_share_above_one_tells_of_its_correction(hand):
    row = hand.share("b", "intracellular_corrected", 1.6, 1.2, 2.0, rho=0.7, flag="")
    assert "does not fit" in share_text(row, "")
    assert "oppose" not in share_text(row, "")
    assert "oppose" in share_text({**row, "estimate": -0.6, "ci_low": -0.9, "ci_high": -0.3}, "")


def test_nothing_is_called_entry_under_a_block_that_did_not_stop_it(hand):
    row = hand.share("siTRPM7", "intracellular", 0.7, 0.5, 0.9, flag="entry_not_blocked")
    text = text_with(hand, "siTRPM7|interaction", hand.with_rows("shares", [row]))
    assert "not by stopping Mg²⁺ entry, which went on under it" in text
    assert "depends on" not in text
    assert "entry was not blocked, as intracellular Mg²⁺ shows" in share_text(row, "")
