"""Plates that were read over time: what was seen, and where each T50 or rate was read.

The courses are taken through the assays' own functions, so that what is drawn is what was computed; every number in
words or tables is that of amounts.csv.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from mgassay.assays.courses import alp, t50
from mgassay.assays.courses.alp_courses import AlpCourses, courses_from_reads, is_timed, reads_of_one_channel
from mgassay.assays.courses.traces import Traces, traces_from_wells
from mgassay.assays.courses.transition import Mask
from mgassay.assays.plates.plate import Plate
from mgassay.experiment import AlpSettings, Experiment, T50Settings
from mgassay.problems import Problems
from mgassay.report import labels
from mgassay.report.course_figures import alp_svg, t50_svg
from mgassay.report.courses import MOST_WELLS, Courses, beyond_axis, in_time_unit, time_unit
from mgassay.report.numbers import NO_BREAK, NOTHING, count, decimal, level, significant, with_interval
from mgassay.report.pieces import Beside, Drawing, Listing, Prose, listing_of
from mgassay.report.plate_maps import condition_letters
from mgassay.report.rows import Row, Tables, is_missing
from mgassay.report.shown_conditions import in_order

HOW_TO_READ = (
    "One figure per plate that was read over time; a letter is a condition, as on the plate maps. A dashed orange line "
    "is a well without a value, a cross a single read that was left out because it leaps out of its course."
)
# What became of a well that has no row in amounts.csv, by the verdict on its trace.
NOT_IN_AMOUNTS = {t50.OVER: "had turned before its first read", t50.TOO_FEW: "too few reads"}
WITHOUT_AMOUNTS = "No rate was taken from this plate; the problems say why."
BAND = "Band: lowest to highest reading of these wells, too many to draw each."
STRAIGHT_BY_CURVE = "Stretches were sought in product by the plate's curve, so they may look bent here."


def time_course_pieces(tables: Tables, experiment: Experiment | None) -> list[object]:
    """One figure per kinetic plate in wells.csv, in its order; empty where there is none."""
    if experiment is None:
        return []
    letters = condition_letters(tables, in_order(experiment))
    made = [_drawing(plate, tables, letters) for plate in _kinetic_plates(tables, experiment)]
    drawings = tuple(d for d in made if d is not None)
    return [Prose(HOW_TO_READ, "quiet"), Beside(drawings)] if drawings else []


def _kinetic_plates(tables: Tables, experiment: Experiment) -> Iterator[Plate]:
    """Plates of T50, and those of ALP with several reads, that the experiment names a raw file for."""
    wells = tables["wells"]
    files = {assay: experiment.plates_of(assay) for assay in ("t50", "alp")}
    for (assay, name), own in wells[wells["assay"].isin(["t50", "alp"])].groupby(["assay", "plate"], sort=False):
        raw = files[str(assay)].get(str(name))
        if raw is not None and (assay == "t50" or own["read_index"].nunique() > 1):
            yield Plate(experiment, raw, experiment.assay_settings(raw), own)


def _drawing(plate: Plate, tables: Tables, letters: Mapping[str, str]) -> Drawing | None:
    """The figure of one plate; None where its reads cannot be set in time (the problems have said so)."""
    if isinstance(plate.settings, T50Settings):
        return t50_drawing(plate, plate.settings, tables, letters)
    return alp_drawing(plate, plate.settings, tables, letters) if isinstance(plate.settings, AlpSettings) else None


def t50_drawing(plate: Plate, settings: T50Settings, tables: Tables, letters: Mapping[str, str]) -> Drawing | None:
    """Turbidity or scattered light over hours, with every T50 below on the same axis."""
    reads = t50.reads_of_samples(plate, Problems())
    if reads is None or not np.isfinite(reads["value"].to_numpy(np.float64)).any():
        return None
    courses, verdict = t50_courses(reads, settings.settling_min)
    amounts = tables.rows("amounts", assay="t50", plate=plate.raw.plate, readout=t50.READOUT)
    title = f"{labels.assay('t50')} time courses, plate {plate.raw.plate}"
    key = f"course-t50-{plate.raw.plate}"
    words = {w: NOT_IN_AMOUNTS.get(str(v), "") for w, v in zip(courses.wells["well"], verdict, strict=True)}
    return Drawing(
        title=title,
        svg=t50_svg(
            key, _t50_spoken(title, courses, amounts), courses, letters, _signal(reads), settings.settling_min, amounts
        ),
        caption=_t50_caption(courses, amounts, settings.settling_min),
        listing=_listing(f"{title}: T50 by well", courses, amounts, f"T50 ({t50.UNIT})", words),
        folded=True,
    )


def t50_courses(reads: pd.DataFrame, settling_min: float) -> tuple[Courses, Sequence[str]]:
    """All reads (WELLS) of a T50 plate as courses, those of the settling too, and what became of each trace."""
    every, settled = traces_from_wells(reads, 0.0), traces_from_wells(reads, settling_min)
    found = t50.t50_from_traces(settled)
    verdict = [str(v) for v in found.verdict]
    spikes = found.spikes if found.spikes.shape == settled.rows.shape else np.zeros_like(settled.usable)
    left_out = _among(every, settled.rows[spikes])
    counted = _among(every, settled.rows[settled.usable]) & ~left_out
    refused = np.array([v not in (t50.FITTED, t50.EARLY) for v in verdict], dtype=bool)
    return _courses(every, counted, np.zeros_like(every.usable), left_out, refused), verdict


def _among(traces: Traces, rows: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Mask:
    """Which reads are those of these rows."""
    return np.asarray(np.isin(traces.rows, rows) & (traces.rows >= 0))


def _courses(traces: Traces, counted: Mask, straight: Mask, left_out: Mask, refused: Mask) -> Courses:
    """Courses of traces as they were read."""
    value = np.where(traces.usable, traces.value, np.nan)
    dropped = left_out & traces.usable
    return Courses(traces.wells, traces.time, value, traces.saturated, counted, straight, dropped, refused)


def _signal(reads: pd.DataFrame) -> str:
    """What was read: the wavelength where one is given."""
    nm = reads["wavelength_nm"].iloc[0]
    return "signal as read" if is_missing(nm) else f"signal as read, {level(float(nm))} nm"


def _t50_spoken(title: str, courses: Courses, amounts: Sequence[Row]) -> str:
    """The alternative text: how many wells over what time, and the conditions' median T50."""
    known: dict[str, list[float]] = {}
    for a in amounts:
        if a["value"] == a["value"]:
            known.setdefault(a["condition"], []).append(a["value"])
    medians = "; ".join(f"{c or 'no condition'} {significant(float(np.median(v)))} min" for c, v in known.items())
    return f"{title}: {_extent(courses)}." + (f" Median T50 of wells: {medians}." if medians else "")


