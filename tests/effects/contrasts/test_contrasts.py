import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mgassay import tables
from mgassay.effects.contrasts.contrasts import CONTRASTS, donor_contrast, effects_from_means, family, with_holm
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


def test_a_block_anova_with_one_degree_of_freedom_is_told(lab):
    """D2 has its intact arms alone: 6 cells less 5 parameters. By hand: T of 1.0 and 1.2, each cell .05 off, s^2 = .01
    on 1 df (t .975 = 12.70620), SE of T = s; B is D1's .4, SE s times the root of 2; D2 has a part in D1's level.
    """
    nan = np.nan
    arms = {"scr_08": [3.0, 3.4], "scr_20": [2.0, 2.2], "si_08": [3.0, nan], "si_20": [2.6, nan]}
    rows = effects_from_means(lab.sirna, lab.means({"calcium": arms})).query("method == 'block_anova'")
    rows = rows.set_index("contrast")
    assert rows.loc["total", COLUMNS[:5]].tolist() == pytest.approx(
        [1.1, 0.1, 1, 1.1 - 1.27062, 1.1 + 1.27062], abs=1e-5
    )
    assert rows.loc["blocked", COLUMNS[:3]].tolist() == pytest.approx([0.4, 0.1 * np.sqrt(2), 1])
    assert rows["n_donors"].to_dict() == {"total": 2, "blocked": 1, "interaction": 2, "block_main": 2}


def test_runs_without_one_of_their_two_arms_have_no_part(lab):
    """A of .2, .2 and .3; the fourth run has the raised arm alone. Without a reference there is no A."""
    live = {"scr_08": [3.0] * 3, "scr_20": [2.0] * 3, "si_08": [3.0, 3.1, 3.0], "si_20": [2.5, 2.5, 2.6]}
    runs = {"acell_08": [1.0, 1.1, 1.2, np.nan], "acell_20": [0.8, 0.9, 0.9, 0.1]}
    rows = indexed(effects_from_means(lab.sirna, lab.means({"calcium": live | runs}))).loc["calcium"]
    acellular = rows.loc["", "acellular", "log", "donor_t"]
    assert (acellular["estimate"], acellular["n_donors"]) == (pytest.approx(0.7 / 3), 3)
    assert rows.loc["siTRPM7", "surface", "log", "welch"]["estimate"] == pytest.approx(0.5 - 0.7 / 3)
    bare = effects_from_means(lab.sirna, lab.means({"calcium": {**live, "acell_20": runs["acell_20"]}}))
    assert not {"acellular", "surface"} & set(bare["contrast"])


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


def with_cell(means, condition, donor, **columns):
    """MEANS with some columns of one cell changed."""
    own = (means["condition"] == condition) & (means["donor"] == donor)
    return tables.MEANS.frame(means.assign(**{c: means[c].mask(own, v) for c, v in columns.items()}))


def by_question(lab, means):
    found = effects_from_means(lab.sirna, means)
    return found[found["scale"] == "log"].set_index(["contrast", "method"])["flag"]


SIX = {c: [3.0 - i * 0.4 + 0.1 * k * (i + 1) ** 2 % 0.7 for k in range(4)] for i, c in enumerate(
    ("scr_08", "scr_20", "si_08", "si_20", "acell_08", "acell_20")
)}  # fmt: skip


def test_a_donor_that_another_arm_was_not_run_in_says_nothing_of_bounds(lab):
    """D4 has raised Mg at the floor, with a number, and no reference arm: no part of T, and lost to no bound."""
    means = with_cell(lab.means({"calcium": SIX}), "scr_20", "D4", flag="floor")
    means = means[~((means["condition"] == "scr_08") & (means["donor"] == "D4"))]
    flags = by_question(lab, means)
    for contrast in ("total", "interaction", "blocked", "block_main"):
        assert flags[contrast, "donor_t"] == ""
    assert flags["total", "block_anova"] == "floor;lower_bound"  # where D4's raised arm is used


