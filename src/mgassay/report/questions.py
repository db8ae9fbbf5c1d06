"""Rows of effects and shares that answer questions beside the declared one: Mg levels, harvest days, further steps."""

from collections.abc import Sequence

import pandas as pd

from mgassay.design import is_level, primary_day
from mgassay.report.rows import Row, Tables, day_order, rows_equal

PAIR = ("mg_reference_mM", "mg_raised_mM")


def held_to(tables: Tables, *, step: str, day: str, levels: tuple[float, float] | None = None) -> Tables:
    """The same with nothing but one question among EFFECTS and SHARES: a step on a day, at two Mg levels if given."""
    low, high = (tables.mg_reference_mM, tables.mg_raised_mM) if levels is None else levels
    kept = {}
    for name in ("effects", "shares"):
        table = tables[name]
        table = table[(table["step"] == step) & (table["day"] == day)]
        kept[name] = table if levels is None else _at_levels(table, levels)
    return Tables({**tables.by_name, **kept}, low, high)


def _at_levels(table: pd.DataFrame, levels: tuple[float, float]) -> pd.DataFrame:
    """Rows at these two Mg levels."""
    asked = is_level(table, PAIR[0], repr(levels[0])) & is_level(table, PAIR[1], repr(levels[1]))
    return table[asked]


def question_pairs(tables: Tables, *, step: str, day: str) -> list[tuple[float, float]]:
    """The pairs of Mg levels at which a step was asked on a day, in order of level."""
    effects = tables["effects"]
    own = effects[(effects["step"] == step) & (effects["day"] == day)]
    return sorted(dict.fromkeys(zip(*(own[c].tolist() for c in PAIR), strict=True)))


def declared_day(tables: Tables) -> str:
    """The day of the declared question; "" without an experiment."""
    return primary_day(tables.experiment) if tables.experiment else ""


def days_of(tables: Tables, *, step: str = "Mg") -> list[str]:
    """The harvest days on which a step was asked, the declared one first, the others in order."""
    effects, declared = tables["effects"], declared_day(tables)
    found = dict.fromkeys(effects["day"][effects["step"] == step])
    return sorted(found, key=lambda day: (day != declared, day_order(day)))


def further_steps(tables: Tables) -> list[str]:
    """The steps other than that of Mg2+, in the order of effects.csv."""
    return [step for step in dict.fromkeys(tables["effects"]["step"]) if step not in ("", "Mg")]


def on_day(day: str) -> str:
    """A day as the end of a title, "" where there is only one.

    >>> on_day("7"), on_day("day 7"), on_day("")
    (', day 7', ', day 7', '')
    """
    if not day:
        return ""
    return f", {day}" if any(c.isalpha() for c in day) else f", day {day}"


def share_rows(tables: Tables, readout: str) -> list[Row]:
    """Shares of a readout that are quoted (Fieller over donors), on both scales."""
    return rows_equal(tables["shares"], readout=readout, method="fieller_donor")


def readouts_of(rows: Sequence[Row]) -> list[str]:
    """The readouts of some rows that are no genes, in their order."""
    return [r for r in dict.fromkeys(row["readout"] for row in rows) if not r.startswith("gene:")]
