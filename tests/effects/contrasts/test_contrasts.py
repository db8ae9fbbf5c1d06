import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mgassay import tables
from mgassay.effects.contrasts.contrasts import CONTRASTS, difference_flag, donor_contrast, effects_from_means, family
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

COLUMNS = ["estimate", "se", "df", "ci_low", "ci_high", "p"]
KEY = ["readout", "block", "contrast", "scale", "method"]
# R's name of a contrast in R.csv: where it stands in effects.csv.
OF_R = {
    ("paired t on donor contrasts", "T"): ("siTRPM7", "total", "donor_t"),
    ("paired t on donor contrasts", "B"): ("siTRPM7", "blocked", "donor_t"),
    ("paired t on donor contrasts", "T-B"): ("siTRPM7", "interaction", "donor_t"),
    ("paired t on donor contrasts", "A"): ("", "acellular", "donor_t"),
    ("lm donor+arm on means, live", "T"): ("siTRPM7", "total", "block_anova"),
    ("lm donor+arm on means, live", "B"): ("siTRPM7", "blocked", "block_anova"),
    ("lm donor+arm on means, live", "T-B"): ("siTRPM7", "interaction", "block_anova"),
    ("lm donor+arm on means, live", "block_main"): ("siTRPM7", "block_main", "block_anova"),
}


def indexed(effects):
    return effects.set_index(KEY)


@pytest.mark.parametrize("data", ["balanced", "unbalanced"])
def test_effects_are_those_of_r(lab, data):
    effects = effects_from_means(lab.sirna, means_from_amounts(lab.sirna, lab.golden(data), Problems()))
    tables.EFFECTS.check(effects)
    found, asked = indexed(effects), 0
    for row in lab.expected(data).to_dict("records"):
        if place := OF_R.get((row["model"], row["contrast"])):
            block, contrast, method = place
            ours = found.loc["calcium", block, contrast, "log", method]
            assert ours[COLUMNS].tolist() == pytest.approx([row[c] for c in COLUMNS], abs=1e-9)
            asked += 1
    assert asked == len(OF_R)


def test_surface_is_welchs_test_of_blocked_against_runs(lab):
    blocked, runs = [0.5, 0.9, 0.4, 0.7], [0.1, 0.3, -0.2]
    means = lab.means(
        {"calcium": {"scr_08": [3.0] * 4, "scr_20": [2.0] * 4, "si_08": blocked, "si_20": [0.0] * 4, "acell_08": runs,
                     "acell_20": [0.0] * 3}}
    )  # fmt: skip
    effects = indexed(effects_from_means(lab.sirna, means))
    for scale, change in (("log", lambda x: np.array(x)), ("additive", lambda x: 1 - np.exp(-np.array(x)))):
        row = effects.loc["calcium", "siTRPM7", "surface", scale, "welch"]
        test = stats.ttest_ind(change(blocked), change(runs), equal_var=False)
        interval = test.confidence_interval()
        assert row[["df", "ci_low", "ci_high", "p"]].tolist() == pytest.approx(
            [test.df, interval.low, interval.high, test.pvalue]
        )
        assert row["n_donors"] == 4


def test_additive_is_the_proportion_inhibited_per_donor():
    """Donor 1: 100 -> 10 intact (90 %), 100 -> 50 blocked (50 %); donor 2: 80 -> 20 (75 %), 60 -> 45 (25 %)."""
    y = np.log(np.array([[100.0, 10.0, 100.0, 50.0], [80.0, 20.0, 60.0, 45.0]]))
    assert donor_contrast(y, "total", "additive") == pytest.approx([0.9, 0.75])
    assert donor_contrast(y, "blocked", "additive") == pytest.approx([0.5, 0.25])
    assert donor_contrast(y, "interaction", "additive") == pytest.approx([0.4, 0.5])
    assert donor_contrast(y, "block_main", "log") == pytest.approx([0.0, np.log(60 / 80)])


def test_every_contrast_has_weights_that_sum_to_zero():
    assert all(sum(weights) == 0 for weights in CONTRASTS.values())
    interaction = np.subtract(CONTRASTS["total"], CONTRASTS["blocked"])
    assert tuple(interaction) == CONTRASTS["interaction"]


