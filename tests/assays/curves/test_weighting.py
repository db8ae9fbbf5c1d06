"""The weighting that replicates ask for."""

import numpy as np
import pytest

from mgassay.assays.curves.weighting import WeightingChoice, weighting_from_replicates


@pytest.mark.parametrize(("power", "weighting"), [(0.0, "none"), (0.5, "1/x"), (1.0, "1/x2")])
def test_weighting_follows_the_replicates(plate, power, weighting):
    assert weighting_from_replicates(plate.LEVELS, plate.signals(plate.LEVELS, power=power)).name == weighting


def test_toluene_asks_for_one_over_x_squared(plate):
    """Rocke and Lorenzato 1995: the relative SD is near constant from 4.6 to 15,000 pg."""
    assert weighting_from_replicates(*plate.standards("rl95_toluene")).name == "1/x2"


def test_massart_example_three_is_heteroscedastic(plate):
    """The book's own weights fall 18-fold from 0 to 50, as 1/x² would from the lowest non-zero level (25-fold)."""
    assert weighting_from_replicates(*plate.standards("massart_ex3")).name == "1/x2"


def test_levels_that_agree_by_chance_are_no_infinity(plate):
    """Three wells alike at one level: their log SD would be −∞."""
    y = plate.signals(plate.LEVELS)
    y[plate.LEVELS == 25] = 0.31
    assert weighting_from_replicates(plate.LEVELS, y).name == "none"


@pytest.mark.parametrize(("power", "expected"), [(0.24, "none"), (0.26, "1/x"), (0.74, "1/x"), (0.76, "1/x2")])
def test_the_power_is_rounded(plate, power, expected):
    assert weighting_from_replicates(plate.LEVELS, plate.signals(plate.LEVELS, power=power)).name == expected


def test_a_power_beyond_three_is_told_as_three():
    """SDs of 1e-4, 1e-3, 1e-2 and 1 at 1, 2, 4 and 8 grow with the power of 4.3 (log 10^4 / log 8)."""
    signal = np.repeat([1.0, 2, 4, 8], 3) + np.tile([-1.0, 0, 1], 4) * np.repeat([1e-4, 1e-3, 1e-2, 1], 3)
    assert weighting_from_replicates(np.repeat([1.0, 2, 4, 8], 3), signal).power == pytest.approx(3.0)


def test_no_scatter_asks_for_no_weighting(plate):
    assert weighting_from_replicates(plate.LEVELS, plate.signals(plate.LEVELS, sd=0)).name == "none"


@pytest.mark.parametrize("x", [np.arange(7.0), np.array([0, 0, 0, 5, 5, 10, 10, 20, 30.0])])
def test_without_replicates_at_three_levels_no_weighting(x):
    assert weighting_from_replicates(x, x + 0.1 * (np.arange(x.size) % 2)).name == "none"


def test_an_sd_of_few_wells_is_too_small_on_average():
    """sqrt(2 / pi), sqrt(pi) / 2 and 2 sqrt(2 / (3 pi)) of it for 2, 3 and 4 wells (the c4 of control charts).

    SDs that are these parts of sqrt(x) follow the power 0.5 exactly, whatever the number of wells.
    """
    x = np.array([1.0, 5.0, 40.0])
    part = np.sqrt([2 / np.pi, np.pi / 4, 8 / (3 * np.pi)])
    off = [np.array([1.0, -1.0]), np.array([1.0, 0.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])]
    signal = [100 + level * s * o / o.std(ddof=1) for level, s, o in zip(np.sqrt(x), part, off, strict=True)]
    found = weighting_from_replicates(np.repeat(x, [2, 3, 4]), np.concatenate(signal))
    assert found == WeightingChoice("1/x", pytest.approx(0.5), 6)
