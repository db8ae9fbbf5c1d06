"""T50: the time, in min, at which half of the calciprotein particles of a serum or medium have turned secondary.

Turbidity or scattered light over hours (Pasch et al. 2012, J Am Soc Nephrol 23:1744) rises as a sigmoid, and T50 is
where half of the rise is made: y = bottom + rise / (1 + exp(-(t - T50) / s)), s in min (transition.py). At
T50 + 3 s 95 % of the rise is made; a record that ends before has not seen the upper plateau, so its half height is not
known and neither is T50, only a bound. Time counts from the reader's zero.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.assays.courses.traces import (
    LEAP_RULE,
    Sinking,
    Traces,
    last_usable,
    levels,
    sinking,
    spikes,
    traces_from_wells,
)
from mgassay.assays.courses.transition import Mask, Transitions, fit_transitions
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.measured import WAVELENGTH_TOLERANCE_NM, WELL_AMOUNTS, tell_idle_dilution
from mgassay.assays.plates.plate import Outcome, Plate, exclusion
from mgassay.experiment import T50Settings
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed

READOUT, UNIT = "t50", "min"
LEAST_READS = 10
PLATEAU_SCALES = 3.0  # a plateau is seen from this many scales off T50: 95.3 % of the rise
SATURATED_PART = 0.05  # of a trace's reads above the reader's range: the plateau is among them
# A transition is clear when its rise is this many times its standard error, this part of the largest rises of its
# plate, and, where both plateaus are seen, not this many times what the signal rose by.
RISE_ERRORS, RISE_PART, MOST_OF_SEEN = 8.0, 0.1, 2.0
HIGH_SDS = 10.0  # by which the others' rise must exceed a flat trace's scatter, to say that it has turned already
_LISTED = 12

# What became of a trace.
FITTED, EARLY, LATE, FLAT = "fitted", "early", "late", "flat"
SUNK, SATURATED, OVER, TOO_FEW = "sunk", "saturated", "over", "too_few"
_FLAGS = {
    LATE: "above_curve;past_record",
    FLAT: "above_curve;past_record",
    SUNK: "above_curve",
    SATURATED: "above_curve;saturated",
}
_CODES = {
    LATE: ("MG373", "whose upper plateau lies past the record"),
    FLAT: ("MG374", "without a transition"),
    SUNK: ("MG375", "that sank before their plateau"),
    SATURATED: ("MG376", "with a saturated plateau"),
    OVER: ("MG377", "that had turned before the first read"),
    TOO_FEW: ("MG379", "with too few reads"),
    EARLY: ("MG378", ""),
}


@dataclass(frozen=True, eq=False)
class T50Traces:
    """The traces of a plate with their fits, for amounts and for drawing; one entry per trace.

    `traces.usable` are the reads that were fitted, `spikes` those left out as such, `verdict` what became of a trace,
    `half_width` that of the 95 % interval, `bound` the time before which T50 does not lie (NaN where none is known).
    """

    traces: Traces
    fits: Transitions
    spikes: Mask
    verdict: npt.NDArray[np.object_]
    half_width: Array
    bound: Array


def quantify_t50(plate: Plate, problems: Problems) -> Outcome:
    """T50 (WELL_AMOUNTS, min) of a plate's sample wells, told per plate with what was refused and why."""
    reads = reads_of_samples(plate, problems)
    if reads is None:
        return Outcome()
    if not isinstance(plate.settings, T50Settings):
        raise TypeError(f"{plate.raw.assay} has no T50")
    tell_idle_dilution(plate, problems)
    found = t50_from_traces(traces_from_wells(reads, plate.settings.settling_min))
    if not (found.verdict != TOO_FEW).any():
        most = int(found.traces.usable.sum(axis=1).max(initial=0))
        problems.add("MG371", seen=most, least=LEAST_READS, settling=f"{plate.settings.settling_min:g}", **plate.where)
        return Outcome()
    _tell(found, plate, problems)
    return Outcome(measured_from_traces(found), left_out=_left_out(found, reads, plate))


