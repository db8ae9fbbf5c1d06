"""Means -> rho: what a block leaves of Mg2+ entry, measured by Mg_i in its four live arms, else told by TRPM7's mRNA.

The step of Mg_i is that of the arms asked about, so that every question (Mg level, day, step) has its own rho.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mgassay.design import Arms
from mgassay.effects.estimators.bounds import is_censored, negative_flag
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Array
from mgassay.effects.estimators.share_sets import live_effects
from mgassay.effects.means.panels import Panel
from mgassay.effects.shares.incomplete import is_told, residual_entry, residual_of_proxy, steps_of_proxy
from mgassay.effects.shares.knockdown import MESSENGER, knockdown_of_arms
from mgassay.effects.shares.shares import intracellular_flag
from mgassay.flags import join_flags

MAGNESIUM = "mg_intracellular"
ENTRY_KEPT = 0.9  # a block that is shown to leave more than this of Mg entry did not block it
_ALL = (0, 1, 2, 3)


@dataclass(frozen=True)
class Rho:
    """What one block leaves of entry, by one source (`mg_intracellular` or `gene:TRPM7`).

    `values` (k, donors): the steps of log Mg_i intact and blocked (k = 2), or log residual mRNA (k = 1). `flag`: flags
    of the cells, which way a bound among them pulls rho, and `proxy_rho` for mRNA.
    """

    source: str
    donors: tuple[str, ...]
    values: Array
    flag: str

    @property
    def found(self) -> FiellerSet:
        """Rho with its 95 % set: Fieller's of the steps, or the t interval of log residual mRNA."""
        return residual_entry(*self.values) if self.source == MAGNESIUM else residual_of_proxy(self.values[0])

    @property
    def steps(self) -> tuple[Array, Array]:
        """Steps of log Mg_i intact and blocked per donor, or what stands for them."""
        return (self.values[0], self.values[1]) if self.source == MAGNESIUM else steps_of_proxy(self.values[0])

    @property
    def is_bound(self) -> bool:
        """Whether a bound stands for one of its values: rho itself is not known then."""
        return is_censored(self.flag)

    @property
    def measured(self) -> bool:
        """Whether Mg_i itself was measured, and no bound of it."""
        return self.source == MAGNESIUM and not self.is_bound

    @property
    def told(self) -> bool:
        """Whether a share may be corrected by it: no bound, and its interval is bounded and ends below 1."""
        return not self.is_bound and bool(is_told(self.found))

    def below(self, most: float) -> bool:
        """Whether rho is shown to lie below `most`: no bound, and its interval is bounded and ends there."""
        return self.told and bool(self.found.high < most)

    @property
    def not_blocked(self) -> bool:
        """Whether Mg_i itself shows that entry was not blocked: the interval is bounded and begins above ENTRY_KEPT."""
        return self.measured and bool(self.found.kind == BOUNDED) and bool(self.found.low > ENTRY_KEPT)

    def of(self, donors: Sequence[str]) -> "Rho":
        """The same with these donors only."""
        keep = [d in donors for d in self.donors]
        return replace(self, donors=tuple(d for d in self.donors if d in donors), values=self.values[:, keep])


def rho_of_arms(arms: Arms, panels: Mapping[str, Panel]) -> Rho | None:
    """The rho of one question and block that results may rest on, from the panels of all readouts by name.

    That of Mg_i where a donor has it in the four live arms; where Mg_i is no more than a bound, or was not measured,
    that of TRPM7 mRNA (siRNA blocks, the Mg step); a bound only where there is nothing else (`is_bound`); None where
    there is nothing. For the verdict: `rho is not None and rho.measured`, and `rho.measured and rho.below(0.5)`.
    """
    rhos = rhos_of_arms(arms, panels)
    return next((rho for rho in rhos if not rho.is_bound), rhos[0] if rhos else None)


def rhos_of_arms(arms: Arms, panels: Mapping[str, Panel]) -> tuple[Rho, ...]:
    """Rho of one question and block by every source that tells it, Mg_i first."""
    found = (
        _of_magnesium(arms, panels[MAGNESIUM]) if MAGNESIUM in panels else None,
        _of_messenger(arms, panels[MESSENGER]) if MESSENGER in panels else None,
    )
    return tuple(rho for rho in found if rho is not None)


def _of_magnesium(arms: Arms, panel: Panel) -> Rho | None:
    """Rho from Mg_i; None without a block, or without a donor that has all four live arms."""
    live = panel.matrix(arms.live)
    whole = live.complete(_ALL)
    if not whole.donors:
        return None
    steps = np.stack([whole.values[:, 1] - whole.values[:, 0], whole.values[:, 3] - whole.values[:, 2]])
    # Rho is B/T of Mg_i, and intracellular_flag is that of 1 - B/T: turned round twice, a bound points its own way.
    flag = negative_flag(intracellular_flag(whole, live_effects(-steps[0], -steps[1]), live.lost()))
    return Rho(MAGNESIUM, whole.donors, steps, flag)


def _of_messenger(arms: Arms, panel: Panel) -> Rho | None:
    """Rho from TRPM7 mRNA, which tells of the channel and nothing of what a step other than Mg's does to it."""
    found = knockdown_of_arms(arms, panel) if arms.step == "Mg" else None
    if found is None:
        return None
    return Rho(MESSENGER, found.donors, found.log_residual[np.newaxis], join_flags(found.flag, "proxy_rho"))
