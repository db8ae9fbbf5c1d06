"""One readout's log means as a panel, and the donor x arm matrix that a question takes out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.effects.estimators.intervals import Array
from mgassay.flags import join_flags

# Order in which a verdict looks for its readout; all of them measure mineral and have a no-Pi background.
MINERAL_READOUTS = (
    "calcium",
    "calcium_per_well",
    "alizarin_od",
    "alizarin_extract",
    "alizarin_extract_per_protein",
    "alizarin_area",
)


def is_mineral(readout: str) -> bool:
    """Whether a readout measures mineral."""
    return readout in MINERAL_READOUTS


@dataclass(frozen=True)
class ArmMatrix:
    """Log means of shape (donors, arms), NaN where a cell was not run; `flags` one text per cell, same shape."""

    donors: tuple[str, ...]
    values: Array
    flags: tuple[tuple[str, ...], ...]

    def complete(self, arms: Sequence[int]) -> "ArmMatrix":
        """Only the donors that have a value in all these arms (positions)."""
        return self.taking([bool(np.isfinite(row[list(arms)]).all()) for row in self.values])

    def without(self, donor: str) -> "ArmMatrix":
        """The same matrix with one donor left out."""
        return self.taking([d != donor for d in self.donors])

    def taking(self, keep: Sequence[bool]) -> "ArmMatrix":
        """Only the donors marked true."""
        kept = [i for i, k in enumerate(keep) if k]
        return ArmMatrix(tuple(self.donors[i] for i in kept), self.values[kept], tuple(self.flags[i] for i in kept))

    def flag(self, weights: Sequence[float]) -> str:
        """Flags of a contrast of the arms: those of its cells, and which way a censored cell pulls it.

        A floored cell is at most its value, one above the curve at least; a contrast is a lower bound where every
        censored cell can only raise it, an upper bound where every one can only lower it, neither where they differ.
        """
        cells = [(w, cell) for row in self.flags for w, cell in zip(weights, row, strict=True) if w]
        may_fall = any((w > 0 and _at_most(cell)) or (w < 0 and _at_least(cell)) for w, cell in cells)
        may_rise = any((w < 0 and _at_most(cell)) or (w > 0 and _at_least(cell)) for w, cell in cells)
        bound = {(True, False): "upper_bound", (False, True): "lower_bound"}.get((may_fall, may_rise), "")
        return join_flags(*(cell for _, cell in cells), bound)

    @property
    def lost(self) -> str:
        """Which bounds (`floor`, `above_curve`) cells have that hold no number to stand for it: their donor is lost."""
        cells = [
            cell
            for row, flags in zip(self.values, self.flags, strict=True)
            for value, cell in zip(row, flags, strict=True)
            if not np.isfinite(value)
        ]
        return join_flags(*(f for cell in cells for f in cell.split(";") if is_censored(f)))


def is_censored(flag: str) -> bool:
    """Whether flags of a cell or a contrast tell of a bound in place of a value."""
    return _at_most(flag) or _at_least(flag)


def is_open(flag: str) -> bool:
    """Whether bounds stand for values in a contrast or share and do not say which way the truth lies."""
    return is_censored(flag) and not {"lower_bound", "upper_bound"}.intersection(flag.split(";"))


def excludes_zero(ci_low: float, ci_high: float, flag: str) -> bool:
    """Whether an interval lies on one side of 0; False without an interval.

    Of a bound only one on its own side of 0 does: what is at most .5, or either side of .5, may be 0.
    """
    words = flag.split(";")
    positive = ci_low > 0 and "upper_bound" not in words
    negative = ci_high < 0 and "lower_bound" not in words
    return bool((positive or negative) and not is_open(flag))


def _at_most(flag: str) -> bool:
    """Whether a cell's true amount may be lower than its value."""
    return "floor" in flag.split(";")


def _at_least(flag: str) -> bool:
    """Whether a cell's true amount may be higher than its value."""
    return "above_curve" in flag.split(";")


@dataclass(frozen=True)
class Panel:
    """All means of one readout by (condition, donor): log mean and flag."""

    readout: str
    cells: Mapping[tuple[str, str], tuple[float, str]]

    def matrix(self, conditions: Sequence[str]) -> ArmMatrix:
        """The donors (sorted) that have a row in any of these conditions; "" stands for an arm that was not run."""
        donors = tuple(sorted({d for c, d in self.cells if c and c in conditions}))
        nothing = (float("nan"), "")
        cells = [[self.cells.get((c, d), nothing) if c else nothing for c in conditions] for d in donors]
        values = np.array([[value for value, _ in row] for row in cells], dtype=float)
        return ArmMatrix(
            donors, values.reshape(len(donors), len(conditions)), tuple(tuple(f for _, f in row) for row in cells)
        )


def panels_from_means(means: pd.DataFrame) -> Iterator[Panel]:
    """A panel for every readout of means.csv, in alphabetical order."""
    by_readout: dict[str, dict[tuple[str, str], tuple[float, str]]] = {}
    columns = (means[c].tolist() for c in ("readout", "condition", "donor", "log_mean", "flag"))
    for readout, condition, donor, log_mean, flag in zip(*columns, strict=True):
        by_readout.setdefault(readout, {})[condition, donor] = (log_mean, flag)
    return (Panel(readout, by_readout[readout]) for readout in sorted(by_readout))
