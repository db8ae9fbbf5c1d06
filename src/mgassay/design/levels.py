"""Columns of conditions.csv at their levels: which conditions fit, and what "left alone" is."""

import functools
import itertools
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.experiment import Experiment

# What "left alone" is in each column, in order of preference (a declared [[block]] or [[step]] adds its own).
_IDLE = {"inhibitor": ("none",), "sirna": ("none", "scramble"), "modulator": ("none",), "comparator": ("none",)}
_DEFAULTS = {"inhibitor": "none", "sirna": "none", "modulator": "none", "comparator": "none", "cells": "live"}

Mask = npt.NDArray[np.bool_]


def is_level(conditions: pd.DataFrame, column: str, level: str) -> Mask:
    """Where a column holds a level; numbers are equal within 1e-6 of themselves; a column not there never is."""
    if column not in conditions.columns:
        return np.zeros(len(conditions), dtype=bool)
    if pd.api.types.is_numeric_dtype(conditions[column]):
        values = conditions[column].to_numpy(dtype=float, na_value=np.nan)
        number = number_in(level)
        if not math.isfinite(number):
            return np.asarray(values == number, dtype=bool)
        return np.asarray(np.abs(values - number) <= 1e-6 * abs(number), dtype=bool)
    return np.asarray(conditions[column].to_numpy(dtype=object) == level, dtype=bool)


def number_in(text: str) -> float:
    """The first number in a text, its sign with it; -inf where there is none."""
    found = re.search(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)
    return float(found.group()) if found else -math.inf


def at_levels(conditions: pd.DataFrame, levels: Mapping[str, str]) -> pd.DataFrame:
    """The conditions at all these levels."""
    return conditions[_fits(conditions, levels)]


def fitting(conditions: pd.DataFrame, levels: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the conditions at all these levels, in the order of conditions.csv."""
    return tuple(conditions["condition"].to_numpy()[_fits(conditions, levels)])


def _fits(conditions: pd.DataFrame, levels: Mapping[str, str]) -> Mask:
    """Which conditions are at all these levels."""
    fits = np.ones(len(conditions), dtype=bool)
    for column, level in levels.items():
        fits &= is_level(conditions, column, level)
    return fits


def best_filled(
    conditions: pd.DataFrame,
    wanted: Mapping[str, Mapping[str, str]],
    idle: Mapping[str, Sequence[str]],
    needed: str = "",
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Conditions that fit each wanted arm, at the combination of idle levels that fills most arms; and that one.

    The first combination on a tie; with `needed` (an arm) one that fills it goes before all that do not.
    """
    best: tuple[tuple[bool, int], dict[str, tuple[str, ...]], dict[str, str]] | None = None
    names = conditions["condition"].to_numpy()
    at = functools.cache(lambda column, level: is_level(conditions, column, level))  # asked again in every combination
    everything = np.ones(len(conditions), dtype=bool)
    for combination in itertools.product(*idle.values()):
        level = dict(zip(idle, combination, strict=True))
        held = {arm: {**level, **fixed}.items() for arm, fixed in wanted.items()}
        found = {arm: tuple(names[np.all([everything, *(at(*h) for h in own)], axis=0)]) for arm, own in held.items()}
        rank = (bool(found.get(needed)), sum(map(bool, found.values())))
        if best is None or rank > best[0]:
            best = rank, found, level
    return best[1:] if best else ({}, {})


def idle_levels(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """Column -> the values at which it is left alone, preferred first."""
    added = [(b.column, b.intact) for b in experiment.settings.block]
    added += [(s.column, s.reference) for s in experiment.settings.step if s.column != "mg_mM"]
    columns = dict.fromkeys([*_IDLE, *(c for c, _ in added if c in experiment.conditions.columns)])
    return {c: tuple(dict.fromkeys([*_IDLE.get(c, ()), *(v for name, v in added if name == c)])) for c in columns}


def filled(conditions: pd.DataFrame) -> pd.DataFrame:
    """Conditions with the contract's defaults where a cell is empty."""
    return conditions.assign(
        mg_from_day=conditions["mg_from_day"].fillna(0.0),
        **{c: conditions[c].where(conditions[c] != "", d) for c, d in _DEFAULTS.items()},
    )


def mg_levels(conditions: pd.DataFrame) -> tuple[float, ...]:
    """The Mg levels (mM) of these conditions, ascending, each once (see `is_level`)."""
    values = sorted(float(v) for v in conditions["mg_mM"].dropna())
    return tuple(mg for i, mg in enumerate(values) if not is_among(mg, values[:i]))


def is_among(mg_mM: float, levels: Sequence[float]) -> bool:
    """Whether an Mg level is one of these; numbers are equal within 1e-6 of themselves, as in `is_level`."""
    return bool(np.isclose(levels, mg_mM, rtol=1e-6, atol=0.0).any())
