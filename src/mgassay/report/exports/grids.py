"""Donors x conditions x reps of a readout, as other programs want values: one grid of reps and one of donors' means."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay.effects.means.detection import limits_of_detection
from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.rows import natural_order
from mgassay.report.shown_conditions import in_order

Well = tuple[float, float, str]  # value, limit, flag
Reps = dict[tuple[str, str, str], list[Well]]  # wells by condition, donor, rep
_AT_LEAST, _AT_MOST = {"above_curve", "lower_bound"}, {"floor", "upper_bound"}


@dataclass(frozen=True)
class Value:
    """A number, or what it is at least (`>=`) or at most (`<=`); NaN where nothing is known."""

    number: float
    bound: str = ""


@dataclass(frozen=True)
class Grid:
    """Values of one readout; `width` is the number of reps side by side (1 for means).

    `cells` hold the values of a condition and donor in the order of their reps, of which there may be fewer.
    """

    readout: str
    unit: str
    conditions: tuple[str, ...]
    donors: tuple[str, ...]
    width: int
    cells: Mapping[tuple[str, str], tuple[Value, ...]]

    def values(self, condition: str, donor: str) -> tuple[Value, ...]:
        """As many values as the grid is wide, empty ones last."""
        held = self.cells.get((condition, donor), ())
        return (*held, *(Value(math.nan) for _ in range(self.width - len(held))))

    @property
    def title(self) -> str:
        """The readout in words, with its unit."""
        named = labels.capital(labels.readout(self.readout))
        return f"{named} ({self.unit})" if self.unit != "1" else f"{named} (fraction)"


def rep_grids(experiment: Experiment, amounts: pd.DataFrame) -> list[Grid]:
    """One grid per readout of AMOUNTS, in alphabetical order: wells of a rep averaged, nothing subtracted.

    Averaged as for means.csv: arithmetic, and no number where a well of the rep has none; what was not detected is at
    most what the means take it for, and a rep below its limit of detection at most that limit (`_rep`).
    """
    moved = amounts.assign(limit=limits_of_detection(amounts))
    known = moved[(amounts["donor"] != "") & amounts["condition"].isin(experiment.conditions["condition"])]
    wells: dict[str, Reps] = {}
    columns = ("readout", "condition", "donor", "rep", "value", "limit", "flag")
    for readout, *rep, value, limit, flag in zip(*(known[c].tolist() for c in columns), strict=True):
        wells.setdefault(readout, {}).setdefault((rep[0], rep[1], rep[2]), []).append((value, limit, flag))
    units = units_of(known)
    return [_rep_grid(experiment, readout, units[readout], wells[readout]) for readout in sorted(wells)]


def _rep_grid(experiment: Experiment, readout: str, unit: str, wells: Reps) -> Grid:
    """The grid of one readout; reps stand side by side in natural order of name, each at its name's place if few."""
    by_cell: dict[tuple[str, str], dict[str, Value]] = {}
    for condition, donor, rep in sorted(wells, key=lambda r: natural_order(r[2])):
        by_cell.setdefault((condition, donor), {})[rep] = _rep(wells[condition, donor, rep])
    names = sorted({rep for _, _, rep in wells}, key=natural_order)
    most = max(map(len, by_cell.values()))
    if len(names) == most:
        cells = {cell: tuple(own.get(rep, Value(math.nan)) for rep in names) for cell, own in by_cell.items()}
    else:
        cells = {cell: tuple(own.values()) for cell, own in by_cell.items()}
    return _grid(experiment, readout, unit, most, cells)


def _rep(wells: list[Well]) -> Value:
    """The mean of a rep's wells; with bounds of one direction among them it is a bound too, else nothing is known.

    A rep with a well flagged `below_lod` whose mean lies below the mean of its limits is at most the latter, as the
    means take it (decisions/0004).
    """
    numbers = [limit if math.isnan(value) else value for value, limit, _ in wells]
    empty = [flag for value, _, flag in wells if math.isnan(value)]
    bounds = {">=" if _AT_LEAST & set(flag.split(";")) else "<=" for flag in empty}
    if len(bounds) > 1:
        return Value(math.nan)
    mean, limit = (math.fsum(of) / len(wells) for of in (numbers, [limit for _, limit, _ in wells]))
    if not bounds and mean < limit and any("below_lod" in flag.split(";") for _, _, flag in wells):
        return Value(limit, "<=")
    return Value(mean, "".join(bounds))


def mean_grids(experiment: Experiment, means: pd.DataFrame, units: Mapping[str, str]) -> list[Grid]:
    """One grid per readout of MEANS: donors' means as the effects are made of, on the readout's own scale.

    That is exp(log_mean), of genes log2. `units` are those of the readouts.
    """
    return [
        _grid(experiment, str(readout), units.get(str(readout), ""), 1, dict(_means(rows)))
        for readout, rows in means.groupby("readout", sort=True)
    ]


def _means(rows: pd.DataFrame) -> Iterator[tuple[tuple[str, str], tuple[Value, ...]]]:
    """Condition and donor with their mean."""
    for row in rows.to_dict("records"):
        is_gene = str(row["readout"]).startswith("gene:")
        number = row["log_mean"] / math.log(2.0) if is_gene else math.exp(row["log_mean"])
        yield (str(row["condition"]), str(row["donor"])), (Value(number, bound_of(row["flag"])),)


def bound_of(flag: str) -> str:
    """`>=` or `<=` where flags say that a number is a bound, "" where it is a value; NaN bounds both ways are `<=`.

    >>> bound_of("floor"), bound_of("above_curve;outlier"), bound_of("below_loq")
    ('<=', '>=', '')
    """
    words = set(flag.split(";"))
    return "<=" if words & _AT_MOST else ">=" if words & _AT_LEAST else ""


def units_of(amounts: pd.DataFrame) -> dict[str, str]:
    """The unit of each readout of AMOUNTS."""
    first = amounts.drop_duplicates("readout")
    return dict(zip(first["readout"], first["unit"], strict=True))


def _grid(
    experiment: Experiment, readout: str, unit: str, width: int, cells: Mapping[tuple[str, str], tuple[Value, ...]]
) -> Grid:
    """Conditions by `order`, else in their own one; donors in natural order of name."""
    ranks: Mapping[Any, int] = {c: i for i, c in enumerate(in_order(experiment))}
    conditions = sorted({c for c, _ in cells}, key=lambda c: ranks.get(c, len(ranks)))
    donors = sorted({d for _, d in cells}, key=natural_order)
    return Grid(readout, unit, tuple(conditions), tuple(donors), width, cells)
