"""Which donors an effect or a share rests on, by name, and what the others lack: a line per readout and block."""

from collections.abc import Iterator, Sequence

import numpy as np

from mgassay.design import Arms, late_arms_of, questions_of
from mgassay.effects.contrasts.contrasts import CONTRASTS, used_arms
from mgassay.effects.means.panels import ArmMatrix, Panel, panels_from_means
from mgassay.report import labels
from mgassay.report.late_words import is_part, late_day
from mgassay.report.rows import Row, Tables, natural_order

_ALIKE = "“If donors respond alike” (block ANOVA) also takes donors with gaps that have two arms or more."


def donors_used(tables: Tables, arms: Arms, readout: str) -> str:
    """`Donors: T of D1, D2, D3; B, T − B, shares of D1, D2. D3 lacks si_mg20.` from means.csv; "" without T and B.

    T, B and their differences are those of the donors that have all arms of each; shares those of T − B, else of T.
    """
    means = tables["means"]
    panel = next(panels_from_means(means[means["readout"] == readout]), None)
    told = _used(panel, arms) if panel else []
    if panel is None or not told:
        return ""
    lacking = list(_lacking(panel, arms))
    return " ".join([f"Donors: {'; '.join(told)}.", *lacking, *([_ALIKE] if lacking and arms.block else [])])


def donors_of_shares(tables: Tables, readout: str, block: str) -> dict[tuple[object, ...], int]:
    """How many donors the shares of every question rest on, by (step, day, reference Mg, raised Mg); {} without means.

    Those that have all four live arms of the question, or both intact ones where there is no block.
    """
    means = tables["means"]
    panel = next(panels_from_means(means[means["readout"] == readout]), None)
    asked = questions_of(tables.experiment) if panel and tables.experiment else ()
    return {
        (a.step, a.day, a.mg_reference_mM, a.mg_raised_mM): len(panel.matrix(used).complete(range(len(used))).donors)
        for a in asked
        if panel and a.name == block and all(used := a.live if a.block else a.live[:2])
    }


def donors_of_late(tables: Tables, row: Row) -> int:
    """How many donors a row `late_mg` of CHECKS rests on, from means.csv; 0 for other rows and without means.

    Those that have the late and the reference arm, for its part of the total the arm raised from the start as well.
    """
    means = tables["means"]
    panel = next(panels_from_means(means[means["readout"] == row["readout"]]), None)
    asked = late_arms_of(tables.experiment) if panel and tables.experiment and row["check"] == "late_mg" else ()
    own = (a for a in asked if a.name == row["block"] and f"{a.mg_from_day:g}" == late_day(row["subject"]))
    arms = next(own, None)
    if panel is None or arms is None:
        return 0
    used = (arms.reference, arms.late, *((arms.raised,) if is_part(row["subject"]) else ()))
    return len(panel.matrix(used).complete(range(len(used))).donors)


def _used(panel: Panel, arms: Arms) -> list[str]:
    """The donors of each contrast, those with the same donors together, then the runs of A."""
    live = panel.matrix(arms.live)
    asked = [c for c in CONTRASTS if all(arms.live[i] for i in used_arms(c))]
    names: dict[tuple[str, ...], list[str]] = {}
    for contrast in asked:
        if donors := live.complete(used_arms(contrast)).donors:
            shares = ["shares"] if contrast == ("interaction" if "interaction" in asked else "total") else []
            names.setdefault(donors, []).extend([labels.contrast(contrast).partition(",")[0], *shares])
    runs = panel.matrix(arms.acellular).complete((0, 1)).donors
    told = [f"{', '.join(some)} of {_listed(donors)}" for donors, some in names.items()]
    return [*told, *([f"A of the runs {_listed(runs)}"] if runs else [])]


def _listed(donors: Sequence[str]) -> str:
    """Donors by name, in natural order."""
    return ", ".join(sorted(donors, key=natural_order))


def _lacking(panel: Panel, arms: Arms) -> Iterator[str]:
    """What each incomplete donor lacks of the arms that were run: a condition, or a number where a bound has none."""
    run = [c for c in arms.live if c]
    live: ArmMatrix = panel.matrix(run)
    for donor, values in sorted(zip(live.donors, live.values, strict=True), key=lambda one: natural_order(one[0])):
        without = [c for c, value in zip(run, values, strict=True) if not np.isfinite(value)]
        absent = [c for c in without if (c, donor) not in panel.cells]
        unknown = [c for c in without if c not in absent]
        told = [f"lacks {', '.join(absent)}"] if absent else []
        told += [f"has no number for {', '.join(unknown)}"] if unknown else []
        if told:
            yield f"{donor} {' and '.join(told)}."
