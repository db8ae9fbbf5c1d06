"""What a reading of p-nitrophenol stands for: from the unit it was read in to nmol per culture well.

By the molar absorptivity, nmol = OD / (epsilon_per_mM_cm · path_cm) · well_volume_uL (1 mM = 1 nmol/uL). By standards,
nmol = concentration · well_volume_uL, or as pipetted where they are in nmol/well. From the assay well to the culture
well: times lysate_volume_uL / sample_volume_uL (and the dilution of the lysate).

The absorptivity is the lab's to give: 18.3–18.4 /mM/cm at 401–405 nm in strong alkali (Bowers et al. 1980, Clin Chem
26:724), handbooks round to 18.0–18.5; less below about pH 9 (pKa 7.15), at another wavelength or a wide filter.
"""

from mgassay.assays.plates.plate import Plate
from mgassay.assays.plates.plate_curve import PlateCurve, at_setting
from mgassay.assays.plates.standard_units import units_of
from mgassay.errors import CalibrationError
from mgassay.experiment import AlpSettings, ProteinSettings
from mgassay.problems import Problems, listed, suggestion
from mgassay.units import MOLAR_MASS, plain, ug_per_mL_factor

NMOL_UNIT = "nmol/well"


def nmol_per_culture_well(
    plate: Plate, settings: AlpSettings, found: PlateCurve | None, problems: Problems
) -> float | None:
    """Product (nmol) per culture well for one unit of the curve (without one: an OD of 1), of undiluted lysate.

    None with MG340 told where keys are missing. Standards win over an absorptivity (MG348). Without sample_volume_uL
    the assay well is taken for the culture well (MG350); without lysate_volume_uL that of the protein assay is taken
    (MG349). Raises CalibrationError (MG315) for a unit that the standards cannot have.
    """
    unit = plain(settings.standard_unit)
    if found is not None and unit not in (NMOL_UNIT, *units_of(MOLAR_MASS["alp"])):
        raise CalibrationError("MG315", seen=unit, hint=suggestion(unit, [NMOL_UNIT, "uM", "mM"]))
    needed = {"well_volume_uL": settings.well_volume_uL}
    if found is None:
        needed = {"epsilon_per_mM_cm": settings.epsilon_per_mM_cm, "path_cm": settings.path_cm, **needed}
    elif unit == NMOL_UNIT:
        needed = {}
    lysate = _lysate_volume(plate, settings, problems)
    if settings.sample_volume_uL is not None:
        needed["lysate_volume_uL"] = lysate
    if missing := [key for key, given in needed.items() if given is None]:
        problems.add("MG340", **at_setting(plate.raw, missing[0]), seen=listed(missing))
        return None
    if found is not None and settings.epsilon_per_mM_cm is not None:
        problems.add("MG348", **at_setting(plate.raw, "epsilon_per_mM_cm"), seen=f"{settings.epsilon_per_mM_cm:g}")
    return _nmol_per_unit(settings, unit, found) * _culture_share(plate, settings, lysate, problems)


def _nmol_per_unit(settings: AlpSettings, unit: str, found: PlateCurve | None) -> float:
    """Product (nmol) in the assay well per unit of the standards, or per OD; the keys that it takes are there."""
    if found is not None and unit == NMOL_UNIT:
        return 1.0
    volume = float(settings.well_volume_uL or 0.0)
    if found is None:
        return volume / (float(settings.epsilon_per_mM_cm or 0.0) * float(settings.path_cm or 0.0))
    molar = MOLAR_MASS["alp"]
    return ug_per_mL_factor(unit, g_per_mol=molar) / molar * volume


def _lysate_volume(plate: Plate, settings: AlpSettings, problems: Problems) -> float | None:
    """The volume that a culture well was lysed in: the assay's own, else the one that all protein plates agree on."""
    if settings.lysate_volume_uL is not None or settings.sample_volume_uL is None:
        return settings.lysate_volume_uL
    experiment = plate.experiment
    section = experiment.settings.assays.protein
    declared = [experiment.assay_settings(raw) for raw in experiment.plates_of("protein").values()]
    if not declared and "lysate_volume_uL" in section.model_fields_set:
        declared = [section]
    volumes = {each.lysate_volume_uL for each in declared if isinstance(each, ProteinSettings)}
    if len(volumes) != 1:
        return None
    volume = volumes.pop()
    problems.add("MG349", **at_setting(plate.raw, "lysate_volume_uL"), seen=f"{volume:g}")
    return volume


def _culture_share(plate: Plate, settings: AlpSettings, lysate: float | None, problems: Problems) -> float:
    """Culture wells' worth of lysate per assay well's worth."""
    if settings.sample_volume_uL is None or lysate is None:
        problems.add("MG350", **at_setting(plate.raw, "sample_volume_uL"))
        return 1.0
    return lysate / settings.sample_volume_uL
