"""The standards of one plate: which wells they are, the curve through them, what is odd about them, their rows.

The curve is fitted to signals as read, with a free intercept. Blank wells are level 0 where no zero standard was
pipetted; nothing is subtracted (docs/decisions/0008-blanks.md).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.curves.choice import ChosenCurve, choose_curve, disordered_levels, linear_range
from mgassay.assays.curves.curve import StandardCurve, detection_limit, quantification_limit
from mgassay.assays.curves.models import Array
from mgassay.errors import CalibrationError
from mgassay.experiment import RawFile, StandardsSettings
from mgassay.problems import Problems, suggestion
from mgassay.units import CALCIUM_G_PER_MOL, known_units, plain, ug_per_mL_factor

MASS_UNIT = "ug/well"
LEAST_LEVELS = 3  # below it the layout was refused when it was mapped
_SETTING_OF = {"MG301": "curve", "MG315": "standard_unit", "MG316": "sample_volume_uL"}
# Top standards (ug/mL) between which kits lie: o-cresolphthalein and kin 25-500, protein dyes 10-2000.
PLAUSIBLE_TOP = {"calcium": (10.0, 1000.0), "protein": (8.0, 10000.0)}


@dataclass(frozen=True, eq=False)
class Standards:
    """Standards that can be fitted, one entry per well."""

    concentration: Array
    signal: Array


@dataclass(frozen=True, eq=False)
class PlateCurve:
    """The curve of one plate with where it came from; concentrations in `settings.standard_unit`."""

    raw: RawFile
    settings: StandardsSettings
    chosen: ChosenCurve

    @property
    def curve(self) -> StandardCurve:
        """The fitted curve."""
        return self.chosen.curve

    @property
    def flag(self) -> str:
        """`curve_failed` where too few standards back-calculate."""
        return "curve_failed" if self.chosen.assessment.assessed == "fail" else ""


def plate_curve_from_wells(
    wells: pd.DataFrame, raw: RawFile, settings: StandardsSettings, problems: Problems
) -> PlateCurve | None:
    """The curve of a plate from its standard and blank wells (WELLS, one row per well); None with a problem told."""
    standards = standards_from_wells(wells, raw, problems)
    if standards is None:
        return None
    try:
        chosen = choose_curve(standards.concentration, standards.signal, settings.curve, settings.weighting)
    except CalibrationError as error:
        if error.code != "MG303" or not _is_told(wells, raw):
            tell_calibration(error, raw, problems)
        return None
    found = PlateCurve(raw, settings, chosen)
    _check_standards(found, standards, problems)
    return found


def standards_from_wells(wells: pd.DataFrame, raw: RawFile, problems: Problems) -> Standards | None:
    """Standard wells, and blank wells as level 0 where there is no zero standard; None when there are no standards."""
    where = {"file": raw.file, "sheet": raw.sheet, "plate": raw.plate}
    valued = (wells.role == "standard") & (wells.standard >= 0)  # one without a value was told of with the layout
    declared = wells[valued & (wells.status != "masked")]
    usable = (declared.status == "ok") & declared.value.notna()
    if not usable.all():
        lost = declared[~usable]
        problems.add("MG306", place=";".join(lost.well), seen=_readings_seen(lost), **where)
    kept, blank = declared[usable], wells[(wells.role == "blank") & (wells.status == "ok")]
    if not (kept.standard > 0).any():
        if not _is_told(wells, raw):
            problems.add("MG302", seen=f"{len(declared)} standard wells", **where)
        return None
    x, y = kept.standard.to_numpy(), kept.value.to_numpy()
    if not (x == 0).any():
        if blank.empty and ((wells.role == "blank") | (wells.standard == 0)).any():  # else told of with the layout
            problems.add("MG307", seen=f"lowest standard {x.min():g}", **where)
        x, y = np.append(x, np.zeros(len(blank))), np.append(y, blank.value.to_numpy())
    return Standards(x, y)


def _is_told(wells: pd.DataFrame, raw: RawFile) -> bool:
    """Whether the plate's layout lacks the levels of a curve, blanks included: that was told when it was mapped."""
    levels = set(wells.standard[(wells.role == "standard") & (wells.standard >= 0)])
    zero = {0.0} if (wells.role == "blank").any() else set()
    return bool(raw.layout) and len(levels | zero) < LEAST_LEVELS


def tell_calibration(error: CalibrationError, raw: RawFile, problems: Problems) -> None:
    """Adds the problem of a curve that cannot be had, at the plate or at the setting that is to blame."""
    where = at_setting(raw, _SETTING_OF[error.code]) if error.code in _SETTING_OF else at_file(raw)
    problems.add(error.code, **where, seen=error.seen, plate=raw.plate, **error.facts)


def at_file(raw: RawFile) -> dict[str, str]:
    """Where a problem of a plate stands."""
    return {"file": raw.file, "sheet": raw.sheet}


