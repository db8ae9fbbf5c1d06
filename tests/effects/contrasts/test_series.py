"""Dose series in effects.csv: R's emmeans through the table, who is in a series, what stands at bounds."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means, with_holm
from mgassay.effects.contrasts.series import with_doses
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

# R 4.2.2, emmeans 1.8.4, mvt adjustment of level - reference: estimate, SE, lower, upper, p; df 9. The arms of R's data
# sets stand here for four Mg levels.
LEVEL_OF = {"scr_08": 0.8, "scr_20": 2.0, "si_08": 1.4, "si_20": 3.0}
EMMEANS = {
    "balanced": {
        2.0: (-1.37867355300543, 0.143003977463873, -1.78051522719886, -0.976831878812003, 1.69647156709196e-05),
        1.4: (-0.0651055140348272, 0.143003977463873, -0.466947188228253, 0.336736160158599, 0.939584516541708),
        3.0: (-0.532736905276204, 0.143003977463873, -0.93457857946963, -0.130895231082778, 0.0121341938705521),
    },
    "unbalanced": {
        2.0: (-1.32093776481851, 0.166682951916804, -1.78970237536914, -0.85217315426788, 1.87127637146789e-05),
        1.4: (-0.0426673746253676, 0.166682951916804, -0.511431985175997, 0.426097235925262, 0.987748243935391),
        3.0: (-0.528757150097341, 0.166682951916804, -0.99752176064797, -0.059992539546712, 0.0284168469904466),
    },
}


def doses(experiment, means, method="dunnett"):
    effects = with_doses(experiment, effects_from_means(experiment, means), means)
    tables.EFFECTS.check(effects)
    rows = effects[(effects["contrast"] == "dose") & (effects["method"] == method)]
    return rows.set_index(["readout", "block", "day", "mg_raised_mM"])


def four_levels(lab):
    return lab.experiment([lab.condition(name, mg) for name, mg in LEVEL_OF.items()])


@pytest.mark.parametrize("data", ["balanced", "unbalanced"])
def test_rows_are_those_of_emmeans_held_to_what_a_level_s_own_donors_show(lab, data):
    """The error is emmeans', or the paired t's by scipy where that is larger; as many of it make the interval."""
    found = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    means = found[found["condition"].isin(LEVEL_OF) & (found["readout"] == "calcium")].reset_index(drop=True)
    rows = doses(four_levels(lab), means)
    wide, seen = means.pivot(index="donor", columns="condition", values="log_mean"), []
    assert len(rows) == 3
    for mg, (estimate, se, lower, upper, p) in EMMEANS[data].items():
        row = rows.loc["calcium", "", "", mg]
        assert (row["scale"], row["method"], row["step"], row["mg_reference_mM"]) == ("log", "dunnett", "Mg", 0.8)
        assert (row["df"], row["n_donors"], row["flag"]) == (9, 4, "no_background")
        own = wide["scr_08"] - wide[next(name for name, level in LEVEL_OF.items() if level == mg)]
        wider = max(1.0, float(stats.sem(own)) / se)
        assert [row["estimate"], row["se"]] == pytest.approx([-estimate, se * wider], abs=1e-9)
        half = (upper - lower) / 2 * wider
        assert [row["ci_low"], row["ci_high"]] == pytest.approx([-estimate - half, -estimate + half], abs=1e-3)
        seen.append(wider)
        if wider == 1.0:
            assert row["p_adjusted"] == pytest.approx(p, abs=1e-3)
        else:
            assert row["p_adjusted"] > p
    assert min(seen) == 1.0 < max(seen)


@pytest.mark.parametrize("data", ["balanced", "unbalanced"])
def test_rows_by_t_over_donors_are_scipys_with_bonferroni(lab, data):
    found = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    means = found[found["condition"].isin(LEVEL_OF) & (found["readout"] == "calcium")].reset_index(drop=True)
    rows = doses(four_levels(lab), means, "donor_t")
    wide = means.pivot(index="donor", columns="condition", values="log_mean")
    assert len(rows) == 3
    for name, mg in list(LEVEL_OF.items())[1:]:
        row, theirs = rows.loc["calcium", "", "", mg], stats.ttest_rel(wide["scr_08"], wide[name])
        interval = theirs.confidence_interval(1 - 0.05 / 3)
        assert (row["n_donors"], row["df"]) == (len(wide), theirs.df)
        assert [row["ci_low"], row["ci_high"], row["p"]] == pytest.approx([*interval, theirs.pvalue])
        assert row["p_adjusted"] == pytest.approx(min(3 * theirs.pvalue, 1))


def test_a_level_of_one_donor_has_no_row_by_t_and_no_part_in_the_family(lab):
    nan = np.nan
    values = {"scr_08": [3, 3.1, 3.2], "scr_20": [2, 2.3, 2.1], "si_08": [2.5, nan, nan], "si_20": [1, 1.1, nan]}
    rows = doses(four_levels(lab), lab.means({"calcium": values}), "donor_t").droplevel([0, 1, 2])
    assert rows.index.tolist() == [2.0, 3.0]
    assert rows["n_donors"].tolist() == [3, 2]
    assert rows["p_adjusted"].tolist() == pytest.approx(2 * rows["p"])


@pytest.mark.parametrize(("lost", "flag"), [(False, "floor;lower_bound"), (True, "floor")])
def test_a_bound_of_a_level_and_a_donor_lost_to_one_by_t_over_donors(lab, lost, flag):
    values = {"scr_08": [3, 3.1, 3.2], "scr_20": [2, 2.3, 2.1], "si_08": [2.5, 2.7, 2.6], "si_20": [1, 1.1, 1.3]}
    means = lab.means({"calcium": values})
    floor = means["condition"] == "si_20"
    gone = floor & (means["donor"] == "D3") & lost
    means = means.assign(log_mean=means["log_mean"].mask(gone), flag=np.where(floor, "floor", ""))
    found = doses(four_levels(lab), tables.MEANS.frame(means), "donor_t").droplevel([0, 1, 2])
    assert (found["flag"][3.0], found["flag"][2.0]) == (flag, "")


def test_a_series_for_intact_and_for_the_block_on_the_day_that_has_levels(lab):
    """By hand from the conftest's effects; day 7 has the declared pair only, which is T and B and no series."""
    rows = doses(lab.every, lab.every_means("calcium", "gene:RUNX2", "alp"))
    assert list(dict.fromkeys(rows.index.get_level_values("readout"))) == ["alp", "calcium", "gene:RUNX2"]
    assert set(rows.index.get_level_values("day")) == {"14"}
    for readout in ("calcium", "gene:RUNX2", "alp"):
        intact, blocked = rows.loc[readout, "", "14"]["estimate"], rows.loc[readout, "siTRPM7", "14"]["estimate"]
        assert intact.to_dict() == pytest.approx({1.4: 0.5, 2.0: 1.2, 3.0: 1.6})
        assert blocked.to_dict() == pytest.approx({1.4: 0.3, 2.0: 0.6, 3.0: 1.1})