def test_missing_arms_have_no_rows_and_missing_cells_only_cost_their_donor(lab):
    means = lab.means({"calcium": {"scr_08": [3, 3.1, 3.2], "scr_20": [2, 2.3, 2.1], "si_08": [3, np.nan, 3.1]}})
    effects = effects_from_means(lab.sirna, means)
    assert set(effects["contrast"]) == {"total", "block_main"}
    assert set(effects["method"]) == {"donor_t"}
    assert indexed(effects).loc["calcium", "siTRPM7", "total", "log", "donor_t"]["n_donors"] == 3
    assert indexed(effects).loc["calcium", "siTRPM7", "block_main", "log", "donor_t"]["n_donors"] == 2


def test_one_donor_gives_an_estimate_without_interval(lab):
    arms = {"scr_08": [3], "scr_20": [2], "si_08": [3], "si_20": [2.5], "acell_08": [1], "acell_20": [0.9]}
    effects = effects_from_means(lab.sirna, lab.means({"calcium": arms}))
    assert "block_anova" not in set(effects["method"])
    assert effects["flag"].eq("few_donors").all()
    assert effects["estimate"].notna().all()
    assert effects[["se", "df", "ci_low", "ci_high", "p", "p_adjusted"]].isna().all(axis=None)


def test_no_block_gives_t_with_an_empty_block(lab):
    experiment = lab.experiment([lab.condition("a", 0.8), lab.condition("b", 2.0), lab.condition("c", 3.0)])
    effects = effects_from_means(experiment, lab.means({"calcium": {"a": [3, 3.1], "b": [2, 2.2], "c": [1, 1]}}))
    assert effects[["block", "contrast", "scale", "method"]].to_numpy().tolist() == [
        ["", "total", "log", "donor_t"],
        ["", "total", "additive", "donor_t"],
    ]
    assert effects["estimate"].iloc[0] == pytest.approx(0.95)
    assert effects[["mg_reference_mM", "mg_raised_mM", "step", "day"]].iloc[0].tolist() == [0.8, 2.0, "Mg", ""]


def test_the_acellular_row_is_written_once_for_all_blocks(lab):
    rows = lab.sirna_conditions()
    rows += [lab.condition(f"{n}_{m}", mg, inhibitor=i) for n, i in (("ca", "none"), ("apb", "2-APB"))
             for m, mg in (("08", 0.8), ("20", 2.0))]  # fmt: skip
    experiment = lab.experiment(rows)
    means = lab.means({"calcium": {r["condition"]: [2.0 + i, 2.2 + i, 2.1 * i] for i, r in enumerate(rows)}})
    effects = effects_from_means(experiment, means)
    assert not effects.duplicated(list(tables.KEYS["effects"])).any()
    assert (effects["contrast"] == "acellular").sum() == 2
    assert set(effects.loc[effects["contrast"] == "surface", "block"]) == {"siTRPM7", "2-APB"}


def test_a_floored_cell_makes_a_bound(lab):
    arms = {"scr_08": [3, 3.1], "scr_20": [2, 2.2], "si_08": [3, 3.3], "si_20": [2.5, 2.4]}
    means = lab.means({"calcium": arms})
    floored = means.assign(flag=["floor" if c == "scr_20" else "" for c in means["condition"]])
    effects = indexed(effects_from_means(lab.sirna, tables.MEANS.frame(floored)))
    flag = {c: effects.loc["calcium", "siTRPM7", c, "log", "donor_t"]["flag"] for c in CONTRASTS}
    assert flag["total"] == flag["interaction"] == "floor;lower_bound"
    assert flag["blocked"] == flag["block_main"] == ""


def test_a_donor_lost_to_a_floor_without_value_is_not_forgotten(lab):
    means = lab.means({"calcium": {"scr_08": [3, 3.1, 3], "scr_20": [2, 2.2, 2]}})
    lost = (means["condition"] == "scr_20") & (means["donor"] == "D3")
    means = tables.MEANS.frame(
        means.assign(log_mean=means["log_mean"].mask(lost), flag=["floor" if x else "" for x in lost])
    )
    effects = effects_from_means(lab.sirna, means)
    assert effects["n_donors"].tolist() == [2, 2]
    assert effects["flag"].tolist() == ["floor", "floor"]


