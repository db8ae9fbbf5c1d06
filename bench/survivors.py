"""The faults that tests do not notice and need not, from docs/mutants.csv: each with the kind it is of and why."""

import csv
from pathlib import Path

JUDGED = Path(__file__).parents[1] / "docs" / "mutants.csv"
KINDS = {
    "same": "the same number for every input",
    "search": "how a solution is looked for, not which",
    "size": "how much is worked on at a time",
    "chosen": "a number of ours a tenth higher, far from any decision",
    "elsewhere": "noticed by tests of another file",
}

Key = tuple[str, str, str, int]  # a fault's module, line, change, and which of several that read the same


def rows() -> list[dict[str, str]]:
    """The table as it stands: module, line, change, nth, kind, why."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def judged() -> dict[Key, str]:
    """Why each known survivor may survive."""
    return {(r["module"], r["line"], r["change"], int(r["nth"])): r["why"] for r in rows()}