def test_the_declared_pair_alone_is_no_series(lab):
    assert doses(lab.sirna, means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())).empty


def test_holm_leaves_a_series_its_own_adjustment(lab):
    means = lab.every_means("calcium")
    effects = with_doses(lab.every, effects_from_means(lab.every, means), means)
    pd.testing.assert_frame_equal(with_holm(effects), effects)
    series = effects[(effects["contrast"] == "dose") & (effects["block"] == "siTRPM7")]
    assert (series["p_adjusted"] > series["p"]).all()
    assert series["method"].tolist() == ["donor_t"] * 3 + ["dunnett"] * 3


def test_a_level_without_a_value_and_one_without_a_tie(lab):
    """3.0 mM was run on no donor of this readout, 1.4 mM only on a donor that has nothing else."""
    nan = np.nan
    means = lab.means(
        {"calcium": {"scr_08": [3, 3.1, 3.2, nan], "scr_20": [2, 2.3, 2.1, nan], "si_08": [nan, nan, nan, 1]}}
    )
    rows = doses(four_levels(lab), means)
    assert rows.index.get_level_values("mg_raised_mM").tolist() == [2.0]


def test_one_donor_and_no_reference_give_no_row(lab):
    one = {"scr_08": [3.0], "scr_20": [2.0], "si_08": [2.5]}
    assert doses(four_levels(lab), lab.means({"calcium": one})).empty
    assert doses(four_levels(lab), lab.means({"calcium": {"scr_20": [2.0, 2.1], "si_08": [2.5, 2.3]}})).empty
    assert with_doses(four_levels(lab), tables.EFFECTS.frame(), tables.MEANS.frame()).empty


