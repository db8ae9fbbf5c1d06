"""Alkaline phosphatase: p-nitrophenol made per min, per culture well and per mg protein.

From p-nitrophenyl phosphate, read at 405 nm over time, or once after the reaction was stopped. What a reading stands
for is in p_nitrophenol.py, where the course is straight in time_course.py, how well a rate is known in net_rates.py.
Blank wells hold the reaction mix without lysate: their rate is spontaneous hydrolysis, and is taken off every well.
"""

import numpy as np
import pandas as pd

from mgassay.assays.courses.alp_courses import (
    courses_from_reads,
    is_timed,
    one_row_per_well,
    outcome_of_courses,
    reads_of_one_channel,
)
from mgassay.assays.courses.net_rates import Rates, amounts_from_rates
from mgassay.assays.courses.p_nitrophenol import nmol_per_culture_well
from mgassay.assays.curves.curve import t_quantiles
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.against_protein import Quotient, set_against_protein
from mgassay.assays.plates.below_blank import tell_amounts_below_blank
from mgassay.assays.plates.measured import (
    WELL_AMOUNTS,
    amounts_rows,
    dilutions,
    measured_from_wells,
    tell_above,
    usable_samples,
    with_low_flags,
)
from mgassay.assays.plates.optical_density import check_absorbances
from mgassay.assays.plates.placement import is_misplaced
from mgassay.assays.plates.plate import Outcome, Plate
from mgassay.assays.plates.plate_curve import PlateCurve, at_setting, tell_calibration
from mgassay.assays.plates.quotients import LEVEL
from mgassay.assays.plates.standards import plate_curve_from_wells
from mgassay.errors import CalibrationError
from mgassay.experiment import AlpSettings, Experiment, RawFile
from mgassay.problems import Problems

READOUT, UNIT = "alp_per_well", "nmol/min"
QUOTIENT = Quotient("alp", "alp", "nmol/min/mg", "alkaline phosphatase")


def quantify_alp(plate: Plate, problems: Problems) -> Outcome:
    """Activity (WELL_AMOUNTS, nmol/min per culture well) of the sample wells of a plate; told where it cannot be."""
    settings = plate.settings
    if not isinstance(settings, AlpSettings):
        raise TypeError(f"{plate.raw.assay} is no alkaline phosphatase")
    reads = reads_of_one_channel(plate, problems)
    if reads is None:
        return Outcome()
    kinetic = reads.read_index.nunique() > 1
    single = one_row_per_well(reads, "mean")
    if is_misplaced(plate.experiment, plate.raw, single, problems) and "MG326" not in plate.raw.confirm:
        return Outcome()
    check_absorbances(one_row_per_well(reads, "max"), plate.raw, problems)
    found = None
    if has_standards(reads):
        found = curve_of_standards(reads, plate.raw, settings, problems)
        if found is None:
            return Outcome()
    try:
        scale = nmol_per_culture_well(plate, settings, found, problems)
    except CalibrationError as error:
        tell_calibration(error, plate.raw, problems)
        scale = None
    outcome = None
    if scale is not None and kinetic:
        outcome = _kinetic(plate, reads, found, scale, problems)
    elif scale is not None:
        outcome = _end_point(plate, settings.incubation_min, reads, found, scale, problems)
    if outcome is not None:
        return outcome
    return Outcome() if found is None else Outcome(curve=found, left_out=found.left_out)


def has_standards(reads: pd.DataFrame) -> bool:
    """Whether reads (WELLS) are those of a plate with standards of its own, besides a zero."""
    return bool(((reads.role == "standard") & (reads.standard > 0)).any())


def curve_of_standards(
    reads: pd.DataFrame, raw: RawFile, settings: AlpSettings, problems: Problems
) -> PlateCurve | None:
    """The curve through the plate's own standards (reads: WELLS of one channel); None, and told, where there is none.

    On a kinetic plate the blanks hold substrate, which the standards do not: they are no level 0 of the curve.
    """
    single = one_row_per_well(reads, "mean")
    kinetic = reads.read_index.nunique() > 1
    return plate_curve_from_wells(single[single.role != "blank"] if kinetic else single, raw, settings, problems)


def alp_rows(
    experiment: Experiment, measured: pd.DataFrame, protein: pd.DataFrame, problems: Problems
) -> list[pd.DataFrame]:
    """Rows of AMOUNTS less their experiment: per culture well, and per mg protein.

    A well whose course has no straight stretch may hold anything: it takes no part in the mean of its rep.
    """
    known = measured[~measured.flag.map(lambda flag: "no_linear_window" in flag.split(";")).astype(bool)]
    measured, quotients = set_against_protein(experiment, measured, protein, QUOTIENT, problems, known)
    return [amounts_rows(measured, "alp", READOUT, UNIT), quotients]


