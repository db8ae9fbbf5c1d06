"""Off the line by hand and by statsmodels; what error of mineral does to it; its intervals under no direct effect."""

import numpy as np
import pandas as pd
import pytest

from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.genes.mineral_line import off_the_line

NAN = np.nan


def test_three_points_by_hand():
    """Others (mineral, gene): (0, 0), (-1, -1), (-2, -1): mean (-1, -2/3), slope 1/2; at -2 the line is at -7/6."""
    gene = np.array([[-2.0, 0.0, -1.0, -1.0]])
    mineral = np.array([[-2.0, 0.0, -1.0, -2.0]])
    assert off_the_line(gene, mineral, 3) == pytest.approx([-2 + 7 / 6])


def test_two_points_make_a_line_where_two_are_enough():
    """Through (0, 0) and (-1, -2); at -1.5 the line is at -3."""
    gene, mineral = np.array([[-4.0, 0.0, -2.0]]), np.array([[-1.5, 0.0, -1.0]])
    assert off_the_line(gene, mineral, 2) == pytest.approx([-1.0])
    assert np.isnan(off_the_line(gene, mineral, 3)).all()


def test_cells_that_were_not_measured_are_left_out():
    gene = np.array([[-4.0, 0.0, -2.0, NAN], [NAN, 0.0, -2.0, -1.0], [-4.0, 0.0, -2.0, -7.0]])
    mineral = np.array([[-1.5, 0.0, -1.0, -9.0], [-1.5, 0.0, -1.0, -2.0], [-1.5, 0.0, -1.0, NAN]])
    assert off_the_line(gene, mineral, 2) == pytest.approx([-1.0, NAN, -1.0], nan_ok=True)


def test_arms_with_the_same_mineral_have_no_line():
    assert np.isnan(off_the_line(np.array([[0.0, 1.0, 2.0, 3.0]]), np.full((1, 4), 1.2), 3)).all()


def test_it_is_the_regression_with_a_line_for_each_donor():
    """gene ~ donor + donor:mineral + donor:raised in statsmodels 0.15; the mean of its donor:raised terms."""
    from statsmodels.formula.api import ols

    rng = np.random.default_rng(5)
    gene, mineral = rng.normal(0, 1, (3, 5)), rng.normal(0, 1, (3, 5))
    long = pd.DataFrame(
        {
            "donor": np.repeat(list("abc"), 5),
            "raised": np.tile([1.0, 0, 0, 0, 0], 3),
            "gene": gene.ravel(),
            "mineral": mineral.ravel(),
        }
    )
    fitted = ols("gene ~ 0 + C(donor) + C(donor):mineral + C(donor):raised", long).fit().params
    assert off_the_line(gene, mineral, 3) == pytest.approx(fitted.filter(like=":raised").to_numpy())


def experiments(n, others, *, runs=4000, seed=1, error=0.05, slope_sd=0.0, direct=0.0, direct_sd=0.0):
    """Donors x (raised, reference, comparators): mineral -1.2, 0, `others`; the gene follows it by .6 log2 per log."""
    rng = np.random.default_rng(seed)
    mean = np.array([-1.2, 0.0, *others])
    mineral = rng.normal(0, 0.35, (runs, n, 1)) + mean + rng.normal(0, 0.1, (runs, n, len(mean)))
    raised = np.arange(len(mean)) == 0
    own = direct + rng.normal(0, direct_sd, (runs, n, 1))
    gene = (0.6 + rng.normal(0, slope_sd, (runs, n, 1))) * mineral + own * raised
    gene = gene + rng.normal(0, 0.5, (runs, n, 1)) + rng.normal(0, 0.15, mineral.shape)
    return gene, mineral + rng.normal(0, error, mineral.shape)


def rejected(values):
    """How often 0 lies outside of the 95 % interval."""
    low, high = donor_estimate(values).limits()
    return ((low > 0) | (high < 0)).mean()


@pytest.mark.parametrize("n", [3, 4, 6])
@pytest.mark.parametrize(
    "case",
    [
        {"others": (-1.2, -0.6)},
        {"others": (-0.8, -0.4)},
        {"others": (-1.6, -0.8)},
        {"others": (-1.2, -0.6), "error": 0.2},
        {"others": (-1.2, -0.6), "slope_sd": 0.2},
        {"others": (-1.2, -0.6), "direct_sd": 0.3},
    ],
)
def test_no_direct_effect_is_found_in_5_of_100(n, case):
    """At a matched comparator or none, donors that follow mineral differently or that Mg pushes either way."""
    gene, mineral = experiments(n, **case)
    assert 0.03 < rejected(off_the_line(gene, mineral, 3)) < 0.07


def test_the_total_is_found_in_nearly_all():
    gene, _ = experiments(4, (-1.2, -0.6))
    assert rejected(gene[..., 0] - gene[..., 1]) > 0.83


@pytest.mark.parametrize(("others", "kept"), [((-0.8, -0.4), 1 - np.exp(-0.32 / 0.18)), ((-1.0, -0.6, -0.3), None)])
def test_error_of_mineral_takes_the_part_of_a_slope_that_is_said(others, kept):
    """Error SD .3 and no other scatter. Three arms: 1 - exp(-d2/2v), d2 = .32; four: about 1 - v/d2, d2 = .5475.

    What the slope lost times how far raised Mg lies from the mean of the others is left in the result.
    """
    rng = np.random.default_rng(2)
    true = np.array([-1.2, 0.0, *others])
    gene, mineral = 0.6 * true, true + rng.normal(0, 0.3, (200_000, 1, len(true)))
    mineral[..., 0] = true[0]
    squares = ((true[1:] - true[1:].mean()) ** 2).sum()
    part = 1 - 0.09 / squares if kept is None else kept
    expected = 0.6 * (true[0] - true[1:].mean()) * (1 - part)
    found = off_the_line(np.broadcast_to(gene, mineral.shape), mineral, 3).mean()
    assert found == pytest.approx(expected, abs=0.01 if kept is not None else 0.03)  # four arms: the first order only
