"""What is known of the curve of one plate, and where a problem of it stands."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.curves.acceptance import Limits
from mgassay.assays.curves.choice import ChosenCurve
from mgassay.assays.curves.curve import StandardCurve
from mgassay.assays.curves.limits import quantification_limit
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.outlying import Outlying
from mgassay.errors import CalibrationError
from mgassay.experiment import RawFile, StandardsSettings
from mgassay.problems import Problems

_SETTING_OF = {"MG301": "curve", "MG315": "standard_unit", "MG316": "sample_volume_uL", "MG329": "curve"}


@dataclass(frozen=True, eq=False)
class Standards:
    """Standards that can be fitted, one entry per well."""

    concentration: Array
    signal: Array
    well: npt.NDArray[np.str_]

    def without(self, wells: Iterable[str]) -> "Standards":
        """The same standards less these wells."""
        kept = ~np.isin(self.well, list(wells))
        return Standards(self.concentration[kept], self.signal[kept], self.well[kept])


@dataclass(frozen=True, eq=False)
class PlateCurve:
    """The curve of one plate with where it came from; concentrations in `settings.standard_unit`.

    `standards` are those that it was chosen by, `outlying` wells that do not agree with their replicates (standards and
    samples), `left_out` the wells (EXCLUSIONS) that are not used because of that, or because they lie above the
    straight part of the curve.
    """

    raw: RawFile
    settings: StandardsSettings
    chosen: ChosenCurve
    standards: Standards
    outlying: Outlying
    left_out: pd.DataFrame

    @property
    def curve(self) -> StandardCurve:
        """The fitted curve."""
        return self.chosen.curve

    @property
    def limits(self) -> Limits:
        """What its standards are assessed against."""
        return limits_of(self.settings)

    @property
    def lowest_quantified(self) -> float:
        """The lowest concentration that is not `below_loq`: 10 s/S, and no lower than the lowest standard that passes.

        Below that standard nothing was calibrated, however small 10 s/S is (ICH M10 takes it as the limit itself).
        """
        assessment = self.chosen.assessment
        passed = assessment.concentration[assessment.passed]
        return max(quantification_limit(self.curve), float(passed.min()) if passed.size else self.curve.range_low)

    @property
    def flag(self) -> str:
        """`curve_failed` where too few standards back-calculate."""
        return "curve_failed" if self.chosen.assessment.assessed == "fail" else ""


def limits_of(settings: StandardsSettings) -> Limits:
    """The limits that the lab set for back-calculated standards, ICH M10's where it set none."""
    return Limits(settings.accept_percent, settings.accept_lowest_percent, settings.accept_levels_percent)


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
