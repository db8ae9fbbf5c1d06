"""Tipping points by hand, and what they are for: where a confounder of that strength ends the claim."""

import numpy as np
import pytest

from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.genes.tipping import slope_that_explains, tipping_shift, tipping_slope


def test_the_shift_is_minus_the_nearer_end():
    low, high = np.array([-1.6, 0.3, -0.2, np.nan]), np.array([-0.4, 0.9, 0.5, np.nan])
    assert tipping_shift(low, high) == pytest.approx([0.4, -0.3, 0.0, np.nan], nan_ok=True)


def test_a_comparator_of_that_strength_takes_the_effect_to_the_edge():
    """The gene under Mg less the comparator's; correcting every donor by the shift puts an end of the interval on 0."""
    values = np.array([-1.1, -0.7, -1.4, -0.9])
    shift = float(tipping_shift(*donor_estimate(values).limits()))
    assert float(donor_estimate(values + shift).limits()[1]) == pytest.approx(0, abs=1e-12)
    assert shift > 0  # the comparator itself would have to raise the gene


@pytest.mark.parametrize(
    ("limits", "mismatch", "slope"),
    [
        ((-1.6, -0.4), (-0.1, 0.2), 2.0),  # +.4 needed: .2 x 2, the comparator left up to .2 more mineral
        ((-1.6, -0.4), (-0.4, 0.2), -1.0),  # nearer 0: -.4 x -1, a gene that falls with mineral
        ((0.3, 0.9), (0.1, 0.3), -1.0),
        ((-0.2, 0.5), (-0.1, 0.2), 0.0),
        ((-1.6, -0.4), (0.0, 0.0), np.inf),
        ((np.nan, np.nan), (-0.1, 0.1), np.nan),
        ((-1.6, -0.4), (np.nan, np.nan), np.nan),
    ],
)
def test_the_slope_by_hand(limits, mismatch, slope):
    found = tipping_slope(*(np.array(x) for x in (*limits, *mismatch)))
    assert float(np.abs(found) if np.isinf(slope) else found) == pytest.approx(slope, nan_ok=True)


def test_slopes_of_many_genes_at_once():
    low, high = np.array([-1.6, 0.3]), np.array([-0.4, 0.9])
    found = tipping_slope(low, high, np.full(2, -0.1), np.full(2, 0.2))
    assert found == pytest.approx([2.0, -1.5])


def test_mineral_alone_explains_a_gene_that_follows_it():
    """RUNX2 falls by .8 log2 per log of mineral in every donor: .8 is among the slopes that explain it, 0 is not."""
    mineral = np.array([-1.1, -1.3, -0.9, -1.2])
    found = slope_that_explains(0.8 * mineral + [0.02, -0.02, -0.02, 0.02], mineral)
    assert found.holds(0.8)
    assert not found.holds(0.0)
    assert found.kind == "bounded"


@pytest.mark.parametrize("n", [3, 6])
def test_the_set_of_slopes_covers_95_of_100(n):
    rng = np.random.default_rng(n)
    mineral = rng.normal(-1.2, 0.2, (10_000, n))
    gene = 0.8 * -1.2 + 0.5 * (mineral + 1.2) + rng.normal(0, 0.2, (10_000, n))
    assert slope_that_explains(gene, mineral).holds(0.8).mean() == pytest.approx(0.95, abs=0.01)
