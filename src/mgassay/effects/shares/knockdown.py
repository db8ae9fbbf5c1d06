"""What TRPM7 siRNA leaves of TRPM7's messenger RNA, as a stand-in for what is left of Mg2+ entry (rho).

A stand-in only: protein outlives its mRNA, and cells need little of a channel that lets enough through. A grade that
rests on it is capped (`proxy_rho`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.estimators.intervals import Array, Estimate, donor_estimate
from mgassay.effects.means.panels import Panel, panels_from_means
from mgassay.experiment import Experiment

READOUT = "gene:TRPM7"
LEVELS = {"reference": (0, 2), "raised": (1, 3)}  # positions of intact and blocked in design.LIVE_ARMS


@dataclass(frozen=True)
class Knockdown:
    """One siRNA block at one Mg level. `log_residual` (donors,): natural log of blocked over intact expression.

    `flag`: flags of the cells used; a blocked cell without a Cq makes it an upper bound.
    """

    block: str
    level: str
    donors: tuple[str, ...]
    log_residual: Array
    flag: str

    @property
    def estimate(self) -> Estimate:
        """Mean over donors, natural log, df donors − 1."""
        return donor_estimate(self.log_residual)

    @property
    def residual(self) -> float:
        """What is left: 1 is no knock-down, 0 a complete one (geometric mean over donors)."""
        return float(np.exp(self.estimate.estimate))

    @property
    def limits(self) -> tuple[float, float]:
        """The 95 % t interval of the residual; NaN with one donor."""
        low, high = self.estimate.limits()
        return float(np.exp(low)), float(np.exp(high))


def knockdown_from_means(experiment: Experiment, means: pd.DataFrame) -> tuple[Knockdown, ...]:
    """The knock-downs of all siRNA blocks, at reference and raised Mg, where TRPM7 was measured in both arms."""
    panel = next((p for p in panels_from_means(means) if p.readout == READOUT), None)
    blocks = [arms for arms in arms_of_blocks(experiment) if arms.block and arms.block.is_sirna]
    found = [_knockdown(panel, arms, level) for arms in blocks for level in LEVELS] if panel else []
    return tuple(k for k in found if k is not None)


def _knockdown(panel: Panel, arms: Arms, level: str) -> Knockdown | None:
    """One block at one level; None without a donor that has both arms."""
    intact, blocked = LEVELS[level]
    both = panel.matrix((arms.live[intact], arms.live[blocked])).complete((0, 1))
    if not both.donors:
        return None
    return Knockdown(arms.name, level, both.donors, both.values[:, 1] - both.values[:, 0], both.flag((-1.0, 1.0)))
