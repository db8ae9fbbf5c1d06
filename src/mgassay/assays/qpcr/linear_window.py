"""The window of linearity of a gene: where the slopes of all its reactions agree best, and those slopes.

Source: Ruijter et al. 2009, Nucleic Acids Res 37:e45; the search by Untergasser et al. 2021, BMC Bioinformatics 22:398.
"""

import numpy as np

from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.efficiency import Efficiency, measured_efficiency, usable_factor
from mgassay.assays.qpcr.exponential_phase import Integers, Phase, slopes

WINDOW = 4  # cycles that the window spans
LEAST_REACTIONS = 3
_LEAST_POINTS = 3
_STEP = 0.2  # of a cycle: by how much the window is lowered
_LOWEST = 0.5  # decades that it spans at least
_FAR = 3.5  # scaled deviations from the median: reactions beyond are left out of the mean


def efficiency_from_slopes(slope: Floats) -> Efficiency | None:
    """E of a gene from the slopes (log10 per cycle) of its reactions; None where fewer than three are growth.

    The mean of the reactions' log2 E and Student's interval of that mean (n − 1 degrees of freedom), both taken to E.
    Reactions farther than 3.5 scaled median deviations from the median are left out (Iglewicz and Hoaglin 1993). The
    interval says how well reactions agree; that all may be off alike, by a baseline or a dye, it cannot say.
    """
    log2_factors = slope * np.log2(10.0)
    known = log2_factors[np.isfinite(log2_factors) & (log2_factors > 0)]
    if known.size < LEAST_REACTIONS:
        return None
    distance = np.abs(known - np.median(known))
    scale = 1.4826 * np.median(distance)
    kept = known[distance <= _FAR * scale] if scale > 0 else known
    mean, se = float(kept.mean()), float(kept.std(ddof=1) / np.sqrt(kept.size))
    if not usable_factor(2.0**mean):
        return None
    return measured_efficiency("curves", mean, se if se > 0 else float("nan"), kept.size - 1.0, n=int(kept.size))


def slopes_in_window(phase: Phase) -> Floats:
    """The slope of log10 fluorescence per cycle of each reaction in the gene's window of linearity; NaN without one.

    The window is as high as four cycles amplify and is lowered, a fifth of a cycle at a time, from the mean end of the
    exponential phases to the highest of their starts; where the relative SD of the slopes, smoothed over three steps,
    is least it stays.
    """
    log = phase.log_above
    good = np.flatnonzero(np.isfinite(log).any(axis=1))
    found = np.full(log.shape[0], np.nan)
    if good.size < LEAST_REACTIONS:
        return found
    own, stop = log[good], phase.stop[good]
    top = own[np.arange(good.size), stop]
    start = np.nanmin(own, axis=1)
    growth = float(np.median(_last_steps(own, stop)))
    width = max(WINDOW * growth, _LOWEST)
    uppers = np.arange(float(top.mean()), float(start.max()) + width / 2, -_STEP * growth)
    each = np.array([_slopes_between(own, stop, upper - width, upper) for upper in uppers])
    if not each.size:
        return found
    spread = _relative_spread(each)
    if np.isfinite(spread).any():
        found[good] = each[int(np.nanargmin(spread))]
    return found


def _last_steps(log: Floats, stop: Integers) -> Floats:
    """The mean rise per cycle over the last two steps of each exponential phase."""
    row = np.arange(log.shape[0])
    return np.asarray((log[row, stop] - log[row, stop - 2]) / 2.0)


def _slopes_between(log: Floats, stop: Integers, low: float, high: float) -> Floats:
    """Slopes over the points of each exponential phase between two heights; NaN for fewer than three points."""
    exponential = np.arange(log.shape[1])[None, :] <= stop[:, None] + 1
    with np.errstate(invalid="ignore"):
        inside = np.where(exponential & (log >= low) & (log <= high), log, np.nan)
    return np.where(np.isfinite(inside).sum(axis=1) >= _LEAST_POINTS, slopes(inside), np.nan)


def _relative_spread(each: Floats) -> Floats:
    """SD/mean of the slopes at each step (steps, reactions), smoothed over three; NaN where reactions are lacking.

    Steps at which fewer than three reactions, or fewer than nine in ten of the most, have a slope do not count.
    """
    n = np.isfinite(each).sum(axis=1)
    enough = (n >= LEAST_REACTIONS) & (n >= 0.9 * n.max())
    spread = np.full(n.size, np.nan)
    spread[enough] = np.nanstd(each[enough], axis=1, ddof=1) / np.nanmean(each[enough], axis=1)
    padded = np.concatenate([[np.nan], spread, [np.nan]])
    near = np.stack([padded[:-2], padded[1:-1], padded[2:]])
    count = np.isfinite(near).sum(axis=0)
    return np.where(np.isfinite(spread), np.nansum(near, axis=0) / np.maximum(count, 1), np.nan)
