"""Sigmoids in time: against scipy's own fit, and on simulated traces whose truth is known."""

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.special import stdtrit

from mgassay.assays.courses.transition import fit_transitions

MINUTES = np.linspace(5.0, 450.0, 150)


def sigmoid(t, bottom, top, midpoint, scale):
    return bottom + (top - bottom) / (1.0 + np.exp(-(t - midpoint) / scale))


def wander(rng, shape, decay):
    """Errors of SD 1 of which neighbours are correlated by `decay`, each well's a first-order autoregression."""
    new = rng.standard_normal(shape)
    errors = np.empty(shape)
    errors[:, 0] = new[:, 0]
    for i in range(1, shape[1]):
        errors[:, i] = decay * errors[:, i - 1] + np.sqrt(1.0 - decay**2) * new[:, i]
    return errors


def fit(values, t=MINUTES, usable=None, bend=np.nan):
    values = np.atleast_2d(values)
    usable = np.isfinite(values) if usable is None else usable
    return fit_transitions(np.broadcast_to(t, values.shape), np.nan_to_num(values), usable, np.full(len(values), bend))


@pytest.mark.parametrize(("midpoint", "scale"), [(200.0, 15.0), (60.0, 12.0), (380.0, 40.0), (230.0, 2.0)])
def test_an_exact_trace_gives_its_parameters_back(midpoint, scale):
    found = fit(sigmoid(MINUTES, 120.0, 980.0, midpoint, scale))
    got = [found.bottom[0], found.bottom[0] + found.rise[0], found.midpoint[0], found.scale[0]]
    np.testing.assert_allclose(got, [120.0, 980.0, midpoint, scale], rtol=1e-5)
    np.testing.assert_allclose(found.at(MINUTES[None])[0], sigmoid(MINUTES, 120.0, 980.0, midpoint, scale), atol=1e-3)


def test_scipy_s_least_squares_agrees():
    """curve_fit minimises the same sum by another route; errors of independent reads are the same too."""
    rng = np.random.default_rng(5)
    values = sigmoid(MINUTES, 100.0, 1000.0, rng.uniform(120, 300, 12)[:, None], rng.uniform(6, 40, 12)[:, None])
    values = values + 25.0 * rng.standard_normal(values.shape)
    found = fit(values)
    assert (found.inflation == 1.0).any()  # of no serial correlation that is told from 0
    for i, trace in enumerate(values):
        start = (trace[:9].mean(), trace[-9:].mean(), 200.0, 15.0)
        parameters, covariance = curve_fit(sigmoid, MINUTES, trace, p0=start, xtol=1e-12, ftol=1e-12)
        ours = (found.bottom[i], found.bottom[i] + found.rise[i], found.midpoint[i], found.scale[i])
        np.testing.assert_allclose(ours, parameters, rtol=2e-4)
        if found.inflation[i] == 1.0:
            assert found.se[i] == pytest.approx(np.sqrt(covariance[2, 2]), rel=1e-3)


@pytest.mark.parametrize(
    ("reads", "decay", "low", "high"),
    [
        (300, 0.0, 0.93, 0.97), (300, 0.5, 0.93, 0.97), (300, 0.8, 0.93, 0.97), (300, 0.9, 0.93, 0.98),
        (150, 0.5, 0.93, 0.97), (150, 0.9, 0.93, 0.98), (90, 0.8, 0.93, 0.985), (40, 0.0, 0.93, 0.98),
        (40, 0.8, 0.93, 0.995),
    ],
)  # fmt: skip
def test_intervals_of_correlated_reads_hold_the_truth(reads, decay, low, high):
    """2,000 traces each, T50 180 ± 20 min, s 15 min, SD 3 % of the rise. Few and correlated reads err to the wide."""
    rng = np.random.default_rng(reads + int(100 * decay))
    t = np.linspace(5.0, 450.0, reads)
    truth = rng.uniform(160.0, 200.0, 2000)
    values = sigmoid(t, 100.0, 1000.0, truth[:, None], 15.0) + 27.0 * wander(rng, (2000, reads), decay)
    found = fit(values, t)
    half = stdtrit(found.df, 0.975) * found.se
    assert low <= np.mean(np.abs(found.midpoint - truth) <= half) <= high
    assert abs(np.mean(found.midpoint - truth)) < 0.15


