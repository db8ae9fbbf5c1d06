"""How many cycles a plate ran: from the export, else the settings, else 40."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.problems import Problems

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

ASSUMED_CYCLES = 40


def cycles_of_wells(
    wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems
) -> tuple[npt.NDArray[np.int64], Truths]:
    """Cycles run, and whether they are assumed, for each well: from the export, else the settings, else 40.

    Wells of one plate share a run: a well where the export is silent takes what it says of the plate's other wells,
    the fewest where they differ: no quantity can then lie above the bound of a well without a Cq.
    """
    own = wells["cycles"].to_numpy(dtype=np.float64, na_value=np.nan)
    exported = pd.Series(own).groupby(wells["plate"].to_numpy(), sort=False).min()
    declared: dict[str, float] = {}
    assumed = []
    for name, plate in plates.items():
        said, told = plate.settings.cycles, float(exported[name])
        declared[name] = float(told if np.isfinite(told) else said or ASSUMED_CYCLES)
        if np.isnan(told) and said is None:
            assumed.append(name)
            problems.add("MG501", file=plate.file, plate=name, cycles=ASSUMED_CYCLES)
        elif said is not None and np.isfinite(told) and told != said:
            problems.add("MG527", file=plate.file, plate=name, seen=said, cycles=f"{told:.0f}")
    cycles = np.where(np.isfinite(own), own, wells["plate"].map(declared).to_numpy(dtype=np.float64))
    return cycles.astype(np.int64), np.asarray(wells["plate"].isin(assumed), dtype=bool)
