"""Non-detects against known truth. Runs are seeded; each asserts what the decision page 0035 says of it."""

from collections.abc import Iterator

import numpy as np
import pytest

from mgassay.effects.estimators.anova import fit_block_anova
from mgassay.effects.estimators.censored import Cells
from mgassay.effects.estimators.censored_contrast import contrast_of_cells, contrasts_of_cells

TOTAL = np.array([1.0, -1.0])
FOUR = np.array([1.0, -1.0, 0.0, 0.0])
LAST = -40.0  # log2 expression of a crossing at the last cycle, reference genes at 0


def test_complete_data_give_the_block_anova():
    """Estimate, interval and p of lm(donor + arm), whose numbers are tested against R's."""
    rng = np.random.default_rng(1)
    values = np.array([1, 0, 1, 0.5]) + 2 * rng.normal(size=(6, 1)) + 0.5 * rng.normal(size=(6, 4))
    found = contrast_of_cells(Cells(values[..., None], np.full((6, 4, 1), np.nan)), FOUR)
    expected = fit_block_anova(values).contrast(FOUR)
    assert (found.estimate, found.p, found.df) == pytest.approx(
        (float(expected.estimate), float(expected.p()), 15), rel=1e-5
    )
    assert (found.low, found.high) == pytest.approx([float(x) for x in expected.limits()], abs=1e-3)
    assert found.way == ""


def test_an_arm_without_a_value_gives_one_end_and_says_which():
    values = np.array([[1.0, np.nan], [1.4, np.nan], [0.9, np.nan], [1.2, np.nan]])[..., None]
    limits = np.where(np.isnan(values), 0.0, np.nan)
    both = Cells(np.concatenate([values, values[:, :1] + 0.2], axis=1), np.concatenate([limits, limits[:, :1]], axis=1))
    found = contrast_of_cells(both, np.array([1.0, -1.0, 0.0]))
    assert found.way == "lower_bound"
    assert found.estimate == found.low
    assert 0 < found.low < 2
    assert np.isnan(found.high)
    assert found.p < 0.05
    turned = contrast_of_cells(both, np.array([-1.0, 1.0, 0.0]))
    assert (turned.way, turned.high) == ("upper_bound", pytest.approx(-found.low, abs=1e-3))
    assert np.isnan(turned.low)


def test_what_cannot_be_told_is_none():
    values = np.array([[1.0, np.nan], [1.4, 0.5], [0.9, np.nan]])[..., None]
    limits = np.where(np.isnan(values), 0.0, np.nan)
    assert contrast_of_cells(Cells(values, limits), TOTAL) is None  # one donor with both: no degree of freedom
    nothing = np.full_like(values, np.nan)
    assert contrast_of_cells(Cells(nothing, np.zeros_like(values)), TOTAL) is None


def test_many_experiments_at_once_are_each_alone():
    """Some with a value in most cells, an arm without any, one that cannot be told; one well a cell."""
    rng = np.random.default_rng(8)
    values = (
        np.array([1.0, 0.0, 0.6])[:, None] + 0.6 * rng.normal(size=(5, 4, 1, 1)) + 0.4 * rng.normal(size=(5, 4, 3, 1))
    )
    gone = values < np.array([-9, 0.1, 0.4, 0.1, 9])[:, None, None, None]
    gone[3, :, 1] = True
    cells = Cells(np.where(gone, np.nan, values), np.where(gone, 0.4, np.nan))
    weights = np.array([1.0, -1.0, 0.0])
    together = contrasts_of_cells(cells, weights)
    for k, found in enumerate(together):
        alone = contrast_of_cells(Cells(cells.values[k], cells.limits[k]), weights)
        if alone is None or found is None:
            assert found is alone
            continue
        assert found.way == alone.way
        both = ([x.estimate, x.low, x.high, x.p, x.df] for x in (found, alone))
        assert next(both) == pytest.approx(next(both), abs=1e-5, nan_ok=True)
    assert [f is None for f in together] == [False, False, False, False, True]
    assert together[3].way == "lower_bound"


def lost(rng: np.random.Generator, values, soft: float):
    """Which log2 values are not seen: past Cq 37 for certain, or with a chance that rises smoothly around it."""
    return values < -37 if soft == 0 else rng.random(values.shape) > 1 / (1 + np.exp((-37 - values) / soft))


