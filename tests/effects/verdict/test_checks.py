import numpy as np
import pytest
from tests.effects.verdict.conftest import checks_from_means

from mgassay import tables
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.verdict.checks import check_rows, equivalence_from_rows
from mgassay.problems import Problems

NOISE = np.array([-0.02, 0.01, 0.02, -0.01])


@pytest.fixture
def experiment(lab):
    rows = lab.sirna_conditions()
    rows += [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)]
    rows += [lab.condition("apb_08", 0.8, inhibitor="2-APB"), lab.condition("apb_20", 2.0, inhibitor="2-APB")]
    return lab.experiment([*rows, lab.condition("ppi", 0.8, comparator="pyrophosphate")])


def arms(intact, blocked, total=1.2, share=0.5):
    """Log means with T and a share through entry, nearly without noise."""
    return {
        f"{intact}_08": 3 + NOISE,
        f"{intact}_20": 3 - total - NOISE,
        f"{blocked}_08": 3 - NOISE[::-1],
        f"{blocked}_20": 3 - total * (1 - share) + NOISE / 2,
    }


def checks(experiment, lab, values):
    found = checks_from_means(experiment, lab.means({"calcium": values}))
    tables.CHECKS.check(found)
    return found.set_index(["block", "check", "subject"])


def test_equivalence_of_r_data(lab):
    """90 % of T-B by hand: .91104 -+ 2.353363 * .23188 against log 1.5; far outside."""
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    row = checks_from_means(lab.sirna, means).set_index(["check", "subject"]).loc["equivalence", "interaction"]
    half = 2.353363 * 0.23188013
    expected = [0.9110422, 0.9110422 - half, 0.9110422 + half, -np.log(1.5), np.log(1.5)]
    assert row[["estimate", "ci_low", "ci_high", "bound_low", "bound_high"]].tolist() == pytest.approx(
        expected, abs=1e-6
    )
    assert not row["passed"]


def test_no_effect_is_claimed_only_inside_the_margin(lab, experiment):
    found = checks(experiment, lab, arms("scr", "si", total=0.9, share=0.02))
    assert found.loc["siTRPM7", "equivalence", "interaction"]["passed"]
    assert not found.loc["siTRPM7", "equivalence", "total"]["passed"]


def test_two_one_sided_tests_alone_have_rows_of_equivalence(lab, experiment):
    """T of .9 differs, T - B of .018 is as good as absent; scale and leaving one out are no such tests."""
    rows = check_rows(experiment, lab.means({"calcium": arms("scr", "si", total=0.9, share=0.02)}))
    found = tables.EQUIVALENCE.check(equivalence_from_rows(rows))
    assert set(found["check"]) == {"equivalence"}
    outcome = found.set_index(["block", "subject"])["outcome"]
    assert (outcome["siTRPM7", "total"], outcome["siTRPM7", "interaction"]) == ("different", "equivalent")


@pytest.mark.parametrize(
    ("share", "total", "passed"), [(0.7, 2.3, False), (0.9, 1.2, True), (0.2, 1.2, True), (0.0, 1.2, True)]
)
def test_scale_robust_is_one_side_of_a_half_on_both(lab, experiment, share, total, passed):
    found = checks(experiment, lab, arms("scr", "si", total=total, share=share))
    for scale in ("log", "additive"):
        row = found.loc["siTRPM7", "scale", scale]
        assert row["passed"] == passed  # which an undecided one is to neither
        assert row["flag"] == ("" if passed else "not_scale_robust")
        assert row["bound_low"] == row["bound_high"] == 0.5


def test_leave_one_out_is_the_share_of_the_others(lab):
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    found = checks_from_means(lab.sirna, means).set_index(["check", "subject"]).loc["leave_one_out"]
    assert found.index.tolist() == ["D1", "D2", "D3", "D4"]
    without = checks_from_means(lab.sirna, means[means["donor"] != "D2"]).set_index(["check", "subject"])
    assert found.loc["D2"]["estimate"] == pytest.approx(without.loc["scale", "log"]["estimate"])
    bounds = found[["bound_low", "bound_high"]].drop_duplicates().to_numpy()
    assert bounds[0] == pytest.approx([0.194300226960758, 0.921081151432321])  # R's Fieller set of all four
    # All four leave it open which side of one half it lies on. Without D2 it is more than half: .51 to .65. Without any
    # other donor it may be below 0.
    assert (found["ci_low"] > 0.5).tolist() == [False, True, False, False]
    assert (found["ci_low"] < 0).tolist() == [True, False, True, True]
    assert not found["passed"].any()


