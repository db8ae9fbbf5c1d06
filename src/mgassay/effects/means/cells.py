"""Cells (readout × condition × donor): their means, and how problems name them."""

from collections.abc import Mapping

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

CELL = ["readout", "condition", "donor"]


def condition_ranks(experiment: Experiment) -> Mapping[str, int]:
    """The place of each condition in conditions.csv."""
    return {c: i for i, c in enumerate(experiment.conditions["condition"])}


def whole_mean(values: "pd.Series[float]") -> float:
    """The mean; NaN where one has no number, since the mean of the others would be biased."""
    return float(values.mean(skipna=False))


def tell_cells(code: str, cells: pd.DataFrame, experiment: Experiment, problems: Problems, **facts: str) -> None:
    """One problem per readout (alphabetical) that names its cells (columns CELL), conditions in their own order.

    `seen` reads `condition: donor, donor; condition: donor`, `place` names the conditions; `facts` are what else its
    texts ask for.
    """
    ranks = cells["condition"].map(condition_ranks(experiment))
    ordered = cells[CELL].drop_duplicates().assign(rank=ranks).sort_values(["rank", "donor"], kind="stable")
    for readout, rows in ordered.groupby("readout", sort=True):
        donors = {str(c): listed(d) for c, d in rows.groupby("condition", sort=False)["donor"]}
        seen = "; ".join(f"{condition}: {names}" for condition, names in donors.items())
        problems.add(code, place=", ".join(donors), seen=seen, readout=readout, **facts)
