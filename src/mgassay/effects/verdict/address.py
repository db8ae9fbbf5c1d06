"""Where a fact or a sentence was read from: a table, and the key of its row."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgassay import tables

FALSIFICATION = "falsification:"  # before the comparator's name, as the subject of an equivalence check


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """The key columns of a row joined by `|`, spelled as in the CSV.

    >>> key_of("genes", {"gene": "RUNX2", "block": "", "estimand": "total", "comparator": ""})
    'RUNX2||total|'
    """
    return "|".join(_cell_text(row[column]) for column in tables.KEYS[table])


def _cell_text(value: Any) -> str:
    """One cell as `store` writes it: numbers in their shortest exact form, missing ones empty."""
    return "" if pd.isna(value) else str(value)
