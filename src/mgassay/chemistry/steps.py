"""Which condition each condition's Mg step starts from: the same in all but Mg, at the declared reference level."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment

# What may differ along a Mg step: its own level and salt, names, and what was measured of it.
_OF_THE_STEP = ("condition", "mg_mM", "mg_salt", "mg_from_day", "label", "order", "pH")


def reference_conditions(experiment: Experiment) -> Mapping[str, str]:
    """Condition -> the condition that its Mg step starts from; "" where there is none, or it is itself that one.

    The level that the contrast declares, else the lowest of those that are alike.
    """
    table = experiment.conditions
    alike = [c for c in table.columns if c not in _OF_THE_STEP]
    declared = experiment.settings.contrast.mg_reference_mM
    found: dict[str, str] = dict.fromkeys(table["condition"], "")
    for _, group in table.groupby(alike, dropna=False, sort=False):
        start = _start_of(group, declared)
        for row in group.to_dict("records"):
            if start is not None and not _same(row["mg_mM"], start["mg_mM"]):
                found[str(row["condition"])] = str(start["condition"])
    return found


def _start_of(group: pd.DataFrame, declared: float) -> Mapping[Hashable, Any] | None:
    """The first condition at the declared level, or at the lowest; None where no level is known."""
    known = group[group["mg_mM"].notna()]
    if not len(known):
        return None
    at = known[[_same(v, declared) for v in known["mg_mM"]]]
    chosen = at if len(at) else known[known["mg_mM"] == known["mg_mM"].min()]
    return chosen.to_dict("records")[0]


def _same(one: float, other: float) -> bool:
    """Whether two levels are one; numbers are equal within 1e-6 of themselves. NaN equals nothing but is no step."""
    return math.isnan(one) or math.isclose(one, other, rel_tol=1e-6)
