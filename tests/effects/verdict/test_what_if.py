"""What would change the verdict."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.flagged import Unflagged
from mgassay.effects.verdict.judgement import judgement
from mgassay.effects.verdict.what_if import side_of, what_if


def judged(lab, experiment, means, amounts=None):
    effects, shares = effects_from_means(experiment, means), shares_from_means(experiment, means)
    return judgement(experiment, tables.AMOUNTS.frame() if amounts is None else amounts, means, effects, shares)


def rows_of(verdict, check):
    return {row["subject"]: row for row in verdict["what_if"] if row["check"] == check}


def test_leaving_a_donor_out_is_the_verdict_of_the_others(lab, room):
    """D2's T is near 0 and turns the verdict: with it T includes 0 (X), without it T is 1.2 (B)."""
    values = {"calcium": room.arms(room.SI), "mg_intracellular": room.MG}
    values["calcium"]["scr_20"] = values["calcium"]["scr_20"] + np.array([0, 2.2, 0, 0])
    experiment, means = room.experiment_of(lab, values), lab.means(values)
    _, verdict = judged(lab, experiment, means)
    assert (verdict["grade"], verdict["side"]) == ("X", "")
    left = rows_of(verdict, "leave_one_out")
    assert list(left) == ["D1", "D2", "D3", "D4"]
    assert left["D2"] == {
        **{"check": "leave_one_out", "subject": "D2", "grade": "B", "identifiable": True, "side": "more_than_half"},
        "changes": ["grade", "identifiable", "side"],
    }
    assert left["D1"]["changes"] == []
    for donor, row in left.items():
        others = judged(lab, experiment, means[means["donor"] != donor])[1]
        assert (row["grade"], row["identifiable"], row["side"]) == tuple(
            others[k] for k in ("grade", "identifiable", "side")
        )


@pytest.mark.parametrize(("n", "left"), [(2, []), (3, ["D1", "D2", "D3"])])
def test_two_donors_are_too_few_to_leave_one_out(lab, room, n, left):
    values = {"calcium": {c: v[:n] for c, v in room.arms(room.SI).items()}}
    _, verdict = judged(lab, room.experiment_of(lab, values), lab.means(values))
    assert list(rows_of(verdict, "leave_one_out")) == left


def test_runs_without_cells_are_no_donors_to_leave_out(lab, room):
    """The runs are named as the donors are, and stay: without D1 there are still four of them."""
    values = {"calcium": {**room.arms(room.SI), **room.ACELLULAR}, "mg_intracellular": room.MG}
    experiment, means = room.experiment_of(lab, values), lab.means(values)
    row = rows_of(judged(lab, experiment, means)[1], "leave_one_out")["D1"]
    live = ~means["condition"].str.startswith("acell")
    others = judged(lab, experiment, means[~(live & (means["donor"] == "D1"))])[1]
    assert (row["grade"], row["side"]) == (others["grade"], others["side"])


def test_the_other_block_the_other_readout_and_the_other_scale(lab, room):
    calcium = {**room.arms(room.SI, total=2.3, share=0.62), **room.arms(room.APB, share=0.1)}
    values = {"calcium": calcium, "alizarin_od": room.arms(room.SI, total=0.05)}
    _, verdict = judged(lab, room.experiment_of(lab, values), lab.means(values))
    assert (verdict["grade"], verdict["block"], verdict["side"]) == ("C", "siTRPM7", "more_than_half")
    assert rows_of(verdict, "agreement")["2-APB"]["side"] == "less_than_half"
    assert rows_of(verdict, "agreement")["2-APB"]["changes"] == ["side"]
    assert rows_of(verdict, "readout")["alizarin_od"]["grade"] == "X"
    # T of 2.3 and B of .874: 1 - e^-2.3 = .900, 1 - e^-.874 = .583, so .35 of the inhibition
    assert rows_of(verdict, "scale")["additive"]["side"] == "less_than_half"


def test_without_flagged_wells_the_verdict_is_that_of_the_clean_means(lab, room):
    values = {"calcium": room.arms(room.SI), "mg_intracellular": room.MG}
    experiment, means = room.experiment_of(lab, values), lab.means(values)
    clean = lab.means({"calcium": room.arms(room.SI, share=0.1)})
    left_out = lab.amounts([{"condition": "si_20", "donor": "D1", "flag": "clipped;outlier", "value": 1.0}])
    shares, verdict = shares_from_means(experiment, means), room.verdict_of(experiment, means)
    found = what_if(experiment, means, shares, verdict, Unflagged(clean, left_out))
    (row,) = [r for r in found if r["check"] == "without_flagged"]
    assert row["subject"] == "clipped;outlier"
    assert (row["side"], row["changes"]) == ("less_than_half", ["side"])
    assert row["grade"] == verdict["grade"] == "B"  # Mg_i is still there