def test_without_the_serial_correlation_the_interval_would_be_far_too_narrow():
    """At a correlation of 0.8 the usual interval covers about half as often as it says."""
    rng = np.random.default_rng(8)
    truth = rng.uniform(160.0, 200.0, 1000)
    values = sigmoid(MINUTES, 100.0, 1000.0, truth[:, None], 15.0) + 27.0 * wander(rng, (1000, 150), 0.8)
    found = fit(values)
    # About what independence would give: the variance divided by what the correlation multiplied it by.
    naive = stdtrit(146, 0.975) * found.se / np.sqrt(found.inflation)
    assert np.mean(np.abs(found.midpoint - truth) <= naive) < 0.75


def test_a_slow_wander_under_reader_noise_is_seen():
    """Lag 1 alone would take half of the correlation for all of it, and cover .80."""
    rng = np.random.default_rng(4)
    t = np.linspace(5.0, 450.0, 300)
    truth = rng.uniform(160.0, 200.0, 2000)
    errors = 20.0 * wander(rng, (2000, 300), 0.8) + 20.0 * rng.standard_normal((2000, 300))
    found = fit(sigmoid(t, 100.0, 1000.0, truth[:, None], 15.0) + errors, t)
    assert 0.91 <= np.mean(np.abs(found.midpoint - truth) <= stdtrit(found.df, 0.975) * found.se) <= 0.97


@pytest.mark.parametrize(("begins", "bend"), [(200.0, -np.inf), (260.0, 260.0)])
def test_a_sloping_plateau_keeps_the_midpoint(begins, bend):
    """The plateau falls by 0.9 a minute, from T50 on or from 260 min on."""
    falling = sigmoid(MINUTES, 100.0, 1000.0, 200.0, 10.0) - 0.9 * np.clip(MINUTES - begins, 0.0, None)
    found = fit(falling, bend=bend)
    assert found.midpoint[0] == pytest.approx(200.0, abs=0.5)
    assert found.tilt[0] == pytest.approx(-0.9, rel=0.02)
    np.testing.assert_allclose(found.at(MINUTES[None])[0], falling, atol=4.0)
    assert fit(falling).midpoint[0] < 198.0  # what it would be without


def test_reads_that_do_not_count_have_no_part():
    exact = sigmoid(MINUTES, 100.0, 1000.0, 200.0, 15.0)
    spoilt = exact.copy()
    spoilt[[3, 70, 149]] = [9e5, -9e5, 9e5]
    usable = np.ones((1, 150), dtype=bool)
    usable[0, [3, 70, 149]] = False
    assert fit(spoilt, usable=usable).midpoint[0] == pytest.approx(200.0, rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 7.0, -1e9])
def test_a_flat_trace_does_not_rise(value):
    found = fit(np.full(150, value))
    assert found.rise[0] == 0.0
    assert found.bottom[0] == pytest.approx(value)
    assert np.isnan(found.se[0])


def test_a_falling_trace_has_no_rise():
    assert fit(sigmoid(MINUTES, 1000.0, 100.0, 200.0, 15.0)).rise[0] <= 0.0


def test_too_few_reads_are_no_fit():
    usable = np.zeros((2, 150), dtype=bool)
    usable[0, :4] = True
    found = fit(np.ones((2, 150)), usable=usable)
    assert np.isnan(found.midpoint).all()
    assert np.isnan(found.rise_se).all()


def test_no_trace_at_all():
    assert len(fit_transitions(*[np.zeros((0, 0))] * 2, np.zeros((0, 0), bool), np.zeros(0)).midpoint) == 0


def test_signals_of_any_unit_give_the_same_midpoint():
    exact = sigmoid(MINUTES, 0.1, 1.0, 200.0, 15.0) + 0.01 * np.sin(7.0 * MINUTES)
    assert fit(exact * 1e6).midpoint[0] == pytest.approx(fit(exact).midpoint[0], rel=1e-6)
    assert fit(exact * 1e6).se[0] == pytest.approx(fit(exact).se[0], rel=1e-4)
