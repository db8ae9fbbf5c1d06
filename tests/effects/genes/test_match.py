"""The match of mineral, by hand: two one-sided tests within the declared fold."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.effects.genes.comparators import comparisons_of
from mgassay.effects.genes.genes import mineral_panels
from mgassay.effects.genes.match import match_beside, match_rows


def rows(two, mineral, readout="calcium"):
    panel = mineral_panels(two.means(mineral))[readout]
    return {row["subject"]: row for row in match_rows(two.experiment, panel)}


def test_match_by_hand(two):
    """Differences 0, .1, .2: SD .1, 90 % half-width 2.919986 x .1/sqrt(3) = .16859; margin log 1.5 = .40547."""
    found = rows(two, [[1, 2, 1.0, 2.0], [1, 2, 1.1, 2.1], [1, 2, 1.2, 2.2]])
    row = found["pyrophosphate"]
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx([0.1, -0.06859, 0.26859], abs=1e-5)
    assert [row["bound_low"], row["bound_high"]] == pytest.approx([-0.405465, 0.405465], abs=1e-6)
    assert row["passed"] is True
    assert found["fetuin-A"]["passed"] is False
    assert {(r["block"], r["check"]) for r in found.values()} == {("", "match")}


def test_one_donor_shows_no_match(two):
    assert rows(two, [[1, 2, 1.0, 1.0]])["pyrophosphate"]["passed"] is None


def test_two_arms_at_the_detection_limit_show_no_match(two):
    """Both at the same limit: nothing is known of the difference."""
    means = two.means([[1, 3, 1, 1], [1, 3, 1.01, 1], [1, 3, 1, 1.01]])
    floored = tables.MEANS.frame(means.assign(flag=means["condition"].map({"ca_20": "floor"}).fillna("")))
    found = {r["subject"]: r for r in match_rows(two.experiment, mineral_panels(floored)["calcium"])}
    assert found["pyrophosphate"]["passed"] is None


def test_the_donors_that_a_bound_left_show_no_match(two):
    """Donor 4 has no number at raised Mg, since it lies at the floor without a limit: what it is there is not known."""
    means = two.means([[1, 2, 1.0, 2.0], [1, 2, 1.1, 2.1], [1, 2, 1.2, 2.2], [1, 2, 1.1, 2.1]])
    lost = (means["condition"] == "ca_20") & (means["donor"] == "D4")
    means = means.assign(log_mean=means["log_mean"].mask(lost), flag=["floor" if x else "" for x in lost])
    panel = mineral_panels(tables.MEANS.frame(means))["calcium"]
    row = {r["subject"]: r for r in match_rows(two.experiment, panel)}["pyrophosphate"]
    assert row["ci_high"] < row["bound_high"]
    assert (row["flag"], row["passed"]) == ("floor", None)


def test_the_match_of_genes_is_on_the_first_mineral_readout(lab, two):
    same, far = np.array([1.0, 1.1, 0.9]), np.array([2.0, 2.1, 1.9])
    arms = {
        "alizarin_area": {"ca_20": same, "ppi": far},
        "calcium": {"ca_20": same, "ppi": same + np.array([0.01, -0.01, 0])},
    }
    (comparison,) = comparisons_of(two.experiment)
    panels = mineral_panels(lab.means(arms))
    found = match_beside(two.experiment, panels, comparison, "pyrophosphate")
    assert (found["readout"], found["passed"]) == ("calcium", True)
    assert match_beside(two.experiment, panels, comparison, "fetuin-A") is None


@pytest.mark.parametrize(("floored", "flag"), [("ca_20", "floor;lower_bound"), ("ppi", "floor;upper_bound")])
def test_a_bound_in_one_arm_says_which_way_the_difference_lies(two, floored, flag):
    """Comparator less raised Mg: at least what it is where raised Mg is at most its limit, else at most."""
    means = two.means([[1, 3, 2, 2], [1, 3, 2.1, 2], [1, 3, 1.9, 2]])
    means = tables.MEANS.frame(means.assign(flag=["floor" if c == floored else "" for c in means["condition"]]))
    found = {r["subject"]: r for r in match_rows(two.experiment, mineral_panels(means)["calcium"])}
    assert found["pyrophosphate"]["flag"] == flag
