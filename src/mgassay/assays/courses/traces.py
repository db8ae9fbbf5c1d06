"""Reads over time as one array per plate, and the reads of a trace that are no part of its course.

Arrays are of shape (wells, reads), each trace in the order of its times; what does not count is masked. Times in min.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.models import Array

# A read is a spike when it lies this many robust SDs, and this part of the trace's rise, off its neighbours' median.
LEAP_RULE = "a read that leaps out of its course"  # in exclusions.csv
SPIKE_SD, SPIKE_PART = 6.0, 0.02
# A trace sinks when it ends this part of its rise, and this many robust SDs of a read, below its highest level.
SINK_PART, SINK_SD = 0.05, 3.0
FALLEN_PART = 1.2  # of its rise: what falls further has not risen
SPENT_PART = 0.25  # of the rise: once so much has sunk, the fall is no straight line any more
_NEIGHBOURS = 5  # a bubble may sit in two reads running
_LEVEL_PART, _LEVEL_LEAST = 30, 5  # a level is a running median over a thirtieth of the reads, five at least
_SD_PER_MAD = 1.4826  # of a normal distribution


@dataclass(frozen=True, eq=False)
class Traces:
    """The traces of a plate. `wells` holds one row of WELLS per trace, `rows` the place of every read in that table.

    `usable`: reads that count; `saturated`: reads that the reader could not read; padding is neither.
    """

    wells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    time: Array
    value: Array
    usable: Mask
    saturated: Mask

    def only(self, usable: Mask) -> "Traces":
        """The same traces with fewer reads that count."""
        return replace(self, usable=self.usable & usable)


def traces_from_wells(reads: pd.DataFrame, settling_min: float) -> Traces:
    """The traces of reads (WELLS, one channel, every time known), without the first `settling_min` of the record.

    The record begins with the first read of the plate. Masked, missing and unreadable reads are not usable.
    """
    whole = reads.reset_index(drop=True)
    well, names = pd.factorize(whole.well, sort=False)
    counts = whole.time_s - whole.time_s.min() >= 60.0 * settling_min
    kept = whole[counts].assign(trace=well[counts]).sort_values("time_s", kind="stable")
    place = kept.groupby("trace").cumcount().to_numpy()
    rows = np.full((len(names), int(place.max(initial=-1)) + 1), -1, dtype=np.int64)
    rows[kept.trace, place] = kept.index
    there, status = rows >= 0, whole.status.to_numpy(dtype=object)[rows]
    value, time = whole.value.to_numpy(dtype=float)[rows], whole.time_s.to_numpy(dtype=float)[rows] / 60.0
    usable = there & (status == "ok") & np.isfinite(value)
    start = float(whole.time_s.min()) / 60.0 if len(whole) else 0.0
    return Traces(
        wells=whole.drop_duplicates("well").reset_index(drop=True),
        rows=rows,
        time=np.maximum.accumulate(np.where(there, time, start), axis=1),  # padding stands at the last time
        value=np.where(usable, value, 0.0),
        usable=usable,
        saturated=there & (status == "above"),
    )


def running_median(traces: Traces, width: int) -> Array:
    """The median over `width` (odd) reads around each; reads that do not count are bridged by a straight line."""
    bridged = _bridged(traces)
    half = min(width // 2, max(bridged.shape[1] - 1, 0))
    padded = np.pad(bridged, ((0, 0), (half, half)), mode="reflect")
    return np.asarray(np.median(sliding_window_view(padded, 2 * half + 1, axis=1), axis=2))


def levels(traces: Traces) -> Array:
    """The running level of each trace: its median over a thirtieth of the reads, five at least."""
    return running_median(traces, max(_LEVEL_LEAST, traces.time.shape[1] // _LEVEL_PART) | 1)


def _bridged(traces: Traces) -> Array:
    """Values with every gap bridged from the read before it to the one after it; at an end, by the nearest read."""
    n = traces.usable.shape[1]
    left = np.maximum.accumulate(np.where(traces.usable, np.arange(n), -1), axis=1)
    right = np.minimum.accumulate(np.where(traces.usable, np.arange(n), n)[:, ::-1], axis=1)[:, ::-1]
    before = np.where(left >= 0, left, np.minimum(right, n - 1))
    after = np.where(right < n, right, before)
    t0, t1 = (np.take_along_axis(traces.time, at, axis=1) for at in (before, after))
    y0, y1 = (np.take_along_axis(traces.value, at, axis=1) for at in (before, after))
    part = np.where(t1 > t0, (traces.time - t0) / np.where(t1 > t0, t1 - t0, 1.0), 0.0)
    return np.asarray(np.where(traces.usable, traces.value, y0 + part * (y1 - y0)))


def read_noise(traces: Traces) -> Array:
    """Robust SD of what is new in a read, one per trace: MAD of the second differences, over the root of 6.

    Neither a rise nor a slow wander has much part in it. Only differences of three reads that count are taken: bridges
    over the others are straight and would hide the noise. 0 where a trace has none.
    """
    usable = traces.usable
    counted = usable[:, :-2] & usable[:, 1:-1] & usable[:, 2:]
    told = counted.any(axis=1)
    noise = np.zeros(len(usable))
    if told.any():
        bends = np.where(counted, np.abs(np.diff(traces.value, n=2, axis=1)), np.nan)
        noise[told] = _SD_PER_MAD * np.nanmedian(bends[told], axis=1) / np.sqrt(6.0)
    return noise


def spikes(traces: Traces) -> Mask:
    """Reads far off the course of their neighbours: a bubble, a lamp's flicker. A monotone course has none.

    Candidates lie far off the median of five reads, which on a steep part a bubble shifts for its neighbours too; so a
    spike must also lie that far off the line that bridges the candidates.
    """
    far = np.maximum(SPIKE_SD * read_noise(traces), SPIKE_PART * np.ptp(levels(traces), axis=1))[:, None]
    candidates = traces.usable & (np.abs(traces.value - running_median(traces, _NEIGHBOURS)) > far)
    bridged = _bridged(traces.only(~candidates))
    return np.asarray(candidates & (np.abs(traces.value - bridged) > far))


@dataclass(frozen=True, eq=False)
class Sinking:
    """Traces that fall from their highest level, as large particles settle out of the beam.

    `peak`: the time of the highest level, NaN where a trace does not sink; `spent`: reads from where a quarter of the
    rise is lost on.
    """

    peak: Array
    spent: Mask

    @property
    def sinks(self) -> Mask:
        """Which traces sink."""
        return ~np.isnan(self.peak)


def sinking(traces: Traces) -> Sinking:
    """The traces that sink after they rose. Levels as in `levels`, the highest of them is the peak.

    A trace sinks that ends more than `SINK_PART` of its rise and more than `SINK_SD` SDs of a read below its peak, but
    hardly below where it rose from: then it fell all along. A logistic has no fall in it: fitted to one it would put
    its top too low and its midpoint too early.
    """
    level, rows, reads = levels(traces), np.arange(len(traces.time)), np.arange(traces.time.shape[1])
    peak = np.where(traces.usable, level, -np.inf).argmax(axis=1)
    later = reads > peak[:, None]
    top, end = level[rows, peak], level[rows, last_usable(traces)]
    rise = top - np.where(later, np.inf, level).min(axis=1)
    fall = top - end
    sinks = (fall > SINK_PART * rise) & (fall > SINK_SD * read_noise(traces)) & (fall < FALLEN_PART * rise)
    lost = later & (level < (top - SPENT_PART * rise)[:, None])
    spent = sinks[:, None] & np.logical_or.accumulate(lost, axis=1)
    return Sinking(np.where(sinks, traces.time[rows, peak], np.nan), spent)


def last_usable(traces: Traces) -> npt.NDArray[np.intp]:
    """The position of the last read that counts, one per trace."""
    return np.asarray(traces.usable.shape[1] - 1 - traces.usable[:, ::-1].argmax(axis=1))
