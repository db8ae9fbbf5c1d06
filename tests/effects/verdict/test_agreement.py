"""Margins: no effect, blocks that agree, a block that acts on Mg2+ entry alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.effects.verdict.conftest import checks_from_means

from mgassay import tables
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.agreement import with_discordance
from mgassay.effects.verdict.checks import check_rows, equivalence_from_rows

FALSIFICATION = "falsification:pyrophosphate"


@pytest.fixture
def experiment(lab):
    rows = [c for c in lab.sirna_conditions() if c["cells"] == "live"]
    rows += [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)]
    rows += [
        lab.condition(f"apb_{m}", mg, inhibitor="2-APB", inhibitor_uM=50.0) for m, mg in (("08", 0.8), ("20", 2.0))
    ]
    ppi = {"comparator": "pyrophosphate"}
    rows += [lab.condition("ppi", 0.8, **ppi), lab.condition("ppi_scr", 0.8, sirna="scramble", **ppi)]
    rows += [lab.condition("ppi_apb", 0.8, inhibitor="2-APB", inhibitor_uM=50.0, **ppi)]
    return lab.experiment([*rows, lab.condition("ppi_si", 0.8, sirna="TRPM7", **ppi)])


def checked(lab, experiment, values):
    rows = check_rows(experiment, lab.means({"calcium": values}))
    key = ["block", "check", "subject"]
    checks = checks_from_means(experiment, lab.means({"calcium": values}))
    return checks.set_index(key), tables.EQUIVALENCE.check(equivalence_from_rows(rows)).set_index(key)


def test_b_is_asked_for_beside_t_and_their_difference(lab, experiment, room):
    checks, more = checked(lab, experiment, room.arms(room.SI, share=1.0))
    row = checks.loc["siTRPM7", "equivalence", "blocked"]
    blocked = room.NOISE[::-1] * -1 - room.NOISE / 2  # log Y at reference less raised, the levels cancel
    half = 2.353363 * blocked.std(ddof=1) / 2
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx(
        [blocked.mean(), blocked.mean() - half, blocked.mean() + half], abs=1e-6
    )
    assert row["passed"]
    assert more.loc["siTRPM7", "equivalence", "blocked"]["outcome"] == "equivalent"
    assert more.loc["siTRPM7", "equivalence", "total"]["outcome"] == "different"


def test_what_is_inconclusive_says_how_many_donors_it_would_take(lab, experiment):
    wide = np.array([-0.4, 0.4, -0.3, 0.3])
    values = {"scr_08": 3 + wide, "scr_20": 2 - wide, "si_08": 3 - wide[::-1], "si_20": 2 + wide[[1, 3, 0, 2]]}
    checks, more = checked(lab, experiment, values)
    row = more.loc["siTRPM7", "equivalence", "interaction"]
    assert row["outcome"] == "inconclusive"
    assert row["donors_needed"] > row["n_donors"] == 4
    assert not checks.loc["siTRPM7", "equivalence", "interaction"]["passed"]


def test_only_two_one_sided_tests_have_more_to_tell(lab, experiment, room):
    checks, more = checked(lab, experiment, {**room.arms(room.SI), **room.arms(room.APB)})
    assert set(more.index.get_level_values("check")) == {"equivalence", "agreement"}
    assert {"scale", "leave_one_out"} <= set(checks.index.get_level_values("check"))
    assert more["p"].between(0, 1).all()


def comparators(intact, blocked):
    """Log mineral 3 without a comparator; `intact` and `blocked` are how much it lowers log mineral in either."""
    noise = np.array([-0.02, 0.01, 0.02, -0.01])
    return {"ppi_scr": 3 - intact + noise, "ppi_si": 3 - blocked - noise[::-1]}


@pytest.mark.parametrize(("blocked", "passed", "flag"), [(1.0, True, ""), (0.1, False, "unspecific_block")])
def test_a_block_should_not_change_what_a_comparator_does(lab, experiment, room, blocked, passed, flag):
    checks, _ = checked(lab, experiment, {**room.arms(room.SI), **comparators(1.0, blocked)})
    row = checks.loc["siTRPM7", "equivalence", FALSIFICATION]
    assert row["estimate"] == pytest.approx(1.0 - blocked, abs=0.03)
    assert (bool(row["passed"]), row["flag"]) == (passed, flag)


def test_a_small_or_uncertain_change_is_no_falsification(lab, experiment, room):
    noisy = {c: v + np.array([-1.5, 1.4, 1.2, -1.0]) * (c == "ppi_si") for c, v in comparators(1.0, 0.4).items()}
    checks, more = checked(lab, experiment, {**room.arms(room.SI), **noisy})
    assert checks.loc["siTRPM7", "equivalence", FALSIFICATION]["flag"] == ""
    assert more.loc["siTRPM7", "equivalence", FALSIFICATION]["outcome"] == "inconclusive"


def test_without_the_comparator_under_block_nothing_is_asked(lab, experiment, room):
    values = {**room.arms(room.SI), "ppi_scr": 2 + room.NOISE}
    checks, _ = checked(lab, experiment, values)
    assert ("siTRPM7", "equivalence", FALSIFICATION) not in checks.index


def test_the_comparator_of_each_block_stands_beside_that_blocks_own_arms(lab, experiment, room):
    """It lowers 1 and .1 by siRNA, and 1 and .9 by 2-APB, whose dose is its own."""
    noise = np.array([-0.02, 0.01, 0.02, -0.01])
    values = {**room.arms(room.SI), **room.arms(room.APB), **comparators(1.0, 0.1)}
    values |= {"ppi": 3 - 1.0 + noise, "ppi_apb": 3 - 0.9 - noise[::-1]}
    checks, _ = checked(lab, experiment, values)
    found = checks.xs("equivalence", level="check").xs(FALSIFICATION, level="subject")["estimate"]
    assert found.to_dict() == {"siTRPM7": pytest.approx(0.9, abs=0.03), "2-APB": pytest.approx(0.1, abs=0.03)}


def apart(lab, values, own):
    """MEANS of calcium; the conditions of 2-APB and its control have the donors `own` in place of D1, D2, ..."""
    means = lab.means({"calcium": values})
    renamed = means["condition"].str.contains("^(?:ca|apb)_")
    names = {f"D{i}": name for i, name in enumerate(own, start=1)}
    return means.assign(donor=means["donor"].map(names).where(renamed, means["donor"]))


def compared(experiment, means):
    (row,) = (r for r in check_rows(experiment, means) if r["check"] == "agreement")
    return row


@pytest.mark.parametrize(("share", "outcome", "passed"), [(0.8, "equivalent", True), (-0.5, "different", False)])
def test_blocks_of_different_donors_are_compared_by_welch(lab, experiment, room, share, outcome, passed):
    """The 90 % interval of scipy's Welch test of the two T - B, which share no donor."""
    values = {**room.arms(room.SI), **room.arms(room.APB, share=share)}
    wide = np.array([0.0, 0.04, -0.03, 0.1])
    values["apb_20"] = values["apb_20"] + wide
    row = compared(experiment, apart(lab, values, "PQRS"))
    one, other = (
        (values[f"{i}_08"] - values[f"{i}_20"]) - (values[f"{b}_08"] - values[f"{b}_20"])
        for i, b in (room.SI, room.APB)
    )
    test = stats.ttest_ind(one, other, equal_var=False)
    ends = test.confidence_interval(0.9)
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx([one.mean() - other.mean(), *ends])
    assert (row["outcome"], row["passed"], row["n_donors"]) == (outcome, passed, 8)
    assert row["flag"] == ("unpaired_blocks" if passed else "discordant_blocks;unpaired_blocks")
    assert np.isnan(row["sd"])
    (more,) = equivalence_from_rows([row | {"readout": "calcium"}]).to_dict("records")
    assert pd.isna(more["donors_needed"])


