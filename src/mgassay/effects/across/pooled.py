"""Answers of several experiments -> SUMMARY_SHARES, and SUMMARY_POOLED: which experiments each of its rows rests on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.effects.across.answers import CORRECTED, WEIGHTS_OF, Answer
from mgassay.effects.contrasts.contrasts import SCALES
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Array, donor_estimate
from mgassay.effects.estimators.pooled_ratios import PartsAndWholes, next_ratio, pool_ratios
from mgassay.effects.estimators.pooling import donors_once, experiments_by_donors, shared_variances
from mgassay.effects.estimators.share_sets import LiveEffects, live_effects, share_set
from mgassay.flags import join_flags

_NO_ENDS = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Group:
    """Experiments that count as one because they share donors, each donor once; most groups are one experiment.

    `both`: part and whole over its donors; `runs`: what acellular runs add to the part, those of all its experiments.
    """

    members: tuple[Answer, ...]
    both: LiveEffects
    n_donors: int
    runs: Array


def pooled_shares(answers: Iterable[Answer], *, own_donors: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SUMMARY_SHARES and SUMMARY_POOLED.

    One row per readout, block, share and scale, on the Mg step (and kind of acellular arm) that most experiments asked
    about. `own_donors`: donors of the same name in different experiments are different ones.
    """
    by_estimand: dict[tuple[str, str, str, str], list[Answer]] = {}
    for answer in answers:
        by_estimand.setdefault(answer.estimand, []).append(answer)
    summary, members = [], []
    for estimand in sorted(by_estimand, key=_order):
        row, rows = _pooled(by_estimand[estimand], own_donors)
        summary += row
        members += rows
    return tables.SUMMARY_SHARES.frame(summary), tables.SUMMARY_POOLED.frame(members)


def _order(estimand: tuple[str, str, str, str]) -> tuple[str, str, int, int]:
    """Readouts and blocks by name, shares and scales in the order in which they are defined."""
    readout, block, share, scale = estimand
    return readout, block, list(WEIGHTS_OF).index(share), SCALES.index(scale)