def test_the_block_anova_tells_the_bounds_of_all_cells_that_it_uses(lab):
    """D4 has no raised arm; its siRNA arms tell of its level. With si_20 at most what it is, D4's level is at most what
    it looks, so that scr_08 stands higher above it: T is at least what it is. Without a gap si_20 has no part in T.
    """
    whole = with_cell(lab.means({"calcium": SIX}), "si_20", "D4", flag="floor")
    assert by_question(lab, whole)["total", "block_anova"] == ""
    gap = whole[~((whole["condition"] == "scr_20") & (whole["donor"] == "D4"))]
    flags = by_question(lab, gap)
    assert (flags["total", "block_anova"], flags["total", "donor_t"]) == ("floor;lower_bound", "")


def test_a_donor_without_a_part_in_the_block_anova_is_not_counted(lab):
    """D4 has its reference arm alone, of which nothing can be compared."""
    means = lab.means({"calcium": SIX})
    alone = (means["donor"] == "D4") & means["condition"].isin(["scr_20", "si_08", "si_20"])
    effects = indexed(effects_from_means(lab.sirna, means[~alone]))
    assert effects.loc["calcium", "siTRPM7", "total", "log", "block_anova"]["n_donors"] == 3


@pytest.mark.parametrize("flag", ["floor", "above_curve"])
def test_a_bound_without_a_number_leaves_every_method_open(lab, flag):
    """D4's raised arm has no number: of T nothing is known there, whatever model fills the gap."""
    means = with_cell(lab.means({"calcium": SIX}), "scr_20", "D4", flag=flag, log_mean=np.nan)
    flags = by_question(lab, means)
    told = {k: f for k, f in flags.items() if k[0] in ("total", "interaction")}
    assert set(told) == set(itertools.product(("total", "interaction"), ("donor_t", "block_anova")))
    assert set(told.values()) == {flag}
    for contrast in ("blocked", "block_main", "surface", "acellular"):
        assert set(flags[contrast]) == {""}


def test_a_run_lost_to_a_bound_leaves_what_rests_on_the_runs_open(lab):
    means = with_cell(lab.means({"calcium": SIX}), "acell_20", "D2", flag="floor", log_mean=np.nan)
    flags = by_question(lab, means)
    assert (flags["acellular", "donor_t"], flags["surface", "welch"]) == ("floor", "floor")
    assert flags["blocked", "donor_t"] == ""


QUESTION = ["step", "day", "mg_reference_mM", "mg_raised_mM"]
# By hand from the conftest's effects: T, B, and A where it was run, of each question.
ASKED = {
    ("Mg", "14", 0.8, 2.0): (1.2, 0.6, 0.3),
    ("AngII", "14", 0.8, 0.8): (-0.5, -0.1, None),
    ("Mg", "7", 0.8, 2.0): (0.8, 0.5, None),
}


def test_every_question_has_its_contrasts(lab):
    effects = effects_from_means(lab.every, lab.every_means("calcium", "gene:RUNX2"))
    tables.EFFECTS.check(effects)
    assert not effects.duplicated(list(tables.KEYS["effects"])).any()
    assert list(dict.fromkeys(effects[QUESTION].itertuples(index=False, name=None))) == list(ASKED)
    for question, (total, blocked, acellular) in ASKED.items():
        asked = (effects[QUESTION] == list(question)).all(axis=1) & (effects["readout"] == "calcium")
        rows = effects[asked].set_index(["contrast", "scale", "method"])["estimate"]
        for method in ("donor_t", "block_anova"):
            found = rows.xs(("log", method), level=["scale", "method"])
            assert found["total"] == pytest.approx(total)
            assert found["blocked"] == pytest.approx(blocked)
            assert found["interaction"] == pytest.approx(total - blocked)
            assert found["block_main"] == pytest.approx(0.2)
        if acellular is None:
            assert not {"acellular", "surface"} & set(rows.index.get_level_values("contrast"))
        else:
            assert rows["acellular", "log", "donor_t"] == pytest.approx(acellular)
            assert rows["surface", "log", "welch"] == pytest.approx(blocked - acellular)


