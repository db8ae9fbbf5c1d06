"""Kinetic plates of alkaline phosphatase: reads over time to rates, by the straight part of each well's course."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.assays.courses.line_fits import Whole
from mgassay.assays.courses.net_rates import Rates, amounts_from_rates
from mgassay.assays.courses.time_course import LEAST_READS, LinearWindows, leaps, linear_windows, printed_step
from mgassay.assays.courses.traces import LEAP_RULE, Traces, traces_from_wells
from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.below_blank import tell_amounts_below_blank
from mgassay.assays.plates.measured import one_reading_per_well, tell_above
from mgassay.assays.plates.plate import Outcome, Plate, exclusion
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.flags import join_flags
from mgassay.problems import Problems, count
from mgassay.wellnames import compact


@dataclass(frozen=True, eq=False)
class AlpCourses:
    """The courses of a plate with their straight stretches, for amounts and for drawing; one entry per well.

    `product` are reads in the unit of the curve (without one in OD), `usable` those that count, `censored` those above
    the reader or the top standard, `leaping` those left out; `bound` is what a rate is at least if it has no stretch.
    """

    traces: Traces
    product: Array
    usable: Mask
    censored: Mask
    leaping: Mask
    windows: LinearWindows
    rates: Rates
    bound: Array


def reads_of_one_channel(plate: Plate, problems: Problems) -> pd.DataFrame | None:
    """WELLS with all reads at the declared wavelength, or of the only channel; None, and told, when unclear."""
    wells = plate.wells.reset_index(drop=True)
    first = one_reading_per_well(wells[wells.read_index == wells.read_index.min()], plate.raw, plate.settings, problems)
    if first is None:
        return None
    channels = pd.MultiIndex.from_frame(wells[["channel", "wavelength_nm"]])
    kept = wells[channels.isin(pd.MultiIndex.from_frame(first[["channel", "wavelength_nm"]]))]
    if kept.duplicated(["well", "read_index"]).any():
        problems.add(
            "MG317", seen=f"{count(len(kept), 'reading')} of {count(kept.well.nunique(), 'well')}", **plate.where
        )
        return None
    return kept.reset_index(drop=True)


def is_timed(reads: pd.DataFrame, plate: Plate, problems: Problems) -> bool:
    """Whether reads over time (WELLS) have their times (else MG341) and are enough to see a rate in (else MG342)."""
    untimed = reads[(reads.status == "ok") & reads.time_s.isna()]
    if len(untimed) or reads.time_s.nunique() < 2:
        problems.add("MG341", seen=reads.read_index.nunique(), place=compact(untimed.well.unique()), **plate.where)
        return False
    if reads.read_index.nunique() < LEAST_READS:
        problems.add("MG342", seen=reads.read_index.nunique(), least=LEAST_READS, **plate.where)
        return False
    return True


def one_row_per_well(reads: pd.DataFrame, how: str) -> pd.DataFrame:
    """WELLS with one row per well: the mean or maximum (`how`) of its reads; status above where any read is.

    Standards do not change in time, and a well with more enzyme has the higher mean: one number that stands for each.
    """
    groups = reads.assign(value=reads.value.where(reads.status == "ok")).groupby("well", sort=False)
    first = groups.head(1)
    value, above = groups["value"].agg(how), (reads.status == "above").groupby(reads.well, sort=False).any()
    read = first.well.map(value)
    status = first.status.where(read.isna(), "ok").where(~first.well.map(above).astype(bool), "above")
    return first.assign(value=read, status=status)


def courses_from_reads(reads: pd.DataFrame, found: PlateCurve | None) -> AlpCourses:
    """The courses of sample and blank wells (WELLS, one channel, timed); times in min.

    Each read is turned into product before a line is sought, so that a curve that bends takes no part in the bend of a
    course. Reads above the top standard count as reads above the reader.
    """
    traces = traces_from_wells(reads[reads.role.isin(["sample", "blank"]) & (reads.status != "masked")], 0.0)
    product, above = _product(traces, found)
    usable, censored = traces.usable & np.isfinite(product) & ~above, traces.saturated | above
    product = np.where(usable, product, 0.0)
    step = printed_step(traces.value, traces.usable) * _product_per_signal(product, usable, found)
    leaping = leaps(traces.time, product, usable, step)
    windows = linear_windows(traces.time, product, usable & ~leaping, censored, step)
    rates = Rates(windows.slope, windows.se**2, windows.df, _rate_gradient(traces.time, product, windows, found))
    bound = _bounds(traces.time, product, usable & ~leaping, censored)
    return AlpCourses(traces, product, usable, censored, leaping, windows, rates, bound)


def _product(traces: Traces, found: PlateCurve | None) -> tuple[Array, Mask]:
    """Reads in the unit of the curve, and which lie above its range; without a curve as read."""
    if found is None:
        return traces.value, np.zeros_like(traces.usable)
    curve = found.curve
    product = curve.model.inverse(curve.coefficients, traces.value.ravel()).reshape(traces.value.shape)
    return product, traces.usable & (product > curve.range_high)


def _product_per_signal(product: Array, usable: Mask, found: PlateCurve | None) -> Array:
    """By how much the product of each well changes with its signal, the mean over its reads; 1 without a curve."""
    if found is None:
        return np.ones(len(product))
    slope = found.curve.model.slope(found.curve.coefficients, product.ravel()).reshape(product.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_signal = np.sum(np.where(usable, 1.0 / slope, 0.0), axis=1)
    return np.asarray(per_signal / np.maximum(usable.sum(axis=1), 1))


def _rate_gradient(time: Array, product: Array, windows: LinearWindows, found: PlateCurve | None) -> Array:
    """Derivative of each rate to the parameters of the curve, wells × parameters.

    A slope is Σ w·x with w = (t − mean t) / Σ (t − mean t)², and dx/dp = −(df/dp) / (df/dx) at x on the curve f.
    """
    if found is None:
        return np.zeros((len(time), 0))
    curve, inside = found.curve, windows.inside
    count = np.maximum(inside.sum(axis=1, keepdims=True), 1)
    off = np.where(inside, time - np.sum(np.where(inside, time, 0.0), axis=1, keepdims=True) / count, 0.0)
    weight = off / np.maximum(np.sum(off**2, axis=1, keepdims=True), 1e-300)
    x = np.where(inside, product, 0.0).ravel()
    steps = curve.model.gradient(curve.coefficients, x) / curve.model.slope(curve.coefficients, x)[:, None]
    return np.asarray(-np.einsum("ij,ijk->ik", weight, steps.reshape(*time.shape, steps.shape[1])))


def _bounds(time: Array, product: Array, usable: Mask, censored: Mask) -> Array:
    """What the rate of each well was at least until its first read above the reader; NaN where nothing can be said.

    By then it had passed its last usable read: (last usable − first usable) / (time of the read above − first time).
    """
    if not time.size:
        return np.full(len(time), np.nan)
    first_above = np.min(np.where(censored, time, np.inf), axis=1, initial=np.inf)
    before = usable & (time < first_above[:, None])
    start = np.argmax(before, axis=1)
    last = before.shape[1] - 1 - np.argmax(before[:, ::-1], axis=1)
    wells = np.arange(len(time))
    known = np.isfinite(first_above) & (before.sum(axis=1) > 1)
    rise = product[wells, last] - product[wells, start]
    with np.errstate(invalid="ignore"):
        return np.where(known & (rise > 0), rise / (first_above - time[wells, start]), np.nan)


def outcome_of_courses(
    courses: AlpCourses, reads: pd.DataFrame, plate: Plate, found: PlateCurve | None, factor: Array, problems: Problems
) -> Outcome:
    """Amounts per min of the sample wells (`factor`: one per course), with what was left out; told per plate."""
    wells = courses.traces.wells
    enough = courses.usable.sum(axis=1) >= LEAST_READS  # of six reads none is ever told to leap, so that five are left
    lost: Mask = np.asarray(~(courses.usable | courses.censored).any(axis=1))
    refused: Mask = np.isnan(courses.windows.slope) & ~lost
    early: Mask = refused & ~enough & courses.censored.any(axis=1)
    _tell_windows(courses, plate, refused & ~early, lost & (wells.role == "sample").to_numpy(), problems)
    saturated = np.asarray(courses.traces.saturated.any(axis=1))
    failed = found.flag if found is not None else ""
    flags = [
        join_flags(failed, "above_curve" * bool(e), "saturated" * bool(e and s), "no_linear_window" * bool(r and not e))
        for e, s, r in zip(early, saturated, refused, strict=True)
    ]
    blank = (wells.role == "blank").to_numpy()
    of_blanks = int((blank & ~refused & ~lost).sum())
    if not of_blanks:
        problems.add("MG346", seen=int(blank.sum()), **plate.where)
    sample = ~blank & ~lost
    bound = np.where(early, courses.bound, np.nan)
    rates = courses.rates
    measured = amounts_from_rates(
        wells.assign(flag=flags)[sample], rates.only(sample), rates.only(blank), found, factor[sample], bound[sample]
    )
    tell_above(measured, plate.raw, problems)
    tell_amounts_below_blank(measured, plate.raw, problems, of_blanks)
    out = [] if found is None else [found.left_out]
    return Outcome(measured, found, tables.EXCLUSIONS.frame(pd.concat([*out, _left_out(courses, reads, plate)])))


def _tell_windows(courses: AlpCourses, plate: Plate, refused: Mask, lost: Mask, problems: Problems) -> None:
    """Where the rates were read, which wells have none, and which reads were left out."""
    name, found = courses.traces.wells.well, np.isfinite(courses.windows.slope)
    if found.any():
        reads, span = courses.windows.reads[found], courses.windows.span[found]
        words = {"reads": _range(reads), "span": _range(span), "all": courses.traces.time.shape[1]}
        blank = (courses.traces.wells.role == "blank").to_numpy()
        of_blanks = f"{int((found & blank).sum())} of {int(blank.sum())}"
        problems.add("MG344", seen=f"{int(found.sum())} of {len(found)}", blanks=of_blanks, **words, **plate.where)
    if refused.any():
        problems.add("MG345", seen=int(refused.sum()), place=compact(name[refused]), **plate.where)
    if lost.any():
        problems.add("MG312", seen=int(lost.sum()), place=compact(name[lost]), **plate.where)
    if courses.leaping.any():
        places = compact(name[np.asarray(courses.leaping.any(axis=1))])
        problems.add("MG351", seen=int(courses.leaping.sum()), place=places, **plate.where)


def _range(values: Array | Whole) -> str:
    """Lowest to highest as text."""
    low, high = f"{np.min(values):.4g}", f"{np.max(values):.4g}"
    return low if low == high else f"{low} to {high}"


def _left_out(courses: AlpCourses, reads: pd.DataFrame, plate: Plate) -> pd.DataFrame:
    """EXCLUSIONS: the reads that leapt, in order of well and time."""
    own = reads[reads.role.isin(["sample", "blank"]) & (reads.status != "masked")].reset_index(drop=True)
    rows = own.iloc[courses.traces.rows[courses.leaping]]
    return tables.EXCLUSIONS.frame(exclusion(plate, row, LEAP_RULE) for row in rows.itertuples())
