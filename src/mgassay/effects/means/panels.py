"""One readout's log means as a panel, and the donor x arm matrix that a question takes out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.effects.estimators.bounds import censored_words, sum_flag
from mgassay.effects.estimators.intervals import Array

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

    def flag(self, weights: Sequence[float] | Array) -> str:
        """Flags of a weighted sum of cells that hold a number, and which way a bound pulls it.

        `weights` are those of the arms, or of the cells, shape (donors, arms).
        """
        return sum_flag((w, flag) for w, value, flag in self._cells(weights) if np.isfinite(value))

    def lost(self, weights: Sequence[float] | Array | None = None) -> str:
        """Which bounds (`floor`, `above_curve`) cells have that hold no number to stand for it: their donor is lost.

        Of the arms that have a weight, of all without weights. A cell that was not run loses its donor to no bound.
        """
        return censored_words(f for w, value, f in self._cells(weights) if w and not np.isfinite(value))

    def _cells(self, weights: Sequence[float] | Array | None) -> Iterator[tuple[float, float, str]]:
        """Weight, value and flags of every cell; a weight of 1 without weights."""
        of_cells = np.broadcast_to(np.asarray(1.0 if weights is None else weights, dtype=float), self.values.shape)
        for row in zip(of_cells, self.values, self.flags, strict=True):
            yield from zip(*row, strict=True)


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
