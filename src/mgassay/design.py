"""Conditions -> blocks, arms and backgrounds.

An arm is one condition that answers one question: calcifying medium, at reference or raised Mg, with Mg2+ entry intact
or blocked (live cells), or without living cells. A block and its intact control differ in the block's own column only.
"""

import itertools
import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.experiment import Contrast, Experiment

LIVE_ARMS = ("intact_reference", "intact_raised", "blocked_reference", "blocked_raised")
ACELLULAR_ARMS = ("acellular_reference", "acellular_raised")

# Waixenicin A is the only small molecule here whose action at working doses is nearly TRPM7's alone (Zierler 2011);
# 2-APB also blocks store-operated and IP3 calcium, NS8593 SK channels, FTY720 acts on S1P receptors and PP2A.
_INHIBITORS = {"2apb": False, "ns8593": False, "fty720": False, "waixenicina": True}

# What "left alone" is in each column, in order of preference (a declared [[block]] or [[step]] adds its own).
_IDLE = {"inhibitor": ("none",), "sirna": ("none", "scramble"), "modulator": ("none",), "comparator": ("none",)}
_DEFAULTS = {"inhibitor": "none", "sirna": "none", "modulator": "none", "comparator": "none", "cells": "live"}

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """A way to stop Mg2+ entry: the column of conditions.csv that tells it from its intact control."""

    name: str
    column: str
    intact: str
    blocked: str
    selective: bool

    @property
    def is_sirna(self) -> bool:
        """Whether entry is stopped by knock-down."""
        return self.column == "sirna"


@dataclass(frozen=True)
class Arms:
    """The condition that fills each arm of one block ("" where it was not run); `block` is None when only Mg changed.

    `rivals` holds, for every arm that several conditions fit, those conditions; the first of them fills the arm.
    """

    block: Block | None
    day: str = ""
    intact_reference: str = ""
    intact_raised: str = ""
    blocked_reference: str = ""
    blocked_raised: str = ""
    acellular_reference: str = ""
    acellular_raised: str = ""
    comparators: Mapping[str, str] = field(default_factory=dict)
    rivals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The block's name; "" when only Mg changed."""
        return self.block.name if self.block else ""

    @property
    def live(self) -> tuple[str, str, str, str]:
        """Conditions of the four live arms, in the order of LIVE_ARMS."""
        return self.intact_reference, self.intact_raised, self.blocked_reference, self.blocked_raised

    @property
    def acellular(self) -> tuple[str, str]:
        """Conditions of the acellular arm at reference and raised Mg."""
        return self.acellular_reference, self.acellular_raised

    @property
    def identified(self) -> tuple[str, ...]:
        """The contrasts that these arms can identify."""
        total, blocked, acellular = all(self.live[:2]), all(self.live[2:]), all(self.acellular)
        main = bool(self.intact_reference and self.blocked_reference)
        known = {
            "total": total,
            "blocked": blocked,
            "interaction": total and blocked,
            "block_main": main,
            "acellular": acellular,
            "surface": blocked and acellular,
        }
        return tuple(contrast for contrast, can in known.items() if can)

    def held_to(self, run: Container[str]) -> "Arms":
        """The same arms without those whose condition is not among `run`."""
        held = {arm: c if (c := getattr(self, arm)) in run else "" for arm in (*LIVE_ARMS, *ACELLULAR_ARMS)}
        return Arms(self.block, self.day, **held, comparators=self.comparators, rivals=self.rivals)

    @property
    def missing(self) -> tuple[str, ...]:
        """Plain names of the arms that have no condition."""
        under = self.name or "block of Mg entry"
        names = {
            "intact at reference Mg": self.intact_reference,
            "intact at raised Mg": self.intact_raised,
            f"{under} at reference Mg": self.blocked_reference,
            f"{under} at raised Mg": self.blocked_raised,
            "acellular at reference Mg": self.acellular_reference,
            "acellular at raised Mg": self.acellular_raised,
        }
        return tuple(arm for arm, condition in names.items() if not condition)


def blocks_of(experiment: Experiment) -> tuple[Block, ...]:
    """The declared blocks, then those inferred from known inhibitors and TRPM7 siRNA; selective ones first.

    A value that a [[block]] declares is not inferred again; a declared siRNA is selective as an inferred one is.
    """
    declared = [
        Block(b.name, b.column, b.intact, b.blocked, b.selective or b.column == "sirna")
        for b in experiment.settings.block
    ]
    taken = {(b.column, b.blocked) for b in declared}
    inferred = [b for b in _inferred_blocks(experiment.conditions) if (b.column, b.blocked) not in taken]
    return tuple(sorted([*declared, *inferred], key=lambda b: not b.selective))