def test_a_rogue_donor_does_not_leave_the_conclusion_alone(lab, experiment):
    """T 1.2 and T - B .96: .8, more than half. With .9 more of B in D4 it is .61, from -.03 to 1.23.

    Without D4 it is .8 again: another conclusion, though .8 lies within the interval of all, as it always does.
    """
    good = arms("scr", "si", share=0.8)
    plain = checks(experiment, lab, good).loc["siTRPM7", "leave_one_out", :]
    assert plain["passed"].tolist() == [True] * 4
    rogue = {**good, "si_20": good["si_20"] - np.array([0, 0, 0, 0.9])}
    found = checks(experiment, lab, rogue).loc["siTRPM7", "leave_one_out", :]
    row = found.loc["D4"]
    assert row["estimate"] == pytest.approx(0.8, abs=0.05)
    assert row["bound_low"] < 0.5 < row["estimate"] < row["bound_high"]
    assert not row["passed"]


def test_a_donor_that_alone_holds_the_sign_does_not_leave_the_conclusion_alone(lab, experiment):
    """A share of .08: below one half with each donor and without, above 0 not without D2 or D3."""
    values = arms("scr", "si", total=2.0, share=0.08)
    found = checks(experiment, lab, values).loc["siTRPM7", "leave_one_out", :]
    assert (found["ci_high"] < 0.5).all()
    assert (found["bound_low"] > 0).all()
    assert (found["ci_low"] > 0).tolist() == [True, False, False, True]
    assert found["passed"].tolist() == [True, False, False, True]


def test_what_is_left_of_the_donors_keeps_its_bounds(lab, experiment):
    """D1 at the floor: the shares are lower bounds, but without D1 there is none."""
    means = lab.means({"calcium": arms("scr", "si", share=0.8)})
    low = (means["condition"] == "scr_20") & (means["donor"] == "D1")
    means = tables.MEANS.frame(means.assign(flag=["floor" if x else "" for x in low]))
    found = checks_from_means(experiment, means).set_index(["check", "subject"]).loc["leave_one_out"]
    assert found["flag"].tolist() == ["", *["floor;lower_bound"] * 3]
    assert found["passed"].tolist() == [True] * 4


def test_what_is_at_most_something_is_no_side_of_a_half(lab, experiment):
    """A share of at most .8 may be less than half on both scales; one of at least .8 is more on both."""
    at_most = flagged(lab, experiment, arms("scr", "si", share=0.8), si_20="floor").loc["siTRPM7", "scale", :]
    assert set(at_most["flag"]) == {"floor;upper_bound"}
    assert at_most["passed"].isna().all()
    at_least = flagged(lab, experiment, arms("scr", "si", share=0.8), scr_20="floor").loc["siTRPM7", "scale", :]
    assert set(at_least["flag"]) == {"floor;lower_bound"}
    assert at_least["passed"].tolist() == [True, True]
    less = flagged(lab, experiment, arms("scr", "si", share=0.2), scr_20="floor").loc["siTRPM7", "scale", :]
    assert less["passed"].isna().all()


@pytest.mark.parametrize("check", ["scale", "leave_one_out"])
def test_a_donor_lost_without_a_number_decides_nothing(lab, experiment, check):
    means = lab.means({"calcium": arms("scr", "si", share=0.8)})
    lost = (means["condition"] == "scr_20") & (means["donor"] == "D1")
    flags = ["above_curve" if x else "" for x in lost]
    means = tables.MEANS.frame(means.assign(flag=flags, log_mean=means["log_mean"].mask(lost)))
    found = checks_from_means(experiment, means).query("check == @check")
    assert set(found["flag"]) == {"above_curve"}
    assert found["passed"].isna().all()


def test_leave_one_out_is_undecided_where_all_donors_have_no_bounded_set(lab, experiment):
    rng = np.random.default_rng(3)
    found = checks(experiment, lab, {c: rng.normal(0, 1, 3) for c in ("scr_08", "scr_20", "si_08", "si_20")})
    left_out = found[found.index.get_level_values("check") == "leave_one_out"]
    assert len(left_out) == 3
    assert left_out["passed"].isna().all()


