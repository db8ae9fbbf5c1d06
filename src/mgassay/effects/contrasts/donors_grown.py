"""In how many donors each arm was grown: n is donors, and one donor has no interval."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.means.panels import Panel
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

FEWEST = 3  # donors; two have one degree of freedom, and an interval twelve standard errors wide


def donors_of_arms(arms: Iterable[Arms], mapped: Iterable[pd.DataFrame]) -> dict[str, int]:
    """Condition -> in how many donors (of wells without cells: runs) it was grown, of every arm that has any.

    `mapped` are tables with the columns condition and donor. An arm without a donor has no wells, which is told
    elsewhere.
    """
    grown: dict[str, set[str]] = {}
    for table in mapped:
        for condition, donor in table[["condition", "donor"]].drop_duplicates().itertuples(index=False):
            grown.setdefault(condition, set()).add(donor)
    asked = dict.fromkeys(c for a in arms for c in (*a.live, *a.acellular) if c)
    counts = {c: len(grown.get(c, set()) - {""}) for c in asked}
    return {c: n for c, n in counts.items() if n}


def check_donors(experiment: Experiment, mapped: Iterable[pd.DataFrame], problems: Problems) -> None:
    """Warns of arms of the declared question with wells of fewer than FEWEST donors (MG096)."""
    counts = donors_of_arms(arms_of_blocks(experiment), mapped)
    few = [f"{c} ({n} donor{'s' * (n > 1)})" for c, n in counts.items() if n < FEWEST]
    if few:
        problems.add("MG096", file="conditions.csv", seen=listed(few))


def has_few(arms: Arms, panel: Panel) -> bool:
    """Whether an arm of a readout has values of fewer than FEWEST donors; one without any is missing, not few."""
    cells = [(c, d) for (c, d), (value, _) in panel.cells.items() if np.isfinite(value)]
    counts = donors_of_arms([arms], [pd.DataFrame(cells, columns=["condition", "donor"], dtype="str")])
    return any(n < FEWEST for n in counts.values())
