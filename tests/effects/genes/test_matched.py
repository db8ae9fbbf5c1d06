"""Raised Mg less the comparator, per donor, in log2; and how often nothing is taken for something."""

import numpy as np
import pandas as pd
import pytest

from mgassay.effects.contrasts.nondetects import cells_of_arms
from mgassay.effects.estimators.censored_contrast import contrast_of_cells
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.genes.comparators import comparisons_of
from mgassay.effects.genes.genes import gene_panels
from mgassay.effects.genes.matched import matched_rows


def rows(two, means, nondetects=None):
    (comparison,) = comparisons_of(two.experiment)
    return {r["comparator"]: r for r in matched_rows(gene_panels(means), comparison, nondetects)}


def test_by_hand(two):
    """-1, -2, -1.5 against pyrophosphate: t of -1.5 with SD .5, n 3: half-width 4.302653 x .5/sqrt(3)."""
    row = rows(two, two.means(np.zeros((3, 4)), RUNX2=[[0, 9, 1, 4], [0, 9, 2, 4], [0, 9, 1.5, 4]]))["pyrophosphate"]
    half = 4.302653 * 0.5 / 3**0.5
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx([-1.5, -1.5 - half, -1.5 + half])
    assert (row["gene"], row["block"], row["estimand"], row["n_donors"]) == ("RUNX2", "", "matched_mineral", 3)


def test_one_donor_has_no_interval(two):
    row = rows(two, two.means(np.zeros((1, 4)), RUNX2=[[0, 9, 1, 4]]))["pyrophosphate"]
    assert (row["estimate"], row["flag"]) == (-1.0, "few_donors")
    assert np.isnan([row["ci_low"], row["ci_high"], row["p"]]).all()


def test_a_floored_arm_makes_a_bound(two):
    means = two.means(np.zeros((3, 4)), RUNX2=[[0, 9, 1, 4], [0, 9, 2, 4], [0, 9, 1.5, 4]])
    floored = means.assign(flag=np.where(means["condition"] == "ca_20", "undetermined;floor", ""))
    assert rows(two, floored)["pyrophosphate"]["flag"] == "undetermined;floor;upper_bound"


def test_a_floored_comparator_makes_a_bound_of_the_other_side_and_two_donors_are_not_few(two):
    means = two.means(np.zeros((2, 4)), RUNX2=[[0, 9, 1, 4], [0, 9, 2, 4]])
    assert rows(two, means)["pyrophosphate"]["flag"] == ""
    floored = means.assign(flag=np.where(means["condition"] == "ppi", "undetermined;floor", ""))
    assert rows(two, floored)["pyrophosphate"]["flag"] == "undetermined;floor;lower_bound"


def test_non_detects_are_the_likelihoods(two):
    """One of three wells of a donor at raised Mg has no Cq: the row is by likelihood, and lower than without it."""
    seen = [("ca_20", d, v, np.nan) for d, v in zip(("D1", "D2", "D3"), (0.0, 0.1, -0.1), strict=True) for _ in (0, 1)]
    seen += [("ppi", d, v, np.nan) for d, v in zip(("D1", "D2", "D3"), (1.0, 1.2, 0.8), strict=True) for _ in (0, 1, 2)]
    missed = [("ca_20", "D1", np.nan, -0.5)]
    wells = pd.DataFrame([*seen, *missed], columns=["condition", "donor", "log_value", "log_limit"])
    wells = wells.assign(readout="gene:RUNX2", flag="")
    means = two.means(np.zeros((3, 4)), RUNX2=np.array([[0, 9, 1, 4], [0.1, 9, 1.2, 4], [-0.1, 9, 0.8, 4]]) / np.log(2))
    row = rows(two, means, wells)["pyrophosphate"]
    assert row["flag"] == "undetermined;censored"
    assert row["estimate"] < rows(two, means)["pyrophosphate"]["estimate"] - 0.05


def test_the_likelihoods_row_is_in_log2_and_of_the_genes_own_wells_alone(two):
    """The estimator gives natural logarithms. ALPL has non-detects in the same arms, of which RUNX2's row is free."""
    rng = np.random.default_rng(5)
    wells = [
        {"condition": c, "donor": d, "log_value": level + of_donor + 0.1 * rng.normal(), "log_limit": np.nan}
        for d, of_donor in (("D1", 0.0), ("D2", 0.3), ("D3", -0.2))
        for c, level in (("ca_20", 0.0), ("ppi", 1.0))
        for _ in range(3)
    ]
    wells[0] |= {"log_value": np.nan, "log_limit": -0.1}
    own = pd.DataFrame(wells).assign(readout="gene:RUNX2", flag="")
    other = own.assign(readout="gene:ALPL", log_value=own["log_value"] * 5)
    means = two.means(np.zeros((3, 4)), RUNX2=[[0, 9, 1, 4]] * 3)
    row = rows(two, means, pd.concat([own, other]))["pyrophosphate"]
    found = contrast_of_cells(cells_of_arms(own, ("ca_20", "ppi")), np.array([1.0, -1.0]))
    told = [row[c] * np.log(2) for c in ("estimate", "ci_low", "ci_high")]
    assert told == pytest.approx([found.estimate, found.low, found.high])


def test_an_inert_comparator_errs_in_5_of_100_and_one_that_acts_in_most():
    """Four donors, gene .6 log2 per log of mineral, all of Mg's effect through mineral; the comparator adds .4 log2."""
    rng = np.random.default_rng(4)
    mineral = np.array([-1.2, -1.2]) + rng.normal(0, 0.1, (4000, 4, 2))
    gene = 0.6 * mineral + rng.normal(0, 0.12, mineral.shape)

    def found(own):
        low, high = donor_estimate(gene[..., 0] - gene[..., 1] - own).limits()
        return ((low > 0) | (high < 0)).mean()

    assert 0.03 < found(0.0) < 0.07
    assert found(0.4) > 0.7
