"""The one sentence at the top: each strength of claim needs its interval."""

import pytest

from mgassay import tables as states
from mgassay.report.headline import headline
from mgassay.report.rows import Tables

VERDICT = {"readout": "calcium", "block": "siTRPM7", "grade": "C"}


def told(total=(1.0, 0.8, 1.2), share=(0.5, 0.3, 0.7), *, bounded=True, grade="C", flag="", share_flag=""):
    step = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg", "scale": "log", "readout": "calcium"}
    ends = dict(zip(("estimate", "ci_low", "ci_high"), total, strict=True))
    effects = [{**step, **ends, "block": "siTRPM7", "contrast": "total", "method": "donor_t", "n_donors": 4}]
    effects[0] |= {"p": 0.01, "flag": flag}
    shares = []
    if share:
        ends = dict(zip(("estimate", "ci_low", "ci_high"), share, strict=True))
        kind = {"interval": "bounded" if bounded else "unbounded", "identifiable": bounded}
        kind["flag"] = share_flag
        shares = [{**step, **ends, **kind, "block": "siTRPM7", "share": "intracellular", "method": "fieller_donor"}]
    held = {"effects": states.EFFECTS.frame(effects), "shares": states.SHARES.frame(shares)}
    return headline({**VERDICT, "grade": grade}, Tables(held, 0.8, 2.0))


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ((0.7, 0.6, 0.8), "More than half of Mg²⁺'s protection was lost"),
        ((0.3, 0.2, 0.4), "Less than half of Mg²⁺'s protection, but not none, was lost"),
        ((0.5, 0.3, 0.7), "Part of Mg²⁺'s protection was lost"),
        ((0.1, -0.1, 0.3), "Most of Mg²⁺'s protection was left"),
        ((0.3, -0.2, 0.8), "is not settled"),
        ((-0.5, -0.8, -0.1), "made its protection larger"),
    ],
)
def test_the_claim_goes_as_far_as_the_interval(share, words):
    said = told(share=share)
    assert words in said["text"]
    assert said["table"] == "shares.csv"
    assert said["key"].startswith("calcium|siTRPM7|intracellular|log|fieller_donor")


def test_no_share_without_a_bounded_set_and_none_without_a_total():
    assert "cannot be told from this experiment" in told(bounded=False)["text"]
    assert "%" not in told(bounded=False)["text"]
    assert "was not measured with its entry blocked" in told(share=None)["text"]
    assert "does not show" in told(total=(0.3, -0.2, 0.8))["text"]
    assert "no protection to divide" in told(total=(-0.5, -0.8, -0.2))["text"]
    assert headline({"readout": "", "block": ""}, Tables({}, 0.8, 2.0)) is None


def test_no_share_is_claimed_above_an_x():
    assert "%" not in told(grade="X")["text"]
    assert "cannot be told from this experiment" in told(grade="X")["text"]


def test_bounds_that_pull_both_ways_show_no_change():
    assert "does not show that raising Mg²⁺ changed" in told(flag="floor")["text"]
    assert "protection" in told(flag="floor;lower_bound")["text"]


def test_a_bound_says_which_way_it_points_and_a_discordant_block_is_named():
    """Both are flags of the share's own row."""
    assert "(at least 70" in told(share=(0.7, 0.6, 0.8), share_flag="floor;lower_bound")["text"]
    assert "(at most 40" in told(share=(0.4, 0.35, 0.45), share_flag="above_curve;upper_bound")["text"]
    assert told(share_flag="discordant_blocks")["text"].endswith("Another block says otherwise.")


@pytest.mark.parametrize(
    ("share", "flag", "words"),
    [
        ((0.7, 0.6, 0.8), "above_curve;upper_bound", "is not settled"),  # at most 70 %: it may be none
        ((0.4, 0.35, 0.45), "above_curve;upper_bound", "Most of Mg²⁺'s protection was left"),
        ((-0.5, -0.8, -0.1), "above_curve;upper_bound", "made its protection larger"),
        ((0.7, 0.6, 0.8), "floor;lower_bound", "More than half of Mg²⁺'s protection was lost"),
        ((0.3, 0.2, 0.4), "floor;lower_bound", "Part of Mg²⁺'s protection was lost"),  # at least 30 %: it may be all
        ((-0.5, -0.8, -0.1), "floor;lower_bound", "is not settled"),
    ],
)
def test_a_bound_claims_only_what_lies_on_its_own_side(share, flag, words):
    assert words in told(share=share, share_flag=flag)["text"]


def test_a_block_that_did_not_block_makes_no_claim_about_entry():
    text = told(share=(0.7, 0.6, 0.8), share_flag="entry_not_blocked")["text"]
    assert "Entry was not blocked, as intracellular Mg²⁺ shows" in text
    assert "was lost" not in text
