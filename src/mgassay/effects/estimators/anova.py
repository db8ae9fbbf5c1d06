"""The block ANOVA: one value per donor x arm, donors and arms as fixed effects ("if donors respond alike").

The same as R's lm(donor + arm) on donor x arm means. Missing cells are left out of the least squares; a contrast that
the remaining cells cannot tell is NaN.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.intervals import Array, Estimate


@dataclass(frozen=True)
class BlockFit:
    """Least squares of donor x arm means.

    `arms` (..., k) are arm effects, `spread` (k, k) their covariance over sigma2, `told` (k, k) the projection that
    leaves alone exactly the contrasts that the cells can tell, `of_cells` (k, donors, arms) what each cell adds to each
    arm effect.
    """

    arms: Array
    spread: Array
    told: Array
    of_cells: Array
    sigma2: Array
    df: int

    def contrast(self, weights: Array) -> Estimate:
        """A contrast of the arms (weights over arms, sum 0); NaN where the cells cannot tell it or df is 0."""
        known = np.allclose(weights @ self.told, weights, atol=1e-9) and self.df > 0
        estimate = self.arms @ weights + (0.0 if known else np.nan)
        return Estimate(estimate, np.sqrt(self.covariance(weights, weights)), np.full_like(estimate, self.df))

    def cell_weights(self, weights: Array) -> Array:
        """The weight that each cell has in a contrast, shape (donors, arms); 0 where it has no part in it.

        Where cells are missing, those of arms that the contrast does not name tell of a donor's level and have a part.
        """
        found = np.tensordot(weights, self.of_cells, axes=1)
        return np.where(np.abs(found) > 1e-9, found, 0.0)

    def covariance(self, first: Array, second: Array) -> Array:
        """Covariance of two contrasts of the arms."""
        return np.asarray(self.sigma2 * (first @ self.spread @ second), dtype=float)


def fit_block_anova(log_means: Array) -> BlockFit:
    """Fits donor + arm to log means of shape (..., donors, arms); NaN marks a cell that was not run.

    All experiments on the leading axes miss the same cells (those of the first). df = cells - rank.
    """
    donors, arms = log_means.shape[-2:]
    cells = np.isfinite(log_means.reshape(-1, donors, arms)[0])
    donor, arm = np.nonzero(cells)
    design = np.hstack([np.eye(donors)[donor], np.eye(arms)[arm]])
    inverse = np.linalg.pinv(design)
    y = log_means[..., cells]
    coefficients = y @ inverse.T
    df = int(len(arm) - np.linalg.matrix_rank(design))
    residual = y - coefficients @ design.T
    sigma2 = (residual**2).sum(axis=-1) / df if df else np.full(y.shape[:-1], np.nan)
    told = (inverse @ design)[donors:, donors:]
    of_cells = np.zeros((arms, donors, arms))
    of_cells[:, donor, arm] = inverse[donors:]
    spread = (inverse @ inverse.T)[donors:, donors:]
    return BlockFit(coefficients[..., donors:], spread, told, of_cells, np.asarray(sigma2), df)