def _pooled(answers: Sequence[Answer], own_donors: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The row of one estimand (none where no experiment has a value) and one row per experiment."""
    used = _alike([a for a in answers if a.is_value])
    groups = _groups(used, own_donors)
    weights = np.ones(len(groups))
    row: list[dict[str, Any]] = []
    if groups:
        found, weights = _several(groups) if len(groups) > 1 else (_alone(groups[0]), weights)
        left = "not_pooled" if len(used) < len(answers) else ""
        shared = "shared_donors" if any(len(g.members) > 1 for g in groups) else ""
        counts = {"n_experiments": len(used), "n_donors": sum(g.n_donors for g in groups)}
        row = [_named(used[0]) | found | counts | {"flag": join_flags(found["flag"], left, shared)}]
    place = {a.experiment: i for i, g in enumerate(groups) for a in g.members}
    return row, [_member(a, place.get(a.experiment), weights) for a in answers]


def _alike(answers: Sequence[Answer]) -> list[Answer]:
    """The answers to the variant of the question that most experiments asked, then most donors; lower levels first."""
    asked = Counter(a.variant for a in answers)
    donors = {v: sum(len(a.donors) for a in answers if a.variant == v) for v in asked}
    best = min(asked, key=lambda v: (-asked[v], -donors[v], v), default=None)
    return [a for a in answers if a.variant == best]


def _groups(answers: Sequence[Answer], own_donors: bool) -> list[Group]:
    """Experiments in groups of which no two share a donor."""
    by_name = {a.experiment: a for a in answers}
    donors = {name: [] if own_donors else a.donors for name, a in by_name.items()}
    return [_group([by_name[name] for name in names]) for names in experiments_by_donors(donors)]


def _group(members: Sequence[Answer]) -> Group:
    """Experiments with shared donors as one; acellular runs have no donor and are all of their own."""
    per_donor = [
        {d: np.array(pair) for d, pair in zip(a.donors, np.stack([a.whole, a.part], axis=-1), strict=True)}
        for a in members
    ]
    once = np.stack(list(donors_once(per_donor).values()), axis=-1)
    runs = np.concatenate([a.runs for a in members])
    return Group(tuple(members), live_effects(once[0], once[1]), once.shape[1], runs)


def _alone(group: Group) -> dict[str, Any]:
    """What a single group says: an experiment's own row, or Fieller's set over the donors of those that share them."""
    first = group.members[0].row
    if len(group.members) == 1:
        ends = (first["ci_low"], first["ci_high"]) if first["interval"] == BOUNDED else _NO_ENDS
        return _told(first["estimate"], ends, first["flag"])
    # The part stands where B does: without runs it is the numerator of `extracellular`, B/T, with runs of (B - A)/T.
    acellular = donor_estimate(-group.runs) if len(group.runs) else None
    found = share_set("extracellular" if acellular is None else "surface", group.both, acellular)
    corrected = first["share"] == CORRECTED  # its set takes rho for known, which it is not
    return _told(float(found.estimate), _NO_ENDS if corrected else _ends(found), _own_flags(found))


def _several(groups: Sequence[Group]) -> tuple[dict[str, Any], Array]:
    """What two or more groups say together, and the weight of each."""
    given = _parts_and_wholes(groups)
    pooled = pool_ratios(given)
    found = _told(float(pooled.found.estimate), _ends(pooled.found), _own_flags(pooled.found))
    low, high = next_ratio(pooled)
    return found | {"prediction_low": low, "prediction_high": high, "tau": float(pooled.tau)}, pooled.weights


def _parts_and_wholes(groups: Sequence[Group]) -> PartsAndWholes:
    """Part and whole of each group; donors scatter alike in all of them, and so do acellular runs."""
    n = np.array([g.n_donors for g in groups])
    covariance = np.stack([g.both.covariance for g in groups], axis=-1)  # (2, 2, groups): whole, part
    shared = {(i, j): shared_variances(covariance[i, j], n) for i, j in ((0, 0), (0, 1), (1, 1))}
    means = np.stack([g.both.mean for g in groups], axis=-1)
    part, var_part = means[1], shared[1, 1]
    if len(groups[0].runs):
        runs = [donor_estimate(g.runs) for g in groups]
        own = shared_variances(np.array([float(r.se**2) for r in runs]), np.array([len(g.runs) for g in groups]))
        part, var_part = part + np.array([float(r.estimate) for r in runs]), var_part + own
    return PartsAndWholes(part, means[0], var_part, shared[0, 0], shared[0, 1])


def _ends(found: FiellerSet) -> tuple[float, float]:
    """The ends of a set that has two; of any other none, since the table has no word for two rays."""
    return (float(found.low), float(found.high)) if found.kind == BOUNDED else _NO_ENDS


def _own_flags(found: FiellerSet) -> str:
    """What the pooled set itself shows."""
    outside = bool((found.estimate < 0) | (found.estimate > 1))
    return join_flags("" if found.kind == BOUNDED else "total_near_zero", "antagonism" if outside else "")


def _told(estimate: float, ends: tuple[float, float], flag: str) -> dict[str, Any]:
    """Estimate, ends and flag as columns."""
    return {"estimate": estimate, "ci_low": ends[0], "ci_high": ends[1], "flag": flag}


def _named(answer: Answer) -> dict[str, Any]:
    """The columns that name the share."""
    return dict(zip(("readout", "block", "share", "scale"), answer.estimand, strict=True))


def _member(answer: Answer, group: int | None, weights: Array) -> dict[str, Any]:
    """One experiment's own answer, and whether and with what weight it entered; `group` counts from 1."""
    own = (
        "estimate",
        "ci_low",
        "ci_high",
        "interval",
        "identifiable",
        "rho",
        "mg_reference_mM",
        "mg_raised_mM",
        "flag",
    )
    entered = {} if group is None else {"group": group + 1, "weight": float(weights[group])}
    row = {"experiment": answer.experiment, "acellular": answer.acellular, "n_donors": len(answer.donors)}
    return _named(answer) | {c: answer.row[c] for c in own} | row | entered | {"used": group is not None}
