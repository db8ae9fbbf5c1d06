"""Which arms a gene is compared between: raised Mg and the comparators, with entry intact and under each block."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mgassay.design import Arms, arms_of_blocks, plain_arms
from mgassay.effects.means.panels import MINERAL_READOUTS, ArmMatrix, Panel
from mgassay.experiment import Experiment


@dataclass(frozen=True)
class Comparison:
    """The conditions of one state of Mg2+ entry; `block` is "" for intact entry, "" stands for an arm not declared.

    `comparators` holds, by its name, the condition of every comparator at the reference Mg.
    """

    block: str
    reference: str
    raised: str
    comparators: Mapping[str, str]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Raised Mg, reference Mg, then the comparators in their order."""
        return self.raised, self.reference, *self.comparators.values()


def comparisons_of(experiment: Experiment) -> tuple[Comparison, ...]:
    """The comparisons that the declared conditions allow: with entry intact first, then under each block.

    Intact entry is that of the untransfected arms where comparators were run beside them, else of the first block
    whose own intact arms have some.
    """
    ordered = intact_first(experiment)
    plain = plain_arms(experiment)
    intact = (Comparison("", a.intact_reference, a.intact_raised, a.comparators) for a in (plain, *ordered))
    under = (Comparison(a.name, a.blocked_reference, a.blocked_raised, a.blocked_comparators) for a in ordered)
    usable = [c for c in intact if c.raised and c.comparators][:1]
    return (*usable, *(c for c in under if c.block and c.raised and c.comparators))


def intact_first(experiment: Experiment) -> list[Arms]:
    """The arms of all blocks, those whose intact arms are the plain Mg arms (nothing else added) first."""
    plain = plain_arms(experiment).live[:2]
    return sorted(arms_of_blocks(experiment), key=lambda arms: arms.live[:2] != plain)


def pairs_of(comparison: Comparison, panel: Panel) -> Iterator[tuple[str, ArmMatrix]]:
    """Each comparator that has donors, with those that have both raised Mg and it, in this order of columns."""
    for name, condition in comparison.comparators.items():
        both = panel.matrix((comparison.raised, condition)).complete((0, 1))
        if both.donors:
            yield name, both


def mineral_beside(panels: Mapping[str, Panel], conditions: Sequence[str]) -> Panel | None:
    """The first of MINERAL_READOUTS that some donor has in all of these conditions; None where there is none.

    The order is fixed before results, so that the readout that agrees best is not picked.
    """
    found = (panels[readout] for readout in MINERAL_READOUTS if readout in panels)
    places = range(len(conditions))
    return next((panel for panel in found if panel.matrix(conditions).complete(places).donors), None)
