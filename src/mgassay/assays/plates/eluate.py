"""Alizarin Red eluted from the stained culture well: absorbance to uM of the eluate, and per mg protein.

Eluted with cetylpyridinium chloride (read at 562 nm) or with acetic acid, neutralised (405 nm; Gregory et al. 2004,
Anal Biochem 329:77), against standards of Alizarin Red S. alizarin_extract [uM] = curve.inverse(absorbance) * dilution;
standards in a mass concentration by 342.26 g/mol of the sodium salt, C14H7NaO7S (`standard_units.MOLAR_MASS`).
Per protein: uM * extract_volume_uL / 1000 = nmol per culture well, over mg; without the volume uM over mg.
"""

import pandas as pd

from mgassay.assays.plates.against_protein import Quotient, set_against_protein
from mgassay.assays.plates.below_blank import tell_signals_below_blank
from mgassay.assays.plates.measured import amounts_rows, measured_from_wells, scaled, tell_above, usable_samples
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.assays.plates.standard_units import units_of
from mgassay.errors import CalibrationError
from mgassay.experiment import AlizarinExtractSettings, Experiment
from mgassay.problems import Problems, listed, suggestion
from mgassay.units import MOLAR_MASS, plain, ug_per_mL_factor

ASSAY, READOUT, UNIT = "alizarin_extract", "alizarin_extract", "uM"
PER_PROTEIN = "alizarin_extract_per_protein"
NMOL_UNIT, BARE_UNIT = "nmol/mg", "uM/mg"


def eluate_from_wells(
    wells: pd.DataFrame, found: PlateCurve, settings: AlizarinExtractSettings, problems: Problems
) -> pd.DataFrame:
    """Alizarin Red (WELL_AMOUNTS, uM of the eluate) of a plate's sample wells (WELLS, one row per well).

    Raises CalibrationError (MG315) for a unit that is no concentration of Alizarin Red.
    """
    unit, molar = plain(settings.standard_unit), MOLAR_MASS[ASSAY]
    if unit not in units_of(molar):
        raise CalibrationError("MG315", seen=settings.standard_unit, hint=suggestion(unit, units_of(molar)))
    uM_per_unit = 1000.0 * ug_per_mL_factor(unit, g_per_mol=molar) / molar
    usable = usable_samples(wells, ("sample",), found.raw, problems, found.left_out.well)
    measured = measured_from_wells(usable, found, uM_per_unit)
    tell_above(measured, found.raw, problems)
    tell_signals_below_blank(usable, found, problems)
    return measured


def eluate_rows(
    experiment: Experiment, measured: pd.DataFrame, protein: pd.DataFrame, problems: Problems
) -> list[pd.DataFrame]:
    """Rows of AMOUNTS less their experiment: uM per well, and per mg protein where any was measured."""
    volumes = _volumes(experiment)
    missing = [plate for plate in measured.plate.unique() if volumes[plate] is None]
    by_amount = len(measured) > 0 and not missing
    amount = measured
    if by_amount:
        amount = scaled(measured, measured.plate.map(volumes).astype(float) / 1000.0)
    of = Quotient(ASSAY, PER_PROTEIN, NMOL_UNIT if by_amount else BARE_UNIT, "Alizarin Red", always=False)
    measured, quotients = set_against_protein(experiment, measured, protein, of, problems, amount)
    if len(quotients) and 0 < len(missing) < measured.plate.nunique():
        problems.add("MG352", file="files.csv", place="extract_volume_uL", seen=listed(missing))
    return [amounts_rows(measured, ASSAY, READOUT, UNIT), quotients]


def _volumes(experiment: Experiment) -> dict[str, float | None]:
    """What each plate's culture wells were eluted in (uL), None where it is not said."""
    settings = {plate: experiment.assay_settings(raw) for plate, raw in experiment.plates_of(ASSAY).items()}
    return {
        plate: each.extract_volume_uL for plate, each in settings.items() if isinstance(each, AlizarinExtractSettings)
    }