def test_blocks_agree_within_the_declared_fold(lab, experiment):
    same = checks(experiment, lab, {**arms("scr", "si"), **arms("ca", "apb")})
    row = same.loc["siTRPM7", "agreement", "2-APB"]
    assert row["passed"]
    assert row["bound_high"] == pytest.approx(np.log(2))
    apart = checks(experiment, lab, {**arms("scr", "si", share=0.9), **arms("ca", "apb", share=0.1)})
    row = apart.loc["siTRPM7", "agreement", "2-APB"]
    assert not row["passed"]
    assert row["estimate"] == pytest.approx(1.2 * 0.8)
    assert row["flag"] == "discordant_blocks"


def test_match_of_the_comparator(lab, experiment):
    values = {**arms("ca", "apb"), "ppi": 1.9 + NOISE}
    row = checks(experiment, lab, values).loc["", "match", "pyrophosphate"]
    assert row["estimate"] == pytest.approx(0.1 + 2 * NOISE.mean(), abs=1e-9)
    assert row["passed"]
    far = checks(experiment, lab, {**values, "ppi": 2.5 + NOISE}).loc["", "match", "pyrophosphate"]
    assert not far["passed"]


def test_one_donor_leaves_equivalence_undecided(lab, experiment):
    row = checks(experiment, lab, {"scr_08": [3.0], "scr_20": [2.0]}).loc["siTRPM7", "equivalence", "total"]
    assert row["flag"] == "few_donors"
    assert row[["passed"]].isna().all()


def flagged(lab, experiment, values, **flags):
    means = lab.means({"calcium": values})
    return checks_from_means(
        experiment, tables.MEANS.frame(means.assign(flag=[flags.get(c, "") for c in means["condition"]]))
    ).set_index(["block", "check", "subject"])


def test_equivalence_is_not_proved_by_bounds(lab, experiment):
    """Everything at its limit of detection: no difference between limits is no absence of an effect."""
    same = {c: 1.0 + NOISE / 10 for c in ("scr_08", "scr_20", "si_08", "si_20")}
    found = flagged(lab, experiment, same, **dict.fromkeys(same, "floor"))
    assert found.loc["siTRPM7", "equivalence", "total"][["passed"]].isna().all()
    assert found.loc["siTRPM7", "equivalence", "interaction"][["passed"]].isna().all()
    assert flagged(lab, experiment, same).loc["siTRPM7", "equivalence", "total"]["passed"]
    differs = flagged(lab, experiment, arms("scr", "si"), scr_20="floor")
    assert not differs.loc["siTRPM7", "equivalence", "total"]["passed"]


def test_equivalence_is_not_proved_by_the_donors_that_a_bound_left(lab, experiment):
    """B of D1 to D3 is 0; what it is in D4, whose raised arm is at the floor without a number, is not known."""
    means = lab.means({"calcium": arms("scr", "si", share=1.0)})
    lost = (means["condition"] == "si_20") & (means["donor"] == "D4")
    flags = ["floor" if x else "" for x in lost]
    means = tables.MEANS.frame(means.assign(flag=flags, log_mean=means["log_mean"].mask(lost)))
    row = checks_from_means(experiment, means).set_index(["check", "subject"]).loc["equivalence", "blocked"]
    assert row["ci_high"] < row["bound_high"]
    assert row["flag"] == "floor"
    assert row[["passed"]].isna().all()


def test_scale_is_undecided_without_an_identifiable_share(lab, experiment):
    rng = np.random.default_rng(3)
    noise = checks(experiment, lab, {c: rng.normal(0, 1, 3) for c in ("scr_08", "scr_20", "si_08", "si_20")})
    bounds = flagged(lab, experiment, arms("scr", "si"), scr_20="floor", si_20="floor")
    for found in (noise, bounds):
        assert found.loc[("siTRPM7", "scale", "log"), ["passed"]].isna().all()


def test_leaving_out_a_donor_of_an_open_share_decides_nothing(lab):
    """Two blocked arms at the top of the curve: the share is that of the limits, with each donor and without."""
    values = {"scr_08": [3.0, 3.1, 2.9], "scr_20": [1, 1.2, 0.9], "si_08": [3, 3.2, 3], "si_20": [2.2, 2.3, 2.1]}
    means = lab.means({"calcium": values})
    flags = ["above_curve" if c.startswith("si") else "" for c in means["condition"]]
    checks = checks_from_means(lab.sirna, tables.MEANS.frame(means.assign(flag=flags)))
    assert checks.query("check == 'leave_one_out'")["passed"].isna().all()
    assert checks.query("check == 'scale'")["passed"].isna().all()
    plain = checks_from_means(lab.sirna, means)
    assert plain.query("check == 'leave_one_out'")["passed"].notna().all()