def reads_of_samples(plate: Plate, problems: Problems) -> pd.DataFrame | None:
    """The sample wells' reads of one channel, each with its time; None with a problem told, or without sample wells."""
    wells = plate.wells[(plate.wells.role == "sample") & (plate.wells.status != "masked")]
    wells = _at_declared_wavelength(wells, plate, problems)
    if wells.empty:
        return None
    if wells.time_s.isna().any():
        lacking = wells[wells.time_s.isna()]
        problems.add("MG370", place=listed(lacking.well, _LISTED, ";"), seen=len(lacking), **plate.where)
        return None
    if wells.duplicated(["well", "time_s"]).any():
        problems.add("MG317", seen=_channels(wells), **plate.where)
        return None
    return wells


def _at_declared_wavelength(wells: pd.DataFrame, plate: Plate, problems: Problems) -> pd.DataFrame:
    """The reads at the declared wavelength; all of them, and a problem, where there are none and others are."""
    declared = plate.raw.wavelength_nm or plate.settings.wavelength_nm
    if not declared or ";" in str(declared) or wells.wavelength_nm.isna().all():
        return wells
    close = (wells.wavelength_nm - float(declared)).abs() <= WAVELENGTH_TOLERANCE_NM
    if close.any():
        return wells[close]
    if not plate.raw.wavelength_nm:  # a wavelength of the file's own row was checked when the file was read
        problems.add("MG318", seen=_channels(wells), declared=f"{float(declared):g}", **plate.where)
    return wells


def _channels(wells: pd.DataFrame) -> str:
    """The channels of these wells as text."""
    pairs = wells[["channel", "wavelength_nm"]].drop_duplicates()
    named = (f"{c or 'channel'} {nm:g} nm" for c, nm in zip(pairs.channel, pairs.wavelength_nm, strict=True))
    return listed(named)


def t50_from_traces(traces: Traces) -> T50Traces:
    """T50 of every trace by least squares, without spikes, the plateau of those that sink sloping."""
    if not traces.usable.size:
        return _nothing(traces)
    spiky = spikes(traces)
    without = traces.only(~spiky)
    falling = sinking(without)
    spared = (without.usable & ~falling.spent).sum(axis=1) >= LEAST_READS
    kept = without.only(~(falling.spent & spared[:, None]))
    enough = kept.usable.sum(axis=1) >= LEAST_READS
    fits, apart = _fits(kept, kept.usable & enough[:, None], falling)
    verdict = _verdicts(kept, fits, falling.sinks)
    return T50Traces(kept, fits, spiky, verdict, _half_width(kept, fits) + apart, _bounds(without, fits, verdict))


def _fits(kept: Traces, usable: Mask, falling: Sinking) -> tuple[Transitions, Array]:
    """Sigmoids; of traces that sink, with a plateau that slopes from T50 on or from the peak on, whichever fits better.

    Particles may begin to sink as they form, or only once they have grown. The trace does not tell for sure, so how far
    the two lie apart comes with them, 0 for traces that do not sink.
    """
    fits = fit_transitions(kept.time, kept.value, usable, np.where(falling.sinks, -np.inf, np.nan))
    later = fit_transitions(kept.time, kept.value, usable & falling.sinks[:, None], falling.peak)
    apart = np.nan_to_num(np.abs(later.midpoint - fits.midpoint))
    better = later.rss < fits.rss
    names = Transitions.__dataclass_fields__
    return Transitions(**{f: np.where(better, getattr(later, f), getattr(fits, f)) for f in names}), apart


