"""Late Mg, by hand: three donors, whose numbers are small enough to be worked out on paper."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.verdict.late import with_late

KEY = ["readout", "block", "subject"]
T_2 = 4.302652729911275  # Student's .975 quantile for 2 df, as in any table


def late(experiment, means):
    checks = with_late(experiment, tables.CHECKS.frame(), means)
    tables.CHECKS.check(checks)
    return checks.set_index(KEY)


def three_arms(lab, reference, raised, late_arm, flags=None, readout="calcium"):
    """Late Mg of one experiment without a block; `flags` by condition."""
    rows = [lab.condition("ref", 0.8), lab.condition("raised", 2.0), lab.condition("late", 2.0, mg_from_day=4.0)]
    means = lab.means({readout: {"ref": reference, "raised": raised, "late": late_arm}})
    means = means.assign(flag=[(flags or {}).get(c, "") for c in means["condition"]])
    return late(lab.experiment(rows), tables.MEANS.frame(means))


def test_the_effect_of_late_mg_and_its_part_of_the_whole(lab):
    """Late effects .35 .45 .55 intact: mean .45, SD .1, SE .1/sqrt 3; T 1.2: .45/1.2 = .375; under the block .3/.6."""
    found = late(lab.every, lab.every_means("calcium", "gene:RUNX2"))
    assert set(found.index.get_level_values("readout")) == {"calcium"}
    row, half = found.loc["calcium", "", "mg_from_day 7"], T_2 * 0.1 / np.sqrt(3)
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([0.45, 0.45 - half, 0.45 + half])
    assert row[["bound_low", "bound_high"]].tolist() == pytest.approx([0.0, np.log(1.5)])
    assert row["passed"]
    assert found.loc["calcium", "", "mg_from_day 7, of total"]["estimate"] == pytest.approx(0.375)
    under = found.loc["calcium", "siTRPM7", "mg_from_day 7"]
    half = T_2 * np.sqrt(0.0075) / np.sqrt(3)  # .05 -.1 .05: sum of squares .015 over 2
    assert under[["estimate", "ci_low"]].tolist() == pytest.approx([0.3, 0.3 - half])
    assert found.loc["calcium", "siTRPM7", "mg_from_day 7, of total"]["estimate"] == pytest.approx(0.5)


def test_the_part_of_the_whole_is_fiellers(lab):
    """T = 1.9 2 2.1, late = .4 .6 .5: means 2 and .5, variances of the means .01/3, covariance .005/3; t^2 = 18.5128.

    (.5 - 2x)^2 <= t^2 (.01/3 - 2x .005/3 + x^2 .01/3), that is 3.93829 x^2 - 1.93829 x + .18829 <= 0: x between the
    roots (1.93829 -+ sqrt(.79078)) / 7.87658 = .13319 and .35898.
    """
    row = three_arms(lab, [3, 3, 3], [1.1, 1.0, 0.9], [2.6, 2.4, 2.5]).loc["calcium", "", "mg_from_day 4, of total"]
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([0.25, 0.13319, 0.35898], abs=1e-5)
    assert bool(row["passed"]) is False  # below one half: most of the protection is against initiation
    assert (row["bound_low"], row["flag"]) == (0.5, "")


@pytest.mark.parametrize(
    ("late_arm", "passed"),
    [
        ([2.5, 2.55, 2.45], True),  # .5 .45 .55: above 0
        ([3.01, 2.99, 3.0], False),  # -.01 .01 0: within +-.025, below log 1.5
        ([3.5, 3.55, 3.45], False),  # late Mg raises mineral
        ([2.9, 2.5, 3.2], None),  # .1 .5 -.2: -.74 to 1.01
        ([2.95, 2.96, 2.94], True),  # .05 .04 .06: small, and shown to be there
    ],
)
def test_what_is_passed(lab, late_arm, passed):
    found = three_arms(lab, [3, 3, 3], [1.0, 1.1, 0.9], late_arm).loc["calcium", "", "mg_from_day 4"]["passed"]
    assert found is pd.NA if passed is None else bool(found) is passed


def test_mostly_against_progression(lab):
    row = three_arms(lab, [3, 3, 3], [1.0, 1.1, 0.9], [1.2, 1.35, 1.1]).loc["calcium", "", "mg_from_day 4, of total"]
    assert row["passed"]


def test_one_donor_and_a_total_near_zero_are_undecided(lab):
    one = three_arms(lab, [3.0], [1.0], [2.0])
    assert one["estimate"].tolist() == pytest.approx([1.0, 0.5])
    assert one["passed"].isna().all()
    assert one["flag"].str.contains("few_donors").all()
    nothing = three_arms(lab, [3, 3, 3], [3.3, 2.7, 3.0], [2.0, 2.1, 1.9]).loc["calcium", "", "mg_from_day 4, of total"]
    assert np.isnan(nothing["ci_low"])
    assert "total_near_zero" in nothing["flag"]


def test_two_donors_are_not_called_few(lab):
    """They have an interval: late 1, .9, and of the total 1/2, .9/1.9."""
    two = three_arms(lab, [3.0, 3.0], [1.0, 1.1], [2.0, 2.1])
    assert two["flag"].tolist() == ["", ""]
    assert two["ci_low"].notna().all()


def test_without_mg_from_the_start_there_is_no_part_and_without_arms_no_row(lab):
    rows = [lab.condition("ref", 0.8), lab.condition("late", 2.0, mg_from_day=4.0)]
    found = late(lab.experiment(rows), lab.means({"calcium": {"ref": [3, 3, 3], "late": [2, 2.1, 2.2]}}))
    assert found.index.get_level_values("subject").tolist() == ["mg_from_day 4"]
    row, half = found.iloc[0], T_2 * 0.1 / np.sqrt(3)  # 1, .9, .8: mean .9, SD .1
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([0.9, 0.9 - half, 0.9 + half])
    assert row["passed"]
    assert late(lab.sirna, lab.means({"calcium": {"scr_08": [3, 3]}})).empty
    assert late(lab.every, tables.MEANS.frame()).empty


@pytest.mark.parametrize(
    ("flags", "effect", "part"),
    [
        ({"raised": "above_curve"}, "", "above_curve"),  # T is less, and may be 0
        ({"late": "floor"}, "floor;lower_bound", "floor;lower_bound"),  # at least that much was stopped
        ({"late": "above_curve"}, "above_curve;upper_bound", "above_curve;upper_bound"),
        ({"raised": "floor"}, "", "floor;upper_bound"),  # T is more: the part is less
        ({"ref": "above_curve"}, "above_curve;lower_bound", "above_curve"),  # both rise: either way
    ],
)
def test_bounds_point_their_way(lab, flags, effect, part):
    found = three_arms(lab, [3, 3, 3], [1.0, 1.1, 0.9], [2.0, 2.1, 1.9], flags)["flag"]
    assert found["calcium", "", "mg_from_day 4"] == effect
    assert found["calcium", "", "mg_from_day 4, of total"] == part


def test_a_bound_decides_nothing_it_does_not_know(lab):
    """A late effect of at most .5 is not shown to be above 0; one of at least 0 is not shown to be small."""
    at_most = three_arms(lab, [3, 3, 3], [1.0, 1.1, 0.9], [2.5, 2.55, 2.45], {"late": "above_curve"})
    assert at_most["passed"].isna()["calcium", "", "mg_from_day 4"]
    at_least = three_arms(lab, [3, 3, 3], [1.0, 1.1, 0.9], [3.01, 2.99, 3.0], {"late": "floor"})
    assert at_least["passed"].isna()["calcium", "", "mg_from_day 4"]
    assert at_least["passed"].isna()["calcium", "", "mg_from_day 4, of total"]


@pytest.mark.parametrize(
    ("late_arm", "flags", "passed"),
    [
        ([1.2, 1.35, 1.1], {"late": "above_curve"}, None),  # at most .87 of T
        ([1.2, 1.35, 1.1], {"late": "floor"}, True),  # at least
        ([2.6, 2.4, 2.5], {"late": "above_curve"}, False),  # at most .25
        ([2.6, 2.4, 2.5], {"late": "floor"}, None),
    ],
)
def test_a_part_that_is_a_bound_tells_only_its_own_side(lab, late_arm, flags, passed):
    found = three_arms(lab, [3, 3, 3], [1.0, 1.1, 0.9], late_arm, flags)
    row = found.loc["calcium", "", "mg_from_day 4, of total"]
    assert row["passed"] is pd.NA if passed is None else bool(row["passed"]) is passed


def test_a_donor_not_run_from_the_start_costs_the_part_and_no_bound(lab):
    """D4 lies at the floor late, with a number, and was not raised from the start."""
    rows = [lab.condition("ref", 0.8), lab.condition("raised", 2.0), lab.condition("late", 2.0, mg_from_day=4.0)]
    values = {"ref": [3, 3, 3, 3], "raised": [1, 1.1, 0.9, np.nan], "late": [2.0, 2.1, 1.9, 2.0]}
    means = lab.means({"calcium": values})
    low = (means["condition"] == "late") & (means["donor"] == "D4")
    found = late(lab.experiment(rows), tables.MEANS.frame(means.assign(flag=["floor" if x else "" for x in low])))
    assert found.loc["calcium", "", "mg_from_day 4"]["flag"] == "floor;lower_bound"
    assert found.loc["calcium", "", "mg_from_day 4, of total"]["flag"] == ""


def test_a_donor_not_run_from_the_start_is_in_the_late_effect(lab):
    """1, .9, .8 of D1 to D3; D3 was not raised from the start and has no part in the part: (1/2 + .9/2) / 2 = .475."""
    found = three_arms(lab, [3, 3, 3], [1.0, 1.0, np.nan], [2.0, 2.1, 2.2])
    row, half = found.loc["calcium", "", "mg_from_day 4"], T_2 * 0.1 / np.sqrt(3)
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([0.9, 0.9 - half, 0.9 + half])
    assert found.loc["calcium", "", "mg_from_day 4, of total"]["estimate"] == pytest.approx(0.475)


def test_the_rows_stand_behind_those_of_their_readout(lab):
    base = {"block": "", "check": "scale", "subject": "log", "estimate": 0.5}
    checks = tables.CHECKS.frame([{**base, "readout": r, "flag": ""} for r in ("alizarin_od", "calcium")])
    found = with_late(lab.every, checks, lab.every_means("calcium", "alizarin_od"))
    assert found["readout"].tolist() == ["alizarin_od"] * 5 + ["calcium"] * 5
    assert found["check"].tolist() == ["scale", *["late_mg"] * 4] * 2
