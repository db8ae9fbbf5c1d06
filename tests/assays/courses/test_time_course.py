"""The straight part of a course: hand-made courses, and simulated enzymes whose initial rate is known.

`michaelis_menten` integrates ds/dt = -Vmax s / (Km + s) · (1 − exp(−t/lag)) by Runge and Kutta; the rate at the start
(without a lag) is Vmax s0 / (Km + s0). Product, substrate and Km are given in OD, as a reader sees them.
"""

import numpy as np
import pytest
from scipy.special import stdtrit

from mgassay.assays.courses.time_course import LEAST_READS, leaps, linear_windows, printed_step

MINUTES = np.arange(60.0)


def michaelis_menten(rate, s0, km, lag=0.0, minutes=MINUTES, steps=20):
    fine = np.arange(0, minutes[-1] + 1e-9, (minutes[1] - minutes[0]) / steps)
    h, vmax = fine[1], rate * (km + s0) / s0

    def speed(s, t):
        return vmax * s / (km + s) * (1 - np.exp(-t / lag) if lag else 1.0)

    s, left = s0, [s0]
    for t in fine[:-1]:
        k1 = speed(s, t)
        k2 = speed(s - h / 2 * k1, t + h / 2)
        k3 = speed(s - h / 2 * k2, t + h / 2)
        s -= h / 6 * (k1 + 2 * k2 + 2 * k3 + speed(s - h * k3, t + h))
        left.append(s)
    return s0 - np.array(left)[::steps]


def reads_of(course, sd, wells=200, seed=1, correlation=0.0):
    noise = np.random.default_rng(seed).normal(0, sd, (wells, len(course)))
    for i in range(1, len(course)):
        noise[:, i] = correlation * noise[:, i - 1] + np.sqrt(1 - correlation**2) * noise[:, i]
    return np.round(0.1 + course + noise, 4)  # readers print four decimals


def windows(value, minutes=MINUTES, ceiling=np.inf, step=0.0):
    value = np.atleast_2d(np.asarray(value, float))
    time = np.broadcast_to(minutes, value.shape).copy()
    censored = value > ceiling
    usable = np.isfinite(value) & ~censored
    usable &= ~leaps(time, np.nan_to_num(value), usable, step)
    return linear_windows(time, np.where(usable, value, 0.0), usable, censored, step)


def coverage(found, truth):
    kept = np.isfinite(found.slope)
    return np.mean(np.abs(found.slope - truth)[kept] <= stdtrit(found.df[kept], 0.975) * found.se[kept])


def test_an_exact_line_is_taken_whole_with_its_slope():
    found = windows(0.1 + 0.02 * MINUTES)
    assert found.slope == pytest.approx([0.02], rel=1e-9)
    assert found.reads.tolist() == [60]
    assert found.span.tolist() == [59.0]
    assert found.df.tolist() == [57.0]


def test_the_line_of_the_stretch_worked_by_hand():
    """Five reads 0, 1, 2, 3, 4 min: 10, 21, 29, 41, 50 mOD. Sxy = 100, Sxx = 10: slope 10.0 mOD/min.

    Residuals about 30.2 + 10 (t − 2): −0.2, 0.8, −1.2, 0.8, −0.2, sum of squares 2.8, variance 2.8 / 3; their lag-1
    correlation is negative. Parabola: z = (2, −1, −2, −1, 2), Szy = 20 − 21 − 58 − 41 + 100 = 0, so no bend;
    se of the bend = sqrt(2.8 / 2 / 14) · 4 min. se² = 2.8 / 3 / 10 + 1.4 / 14 · 16.
    """
    found = windows([0.010, 0.021, 0.029, 0.041, 0.050], np.arange(5.0))
    assert found.slope == pytest.approx([0.010], rel=1e-9)
    assert found.se * 1000 == pytest.approx([np.sqrt(2.8 / 30 + 1.6)], rel=1e-6)
    assert found.df.tolist() == [2.0]


