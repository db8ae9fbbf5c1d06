"""Baseline and exponential phase of amplification curves."""

import numpy as np
import pytest

from mgassay.assays.qpcr.exponential_phase import exponential_end, exponential_phases, noise_of_curves, slopes


def test_slopes_are_numpys_polyfit_over_the_points_that_are_there():
    rng = np.random.default_rng(1)
    log = rng.normal(size=(3, 8))
    log[1, [0, 3, 7]] = np.nan
    log[2, 1:] = np.nan
    found = slopes(log)
    assert found[0] == pytest.approx(np.polyfit(np.arange(8), log[0], 1)[0])
    assert found[1] == pytest.approx(np.polyfit([1, 2, 4, 5, 6], log[1, [1, 2, 4, 5, 6]], 1)[0])
    assert np.isnan(found[2])


def test_the_exponential_phase_ends_where_the_curve_bends_most():
    # steps 0 0 0 0 0 1 3 6 7 7 6 …: second differences 1 2 3 1 0 −1, smoothed over three most at the 6 (2, 3, 1)
    steps = [0, 0, 0, 0, 0, 1, 3, 6, 7, 7, 6, 3, 1, 0, 0]
    curve = np.concatenate([[0.0], np.cumsum(steps)])
    second = np.diff(curve, n=2)
    smooth = np.convolve(second, [1 / 3] * 3, mode="valid")
    assert exponential_end(curve[None, :])[0] == int(smooth.argmax()) + 2 == 6


def test_a_flat_curve_has_no_end_and_no_phase():
    flat = np.full((1, 40), 2.0)
    assert exponential_end(flat).tolist() == [-1]
    phase = exponential_phases(flat)
    assert np.isnan(phase.baseline).all()
    assert np.isnan(phase.log_above).all()


def saturating(factor, cycles=40, start=1e-7, full=10.0, baseline=2.0):
    """Growth by `factor` up to a quarter of the plateau, slowing down to none beyond, above a baseline."""
    product, curve = start, []
    for _ in range(cycles):
        left = min(1.0, (1 - product / full) / 0.75)
        product *= 1 + (factor - 1) * max(left, 0.0)
        curve.append(product + baseline)
    return np.array(curve)


@pytest.mark.parametrize("factor", [1.7, 1.85, 2.0])
def test_the_baseline_and_the_growth_of_a_clean_curve_are_found(factor):
    phase = exponential_phases(saturating(factor)[None, :])
    assert phase.baseline[0] == pytest.approx(2.0, abs=2e-3)
    known = np.flatnonzero(np.isfinite(phase.log_above[0]))
    in_phase = known[known <= phase.stop[0] - 1]
    assert 10 ** np.diff(phase.log_above[0, in_phase]) == pytest.approx(factor, rel=0.01)


@pytest.mark.parametrize("factor", [1.7, 1.85, 2.0])
def test_a_reaction_that_is_through_within_ten_cycles_has_its_baseline_too(factor):
    """18S rRNA crosses that early: growth from .02 ends at the quarter of 10 after 6 to 9 cycles; baseline 2."""
    phase = exponential_phases(saturating(factor, start=0.02)[None, :])
    assert 6 <= phase.stop[0] <= 9
    assert phase.baseline[0] == pytest.approx(2.0, abs=2e-3)


def test_noise_leaves_the_baseline_where_it_is():
    """400 curves over a baseline of 2 that double each cycle, read with an SD of a five-hundredth of the plateau."""
    noisy = saturating(2.0) + np.random.default_rng(3).normal(0, 0.02, (400, 40))
    assert np.nanmedian(exponential_phases(noisy).baseline) == pytest.approx(2.0, abs=0.015)


def test_a_constant_that_a_program_took_off_changes_nothing():
    curve = saturating(1.9)[None, :]
    plain, shifted = exponential_phases(curve), exponential_phases(curve - 5.0)
    assert shifted.baseline == pytest.approx(plain.baseline - 5.0, abs=1e-9)
    np.testing.assert_allclose(shifted.log_above, plain.log_above, atol=1e-6)


def test_a_curve_that_hardly_rises_has_no_phase():
    rising = 2.0 + 0.01 * np.arange(40.0) + np.random.default_rng(2).normal(0, 0.02, (5, 40))
    assert np.isnan(exponential_phases(rising).log_above).all()


def test_the_noise_of_a_curve_is_that_of_its_readings():
    noisy = saturating(1.9) + np.random.default_rng(3).normal(0, 0.03, (400, 40))
    assert 0.03 <= np.median(noise_of_curves(noisy)) <= 0.045  # the bend itself adds to it
    level = np.random.default_rng(4).normal(2.0, 0.03, (1, 100_000))
    assert noise_of_curves(level) == pytest.approx([0.03], rel=0.02)
