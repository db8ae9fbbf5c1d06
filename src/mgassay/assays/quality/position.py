"""Whether wells differ by where they stand on the plate: its edge, its rows, its columns.

Wells of one group (same condition and donor, or the same rep read twice) hold the same, so what is left of them after
their group's mean is free of conditions and donors. It is taken in parts of that mean, because what evaporates, is
pipetted short or is warmer at the rim changes an amount by a factor, and effects are compared on the log scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.curves.curve import t_quantile
from mgassay.assays.plates.replicates import REP
from mgassay.wellnames import positions

PERMUTATIONS, SEED = 2999, 20170101
LEAST_SPARE = 6  # wells beyond one per group; with fewer a permutation cannot tell much
CULTURE = ["condition", "donor"]
LOW = frozenset({"below_lod", "below_loq"})
EDGE, ROW, COLUMN = MEASURES = ("edge_effect", "row_effect", "column_effect")

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PositionEffect:
    """One test. `estimate` and its interval are proportions of an amount, `flag` says why there is none.

    `bias` is how far the fitted effect alone moves the means of two conditions apart, as they stand on this plate.
    """

    estimate: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    p: float = np.nan
    n: int = 0
    flag: str = ""
    bias: float = np.nan


def like_wells(amounts: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Rows with a value in groups of two or more, with `group` (from 0) and `deviation`; the other columns as given.

    deviation = value / mean of the group - 1. A group with a well below LOD or LOQ, or without a positive mean, is left
    out: a proportion of nearly nothing is noise.
    """
    rows = amounts[amounts["value"].notna()]
    low = rows["flag"].map(lambda flags: not LOW.isdisjoint(flags.split(";"))).astype(bool)
    groups = rows.assign(low=low).groupby(list(keys), sort=False)
    mean = groups["value"].transform("mean")
    counted = (groups["value"].transform("size") >= 2) & ~groups["low"].transform("any") & (mean > 0)
    kept = rows[counted]
    return kept.assign(
        group=kept.groupby(list(keys), sort=False).ngroup(), deviation=kept["value"] / mean[counted] - 1.0
    )


def deviations(amounts: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """What stands for a plate's noise: `technical` or `culture`, and `like_wells` of its samples, one row per well.

    Technical where most wells belong to reps that were read more than once; else the wells of a condition and donor,
    the first of each rep. Two readings of one rep share what its culture well held, so that they cannot change places
    with those of another. Takes rows with well, condition, donor, rep, value, flag of one plate.
    """
    samples = amounts[(amounts["condition"] != "") & (amounts["donor"] != "")]
    again = samples.duplicated(REP, keep=False)
    if len(samples) and 2 * again.sum() >= len(samples):
        return "technical", like_wells(samples, REP)
    return "culture", like_wells(samples[~samples.duplicated(REP)], CULTURE)


def position_effects(found: pd.DataFrame, shape: tuple[int, int]) -> Mapping[str, PositionEffect]:
    """The three tests on wells of `deviations` from a plate of this shape (rows, columns), by name of the measure.

    Deviations are regressed on position within groups (least squares after the group means are taken off position
    too), so that a group that stands wholly at the rim tells nothing and shifts nothing. p is that of the regression's
    sum of squares among permutations of the deviations within their groups, (1 + as large) / (1 + all): exact, whatever
    their distribution (Phipson and Smyth 2010). Edge: outer wells less inner ones, interval by Student's t. Rows and
    columns: SD among them beyond the noise (method of moments, 0 where they differ no more than wells do), no interval.
    """
    ordered = found.sort_values("group", kind="stable")
    group = ordered["group"].to_numpy(dtype=np.int64)
    deviation = ordered["deviation"].to_numpy(dtype=np.float64)
    n, groups = len(group), int(group.max(initial=-1)) + 1
    if n - groups < LEAST_SPARE:
        return dict.fromkeys(MEASURES, PositionEffect(n=n, flag="few_wells"))
    rows, columns = positions(ordered["well"])
    outer = (rows == 0) | (rows == shape[0] - 1) | (columns == 0) | (columns == shape[1] - 1)
    factors = {EDGE: outer[:, None].astype(np.float64), ROW: _indicators(rows), COLUMN: _indicators(columns)}
    shuffled = permuted_within(deviation, group)
    condition = ordered["condition"].to_numpy(dtype=object)
    return {
        name: _tested(factor, group, deviation, shuffled, condition, is_edge=name == EDGE)
        for name, factor in factors.items()
    }


def _indicators(level: Integers) -> Floats:
    """One column per level that occurs, 1 where a well stands at it."""
    indicators: Floats = (level[:, None] == np.unique(level)[None, :]).astype(np.float64)
    return indicators


def permuted_within(values: Floats, group: Integers) -> Floats:
    """PERMUTATIONS rows of the values, shuffled within groups (which stand together); the same rows every time."""
    keys = np.random.default_rng(SEED).random((PERMUTATIONS, len(values)))
    keys += group
    return values[np.argsort(keys, axis=1)]


def _tested(
    factor: Floats, group: Integers, deviation: Floats, shuffled: Floats, condition: npt.NDArray[Any], *, is_edge: bool
) -> PositionEffect:
    """The test of one factor (wells x levels); `confounded` where no group stands at two of its levels."""
    n, groups = len(group), int(group[-1]) + 1
    within = factor - _group_means(factor, group)
    left, size, _ = np.linalg.svd(within, full_matrices=False)
    basis = left[:, size > 1e-9 * np.sqrt(n)]
    levels = basis.shape[1]
    if not levels:
        return PositionEffect(n=n, flag="confounded")
    spare = n - groups - levels
    if spare < 2:
        return PositionEffect(n=n, flag="few_wells")
    explained = float(np.sum((deviation @ basis) ** 2))
    by_chance = np.sum((shuffled @ basis) ** 2, axis=1)
    p = float((1 + np.sum(by_chance >= explained * (1 - 1e-9))) / (1 + PERMUTATIONS))
    noise = max(float(deviation @ deviation) - explained, 0.0) / spare  # rounding can leave -1e-20
    effect = np.linalg.lstsq(within, deviation, rcond=1e-9)[0]
    bias = float(np.ptp(pd.Series(factor @ effect).groupby(condition).mean().to_numpy()))
    if is_edge:
        reach = t_quantile(spare, 0.975) * float(np.sqrt(noise)) / float(size[0])
        return PositionEffect(float(effect[0]), float(effect[0]) - reach, float(effect[0]) + reach, p, n, bias=bias)
    per_level = float(np.sum((factor.T @ basis) ** 2)) / levels
    variance = (explained / levels - noise) / per_level
    return PositionEffect(estimate=float(np.sqrt(max(variance, 0.0))), p=p, n=n, bias=bias)


def _group_means(columns: Floats, group: Integers) -> Floats:
    """The mean of each column over the group of each row."""
    sums = np.zeros((int(group[-1]) + 1, columns.shape[1]))
    np.add.at(sums, group, columns)
    means: Floats = sums[group] / np.bincount(group)[group][:, None]
    return means


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """P values adjusted for their number (Holm 1979), NaN where there was no test."""
    tested = sorted((name for name in p if not np.isnan(p[name])), key=p.__getitem__)
    adjusted, highest = dict.fromkeys(p, np.nan), 0.0
    for rank, name in enumerate(tested):
        highest = max(highest, min(1.0, (len(tested) - rank) * p[name]))
        adjusted[name] = highest
    return adjusted
