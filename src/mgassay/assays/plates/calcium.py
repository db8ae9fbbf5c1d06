"""Calcium: absorbance to ug per culture well, apparent calcium from Mg2+, ug per mg protein.

calcium_per_well [ug] = curve.inverse(absorbance) [ug/mL] * dilution * extract_volume_uL / 1000; standards in ug per
assay well: curve.inverse [ug] * dilution * extract_volume_uL / sample_volume_uL.
"""

from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.curves.curve import t_quantile
from mgassay.assays.plates.measured import measured_from_wells, tell_above, usable_samples, with_low_flags
from mgassay.assays.plates.replicates import REP, fieller_quotient, reps_from_wells
from mgassay.assays.plates.standards import PlateCurve, ug_per_culture_well
from mgassay.experiment import CalciumSettings, Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed
from mgassay.units import CALCIUM_G_PER_MOL

READOUT, UNIT = "calcium_per_well", "ug/well"
APPARENT = "calcium_apparent"
PER_PROTEIN, PER_PROTEIN_UNIT = "calcium", "ug/mg"
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
    usable = usable_samples(wells, ("sample", "mg_control"), found, problems)
    measured = measured_from_wells(usable, found, ug_per_unit)
    tell_above(measured, found.raw, problems)
    if not settings.subtract_mg_control:
        return measured
    corrected, uncontrolled = without_apparent(measured, conditions)
    if uncontrolled:
        raw = found.raw
        places = ";".join(uncontrolled)
        problems.add("MG325", file=raw.file, sheet=raw.sheet, place=places, seen=len(uncontrolled), plate=raw.plate)
    return corrected


def without_apparent(measured: pd.DataFrame, conditions: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Samples less the mean of the control wells of their own Mg level; and the wells that have no such control.

    Those wells are left out. The control mean's own error (reading errors of its wells; the curve's is shared with the
    sample and cancels for the greater part) is added in squares to each side of the interval. A censored well keeps no
    value, its bound is lowered by the same amount. Low flags are set anew on the corrected value.
    """
    mg = measured.condition.map(conditions.set_index("condition").mg_mM)
    control = (measured.role == "mg_control") & measured.value.notna()
    levels = measured.assign(mg=mg, variance=measured.se_reading**2)[control].groupby("mg")
    mean, n = mg.map(levels.value.mean()), mg.map(levels.value.size())
    sample = measured.role == "sample"
    variance = (mg.map(levels.variance.sum()) / n**2).where(sample, 0.0)
    shift = mean.where(sample, 0.0)
    corrected = measured.assign(value=measured.value - shift, top=measured.top - shift)
    reach2 = measured.df.map(lambda df: t_quantile(df, 0.975) ** 2) * variance
    corrected["ci_low"] = corrected.value - np.sqrt((measured.value - measured.ci_low) ** 2 + reach2)
    corrected["ci_high"] = corrected.value + np.sqrt((measured.ci_high - measured.value) ** 2 + reach2)
    corrected["se_reading"] = np.sqrt(measured.se_reading**2 + variance)
    uncontrolled = sample & mean.isna()
    return with_low_flags(corrected)[~uncontrolled].reset_index(drop=True), list(measured.well[uncontrolled])


def calcium_per_protein(calcium: pd.DataFrame, protein: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Calcium in ug per mg protein, one row per condition × donor × rep; and the reps that have no usable protein.

    value = mean of the rep's calcium wells / mean of its protein wells, paired by condition, donor and rep, with
    Fieller's interval from both curves. Where a calcium well is above its curve there is no value, and `limit` is the
    lower bound that the tops of the range give; elsewhere `limit` is the LOD in ug/mg. Protein above its curve or below
    its LOD is not usable: a quotient with it would mean nothing. Takes WELL_AMOUNTS frames (ug/well, mg/well).

    Gives rows of AMOUNTS less their experiment, and a frame of REP, plate and reason (`none`, `outside`).
    """
    pairs = reps_from_wells(calcium).merge(reps_from_wells(protein), on=REP, how="left", suffixes=("", "_protein"))
    reasons = pairs.assign(reason=np.where(pairs.plate_protein.isna(), "none", "outside"))[[*REP, "plate", "reason"]]
    usable = pairs["mean_protein"] >= pairs.lod_protein
    return _quotients(pairs[usable].reset_index(drop=True)), reasons[~usable].reset_index(drop=True)


def _quotients(pairs: pd.DataFrame) -> pd.DataFrame:
    """Rows of AMOUNTS for paired reps."""
    protein = pairs.mean_protein.to_numpy(float)
    low, high = fieller_quotient(
        pairs["mean"].to_numpy(float), pairs.variance.to_numpy(float), pairs.df.to_numpy(float),
        protein, pairs.variance_protein.to_numpy(float), pairs.df_protein.to_numpy(float),
    )  # fmt: skip
    flags = zip(pairs.flag, pairs.flag_protein, strict=True)
    return pairs[["plate", "well", *REP]].assign(
        assay="calcium", readout=PER_PROTEIN, unit=PER_PROTEIN_UNIT,
        value=pairs["mean"] / protein, ci_low=low, ci_high=high,
        limit=np.where(pairs.above, pairs.bound, pairs.lod) / protein,
        flag=[join_flags(own, *(f for f in other.split(";") if f != "below_loq")) for own, other in flags],
    )  # fmt: skip


def flag_no_protein(calcium: pd.DataFrame, lacking: pd.DataFrame) -> pd.DataFrame:
    """Calcium wells (WELL_AMOUNTS), those of reps without usable protein flagged `no_protein`."""
    without = pd.MultiIndex.from_frame(lacking[REP])
    bare = pd.MultiIndex.from_frame(calcium[REP]).isin(without) & (calcium.role == "sample")
    return calcium.assign(flag=[join_flags(f, "no_protein" * bool(b)) for f, b in zip(calcium.flag, bare, strict=True)])


def amounts_rows(measured: pd.DataFrame, assay: str, readout: str, unit: str) -> pd.DataFrame:
    """Rows of AMOUNTS (less their experiment) of measured wells; `limit` is the top where above, else the LOD."""
    kept: dict[str, Any] = {c: measured[c] for c in ("plate", "well", *REP, "value", "ci_low", "ci_high", "flag")}
    limit = measured.top.where(measured.above, measured.lod)
    return pd.DataFrame(kept).assign(assay=assay, readout=readout, unit=unit, limit=limit)


def tell_mg_control(experiment: Experiment, wells: pd.DataFrame, problems: Problems) -> None:
    """A warning for each Mg level that the dye sees and that no calcium plate (WELLS) has a control for."""
    plates = wells[(wells.assay == "calcium") & wells.role.isin(["sample", "mg_control"])]
    mg = plates.condition.map(experiment.conditions.set_index("condition").mg_mM)
    controlled = set(mg[plates.role == "mg_control"])
    lacking = sorted({m for m in mg[plates.role == "sample"] if m >= MG_NEEDS_CONTROL_mM} - controlled)
    if lacking:
        problems.add("MG324", seen=listed([f"{m:g}" for m in lacking]))
