import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.design import primary_rows
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.shares.shares import shares_from_means
from mgassay.problems import Problems

KEY = ["share", "scale", "method"]


@pytest.mark.parametrize("data", ["balanced", "unbalanced"])
def test_shares_are_those_of_r(lab, data):
    means = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    shares = shares_from_means(lab.sirna, means)
    tables.SHARES.check(shares)
    assert set(shares["readout"]) == {"calcium"}  # Mg_i is no mineral
    found = shares.set_index(KEY)
    expected = lab.expected(data).query("model == 'Fieller'").set_index("contrast")
    for name, method in (("fraction_donor", "fieller_donor"), ("fraction_block", "fieller_block_anova")):
        row = found.loc["intracellular", "log", method]
        theirs = expected.loc[name, ["estimate", "ci_low", "ci_high"]].tolist()
        assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx(theirs, abs=1e-9)
        assert (row["interval"], row["identifiable"]) == ("bounded", True)


def test_with_acellular_runs_three_shares_add_up_to_one(lab):
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    shares = shares_from_means(lab.sirna, means)
    assert set(shares["share"]) == {"passive", "surface", "intracellular"}
    sums = shares.groupby(["scale", "method"])["estimate"].sum()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))
    assert set(sums.index) == {("log", "fieller_donor"), ("log", "fieller_block_anova"), ("additive", "fieller_donor")}


def test_without_them_outside_and_inside_mirror_each_other(lab):
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    live = means[~means["condition"].str.startswith("acell")]
    found = shares_from_means(lab.sirna, live).set_index(KEY)
    assert set(found.index.get_level_values("share")) == {"extracellular", "intracellular"}
    for scale, method in {k[1:] for k in found.index}:
        outside, inside = found.loc["extracellular", scale, method], found.loc["intracellular", scale, method]
        assert outside["estimate"] == pytest.approx(1 - inside["estimate"])
        assert outside["ci_low"] == pytest.approx(1 - inside["ci_high"])


def test_ninety_against_fifty_percent_inhibition(lab):
    """The design's own example: the log share is .70, the additive .44."""
    y = {"scr_08": [0.0] * 3, "scr_20": [np.log(0.1)] * 3, "si_08": [0.0] * 3, "si_20": [np.log(0.5)] * 3}
    noise = np.array([-0.01, 0.0, 0.01])
    shares = shares_from_means(lab.sirna, lab.means({"calcium": {c: v + noise for c, v in y.items()}}))
    by = shares[shares["share"] == "intracellular"].set_index(["scale", "method"])["estimate"]
    assert by["log", "fieller_donor"] == pytest.approx(0.70, abs=0.005)
    assert by["additive", "fieller_donor"] == pytest.approx(0.44, abs=0.005)


def test_a_total_near_zero_is_written_and_not_identifiable(lab):
    rng = np.random.default_rng(8)
    means = lab.means({"calcium": {c: rng.normal(3, 0.4, 3) for c in lab.arms}})
    shares = shares_from_means(lab.sirna, means)
    assert len(shares) == 9
    donor = shares[shares["method"] == "fieller_donor"]
    assert not donor["identifiable"].any()
    assert donor["flag"].str.contains("total_near_zero").all()
    assert set(donor["interval"]) <= {"two_rays", "unbounded"}
    open_ended = donor[donor["interval"] == "unbounded"]
    assert open_ended[["ci_low", "ci_high"]].isna().all(axis=None)


def test_a_total_of_exactly_0_is_near_zero(lab):
    """Both intact arms of every donor at one limit: T is 0 without scatter, and its interval, 0 to 0, holds 0."""
    shares = flagged_shares(
        lab, {**LIVE, "scr_08": [0.5] * 3, "scr_20": [0.5] * 3}, {"scr_08": "floor", "scr_20": "floor"}
    )
    assert shares.query("method == 'fieller_donor'")["flag"].str.contains("total_near_zero").all()
    assert not shares["identifiable"].any()


def test_outside_zero_to_one_is_kept_and_called_antagonism(lab):
    """Blocking entry turns Mg into a promoter: B = -.5, T = 1, share 1.5."""
    noise = np.array([-0.02, 0.0, 0.02])
    y = {"scr_08": 1 + noise, "scr_20": noise[::-1] * 0, "si_08": noise, "si_20": 0.5 + noise[::-1]}
    shares = shares_from_means(lab.sirna, lab.means({"calcium": y})).set_index(KEY)
    row = shares.loc["intracellular", "log", "fieller_donor"]
    assert row["estimate"] == pytest.approx(1.5, abs=1e-9)
    assert row["flag"] == "antagonism"
    assert shares.loc["extracellular", "log", "fieller_donor"]["estimate"] == pytest.approx(-0.5)


