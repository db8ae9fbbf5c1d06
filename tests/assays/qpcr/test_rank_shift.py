"""Shifts by ranks: by hand, against scipy and R, and by simulation."""

import numpy as np
import pytest
from scipy import stats

from mgassay.assays.qpcr.rank_shift import shift_between, shift_of_pairs


def test_two_groups_by_hand():
    # 4 and 4: P(U = 0) = 1/70 ≤ .025 < 2/70, so c = 1: the smallest and the largest of 16 differences
    treated, untreated = np.array([5.0, 6.0, 7.0, 9.0]), np.array([1.0, 2.0, 2.5, 4.0])
    found = shift_between(treated, untreated)
    assert (found.low, found.high) == (1.0, 8.0)
    # differences sorted: 1 2 2.5 3 3 3.5 4 4 | 4.5 5 5 5 6 6.5 7 8
    assert found.estimate == 4.25
    assert found.p == pytest.approx(2 / 70)


def test_pairs_by_hand():
    # six pairs: P(V = 0) = 1/64 ≤ .025 < 2/64, so c = 1: from the smallest difference to the largest
    found = shift_of_pairs(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0]))
    assert (found.low, found.high) == (1.0, 9.0)
    # Walsh averages: 1 1.5 2 2 2.5 2.5 3 3 3 3.5 3.5 | 4 … : the 11th of 21
    assert found.estimate == 3.5
    assert found.p == pytest.approx(2 / 64)


@pytest.mark.parametrize(("m", "n"), [(3, 3), (4, 9), (12, 12), (20, 25)])
def test_p_is_scipys_exact_one(m, n):
    rng = np.random.default_rng(m + n)
    first, second = rng.normal(0.7, 1, m), rng.normal(0, 1, n)
    expected = stats.mannwhitneyu(first, second, method="exact").pvalue
    assert shift_between(first, second).p == pytest.approx(expected, rel=1e-12)
    assert shift_of_pairs(first).p == pytest.approx(stats.wilcoxon(first, method="exact").pvalue, rel=1e-12)


def test_the_interval_holds_the_shifts_that_the_test_does_not_reject():
    # its definition, checked by scipy's test of data moved by shifts just inside and just outside of each end
    rng = np.random.default_rng(2)
    first, second = rng.normal(0.5, 1, 8), rng.normal(0, 1, 7)
    two, pairs = shift_between(first, second), shift_of_pairs(first)
    for end, inwards in ((0, 1e-6), (1, -1e-6)):
        for found, p in (
            (two, lambda x: stats.mannwhitneyu(first - x, second, method="exact").pvalue),
            (pairs, lambda x: stats.wilcoxon(first - x, method="exact").pvalue),
        ):
            at = (found.low, found.high)[end]
            assert p(at + inwards) > 0.05
            assert p(at - inwards) <= 0.05


def test_the_other_way_round_everything_is_turned():
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.5, 1, 8), rng.normal(0, 1, 7)
    there, back = shift_between(first, second), shift_between(second, first)
    assert (there.estimate, there.low, there.high, there.p) == (-back.estimate, -back.high, -back.low, back.p)


def test_too_few_values_have_no_interval():
    for found in (shift_of_pairs(np.arange(1.0, 6.0)), shift_between(np.arange(3.0), np.arange(5.0, 8.0))):
        assert np.isnan([found.low, found.high]).all()
        assert np.isfinite([found.estimate, found.p]).all()
    one = shift_of_pairs(np.array([2.0]))
    assert (one.estimate, one.p) == (2.0, 1.0)


def test_differences_that_are_all_0_show_nothing():
    found = shift_of_pairs(np.zeros(8))
    assert (found.estimate, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_difference_of_0_counts_half_by_hand():
    # 2 less 1, 2; 3 less 1, 2: 1, 0, 2, 1, so that U = 3.5 of 4. Of six orders one has U = 4 and one U = 3: p = 2·2/6
    found = shift_between(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    assert (found.estimate, found.p) == (1.0, pytest.approx(4 / 6))


def test_coverage_and_false_positives_without_normality():
    # exponential scatter about a known median; the exact level for 8 pairs (symmetrised) and 6 and 6 lies above 95 %
    rng = np.random.default_rng(4)
    held = {"pairs": 0, "groups": 0}
    for _ in range(2000):
        pairs = shift_of_pairs(rng.laplace(1.0, 1.0, 8))
        groups = shift_between(1.0 + rng.exponential(1.0, 6), rng.exponential(1.0, 6))
        held["pairs"] += pairs.low <= 1.0 <= pairs.high
        held["groups"] += groups.low <= 1.0 <= groups.high
    # exact levels: 1 − 2·P(V < 4) = 1 − 2·5/256 = .9609; 1 − 2·P(U < 6) = 1 − 2·19/924 = .9589
    assert held["pairs"] / 2000 == pytest.approx(0.9609, abs=0.013)
    assert held["groups"] / 2000 == pytest.approx(0.9589, abs=0.013)
