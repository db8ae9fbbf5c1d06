"""Rates less blanks, with their intervals; worked by hand, and their coverage on simulated plates."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from mgassay.assays.courses.net_rates import Rates, amounts_from_rates

NONE = np.zeros((0, 0))


def rates(value, sd=0.0, df=20.0):
    value = np.asarray(value, float)
    return Rates(value, np.full_like(value, sd**2), np.full_like(value, df), np.zeros((value.size, 0)))


def wells(n, reps=1):
    """Wells of `n` reps, each in `reps` technical wells."""
    rep = np.repeat(np.arange(n), reps)
    return pd.DataFrame({"plate": "P", "well": [f"W{i}" for i in range(len(rep))], "role": "sample",
                         "condition": "c", "donor": "D1", "rep": rep.astype(str), "flag": ""})  # fmt: skip


def amounts(value, blanks, *, factor=1.0, bound=np.nan, reps=1, sd=0.0, blank_sd=0.0, flag=""):
    n = len(value)
    table = wells(n // reps, reps).assign(flag=flag)
    return amounts_from_rates(
        table, rates(value, sd), rates(blanks, blank_sd), None, np.full(n, factor), np.full(n, bound)
    )


def test_by_hand_with_three_blanks():
    """Blanks 1, 2, 3: mean 2, SD 1, LOD 3.3, LOQ 10, error of their mean 1/√3. A well of 22 ± 0.5 reads 20; its
    own error is the blanks' SD, which is larger. Variance 1 + 1/3 with the 2 df of that one SD; factor 10.
    """
    row = amounts([22.0], [1.0, 2.0, 3.0], factor=10.0, sd=0.5).iloc[0]
    assert (row.value, row.lod, row.loq) == pytest.approx((200.0, 33.0, 100.0))
    assert (row.se_reading, row.se_curve, row.df) == pytest.approx((10.0, 10 / np.sqrt(3), 2.0))
    reach = 10 * stdtrit(2.0, 0.975) * np.sqrt(4 / 3)
    assert (row.ci_low, row.ci_high) == pytest.approx((200 - reach, 200 + reach))


def test_the_blanks_scatter_and_their_courses_are_two_estimates_where_both_count():
    """Blanks .8 apart, each ± .9 by its course: the mean's variance is .81/3 with 3 · 20 df, the well's .64 with 2.

    Welch: (.64 + .27)² / (.64²/2 + .27²/60) = 4.02 df.
    """
    row = amounts([22.0], [1.2, 2.0, 2.8], sd=0.5, blank_sd=0.9).iloc[0]
    assert (row.se_reading, row.se_curve) == pytest.approx((0.8, np.sqrt(0.27)))
    assert row.df == pytest.approx(0.91**2 / (0.64**2 / 2 + 0.27**2 / 60))
    assert row.ci_high - row.value == pytest.approx(stdtrit(row.df, 0.975) * np.sqrt(0.91))


def test_limits_are_so_many_sds_of_the_blanks():
    """Blanks 1, 3, 5: SD 2, so 6.6 and 20 per min; times 10."""
    row = amounts([22.0], [1.0, 3.0, 5.0], factor=10.0, sd=0.5).iloc[0]
    assert (row.lod, row.loq) == pytest.approx((66.0, 200.0))


def test_the_largest_of_three_errors_counts():
    """Own error 2 beats the blanks' SD of 1; technical wells of 90 and 110 (CV 10√2 %) beat both."""
    assert amounts([22.0], [1.0, 2.0, 3.0], sd=2.0).se_reading[0] == pytest.approx(2.0)
    pair = amounts([92.0, 112.0], [1.0, 2.0, 3.0], sd=2.0, reps=2)
    np.testing.assert_allclose(pair.se_reading, np.sqrt(0.02) * pair.value, rtol=1e-9)


def test_technical_wells_near_the_blank_tell_no_proportion():
    found = amounts([2.5, 5.5], [1.0, 2.0, 3.0], sd=0.2, reps=2)
    np.testing.assert_allclose(found.se_reading, 1.0)


def test_few_blanks_make_no_detection_limit_and_one_has_its_own_error():
    two = amounts([10.0], [1.0, 3.0], sd=0.1).iloc[0]
    assert np.isnan(two.lod)
    assert two.value == 8.0
    one = amounts([10.0], [1.0], sd=0.1, blank_sd=0.3).iloc[0]
    assert (one.value, one.se_reading, one.se_curve) == pytest.approx((9.0, 0.1, 0.3))


