"""The one sentence at the top: each strength of claim needs its interval."""

import pytest

from mgassay import tables as states
from mgassay.report.headline import headline
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

VERDICT = {"readout": "calcium", "block": "siTRPM7", "grade": "C"}


def told(total=(1.0, 0.8, 1.2), share=(0.5, 0.3, 0.7), *, bounded=True, grade="C", flag="", share_flag="", **more):
    step = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg", "scale": "log", "readout": "calcium"}
    effects = [{**step, **ends(total), "block": "siTRPM7", "contrast": "total", "method": "donor_t", "n_donors": 4}]
    effects[0] |= {"p": 0.01, "flag": flag}
    made = {**step, "block": "siTRPM7", "share": "intracellular", "method": "fieller_donor", "flag": share_flag}
    shares = [{**made, **ends(share), **kind(bounded)}] if share else []
    shares += [
        {**made, "scale": "additive", **ends(a), **kind(more.get("told", True))} for a in more.get("percent", ())
    ]
    held = {"effects": states.EFFECTS.frame(effects), "shares": states.SHARES.frame(shares)}
    return headline({**VERDICT, "grade": grade}, Tables(held, 0.8, 2.0))


def ends(of):
    return dict(zip(("estimate", "ci_low", "ci_high"), of, strict=True))


def kind(bounded):
    return {"interval": "bounded" if bounded else "unbounded", "identifiable": bounded}


def plain(said):
    return said["text"].replace(NO_BREAK, " ")


CLAIMS = [
    (
        (0.7, 0.6, 0.8),
        "More than half of Mg²⁺'s protection was lost when its entry into the cell was blocked: 70 % [60 %, 80 %].",
    ),
    (
        (0.3, 0.2, 0.4),
        "Less than half of Mg²⁺'s protection, but not none, was lost when its entry into the cell was blocked: "
        "30 % [20 %, 40 %].",
    ),
    (
        (0.5, 0.3, 0.7),
        "Part of Mg²⁺'s protection was lost when its entry into the cell was blocked: 50 % [30 %, 70 %].",
    ),
    (
        (0.07, -0.02, 0.16),
        "Most of Mg²⁺'s protection was left when its entry into the cell was blocked: 7 % [−2 %, 16 %] was lost.",
    ),
    (
        (0.3, -0.2, 0.8),
        "Whether any of Mg²⁺'s protection needs its entry into the cell is not settled: 30 % [−20 %, 80 %] was lost.",
    ),
    (
        (-0.5, -0.8, -0.1),
        "Blocking the entry of Mg²⁺ into the cell made its protection larger: by 50 % [10 %, 80 %] of it.",
    ),
]


@pytest.mark.parametrize(("share", "words"), CLAIMS)
def test_the_claim_goes_as_far_as_the_interval_and_its_number_is_that_of_its_verb(share, words):
    """The whole sentence: 7 % behind "left" alone would be the part lost, told as the part left."""
    said = told(share=share)
    assert plain(said) == words
    assert said["table"] == "shares.csv"
    assert said["key"].startswith("calcium|siTRPM7|intracellular|log|fieller_donor")
    assert "key_beside" not in said


def test_where_the_scales_turn_the_answer_both_numbers_stand_and_only_what_both_show_is_claimed():
    said = told(share=(0.57, 0.52, 0.63), percent=[(0.42, 0.35, 0.49)])
    assert plain(said) == (
        "Part of Mg²⁺'s protection was lost when its entry into the cell was blocked: 57 % [52 %, 63 %] counted in "
        "natural logarithms, 42 % [35 %, 49 %] counted as percent inhibition. Which of the two is taken decides on "
        "which side of one half it lies."
    )
    assert said["key"].startswith("calcium|siTRPM7|intracellular|log|")
    assert said["key_beside"].startswith("calcium|siTRPM7|intracellular|additive|")


def test_more_than_half_is_never_said_of_one_scale_alone():
    """Also where the estimates lie on one side, and the interval as percent inhibition holds one half."""
    said = plain(told(share=(0.7, 0.55, 0.85), percent=[(0.6, 0.45, 0.75)]))
    assert said.startswith("Part of Mg²⁺'s protection was lost")
    assert "60 % [45 %, 75 %] counted as percent inhibition." in said
    assert "decides" not in said
    both = plain(told(share=(0.7, 0.6, 0.8), percent=[(0.6, 0.51, 0.7)]))
    assert both.startswith("More than half of")
    assert both.endswith("blocked: 70 % [60 %, 80 %].")


def test_what_is_told_on_one_scale_only_says_which():
    said = plain(told(share=(0.1, -0.1, 0.3), percent=[(0.1, -5.0, 5.0)], told=False))
    assert said.endswith("10 % [−10 %, 30 %] was lost counted in natural logarithms, and cannot be told counted as "
                         "percent inhibition.")  # fmt: skip


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
    assert ": at least 70" in told(share=(0.7, 0.6, 0.8), share_flag="floor;lower_bound")["text"]
    assert ": at most 40" in told(share=(0.4, 0.35, 0.45), share_flag="above_curve;upper_bound")["text"]
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
