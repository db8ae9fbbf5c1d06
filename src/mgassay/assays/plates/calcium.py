"""Calcium: absorbance to ug per culture well, apparent calcium from Mg2+, ug per mg protein.

calcium_per_well [ug] = curve.inverse(absorbance) [ug/mL] * dilution * extract_volume_uL / 1000; standards in ug per
assay well: curve.inverse [ug] * dilution * extract_volume_uL / sample_volume_uL.
"""

import numpy as np
import pandas as pd

from mgassay.assays.curves.curve import t_quantile
from mgassay.assays.plates.against_protein import Quotient
from mgassay.assays.plates.below_blank import tell_signals_below_blank
from mgassay.assays.plates.measured import measured_from_wells, scaled, tell_above, usable_samples, with_low_flags
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.assays.plates.standard_units import ug_per_culture_well
from mgassay.experiment import CalciumSettings, Experiment
from mgassay.problems import Problems, listed
from mgassay.units import CALCIUM_G_PER_MOL

READOUT, UNIT = "calcium_per_well", "ug/well"
APPARENT = "calcium_apparent"
IN_EXTRACT, IN_EXTRACT_UNIT = "calcium_in_extract", "mM"
QUOTIENT = Quotient("calcium", "calcium", "ug/mg", "calcium")
# Above this Mg, what it adds to the calcium dye is too much to go unmeasured.
MG_NEEDS_CONTROL_mM = 2.0


def calcium_from_wells(
    wells: pd.DataFrame, found: PlateCurve, settings: CalciumSettings, conditions: pd.DataFrame, problems: Problems
) -> pd.DataFrame:
    """Calcium (WELL_AMOUNTS, ug/well) of a plate's sample and mg_control wells (WELLS, one row per well).

    With `subtract_mg_control`, the mean apparent calcium of the control wells of the same Mg is taken off the samples.
    Raises CalibrationError: MG315 (the unit is no concentration of calcium), MG316 (ug/well without sample_volume_uL).
    """
    ug_per_unit = ug_per_culture_well(
        settings.standard_unit,
        volume_uL=settings.extract_volume_uL,
        sample_volume_uL=settings.sample_volume_uL,
        g_per_mol=CALCIUM_G_PER_MOL,
    )
    usable = usable_samples(wells, ("sample", "mg_control"), found.raw, problems, found.left_out.well)
    measured = measured_from_wells(usable, found, ug_per_unit)
    tell_above(measured, found.raw, problems)
    tell_signals_below_blank(usable, found, problems)
    if not settings.subtract_mg_control:
        return measured
    corrected, uncontrolled = without_apparent(measured, conditions)
    if uncontrolled:
        raw = found.raw
        places = ";".join(uncontrolled)
        problems.add("MG325", file=raw.file, sheet=raw.sheet, place=places, seen=len(uncontrolled), plate=raw.plate)
    return corrected


def in_extract(experiment: Experiment, measured: pd.DataFrame) -> pd.DataFrame:
    """The same wells (WELL_AMOUNTS, ug/well) as the concentration of calcium in their extract, mM.

    mM = ug per well / extract_volume_uL * 1000 / 40.078 g/mol; the volume is that of the well's plate.
    """
    settings = {plate: experiment.assay_settings(raw) for plate, raw in experiment.plates_of("calcium").items()}
    volumes = {p: s.extract_volume_uL for p, s in settings.items() if isinstance(s, CalciumSettings)}
    return scaled(measured, 1000.0 / CALCIUM_G_PER_MOL / measured.plate.map(volumes).astype(float))


def without_apparent(measured: pd.DataFrame, conditions: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Samples less the mean of the control wells of their own Mg level; and the wells that have no such control.

    Those wells are left out; a level with a control above the curve or without value is one that has none. The control
    mean's own error (reading errors of its wells; the curve's is shared with the sample and cancels for the greater
    part) is added in squares to each side of the interval; where that of one control is not known there is none. A
    censored well keeps no value, its bound is lowered by as much. Low flags are set anew on the corrected value.
    """
    mg = measured.condition.map(conditions.set_index("condition").mg_mM)
    is_control = measured.role == "mg_control"
    control = is_control & ~mg.isin(mg[is_control & measured.value.isna()])
    levels = measured.assign(mg=mg, variance=measured.se_reading**2)[control].groupby("mg")
    mean, n = mg.map(levels.value.mean()), mg.map(levels.value.size())
    sample = measured.role == "sample"
    variance = (mg.map(levels.variance.sum(skipna=False)) / n**2).where(sample, 0.0)
    shift = mean.where(sample, 0.0)
    corrected = measured.assign(value=measured.value - shift, top=measured.top - shift)
    reach2 = measured.df.map(lambda df: t_quantile(df, 0.975) ** 2) * variance
    corrected["ci_low"] = corrected.value - np.sqrt((measured.value - measured.ci_low) ** 2 + reach2)
    corrected["ci_high"] = corrected.value + np.sqrt((measured.ci_high - measured.value) ** 2 + reach2)
    corrected["se_reading"] = np.sqrt(measured.se_reading**2 + variance)
    uncontrolled = sample & mean.isna()
    return with_low_flags(corrected)[~uncontrolled].reset_index(drop=True), list(measured.well[uncontrolled])


def tell_mg_control(experiment: Experiment, wells: pd.DataFrame, problems: Problems) -> None:
    """A warning for each Mg level that the dye sees and that no calcium plate (WELLS) has a control for."""
    plates = wells[(wells.assay == "calcium") & wells.role.isin(["sample", "mg_control"])]
    mg = plates.condition.map(experiment.conditions.set_index("condition").mg_mM)
    controlled = set(mg[plates.role == "mg_control"])
    lacking = sorted({m for m in mg[plates.role == "sample"] if m >= MG_NEEDS_CONTROL_mM} - controlled)
    if lacking:
        problems.add("MG324", seen=listed([f"{m:g}" for m in lacking]))
