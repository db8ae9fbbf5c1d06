"""Ways to stop Mg2+ entry: those that experiment.toml declares, and those that conditions.csv tells by itself."""

import re
from dataclasses import dataclass

import pandas as pd

from mgassay.experiment import Experiment

# Waixenicin A is the only small molecule here whose action at working doses is nearly TRPM7's alone (Zierler 2011);
# 2-APB also blocks store-operated and IP3 calcium, NS8593 SK channels, FTY720 acts on S1P receptors and PP2A.
_INHIBITORS = {"2apb": False, "ns8593": False, "fty720": False, "waixenicina": True}


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
