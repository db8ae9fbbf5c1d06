"""Days of harvest as conditions.csv names them: their order, one day under two names, which one is primary."""

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mgassay.design.levels import filled, is_level
from mgassay.experiment import Experiment

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_OF_DAYS = ("d", "day", "days")  # a unit that need not be said


def day_number(day: str) -> float:
    """The first number in the name of a day; a hyphen before it is no minus; -inf where there is none.

    >>> day_number("d-14"), day_number("day 7,5"), day_number("late")
    (14.0, 7.5, -inf)
    """
    found = _NUMBER.search(day)
    return float(found.group().replace(",", ".")) if found else -math.inf


def _unit(day: str) -> str:
    """What the name of a day says beside its number, "" for days.

    >>> _unit("Day 7"), _unit("2 weeks"), _unit("7")
    ('', 'weeks', '')
    """
    rest = re.findall(r"\w+", _NUMBER.sub(" ", day, count=1).lower())
    return " ".join(word for word in rest if word not in _OF_DAYS)


def same_days(days: Sequence[str]) -> list[tuple[str, ...]]:
    """Names that stand for one day (the same number in the same unit), each group with two or more of them."""
    groups: dict[tuple[float, str], list[str]] = {}
    for day in days:
        groups.setdefault((day_number(day), _unit(day)), []).append(day)
    return [tuple(names) for names in groups.values() if len(names) > 1]


def in_order(days: Sequence[str]) -> bool:
    """Whether the names of days tell their order: each has a number of its own, all in one unit."""
    numbers = {day_number(day) for day in days}
    return -math.inf not in numbers and len(numbers) == len(days) and len({_unit(day) for day in days}) < 2


def harvest_days(experiment: Experiment) -> tuple[str, ...]:
    """The days that questions are asked on: the primary one first, then the others in their order of time."""
    primary = primary_day(experiment)
    days = sorted(days_named(experiment), key=day_number) if primary else []
    return (primary, *(d for d in days if d != primary))


def primary_day(experiment: Experiment) -> str:
    """The harvest day that the answer rests on; "" where conditions.csv names only one or none.

    That of [contrast], else the one with the largest number; the one named last where several have that, or where none
    has a number (MG649). So too where no condition has the day of [contrast] (MG646).
    """
    days = days_named(experiment)
    asked = experiment.settings.contrast.day
    return "" if len(days) < 2 else asked if asked in days else max(reversed(days), key=day_number)


def days_named(experiment: Experiment) -> list[str]:
    """The days that conditions.csv names, each once, in its order."""
    return [d for d in dict.fromkeys(experiment.conditions["day"]) if d]


def of_day(experiment: Experiment, day: str) -> pd.DataFrame:
    """Conditions of a day, defaults filled in; those that name no day are of the primary one, and of no other.

    On another day they would answer a second time with the same wells.
    """
    conditions, primary = filled(experiment.conditions), primary_day(experiment)
    dayless = is_level(conditions, "day", "") if day == primary else np.zeros(len(conditions), dtype=bool)
    return conditions[is_level(conditions, "day", day) | dayless | (day == "")]
