"""Protein: absorbance to mg per culture well.

protein_per_well [mg] = curve.inverse(absorbance) [ug/mL] * dilution * lysate_volume_uL / 1e6; standards in ug per assay
well: curve.inverse [ug] * dilution * lysate_volume_uL / sample_volume_uL / 1000.
"""

import pandas as pd

from mgassay.assays.plates.below_blank import tell_signals_below_blank
from mgassay.assays.plates.measured import measured_from_wells, tell_above, usable_samples
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.assays.plates.standard_units import ug_per_culture_well
from mgassay.experiment import ProteinSettings
from mgassay.problems import Problems

READOUT, UNIT = "protein_per_well", "mg/well"


def protein_from_wells(
    wells: pd.DataFrame, found: PlateCurve, settings: ProteinSettings, problems: Problems
) -> pd.DataFrame:
    """Protein (WELL_AMOUNTS, mg/well) of a plate's sample wells (WELLS, one row per well).

    Raises CalibrationError: MG315 (the unit is no mass concentration), MG316 (ug/well without sample_volume_uL).
    """
    ug_per_unit = ug_per_culture_well(
        settings.standard_unit, volume_uL=settings.lysate_volume_uL, sample_volume_uL=settings.sample_volume_uL
    )
    usable = usable_samples(wells, ("sample",), found.raw, problems, found.left_out.well)
    measured = measured_from_wells(usable, found, ug_per_unit / 1000.0)
    tell_above(measured, found.raw, problems)
    tell_signals_below_blank(usable, found, problems)
    return measured