@pytest.mark.parametrize(
    ("course", "rate", "reads"),
    [
        (0.03 * np.maximum(MINUTES - 10, 0), 0.03, (48, 51)),  # a lag of ten minutes
        (0.05 * np.minimum(MINUTES, 30), 0.05, (29, 32)),  # the substrate is spent after thirty
        (0.1 * np.minimum(MINUTES, 12), 0.1, (11, 14)),  # the plateau is four times as long as the rise
        (0.05 * np.clip(MINUTES - 5, 0, 25), 0.05, (24, 27)),  # both
    ],
)
def test_lag_and_plateau_take_no_part(course, rate, reads):
    found = windows(reads_of(course, 0.001))
    assert np.isfinite(found.slope).all()
    assert np.mean(found.slope) == pytest.approx(rate, rel=0.003)
    assert reads[0] <= np.median(found.reads) <= reads[1]
    assert coverage(found, rate) >= 0.95


@pytest.mark.parametrize("sd", [0.001, 0.002])
@pytest.mark.parametrize(("rate", "s0", "km", "lag"), [(0.05, 6, 0.3, 0), (0.05, 6, 0.3, 2), (0.02, 3, 0.1, 3),
                                                       (0.05, 3, 0.1, 1), (0.05, 3, 0.3, 0)])  # fmt: skip
def test_the_initial_rate_of_an_enzyme_is_found_within_two_percent(rate, s0, km, lag, sd):
    found = windows(reads_of(michaelis_menten(rate, s0, km, lag), sd))
    assert np.isfinite(found.slope).all()
    assert abs(np.mean(found.slope) / rate - 1) < 0.02


@pytest.mark.parametrize(
    "course",
    [
        1 - np.exp(-np.log(2) / 3 * MINUTES),  # half of the substrate is gone after three reads
        1 - np.exp(-np.log(2) / 20 * MINUTES),
        1 - np.exp(-np.log(2) / 60 * MINUTES),
        0.0003 * MINUTES**2,  # a lag without end
        michaelis_menten(0.05, 1, 1),
    ],
)
@pytest.mark.parametrize("sd", [0.001, 0.003])
def test_a_course_without_a_straight_part_is_refused(course, sd):
    found = windows(reads_of(course, sd))
    assert np.mean(np.isfinite(found.slope)) <= 0.01


@pytest.mark.parametrize("sd", [0.0005, 0.002, 0.005])
@pytest.mark.parametrize("rate", [0.0, 0.0005, 0.003, 0.03])
def test_straight_courses_are_hardly_ever_refused_and_unbiased(rate, sd):
    found = windows(reads_of(rate * MINUTES, sd))
    kept = np.isfinite(found.slope)
    assert kept.mean() >= 0.98
    assert np.mean(found.slope[kept]) == pytest.approx(rate, abs=0.06 * sd / np.sqrt(12) + 1e-6)
    assert coverage(found, rate) >= 0.95


@pytest.mark.parametrize("rate", [0.0, 0.003, 0.03])
def test_intervals_hold_where_neighbouring_reads_go_together(rate):
    """AR(1) noise of correlation 0.5: independent reads would be worth a third of what they seem."""
    found = windows(reads_of(rate * MINUTES, 0.002, correlation=0.5))
    kept = np.isfinite(found.slope)
    assert kept.mean() >= 0.75
    assert coverage(found, rate) >= 0.95


def test_no_stretch_runs_across_reads_above_the_reader():
    found = windows(reads_of(0.2 * MINUTES, 0.002, wells=50), ceiling=3.0)
    assert (found.reads <= 15).all()
    assert np.mean(found.slope) == pytest.approx(0.2, rel=0.002)
    course = 0.02 * MINUTES
    course[30] = 9.0
    assert windows(0.1 + course, ceiling=3.0).reads.tolist() == [30]


@pytest.mark.parametrize("rate", [0.0, 0.003])
def test_a_course_that_went_beyond_the_reader_is_never_taken_whole(rate):
    """Drifting reads (AR(1), 0.5): half of the courses have no stretch, and are taken whole for being straight.

    What a last read beyond the reader leaves is no whole course: only those with a stretch keep a slope.
    """
    value = reads_of(rate * MINUTES, 0.002, correlation=0.5)
    beyond = value.copy()
    beyond[:, -1] = 9.0
    assert np.isfinite(windows(value).slope).mean() > 0.7
    assert np.isfinite(windows(beyond, ceiling=3.0).slope).mean() < 0.5


