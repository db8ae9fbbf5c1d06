"""One plate as an assay takes it, and what the assay makes of it."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.experiment import AssaySettings, Experiment, RawFile


@dataclass(frozen=True, eq=False)
class Plate:
    """The wells of one plate (WELLS, all reads and wavelengths) with what the lab declared of it."""

    experiment: Experiment
    raw: RawFile
    settings: AssaySettings
    wells: pd.DataFrame

    @property
    def where(self) -> dict[str, str]:
        """Where a problem of this plate stands, and its name for the message."""
        return {"file": self.raw.file, "sheet": self.raw.sheet, "plate": self.raw.plate}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a plate: wells with amounts (WELL_AMOUNTS), its curve where it has one, and what was left out.

    `measured` is None where the plate could not be quantified, with a problem told; `left_out` are EXCLUSIONS.
    """

    measured: pd.DataFrame | None = None
    curve: PlateCurve | None = None
    left_out: pd.DataFrame = field(default_factory=tables.EXCLUSIONS.frame)


def exclusion(plate: Plate, well: Any, rule: str) -> dict[str, Any]:
    """A row of EXCLUSIONS for one row of WELLS (a named tuple) that the program leaves out, by the name of the rule."""
    return {
        "assay": plate.raw.assay,
        "plate": plate.raw.plate,
        "well": well.well,
        "donor": well.donor,
        "rule": rule,
        "value": well.value,
        "by": "mgassay",
    }
