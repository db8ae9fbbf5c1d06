"""Tipping points by hand, and what they are for: where a confounder of that strength ends the claim."""

import numpy as np
import pytest

from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.genes.tipping import slope_on_mineral, tipping_shift, tipping_slope


def test_the_shift_is_minus_the_nearer_end():
    low, high = np.array([-1.6, 0.3, -0.2, np.nan]), np.array([-0.4, 0.9, 0.5, np.nan])
    assert tipping_shift(low, high) == pytest.approx([0.4, -0.3, 0.0, np.nan], nan_ok=True)


def test_nothing_to_explain_is_0_and_not_minus_0():
    """It is written into genes.csv as it stands."""
    assert not np.signbit(tipping_shift(np.array([-0.2]), np.array([0.5]))).any()


def test_of_a_bound_the_end_that_is_known_may_be_the_nearer_one():
    """At most -0.4 tips at 0.4; at least -1.6 has an end that is not known and may be the nearer."""
    low, high = np.array([np.nan, -1.6, 0.3]), np.array([-0.4, np.nan, np.nan])
    assert tipping_shift(low, high) == pytest.approx([0.4, np.nan, -0.3], nan_ok=True)


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
        ((-0.2, 0.5), (0.0, 0.2), 0.0),
        ((-0.2, 0.5), (np.nan, 0.2), np.nan),
        ((-0.2, 0.5), (-0.1, np.nan), np.nan),
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


def test_a_gene_follows_mineral_as_its_step_tells():
    """Means of the steps: -1.2 log2 over -1.5; the donor whose mineral hardly moved has no say of its own."""
    gene, mineral = np.array([[-1.6, -2.0, 0.0]]), np.array([[-2.2, -2.29, -0.01]])
    assert slope_on_mineral(gene, mineral) == pytest.approx([0.8])


def test_without_a_step_there_is_no_slope():
    assert not np.isfinite(slope_on_mineral(np.array([[-1.0], [0.0]]), np.zeros((2, 1)))).any()