def test_a_single_spike_is_left_out_and_nothing_else():
    value = reads_of(0.02 * MINUTES, 0.001, wells=50)
    clean = windows(value)
    spiked = value.copy()
    spiked[np.arange(50), 5 + np.arange(50)] += 0.2
    time = np.broadcast_to(MINUTES, value.shape)
    assert not leaps(time, value, np.ones_like(value, bool)).any()
    found = leaps(time, spiked, np.ones_like(value, bool))
    assert found.sum() == 50
    assert found[np.arange(50), 5 + np.arange(50)].all()
    np.testing.assert_allclose(windows(spiked).slope, clean.slope, rtol=0.01)


@pytest.mark.parametrize("at", [1, 2, 30, 57, 58])
def test_the_read_that_leaps_is_the_one_that_is_left_out(at):
    """Also the second and the last but one, which have one neighbour that can show it; times are not evenly spaced."""
    minutes = np.sort(np.random.default_rng(4).uniform(0, 60, 60))
    value = 0.1 + 0.02 * minutes + np.random.default_rng(5).normal(0, 0.001, 60)
    for by in (0.3, -0.3):
        spiked = value + by * (np.arange(60) == at)
        assert leaps(minutes[None], spiked[None], np.ones((1, 60), bool))[0].nonzero()[0].tolist() == [at]


GAP = np.array([0, 1, 2, 3, 4, 5, 25, 26, 27, 28, 29, 30, 31, 32.0])


@pytest.mark.parametrize("at", [5, 6])
def test_a_read_beside_a_gap_leaps_and_one_at_a_kink_there_does_not(at):
    rng = np.random.default_rng(8)
    straight, every = 0.1 + GAP / 32 + rng.normal(0, 0.002, (200, 14)), np.ones((200, 14), bool)
    kinked = 0.1 + np.maximum(GAP - GAP[at], 0) / 27 + rng.normal(0, 0.002, (200, 14))
    time = np.broadcast_to(GAP, every.shape)
    found = leaps(time, straight + 0.1 * (np.arange(14) == at), every)
    np.testing.assert_array_equal(found, every & (np.arange(14) == at))
    assert leaps(time, kinked, every).sum() <= 4


def test_two_reads_that_leap_with_a_good_one_between_them():
    """Up and down by as much: the good one lies on the line between them."""
    value = reads_of(0.02 * MINUTES, 0.001, wells=55)
    at = 1 + np.arange(55)
    value[np.arange(55), at] += 0.3
    value[np.arange(55), at + 2] -= 0.3
    found = leaps(np.broadcast_to(MINUTES, value.shape), value, np.ones_like(value, bool))
    assert found.sum() == 110
    assert found[np.arange(55), at].all()
    assert found[np.arange(55), at + 2].all()


def test_a_step_is_no_leap():
    value = reads_of(0.02 * MINUTES + 0.2 * (MINUTES > 30), 0.001)
    assert not leaps(np.broadcast_to(MINUTES, value.shape), value, np.ones_like(value, bool)).any()


def test_it_takes_seven_even_reads_to_tell_one_that_leaps():
    """Of six, four have neighbours; read 1 makes two of these depart, and the median departure a quarter of its own."""
    for n, told in ((6, []), (7, [1])):
        value = np.arange(n) + 5.0 * (np.arange(n) == 1)
        assert leaps(np.arange(float(n))[None], value[None], np.ones((1, n), bool))[0].nonzero()[0].tolist() == told


@pytest.mark.parametrize("n", [3, 5, 6])
def test_of_six_reads_none_is_told_to_leap(n):
    """However they are spaced and scattered (Cauchy): rates need five, and a course of seven can lose two."""
    rng = np.random.default_rng(n)
    time = np.cumsum(np.exp(2 * rng.normal(size=(100_000, n))), axis=1)
    value = rng.standard_t(1, (100_000, n)) * rng.choice([0.01, 1, 100], (100_000, n))
    assert not leaps(time, value, np.ones_like(value, bool)).any()


@pytest.mark.parametrize("at", [0, 59])
def test_a_first_or_last_read_that_is_off_takes_no_other_with_it(at):
    """Its neighbour departs by half as much, and nothing beside that: no leap. The stretch leaves the bad read out."""
    value = reads_of(0.02 * MINUTES, 0.001, wells=20)
    value[:, at] += 0.3
    assert not leaps(np.broadcast_to(MINUTES, value.shape), value, np.ones_like(value, bool)).any()
    found = windows(value)
    assert not found.inside[:, at].any()
    np.testing.assert_allclose(found.slope, 0.02, rtol=0.02)


