"""Which donors two measurements are set beside each other on: the same ones, or two sets with none in common."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_APART = 3  # donors of each of two sets: of two, Satterthwaite's df are too many (a share was covered .77-.93)


@dataclass(frozen=True)
class DonorSets:
    """The donors to take of a first and of a second measurement, and whether they are the same ones."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    same: bool


def donor_sets(first: Sequence[str], second: Sequence[str]) -> DonorSets | None:
    """Which donors to use of those that have the first and those that have the second; None where they are too few.

    Two sets are all donors of the first, and those of the second that are not among them, so that they are independent;
    three donors each or more. The donors that have both are taken where there are no such two sets, where they are all
    of either, and where their df (n - 1) are no less than the least that the two sets could have. Numbers of donors
    alone decide, never what was measured in them, so that the choice bends no interval.
    """
    both = tuple(d for d in first if d in second)
    own = tuple(d for d in second if d not in first)
    apart = min(len(first), len(own))
    enough = len(both) >= apart or len(both) == len(first)  # where they are all of the second there is no `own`
    if len(both) > 1 and (enough or apart < LEAST_APART):
        return DonorSets(both, both, True)
    return DonorSets(tuple(first), own, False) if apart >= LEAST_APART else None
