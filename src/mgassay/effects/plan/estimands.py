"""Which effects, shares and gene effects the arms of a plan can tell, and what each of the others lacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mgassay.design import ACELLULAR_ARMS, LIVE_ARMS, Arms

MAGNESIUM, COMPARATOR, SECOND_COMPARATOR = "intracellular_mg", "comparator", "second_comparator"
_INTACT, _BLOCKED = LIVE_ARMS[:2], LIVE_ARMS[2:]
# What each needs: arms by the name of their field in `Arms`, and three things that are no arm of the Mg step.
EFFECTS: Mapping[str, tuple[str, ...]] = {
    "total": _INTACT,
    "blocked": _BLOCKED,
    "acellular": ACELLULAR_ARMS,
    "interaction": LIVE_ARMS,
    "surface": (*_BLOCKED, *ACELLULAR_ARMS),
}
SHARES: Mapping[str, tuple[str, ...]] = {
    "intracellular": LIVE_ARMS,
    "intracellular_corrected": (*LIVE_ARMS, MAGNESIUM),
    "extracellular": LIVE_ARMS,
    "surface": (*LIVE_ARMS, *ACELLULAR_ARMS),
    "passive": (*_INTACT, *ACELLULAR_ARMS),
}
GENES: Mapping[str, tuple[str, ...]] = {
    "total": _INTACT,
    "matched_mineral": (*_INTACT, COMPARATOR),
    "adjusted": (*_INTACT, COMPARATOR, SECOND_COMPARATOR),
}
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"effect": EFFECTS, "share": SHARES, "gene": GENES}


@dataclass(frozen=True)
class Estimand:
    """One thing that an experiment could tell under one block; `lacks` is empty where the arms can tell it."""

    kind: str  # effect, share or gene
    name: str
    block: str
    lacks: tuple[str, ...]


def estimands_of(all_arms: Sequence[Arms], *, mg_measured: bool) -> tuple[Estimand, ...]:
    """Every estimand of every block of the declared question; `mg_measured`: whether Mg_i will be.

    A, which no block touches, is listed once, with the first block.
    """
    return tuple(e for i, arms in enumerate(all_arms) for e in _of_block(arms, mg_measured, first=i == 0))


def _of_block(arms: Arms, mg_measured: bool, *, first: bool) -> Iterator[Estimand]:
    """The estimands of one block."""
    has = {arm for arm in (*LIVE_ARMS, *ACELLULAR_ARMS) if getattr(arms, arm)}
    has |= {MAGNESIUM} if mg_measured else set()
    has |= set((COMPARATOR, SECOND_COMPARATOR)[: len(arms.comparators)])
    parted = has.issuperset(SHARES["surface"])  # what is extracellular is then told as passive and surface
    for kind, needs in KINDS.items():
        for name, wanted in needs.items():
            if (name == "acellular" and not first) or (name == "extracellular" and parted):
                continue
            yield Estimand(kind, name, arms.name, tuple(w for w in wanted if w not in has))