def at_setting(raw: RawFile, key: str) -> dict[str, str]:
    """Where a setting of a plate stands: in its own row of files.csv, else once for all plates in experiment.toml."""
    if key in raw.overrides:
        return {**at_file(raw), "place": f"{key} in files.csv"}
    return {"file": "experiment.toml", "place": f"assays.{raw.assay}.{key}"}


def _readings_seen(wells: pd.DataFrame) -> str:
    """What was read in each of these wells, in words of the contract."""
    return "; ".join(f"{w.well} {w.status} (standard {w.standard:g})" for w in wells.itertuples())


def _check_standards(found: PlateCurve, standards: Standards, problems: Problems) -> None:
    """Tells what makes the curve weaker than it looks."""
    where: dict[str, Any] = {"file": found.raw.file, "sheet": found.raw.sheet, "plate": found.raw.plate}
    x, y, assessment = standards.concentration, standards.signal, found.chosen.assessment
    unit = plain(found.settings.standard_unit)
    verdict = {
        "seen": f"{assessment.levels_pass} of {assessment.levels} levels",
        "model": found.curve.model.name,
        "r2": f"{assessment.r2_means:.4f}",
        "worst": _worst_level(found),
    }
    if assessment.assessed == "fail":
        straight = linear_range(x, y, found.curve.weighting)
        hint = "" if np.isnan(straight) else f" A straight line holds up to the standard {straight:g} {unit}."
        problems.add("MG305", **verdict, hint=hint, **where)
    if assessment.assessed == "not_assessable":
        problems.add("MG308", **verdict, **where)
    if found.curve.apex < x.max():
        problems.add("MG309", seen=f"apex at {found.curve.apex:.4g} {unit}", top=f"{x.max():g} {unit}", **where)
    if disordered := disordered_levels(x, y):
        problems.add("MG310", seen=", and of ".join(f"{high:g} is below {low:g}" for low, high in disordered), **where)
    _check_top(found, problems)


def _worst_level(found: PlateCurve) -> str:
    """The level that back-calculates worst, as text."""
    assessment = found.chosen.assessment
    off = np.where(assessment.passed | (assessment.concentration == 0), 0.0, np.abs(assessment.error_percent))
    worst = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
    error = assessment.error_percent[worst]
    return f"{assessment.concentration[worst]:g} " + ("is above the curve" if np.isnan(error) else f"is {error:+.1f} %")


def _check_top(found: PlateCurve, problems: Problems) -> None:
    """Warns when the top standard is far from any kit's, and names the units in which it would not be."""
    low, high = PLAUSIBLE_TOP[found.raw.assay]
    molar = CALCIUM_G_PER_MOL if found.raw.assay == "calcium" else None
    unit, top = plain(found.settings.standard_unit), found.chosen.assessment.concentration[-1]
    if unit not in units_of(molar) or low <= top * ug_per_mL_factor(unit, g_per_mol=molar) <= high:
        return
    fitting = [u for u in units_of(molar) if low <= top * ug_per_mL_factor(u, g_per_mol=molar) <= high]
    words = {"seen": f"{top:g} {unit}", "low": f"{low:g}", "high": f"{high:g}", "assay": found.raw.assay}
    problems.add("MG311", **at_setting(found.raw, "standard_unit"), units=", ".join(fitting) or "none known", **words)


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


def curves_row(found: PlateCurve) -> dict[str, Any]:
    """The plate's row of curves.csv; parameters in full precision, in the unit of the standards."""
    curve, assessment = found.curve, found.chosen.assessment
    pairs = zip(curve.model.parameters, curve.coefficients, strict=True)
    return {
        "plate": found.raw.plate,
        "assay": found.raw.assay,
        "model": curve.model.name,
        "weighting": curve.weighting,
        "parameters": ";".join(f"{name}={float(value)!r}" for name, value in pairs),
        "r2_means": assessment.r2_means,
        "lod": detection_limit(curve),
        "loq": quantification_limit(curve),
        "range_low": curve.range_low,
        "range_high": curve.range_high,
        "unit": plain(found.settings.standard_unit),
        "levels": assessment.levels,
        "levels_pass": assessment.levels_pass,
        "assessed": assessment.assessed,
        "flag": found.flag,
    }


def standards_rows(found: PlateCurve) -> list[dict[str, Any]]:
    """The plate's rows of standards.csv, ascending; `pass` is missing at a zero standard (no percent error)."""
    a = found.chosen.assessment
    columns = zip(a.concentration, a.n, a.signal, a.fitted, a.back_calculated, a.error_percent, a.passed, strict=True)
    names = ("standard", "n", "signal", "fitted", "back_calculated", "error_percent")
    return [
        {
            "plate": found.raw.plate,
            "assay": found.raw.assay,
            **dict(zip(names, level, strict=True)),
            "pass": bool(passed) if level[0] > 0 else None,
        }
        for *level, passed in columns
    ]
