"""Spread of single wells without a curve."""

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.cells.technical_spread import (
    CULTURE,
    NOTHING,
    TECHNICAL,
    Shape,
    pooled_spread,
)


def wells(*names):
    """Rows of condition, donor and rep from texts such as a-D1-1."""
    return pd.DataFrame([dict(zip(("condition", "donor", "rep"), n.split("-"), strict=True)) for n in names])


def test_culture_wells_pool_their_squares():
    """a: 1, 3 (mean 2, squares 2); b: 5, 5, 8 (mean 6, squares 6); 8 over 5 wells less 2 groups."""
    spread = pooled_spread(wells("a-D1-1", "a-D1-2", "b-D1-1", "b-D1-2", "b-D1-3"), np.array([1.0, 3.0, 5.0, 5.0, 8.0]))
    assert (spread.variance, spread.df, spread.basis) == (pytest.approx(8 / 3), 3.0, CULTURE)
    assert spread.sd() == pytest.approx((8 / 3) ** 0.5)


def test_each_well_is_judged_by_the_others():
    """By hand without 3: squares 6, 2 df; without the 8: 2 + 0 (5, 5), 2 df; the well that is alone loses nothing."""
    signal = np.array([1.0, 3.0, 5.0, 5.0, 8.0, 9.0])
    names = wells("a-D1-1", "a-D1-2", "b-D1-1", "b-D1-2", "b-D1-3", "c-D1-1")
    others = pooled_spread(names, signal).others
    assert others.variance.tolist() == pytest.approx([3.0, 3.0, (2 + 4.5) / 2, (2 + 4.5) / 2, 1.0, 8 / 3])
    assert others.df.tolist() == [2.0, 2.0, 2.0, 2.0, 2.0, 3.0]
    for i in range(len(signal)):
        keep = np.arange(len(signal)) != i
        assert pooled_spread(names[keep], signal[keep]).variance == pytest.approx(others.variance[i])


def test_a_well_without_a_reading_is_judged_by_all_others():
    """It has no square of its own and takes no df with it: 8 over 3 stays, though it stands with the wells of b."""
    names = wells("a-D1-1", "a-D1-2", "b-D1-1", "b-D1-2", "b-D1-3", "b-D1-4")
    others = pooled_spread(names, np.array([1.0, 3.0, 5.0, 5.0, 8.0, np.nan])).others
    assert (others.variance[5], others.df[5]) == (pytest.approx(8 / 3), 3.0)


def test_technical_wells_go_first_and_donors_are_kept_apart():
    """Only rep 1 of D1 has two wells: 1 and 2, squares 0.5; D2's 100 is alone."""
    spread = pooled_spread(wells("a-D1-1", "a-D1-1", "a-D1-2", "a-D2-1"), np.array([1.0, 2.0, 9.0, 100.0]))
    assert (spread.variance, spread.df, spread.basis) == (pytest.approx(0.5), 1.0, TECHNICAL)
    assert spread.others.df.tolist() == [0.0, 0.0, 1.0, 1.0]
    assert spread.others.variance.isna().tolist() == [True, True, False, False]


def test_nothing_alike_has_no_spread():
    for names, signal in ((["a-D1-1", "b-D1-1"], [1.0, 2.0]), (["a-D1-1", "a-D1-2"], [1.0, np.nan])):
        spread = pooled_spread(wells(*names), np.array(signal))
        assert (np.isnan(spread.variance), spread.df, spread.basis) == (True, 0.0, NOTHING)
        assert spread.others.variance.isna().all()
        assert spread.others.df.tolist() == [0.0, 0.0]
    none = pooled_spread(wells("a-D1-1")[:0], np.array([]))
    assert np.isnan(none.variance)


def test_wells_that_read_the_same_have_exactly_no_spread():
    """0.05 three times has a mean that is not 0.05 in binary."""
    spread = pooled_spread(wells("a-D1-1", "a-D1-2", "a-D1-3"), np.full(3, 0.05))
    assert spread.variance == 0.0
    assert spread.others.variance.tolist() == [0.0, 0.0, 0.0]


def test_others_that_read_the_same_have_exactly_no_spread_either():
    """All squares are those of the pair a, and without one of its wells none are left."""
    names = wells("a-D1-1", "a-D1-2", "b-D1-1", "b-D1-2", "b-D1-3")
    others = pooled_spread(names, np.array([1.1, 1.3, 0.05, 0.05, 0.05])).others
    assert others.variance.tolist() == [0.0, 0.0, *[pytest.approx(0.02 / 2)] * 3]


