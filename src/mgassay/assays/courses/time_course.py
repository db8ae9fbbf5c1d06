"""The straight part of courses over time, well by well: where a rate may be read, and how well it is known.

Arrays only: rows are wells, columns reads. Nothing here knows what was measured.

The rule. Of all stretches of usable reads of a well (five at least, and a tenth of its reads; none beyond the reader
among them), one qualifies when

1. it is straight: neither in the stretch nor in either half of it does a parabola fit better than the line (Mandel's F
   test, 5 %) by more than the rounding of printed reads can make it, unless the slope changes by less than 2 % from its
   start to its end;
2. that is shown, not only unseen: the parabola's slope at either end lies within 5 % of the line's with 95 %
   confidence; a stretch of three quarters of the usable reads need not show it (weak wells never could);
3. it is as steep as any: the upper bound of its slope is not more than 1 % below the highest lower bound (99.5 % each)
   of any stretch, straight or not. So a plateau, a lag, or the tail of a spent substrate is never taken for the rate.

The longest such stretch is taken, of several the earliest. Where none qualifies, a course that is straight throughout
(1., with errors that allow for the serial correlation of the reads) and never beyond the reader is taken whole: drift
makes some short stretch of a weak course steeper than all of it. Else there is no slope.
"""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.courses.line_fits import LineFits, Whole, fits_inside, fits_of_stretches, value_ranges
from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.models import Array

LEAST_READS, LEAST_PART = 5, 0.1
STRAIGHT_LEVEL, UNSEEN_CHANGE = 0.05, 0.02  # of Mandel's test; of the slope, from one end to the other
SHOWN_LEVEL, SHOWN_CHANGE = 0.975, 0.05  # one-sided; of the slope, from the middle to an end
STEEP_LEVEL, STEEP_TOLERANCE = 0.995, 0.01  # one-sided; of the steepest slope
LONG_PART = 0.75
LEAP_SDS, LEAP_PART = 8.0, 0.05
TOLD_SDS = 5.0  # by which a neighbour would have to depart without a suspected read, were that good, to tell anything
_MOST_DECIMALS, _MULTIPLE = 8, 1e-6  # of a printed reading; of a step, by which a multiple of it may be off
_MOST_BOUNDS = 64  # stretches of longer courses begin and end at every second, third … read


@dataclass(frozen=True, eq=False)
class LinearWindows:
    """The straight stretch of each well, one entry per well; slope in units of value per unit of time.

    `inside` (wells × reads) marks the reads that were used. Wells without a stretch have a NaN slope and no reads.
    """

    slope: Array
    se: Array
    df: Array
    span: Array
    inside: Mask

    @property
    def reads(self) -> Whole:
        """How many reads each stretch holds."""
        return np.asarray(self.inside.sum(axis=1))


def linear_windows(time: Array, value: Array, usable: Mask, censored: Mask, step: Array | float = 0.0) -> LinearWindows:
    """The straight stretch of each course by the rule above.

    `time` and `value` are wells × reads, `usable` marks reads that count (finite in both), `censored` reads that lay
    beyond the reader: no stretch runs across them. `step` is what the reads were rounded to, by well or for all: no
    read is known better than step / √12. The standard error holds, in squares, the scatter about the line with its
    serial correlation (`fits_inside`), and what curvature the stretch may still hide: the parabola's slope at an end
    less the line's, and the error of that difference. So it is that of the rate at the steeper end too, and about four
    times that of the line alone. df is n − 3.
    """
    rounding = np.broadcast_to(np.asarray(step, dtype=float), len(time)) / np.sqrt(12.0)
    inside = np.zeros(time.shape, dtype=bool)
    if not time.size:
        nothing = np.full(len(time), np.nan)
        return LinearWindows(nothing, nothing, nothing, nothing, inside)
    order, t, y, count, passed = _packed(time, value, usable, censored)
    most = int(count.max(initial=0))
    if most >= LEAST_READS:
        np.put_along_axis(
            inside, order[:, :most], _longest(t[:, :most], y[:, :most], count, passed[:, :most], rounding), axis=1
        )
    whole = ~inside.any(axis=1) & ~censored.any(axis=1) & _straight_throughout(time, value, usable, rounding)
    inside |= usable & whole[:, None]
    fit = fits_inside(time, value, inside).known_to(rounding)
    columns = (fit.slope, np.sqrt(fit.se**2 + fit.bend**2 + fit.se_bend**2), fit.n - 3.0, fit.span)
    slope, se, df, span = (np.where(fit.n > 0, column, np.nan) for column in columns)
    return LinearWindows(slope, se, df, span, inside)


def printed_step(value: Array, usable: Mask) -> float:
    """The power of ten that usable readings were rounded to when they were printed; 0 where none is seen.

    The largest of which all readings are multiples, and that lets them differ.
    """
    read = value[usable]
    if not read.size or np.ptp(read) == 0.0:
        return 0.0
    for decimals in range(-int(np.ceil(np.log10(np.ptp(read)))), _MOST_DECIMALS + 1):
        steps = read * 10.0**decimals
        if np.all(np.abs(steps - np.round(steps)) <= _MULTIPLE * np.maximum(1.0, 1e-6 * np.abs(steps))):
            return float(10.0**-decimals)
    return 0.0


