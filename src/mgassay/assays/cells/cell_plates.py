"""What plates of living cells share: a second wavelength, and how a layout that is not theirs is found out."""

import pandas as pd

from mgassay.assays.plates.measured import WAVELENGTH_TOLERANCE_NM
from mgassay.assays.plates.placement import is_misplaced
from mgassay.assays.plates.plate import Plate
from mgassay.experiment import RawFile
from mgassay.problems import Problems


def wavelength_pair(raw: RawFile) -> tuple[float, float] | None:
    """Both wavelengths (nm) that the file's row asks for (570;690), in the lab's order; None for one or none."""
    parts = [float(p) for p in raw.wavelength_nm.split(";") if p.strip()]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def read_at(wells: pd.DataFrame, nm: float) -> pd.DataFrame:
    """The rows of WELLS that were read at this wavelength, within the tolerance of a reader's filter."""
    return wells[(wells["wavelength_nm"] - nm).abs() <= WAVELENGTH_TOLERANCE_NM]


def is_other_plate(plate: Plate, single: pd.DataFrame, problems: Problems) -> bool:
    """Whether another layout fits the wells (one row each) far better, and the lab has not confirmed its own (MG326).

    That alike wells agree by chance only (MG327) is not told: where nothing harms the cells all of them read the same.
    """
    found = Problems()
    misplaced = is_misplaced(plate.experiment, plate.raw, single, found)
    for problem in found:
        if problem.code == "MG326":
            problems.add("MG326", **plate.where, seen=problem.seen, layout=plate.raw.layout)
    return misplaced and "MG326" not in plate.raw.confirm