def test_blocks_of_some_common_donors_are_compared_on_these(lab, experiment, room):
    """Three of four in common are paired: n is 3."""
    values = {**room.arms(room.SI), **room.arms(room.APB)}
    row = compared(experiment, apart(lab, values, ("D1", "D2", "D3", "Q")))
    assert (row["n_donors"], row["flag"], row["passed"]) == (3, "", True)


@pytest.mark.parametrize(
    ("own", "flag", "n"), [("PQ", "unpaired_blocks;few_donors", 6), (("D1",), "unpaired_blocks;few_donors", 4)]
)
def test_blocks_of_too_few_donors_are_set_beside_each_other_undecided(lab, experiment, room, own, flag, n):
    some = {c: v[: len(own)] for c, v in room.arms(room.APB).items()}
    row = compared(experiment, apart(lab, {**room.arms(room.SI), **some}, own))
    assert (row["outcome"], row["passed"], row["n_donors"], row["flag"]) == ("undecided", None, n, flag)
    assert np.isnan([row["ci_low"], row["p"], row["sd"]]).all()
    assert np.isfinite(row["estimate"])


def test_a_donor_lost_to_a_bound_proves_no_agreement_and_no_absence(lab, experiment, room):
    """D4 has no number where it is floored: what the others say is not what all would."""
    values = {**room.arms(room.SI, share=0.0), **room.arms(room.APB, share=0.0)}
    means = lab.means({"calcium": values})
    lost = (means["condition"] == "si_20") & (means["donor"] == "D4")
    means = means.assign(log_mean=means["log_mean"].mask(lost), flag=np.where(lost, "floor", ""))
    assert (compared(experiment, means)["outcome"], compared(experiment, means)["flag"]) == ("undecided", "floor")
    found = {r["subject"]: r for r in check_rows(experiment, means) if r["block"] == "siTRPM7" and "outcome" in r}
    assert (found["interaction"]["outcome"], found["interaction"]["flag"]) == ("undecided", "floor")


def test_discordant_blocks_travel_to_the_shares_that_rest_on_them(lab, experiment, room):
    values = {**room.arms(room.SI, share=0.9), **room.arms(room.APB, share=-0.5)}
    means = lab.means({"calcium": values, "alizarin_od": room.arms(room.SI)})
    shares, checks = shares_from_means(experiment, means), checks_from_means(experiment, means)
    told = with_discordance(experiment, shares, checks)
    flagged = told["flag"].str.split(";").map(lambda f: "discordant_blocks" in f)
    assert set(told["readout"][flagged]) == {"calcium"}
    assert set(told["block"][flagged]) == {"siTRPM7", "2-APB"}
    assert flagged[told["readout"] == "calcium"].all()
    same = lab.means({"calcium": {**room.arms(room.SI), **room.arms(room.APB)}})
    agreeing = with_discordance(experiment, shares_from_means(experiment, same), checks_from_means(experiment, same))
    assert not agreeing["flag"].str.contains("discordant").any()