@pytest.mark.parametrize(("flagged", "flag"), [("si_20", "floor;lower_bound"), ("scr_08", "floor;upper_bound")])
def test_a_floored_level_is_a_bound_of_its_own_row(lab, flagged, flag):
    values = {"scr_08": [3, 3.1, 3.2], "scr_20": [2, 2.3, 2.1], "si_08": [2.5, 2.7, 2.6], "si_20": [1, 1.1, 1.3]}
    means = lab.means({"calcium": values})
    means = tables.MEANS.frame(means.assign(flag=["floor" if c == flagged else "" for c in means["condition"]]))
    found = doses(four_levels(lab), means)["flag"].droplevel(["readout", "block", "day"])
    assert found[3.0] == flag
    assert found[2.0] == ("" if flagged == "si_20" else flag)


def test_a_donor_lost_without_a_number_leaves_no_direction(lab):
    values = {"scr_08": [3, 3.1, 3.2], "scr_20": [2, 2.3, 2.1], "si_08": [2.5, 2.7, 2.6], "si_20": [1, 1.1, 1.3]}
    means = lab.means({"calcium": values})
    floor = means["condition"] == "si_20"
    lost = floor & (means["donor"] == "D3")
    means = means.assign(log_mean=means["log_mean"].mask(lost), flag=np.where(floor, "floor", ""))
    assert doses(four_levels(lab), tables.MEANS.frame(means)).loc["calcium", "", "", 3.0]["flag"] == "floor"


def test_a_donor_without_the_reference_brings_its_bounds_with_it(lab):
    """D3 has no reference, and lies at the floor at 3 mM: lowering that cell moves the levels that it is used for."""
    values = {"scr_08": [3, 3.1, np.nan], "scr_20": [2, 2.3, 2.1], "si_08": [2.5, 2.7, 2.6], "si_20": [1, 1.1, 1.3]}
    means = lab.means({"calcium": values})
    low = (means["condition"] == "si_20") & (means["donor"] == "D3")
    found = doses(four_levels(lab), tables.MEANS.frame(means.assign(flag=np.where(low, "floor", ""))))
    lower = doses(four_levels(lab), tables.MEANS.frame(means.assign(log_mean=means["log_mean"] - low)))
    moved = lower["estimate"] - found["estimate"]
    assert (moved.abs() > 0.01).all()
    assert found["flag"].tolist() == ["floor;lower_bound" if by > 0 else "floor;upper_bound" for by in moved]
    assert found["flag"].nunique() == 2


def test_a_donor_with_that_cell_alone_brings_none(lab):
    values = {"scr_08": [3, 3.1, np.nan], "scr_20": [2, 2.3, np.nan], "si_08": [2.5, 2.7, np.nan], "si_20": [1, 1.1, 1]}
    means = lab.means({"calcium": values})
    low = (means["condition"] == "si_20") & (means["donor"] == "D3")
    found = doses(four_levels(lab), tables.MEANS.frame(means.assign(flag=np.where(low, "floor", ""))))
    assert set(found["flag"]) == {""}