def _inferred_blocks(conditions: pd.DataFrame) -> list[Block]:
    """Blocks that the values of `inhibitor` and `sirna` tell by themselves, in the order of conditions.csv."""
    inhibitors = [(v, re.sub(r"[^a-z0-9]", "", v.lower())) for v in dict.fromkeys(conditions["inhibitor"])]
    chemical = [Block(v, "inhibitor", "none", v, _INHIBITORS[key]) for v, key in inhibitors if key in _INHIBITORS]
    knock_down = [v for v in dict.fromkeys(conditions["sirna"]) if v.upper() == "TRPM7"]
    return [*chemical, *(Block(f"si{v}", "sirna", "scramble", v, True) for v in knock_down)]


def arms_of_blocks(experiment: Experiment) -> tuple[Arms, ...]:
    """The arms of every block; where no block has both of its intact arms, the plain Mg arms stand beside them."""
    of_blocks = tuple(arms_of(experiment, block) for block in blocks_of(experiment))
    if any(all(arms.live[:2]) for arms in of_blocks):
        return of_blocks
    return (arms_of(experiment, None), *of_blocks)


def arms_of(experiment: Experiment, block: Block | None) -> Arms:
    """The condition that fills each arm of a block (None: only Mg changes).

    Every other column stays idle: no other inhibitor, siRNA `none` (or `scramble`), no modulator, no comparator, Mg
    from day 0, the primary day. Of several idle levels the one that fills most arms is taken for all of them, the
    first on a tie, so that a block and its control never differ in a second column. Levels of Mg other than the two
    of the contrast do not matter here.
    """
    day, steps, contrast = primary_day(experiment), _idle_levels(experiment), experiment.settings.contrast
    calcifying = _on_time(_filled(experiment.conditions), day)
    calcifying = calcifying[is_level(calcifying, "medium", contrast.medium_calcifying)]
    live = calcifying[is_level(calcifying, "cells", "live")]
    levels = _mg_levels(contrast)
    entry = {"intact": {block.column: block.intact} if block else {}}
    if block:
        entry["blocked"] = {block.column: block.blocked}
    wanted = {f"{e}_{step}": {"mg_mM": mg, **fixed} for e, fixed in entry.items() for step, mg in levels.items()}
    others = {c: v for c, v in steps.items() if block is None or c != block.column}
    found, idle = _best_filled(live, wanted, others)
    candidates = {**found, **_lifeless(calcifying, contrast, steps)}
    return Arms(
        block=block,
        day=day,
        comparators=_comparators(live, {**idle, **entry["intact"]}, contrast),
        rivals={arm: fits for arm, fits in candidates.items() if len(fits) > 1},
        **{arm: fits[0] if fits else "" for arm, fits in candidates.items()},
    )


