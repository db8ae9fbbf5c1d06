"""Growth per cycle: from a slope, as given, with its interval."""

import math

import pytest
from scipy import stats

from mgassay.assays.qpcr.efficiency import factor_from_slope, given_efficiency, measured_efficiency, usable_factor


def test_factor_from_slope_by_hand():
    # 10^(1/3.321928…) = 2; the vendor's export example_quantsudio_results_only.txt prints slope −3.196, 105.533 %.
    assert factor_from_slope(-1 / math.log10(2)) == pytest.approx(2.0, rel=1e-14)
    assert factor_from_slope(-3.196) == pytest.approx(2.05533, abs=5e-4)


@pytest.mark.parametrize("slope", [0.3, 0.0, math.nan])
def test_a_slope_that_does_not_fall_has_no_factor(slope):
    assert math.isnan(factor_from_slope(slope))


@pytest.mark.parametrize("slope", [-0.001, -1e-300, -5e-324])
def test_a_slope_that_is_almost_flat_is_no_factor_and_no_crash(slope):
    # 10^(1/0.001) = 10^1000 is beyond the largest float, 1.8e308
    assert factor_from_slope(slope) == math.inf
    assert not usable_factor(factor_from_slope(slope))


@pytest.mark.parametrize(
    ("factor", "usable"), [(1.0, False), (1.0001, True), (2.2, True), (3.0, True), (3.0001, False), (math.nan, False)]
)
def test_a_factor_lies_above_1_and_not_above_3(factor, usable):
    assert usable_factor(factor) == usable


def test_a_given_efficiency_has_an_interval_only_where_the_lab_gives_its_error():
    bare = given_efficiency(1.9, None)
    assert (bare.factor, bare.source) == (1.9, "given")
    assert math.isnan(bare.se_log2)
    assert math.isnan(bare.ci_low)
    known = given_efficiency(1.9, 0.02)
    # by hand: SE of log2 E = 0.02/(1.9·ln 2) = 0.0151862; E·exp(∓1.959964·0.02/1.9)
    assert known.se_log2 == pytest.approx(0.0151863, abs=5e-8)
    assert (known.ci_low, known.ci_high) == pytest.approx((1.861202, 1.939606), abs=1e-6)
    assert known.df == math.inf
    assert known.factor == pytest.approx(1.9, rel=1e-15)


def test_a_given_factor_that_cannot_be_one_is_none():
    assert math.isnan(given_efficiency(95.0, None).factor)


def test_a_measured_efficiency_has_students_interval_on_the_log2_scale():
    found = measured_efficiency("curves", 0.9, 0.01, 4.0, n=5)
    half = stats.t.ppf(0.975, 4) * 0.01
    assert (found.ci_low, found.factor, found.ci_high) == pytest.approx((2 ** (0.9 - half), 2**0.9, 2 ** (0.9 + half)))
    assert found.n == 5
