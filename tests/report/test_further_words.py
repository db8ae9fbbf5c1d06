"""Questions beside the declared one: other levels, days and steps, each from its own row."""

import dataclasses

import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.verdict.address import key_of
from mgassay.report.further_words import further_sentences
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import tables_of

EFFECT = {"readout": "calcium", "block": "siTRPM7", "contrast": "total", "scale": "log", "method": "donor_t",
          "mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg", "estimate": 1.2, "ci_low": 1.0, "ci_high": 1.4,
          "p": 0.01, "p_adjusted": 0.02, "n_donors": 4}  # fmt: skip
SHARE = {"readout": "calcium", "block": "siTRPM7", "share": "intracellular", "scale": "log", "method": "fieller_donor",
         "mg_reference_mM": 0.8, "mg_raised_mM": 2.0, "step": "Mg", "estimate": 0.6, "ci_low": 0.5, "ci_high": 0.7,
         "interval": "bounded", "identifiable": True}  # fmt: skip


@pytest.fixture
def told(hand):
    def sentences(effects=(), shares=(), means=(), experiment=None):
        held = {"effects": tables.EFFECTS.frame([EFFECT, *effects]), "shares": tables.SHARES.frame([SHARE, *shares])}
        keys = {f"{n}.csv": {key_of(n, r) for r in t.to_dict("records")} for n, t in held.items()}
        held["means"] = tables.MEANS.frame(means)
        asked = tables_of(experiment or hand.make_experiment(), held)
        found = list(further_sentences(asked, "calcium", "siTRPM7"))
        assert all(s["key"] in keys[s["table"]] for s in found)
        return [s["text"].replace(NO_BREAK, " ") for s in found]

    return sentences


def test_the_declared_question_is_not_told_again(told):
    assert told([{**EFFECT, "contrast": "interaction"}]) == []


def test_a_level_of_the_series_has_the_interval_and_p_of_all(told):
    dose = {**EFFECT, "contrast": "dose", "method": "donor_t", "mg_raised_mM": 1.4}
    intact, blocked = told([{**dose, "block": ""}, dose])
    assert intact == (
        "Among all levels of Mg²⁺, 0.8 to 1.4 mM with entry intact lowered calcium per protein: "
        "effect = 1.20 [1.00, 1.40] (natural log), p = 0.020 over levels, n = 4 donors."
    )
    assert "with entry blocked (siTRPM7)" in blocked
    assert told([{**dose, "block": "2-APB"}]) == []


def test_another_day_and_another_step_have_t_their_difference_and_a_share(told):
    day, step = {"day": "7"}, {"step": "AngII", "mg_raised_mM": 0.8}
    lost = {**EFFECT, "contrast": "interaction", "estimate": 0.7, "ci_low": 0.5, "ci_high": 0.9}
    raising = {**EFFECT, **step, "estimate": -1.2, "ci_low": -1.4, "ci_high": -1.0}
    found = told([{**EFFECT, **day}, {**lost, **day}, raising], [{**SHARE, **day}])
    assert found == [
        "Raising Mg²⁺ from 0.8 to 2 mM, day 7, with entry intact lowered calcium per protein: "
        "T = 1.20 [1.00, 1.40] (natural log; 3.32-fold [2.72, 4.06] lower), p = 0.010, n = 4 donors.",
        "Mg²⁺, 0.8 to 2 mM, day 7: part of the effect depends on Mg²⁺ entry: "
        "T − B = 0.70 [0.50, 0.90] (natural log), p = 0.010, n = 4 donors.",
        "AngII, at 0.8 mM Mg²⁺, with entry intact raised calcium per protein: "
        "T = −1.20 [−1.40, −1.00] (natural log; 3.32-fold [2.72, 4.06] higher), p = 0.010, n = 4 donors.",
        "Mg²⁺, 0.8 to 2 mM, day 7, intracellular share: 60 % [50 %, 70 %] of the total effect, n = 4 donors.",
    ]


def test_another_day_whose_block_did_not_block_tells_of_no_entry(told):
    lost = {**EFFECT, "day": "7", "contrast": "interaction", "estimate": 0.7, "ci_low": 0.5, "ci_high": 0.9}
    share = {**SHARE, "day": "7", "flag": "entry_not_blocked"}
    found = told([{**EFFECT, "day": "7"}, lost], [share])
    assert "day 7: the block changed the effect, but not by stopping Mg²⁺ entry" in found[1]
    assert "entry was not blocked" in found[2]


def test_a_share_at_another_level_that_is_not_identifiable_is_no_number(told):
    (text,) = told(shares=[{**SHARE, "mg_raised_mM": 1.4, "identifiable": False, "interval": "unbounded"}])
    assert "not identifiable from this experiment (the data allow any value)" in text


def test_a_share_at_another_level_has_its_own_n(told, hand):
    """No T - B stands at another level; its donors are those of means.csv that have the four arms there: here one."""
    base = hand.make_experiment()
    arms = base.conditions[base.conditions["condition"].isin(["scr_mg20", "si_mg20"])]
    more = arms.assign(mg_mM=1.4, condition=["scr_mg14", "si_mg14"])
    experiment = dataclasses.replace(base, conditions=pd.concat([base.conditions, more], ignore_index=True))
    run = [(c, "D1") for c in ("scr_mg08", "scr_mg14", "si_mg08", "si_mg14")] + [("scr_mg14", "D2")]
    means = [{"readout": "calcium", "condition": c, "donor": d, "log_mean": 1.0} for c, d in run]
    (text,) = told(shares=[{**SHARE, "mg_raised_mM": 1.4}], means=means, experiment=experiment)
    assert text == "Mg²⁺, 0.8 to 1.4 mM, intracellular share: 60 % [50 %, 70 %] of the total effect, n = 1 donor."
