"""What follows from an experiment's declaration alone is worked out once: many steps ask for it."""

import functools
import weakref
from collections.abc import Callable
from typing import TypeVar

from mgassay.experiment import Experiment

Found = TypeVar("Found")


def once(make: Callable[[Experiment], Found]) -> Callable[[Experiment], Found]:
    """A function of an experiment that remembers what it gave, for as long as that very experiment exists.

    An experiment cannot be compared as a whole (its conditions are a table), so that it is known by its identity.
    """
    given: dict[int, Found] = {}

    @functools.wraps(make)
    def ask(experiment: Experiment) -> Found:
        key = id(experiment)
        if key not in given:
            given[key] = make(experiment)
            weakref.finalize(experiment, given.pop, key, None)
        return given[key]

    return ask
