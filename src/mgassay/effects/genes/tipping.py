"""How strong something unmeasured would have to be to explain a gene's effect at matched mineral away.

Matched mineral compares raised Mg with a comparator that left as much mineral: gene(raised Mg) - gene(comparator), in
log2. It is Mg's direct effect if two things hold that the comparison itself cannot check; each has a tipping point, the
value at which the 95 % interval of Mg's direct effect reaches 0:
- the comparator does nothing to the gene but through mineral. If it changes it by c (log2 fold, at the same mineral),
  Mg's direct effect is the difference + c;
- mineral was as low in both arms. If the gene follows mineral by s (log2 per natural log of mineral) and the comparator
  left more mineral by m (natural log), Mg's direct effect is the difference + s m.
Source: tipping-point analysis as in Yan, Lee and Li, J Biopharm Stat 2009;19:1085 (the shift that turns a conclusion).
"""

import numpy as np

from mgassay.effects.estimators.intervals import Array


def tipping_shift(low: Array, high: Array) -> Array:
    """The comparator's own change of the gene (log2 fold) at which the interval of Mg's direct effect reaches 0.

    Minus the end of the interval (`low`, `high`, log2) nearer to 0: a gene that Mg lowers to -1.6 ... -0.4 beside the
    comparator tips at +0.4, a comparator that raises the gene 1.32-fold by itself. 0 where the interval holds 0, so
    that nothing needs explaining; NaN where the nearer end is not known.
    """
    missing = np.isnan(low) | np.isnan(high)
    nearest = np.where(low > 0, low, np.where(high < 0, high, np.where(missing, np.nan, 0.0)))
    return np.asarray(-nearest + 0.0)


def tipping_slope(low: Array, high: Array, mismatch_low: Array, mismatch_high: Array) -> Array:
    """How steeply the gene would have to follow mineral for the mismatch of mineral to explain the effect away.

    log2 per natural log of mineral, the slope nearest 0 that does; `mismatch_low`, `mismatch_high` are the limits of
    log mineral(comparator) - log mineral(raised Mg), of which the end that asks for least is taken. > 0: the gene rises
    with mineral, as osteogenic genes do. 0 where the effect's interval holds 0; infinite where a slope of neither sign
    does it (no mismatch); NaN without an interval.
    """
    shift = tipping_shift(low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.stack([shift / mismatch_low, shift / mismatch_high])
    least = np.take_along_axis(slopes, np.abs(slopes).argmin(axis=0)[np.newaxis], axis=0)[0]
    missing = np.isnan(shift) | np.isnan(mismatch_low) | np.isnan(mismatch_high)
    return np.where(missing, np.nan, np.where(shift == 0, 0.0, least))


def slope_on_mineral(gene_change: Array, mineral_change: Array) -> Array:
    """How steeply a gene follows mineral, as a step without raised Mg tells it: log2 per natural log of mineral.

    Per-donor changes from the reference to a comparator, shape (..., donors): of the gene in log2, of mineral in
    natural log. The ratio of their means, which unlike the mean of ratios is not ruled by a donor whose mineral hardly
    changed; infinite or NaN where mineral did not change at all.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(gene_change.mean(axis=-1) / mineral_change.mean(axis=-1))
