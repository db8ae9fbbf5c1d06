"""The dose series: every raised Mg level against the reference one, with donors as blocks (Dunnett).

log Y(reference) - log Y(level) from lm(y ~ donor + level) on donor x level means, as R's emmeans has it; intervals and
p hold for all levels of the series at once, by the multivariate t with the contrasts' own correlations.
Source: Dunnett, J Am Stat Assoc 1955;50:1096. One error for all levels is too small for a level to which donors respond
differently: `held_to_own_scatter` lets no level have less than its own donors show (docs/decisions/0048).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.anova import fit_block_anova
from mgassay.effects.estimators.intervals import Array, Estimate
from mgassay.effects.estimators.joint_t import joint_quantile, joint_within


@dataclass(frozen=True)
class DoseSeries:
    """k levels against one reference. `estimate`, `se` (..., k), > 0 is inhibition; NaN where the cells cannot tell it.

    `correlation` (k, k) between the estimates, NaN in the rows of those; `df` of the residual; `n_donors` (k,): donors
    that have the level and any other; `cell_weights` (k, donors, levels): what each cell adds to each estimate.
    """

    estimate: Array
    se: Array
    df: float
    correlation: Array
    n_donors: npt.NDArray[np.int64]
    cell_weights: Array

    @property
    def told(self) -> npt.NDArray[np.bool_]:
        """Which levels can be compared at all (k,): the family over which p and intervals are adjusted."""
        return np.asarray(np.isfinite(self.correlation).any(axis=0))

    def limits(self, level: float = 0.95) -> tuple[Array, Array]:
        """Simultaneous intervals: all k hold their truths at once in this fraction of experiments."""
        half = self.quantile(level) * self.se
        return self.estimate - half, self.estimate + half

    def quantile(self, level: float = 0.95) -> float:
        """What the standard errors are multiplied by; NaN without any comparison."""
        return joint_quantile(level, self._family(), self.df) if self.told.any() else float("nan")

    def p(self) -> Array:
        """Two-sided p of each level alone."""
        return Estimate(self.estimate, self.se, np.full_like(self.estimate, self.df)).p()

    def p_adjusted(self) -> Array:
        """Single-step p: the chance that any of the k statistics is as far from 0 as this one, were all effects 0."""
        adjusted = np.full(self.estimate.shape, np.nan)
        family, flat = self._family(), adjusted.reshape(-1)
        ratio = np.abs(self.estimate).reshape(-1) / np.where(self.se > 0, self.se, np.nan).reshape(-1)
        certain = (self.se == 0) & (self.estimate != 0)
        for i in np.flatnonzero(np.isfinite(ratio)):
            flat[i] = max(1 - joint_within(np.full(len(family), ratio[i]), family, self.df)[0], 0.0)
        return np.where(certain, 0.0, flat.reshape(adjusted.shape))

    def _family(self) -> Array:
        """Correlations of the levels that can be compared."""
        return self.correlation[np.ix_(self.told, self.told)]


def dose_series(log_means: Array, reference: int = 0) -> DoseSeries:
    """The comparison of every level with the reference from log means of shape (..., donors, levels).

    NaN marks a cell that was not run (the same cells in all experiments on leading axes). A donor without the reference
    still helps, through what its levels say of each other; one with a single cell says nothing. A level that no chain
    of donors ties to the reference is NaN and leaves the family. Nothing is told where no degree of freedom is left.
    Raises IndexError for a reference that is no level.
    """
    donors, levels = log_means.shape[-2:]
    cells = np.isfinite(log_means.reshape(-1, donors, levels)[0])
    fit = fit_block_anova(log_means)
    compared = [level for level in range(levels) if level != range(levels)[reference]]
    weights = np.eye(levels)[reference] - np.eye(levels)[compared]
    found = [fit.contrast(w) for w in weights]
    told = np.array([bool(np.isfinite(f.estimate).all()) for f in found])
    spread = weights @ fit.spread @ weights.T
    scale = np.where(told, np.sqrt(np.diagonal(spread)), np.nan)
    return DoseSeries(
        np.stack([f.estimate for f in found], axis=-1),
        np.stack([np.where(known, f.se, np.nan) for f, known in zip(found, told, strict=True)], axis=-1),
        float(fit.df),
        spread / np.outer(scale, scale),
        (cells & (cells.sum(axis=1) > 1)[:, np.newaxis])[:, compared].sum(axis=0),
        np.stack([fit.cell_weights(w) for w in weights]) if compared else np.zeros((0, donors, levels)),
    )


def held_to_own_scatter(found: DoseSeries, log_means: Array, reference: int = 0) -> DoseSeries:
    """The same series with no standard error below that of the level's own donors: SD(differences)/sqrt(donors).

    `log_means` and `reference` are those that `dose_series` was given. Estimates, df and correlations stay, so that no
    interval is narrower than Dunnett's; where the cells of one donor or none tell a level, nothing can be held to.
    All levels at once, .94-.97 over 3 to 6 donors where it alone holds .91-.97.  Check: docs/coverage.md.
    """
    levels = range(log_means.shape[-1])
    compared = [level for level in levels if level != levels[reference]]
    differences = log_means[..., [reference]] - log_means[..., compared]
    n = np.isfinite(differences).sum(axis=-2)
    mean = np.nansum(differences, axis=-2) / np.maximum(n, 1)
    squares = np.nansum((differences - mean[..., np.newaxis, :]) ** 2, axis=-2)
    own = np.sqrt(squares / np.maximum(n - 1, 1) / np.maximum(n, 1))
    return replace(found, se=np.maximum(found.se, np.where(n > 1, own, 0.0)))  # NaN, an untold level, stays NaN