def plate(sd_of, rng, levels=(1.0, 0.9, 0.8, 0.5, 0.1), n=6):
    """`n` wells of each level, and six blanks, in a scatter that `sd_of` the level says; 0.05 of background."""
    names = wells(*(f"c{i}-D1-{k}" for i in range(len(levels)) for k in range(n)))
    level = np.repeat(levels, n)
    return (
        names,
        0.05 + level + sd_of(level) * rng.standard_normal(len(level)),
        0.05 + sd_of(np.zeros(6)) * rng.standard_normal(6),
    )


def test_a_scatter_that_grows_with_the_signal_is_found_and_a_constant_one_kept():
    """SD 5 % of the signal and 0.005; the SD at 1.0 is 0.0502, at 0.1 0.0071. Constant: 0.03 everywhere."""
    rng, ones, grown = np.random.default_rng(1), [], []
    for _ in range(200):
        names, signal, blanks = plate(lambda m: np.hypot(0.005, 0.05 * m), rng)
        grown.append(pooled_spread(names, signal, blanks).sd(np.array([1.0, 0.1])))
        names, signal, blanks = plate(lambda m: np.full(m.shape, 0.03), rng)
        ones.append(pooled_spread(names, signal, blanks).shape)
    assert np.median(grown, axis=0) == pytest.approx([0.0502, 0.0071], rel=0.1)
    assert sum(shape == Shape() for shape in ones) > 160


@pytest.mark.parametrize(("ratio", "constant"), [(0.235, 1.0), (0.22, 0.2)])
def test_a_second_part_of_the_scatter_has_to_gain_one_in_log_likelihood(ratio, constant):
    """As by AIC. Four pairs at the top with variance 1, four at nothing with `ratio`: 4 df each.

    With the constant share c the log-likelihood is -2 ln c - 4 ln((1 + ratio / c) / 2): 0.2 is better than 1 by 0.95
    where the ratio is 0.235, and by 1.05 where it is 0.22.
    """
    gain = -2 * np.log(0.2) - 4 * np.log((1 + ratio / 0.2) / (1 + ratio))
    assert (0.9 < gain < 1.0) if constant == 1.0 else (1.0 < gain < 1.1)
    names = wells(*(f"c{i}-D1-{k}" for i in range(8) for k in (1, 2)))
    half = np.repeat(np.sqrt([0.5, 0.5 * ratio]), 8) * np.tile([1.0, -1.0], 8)
    found = pooled_spread(names, np.repeat([100.0, 0.0], 8) + half, np.zeros(3)).shape
    assert found.constant == constant


def test_the_shape_of_a_scatter_by_hand():
    """0.2 without signal and below, 0.2 + 0.05 · 16 = 1 at a net signal of 4, 0.4 at 2."""
    assert Shape(0.2, 0.05).at(np.array([-1.0, 0.0, 2.0, 4.0])).tolist() == pytest.approx([0.2, 0.2, 0.4, 1.0])
    assert Shape().at(np.array([-1.0, 7.0])).tolist() == [1.0, 1.0]


def test_few_wells_no_blanks_and_no_signal_are_taken_as_they_come():
    rng = np.random.default_rng(2)
    names, signal, blanks = plate(lambda m: 0.001 + 0.2 * m, rng)
    assert pooled_spread(names, signal).shape == Shape()  # not asked for
    few = pooled_spread(names[:6], signal[:6], blanks)
    assert (few.df, few.shape) == (5.0, Shape())
    grown = pooled_spread(names, signal, np.array([])).shape
    assert grown.constant < 0.2
    assert grown.at(np.array([signal.reshape(5, 6).mean(1).max()]))[0] == pytest.approx(1.0)
    for flat in (np.full(30, 0.05), -np.abs(signal)):
        assert pooled_spread(names, flat, np.array([])).shape == Shape()


def test_others_keep_the_shape_of_their_kind():
    rng = np.random.default_rng(3)
    names, signal, blanks = plate(lambda m: np.hypot(0.005, 0.05 * m), rng)
    spread = pooled_spread(names, signal, blanks)
    mean = pd.Series(signal).groupby(names["condition"]).transform("mean") - blanks.mean()
    assert spread.others["shape"].to_numpy() == pytest.approx(spread.shape.at(mean.to_numpy()))
    assert spread.others["shape"][0] > 10 * spread.others["shape"][29]
