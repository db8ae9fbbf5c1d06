"""What the siRNA leaves of TRPM7, as a stand-in for rho."""

import numpy as np
import pytest

from mgassay.design import arms_of_blocks
from mgassay.effects.means.panels import panels_from_means
from mgassay.effects.shares.knockdown import knockdown_of_arms


def knockdown(experiment, means):
    (panel,) = (p for p in panels_from_means(means) if p.readout == "gene:TRPM7")
    (arms,) = (a for a in arms_of_blocks(experiment) if a.block)
    return knockdown_of_arms(arms, panel)


def test_a_donors_residual_is_the_mean_of_its_levels(lab):
    """Log2 residuals: D1 -2 and -1, D2 -3 at reference Mg alone, D3 -4 at raised Mg alone; D4 has no pair."""
    nan = np.nan
    log2 = {"scr_08": [0, 1, 0, 0], "si_08": [-2, -2, nan, nan], "scr_20": [0, nan, 1, 0], "si_20": [-1, 4, -3, nan]}
    found = knockdown(lab.sirna, lab.means({"gene:TRPM7": {c: np.array(v) * np.log(2) for c, v in log2.items()}}))
    assert found.donors == ("D1", "D2", "D3")
    assert found.log_residual / np.log(2) == pytest.approx([-1.5, -3, -4])
    assert found.flag == ""


@pytest.mark.parametrize(
    ("cells", "flag"),
    [
        ({"si_08": "undetermined;floor"}, "undetermined;floor;upper_bound"),
        ({"scr_20": "floor"}, "floor;lower_bound"),
        ({"si_08": "floor", "scr_20": "floor"}, "floor"),
        ({"si_08": "outlier"}, "outlier"),
    ],
)
def test_what_was_not_detected_is_a_bound(lab, cells, flag):
    means = lab.means({"gene:TRPM7": {"scr_08": [0, 0], "si_08": [-2, -3], "scr_20": [0, 0], "si_20": [-2, -3]}})
    flagged = means.assign(flag=[cells.get(c, "") for c in means["condition"]])
    assert knockdown(lab.sirna, flagged).flag == flag


def test_a_donor_lost_to_a_bound_without_a_number_is_told_and_no_direction_is_claimed(lab):
    means = lab.means({"gene:TRPM7": {"scr_08": [0, 0], "si_08": [-2, -3]}})
    lost = (means["condition"] == "si_08") & (means["donor"] == "D2")
    gone = means.assign(log_mean=means["log_mean"].mask(lost), flag=np.where(lost, "floor", ""))
    found = knockdown(lab.sirna, gone)
    assert (found.donors, found.flag) == (("D1",), "floor")


def test_nothing_where_the_arm_was_not_measured_or_the_block_is_no_sirna(lab):
    assert knockdown(lab.sirna, lab.means({"gene:TRPM7": {"scr_08": [0], "si_20": [1]}})) is None
    rows = [lab.condition(f"{n}_{m}", mg, inhibitor=i) for n, i in (("ca", "none"), ("apb", "2-APB"))
            for m, mg in (("08", 0.8), ("20", 2.0))]  # fmt: skip
    inhibitor = lab.experiment(rows)
    assert knockdown(inhibitor, lab.means({"gene:TRPM7": {"ca_08": [0], "apb_08": [1]}})) is None


@pytest.mark.parametrize(
    ("cell", "direction"),
    [("scr_08", "lower_bound"), ("scr_20", "lower_bound"), ("si_08", "upper_bound"), ("si_20", "upper_bound")],
)
def test_a_bound_of_either_level_pulls_the_residual_the_way_it_must(lab, cell, direction):
    """Blocked over intact: what is below detection when intact was less than put in, so that more is left than said."""
    means = lab.means({"gene:TRPM7": {"scr_08": [0, 0], "si_08": [-2, -3], "scr_20": [0, 0], "si_20": [-2, -3]}})
    flagged = means.assign(flag=["floor" if c == cell else "" for c in means["condition"]])
    assert knockdown(lab.sirna, flagged).flag == f"floor;{direction}"
