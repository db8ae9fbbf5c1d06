"""What makes a plate's curve weaker than it looks, told to the lab."""

from typing import Any

import numpy as np

from mgassay.assays.curves.linearity import disordered_levels, linear_range, mandel_f
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.plate_curve import PlateCurve, at_setting
from mgassay.assays.plates.standard_units import MASS_UNIT, units_of
from mgassay.problems import Problems, listed
from mgassay.units import MOLAR_MASS, plain, ug_per_mL_factor

# Top standards (ug/mL) between which kits lie: o-cresolphthalein and kin 25-500, protein dyes 10-2000; Alizarin Red S
# 3.4-3400, which is 0.01-10 mM (ScienCell ARed-Q is linear from 0.03 to 4 mM); p-nitrophenol 1.4-1400, 0.01-10 mM.
PLAUSIBLE_TOP = {
    "calcium": (10.0, 1000.0),
    "protein": (8.0, 10000.0),
    "alizarin_extract": (3.4, 3400.0),
    "alp": (1.4, 1400.0),
}

# The same in ug in the assay well: calcium kits 0.4-2, at most 50 uL of 500 ug/mL; protein 50 uL of 10 mg/mL.
PLAUSIBLE_MASS = {"calcium": (0.05, 25.0), "protein": (0.05, 500.0)}
_EQUAL = {"calcium": " (1 mM Ca = 40.078 ug/mL, 1 mg/dL = 10 ug/mL)"}


def check_standards(found: PlateCurve, problems: Problems) -> None:
    """Tells what makes the curve weaker than it looks, and what was left out of it."""
    where: dict[str, Any] = {"file": found.raw.file, "sheet": found.raw.sheet, "plate": found.raw.plate}
    x, y = found.standards.concentration, found.standards.signal
    unit, assessed = plain(found.settings.standard_unit), found.chosen.assessment.assessed
    if assessed == "fail":
        straight = linear_range(x, y, found.curve.weighting, found.limits)
        hint = "" if np.isnan(straight) else f" A straight line holds up to the standard {straight:g} {unit}."
        problems.add("MG305", **_verdict(found), hint=hint, **where)
    if assessed == "not_assessable":
        problems.add("MG308", **_verdict(found), **where)
    if found.curve.apex < x.max():
        problems.add("MG309", seen=f"apex at {found.curve.apex:.4g} {unit}", top=f"{x.max():g} {unit}", **where)
    if disordered := disordered_levels(x, y):
        problems.add("MG310", seen=", and of ".join(f"{high:g} is below {low:g}" for low, high in disordered), **where)
    not_back = _above_range(found)
    if assessed == "pass" and not_back.size and found.curve.apex >= x.max() and not found.chosen.dropped.size:
        levels = listed([f"{level:g}" for level in not_back])
        told = {**_verdict(found), "seen": levels, "top": f"{found.curve.range_high:g} {unit}"}
        problems.add("MG333", **told, **where)
    if found.chosen.dropped.size:
        f, critical = mandel_f(x, y, found.curve.weighting)
        levels = listed([f"{level:g}" for level in found.chosen.dropped])
        top = f"{found.curve.range_high:g} {unit}"
        problems.add("MG330", seen=levels, f=f"{f:.3g}", critical=f"{critical:.3g}", top=top, **where)
    _tell_outlying(found, problems)
    _check_top(found, problems)


def _above_range(found: PlateCurve) -> Array:
    """Levels above the range."""
    levels = found.chosen.assessment.concentration
    above: Array = levels[levels > found.curve.range_high]
    return above


def _tell_outlying(found: PlateCurve, problems: Problems) -> None:
    """Names the wells that do not agree with their replicates, and whether they still count."""
    where: dict[str, Any] = {"file": found.raw.file, "sheet": found.raw.sheet, "plate": found.raw.plate}
    removed = found.outlying.single if found.settings.outliers == "remove" else ()
    kept = [w for w in found.outlying.wells if w not in removed]
    if kept:
        problems.add("MG331", place=";".join(kept), seen=len(kept), **where)
    if removed:
        problems.add("MG332", place=";".join(removed), seen=len(removed), **where)


def _verdict(found: PlateCurve) -> dict[str, str]:
    """How the standards read back, in words, with the limits that they were assessed against."""
    assessment, settings = found.chosen.assessment, found.settings
    return {
        "seen": f"{assessment.levels_pass} of {assessment.levels} levels",
        "model": found.curve.model.name,
        "r2": f"{assessment.r2_means:.4f}",
        "worst": _worst_level(found),
        "limit": f"{settings.accept_percent:g}",
        "lowest": f"{settings.accept_lowest_percent:g}",
    }


def _worst_level(found: PlateCurve) -> str:
    """The level that back-calculates worst, as text."""
    assessment = found.chosen.assessment
    off = np.where(assessment.passed | (assessment.concentration == 0), 0.0, np.abs(assessment.error_percent))
    worst = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
    error = assessment.error_percent[worst]
    return f"{assessment.concentration[worst]:g} " + ("is above the curve" if np.isnan(error) else f"is {error:+.1f} %")


def _check_top(found: PlateCurve, problems: Problems) -> None:
    """Warns when the top standard is far from any kit's, and names the units in which it would not be."""
    molar = MOLAR_MASS.get(found.raw.assay)
    unit, top = plain(found.settings.standard_unit), float(found.chosen.assessment.concentration[-1])
    if unit == MASS_UNIT:
        (low, high), amount, fitting = PLAUSIBLE_MASS.get(found.raw.assay, (0.0, np.inf)), top, []
    elif unit in units_of(molar):
        (low, high), amount = PLAUSIBLE_TOP[found.raw.assay], top * ug_per_mL_factor(unit, g_per_mol=molar)
        fitting = [u for u in units_of(molar) if low <= top * ug_per_mL_factor(u, g_per_mol=molar) <= high]
    else:
        return
    if low <= amount <= high:
        return
    kits = f"{low:g} and {high:g} {MASS_UNIT if unit == MASS_UNIT else 'ug/mL'}"
    words = {
        "seen": f"{top:g} {unit}",
        "kits": kits,
        "assay": found.raw.assay,
        "units": listed(fitting) or "none known",
    }
    problems.add("MG311", **at_setting(found.raw, "standard_unit"), equal=_EQUAL.get(found.raw.assay, ""), **words)