def leaps(time: Array, value: Array, usable: Mask, step: Array | float = 0.0) -> Mask:
    """Single usable reads that leap out of their course: to be left out before a slope is sought.

    A read leaps when it departs from the line between its two neighbours by more than 8 robust SDs (1.4826 · MAD) of
    such departures in its well, which rounding to `step` gives them too, by more than 5 % of the well's range, and by
    more than its neighbours do; and when without it the course goes on straight on one side at least (`_without`). So
    it is neither the read at a kink, nor the good one beside a first or last read that is off, which is left to the
    stretches: they begin after it or end before it. Unlike the distance from a running median (traces.py), a departure
    is nothing on a steep course of few reads.
    """
    if not time.size:
        return np.zeros_like(usable)
    order, t, y, count, _ = _packed(time, value, usable, np.zeros_like(usable))
    away = np.abs(_departures(t, y, count))
    sd = np.maximum(_robust_sd(away), np.sqrt(1.5 / 12.0) * np.asarray(step, dtype=float))
    scale = np.maximum(LEAP_SDS * sd[:, None], LEAP_PART * value_ranges(y, count)[:, None])
    away = np.nan_to_num(away)
    padded = np.pad(away, ((0, 0), (1, 1)))
    beside = np.maximum(padded[:, :-2], padded[:, 2:])
    found = np.zeros(time.shape, dtype=bool)
    suspected = away > np.maximum(scale, beside)
    np.put_along_axis(found, order, _without(t, y, count, away, sd, suspected), axis=1)
    return found


def _without(t: Array, y: Array, count: Whole, away: Array, sd: Array, suspected: Mask) -> Mask:
    """Which suspected packed reads are off themselves: without them the course goes on straight on one side or both.

    On either side the neighbour is held against the line from the read beyond it to the one across the suspect, all
    suspects left out. Were the suspect good, and the read across it off the line (a kink, a step, a bad first read),
    the neighbour would depart by a part of the suspect's own departure that the times give: two thirds where they are
    even. It has to depart by less than half of that. Where half of that is within 2.5 robust SDs of departures, as
    across a gap, the side tells nothing.
    """
    others = (np.arange(t.shape[1]) < count[:, None]) & ~suspected
    place = np.argsort(~others, axis=1, kind="stable")
    row, at = np.nonzero(suspected)
    before, most = np.cumsum(others, axis=1)[row, at], others.sum(axis=1)[row]
    off = np.zeros(row.size, dtype=bool)
    for near, outer, across in ((before - 1, before - 2, before), (before, before + 1, before - 1)):
        there = (np.minimum(outer, across) >= 0) & (np.maximum(outer, across) < most)
        j, o, f = (place[row, np.clip(k, 0, t.shape[1] - 1)] for k in (near, outer, across))
        here, beyond, over = t[row, j], t[row, o], t[row, f]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (here - beyond) / (over - beyond)
            departs = np.abs(y[row, j] - (1.0 - share) * y[row, o] - share * y[row, f])
            were_good = share * (over - here) / (t[row, at] - here) * away[row, at]
            off |= there & (were_good >= TOLD_SDS * sd[row]) & (departs < were_good / 2.0)
    found = np.zeros_like(suspected)
    found[row, at] = off
    return found


def _packed(time: Array, value: Array, usable: Mask, censored: Mask) -> tuple[Whole, Array, Array, Whole, Whole]:
    """Usable reads of each well in order of time at the left, zeros behind them.

    Gives the order (column of each packed read), times, values, how many, and how many censored reads came before.
    """
    by_time = np.argsort(np.where(np.isfinite(time), time, np.inf), axis=1, kind="stable")
    rows = np.arange(len(time))[:, None]
    to_left = np.argsort(~usable[rows, by_time], axis=1, kind="stable")
    passed = np.cumsum(censored[rows, by_time].astype(np.int64), axis=1)
    order = np.asarray(by_time[rows, to_left], dtype=np.int64)
    held = np.arange(time.shape[1]) < usable.sum(axis=1, keepdims=True)
    t, y = (np.where(held, a[rows, order], 0.0) for a in (time, value))
    return order, t, y, np.asarray(usable.sum(axis=1)), passed[rows, to_left]