def test_without_a_block_only_passive(lab):
    rows = [lab.condition("a", 0.8), lab.condition("b", 2.0)]
    rows += [lab.condition("x", 0.8, cells="none"), lab.condition("y", 2.0, cells="none")]
    means = lab.means({"calcium": {"a": [3, 3.2, 3.1], "b": [2, 2.1, 2.2], "x": [1, 1.1, 1], "y": [0.5, 0.8, 0.7]}})
    shares = shares_from_means(lab.experiment(rows), means)
    assert shares[["block", "share"]].drop_duplicates().to_numpy().tolist() == [["", "passive"]]
    assert shares["identifiable"].all()


def test_one_donor_or_one_run_has_no_interval(lab):
    one = {c: [3.0 - i * 0.4] for i, c in enumerate(lab.arms)}
    shares = shares_from_means(lab.sirna, lab.means({"calcium": one}))
    assert shares["estimate"].notna().all()
    assert set(shares["interval"]) == {"unbounded"}
    assert shares["flag"].str.contains("few_donors").all()
    rng = np.random.default_rng(1)
    live = {c: rng.normal(3 - i % 2, 0.1, 4) for i, c in enumerate(lab.arms[:4])}
    runs = shares_from_means(lab.sirna, lab.means({"calcium": {**live, "acell_08": [1.0], "acell_20": [0.9]}}))
    by = runs.set_index(KEY)
    assert by.loc["passive", "log", "fieller_donor"]["interval"] == "unbounded"
    assert by.loc["intracellular", "log", "fieller_donor"]["interval"] == "bounded"


def test_a_floored_raised_arm_bounds_the_shares(lab):
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    floored = means.assign(flag=["floor" if c == "scr_20" else "" for c in means["condition"]])
    by = shares_from_means(lab.sirna, tables.MEANS.frame(floored)).set_index(KEY)["flag"]
    assert by["intracellular", "log", "fieller_donor"] == "floor;lower_bound"
    # A is .17 with an interval from -.24 to .57: whether a larger T lowers A/T or raises it is not known.
    assert by["passive", "log", "fieller_donor"] == "floor"
    values = flagged_shares(lab, {**LIVE, **LIFELESS}, {"scr_20": "floor"})  # A is .2 in every run
    assert set(values.loc["passive", "flag"]) == {"floor;upper_bound"}


def test_missing_cells_enter_the_block_anova_only(lab):
    rng = np.random.default_rng(4)
    y = {c: rng.normal(3 - i % 2, 0.1, 4) for i, c in enumerate(lab.arms[:4])}
    y["si_20"][3] = np.nan
    means = lab.means({"calcium": y})
    shares = shares_from_means(lab.sirna, means).set_index(KEY)
    without = shares_from_means(lab.sirna, means[means["donor"] != "D4"]).set_index(KEY)
    donor, block = (("intracellular", "log", m) for m in ("fieller_donor", "fieller_block_anova"))
    assert shares.loc[donor]["estimate"] == without.loc[donor]["estimate"]
    assert shares.loc[block]["estimate"] != without.loc[block]["estimate"]


def test_order_of_rows_does_not_matter(lab):
    means = means_from_amounts(lab.sirna, lab.golden("unbalanced"), Problems())
    one, other = (shares_from_means(lab.sirna, m) for m in (means, means.sample(frac=1, random_state=2)))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


LIFELESS = {"acell_08": [1.0, 1.1, 0.9], "acell_20": [0.8, 0.9, 0.7]}
LIVE = {"scr_08": [3.0, 3.1, 2.9], "scr_20": [1.0, 1.2, 0.9], "si_08": [3.0, 3.2, 3.0], "si_20": [2.2, 2.3, 2.1]}


def flagged_shares(lab, values, flags):
    means = lab.means({"calcium": values})
    flagged = [flags.get(c, "") for c in means["condition"]]
    return shares_from_means(lab.sirna, tables.MEANS.frame(means.assign(flag=flagged))).set_index("share")