def _extent(courses: Courses) -> str:
    """Wells, and from when to when they were read."""
    first, last = (_plain(in_time_unit(courses, t)) for t in courses.span)
    refused, blanks = (int((some & courses.read).sum()) for some in (courses.refused & ~courses.blank, courses.blank))
    without = f" ({refused} without a value)" if refused else ""
    beside = f" and {count(blanks, 'blank')}" if blanks else ""
    wells = count(int(courses.read.sum()) - blanks, "well")
    return f"{wells}{without}{beside} from {first} to {last} {time_unit(courses)[1]}"


def _plain(time: float) -> str:
    """A time with one decimal, a whole one with none."""
    return decimal(time, 1).removesuffix(".0")


def _t50_caption(courses: Courses, amounts: Sequence[Row], settling_min: float) -> str:
    """What the lines, marks and the shade are."""
    parts = [f"{labels.capital(_extent(courses))}."]
    if not courses.is_crowded:
        parts.append("Faint: each well.")
    if any(not is_missing(a["value"]) for a in amounts):
        parts.append("Blue: median of the wells of a condition that have a T50.")
        parts.append(BAND if courses.is_crowded else "")
        ends = "" if courses.is_crowded else f" with its 95{NO_BREAK}% interval"
        parts.append(f"Below: each well's T50{ends}; upright line: their median.")
    if any(is_missing(a["value"]) and not is_missing(a["limit"]) for a in amounts):
        parts.append("Triangle: T50 is later than this.")
    if settling_min > 0:
        parts.append(f"Shaded: the first {level(settling_min)} min, which do not count.")
    return " ".join(filter(None, [*parts, *_not_drawn(courses)]))


def _not_drawn(courses: Courses) -> Iterator[str]:
    """What of the reads is not in the figure, in sentences."""
    if courses.every > 1:
        yield f"Of the reads one in {courses.every} is drawn."
    hidden = int((courses.refused & courses.read).sum()) - MOST_WELLS
    if courses.is_crowded and hidden > 0:
        yield f"{count(hidden, 'more well')} without a value not drawn."
    if beyond := beyond_axis(courses):
        yield f"{count(beyond, 'read')} beyond the value axis."


