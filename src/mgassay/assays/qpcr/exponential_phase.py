"""Growth per cycle from amplification curves: the slope of log fluorescence within a window of linearity.

After Ruijter et al. 2009 (Nucleic Acids Res 37:e45) and Untergasser et al. 2021 (BMC Bioinformatics 22:398): a baseline
for each reaction, found where the exponential phase is straight, one window of linearity for all reactions of a gene,
and the mean over them. Nothing hangs on a constant that a program subtracted or added; a drift that it subtracted
stays in the result.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.qpcr.amplification import Floats

Integers = npt.NDArray[np.int64]

REACH = 12  # cycles up to the end of the exponential phase that are looked at for the baseline
LEAST_CYCLES = 10  # shorter curves hold no background, exponential phase and plateau
_LEAST_FOLD = 10.0  # what the exponential phase must span above the baseline
_HALVINGS = 40
_CLEAR = 5.0  # SDs above the baseline: points nearer to it rise or fall by chance, and would lift the lower half


@dataclass(frozen=True, eq=False)
class Phase:
    """The exponential phase of each reaction: its last cycle (index) and its baseline; NaN where there is none.

    `log_above` is log10 of fluorescence above the baseline in the cycles of the phase, NaN elsewhere; shape
    (reactions, cycles).
    """

    stop: Integers
    baseline: Floats
    log_above: Floats


def exponential_end(fluorescence: Floats) -> Integers:
    """The cycle (index) in which each curve bends upwards most: the second derivative maximum, −1 where it has none.

    `fluorescence` is (reactions, cycles) without gaps. The second difference is smoothed over three cycles, and looked
    for up to the steepest step.
    """
    first = np.diff(fluorescence, axis=1)
    second = np.diff(first, axis=1)  # of cycle index 1 … −2
    smooth = (second[:, :-2] + second[:, 1:-1] + second[:, 2:]) / 3.0  # of cycle index 2 … −3
    cycle = np.arange(2, fluorescence.shape[1] - 2)
    smooth = np.where(cycle[None, :] <= first.argmax(axis=1)[:, None] + 1, smooth, -np.inf)
    stop = cycle[smooth.argmax(axis=1)]
    return np.where(np.isfinite(smooth.max(axis=1)) & (smooth.max(axis=1) > 0), stop, -1)


def exponential_phases(fluorescence: Floats) -> Phase:
    """Baseline and exponential phase of each curve.

    The baseline is where the lower and the upper half of the phase rise alike on the log scale: too high a baseline
    makes the lower half steeper, too low a one flatter; found by halving the interval. The phase runs from the end
    (`exponential_end`) down as long as fluorescence above the baseline falls. Curves that do not span tenfold above
    their baseline over at least four cycles have none.
    """
    stop = exponential_end(fluorescence)
    at = stop[:, None] + np.arange(1 - REACH, 1)[None, :]
    inside = (at >= 0) & (stop >= 0)[:, None]
    points = np.where(inside, np.take_along_axis(fluorescence, np.maximum(at, 0), axis=1), np.nan)
    top, lowest = points[:, -1], fluorescence.min(axis=1)
    low, high = lowest - (top - lowest), points[:, -4]
    noise = _CLEAR * noise_of_curves(fluorescence)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        too_high = _lower_half_steeper(points - middle[:, None], noise)
        low, high = np.where(too_high, low, middle), np.where(too_high, middle, high)
    baseline = low
    above = points - baseline[:, None]
    phase = _rising(above, noise)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = np.where(phase, above, np.inf).min(axis=1)
        good = (phase.sum(axis=1) >= 4) & (above[:, -1] >= _LEAST_FOLD * first)
        log = np.log10(fluorescence - baseline[:, None])
    start = stop - phase.sum(axis=1) + 1
    cycles = np.arange(fluorescence.shape[1])[None, :]
    kept = good[:, None] & (cycles >= start[:, None]) & np.isfinite(log)
    return Phase(stop, np.where(good, baseline, np.nan), np.where(kept, log, np.nan))


def noise_of_curves(fluorescence: Floats) -> Floats:
    """SD of single readings of each curve, by the median of its second differences (their variance is 6·SD²).

    Source: the median absolute deviation as robust scale; fewer than half of the cycles bend.
    """
    return np.asarray(1.4826 * np.median(np.abs(np.diff(fluorescence, n=2, axis=1)), axis=1) / np.sqrt(6.0))


def _rising(above: Floats, noise: Floats) -> npt.NDArray[np.bool_]:
    """Which points belong to the run that falls from the last one, without a break, as long as it is above noise."""
    with np.errstate(invalid="ignore"):
        step = (above[:, :-1] > noise[:, None]) & (above[:, :-1] < above[:, 1:])
    unbroken = np.logical_and.accumulate(step[:, ::-1], axis=1)[:, ::-1]
    return np.column_stack([unbroken, above[:, -1] > noise])


def _lower_half_steeper(above: Floats, noise: Floats) -> npt.NDArray[np.bool_]:
    """Whether the lower half of each phase is steeper than the upper, or too little of it lies above the baseline."""
    phase = _rising(above, noise)
    n = phase.sum(axis=1)
    rank = np.arange(above.shape[1])[None, :] - (above.shape[1] - n)[:, None]
    half = ((n + 1) // 2)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log10(above)
    lower = slopes(np.where(phase & (rank < half), log, np.nan))
    upper = slopes(np.where(phase & (rank >= n[:, None] - half), log, np.nan))
    return np.asarray((n < 4) | (lower > upper))


def slopes(log: Floats) -> Floats:
    """Least-squares slope per cycle of each row over its finite points; NaN below two."""
    known = np.isfinite(log)
    n = known.sum(axis=1)
    cycle = np.broadcast_to(np.arange(log.shape[1], dtype=np.float64), log.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.where(known, cycle - (np.where(known, cycle, 0).sum(axis=1) / n)[:, None], 0.0)
        return np.asarray((x * np.where(known, log, 0.0)).sum(axis=1) / (x**2).sum(axis=1))
