"""Finding the row that a sentence or a mark rests on, and the key by which others find it again."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.design import day_number, primary_rows
from mgassay.effects.estimators import bounds
from mgassay.experiment import Experiment
from mgassay.table import Table

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """The result tables by name, the Mg step that the experiment asks for first, and that experiment.

    Without an experiment no question was declared: then every row counts as an answer.
    """

    by_name: Mapping[str, pd.DataFrame]
    mg_reference_mM: float
    mg_raised_mM: float
    experiment: Experiment | None = None
    _records: dict[tuple[str, bool], list[Row]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The table of that name, empty where the stage was not run."""
        return self.by_name[name] if name in self.by_name else STATES[name].frame()

    def rows(self, name: str, **equal: str) -> list[Row]:
        """The rows of a table whose text columns have these values, in the table's order."""
        return _with(self._rows_of(name, False), equal)

    def primary(self, name: str, **equal: str) -> list[Row]:
        """The same of EFFECTS or SHARES, held to the declared question: its Mg step, the primary day."""
        return _with(self._rows_of(name, self.experiment is not None), equal)

    def first(self, name: str, **equal: str) -> Row | None:
        """The first primary row, or None."""
        return next(iter(self.primary(name, **equal)), None)

    @functools.cached_property
    def reps(self) -> pd.DataFrame:
        """Every rep of all readouts as it goes into its mean (`reps_from_amounts`), worked out once.

        Needs an experiment: raises ValueError without one.
        """
        from mgassay.effects.means.means import reps_from_amounts  # the exports find rows too, and make no means

        if self.experiment is None:
            raise ValueError("reps need an experiment")
        return reps_from_amounts(self.experiment, self["amounts"])

    def _rows_of(self, name: str, declared: bool) -> list[Row]:
        """All rows of a table (those of the declared question), made once."""
        if (name, declared) not in self._records:
            table = primary_rows(self.experiment, self[name]) if declared and self.experiment else self[name]
            self._records[name, declared] = rows_equal(table)
        return self._records[name, declared]


def _with(rows: Sequence[Row], equal: Mapping[str, str]) -> list[Row]:
    """The rows whose columns have these values."""
    kept = list(rows)
    for column, value in equal.items():
        kept = [r for r in kept if r[column] == value]
    return kept


def rows_equal(table: pd.DataFrame, **equal: str) -> list[Row]:
    """The rows of a table whose text columns have these values, in the table's order."""
    names, columns = [str(c) for c in table.columns], (table[c].tolist() for c in table.columns)
    return _with([dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)], equal)


_PARTS = (tables.STAIN_HISTOGRAMS, tables.QPCR_WELLS, tables.AMPLIFICATION)
STATES: Mapping[str, Table] = {state.name: state for state in (*tables.RESULT_TABLES, *_PARTS)}


def tables_of(experiment: Experiment, by_name: Mapping[str, pd.DataFrame]) -> Tables:
    """The tables with the question that the experiment declares."""
    contrast = experiment.settings.contrast
    return Tables(by_name, contrast.mg_reference_mM, contrast.mg_raised_mM, experiment)


def day_order(day: str) -> tuple[float, str]:
    """Days in order of number where they have one ("day 7" after "day 3"), else of text."""
    return day_number(day), day


def is_missing(value: Any) -> bool:
    """Whether a cell of a table is empty: NaN, or pandas' own missing value."""
    return bool(pd.isna(value))


def excludes_zero(row: Row) -> bool:
    """Whether a row is shown to differ from 0; a bound only where it lies on its own side of 0."""
    return bounds.excludes_zero(row["ci_low"], row["ci_high"], str(row["flag"]))


def lies_above(row: Row, value: float) -> bool:
    """Whether a row's interval is shown to lie above a value; never of what is at most its estimate."""
    return bounds.lies_above(row["ci_low"], row["ci_high"], str(row["flag"]), value)


def lies_below(row: Row, value: float) -> bool:
    """Whether a row's interval is shown to lie below a value; never of what is at least its estimate."""
    return bounds.lies_below(row["ci_low"], row["ci_high"], str(row["flag"]), value)


def n_donors(row: Row) -> int:
    """The row's count of donors, 0 where it is missing."""
    return 0 if pd.isna(row["n_donors"]) else int(row["n_donors"])


def natural_order(name: str) -> tuple[str, float, str]:
    """Sorts names by their letters, then by their number: D1, D2, D10, run1."""
    return ("".join(c for c in name if not c.isdigit()), day_order(name)[0], name)


def donors_column(*columns: pd.DataFrame) -> list[str]:
    """The donors of some tables, each once, in natural order of name."""
    return sorted({d for table in columns for d in table["donor"] if d}, key=natural_order)
