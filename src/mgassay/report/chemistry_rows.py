"""Media and Mg steps of chemistry.csv: conditions that share a medium stand together, numbers as ranges over sets."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mgassay.experiment import Experiment
from mgassay.report.numbers import NOTHING, decimal
from mgassay.report.rows import Row, Tables

SETS = {
    "phreeqc": "phreeqc.dat",
    "rec37": "phosphate pairs measured at 37 °C",
    "rec37_nahpo4": "the same, more sodium phosphate",
    "minteq4": "NIST 46 (MINTEQ)",
}
STATES = {"": "", "intact": "β-GP intact", "cleaved": "β-GP cleaved"}
_NUMBERS = ("pH", "ca_free_mM", "mg_free_mM", "hpo4_free_mM", "si_hap", "mg_ca_ratio")


@dataclass(frozen=True)
class MediumRows:
    """Conditions of one medium: their rows by constant set, those of the condition that its Mg step starts from."""

    conditions: tuple[str, ...]
    state: str
    mg_mM: float
    rows: Mapping[str, Row]
    reference_mg_mM: float
    reference: Mapping[str, Row]

    def over_sets(self, column: str) -> list[float]:
        """A column by every set."""
        return [float(row[column]) for row in self.rows.values()]

    def change(self, column: str) -> list[float]:
        """How far the Mg step moves a column, by every set; empty for a medium that no step leads to."""
        return [float(row[column]) - float(self.reference[s][column]) for s, row in self.rows.items() if self.reference]


def media_of(tables: Tables, experiment: Experiment) -> list[MediumRows]:
    """Every medium of chemistry.csv once, in the order of the conditions."""
    by_medium: dict[tuple[str, str], dict[str, Row]] = {}
    for row in tables.rows("chemistry"):
        by_medium.setdefault((row["condition"], row["bgp_state"]), {})[row["constant_set"]] = row
    mg = dict(zip(experiment.conditions["condition"], experiment.conditions["mg_mM"].astype(float), strict=True))
    alike: dict[tuple[object, ...], list[str]] = {}
    for (condition, state), rows in by_medium.items():
        start = by_medium.get((next(iter(rows.values()))["reference_condition"], state), {})
        alike.setdefault((state, mg[condition], *_same(rows), *_same(start)), []).append(condition)
    return [_medium(names, str(key[0]), by_medium, mg) for key, names in alike.items()]


def _same(rows: Mapping[str, Row]) -> tuple[object, ...]:
    """What two conditions of one medium have in common."""
    return tuple((s, *(f"{float(row[c]):.9g}" for c in _NUMBERS)) for s, row in rows.items())


def _medium(
    names: Sequence[str], state: str, by_medium: Mapping[tuple[str, str], Mapping[str, Row]], mg: Mapping[str, float]
) -> MediumRows:
    """One medium with what its step starts from."""
    rows = by_medium[names[0], state]
    start = str(next(iter(rows.values()))["reference_condition"])
    return MediumRows(
        tuple(names), state, mg[names[0]], rows, mg.get(start, math.nan), by_medium.get((start, state), {})
    )


def steps_in(media: Sequence[MediumRows]) -> list[MediumRows]:
    """Those that a Mg step leads to."""
    return [m for m in media if m.reference]


def ranged(values: Sequence[float], word: Callable[[float], str] = decimal) -> str:
    """A range over constant sets, one number where they print alike; a dash where a set has none.

    >>> ranged([-0.05, -0.094]), ranged([7.4, 7.4]), ranged([float("nan")])
    ('−0.09 to −0.05', '7.40', '–')
    """
    if not values or any(math.isnan(v) for v in values):
        return NOTHING
    low, high = word(min(values)), word(max(values))
    return low if low == high else f"{low} to {high}"
