"""The best grade that the arms of a plan could earn if everything they measure came out, and what would raise it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mgassay.design import Arms, backgrounds_of
from mgassay.effects.verdict.grade import GRADES, grade_of, held_by
from mgassay.experiment import Experiment

_TOLD = {"total_excludes_zero", "share_identifiable", "scale_robust"}  # once T can be told at all
_BLOCKED = {"blocked_run", "interaction_excludes_zero"}
SIRNA, SECOND, MAGNESIUM = "TRPM7 siRNA", "second block of Mg entry", "intracellular Mg"
ACELLULAR, BACKGROUND, ARMS = "acellular", "no-Pi background", "missing arms"


@dataclass(frozen=True)
class Raise:
    """Additions that together earn a better grade; none of them can be left out."""

    additions: tuple[str, ...]
    grade: str


@dataclass(frozen=True)
class BestGrade:
    """The best grade, the block that earns it, the rules that hold it there, and the ways up."""

    grade: str
    block: str
    held_by: tuple[str, ...]
    raises: tuple[Raise, ...]


def best_grade(experiment: Experiment, all_arms: Sequence[Arms], *, mg_measured: bool) -> BestGrade:
    """The best over the blocks of a plan; the first block on a tie."""
    held = {arms.name: facts_if_all_goes_well(experiment, arms, all_arms, mg_measured) for arms in all_arms}
    block = min(held, key=lambda name: GRADES.index(grade_of(held[name])))
    found = held[block]
    others = any(name != block and "blocked_run" in facts for name, facts in held.items())
    ways = _ways(found, sum("blocked_run" in facts for facts in held.values()), has_other=others)
    return BestGrade(grade_of(found), block, tuple(held_by(found)), tuple(_raises(found, ways)))


def facts_if_all_goes_well(
    experiment: Experiment, arms: Arms, all_arms: Sequence[Arms], mg_measured: bool
) -> frozenset[str]:
    """The facts that the arms of one block could make true."""
    run = [a for a in all_arms if "interaction" in a.identified]
    own = arms in run
    pair = own and len(run) > 1 and any(a.block and a.block.is_sirna for a in run)
    known = {
        "sirna": bool(arms.block and arms.block.is_sirna),
        "selective": bool(arms.block and arms.block.selective),
        "second_block_agrees": pair and (_is_sirna(arms) or any(_is_sirna(a) for a in run if a is not arms)),
        "mg_measured": mg_measured and own,
        "rho_below_half": mg_measured and own,
        "acellular": "acellular" in arms.identified,
        "no_background": not all(backgrounds_of(experiment).get(c, ()) for c in arms.live if c),
    }
    facts = {fact for fact, true in known.items() if true}
    return frozenset(facts | (_TOLD if "total" in arms.identified else set()) | (_BLOCKED if own else set()))


def _is_sirna(arms: Arms) -> bool:
    """Whether the block is knock-down."""
    return bool(arms.block and arms.block.is_sirna)


def _ways(held: frozenset[str], blocks: int, *, has_other: bool) -> Mapping[str, frozenset[str]]:
    """Addition -> the facts that it would add, of those that the plan does not have already."""
    knocked_down = "sirna" in held and "blocked_run" in held
    second = {"second_block_agrees"} if blocks else set()  # what is there becomes the second block
    ways = {
        ARMS: set() if "total_excludes_zero" in held else _TOLD,
        SIRNA: set() if knocked_down else {"sirna", "selective", *_BLOCKED, *second},
        SECOND: {"second_block_agrees"} if not has_other else set(),
        MAGNESIUM: {"mg_measured", "rho_below_half"},
        ACELLULAR: {"acellular"},
        BACKGROUND: {"background"} if "no_background" in held else set(),
    }
    return {name: frozenset(facts) for name, facts in ways.items() if facts - held}


def _raises(held: frozenset[str], ways: Mapping[str, frozenset[str]]) -> list[Raise]:
    """The smallest sets of additions that earn each better grade, best grade last."""
    found: list[Raise] = []
    for size in range(1, len(ways) + 1):
        for names in itertools.combinations(ways, size):
            grade = _with(held, [ways[n] for n in names], names)
            as_good = [r for r in found if set(r.additions) <= set(names)]
            if all(GRADES.index(grade) < GRADES.index(g) for g in (grade_of(held), *(r.grade for r in as_good))):
                found.append(Raise(names, grade))
    return found


def _with(held: frozenset[str], added: Sequence[frozenset[str]], names: Sequence[str]) -> str:
    """The grade with these additions; a second block counts only beside knock-down, Mg_i only under a block."""
    facts = set(held).union(*added) - ({"no_background"} if BACKGROUND in names else set())
    if "sirna" not in facts or (SECOND not in names and "second_block_agrees" not in set(held).union(*added)):
        facts -= {"second_block_agrees"}
    if "blocked_run" not in facts:
        facts -= {"mg_measured", "rho_below_half", "second_block_agrees"}
    return grade_of(facts)
