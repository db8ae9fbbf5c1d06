"""What the numbers of conditions.csv may be: a slip of the unit is an error, an unusual number a warning.

The ranges hold every medium that vascular calcification is studied in, widely: DMEM and M199 hold 0.8 to 1.8 mM Mg or
Ca, 0.9 to 5 mM phosphate with what is added, 18 to 44 mM bicarbonate; 2-APB is used at 10 to 200 uM.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.problems import Problems
from mgassay.readers.declared import Declared


@dataclass(frozen=True)
class Range:
    """Lowest and highest usual value of a column; 0 is usual too. `slips`: the unit meant -> factor to the column's."""

    low: float
    high: float
    slips: Mapping[str, float]


_MILLIMOLAR = {"µM": 1e-3, "M": 1e3}
_MICROMOLAR = {"mM": 1e3, "nM": 1e-3}
RANGES = {
    "mg_mM": Range(0.02, 50, _MILLIMOLAR),
    "ca_mM": Range(0.02, 20, _MILLIMOLAR),
    "pi_mM": Range(0.05, 20, _MILLIMOLAR),
    "bgp_mM": Range(0.5, 100, _MILLIMOLAR),
    "hco3_mM": Range(1, 100, _MILLIMOLAR),
    "pH": Range(6, 9, {}),
    "co2_percent": Range(0.5, 20, {"a fraction of 1": 100}),
    "serum_percent": Range(0.01, 100, {}),
    "albumin_uM": Range(0.5, 2000, {"M": 1e6}),
    "atp_uM": Range(0.01, 10_000, {"M": 1e6}),
    "ppi_uM": Range(0.01, 10_000, {"M": 1e6}),
    "nh4_mM": Range(0.001, 50, {"µM": 1e-3}),
}
# Doses of inhibitors differ by factors of thousands, so each has a range of its own.
DOSES_UM = {"2-apb": Range(5, 1000, _MICROMOLAR), "ns8593": Range(1, 200, _MICROMOLAR)}
ANY_DOSE = Range(1e-4, 5000, {})


def check_ranges(table: Declared, frame: pd.DataFrame, problems: Problems) -> None:
    """A problem for the numbers of CONDITIONS (rows as in `table`) that no medium has, one per column and slip."""
    for column, usual, rows in _checked(frame):
        values = frame[column].to_numpy(dtype=float)
        odd = rows & (values > 0) & ((values < usual.low) | (values > usual.high))
        meant = {float(v): _unit_meant(float(v), usual) for v in np.unique(values[odd])}
        for unit in dict.fromkeys(meant.values()):
            slipped = [v for v, u in meant.items() if u == unit]
            at = list(table.frame.index[odd & np.isin(values, slipped)])
            _tell(column, slipped, usual, unit, table.at_all(at, column), problems)


def _checked(frame: pd.DataFrame) -> Iterator[tuple[str, Range, npt.NDArray[np.bool_]]]:
    """Each column with its range, and the rows that the range is for."""
    for column, usual in RANGES.items():
        yield column, usual, np.ones(len(frame), dtype=bool)
    inhibitor = frame["inhibitor"].str.casefold()
    for name, usual in DOSES_UM.items():
        yield "inhibitor_uM", usual, (inhibitor == name).to_numpy(dtype=bool)
    yield "inhibitor_uM", ANY_DOSE, (~inhibitor.isin(list(DOSES_UM))).to_numpy(dtype=bool)


def _unit_meant(value: float, usual: Range) -> str:
    """The unit that makes a number usual, "" where none does."""
    return next((u for u, factor in usual.slips.items() if usual.low <= value * factor <= usual.high), "")


def _tell(
    column: str, values: Sequence[float], usual: Range, unit: str, where: Mapping[str, str], problems: Problems
) -> None:
    """The problem of one column and one slip of the unit ("" for numbers that no unit explains)."""
    shown = ", ".join(f"{v:g}" for v in values)
    words = {"seen": shown, "column": column, "low": f"{usual.low:g}", "high": f"{usual.high:g}"}
    if unit:
        meant = ", ".join(f"{v * usual.slips[unit]:g}" for v in values)
        problems.add("MG067", **where, meant=meant, unit=unit, **words)
    else:
        problems.add("MG068", **where, **words)