@pytest.mark.parametrize(
    ("apart", "own", "variance", "df"),
    [(0.1, 0.5, 0.25 / 3, 60.0), (0.8, 0.6**0.5, 0.64 / 3, 2.0), (0.8, 0.9, 0.81 / 3, 60.0)],
)
def test_the_blanks_mean_is_known_by_what_is_larger(apart, own, variance, df):
    """Blanks 2 and `apart` to each side of it: SD `apart`, 2 df. Their own courses: variance own², 20 df each.

    A well whose own error is 100 hardly counts: its course's, 20 df; what all wells share is the error of the mean.
    """
    row = amounts([90.0], [2.0 - apart, 2.0, 2.0 + apart], sd=100.0, blank_sd=own).iloc[0]
    assert row.se_curve == pytest.approx(np.sqrt(variance))
    welch = (1e4 + variance) ** 2 / (1e4**2 / 20 + variance**2 / df)
    assert row.df == pytest.approx(welch)


def test_what_well_and_blanks_owe_to_the_curve_cancels():
    """The curve's one parameter has the variance 4; a rate moves by 3 with it, its blank by 2: 4 · (3 − 2)²."""
    curve = SimpleNamespace(curve=SimpleNamespace(covariance=np.array([[4.0]]), df=10))
    of_sample = Rates(np.array([9.0]), np.array([0.01]), np.array([20.0]), np.array([[3.0]]))
    of_blank = Rates(np.array([1.0]), np.array([0.09]), np.array([20.0]), np.array([[2.0]]))
    row = amounts_from_rates(wells(1), of_sample, of_blank, curve, np.ones(1), np.full(1, np.nan)).iloc[0]
    assert (row.value, row.se_curve) == pytest.approx((8.0, np.sqrt(4.0 + 0.09)))


def test_without_blanks_nothing_is_taken_off():
    row = amounts([10.0], [], sd=0.1).iloc[0]
    assert (row.value, row.se_curve) == (10.0, 0.0)
    assert row.ci_high == pytest.approx(10 + stdtrit(20, 0.975) * 0.1)


def test_blanks_without_a_rate_are_left_out():
    assert amounts([10.0], [1.0, np.nan, 3.0], sd=0.1).value[0] == 8.0


def test_a_well_read_once_with_nothing_like_it_has_no_interval():
    row = amounts([10.0], [1.0]).iloc[0]
    assert row.value == 9.0
    assert np.isnan([row.ci_low, row.ci_high, row.se_reading, row.df]).all()


def test_a_well_without_a_rate_keeps_its_bound():
    row = amounts([np.nan], [1.0, 2.0, 3.0], bound=7.0, factor=2.0, flag="above_curve").iloc[0]
    assert np.isnan(row.value)
    assert row.above
    assert row.top == 10.0


def test_no_wells_give_no_rows():
    assert amounts([], [1.0, 2.0]).empty


@pytest.mark.parametrize(("blanks", "reps", "cv"), [(3, 1, 0.0), (6, 1, 0.0), (3, 2, 0.05), (6, 2, 0.05)])
def test_intervals_hold_what_they_promise(blanks, reps, cv):
    """400 plates of 8 reps: additive SD 1 in every well, pipetting CV on top; rates 30 to 300 above a blank of 5."""
    rng, hits, n = np.random.default_rng(11), 0, 0
    truth = np.repeat(np.linspace(30, 300, 8), reps)
    for _ in range(400):
        value = truth * (1 + rng.normal(0, cv, truth.size)) + 5 + rng.normal(0, 1, truth.size)
        found = amounts(value, 5 + rng.normal(0, 1, blanks), reps=reps, sd=0.2)
        hits += ((found.ci_low <= truth) & (truth <= found.ci_high)).sum()
        n += truth.size
    assert 0.93 <= hits / n <= 0.985


def test_a_single_blank_that_was_read_once_gives_no_interval():
    """Nobody knows how far it lies off; by its value alone, intervals covered .86 of 1,500 simulated plates."""
    found = amounts([90.0, 110.0, 95.0, 105.0], [1.0], reps=2)
    np.testing.assert_allclose(found.value, [89.0, 109.0, 94.0, 104.0])
    assert found[["ci_low", "ci_high", "se_curve"]].isna().all(axis=None)