@pytest.mark.parametrize(
    ("flags", "open_shares"),
    [
        # B is made of two tops: open. T is a lower bound, which says nothing of what B does to the share.
        (dict.fromkeys(("scr_08", "si_08", "si_20"), "above_curve"), {"extracellular", "intracellular", "surface"}),
        ({"scr_20": "floor", "si_08": "floor", "si_20": "floor"}, {"extracellular", "intracellular", "surface"}),
        # T is open, whatever B is
        ({"scr_08": "floor", "scr_20": "floor", "si_20": "floor"},
         {"extracellular", "intracellular", "surface", "passive"}),
        # A is open: what rests on it only
        ({"scr_20": "floor", "acell_08": "above_curve", "acell_20": "above_curve"}, {"passive", "surface"}),
        # B and A both at least what they are: their difference goes either way
        ({"si_08": "above_curve", "acell_08": "above_curve"}, {"surface"}),
        ({"scr_08": "above_curve"}, set()),
    ],
)  # fmt: skip
def test_a_share_with_an_open_part_is_open_on_every_scale_and_by_every_method(lab, flags, open_shares):
    for values in (LIVE, {**LIVE, **LIFELESS}):
        shares = flagged_shares(lab, values, {c: f for c, f in flags.items() if c in values})
        assert set(zip(shares["scale"], shares["method"], strict=True)) == {
            ("log", "fieller_donor"), ("additive", "fieller_donor"), ("log", "fieller_block_anova")
        }  # fmt: skip
        assert set(shares["interval"]) == {"bounded"}
        expected = [share not in open_shares for share in shares.index]
        assert shares["identifiable"].tolist() == expected
        bounds = shares["flag"].str.contains("lower_bound|upper_bound")
        assert not bounds[shares.index.isin(open_shares)].any()


def test_a_bound_turns_round_where_mg_promotes(lab):
    """T = -1.4, B = -.7: scr_08 at most what it is makes T still lower, and .5 = B/T at most that."""
    up = {"scr_08": [1.0, 1.1, 0.9], "scr_20": [2.4, 2.5, 2.3], "si_08": [1.0, 1.1, 1.0], "si_20": [1.7, 1.8, 1.7]}
    shares = flagged_shares(lab, up, {"scr_08": "floor"})
    assert set(shares.loc["extracellular", "flag"]) == {"floor;upper_bound"}
    assert set(shares.loc["intracellular", "flag"]) == {"floor;lower_bound"}


def test_a_bound_of_the_blocked_step_turns_round_where_mg_promotes(lab):
    """B = -.7 or lower over T = -1.4: B/T is .5 or more."""
    up = {"scr_08": [1.0, 1.1, 0.9], "scr_20": [2.4, 2.5, 2.3], "si_08": [1.0, 1.1, 1.0], "si_20": [1.7, 1.8, 1.7]}
    shares = flagged_shares(lab, up, {"si_08": "floor"})
    assert set(shares.loc["extracellular", "flag"]) == {"floor;lower_bound"}
    assert set(shares.loc["intracellular", "flag"]) == {"floor;upper_bound"}


def test_a_bound_turns_round_where_the_block_makes_mg_a_promoter(lab):
    """T = 2 or more, B = -1: B/T = -.5 or nearer to 0, so at least that; 1 - B/T at most 1.5."""
    turned = {**LIVE, "si_20": [4.0, 4.1, 4.0]}
    shares = flagged_shares(lab, turned, {"scr_20": "floor"})
    assert set(shares.loc["extracellular", "flag"]) == {"floor;lower_bound;antagonism"}
    assert set(shares.loc["intracellular", "flag"]) == {"floor;upper_bound;antagonism"}


def test_a_total_that_is_at_most_something_may_be_zero(lab):
    """scr_20 above its curve: T is 2 or less, B/T anything from B/2 up."""
    shares = flagged_shares(lab, LIVE, {"scr_20": "above_curve"})
    assert not shares["identifiable"].any()
    assert set(shares["flag"]) == {"above_curve"}


@pytest.mark.parametrize("sign", [1, -1])
def test_no_direction_hangs_on_the_sign_of_an_estimate_about_zero(lab, sign):
    """B is +.01 or -.01, give or take .2: with T at least 2, B/T is nearer to 0, and that is no direction."""
    raised = [3.0 - 0.01 * sign + off for off in (0.1, 0.0, -0.1)]
    near = {**LIVE, "si_08": [3.0, 3.0, 3.0], "si_20": raised}
    shares = flagged_shares(lab, near, {"scr_20": "floor"})
    for share in ("extracellular", "intracellular"):
        flags = shares.loc[[share], "flag"].str.replace(";antagonism", "")
        assert set(flags) == {"floor"}
    assert not shares["identifiable"].any()


@pytest.mark.parametrize("flag", ["floor", "above_curve"])
@pytest.mark.parametrize("lost", ["scr_20", "si_20"])
def test_a_donor_lost_to_a_bound_leaves_every_share_open(lab, flag, lost):
    """D4 has no number in one arm: what is left of the donors does not say what its share is."""
    values = {**{c: [*v, v[0]] for c, v in LIVE.items()}, **LIFELESS}
    means = lab.means({"calcium": values})
    cell = (means["condition"] == lost) & (means["donor"] == "D4")
    gone = means.assign(log_mean=means["log_mean"].mask(cell), flag=[flag if c else "" for c in cell])
    shares = shares_from_means(lab.sirna, tables.MEANS.frame(gone))
    assert len(shares) == 9
    assert set(shares["interval"]) == {"bounded"}
    assert set(shares["flag"]) == {flag}
    assert not shares["identifiable"].any()