def _verdicts(kept: Traces, fits: Transitions, sinks: Mask) -> npt.NDArray[np.object_]:
    """What became of each trace; the first of these that holds."""
    late = ~(fits.midpoint + PLATEAU_SCALES * fits.scale <= _last_time(kept))
    early = _begins_before(kept, fits)
    seen = np.ptp(np.where(kept.usable, levels(kept), _level(kept)[:, None]), axis=1)
    risen = _has_risen(fits)
    clear = risen & (late | (fits.rise < MOST_OF_SEEN * seen))
    if (clear & ~late).any():
        clear &= fits.rise > RISE_PART * np.quantile(fits.rise[clear & ~late], 0.9)
    over = (~clear & _is_high(kept, fits, clear & ~late)) | (risen & (fits.midpoint < _first_time(kept)))
    n, too_high = kept.usable.sum(axis=1), kept.saturated.sum(axis=1)
    saturated = too_high > SATURATED_PART * (n + too_high)
    rules = [n + too_high < LEAST_READS, saturated, n < LEAST_READS, over, ~clear, late & sinks, late, early]
    names = [TOO_FEW, SATURATED, TOO_FEW, OVER, FLAT, SUNK, LATE, EARLY]
    return np.select(rules, [np.full(len(n), name, dtype=object) for name in names], FITTED)


def _begins_before(traces: Traces, fits: Transitions) -> Mask:
    """Whether the lower plateau was not seen whole."""
    return np.asarray(fits.midpoint - PLATEAU_SCALES * fits.scale < _first_time(traces))


def _has_risen(fits: Transitions) -> Mask:
    """Whether the rise is told from none; False where there is no fit."""
    return np.asarray(np.nan_to_num(fits.rise) > RISE_ERRORS * np.nan_to_num(fits.rise_se))


def _nothing(traces: Traces) -> T50Traces:
    """No read counts."""
    fits = fit_transitions(traces.time, traces.value, traces.usable, np.full(len(traces.time), np.nan))
    none = np.full(len(traces.wells), np.nan)
    return T50Traces(traces, fits, traces.usable, np.full(len(none), TOO_FEW, dtype=object), none, none)


def _level(kept: Traces) -> Array:
    """The middle level of each trace."""
    return np.asarray(np.median(levels(kept), axis=1))


def _is_high(kept: Traces, fits: Transitions, sound: Mask) -> Mask:
    """Whether a trace lies above half of the height between the plateaus of the plate's complete transitions.

    Only where these rise so far that the scatter of the trace itself cannot have carried it there.
    """
    if not sound.any():
        return np.zeros(len(sound), dtype=bool)
    bottom, rise = float(np.median(fits.bottom[sound])), float(np.median(fits.rise[sound]))
    return np.asarray((_level(kept) > bottom + rise / 2.0) & (rise > HIGH_SDS * fits.residual_sd))


def _first_time(kept: Traces) -> Array:
    """The time of the first read that counts."""
    return np.asarray(np.where(kept.usable, kept.time, np.inf).min(axis=1))


def _last_time(kept: Traces) -> Array:
    """The time of the last read that counts."""
    last: Array = kept.time[np.arange(len(kept.time)), last_usable(kept)]
    return last


def _half_width(kept: Traces, fits: Transitions) -> Array:
    """Half the 95 % interval: t times the standard error; for a step at least the gap between the reads around it.

    A transition whose scale is less than half of that gap lies between two reads, and that is all that is known of it.
    """
    from scipy.special import stdtrit  # 0.4 s, and not every experiment has a T50

    half = stdtrit(np.nan_to_num(fits.df, nan=1.0), 0.975) * np.nan_to_num(fits.se)
    middle = fits.midpoint[:, None]
    before = np.where(kept.usable & (kept.time <= middle), kept.time, -np.inf).max(axis=1)
    gap = np.where(kept.usable & (kept.time > middle), kept.time, np.inf).min(axis=1) - before
    is_step = ~(fits.scale >= 0.5 * gap) | np.isnan(fits.se)
    return np.asarray(np.where(is_step, np.maximum(half, gap), half))


