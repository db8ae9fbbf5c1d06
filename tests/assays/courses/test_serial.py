"""Serial correlation: on errors whose correlation is known, and sums worked by hand."""

import numpy as np
import pytest

from mgassay.assays.courses.serial import Serial, serial_correlation, serial_sum


def wander(rng, shape, decay):
    new, errors = rng.standard_normal(shape), np.empty(shape)
    errors[:, 0] = new[:, 0]
    for i in range(1, shape[1]):
        errors[:, i] = decay * errors[:, i - 1] + np.sqrt(1.0 - decay**2) * new[:, i]
    return errors


def found(errors):
    """Of errors less their mean: one parameter was fitted."""
    residual = errors - errors.mean(axis=1, keepdims=True)
    return serial_correlation(residual, np.ones_like(residual), np.ones(len(residual)))


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.8, 0.9])
def test_the_inflation_of_a_first_order_wander(decay):
    """(1 + rho) / (1 - rho): 1, 3, 9, 19. Long traces, median over 500."""
    serial = found(wander(np.random.default_rng(1), (500, 2000), decay))
    assert np.median(serial.inflation) == pytest.approx((1.0 + decay) / (1.0 - decay), rel=0.1)


def test_a_wander_under_white_noise_of_the_same_size():
    """Half of the variance wanders with 0.8: inflation 1 + 2 · 0.5 · 0.8 / 0.2 = 5; lag 1 alone, 0.4, says 2.3."""
    rng = np.random.default_rng(2)
    serial = found(wander(rng, (500, 2000), 0.8) + rng.standard_normal((500, 2000)))
    assert np.median(serial.inflation) == pytest.approx(5.0, rel=0.1)
    assert np.median(serial.share) == pytest.approx(0.5, rel=0.1)


def test_few_reads_hardly_hide_it():
    """60 reads less their mean, correlated by 0.8: 9 in the median; uncorrected it would be about 6."""
    serial = found(wander(np.random.default_rng(4), (4000, 60), 0.8))
    assert 7.5 < np.median(serial.inflation) < 12.0


@pytest.mark.parametrize(("n", "told"), [(100, False), (104, True)])
def test_a_wander_is_told_where_lag_one_exceeds_two_over_the_root_of_n(n, told):
    """Residuals 1, 0.2, 1 and zeros, nothing fitted: products at lags 1, 2, 3 of 0.4, 1, 0, each over its pairs.

    Mean square 2.04 / n. r1 is 0.1981 of 100 reads, below 2 / 10, and 0.1980 of 104, above 2 / 10.198. The decay is r1
    where it is not told from 0, else (r2 + r3) / (r1 + r2).
    """
    residual = np.zeros((1, n))
    residual[0, 10:13] = 1.0, 0.2, 1.0
    r1, r2 = 0.4 / (n - 1) / (2.04 / n), 1.0 / (n - 2) / (2.04 / n)
    serial = serial_correlation(residual, np.ones((1, n)), np.zeros(1))
    assert serial.decay == pytest.approx([r2 / (r1 + r2) if told else r1])


def test_what_alternates_is_taken_as_independent():
    residual = np.tile([1.0, -1.0], (1, 50))
    assert serial_correlation(residual, np.ones((1, 100)), np.ones(1)).inflation[0] == 1.0


def test_no_residuals_no_correlation():
    assert serial_correlation(np.zeros((1, 20)), np.ones((1, 20)), np.ones(1)).inflation[0] < 1.5


def test_the_sum_is_that_of_the_covariance_matrix():
    """Influences a and shares of 0.5 · 0.8^distance: a' V a with V written out."""
    influence = np.random.default_rng(3).standard_normal((4, 30))
    distance = np.abs(np.subtract.outer(np.arange(30), np.arange(30)))
    covariance = np.where(distance == 0, 1.0, 0.5 * 0.8**distance)
    expected = np.einsum("ti,ij,tj->t", influence, covariance, influence)
    serial = Serial(np.full(4, 0.5), np.full(4, 0.8))
    np.testing.assert_allclose(serial_sum(influence, serial), expected, rtol=1e-12)
