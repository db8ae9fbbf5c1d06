"""The donors behind each effect, by name; what the others lack."""

import math

import pytest

from mgassay.design import arms_of_blocks
from mgassay.report.donors_used import donors_used
from mgassay.report.rows import Tables


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
        "“If donors respond alike” (block ANOVA) takes every donor that has any of the arms it compares."
    )
    assert "2-APB" not in told(means, "2-APB")
    assert told(means, "2-APB").startswith("Donors: T, B, T − B, shares, the block by itself of D2, D3, D4, D10;")


def test_without_means_there_is_nothing(hand, told):
    assert told([]) == ""
    assert told([{**m, "readout": "alizarin_od"} for m in hand.means()]) == ""