@pytest.mark.parametrize("n", [5, 9, 60])
def test_a_kink_is_no_leap(n):
    """Flat, then 0.1 OD a read: the read at the kink departs by 0.05, those beside it by nothing."""
    value = 0.1 + 0.1 * np.maximum(np.arange(n) - n // 2, 0) + np.random.default_rng(n).normal(0, 1e-4, (20, n))
    time = np.broadcast_to(np.arange(float(n)), value.shape)
    assert not leaps(time, value, np.ones_like(value, bool)).any()


@pytest.mark.parametrize("course", [0.3 * np.arange(8.0), np.zeros(8), 1 - 0.5 ** np.arange(8.0), [0.0, 1.0], [0.0]])
def test_steep_short_and_flat_courses_have_no_spike(course):
    value = np.atleast_2d(np.asarray(course, float))
    time = np.atleast_2d(np.arange(float(value.size)))
    assert not leaps(time, value, np.ones_like(value, bool)).any()


def test_missing_reads_and_odd_times_do_not_move_the_slope():
    rng = np.random.default_rng(3)
    minutes = np.sort(rng.uniform(0, 60, 60))
    value = 0.1 + 0.02 * minutes + rng.normal(0, 0.001, 60)
    value[rng.choice(60, 25, replace=False)] = np.nan
    found = windows(value, minutes)
    assert found.reads[0] >= 33
    assert found.slope == pytest.approx([0.02], rel=0.01)
    shuffled = rng.permutation(60)
    again = windows(value[shuffled], minutes[shuffled])
    assert again.slope == pytest.approx(found.slope, rel=1e-12)


@pytest.mark.parametrize("reads", [0, 1, 2, LEAST_READS - 1])
def test_too_few_reads_have_no_slope(reads):
    value = np.full((1, 10), np.nan)
    value[0, :reads] = np.arange(reads)
    found = windows(value, np.arange(10.0))
    assert np.isnan(found.slope).all()
    assert found.reads.tolist() == [0]


@pytest.mark.parametrize("shape", [(0, 7), (0, 0), (3, 0)])
def test_nothing_gives_nothing(shape):
    nothing = np.zeros(shape)
    assert np.isnan(linear_windows(nothing, nothing, nothing > 0, nothing > 0).slope).all()
    assert leaps(nothing, nothing, nothing > 0).shape == shape


def test_equal_times_have_no_slope():
    assert np.isnan(windows(np.arange(10.0), np.zeros(10)).slope).all()


def test_scale_and_origin_of_time_and_value_change_nothing_but_the_unit():
    value = reads_of(michaelis_menten(0.05, 3, 0.1, 1), 0.002, wells=20)
    one, other = windows(value), windows(1000.0 * value + 5.0, 60.0 * MINUTES + 1e6)
    np.testing.assert_array_equal(one.inside, other.inside)
    np.testing.assert_allclose(other.slope, one.slope * 1000 / 60, rtol=1e-6)


def test_long_records_are_searched_on_a_grid_and_found_alike():
    minutes = np.arange(0, 60, 0.2)
    found = windows(reads_of(michaelis_menten(0.05, 6, 0.3, 1, minutes), 0.002, wells=30), minutes)
    assert abs(np.mean(found.slope) / 0.05 - 1) < 0.02


# Readings that were rounded ------------------------------------------------------------------------------------------

HALF_HOUR = 2.5 * np.arange(13.0)
# mOD of a real export (Gen5, 420 nm): a course that bends gently; its first five reads lie within 0.6 mOD of a line.
PRINTED = np.array([56, 140, 225, 309, 392, 474, 553, 631, 706, 778, 848, 915, 980]) / 1000


def test_a_gently_bending_course_of_printed_reads_has_its_first_stretch():
    """Steps of 84, 85, 84, 83 mOD in 2.5 min, then fewer: by hand (2 · (392 − 56) + 309 − 140) / 10 = 84.1 mOD."""
    found = windows(PRINTED, HALF_HOUR, step=0.001)
    assert found.reads.tolist() == [5]
    assert found.slope == pytest.approx([0.0841 / 2.5], rel=1e-9)


@pytest.mark.parametrize("rise", [5, 10, 20, 50, 100, 1000])
def test_rounding_alone_refuses_no_straight_course_and_shifts_none(rise):
    """Lines that rise by so many printed steps in thirteen reads, hardly any other noise (0.2 of a step)."""
    rng = np.random.default_rng(rise)
    slope = rise / 1000 / 30 * rng.uniform(0.8, 1.2, 500)
    noise = rng.normal(0, 0.0002, (500, 13)) + rng.uniform(0, 0.001, (500, 1))
    value = np.round(0.05 + slope[:, None] * HALF_HOUR + noise, 3)
    found = windows(value, HALF_HOUR, step=0.001)
    assert np.isfinite(found.slope).mean() >= 0.998
    assert np.mean(found.slope / slope) == pytest.approx(1, abs=0.005)
    assert coverage(found, slope) >= 0.95


@pytest.mark.parametrize(("rate", "s0", "km"), [(0.034, 1.3, 0.05), (0.034, 2.5, 0.3), (0.02, 2, 0.3)])
def test_the_initial_rate_of_an_enzyme_in_printed_reads_is_within_two_percent(rate, s0, km):
    value = np.round(0.05 + reads_of(michaelis_menten(rate, s0, km, 0, HALF_HOUR, 200), 0.0003) - 0.1, 3)
    found = windows(value, HALF_HOUR, step=0.001)
    assert np.isfinite(found.slope).mean() >= 0.99
    assert abs(np.nanmean(found.slope) / rate - 1) < 0.02


def test_courses_spent_within_a_few_reads_are_refused_printed_or_not():
    """The weaker wells of the same export: 57, 53, 47, 42, 36, 30 mOD and so on lose a quarter within four reads."""
    value = np.array([56, 113, 166, 213, 255, 291, 321, 344, 364, 382, 397, 406, 413]) / 1000
    assert np.isnan(windows(value, HALF_HOUR, step=0.001).slope).all()


def test_rounding_is_no_leap():
    """mOD of a spent blank of the same export, and of one that rests: most reads lie on their neighbours' line."""
    value = np.array([[32, 36, 39, 40, 41, 42, 44, 44, 45, 45, 45, 45, 45]]) / 1000
    usable, time = np.ones_like(value, bool), HALF_HOUR[None]
    flat = np.array([[45, 45, 45, 46, 45, 45, 45, 45, 45, 45, 45, 45, 45]]) / 1000
    for course in (value, flat):
        assert not leaps(time, course, usable, 0.001).any()
    assert leaps(time, flat, usable).any()
    flat[0, 5] += 0.01
    assert leaps(time, flat, usable, 0.001)[0].nonzero()[0].tolist() == [5]


def test_a_flat_course_is_known_to_a_step_and_no_better():
    """Thirteen equal reads of 0.045: SD of a read 0.001 / √12, of the slope sqrt(12 · 12 / (13 · 14)) / 30 of that."""
    found = windows(np.full(13, 0.045), HALF_HOUR, step=0.001)
    assert found.slope == pytest.approx([0.0], abs=1e-12)
    assert found.se[0] >= 0.001 / np.sqrt(12) * np.sqrt(144 / 182) / 30


@pytest.mark.parametrize(
    ("values", "step"),
    [
        (PRINTED, 0.001),
        ([0.1234, 0.12, 0.5], 0.0001),
        ([1204.0, 1300.0, 1507.0], 1.0),
        ([12000.0, 11000.0, 57000.0], 1000.0),
        ([68117734.483, 17160216.962], 0.001),  # a double of so many steps lies further than 1e-6 off a whole one
        ([0.1 + 0.2, 0.4], 0.1),  # 0.30000000000000004
        ([np.pi, np.e], 0.0),
        ([0.045, 0.045], 0.0),
        ([], 0.0),
        ([0.056, 0.14, np.nan], 0.001),
    ],
)
def test_the_step_that_readings_were_printed_with(values, step):
    value = np.atleast_2d(np.asarray(values, float))
    assert printed_step(value, np.isfinite(value)) == pytest.approx(step, rel=1e-12)