def _departures(t: Array, y: Array, count: Whole) -> Array:
    """How far each packed read lies from the line between its neighbours; NaN at the ends."""
    away = np.full(y.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (t[:, 1:-1] - t[:, :-2]) / (t[:, 2:] - t[:, :-2])
        away[:, 1:-1] = y[:, 1:-1] - (1.0 - share) * y[:, :-2] - share * y[:, 2:]
    away[np.arange(y.shape[1]) >= count[:, None] - 1] = np.nan
    return away


def _robust_sd(away: Array) -> Array:
    """1.4826 times the median of absolute departures by well; 0 where there are none."""
    held = np.isfinite(away)
    ordered = np.sort(np.where(held, np.abs(away), np.inf), axis=1)
    n, rows = held.sum(axis=1), np.arange(len(away))
    lower, upper = (ordered[rows, np.clip(at, 0, away.shape[1] - 1)] for at in ((n - 1) // 2, n // 2))
    sd: Array = np.where(n > 0, 1.4826 * (lower + upper) / 2.0, 0.0)
    return sd


def _noise(t: Array, y: Array, count: Whole) -> Array:
    """Robust SD of one read by well: how far reads lie from the parabola through the three beside them, 0 for none.

    Reads of a slowly bending course depart from the line between their neighbours, hardly from a parabola.
    """
    coefficients = np.ones((*t.shape[:1], max(t.shape[1] - 3, 0), 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        four = [t[:, k : t.shape[1] - 3 + k] for k in range(4)]
        for k in range(4):
            for other in (o for o in range(4) if o != k):
                coefficients[:, :, k] /= four[k] - four[other]
        third = sum(coefficients[:, :, k] * y[:, k : y.shape[1] - 3 + k] for k in range(4))
        away = third / np.sqrt(np.sum(coefficients**2, axis=2))
    away[np.arange(away.shape[1]) >= count[:, None] - 3] = np.nan
    return _robust_sd(away)


def _longest(t: Array, y: Array, count: Whole, passed: Whole, rounding: Array) -> Mask:
    """The packed reads of each well's longest stretch that qualifies; none where none does."""
    most = t.shape[1]
    bounds = np.unique(np.append(np.arange(0, most, -(-most // _MOST_BOUNDS)), most))
    left, right = np.triu_indices(len(bounds), 1)
    enough = bounds[right] - bounds[left] >= LEAST_READS
    left, right = left[enough], right[enough]
    ranked = np.lexsort((left, bounds[left] - bounds[right]))  # longest first, then earliest
    left, right = left[ranked], right[ranked]
    first, last = bounds[left], bounds[right]
    fits = fits_of_stretches(t, y, count, first, last)
    allowed = (last <= count[:, None]) & (last - first >= LEAST_PART * count[:, None])
    allowed &= passed[:, last - 1] == passed[:, first]
    noise = np.maximum(_noise(t, y, count), rounding)
    qualified = allowed & _qualified(fits, allowed, _halves(left, right), count, noise, rounding)
    chosen = np.argmax(qualified, axis=1)
    place = np.arange(most)
    reads: Mask = (place >= first[chosen, None]) & (place < last[chosen, None]) & qualified.any(axis=1)[:, None]
    return reads


def _halves(left: Whole, right: Whole) -> tuple[Whole, Whole]:
    """The position of each stretch's halves among the stretches (by their bounds); its own where a half is none."""
    own = np.arange(len(left))
    at = np.full((right.max() + 1, right.max() + 1), -1)
    at[left, right] = own
    middle = (left + right) // 2
    early, late = at[left, middle], at[middle, right]
    return np.where(early < 0, own, early), np.where(late < 0, own, late)


def _qualified(
    fits: LineFits, allowed: Mask, halves: tuple[Whole, Whole], count: Whole, noise: Array, rounding: Array
) -> Mask:
    """Which stretches qualify by the three points of the rule; wells × stretches.

    The errors of short stretches are not trusted below what the noise of the whole course would give, nor a bend that
    rounding can make.
    """
    from scipy.special import stdtrit

    slope, size = fits.slope, np.abs(fits.slope)
    of_noise = fits.known_to(noise[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        bent = _is_bent(fits.known_to(rounding[:, None]))
        straight = ~(bent | bent[:, halves[0]] | bent[:, halves[1]])
        reach_bend = stdtrit(fits.n - 3.0, SHOWN_LEVEL) * of_noise.se_bend
        shown = (fits.bend + reach_bend <= SHOWN_CHANGE * size) | (fits.n >= LONG_PART * count[:, None])
        reach = stdtrit(fits.n - 2.0, STEEP_LEVEL) * of_noise.se
        steepest = np.max(np.where(allowed, slope - reach, -np.inf), axis=1, keepdims=True)
        steep = slope + reach >= steepest - STEEP_TOLERANCE * np.abs(steepest)
    qualified: Mask = straight & shown & steep
    return qualified


def _is_bent(fits: LineFits) -> Mask:
    """Where a parabola fits better than the line, and the slope changes by more than can be left unseen."""
    from scipy.special import stdtrit

    bent = fits.bend > stdtrit(fits.n - 3.0, 1.0 - STRAIGHT_LEVEL / 2.0) * fits.se_bend
    return np.asarray(bent & (2.0 * fits.bend > UNSEEN_CHANGE * np.abs(fits.slope)))


def _straight_throughout(time: Array, value: Array, usable: Mask, rounding: Array) -> Mask:
    """Wells whose usable reads no parabola fits better than a line, all together and in halves."""
    rank = np.cumsum(usable, axis=1)
    early = usable & (2 * rank <= rank[:, -1:])
    straight: Mask = np.asarray(usable.sum(axis=1) >= LEAST_READS)
    for part in (usable, early, usable & ~early):
        with np.errstate(invalid="ignore"):
            straight &= ~_is_bent(fits_inside(time, value, part).known_to(rounding))
    return straight
