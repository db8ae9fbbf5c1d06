"""What TRPM7 siRNA leaves of TRPM7's messenger RNA, as a stand-in for what is left of Mg2+ entry (rho).

A stand-in only: protein outlives its mRNA, and cells need little of a channel that lets enough through. A grade that
rests on it is capped (`proxy_rho`). Each Mg level on its own stands in qpcr_quality.csv.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.design import Arms
from mgassay.effects.estimators.bounds import difference_flag
from mgassay.effects.estimators.intervals import Array
from mgassay.effects.means.panels import Panel

MESSENGER = "gene:TRPM7"
LEVELS = ((0, 2), (1, 3))  # positions of intact and blocked in design.LIVE_ARMS, at reference and at raised Mg
_WEIGHTS = (-1.0, -1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Knockdown:
    """One siRNA block. `log_residual` (donors,): natural log of blocked over intact expression.

    `flag`: flags of the cells used, and which way a bound among them pulls the residual.
    """

    donors: tuple[str, ...]
    log_residual: Array
    flag: str


def knockdown_of_arms(arms: Arms, panel: Panel) -> Knockdown | None:
    """The knock-down that an siRNA block shows in TRPM7's panel; None for other blocks, or without a donor to tell it.

    A donor's is the mean over reference and raised Mg, where both arms of both were measured, else that of the one:
    siRNA acts before Mg is raised, and two measurements are better than one.
    """
    if arms.block is None or not arms.block.is_sirna:
        return None
    live = panel.matrix(arms.live)
    at_level = np.stack([live.values[:, blocked] - live.values[:, intact] for intact, blocked in LEVELS])
    known = np.isfinite(at_level)
    told = np.asarray(known.any(axis=0), dtype=bool)
    if not told.any():
        return None
    residual = np.where(known, at_level, 0.0).sum(axis=0)[told] / known.sum(axis=0)[told]
    used = live.taking([bool(t) for t in told])
    return Knockdown(used.donors, residual, difference_flag(used.flag(_WEIGHTS), live.lost()))
