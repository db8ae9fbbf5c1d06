"""A table of typed columns: the two doors through which every table of the program goes.

A missing text is "", a missing number NaN, a missing integer or truth value <NA>.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mgassay.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd

_DTYPES: dict[str, Any] = {"text": "str", "number": "float64", "integer": "Int64", "truth": "boolean"}


@dataclass(frozen=True)
class Table:
    """One data state: its name (the file is `<name>.csv`) and its columns with their kinds."""

    name: str
    columns: Mapping[str, str]

    def frame(self, rows: "Iterable[Mapping[str, Any]] | pd.DataFrame" = ()) -> "pd.DataFrame":
        """A new table of this state from rows or a frame, columns in order; columns not given are missing.

        Raises ContractError for a column that this state does not have.
        """
        import pandas as pd

        given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
        strange = [c for c in given.columns if c not in self.columns] if len(given.columns) else []
        if strange:
            raise ContractError(f"{self.name} has no column {strange}")
        return pd.DataFrame({c: _typed(given.get(c), k, given.index) for c, k in self.columns.items()}).reset_index(
            drop=True
        )

    def check(self, table: "pd.DataFrame") -> "pd.DataFrame":
        """The same table, after proof that columns, order and types are this state's; else ContractError."""
        expected = {c: _DTYPES[k] for c, k in self.columns.items()}
        found = {str(c): str(t) for c, t in table.dtypes.items()}
        if list(found.items()) != list(expected.items()):
            raise ContractError(f"{self.name}: expected {expected}, found {found}")
        return table


def _typed(column: "pd.Series[Any] | None", kind: str, index: "pd.Index") -> "pd.Series[Any]":
    """A column of the given kind; texts never hold a missing value, they hold ""."""
    if column is None:
        import pandas as pd

        column = pd.Series("" if kind == "text" else None, index=index, dtype="str" if kind == "text" else None)
    if kind == "text":
        texts = column if column.dtype == "str" else column.astype(object).where(column.notna(), "").astype("str")
        return texts.fillna("")
    filled = column.replace("", None) if column.dtype == object else column
    typed: pd.Series[Any] = filled.astype(_DTYPES[kind])
    return typed


def table(name: str, *, text: str = "", number: str = "", integer: str = "", truth: str = "", order: str) -> Table:
    """A Table from blank-separated column names by kind, and their order."""
    groups = {"text": text, "number": number, "integer": integer, "truth": truth}
    kinds = {column: kind for kind, names in groups.items() for column in names.split()}
    ordered = [c.strip() for c in order.split(",")]
    if sorted(ordered) != sorted(kinds):
        raise ContractError(f"{name}: {sorted(set(ordered) ^ set(kinds))}")
    return Table(name, {c: kinds[c] for c in ordered})
