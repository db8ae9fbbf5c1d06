"""The donors behind each effect, by name; what the others lack."""

import dataclasses
import math

import pandas as pd
import pytest

from mgassay.design import arms_of_blocks
from mgassay.report.donors_used import donors_of_shares, donors_used
from mgassay.report.rows import Tables, tables_of


@pytest.fixture
def told(hand):
    arms = {a.name: a for a in arms_of_blocks(hand.make_experiment())}

    def line(means, block="siTRPM7"):
        return donors_used(Tables(hand.with_rows("means", means), 0.8, 2.0), arms[block], "calcium_per_well")

    return line


def test_where_all_have_all_arms_they_are_named_once(hand, told):
    assert told(hand.means()) == (
        "Donors: T, B, T − B, shares, the block by itself of D1, D2, D3, D4; A of the runs run1, run2."
    )


def test_each_effect_has_its_own_donors_and_what_is_lacking_is_said(hand, told):
    """D4 was not run blocked at raised Mg, and D3 has no number there; D10 comes last."""
    means = [m for m in hand.means() if (m["condition"], m["donor"]) != ("si_mg20", "D4")]
    means = [{**m, "donor": "D10"} if m["donor"] == "D1" else m for m in means]
    means = [
        {**m, "log_mean": math.nan, "flag": "floor"} if (m["condition"], m["donor"]) == ("si_mg20", "D3") else m
        for m in means
    ]
    assert told(means) == (
        "Donors: T, the block by itself of D2, D3, D4, D10; B, T − B, shares of D2, D10; A of the runs run1, run2. "
        "D3 has no number for si_mg20. D4 lacks si_mg20. "
        "“If donors respond alike” (block ANOVA) also takes donors with gaps that have two arms or more."
    )
    assert "2-APB" not in told(means, "2-APB")
    assert told(means, "2-APB").startswith("Donors: T, B, T − B, shares, the block by itself of D2, D3, D4, D10;")


def test_without_means_there_is_nothing(hand, told):
    assert told([]) == ""
    assert told([{**m, "readout": "alizarin_od"} for m in hand.means()]) == ""


def test_shares_of_every_question_count_the_donors_with_all_four_arms(hand):
    """At 1.4 mM D1 and D2 have both arms, D3 only the intact one."""
    base = hand.make_experiment()
    scr, si = (base.conditions[base.conditions["condition"] == c] for c in ("scr_mg20", "si_mg20"))
    more = [scr.assign(condition="scr_mg14", mg_mM=1.4), si.assign(condition="si_mg14", mg_mM=1.4)]
    experiment = dataclasses.replace(base, conditions=pd.concat([base.conditions, *more], ignore_index=True))
    means = [
        *hand.means(),
        *(
            {"readout": "calcium_per_well", "condition": c, "donor": d, "log_mean": 2.5}
            for c, donors in (("scr_mg14", ("D1", "D2", "D3")), ("si_mg14", ("D1", "D2")))
            for d in donors
        ),
    ]
    held = tables_of(experiment, hand.with_rows("means", means))
    assert donors_of_shares(held, "calcium_per_well", "siTRPM7") == {
        ("Mg", "", 0.8, 2.0): 4,
        ("Mg", "", 0.8, 1.4): 2,
    }
    assert donors_of_shares(Tables({}, 0.8, 2.0), "calcium_per_well", "siTRPM7") == {}
