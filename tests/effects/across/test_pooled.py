"""Experiments to pooled rows: the same question only, donors once, and what one experiment alone is told as."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.across.answers import Answer, answers_of
from mgassay.effects.across.pooled import pooled_shares
from mgassay.effects.shares.shares import shares_from_means


def answer(experiment, part, whole, donors=None, *, share="intracellular", runs=(), acellular="", **row):
    """An answer of these donors; its own row says what part and whole do."""
    part, whole, runs = (np.array(x, dtype=float) for x in (part, whole, runs))
    own = part.mean() + (runs.mean() if len(runs) else 0.0)
    base = {"readout": "calcium", "block": "siTRPM7", "share": share, "scale": "log", "estimate": own / whole.mean()}
    base |= {"ci_low": 0.1, "ci_high": 0.9, "interval": "bounded", "identifiable": True, "rho": np.nan, "flag": ""}
    base |= {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
    names = tuple(donors or (f"{experiment}-{i}" for i in range(len(part))))
    return Answer(experiment, {**base, **row}, names, part, whole, runs, acellular)


THREE = (
    answer("a", (0.5, 0.7), (1, 1.2)),
    answer("b", (0.8, 0.8), (1.1, 1)),
    answer("c", (0.4, 0.9, 0.7), (1, 0.9, 1)),
)


def only(answers, **how):
    summary, members = pooled_shares(answers, **how)
    assert len(summary) == 1
    return summary.iloc[0], members


def test_three_experiments_make_one_row_with_an_interval_for_the_next():
    row, members = only(THREE)
    assert (row["n_experiments"], row["n_donors"], row["flag"]) == (3, 7, "")
    assert row["prediction_low"] <= row["ci_low"] < row["estimate"] < row["ci_high"] <= row["prediction_high"]
    assert row["tau"] >= 0
    assert list(members["experiment"]) == ["a", "b", "c"]
    assert members["weight"].sum() == pytest.approx(1)
    whole = (members["weight"] * [1.1, 1.05, 0.9666667]).sum()
    assert row["estimate"] == pytest.approx((members["weight"] * [0.6, 0.8, 0.6666667]).sum() / whole, abs=1e-6)


def test_one_experiment_is_its_own_row_without_prediction():
    row, members = only([answer("a", (0.5, 0.7), (1, 1.2), estimate=0.55, flag="few_donors")])
    assert (row["estimate"], row["ci_low"], row["ci_high"], row["flag"]) == (0.55, 0.1, 0.9, "few_donors")
    assert row[["prediction_low", "prediction_high", "tau"]].isna().all()
    assert (row["n_experiments"], row["n_donors"]) == (1, 2)
    assert members["weight"].tolist() == [1.0]
    open_ended, _ = only([answer("a", (0.5,), (1,), interval="two_rays", ci_low=-1.0, ci_high=2.0)])
    assert open_ended[["ci_low", "ci_high"]].isna().all()


def test_two_experiments_have_no_prediction():
    row, _ = only(THREE[:2])
    assert row[["prediction_low", "prediction_high"]].isna().all()
    assert row["n_experiments"] == 2


def test_other_steps_of_mg_and_other_acellular_arms_are_not_pooled():
    other = dataclasses.replace(THREE[2], row={**THREE[2].row, "mg_raised_mM": 3.0})
    row, members = only([*THREE[:2], other])
    assert (row["n_experiments"], row["flag"]) == (2, "not_pooled")
    assert members["used"].tolist() == [True, True, False]
    assert members["weight"].isna().tolist() == [False, False, True]
    kinds = [
        answer(n, (0, 0), (1, 1), share="passive", runs=(0.3, 0.2), acellular=k)
        for n, k in (("a", "none"), ("b", "fixed"), ("c", "none"))
    ]
    assert only(kinds)[0]["n_experiments"] == 2


def test_bounds_are_left_out_and_told():
    row, members = only([*THREE, answer("d", (0.2, 0.2), (0.3, 0.3), flag="floor;upper_bound")])
    assert (row["n_experiments"], row["flag"]) == (3, "not_pooled")
    assert members["used"].tolist() == [True, True, True, False]
    summary, members = pooled_shares([answer("d", (0.2, 0.2), (0.3, 0.3), flag="floor;upper_bound")])
    assert len(summary) == 0
    assert len(members) == 1


def test_a_donor_of_two_experiments_counts_once():
    """D1: part (.5 + .7)/2, whole (1 + 1.2)/2; D2 .8 of 1: .7/1.05 and an interval over two donors."""
    pair = [answer("a", (0.5, 0.8), (1.0, 1.0), ("D1", "D2")), answer("b", (0.7,), (1.2,), ("d1",))]
    row, members = only(pair)
    assert (row["n_experiments"], row["n_donors"], row["flag"]) == (2, 2, "shared_donors")
    assert row["estimate"] == pytest.approx(0.7 / 1.05)
    assert members["group"].tolist() == [1, 1]
    assert np.isnan(row["tau"])
    beside, _ = only([*pair, answer("c", (0.6, 0.7), (1, 1.1))])  # two of three share a donor
    assert (beside["n_experiments"], beside["n_donors"], beside["flag"]) == (3, 4, "shared_donors")
    apart, members = only(pair, own_donors=True)
    assert members["group"].tolist() == [1, 2]
    assert (apart["n_experiments"], apart["n_donors"]) == (2, 3)


def test_acellular_runs_of_shared_donors_are_all_of_their_own():
    """Passive: runs .2, .4 and .3 over T of D1 (1, 1.2 once 1.1) and D2 (1): .3/1.05."""
    kinds = [
        answer("a", (0, 0), (1, 1), ("D1", "D2"), share="passive", runs=(0.2, 0.4), acellular="none"),
        answer("b", (0,), (1.2,), ("D1",), share="passive", runs=(0.3,), acellular="none"),
    ]
    assert only(kinds)[0]["estimate"] == pytest.approx(0.3 / 1.05)


def test_experiments_whose_runs_scatter_weigh_by_how_many_they_have():
    """Passive, T 1 in every donor. Runs: mean .2, squares .02 about it; mean .3, squares .0008. One scatter for both,
    .0208/4 df = .0052, so that the means have variances .0026 (two runs) and .0013 (four). Two experiments: tau^2 =
    (.1^2 - .0026 - .0013)/2 = .00305. Weights as 1/.00565 to 1/.00435, which is .435 to .565; .435 x .2 + .565 x .3.
    """
    runs = {"a": (0.1, 0.3), "b": (0.28, 0.32, 0.3, 0.3)}
    kinds = [answer(n, (0, 0), (1, 1), share="passive", runs=r, acellular="none") for n, r in runs.items()]
    row, members = only(kinds)
    assert members["weight"].tolist() == pytest.approx([0.435, 0.565])
    assert (row["estimate"], row["tau"]) == (pytest.approx(0.2565), pytest.approx(np.sqrt(0.00305)))


@pytest.mark.parametrize(("share", "flag"), [(0.99, ""), (1.3, "antagonism"), (0.01, ""), (-0.3, "antagonism")])
def test_a_pooled_share_outside_of_0_to_1_is_told(share, flag):
    """Whole 1 on average in each experiment, part the share of it within .002."""
    noise = ((0.02, -0.02), (-0.02, 0.02), (0.01, -0.01))
    wholes = [1 + np.array(by) for by in noise]
    row, _ = only([answer(n, share * w + (w[::-1] - 1) / 10, w) for n, w in zip("abc", wholes, strict=True)])
    assert (row["estimate"], row["flag"]) == (pytest.approx(share, abs=0.005), flag)


def test_the_corrected_share_of_shared_donors_has_no_interval():
    donors = ("D1", "D2", "D3")
    pair = [
        answer(n, (0.5, 0.6, 0.55), (0.8, 0.8, 0.82), donors, share="intracellular_corrected", rho=0.2) for n in "ab"
    ]
    row, _ = only(pair)
    assert np.isnan(row["ci_low"])
    assert row["estimate"] == pytest.approx(0.55 / (2.42 / 3))


def test_experiments_without_an_effect_of_mg_leave_no_interval():
    row, _ = only([answer(n, (0.1, -0.1), (w, -0.1)) for n, w in (("a", 0.2), ("b", -0.1), ("c", 0.3))])
    assert np.isnan(row["ci_low"])
    assert "total_near_zero" in row["flag"]


def test_rows_come_in_order_whatever_the_order_of_answers():
    mixed = [
        answer("a", (0.5, 0.6), (1, 1), share=s, scale=c)
        for s in ("intracellular", "passive")
        for c in ("additive", "log")
    ]
    summary, _ = pooled_shares(mixed)
    assert summary[["share", "scale"]].to_numpy().tolist() == [
        [s, c] for s in ("passive", "intracellular") for c in ("log", "additive")
    ]
    empty = pooled_shares([])
    assert list(empty[0].columns) == list(tables.SUMMARY_SHARES.columns)
    assert len(empty[1]) == 0


def simulated(lab, rng, donors, runs, share=0.5, total=1.2, passive=0.2, tau=0.1):
    """Answers of one experiment of the lab's own conditions, from noise within arms (.155 a mean) on."""
    t = total * np.exp(0.2 * rng.normal())
    part = share + tau * rng.normal()
    effects = {"scr": t, "si": t * (1 - part), "acell": t * passive}
    logs = {}
    for arm, effect in effects.items():
        n = runs if arm == "acell" else donors
        level = 3 + 0.35 * rng.normal(size=n)
        logs[f"{arm}_08"] = level + 0.155 * rng.normal(size=n)
        logs[f"{arm}_20"] = level - effect + 0.155 * rng.normal(size=n)
    means = lab.means({"calcium": logs})
    return answers_of(lab.sirna, means, shares_from_means(lab.sirna, means))


def test_pooled_sets_hold_the_truth_from_means_on(lab):
    """40 labs of four experiments of 3 to 5 donors, three acellular runs: of 120 sets 5 % may miss (6 +- 5)."""
    rng = np.random.default_rng(11)
    truth = {"passive": 0.2, "surface": 0.3, "intracellular": 0.5}
    missed, asked = 0, 0
    for _ in range(40):
        answers = []
        for i, donors in enumerate((3, 4, 5, 3)):
            own = [a for a in simulated(lab, rng, donors, 3) if a.estimand[3] == "log"]
            answers += [dataclasses.replace(a, experiment=f"e{i}") for a in own]
        summary, _ = pooled_shares(answers, own_donors=True)
        for row in summary.to_dict("records"):
            value = truth[row["share"]]
            asked += 1
            missed += not (pd.isna(row["ci_low"]) or row["ci_low"] <= value <= row["ci_high"])
    assert asked == 120
    assert missed <= 12
