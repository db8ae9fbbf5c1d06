"""A design -> everything that can be said before the experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.plan.best_grade import BestGrade, best_grade
from mgassay.effects.plan.curves import Curve, Wanted, curve_of, donors_for_no_loss, donors_for_total
from mgassay.effects.plan.designs import Design
from mgassay.effects.plan.estimands import Estimand, estimands_of
from mgassay.effects.plan.noise import Noise

ASKED = ("intracellular", "extracellular", "surface", "passive")  # whose donors can be simulated
FOLDS = (1.25, 1.5, 2.0)


@dataclass(frozen=True)
class Plan:
    """What the arms can tell, the grade they could earn, and the donors it takes.

    `for_total`: by T, the donors that show it (None: more than asked about). `no_loss`: by fold, those that show that
    blocking takes nothing away. `left_out`: shares that were asked about and that these arms cannot tell.
    """

    design: Design
    all_arms: tuple[Arms, ...]
    estimands: tuple[Estimand, ...]
    best: BestGrade
    noise: Noise
    wanted: Wanted
    curves: tuple[Curve, ...]
    left_out: tuple[str, ...]
    for_total: Mapping[float, int | None]
    no_loss: Mapping[float, int | None]


def plan_of(design: Design, noise: Noise, wanted: Wanted, totals: Sequence[float], shares: Sequence[str] = ()) -> Plan:
    """The plan of a design for these true T (natural log) and shares (of ASKED; all that the arms tell where empty)."""
    experiment = design.experiment
    all_arms = arms_of_blocks(experiment)
    estimands = estimands_of(all_arms, mg_measured=design.mg_measured)
    can = {e.name for e in estimands if e.kind == "share" and not e.lacks}
    folds = sorted({*FOLDS, experiment.settings.contrast.equivalence_fold})
    has_block = any("interaction" in arms.identified for arms in all_arms)
    told = [share for share in shares or ASKED if share in can]
    return Plan(
        design=design,
        all_arms=all_arms,
        estimands=estimands,
        best=best_grade(experiment, all_arms, mg_measured=design.mg_measured),
        noise=noise,
        wanted=wanted,
        curves=tuple(curve_of(share, total, noise, wanted) for share in told for total in totals),
        left_out=tuple(share for share in shares if share not in can),
        for_total={total: donors_for_total(total, noise, wanted.power, wanted.most) for total in totals},
        no_loss=donors_for_no_loss(noise, folds, wanted.power) if has_block else {},
    )
