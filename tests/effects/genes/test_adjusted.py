"""Genes adjusted for mineral: rows by hand, what is not enough for one, and what stands against them."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.effects.genes.adjusted import DonorLines, adjusted_rows, donor_lines
from mgassay.effects.genes.comparators import comparisons_of
from mgassay.effects.genes.genes import gene_panels, mineral_panels

NAN = np.nan
# Mineral of raised Mg, reference Mg and two comparators; the line of the last three at -2 lies at -7/6 (see below).
MINERAL = np.array([-2.0, 0.0, -1.0, -2.0])
OTHERS = [0.0, -1.0, -1.0]


def lines_of(two, means):
    (comparison,) = comparisons_of(two.experiment)
    genes, mineral = gene_panels(means), mineral_panels(means)
    return donor_lines(genes["gene:RUNX2"], mineral, comparison), list(adjusted_rows(genes, mineral, comparison))


def experiment(raised, others=OTHERS, mineral=MINERAL):
    """Donors with these values at raised Mg, the same elsewhere: (mineral, gene)."""
    return np.tile(mineral, (len(raised), 1)), np.array([[r, *others] for r in raised])


def test_by_hand(two):
    """Others (0, 0), (-1, -1), (-2, -1): slope 1/2, at -2 -7/6. Raised Mg is .5, 1, 1.5 below: SD .5, n 3."""
    mineral, gene = experiment(np.array([-0.5, -1.0, -1.5]) - 7 / 6)
    _, (row,) = lines_of(two, two.means(mineral, RUNX2=gene))
    half = 4.302653 * 0.5 / 3**0.5
    assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx([-1.0, -1 - half, -1 + half])
    assert (row["gene"], row["estimand"], row["n_donors"], row["flag"]) == ("RUNX2", "adjusted", 3, "")
    assert row["comparator"] == "pyrophosphate, fetuin-A"


@pytest.mark.parametrize("lacking", [0, 1, 2, 3])
def test_a_donor_without_one_of_four_arms_takes_no_part(two, lacking):
    mineral, gene = experiment([-1.0, -2.0, -3.0])
    mineral[1, lacking] = NAN
    lines, (row,) = lines_of(two, two.means(mineral, RUNX2=gene))
    assert (lines.donors, row["n_donors"], row["flag"]) == (("D1", "D3"), 2, "")


@pytest.mark.parametrize("lacking", [0, 1, 2, 3])
def test_one_comparator_or_no_raised_mg_makes_no_row(two, lacking):
    mineral, gene = experiment([-1.0, -2.0, -3.0])
    gene[:, lacking] = NAN
    assert lines_of(two, two.means(mineral, RUNX2=gene)) == (None, [])


def test_one_donor_has_no_interval(two):
    mineral, gene = experiment([-1.0])
    _, (row,) = lines_of(two, two.means(mineral, RUNX2=gene))
    assert row["flag"] == "few_donors"
    assert np.isnan([row["ci_low"], row["p"]]).all()


def test_without_mineral_there_is_no_row(lab, two):
    means = two.means(*experiment([-1.0, -2.0])[:1], RUNX2=experiment([-1.0, -2.0])[1])
    assert lines_of(two, means[means["readout"] != "calcium"]) == (None, [])


def test_bounds_among_the_cells_stand_on_the_row_without_a_direction(two):
    mineral, gene = experiment([-1.0, -2.0, -3.0])
    means = two.means(mineral, RUNX2=gene)
    floored = means.assign(
        flag=np.where((means["condition"] == "ca_20") & (means["readout"] == "calcium"), "floor", "")
    )
    _, (row,) = lines_of(two, tables.MEANS.frame(floored))
    assert row["flag"] == "floor"


def test_each_comparator_alone(two):
    """Through (0, 0) and (-1, -1) the line is at -2; through (0, 0) and (-2, -1) at -1. Raised Mg is at -3."""
    lines, _ = lines_of(two, two.means(*experiment([-3.0, -3.0])[:1], RUNX2=experiment([-3.0, -3.0])[1]))
    assert lines.effects_by(0) == pytest.approx([-1, -1])
    assert lines.effects_by(1) == pytest.approx([-2, -2])


@pytest.mark.parametrize(("own", "said"), [(0.0, False), (0.6, True)])
def test_a_comparator_that_acts_on_the_gene_lies_off_the_line_of_the_others(two, own, said):
    rng = np.random.default_rng(3)
    mineral = MINERAL + rng.normal(0, 0.05, (6, 4))
    gene = 0.6 * mineral + own * np.array([0, 0, 1, 0]) + rng.normal(0, 0.05, (6, 4))
    lines, _ = lines_of(two, two.means(mineral, RUNX2=gene))
    assert lines.discordant() is said


@pytest.mark.parametrize(("p", "said"), [(0.048, True), (0.052, False)])
def test_a_comparator_is_off_the_line_at_5_percent_over_all_of_them(p, said):
    """Two donors, pyrophosphate t - 1 and t + 1 off the line: Student's t on 1 df is Cauchy's, p = 1 - 2/pi atan t.

    Fetuin-A, twice as far from the reference, lies twice as far off on the other side: the same t, so Holm doubles p.
    """
    t = np.tan(np.pi / 2 * (1 - p / 2))
    gene = np.array([[0.0, 0.0, t + off, 0.0] for off in (-1, 1)])
    lines = DonorLines(("D1", "D2"), ("pyrophosphate", "fetuin-A"), gene, np.tile(MINERAL, (2, 1)), "")
    assert lines.discordant() is said


@pytest.mark.parametrize(("raised", "said"), [(-2.3, False), (-2.5, True), (0.3, False), (0.5, True)])
def test_mineral_beyond_all_others_by_more_than_the_fold(two, raised, said):
    """The others reach from -2 to 0; log 1.5 = .405 further is allowed."""
    mineral, gene = experiment([-1.0, -2.0], mineral=np.array([raised, *MINERAL[1:]]))
    lines, _ = lines_of(two, two.means(mineral, RUNX2=gene))
    assert lines.extrapolated(1.5) is said


def test_mineral_of_an_arm_that_some_donors_lack_counts_for_how_far_the_others_reach():
    """Fetuin-A, in one donor, reaches -2: raised Mg at -2.3 lies within log 1.5 = .405 of it. The rest end at -1.5."""
    mineral = np.array([[-2.3, 0.0, -1.0, -2.0, -1.5], [-2.3, 0.0, -1.0, NAN, -1.5]])
    lines = DonorLines(("D1", "D2"), ("pyrophosphate", "fetuin-A", "phytate"), mineral / 2, mineral, "")
    assert not lines.extrapolated(1.5)
    lines = DonorLines(("D1", "D2"), ("pyrophosphate", "phytate"), mineral / 2, mineral[:, [0, 1, 2, 4]], "")
    assert lines.extrapolated(1.5)
