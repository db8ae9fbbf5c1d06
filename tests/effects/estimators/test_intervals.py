import numpy as np
import pytest
from scipy import stats

from mgassay.effects.estimators.intervals import Estimate, donor_estimate, ends, holm, welch_estimate

# Student's sleep data (1908), extra hours of sleep under two drugs.
FIRST = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SECOND = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_paired_t_of_the_sleep_data():
    """R's ?t.test: t = -4.0621, df = 9, p = 0.002833, 95 % -2.4598858 to -0.7001142."""
    paired = donor_estimate(FIRST - SECOND)
    assert paired.estimate / paired.se == pytest.approx(-4.0621, abs=5e-5)
    assert paired.df == 9
    assert paired.p() == pytest.approx(0.002833, abs=5e-7)
    assert [float(x) for x in paired.limits()] == pytest.approx([-2.4598858, -0.7001142], abs=5e-8)


def test_the_ends_of_one_estimate_are_plain_numbers():
    """Mean 2 of 1, 2, 3: SE 1/sqrt 3, t of 2 df 4.30265."""
    low, high = ends(donor_estimate(np.array([1.0, 2.0, 3.0])))
    assert (low, high) == pytest.approx((2 - 4.3026527 / 3**0.5, 2 + 4.3026527 / 3**0.5))
    assert type(low) is type(high) is float
    assert np.isnan(ends(donor_estimate(np.array([1.0])))).all()


def test_welch_of_the_sleep_data():
    """R's ?t.test: t = -1.8608, df = 17.776, p = 0.07939, 95 % -3.3654832 to 0.2054832."""
    welch = welch_estimate(donor_estimate(FIRST), donor_estimate(SECOND))
    assert welch.df == pytest.approx(17.776, abs=5e-4)
    assert welch.p() == pytest.approx(0.07939, abs=5e-6)
    assert [float(x) for x in welch.limits()] == pytest.approx([-3.3654832, 0.2054832], abs=5e-8)


def test_one_value_has_no_interval_and_no_p():
    alone = donor_estimate(np.array([1.2]))
    assert alone.estimate == 1.2
    assert np.isnan([float(alone.se), *map(float, alone.limits()), float(alone.p())]).all()
    assert np.isnan(float(welch_estimate(donor_estimate(FIRST), alone).limits()[0]))


def test_values_that_do_not_vary_are_certain():
    assert donor_estimate(np.array([2.0, 2.0])).p() == 0
    assert np.isnan(donor_estimate(np.array([0.0, 0.0])).p())
    both = welch_estimate(donor_estimate(np.array([2.0, 2.0])), donor_estimate(np.array([1.0, 1.0])))
    assert both.df == 2


def test_thousands_at_once_are_each_alone():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 5, 3, 4))
    many = welch_estimate(donor_estimate(a), donor_estimate(b))
    one = stats.ttest_ind(a[2, 1], b[2, 1], equal_var=False)
    assert many.df.shape == (5, 3)
    assert many.df[2, 1] == pytest.approx(one.df)
    assert many.p()[2, 1] == pytest.approx(one.pvalue)
    assert many.limits(0.9)[0][2, 1] == pytest.approx(one.confidence_interval(0.9).low)


def test_holm_by_hand():
    """m = 4: .01*4, .02*3, .03*2, .5; the third may not fall below the second."""
    assert holm(np.array([0.03, 0.01, 0.5, 0.02])) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert holm(np.array([0.4, 0.7])) == pytest.approx([0.8, 0.8])


def test_holm_does_not_count_what_was_not_tested():
    adjusted = holm(np.array([0.02, np.nan, 0.04]))
    assert adjusted[[0, 2]] == pytest.approx([0.04, 0.04])
    assert np.isnan(adjusted[1])
    assert holm(np.array([])).size == 0


def test_df_below_one_has_no_quantile():
    nothing = Estimate(np.array(1.0), np.array(0.1), np.array(0.0))
    assert np.isnan(float(nothing.limits()[0]))


def test_p_of_two_donors_is_cauchys():
    """Effects 0 and 2: mean 1, se 1, t = 1 on 1 df; p = 1 - 2 atan(1)/pi = .5."""
    assert donor_estimate(np.array([0.0, 2.0])).p() == pytest.approx(0.5, abs=1e-12)
