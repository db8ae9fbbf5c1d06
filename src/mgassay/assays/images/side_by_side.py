"""Work on many images that may be done by other processes: what comes back holds the problems that were told."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mgassay.problems import Problems

Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]  # like map: results in the order of the items


def told(work: Callable[[Any, Problems], Any], item: Any) -> tuple[Any, Problems]:
    """The outcome of some work and the problems it told, so that another process can hand over both."""
    problems = Problems()
    return work(item, problems), problems


def heard(outcomes: Iterable[tuple[Any, Problems]], problems: Problems) -> Iterator[Any]:
    """The outcomes there are, one by one; what they told is added to the problems."""
    for outcome, of_it in outcomes:
        problems.extend(of_it)
        if outcome is not None:
            yield outcome