def runs(number: int, seed: int, soft: float, donor_sd: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Six donors an arm, Cq 36.2 and 34.2, SD 0.9 in all: log2 values and which are not seen."""
    rng = np.random.default_rng(seed)
    for _ in range(number):
        values = np.array([-36.2, -34.2]) + donor_sd * rng.normal(size=(6, 1))
        values = values + np.sqrt(0.81 - donor_sd**2) * rng.normal(size=(6, 2))
        yield values, lost(rng, values, soft)


def all_gone(gone) -> bool:
    """Whether an arm has no value at all."""
    return bool(gone.all(axis=0).any())


def estimates(number: int, seed: int, soft: float, donor_sd: float, cut: float | None):
    """log2 fold changes by likelihood, whether 95 % held, whether one was missed; limit `cut` or the latest Cq seen."""
    found = []
    for values, gone in runs(number, seed, soft, donor_sd):
        limit = values[~gone].min() if cut is None else -cut
        seen = Cells(np.where(gone, np.nan, values)[..., None], np.where(gone, limit, np.nan)[..., None])
        one = contrast_of_cells(seen, TOTAL)
        if one is not None and not one.way:
            found.append((one.estimate, one.low <= -2 <= one.high, gone.any()))
    return np.array(found)


@pytest.mark.parametrize(("soft", "cut"), [(0.0, 37.0), (0.4, None)])
def test_the_simulated_design_in_short(soft, cut):
    """60 of the 600 runs of the slow tier: Monte Carlo SE of the bias .07. Set to 40 gives -2.5, dropped -1.7."""
    found = estimates(60, 11, soft, 0.0, cut)
    assert abs(found[:, 0].mean() + 2) < 0.25
    assert np.sqrt(((found[:, 0] + 2) ** 2).mean()) < 0.68
    assert found[:, 1].mean() > 0.88


def test_half_of_an_arm_missed_is_no_bias():
    """30 runs of six donors at Cq 37 and 35, seen up to 37. At the limit the missed ones would give -1.64."""
    rng, found = np.random.default_rng(6), []
    for _ in range(30):
        values = np.array([-37.0, -35.0]) + 0.9 * rng.normal(size=(6, 2))
        gone = values < -37
        one = contrast_of_cells(
            Cells(np.where(gone, np.nan, values)[..., None], np.where(gone, -37.0, np.nan)[..., None]), TOTAL
        )
        if one is not None and not one.way:
            found.append((one.estimate, np.where(gone, -37.0, values).mean(axis=0) @ TOTAL))
    likelihood, at_limit = np.mean(found, axis=0)
    assert len(found) > 25
    assert at_limit > -1.75
    assert likelihood == pytest.approx(-2.0, abs=0.15)


def test_what_others_do_is_biased_as_the_design_says():
    """The same runs: non-detects set to 40, or dropped."""
    all_runs = list(runs(2000, 4, 0.0, 0.0))
    at_40 = np.mean([np.where(gone, LAST, values).mean(axis=0) @ TOTAL for values, gone in all_runs])
    dropped = [
        np.where(gone, 0, v).sum(axis=0) / (~gone).sum(axis=0) @ TOTAL for v, gone in all_runs if not all_gone(gone)
    ]
    assert at_40 == pytest.approx(-2.47, abs=0.06)
    assert np.mean(dropped) == pytest.approx(-1.71, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("soft", "cut", "donor_sd", "bias", "rmse"),
    [
        (0.0, 37.0, 0.0, 0.1, 0.55),
        (0.0, None, 0.0, 0.1, 0.55),
        (0.0, None, 0.6, 0.1, 0.55),
        (0.3, None, 0.0, 0.1, 0.55),
        (0.7, None, 0.0, 0.12, 0.68),
    ],
)
def test_the_simulated_design(soft, cut, donor_sd, bias, rmse):
    """600 runs as the design asks; interval of 95 %."""
    found = estimates(600, 2026, soft, donor_sd, cut)
    assert len(found) > 580
    assert abs(found[:, 0].mean() + 2) <= bias
    assert np.sqrt(((found[:, 0] + 2) ** 2).mean()) <= rmse
    assert 0.93 <= found[:, 1].mean() <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("donors", "donor_sd"), [(3, 0.7), (6, 2.0)])
def test_coverage_with_four_arms_and_a_third_of_one_arm_missed(donors, donor_sd):
    """Runs with a non-detect among arms at 1, 0, 1 and .5 (SD .7 within donors); limit at the latest Cq seen."""
    rng, held = np.random.default_rng(5), []
    for _ in range(500):
        values = np.array([1, 0, 1, 0.5]) + donor_sd * rng.normal(size=(donors, 1)) + 0.7 * rng.normal(size=(donors, 4))
        gone = values < -0.43 * np.hypot(0.7, donor_sd)
        if gone.any() and not all_gone(gone):
            limit = values[~gone].min()
            cells = Cells(np.where(gone, np.nan, values)[..., None], np.where(gone, limit, np.nan)[..., None])
            found = contrast_of_cells(cells, FOUR)
            held += [] if found is None else [found.low <= 1 <= found.high]
    assert len(held) > 200
    assert 0.93 <= np.mean(held) <= 0.985