def test_a_run_lost_to_a_bound_leaves_open_what_rests_on_the_runs(lab):
    means = lab.means({"calcium": {**LIVE, **{c: [*v, 0.95] for c, v in LIFELESS.items()}}})
    cell = (means["condition"] == "acell_20") & (means["donor"] == "D4")
    gone = means.assign(log_mean=means["log_mean"].mask(cell), flag=["floor" if c else "" for c in cell])
    shares = shares_from_means(lab.sirna, tables.MEANS.frame(gone))
    told = shares.groupby("share")["identifiable"].all()
    assert told.to_dict() == {"intracellular": True, "passive": False, "surface": False}


def test_a_bound_of_a_donor_that_is_not_used_is_not_told(lab):
    """D4 was not run with siRNA at raised Mg, and lies at the floor with scramble: only the block ANOVA uses that."""
    values = {c: [*v, v[0]] for c, v in LIVE.items()}
    values["si_20"][3] = np.nan
    means = lab.means({"calcium": values})
    cell = (means["condition"] == "scr_20") & (means["donor"] == "D4")
    flagged = tables.MEANS.frame(means.assign(flag=["floor" if c else "" for c in cell]))
    by = shares_from_means(lab.sirna, flagged).set_index(KEY)["flag"]
    assert by["intracellular", "log", "fieller_donor"] == by["extracellular", "additive", "fieller_donor"] == ""
    # There D4's scramble arms also stand for its missing siRNA arm: T and B are both at least what they are.
    assert by["intracellular", "log", "fieller_block_anova"] == "floor"


# By hand from the conftest's effects: (T - B)/T, and A/T where an acellular arm was run.
ASKED = {
    ("Mg", "14", 0.8, 2.0): (0.6 / 1.2, 0.3 / 1.2),
    ("Mg", "14", 0.8, 1.4): (0.2 / 0.5, None),
    ("Mg", "14", 0.8, 3.0): (0.5 / 1.6, 0.4 / 1.6),
    ("AngII", "14", 0.8, 0.8): (0.4 / 0.5, None),
    ("Mg", "7", 0.8, 2.0): (0.3 / 0.8, None),
}


def test_every_question_is_divided_by_its_own_total(lab):
    shares = shares_from_means(lab.every, lab.every_means("calcium", "gene:RUNX2"))
    tables.SHARES.check(shares)
    assert set(shares["readout"]) == {"calcium"}
    assert not shares.duplicated(list(tables.KEYS["shares"])).any()
    question = ["step", "day", "mg_reference_mM", "mg_raised_mM"]
    assert list(dict.fromkeys(shares[question].itertuples(index=False, name=None))) == list(ASKED)
    for asked, (inside, passive) in ASKED.items():
        own = shares[(shares[question] == list(asked)).all(axis=1)]
        rows = own.set_index(KEY)["estimate"]
        for method in ("fieller_donor", "fieller_block_anova"):
            assert rows["intracellular", "log", method] == pytest.approx(inside)
        told = {"passive", "surface"} if passive is not None else {"extracellular"}
        assert set(rows.index.get_level_values("share")) == {"intracellular", *told}
        if passive is not None:
            assert rows["passive", "log", "fieller_donor"] == pytest.approx(passive)


def test_further_questions_leave_the_rows_of_the_declared_one_alone(lab):
    declared = ("scr_0.8", "scr_2.0", "si_0.8", "si_2.0", "acell_0.8", "acell_2.0")
    means = lab.every_means("calcium", "alizarin_od")
    alone = lab.experiment([{**c, "day": ""} for c in lab.every_conditions() if c["condition"] in declared])
    few = shares_from_means(alone, means[means["condition"].isin(declared)]).drop(columns="day")
    many = primary_rows(lab.every, shares_from_means(lab.every, means)).drop(columns="day")
    pd.testing.assert_frame_equal(few, many.reset_index(drop=True), check_exact=True)


def test_one_run_or_one_donor_says_so_and_two_do_not(lab):
    """Shares that rest on acellular runs are of few donors where there is one run; the others are not."""
    rng = np.random.default_rng(1)
    live = {c: rng.normal(3 - i % 2, 0.1, 2) for i, c in enumerate(lab.arms[:4])}

    def flagged(runs):
        values = {**live, "acell_08": [1.0, 1.1][:runs], "acell_20": [0.9, 0.8][:runs]}
        shares = shares_from_means(lab.sirna, lab.means({"calcium": values}))
        few = shares["flag"].str.contains("few_donors")
        return set(shares.loc[few, "share"])

    assert flagged(1) == {"passive", "surface"}
    assert flagged(2) == set()
