"""Units that standards can be written in, and what turns them into micrograms per culture well."""

from mgassay.errors import CalibrationError
from mgassay.problems import suggestion
from mgassay.units import known_units, plain, ug_per_mL_factor

MASS_UNIT = "ug/well"


def units_of(g_per_mol: float | None) -> list[str]:
    """Concentration units that can be turned into ug/mL, molar ones only with a molar mass."""
    return [u for u in known_units() if g_per_mol is not None or not u.endswith("M")]


def ug_per_culture_well(
    unit: str, *, volume_uL: float, sample_volume_uL: float | None, g_per_mol: float | None = None
) -> float:
    """What a value read from the curve is multiplied by to become ug per culture well, dilution 1.

    Concentrations: factor to ug/mL × volume_uL / 1000, standards and samples pipetted at the same volume. Masses in the
    assay well (`ug/well`): volume_uL / sample_volume_uL. Raises CalibrationError: MG315 (unit), MG316 (sample volume).
    """
    name = plain(unit)
    if name == MASS_UNIT:
        if sample_volume_uL is None:
            raise CalibrationError("MG316", seen=MASS_UNIT)
        return volume_uL / sample_volume_uL
    if name not in units_of(g_per_mol):
        raise CalibrationError("MG315", seen=unit, hint=suggestion(name, [*units_of(g_per_mol), MASS_UNIT]))
    return ug_per_mL_factor(name, g_per_mol=g_per_mol) * volume_uL / 1000.0