def _kinetic(
    plate: Plate, reads: pd.DataFrame, found: PlateCurve | None, scale: float, problems: Problems
) -> Outcome | None:
    """A plate read over time: the slope of each course less that of the blanks."""
    if not is_timed(reads, plate, problems):
        return None
    courses = courses_from_reads(reads, found)
    factor = scale * _dilution(plate, courses.traces.wells)
    return outcome_of_courses(courses, reads, plate, found, factor, problems)


def _end_point(
    plate: Plate,
    incubation_min: float | None,
    single: pd.DataFrame,
    found: PlateCurve | None,
    scale: float,
    problems: Problems,
) -> Outcome | None:
    """A plate read once: product over the time of incubation."""
    if incubation_min is None:
        problems.add("MG343", **at_setting(plate.raw, "incubation_min"), seen="one read per well")
        return None
    per_min = scale / incubation_min
    left_out = () if found is None else found.left_out.well
    samples = usable_samples(single, ("sample",), plate.raw, problems, left_out)
    blanks = single[(single.role == "blank") & (single.status == "ok")]
    if found is None:
        measured = _by_absorptivity(plate, samples, blanks, _highest_read(single), per_min, problems)
        if measured is None:
            return None
        tell_amounts_below_blank(measured, plate.raw, problems, len(blanks))
    else:
        measured = _by_standards(plate, samples, blanks, found, per_min, problems)
        tell_amounts_below_blank(measured, plate.raw, problems)
    tell_above(measured, plate.raw, problems)
    return Outcome(measured) if found is None else Outcome(measured, found, found.left_out)


def _by_absorptivity(
    plate: Plate, samples: pd.DataFrame, blanks: pd.DataFrame, highest: float, per_min: float, problems: Problems
) -> pd.DataFrame | None:
    """Absorbance less that of the blanks; None and MG347 without blanks, for the plate itself absorbs light too.

    A well above the reader is at least what the highest reading of the plate is.
    """
    if blanks.empty and "MG347" not in plate.raw.confirm:
        problems.add("MG347", seen="no blank well", **plate.where)
        return None
    flagged = samples.assign(
        flag=samples.status.map({"above": "above_curve;saturated", "below": "below_lod"}).fillna("")
    )
    factor = per_min * _dilution(plate, samples)
    bound = np.where(samples.status == "above", highest, np.nan)
    read, blank = (_read_once(w.value.where(w.status == "ok").to_numpy(np.float64)) for w in (samples, blanks))
    return amounts_from_rates(flagged, read, blank, None, factor, bound)


def _highest_read(single: pd.DataFrame) -> float:
    """The highest absorbance that the reader could read on the plate, in a well of any role; NaN for none."""
    return float(single.value[single.status == "ok"].max())


def _dilution(plate: Plate, wells: pd.DataFrame) -> Array:
    """The dilution of each well."""
    return np.asarray(dilutions(wells, plate.raw, plate.settings), dtype=np.float64)


def _read_once(value: Array) -> Rates:
    """Readings whose own error is not known."""
    nothing = np.zeros_like(value)
    return Rates(value, nothing, nothing, np.zeros((len(value), 0)))


def _by_standards(
    plate: Plate, samples: pd.DataFrame, blanks: pd.DataFrame, found: PlateCurve, per_min: float, problems: Problems
) -> pd.DataFrame:
    """Concentration by the curve; where the curve has a zero standard of its own, less that of the blank wells.

    Without a zero standard the blanks are level 0 of the curve, and nothing is left to take off.
    """
    measured = measured_from_wells(samples, found, per_min)
    if np.isin(blanks.well, found.standards.well).any():
        return measured
    blank = measured_from_wells(blanks.assign(dilution=1.0), found, 1.0).dropna(subset="value")
    if blank.empty:
        problems.add("MG346", seen=len(blanks), **plate.where)
        return measured
    n = len(blank)
    by_wells, by_readings = blank.value.var(ddof=1) / n, (blank.se_reading**2).sum(skipna=False) / n**2
    variance = float(np.fmax(by_wells, by_readings))  # the larger of what is known of them
    return _less(measured, float(blank.value.mean()), variance, per_min * _dilution(plate, samples))


def _less(measured: pd.DataFrame, mean: float, variance: float, factor: Array) -> pd.DataFrame:
    """Amounts less a common one (in the unit of the curve); its variance enters both sides of the interval in squares.

    The error of the curve at the blanks is that at the samples for the greater part, and is not counted twice.
    """
    shift, added = mean * factor, variance * factor**2
    reach2 = t_quantiles(measured.df.to_numpy(np.float64), LEVEL) ** 2 * added
    moved = measured.assign(
        value=measured.value - shift,
        ci_low=measured.value - shift - np.sqrt((measured.value - measured.ci_low) ** 2 + reach2),
        ci_high=measured.value - shift + np.sqrt((measured.ci_high - measured.value) ** 2 + reach2),
        se_curve=np.sqrt(measured.se_curve**2 + added),
        top=measured.top - shift,
    )
    return with_low_flags(moved)[list(WELL_AMOUNTS)]