def test_the_other_acellular_arm_can_change_the_grade(lab, room):
    rows = [
        *lab.sirna_conditions(),
        *(lab.condition(f"fix_{m}", mg, cells="fixed") for m, mg in (("08", 0.8), ("20", 2))),
    ]
    one_run = {"fix_08": np.array([1.0, np.nan, np.nan, np.nan]), "fix_20": np.array([0.8, np.nan, np.nan, np.nan])}
    apb = [lab.condition(f"{n}_{m}", mg, inhibitor=i) for n, i in (("ca", "none"), ("apb", "2-APB"))
           for m, mg in (("08", 0.8), ("20", 2.0))]  # fmt: skip
    calcium = {**room.arms(room.SI), **room.arms(room.APB), **room.ACELLULAR, **one_run}
    means = lab.means({"calcium": calcium, "mg_intracellular": room.MG})
    _, verdict = judged(lab, lab.experiment([*rows, *apb]), means)
    assert verdict["grade"] == "A"
    assert rows_of(verdict, "acellular_variant")["fixed"]["grade"] == "B"


def test_without_a_readout_nothing_is_asked(lab):
    _, verdict = judged(lab, lab.sirna, tables.MEANS.frame())
    assert (verdict["what_if"], verdict["side"]) == ([], "")


@pytest.mark.parametrize(
    ("low", "high", "known", "side"),
    [
        (0.51, 0.9, True, "more_than_half"),
        (0.1, 0.49, True, "less_than_half"),
        (0.4, 0.6, True, "unsettled"),
        (0.5, 0.9, True, "unsettled"),
        (0.6, 0.9, False, ""),
    ],
)
def test_the_side_is_that_of_the_whole_interval(low, high, known, side):
    row = {"readout": "calcium", "block": "siTRPM7", "share": "intracellular", "scale": "log"}
    ends = {"method": "fieller_donor", "ci_low": low, "ci_high": high, "identifiable": known}
    shares = tables.SHARES.frame([{**row, **ends}])
    assert side_of(shares, "calcium", "siTRPM7") == side
    assert side_of(shares, "calcium", "2-APB") == side_of(shares, "calcium", "siTRPM7", "additive") == ""


def test_other_questions_are_not_made_again(lab, room):
    """A further Mg level and its donors change nothing: the verdict without D1 is the same with and without them."""
    values = {"calcium": room.arms(room.SI)}
    alone = judged(lab, room.experiment_of(lab, values), lab.means(values))[1]
    rows = [
        *room.experiment_of(lab, values).conditions.to_dict("records"),
        lab.condition("scr_14", 1.4, sirna="scramble"),
    ]
    more = pd.concat([lab.means(values), lab.means({"calcium": {"scr_14": 2.5 + room.NOISE}})], ignore_index=True)
    among = judged(lab, lab.experiment(rows), tables.MEANS.frame(more))[1]
    assert alone["what_if"] == among["what_if"]


@pytest.mark.parametrize(
    ("flag", "low", "high", "side"),
    [
        ("", 0.6, 0.9, "more_than_half"),
        ("", 0.1, 0.4, "less_than_half"),
        ("", 0.4, 0.6, "unsettled"),
        ("above_curve;lower_bound", 0.6, 0.9, "more_than_half"),
        ("above_curve;upper_bound", 0.6, 0.9, "unsettled"),  # at most: may be less than half
        ("above_curve;upper_bound", 0.1, 0.4, "less_than_half"),
        ("above_curve;lower_bound", 0.1, 0.4, "unsettled"),
    ],
)
def test_the_side_of_a_bound_is_its_own(flag, low, high, side):
    row = {"readout": "calcium", "block": "b", "share": "intracellular", "scale": "log", "method": "fieller_donor"}
    found = {"estimate": 0.5, "ci_low": low, "ci_high": high, "interval": "bounded", "identifiable": True, "flag": flag}
    shares = tables.SHARES.frame([{**row, **found}])
    assert side_of(shares, "calcium", "b") == side
    assert side_of(shares, "calcium", "other") == ""
    assert side_of(shares.assign(identifiable=False), "calcium", "b") == ""
