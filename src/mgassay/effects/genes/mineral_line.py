"""How far a gene at raised Mg lies off the straight line that it follows on mineral without raised Mg, donor by donor.

Model: gene (log2) = donor + slope x mineral (natural log) + direct effect of raised Mg. The arms without raised Mg
(reference, comparators) give each donor its own line; where the gene at raised Mg lies off it, at its own mineral, is
that donor's direct effect. It is the regression gene ~ donor + donor:mineral + donor:raisedMg, so that donors may
follow mineral differently, and t over donors holds for the mean as it does for every other contrast here.

Mineral is measured with error (variance v per arm), which flattens a line. The mean slope of lines through three arms
keeps 1 - exp(-d^2/(2 v)) of itself, d^2 the sum of squares of true mineral over the arms: next to all of it unless the
arms hardly differ. Over k > 3 arms it loses about (k - 3) v/d^2, while one line for all donors would lose
(k - 1) v/(d^2 + (k - 1) v). What is lost leaves some of mineral's own effect in the result: it is too near the total.
(E[m'x/x'x] for x normal around m with variance v: in two dimensions 1/x is harmonic, hence the exponential.)
Decision: docs/decisions/0040-direct-effects-on-genes.md.
"""

import numpy as np

from mgassay.effects.estimators.intervals import Array

LEAST_SPREAD = 1e-12  # sum of squares of log mineral over arms, below which they hold the same


def off_the_line(gene: Array, mineral: Array, least: int) -> Array:
    """Gene in the first arm less the line of the other arms at the first arm's mineral, per donor, shape (..., donors).

    `gene` (log2) and `mineral` (natural log) have shape (..., donors, arms); a cell counts where both are finite. NaN
    for donors without the first arm, with fewer than `least` (2 or more) others, or whose others hold the same mineral.
    """
    seen = np.isfinite(gene) & np.isfinite(mineral)
    known = seen[..., 1:]
    count = known.sum(axis=-1)
    x, y = (np.where(known, values[..., 1:], 0.0) for values in (mineral, gene))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = x.sum(axis=-1) / count, y.sum(axis=-1) / count
        spread = np.where(known, x - mean_x[..., None], 0.0)
        squares = (spread**2).sum(axis=-1)
        slope = (spread * y).sum(axis=-1) / squares
        found = gene[..., 0] - mean_y - slope * (mineral[..., 0] - mean_x)
    usable = seen[..., 0] & (count >= least) & (squares > LEAST_SPREAD)
    return np.where(usable, found, np.nan)
