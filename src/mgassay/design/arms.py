"""The arms of one question under one block.

An arm is one condition that answers one question: calcifying medium, at the reference or the raised side of the step,
with Mg2+ entry intact or blocked (live cells), or without living cells. A block and its intact control differ in the
block's own column only.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mgassay.design.blocks import Block

LIVE_ARMS = ("intact_reference", "intact_raised", "blocked_reference", "blocked_raised")
ACELLULAR_ARMS = ("acellular_reference", "acellular_raised")


@dataclass(frozen=True)
class Arms:
    """The condition that fills each arm of one block ("" where it was not run); `block` is None when only Mg changed.

    Which question they answer: `step` from its reference to its raised side ("Mg", or the name of a [[step]], which is
    asked at one Mg level: both are that one), on `day` ("" where there is only one); `primary` for the declared one.
    `comparators` holds, by name, the condition of each at the reference side with entry intact, `blocked_comparators`
    the same under the block. `rivals` holds, for every arm that several conditions fit, those conditions; the first of
    them fills the arm.
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
    blocked_comparators: Mapping[str, str] = field(default_factory=dict)
    rivals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    step: str = "Mg"
    mg_reference_mM: float = float("nan")
    mg_raised_mM: float = float("nan")
    primary: bool = True

    @property
    def name(self) -> str:
        """The block's name; "" when only Mg changed."""
        return self.block.name if self.block else ""

    @property
    def question(self) -> tuple[str, float, float, str]:
        """What tells this question from the others: step, the two Mg levels (mM), day."""
        return self.step, self.mg_reference_mM, self.mg_raised_mM, self.day

    @property
    def live(self) -> tuple[str, str, str, str]:
        """Conditions of the four live arms, in the order of LIVE_ARMS."""
        return self.intact_reference, self.intact_raised, self.blocked_reference, self.blocked_raised

    @property
    def acellular(self) -> tuple[str, str]:
        """Conditions of the acellular arm at the reference and the raised side."""
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
        held: dict[str, Any] = {
            arm: c if (c := getattr(self, arm)) in run else "" for arm in (*LIVE_ARMS, *ACELLULAR_ARMS)
        }
        return replace(self, **held)

    @property
    def missing(self) -> tuple[str, ...]:
        """Plain names of the arms that have no condition."""
        under = self.name or "block of Mg entry"
        of = "Mg" if self.step == "Mg" else self.step
        names = {
            f"intact at reference {of}": self.intact_reference,
            f"intact at raised {of}": self.intact_raised,
            f"{under} at reference {of}": self.blocked_reference,
            f"{under} at raised {of}": self.blocked_raised,
            f"acellular at reference {of}": self.acellular_reference,
            f"acellular at raised {of}": self.acellular_raised,
        }
        return tuple(arm for arm, condition in names.items() if not condition)
