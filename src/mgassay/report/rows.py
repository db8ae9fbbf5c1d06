"""Finding the row that a sentence or a mark rests on, and the key by which others find it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.effects.means import panels
from mgassay.experiment import Experiment
from mgassay.table import Table

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """The result tables by name, and the Mg step that the experiment asks for first."""

    by_name: Mapping[str, pd.DataFrame]
    mg_reference_mM: float
    mg_raised_mM: float

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The table of that name, empty where the stage was not run."""
        return self.by_name[name] if name in self.by_name else STATES[name].frame()

    def rows(self, name: str, **equal: str) -> list[Row]:
        """The rows of a table whose text columns have these values, in the table's order."""
        table = self[name]
        for column, value in equal.items():
            table = table[table[column] == value]
        return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]

    def primary(self, name: str, **equal: str) -> list[Row]:
        """The same, held to the primary Mg step, and to the last day where there are several."""
        found = [r for r in self.rows(name, **equal) if r["step"] in ("", "Mg") and self._is_primary_step(r)]
        last = max((_day_order(r["day"]) for r in found), default=None)
        return [r for r in found if _day_order(r["day"]) == last]

    def first(self, name: str, **equal: str) -> Row | None:
        """The first primary row, or None."""
        return next(iter(self.primary(name, **equal)), None)

    def _is_primary_step(self, row: Row) -> bool:
        return bool(row["mg_reference_mM"] == self.mg_reference_mM and row["mg_raised_mM"] == self.mg_raised_mM)


_PARTS = (tables.STAIN_HISTOGRAMS, tables.QPCR_WELLS, tables.AMPLIFICATION)
STATES: Mapping[str, Table] = {state.name: state for state in (*tables.RESULT_TABLES, *_PARTS)}


def tables_of(experiment: Experiment, by_name: Mapping[str, pd.DataFrame]) -> Tables:
    """The tables with the experiment's primary Mg step."""
    contrast = experiment.settings.contrast
    return Tables(by_name, contrast.mg_reference_mM, contrast.mg_raised_mM)


def _day_order(day: str) -> tuple[float, str]:
    """Days in order of number where they are numbers ("day 7" after "day 3"), else of text."""
    digits = "".join(c for c in day if c.isdigit() or c == ".").strip(".")
    return (float(digits) if digits.replace(".", "", 1).isdigit() else -1.0, day)


def key_of(table: str, row: Row) -> str:
    """The key columns of a row joined by `|`, spelled as in the CSV.

    >>> key_of("genes", {"gene": "RUNX2", "block": "", "estimand": "total", "comparator": ""})
    'RUNX2||total|'
    """
    return "|".join(_cell_text(row[column]) for column in tables.KEYS[table])


def _cell_text(value: Any) -> str:
    """One cell as `store` writes it: numbers in their shortest exact form, missing ones empty."""
    return "" if pd.isna(value) else str(value)


def is_missing(value: Any) -> bool:
    """Whether a cell of a table is empty: NaN, or pandas' own missing value."""
    return bool(pd.isna(value))


def excludes_zero(row: Row) -> bool:
    """Whether a row is shown to differ from 0; a bound only where it lies on its own side of 0."""
    return panels.excludes_zero(row["ci_low"], row["ci_high"], str(row["flag"]))


def n_donors(row: Row) -> int:
    """The row's count of donors, 0 where it is missing."""
    return 0 if pd.isna(row["n_donors"]) else int(row["n_donors"])


def natural_order(name: str) -> tuple[str, float, str]:
    """Sorts names by their letters, then by their number: D1, D2, D10, run1."""
    return ("".join(c for c in name if not c.isdigit()), _day_order(name)[0], name)


def donors_column(*columns: pd.DataFrame) -> list[str]:
    """The donors of some tables, each once, in natural order of name."""
    return sorted({d for table in columns for d in table["donor"] if d}, key=natural_order)