def _lifeless(
    calcifying: pd.DataFrame, contrast: Contrast, idle: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Conditions that fit the acellular arm, of the kind of `cells` asked for; of the other where only that was run."""
    wanted = {f"acellular_{step}": {"mg_mM": mg} for step, mg in _mg_levels(contrast).items()}
    kinds = sorted(("none", "fixed"), key=lambda kind: kind != contrast.acellular)
    asked, other = (_best_filled(calcifying[is_level(calcifying, "cells", kind)], wanted, idle)[0] for kind in kinds)
    return other if all(other.values()) and not all(asked.values()) else asked


def _mg_levels(contrast: Contrast) -> dict[str, str]:
    """The two Mg levels of the contrast, as text that `is_level` compares as numbers."""
    return {"reference": repr(contrast.mg_reference_mM), "raised": repr(contrast.mg_raised_mM)}


def _best_filled(
    conditions: pd.DataFrame, wanted: Mapping[str, Mapping[str, str]], idle: Mapping[str, Sequence[str]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Conditions that fit each wanted arm, at the combination of idle levels that fills most arms; and that one."""
    best: tuple[dict[str, tuple[str, ...]], dict[str, str]] | None = None
    for combination in itertools.product(*idle.values()):
        level = dict(zip(idle, combination, strict=True))
        found = {arm: _fitting(conditions, {**level, **fixed}) for arm, fixed in wanted.items()}
        if best is None or sum(map(bool, found.values())) > sum(map(bool, best[0].values())):
            best = found, level
    return best or ({}, {})


def _comparators(live: pd.DataFrame, intact: Mapping[str, str], contrast: Contrast) -> dict[str, str]:
    """Comparator -> its condition at reference Mg with entry intact."""
    base = {**{c: v for c, v in intact.items() if c != "comparator"}, "mg_mM": repr(contrast.mg_reference_mM)}
    names = [name for name in dict.fromkeys(live["comparator"]) if name != "none"]
    found = {name: _fitting(live, {**base, "comparator": name}) for name in names}
    return {name: fits[0] for name, fits in found.items() if fits}


def _idle_levels(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """Column -> the values at which it is left alone, preferred first."""
    added = [(b.column, b.intact) for b in experiment.settings.block]
    added += [(s.column, s.reference) for s in experiment.settings.step if s.column != "mg_mM"]
    columns = dict.fromkeys([*_IDLE, *(c for c, _ in added if c in experiment.conditions.columns)])
    return {c: tuple(dict.fromkeys([*_IDLE.get(c, ()), *(v for name, v in added if name == c)])) for c in columns}


def primary_day(experiment: Experiment) -> str:
    """The harvest day that the contrasts are made on: the last one declared; "" where there is only one or none."""
    days = [d for d in dict.fromkeys(experiment.conditions["day"]) if d]
    return max(days, key=_as_number) if len(days) > 1 else ""


def primary_rows(experiment: Experiment, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of EFFECTS or SHARES that answer the declared question: the Mg step between its two levels, primary day.

    The others are of further levels, days and steps; a dose series has its own rows for these two levels too.
    """
    contrast = experiment.settings.contrast
    asked = (table["step"] == "Mg") & (table["day"] == primary_day(experiment))
    for column in ("mg_reference_mM", "mg_raised_mM"):
        asked &= is_level(table, column, repr(getattr(contrast, column)))
    return table[asked]


def _as_number(text: str) -> float:
    """The first number in a text, such as a day; -inf where there is none."""
    found = re.search(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)
    return float(found.group()) if found else -math.inf


def _filled(conditions: pd.DataFrame) -> pd.DataFrame:
    """Conditions with the contract's defaults where a cell is empty."""
    return conditions.assign(**{c: conditions[c].where(conditions[c] != "", d) for c, d in _DEFAULTS.items()})


def _on_time(conditions: pd.DataFrame, day: str) -> pd.DataFrame:
    """Conditions whose Mg was there from day 0, of the primary day or of none."""
    early = ~(conditions["mg_from_day"].to_numpy() > 0)
    return conditions[early & (is_level(conditions, "day", day) | is_level(conditions, "day", "") | (day == ""))]


def _fitting(conditions: pd.DataFrame, levels: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the conditions at all these levels, in the order of conditions.csv."""
    fits = np.ones(len(conditions), dtype=bool)
    for column, level in levels.items():
        fits &= is_level(conditions, column, level)
    return tuple(conditions["condition"].to_numpy()[fits])


def is_level(conditions: pd.DataFrame, column: str, level: str) -> Mask:
    """Where a column holds a level; numbers are equal within 1e-6 of themselves; a column not there never is."""
    if column not in conditions.columns:
        return np.zeros(len(conditions), dtype=bool)
    if pd.api.types.is_numeric_dtype(conditions[column]):
        values = conditions[column].to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(np.isclose(values, _as_number(level), rtol=1e-6, atol=0.0), dtype=bool)
    return np.asarray(conditions[column].to_numpy(dtype=object) == level, dtype=bool)


def backgrounds_of(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """Condition -> the control-medium conditions that may be its no-Pi background, best first.

    First the one with the same cells and day (or no day) that matches Mg, inhibitor and siRNA (and the column of a
    [[block]]), then the intact one at reference Mg: a donor in which the first was not run uses the second. Control
    conditions themselves are not listed; a condition without any control has an empty tuple.
    """
    conditions, contrast = _filled(experiment.conditions), experiment.settings.contrast
    control = is_level(conditions, "medium", contrast.medium_control)
    idle = _idle_levels(experiment)
    matched = ["mg_mM", "inhibitor", "sirna", *(b.column for b in experiment.settings.block)]
    reference = {"intact": {"mg_mM": repr(contrast.mg_reference_mM)}}
    backgrounds = {}
    for arm in conditions[~control].to_dict("records"):
        day = is_level(conditions, "day", arm["day"]) | is_level(conditions, "day", "")
        fits = conditions[control & is_level(conditions, "cells", arm["cells"]) & day]
        other = [
            int(m != arm["modulator"]) + int(c != arm["comparator"])
            for m, c in zip(fits["modulator"], fits["comparator"], strict=True)
        ]
        alike = fits.assign(other=other).sort_values("other", kind="stable")  # the arm's own treatment first
        exact = _fitting(alike, {c: str(arm[c]) for c in dict.fromkeys(matched) if c in conditions.columns})
        intact, _ = _best_filled(fits, reference, idle)
        backgrounds[str(arm["condition"])] = tuple(dict.fromkeys([*exact[:1], *intact["intact"][:1]]))
    return backgrounds