def alp_drawing(plate: Plate, settings: AlpSettings, tables: Tables, letters: Mapping[str, str]) -> Drawing | None:
    """OD over minutes, with the stretch of each well that its rate was taken from."""
    found = alp_courses(plate, settings)
    if found is None:
        return None
    amounts = tables.rows("amounts", assay="alp", plate=plate.raw.plate, readout=alp.READOUT)
    refused = np.asarray(np.isnan(found.windows.slope)) if amounts else np.zeros(len(found.bound), dtype=bool)
    straight = found.windows.inside if amounts else np.zeros_like(found.usable)
    courses = _courses(found.traces, found.traces.usable & ~found.leaping, straight, found.leaping, refused)
    if not courses.read.any():
        return None
    title = f"{labels.assay('alp')} time courses, plate {plate.raw.plate}"
    nm = found.traces.wells["wavelength_nm"].iloc[0]
    signal = "OD" if is_missing(nm) else f"OD, {level(float(nm))} nm"
    unit = labels.unit(str(amounts[0]["unit"])) if amounts else ""
    return Drawing(
        title=title,
        svg=alp_svg(f"course-alp-{plate.raw.plate}", f"{title}: {_extent(courses)}.", courses, letters, signal),
        caption=_alp_caption(courses, bool(amounts), alp.has_standards(plate.wells)),
        listing=_listing(f"{title}: rate by well", courses, amounts, f"rate ({unit})", {}) if amounts else None,
        folded=True,
    )


def alp_courses(plate: Plate, settings: AlpSettings) -> AlpCourses | None:
    """The courses that `quantify` took rates from; None where the plate's reads, times or curve did not allow it."""
    untold = Problems()  # `quantify` has told them
    reads = reads_of_one_channel(plate, untold)
    if reads is None or not is_timed(reads, plate, untold):
        return None
    found = alp.curve_of_standards(reads, plate.raw, settings, untold) if alp.has_standards(reads) else None
    return courses_from_reads(reads, found)


def _alp_caption(courses: Courses, has_amounts: bool, by_curve: bool) -> str:
    """What the lines are, and over how long the rates were taken."""
    parts = [f"{labels.capital(_extent(courses))}."]
    if courses.is_crowded:
        parts += ["Blue: median of the wells of a condition that have a rate.", BAND]
    else:
        parts.append("Faint: each well.")
    if courses.blank.any():
        parts.append("Dotted: blanks.")
    if not has_amounts:
        parts.append(WITHOUT_AMOUNTS)
    elif courses.is_crowded:
        parts.append("Thick: where the rates of at least half of them were taken.")
    else:
        parts.append(f"Thick: the straight stretch that the rate was taken from, {_stretches(courses)}.")
    if by_curve and has_amounts:
        parts.append(STRAIGHT_BY_CURVE)
    return " ".join([*parts, *_not_drawn(courses)])


def _stretches(courses: Courses) -> str:
    """How long the stretches are, shortest to longest."""
    lengths = [float(np.ptp(t[s])) for t, s in zip(courses.time, courses.straight, strict=True) if s.any()]
    if not lengths:
        return "found in no well"
    ends = list(dict.fromkeys(_plain(f(lengths)) for f in (min, max)))
    return f"{' to '.join(ends)} min long"


def _listing(caption: str, courses: Courses, amounts: Sequence[Row], head: str, words: Mapping[str, str]) -> Listing:
    """The sample wells of a plate with their amounts (AMOUNTS), and why a well has none (`words`)."""
    by_well = {a["well"]: a for a in amounts}
    rows = []
    for i, w in enumerate(courses.wells.to_dict("records")):
        if w["role"] != "sample":
            continue
        amount = by_well.get(w["well"])
        why = labels.flags(amount["flag"]) if amount else words.get(w["well"], "") or "no value"
        rows.append(
            (w["well"], w["condition"], w["donor"], w["rep"], _amount_text(amount), _taken_from(courses, i), why)
        )
    return listing_of(
        caption, ("well", "condition", "donor", "rep", head, "read over (min)", "flag"), rows, numeric=(head,)
    )


def _amount_text(amount: Row | None) -> str:
    """A value with its interval, or the least that it is."""
    if amount is None:
        return NOTHING
    if is_missing(amount["value"]):
        beyond = "above_curve" in amount["flag"].split(";") and not is_missing(amount["limit"])
        return f"≥ {significant(amount['limit'])}" if beyond else NOTHING
    return with_interval(amount["value"], amount["ci_low"], amount["ci_high"], _digits(amount["readout"]))


def _digits(readout: str) -> Callable[[float], str]:
    """How a value is printed: the fourth digit of a T50 is within what a plate resolves, that of a rate is not."""
    return partial(significant, digits=4 if readout == t50.READOUT else 3)


def _taken_from(courses: Courses, well: int) -> str:
    """From when to when the stretch lasts that the rate was taken from; "" without one."""
    times = courses.time[well][courses.straight[well]]
    ends = [_plain(float(f(times))) for f in (np.min, np.max)] if times.size else []
    return f"{NO_BREAK}to{NO_BREAK}".join(ends)