def test_flags_of_a_difference():
    assert difference_flag("floor;lower_bound", "") == "floor;lower_bound"
    assert difference_flag("", "floor;lower_bound") == "floor;upper_bound"
    assert difference_flag("floor;lower_bound", "floor;lower_bound") == "floor"


def test_holm_is_over_mineral_readouts_and_apart_over_genes(lab):
    rng = np.random.default_rng(2)
    readouts = ("calcium", "alizarin_od", "gene:RUNX2", "gene:BMP2", "gene:ALPL", "alp")
    means = lab.means({r: {c: rng.normal(3, 0.5, 4) for c in lab.arms} for r in readouts})
    effects = effects_from_means(lab.sirna, means)
    assert [family(r) for r in readouts] == ["mineral", "mineral", "gene", "gene", "gene", "alp"]
    chosen = effects.query("contrast == 'total' and scale == 'log' and method == 'donor_t'")
    for members in (["calcium", "alizarin_od"], ["gene:RUNX2", "gene:BMP2", "gene:ALPL"], ["alp"]):
        rows = chosen[chosen["readout"].isin(members)].sort_values("p")
        steps = rows["p"].to_numpy() * np.arange(len(rows), 0, -1)
        by_hand = np.minimum(np.maximum.accumulate(steps), 1.0)
        assert rows["p_adjusted"].to_numpy() == pytest.approx(by_hand)


logs = st.lists(st.floats(-2, 5).map(lambda x: round(x, 3)), min_size=16, max_size=16)


@settings(max_examples=25, deadline=None)
@given(logs, st.permutations(range(4)), st.floats(0.01, 100))
def test_names_order_and_scale_of_the_readout_do_not_matter(lab, values, order, factor):
    y = np.array(values).reshape(4, 4)
    arms = lab.arms[:4]
    base = effects_from_means(lab.sirna, lab.means({"calcium": dict(zip(arms, y.T, strict=True))}))
    renamed = lab.means({"calcium": dict(zip(arms, (y[list(order)] + np.log(factor)).T, strict=True))})
    other = effects_from_means(lab.sirna, renamed.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(base[KEY], other[KEY])
    for column in ("estimate", "se", "ci_low", "ci_high"):
        assert other[column].to_numpy() == pytest.approx(base[column].to_numpy(), abs=1e-9, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(logs)
def test_swapping_intact_and_blocked_turns_the_interaction(values):
    y = np.array(values).reshape(4, 4)
    for scale in ("log", "additive"):
        turned = donor_contrast(y[:, [2, 3, 0, 1]], "interaction", scale)
        assert turned == pytest.approx(-donor_contrast(y, "interaction", scale))


def test_no_means_no_effects(lab):
    assert effects_from_means(lab.sirna, tables.MEANS.frame()).empty


def test_a_difference_with_an_open_operand_is_open():
    """What may lie on either side of its value takes the direction of the other with it."""
    assert difference_flag("above_curve;lower_bound", "above_curve") == "above_curve"
    assert difference_flag("floor", "above_curve;lower_bound") == "above_curve;floor"
    assert difference_flag("floor", "") == "floor"
    assert difference_flag("above_curve;lower_bound", "no_background") == "above_curve;no_background;lower_bound"


@pytest.mark.parametrize(("flag", "kept"), [("floor", "floor"), ("above_curve", "above_curve")])
def test_a_donor_lost_without_a_number_leaves_no_direction(lab, flag, kept):
    """D3 has no number at raised Mg; D1 is a bound there, and what is known of D1 is not known of D3."""
    means = lab.means({"calcium": {"scr_08": [3, 3.1, 3], "scr_20": [2, 2.2, 2]}})
    raised = means["condition"] == "scr_20"
    lost, bound = raised & (means["donor"] == "D3"), raised & (means["donor"] == "D1")
    flags = np.where(lost, flag, np.where(bound, "floor", ""))
    means = tables.MEANS.frame(means.assign(log_mean=means["log_mean"].mask(lost), flag=flags))
    found = set(effects_from_means(lab.sirna, means)["flag"])
    assert found == {";".join(dict.fromkeys(sorted([kept, "floor"])))}