def _bounds(traces: Traces, fits: Transitions, verdict: npt.NDArray[np.object_]) -> Array:
    """The time before which T50 cannot lie, of the traces that have no value; NaN for others.

    Whatever the upper plateau is, it is not lower than the highest level seen, so half of the height was not reached
    before half of the rise that was seen. That rests on the lower plateau: a trace that began to rise before its first
    read, and is not done at its last, has no bound. One that has not risen at all has its T50 after its last read.
    """
    level = levels(traces)
    counted = traces.usable & (traces.time <= _last_time(traces)[:, None])
    low = np.where(counted, level, np.inf).argmin(axis=1)
    after = counted & (np.arange(level.shape[1]) >= low[:, None])
    high = np.where(after, level, -np.inf).max(axis=1)
    half = (level[np.arange(len(level)), low] + high) / 2.0
    below = after & np.logical_and.accumulate((level < half[:, None]) | ~after, axis=1)
    reached = np.where(below, traces.time, _first_time(traces)[:, None]).max(axis=1)
    bound = np.where((verdict == FLAT) & ~_has_risen(fits), _last_time(traces), reached)
    known = np.isin(verdict.astype(str), list(_FLAGS)) & (traces.usable.sum(axis=1) >= LEAST_READS)
    known &= ~((verdict == LATE) & _begins_before(traces, fits))
    return np.asarray(np.where(known, bound, np.nan))


def measured_from_traces(found: T50Traces) -> pd.DataFrame:
    """WELL_AMOUNTS of the traces that have a T50, or instead of it a bound; the others are absent, and told."""
    has_value = np.isin(found.verdict.astype(str), [FITTED, EARLY])
    above = np.isin(found.verdict.astype(str), list(_FLAGS))
    value = np.where(has_value, found.fits.midpoint, np.nan)
    half = np.where(has_value, found.half_width, np.nan)
    measured = found.traces.wells[["plate", "well", "role", "condition", "donor", "rep"]].assign(
        value=value, ci_low=value - half, ci_high=value + half,
        se_reading=np.where(has_value, found.fits.se, np.nan), se_curve=0.0, df=found.fits.df,
        lod=np.nan, loq=np.nan, top=found.bound, above=above,
        flag=[join_flags(_FLAGS.get(v, "")) for v in found.verdict],
    )  # fmt: skip
    return measured.loc[has_value | above, list(WELL_AMOUNTS)].reset_index(drop=True)


def _left_out(found: T50Traces, reads: pd.DataFrame, plate: Plate) -> pd.DataFrame:
    """EXCLUSIONS of the single reads that were left out as spikes."""
    spiky = reads.iloc[np.sort(found.traces.rows[found.spikes])]
    return tables.EXCLUSIONS.frame(exclusion(plate, read, LEAP_RULE) for read in spiky.itertuples())


def _tell(found: T50Traces, plate: Plate, problems: Problems) -> None:
    """A notice of how many wells were fitted, and one problem per reason for those that were not, or only just."""
    wells, end = found.traces.wells.well, float(found.traces.time.max())
    groups = {v: list(wells[found.verdict == v]) for v in (*_CODES, FITTED)}
    n = len(groups[FITTED]) + len(groups[EARLY])
    refused = [f"{len(groups[v])} {words}" for v, (_, words) in _CODES.items() if words and groups[v]]
    problems.add("MG372", seen=f"{n} of {len(wells)}", refused=listed(refused, mark=", ") or "none", **plate.where)
    alone = "" if n else " No well of this plate shows a whole transition, so it is not known whether the assay worked."
    for verdict, (code, _) in _CODES.items():
        if groups[verdict]:
            words = {"end": f"{end:g}", "least": str(LEAST_READS), "alone": alone, **plate.where}
            problems.add(code, place=listed(groups[verdict], _LISTED, ";"), seen=len(groups[verdict]), **words)
