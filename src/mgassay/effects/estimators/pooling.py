"""One estimand over several experiments: random effects with Hartung and Knapp's interval, donors counted once.

What differs between experiments (tau) is estimated by REML, which is all but unbiased where experiments are small
(Langan et al., Res Synth Methods 2019;10:83). The variance of an experiment of three donors is known so badly that
weights made of it left a 95 % interval with .88; with one scatter of donors for all experiments (`shared_variances`)
it covers .945-.955 for 2-10 experiments of 3-8 donors. Hartung and Knapp's factor may fall below 1: keeping it from
that gains nothing then, and coverage would be .98-1.00.
Ratios are pooled by their two parts (`pooled_ratios`). A donor in several experiments is one donor: such experiments
are combined, donor by donor, before anything is pooled.
Source: Hartung and Knapp, Stat Med 2001;20:3875.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.intervals import Array, t_quantile

_MOST_STEPS = 500
_CLOSE = 1e-12  # of tau2 between steps, relative to the variances


@dataclass(frozen=True)
class Pooled:
    """The mean over experiments; arrays over leading axes. Of one experiment `low`, `high` and `tau` are NaN.

    `tau`: SD of the truth between experiments, in the estimand's own unit.
    """

    estimate: Array
    se: Array
    low: Array
    high: Array
    tau: Array
    weights: Array  # of the experiments (last axis), adding up to 1
    n_experiments: int


def pool_estimates(estimates: Array, variances: Array, level: float = 0.95) -> Pooled:
    """Pools estimates of independent experiments (last axis) with the variances of these estimates (> 0, same shape).

    SE^2 = sum w (y - mean)^2 / ((k - 1) sum w), w = 1/(v + tau2), with t on k - 1 df.
    Check: R metafor, rma(test = "knha").
    """
    y, v = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    k = y.shape[-1]
    if k < 2:
        nothing = np.full(y.shape[:-1], np.nan)
        return Pooled(y[..., 0], np.sqrt(v[..., 0]), nothing, nothing, nothing, np.ones(y.shape), k)
    tau2 = reml_tau2(y, v)
    w = 1 / (v + tau2[..., np.newaxis])
    total = w.sum(axis=-1)
    mean = (w * y).sum(axis=-1) / total
    se = np.sqrt((w * (y - mean[..., np.newaxis]) ** 2).sum(axis=-1) / ((k - 1) * total))
    half = t_quantile(k - 1, level) * se
    return Pooled(mean, se, mean - half, mean + half, np.sqrt(tau2), w / total[..., np.newaxis], k)


def reml_tau2(y: Array, v: Array) -> Array:
    """The variance between experiments (last axis), 0 or more, by restricted maximum likelihood; NaN for one.

    Fisher scoring from the moment estimate of equal weights, kept at 0 or above.
    Source: Viechtbauer, J Educ Behav Stat 2005;30:261.
    """
    if y.shape[-1] < 2:
        return np.full(y.shape[:-1], np.nan)
    tau2 = np.maximum(y.var(axis=-1, ddof=1) - v.mean(axis=-1), 0.0)
    for _ in range(_MOST_STEPS):
        step = np.maximum(tau2 + _scoring_step(y, v, tau2), 0.0)
        moved = np.abs(step - tau2).max(initial=0.0)
        tau2 = step
        if moved <= _CLOSE * v.max(initial=0.0):
            break
    return np.asarray(tau2, dtype=float)


def _scoring_step(y: Array, v: Array, tau2: Array) -> Array:
    """Score over information of the restricted likelihood."""
    w = 1 / (v + tau2[..., np.newaxis])
    total, squares, cubes = (np.sum(w**power, axis=-1) for power in (1, 2, 3))
    mean = (w * y).sum(axis=-1) / total
    score = (w**2 * (y - mean[..., np.newaxis]) ** 2).sum(axis=-1) - total + squares / total
    return np.asarray(score / (squares - 2 * cubes / total + (squares / total) ** 2), dtype=float)


def shared_variances(variances: Array, n_donors: Array) -> Array:
    """Variances of the estimates (..., experiments) if donors scatter alike in all: pooled over them by df, over n.

    `variances` of the estimates as each experiment has it (NaN with one donor), `n_donors` (experiments,); covariances
    are pooled in the same way. All NaN where every experiment has one donor.
    """
    n = np.asarray(n_donors, dtype=float)
    df = np.where(np.isfinite(variances), n - 1, 0.0)
    of_donors = np.where(df > 0, variances * n, 0.0)
    with np.errstate(invalid="ignore"):
        shared = (df * of_donors).sum(axis=-1, keepdims=True) / df.sum(axis=-1, keepdims=True)
    return np.asarray(shared / n, dtype=float)


def experiments_by_donors(donors: Mapping[str, Collection[str]]) -> tuple[tuple[str, ...], ...]:
    """Experiments grouped so that no donor is in two groups; donors by experiment, names compared without case.

    Experiments tied by a chain of shared donors are one group. Groups and members keep their order. The same name is
    taken for the same donor: a lab that calls the donors of every experiment D1, D2, ... has one group, and is told.
    """
    order = {experiment: place for place, experiment in enumerate(donors)}
    group_of = {experiment: [experiment] for experiment in donors}
    first_with: dict[str, str] = {}
    for experiment, names in donors.items():
        for name in names:
            own, other = group_of[experiment], group_of[first_with.setdefault(name.strip().casefold(), experiment)]
            if own is not other:
                small, large = sorted((own, other), key=len)
                large += small
                group_of.update(dict.fromkeys(small, large))
    groups = {id(group): sorted(group, key=order.__getitem__) for group in group_of.values()}
    return tuple(sorted(map(tuple, groups.values()), key=lambda group: order[group[0]]))


def donors_once(experiments: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Values per donor (arrays such as T, B) of a group of experiments: for each donor the mean over its experiments.

    Each donor counts once, however often it was used; names are compared without case and come back as first seen.
    """
    found: dict[str, tuple[str, list[Array]]] = {}
    for experiment in experiments:
        for name, values in experiment.items():
            found.setdefault(name.strip().casefold(), (name, []))[1].append(np.asarray(values, dtype=float))
    return {name: np.mean(values, axis=0) for name, values in found.values()}