def test_a_step_is_computed_as_the_same_arms_are_that_differ_in_mg(lab):
    """AngII's wells called 2 mM Mg give the same rows by every method, but for what tells the question."""
    means = lab.every_means("calcium", "alizarin_od", "gene:RUNX2")
    names = ["scr_0.8", "si_0.8", "scr_ang", "si_ang"]
    as_mg = [{**c, "mg_mM": 2.0 if c["modulator"] == "AngII" else 0.8, "modulator": "none"}
             for c in lab.every_conditions() if c["condition"] in names]  # fmt: skip
    own = means[means["condition"].isin(names)]
    by_step = effects_from_means(lab.every, means).query("step == 'AngII'")
    by_mg = effects_from_means(lab.experiment(as_mg), own)
    further = [c for c in by_mg.columns if c not in QUESTION]
    pd.testing.assert_frame_equal(by_step[further].reset_index(drop=True), by_mg[further])


def test_a_measurement_told_in_two_ways_is_counted_once():
    """By hand: area .01, calcium .02 and per well .03 are two measurements: 2 x .01; max(.02, .02); max(.02, .03)."""
    found = {"alizarin_area": 0.01, "calcium": 0.02, "calcium_per_well": 0.03}
    same = {"block": "b", "contrast": "total", "scale": "log", "method": "donor_t", "step": "Mg", "day": ""}
    rows = [{"readout": r, "p": p, "mg_reference_mM": 0.8, "mg_raised_mM": 2.0, **same} for r, p in found.items()]
    adjusted = with_holm(tables.EFFECTS.frame(rows)).p_adjusted
    assert adjusted.tolist() == pytest.approx([0.02, 0.02, 0.03])


def test_without_a_p_the_other_way_stands_for_the_measurement():
    """Calcium per protein has one donor and no p: area .01 is one of two with calcium per well."""
    same = {"block": "b", "contrast": "total", "scale": "log", "method": "donor_t", "step": "Mg", "day": ""}
    found = {"alizarin_area": 0.01, "calcium": np.nan, "calcium_per_well": 0.03}
    rows = [{"readout": r, "p": p, "mg_reference_mM": 0.8, "mg_raised_mM": 2.0, **same} for r, p in found.items()]
    adjusted = with_holm(tables.EFFECTS.frame(rows)).p_adjusted
    assert adjusted.tolist() == pytest.approx([0.02, np.nan, 0.03], nan_ok=True)


def test_holm_does_not_mix_questions(lab):
    """Two mineral readouts in each family: twice the smaller p, and the larger one (not below the other)."""
    rng = np.random.default_rng(7)
    means = lab.every_means("calcium", "alizarin_od")
    means = tables.MEANS.frame(means.assign(log_mean=means["log_mean"] + rng.normal(0, 0.1, len(means))))
    effects = effects_from_means(lab.every, means)
    families = effects.groupby(["block", "contrast", "scale", "method", *QUESTION])
    assert (families.size() == 2).all()
    for _, rows in families:
        small, large = np.sort(rows["p"])
        assert np.sort(rows["p_adjusted"]) == pytest.approx([min(2 * small, 1), max(min(2 * small, 1), large)])


def test_a_day_with_half_its_arms_gives_the_rows_it_can(lab):
    rows = [c for c in lab.every_conditions() if c["condition"] != "si_2.0_d7"]
    means = lab.every_means("calcium")
    effects = effects_from_means(lab.experiment(rows), means[means["condition"] != "si_2.0_d7"])
    assert set(effects[effects["day"] == "7"]["contrast"]) == {"total", "block_main"}


def test_donors_that_a_question_lacks_only_cost_that_question(lab):
    means = lab.every_means("calcium")
    means = means[~((means["condition"] == "si_ang") & (means["donor"] == "D2"))]
    effects = effects_from_means(lab.every, means).query("method == 'donor_t' and scale == 'log'")
    n = effects.set_index(["step", "day", "contrast"])["n_donors"]
    assert (n["AngII", "14", "blocked"], n["AngII", "14", "total"], n["Mg", "14", "blocked"]) == (2, 3, 3)
