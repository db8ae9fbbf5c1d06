"""The standards of one plate: which wells they are, the curve through them, their rows.

The curve is fitted to signals as read, with a free intercept. Blank wells are level 0 where no zero standard was
pipetted; nothing is subtracted (docs/decisions/0008-blanks.md).
"""

from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.assays.curves.choice import ChosenCurve, choose_curve
from mgassay.assays.curves.limits import detection_limit, finite, quantification_limit
from mgassay.assays.plates.outlying import exclusions_of, outlying_samples, outlying_standards
from mgassay.assays.plates.plate_curve import PlateCurve, Standards, limits_of, tell_calibration
from mgassay.assays.plates.standard_checks import check_standards
from mgassay.errors import CalibrationError
from mgassay.experiment import RawFile, StandardsSettings
from mgassay.flags import join_flags
from mgassay.problems import Problems
from mgassay.units import plain

LEAST_LEVELS = 3  # below it the layout was refused when it was mapped
OUTLIER_RULE, RANGE_RULE = "outlier among its replicates", "standard above the straight part of the curve"


def plate_curve_from_wells(
    wells: pd.DataFrame, raw: RawFile, settings: StandardsSettings, problems: Problems
) -> PlateCurve | None:
    """The curve of a plate from its standard and blank wells (WELLS, one row per well); None with a problem told.

    Wells that do not agree with their replicates are flagged; with `outliers = "remove"` those that stand alone against
    two or more are left out, and the curve is chosen anew.
    """
    standards = standards_from_wells(wells, raw, problems)
    if standards is None:
        return None
    try:
        chosen = _chosen(standards, settings)
        outlying = outlying_standards(chosen.curve, standards.concentration, standards.signal, standards.well)
        if settings.outliers == "remove" and outlying.single:
            standards = standards.without(outlying.single)
            chosen = _chosen(standards, settings)
    except CalibrationError as error:
        if error.code != "MG303" or not is_told(wells, raw):
            tell_calibration(error, raw, problems)
        return None
    outlying += outlying_samples(chosen.curve, wells)
    removed = outlying.single if settings.outliers == "remove" else ()
    above = tuple(map(str, standards.well[np.isin(standards.concentration, chosen.dropped)]))
    left_out = [exclusions_of(wells, removed, OUTLIER_RULE), exclusions_of(wells, above, RANGE_RULE)]
    found = PlateCurve(raw, settings, chosen, standards, outlying, tables.EXCLUSIONS.frame(pd.concat(left_out)))
    check_standards(found, problems)
    return found


def _chosen(standards: Standards, settings: StandardsSettings) -> ChosenCurve:
    """The curve through standards as the settings ask for it."""
    return choose_curve(
        standards.concentration,
        standards.signal,
        settings.curve,
        settings.weighting,
        limits_of(settings),
        detect_range=settings.linear_range == "detect",
    )


def _readings_seen(wells: pd.DataFrame) -> str:
    """What was read in each of these wells, in words of the contract."""
    return "; ".join(f"{w.well} {w.status} (standard {w.standard:g})" for w in wells.itertuples())


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
        if not is_told(wells, raw):
            problems.add("MG302", seen=f"{len(declared)} standard wells", **where)
        return None
    x, y, names = kept.standard.to_numpy(), kept.value.to_numpy(), kept.well.to_numpy(str)
    if not (x == 0).any():
        if blank.empty and ((wells.role == "blank") | (wells.standard == 0)).any():  # else told of with the layout
            problems.add("MG307", seen=f"lowest standard {x.min():g}", **where)
        x, y = np.append(x, np.zeros(len(blank))), np.append(y, blank.value.to_numpy())
        names = np.append(names, blank.well.to_numpy(str))
    return Standards(x, y, names)


def is_told(wells: pd.DataFrame, raw: RawFile) -> bool:
    """Whether the plate's layout lacks the levels of a curve, blanks included: that was told when it was mapped."""
    levels = set(wells.standard[(wells.role == "standard") & (wells.standard >= 0)])
    zero = {0.0} if (wells.role == "blank").any() else set()
    return bool(raw.layout) and len(levels | zero) < LEAST_LEVELS


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
        "lod": finite(detection_limit(curve)),
        "loq": finite(quantification_limit(curve)),
        "range_low": curve.range_low,
        "range_high": curve.range_high,
        "unit": plain(found.settings.standard_unit),
        "levels": assessment.levels,
        "levels_pass": assessment.levels_pass,
        "assessed": assessment.assessed,
        "flag": join_flags(found.flag, "outlier" * bool(np.isin(found.standards.well, found.outlying.wells).any())),
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
