"""Which questions the declared conditions can answer, told before anything is computed."""

from mgassay.design import (
    Arms,
    arms_of_blocks,
    blocks_of,
    days_named,
    in_order,
    is_level,
    late_arms_of,
    phosphate_comparators,
    plain_arms,
    primary_day,
    questions_of,
    same_days,
    steps_of,
)
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed, suggestion

BASAL_PI_MM = 1.0  # what basal media bring by themselves (DMEM 0.9)


def check_arms(experiment: Experiment, problems: Problems) -> None:
    """Adds a problem for every arm that is missing or ambiguous, and for names that conditions.csv does not hold."""
    all_arms, questions = arms_of_blocks(experiment), questions_of(experiment)
    _check_names(experiment, problems)
    _check_known(experiment, problems)
    _check_total(experiment, all_arms, problems)
    _check_blocks(experiment, all_arms, problems)
    _check_rivals(questions, problems)
    _check_steps(experiment, questions, problems)
    _check_late(experiment, problems)
    _check_comparators(experiment, problems)
    _check_acellular(experiment, all_arms[0], problems)
    _check_days(experiment, problems)


def _check_days(experiment: Experiment, problems: Problems) -> None:
    """The day that [contrast] declares is one of conditions.csv; several days are told, and what is odd about them."""
    days, asked = days_named(experiment), experiment.settings.contrast.day
    known = ", ".join(days) or "no day"
    for names in same_days(days):
        problems.add("MG648", file="conditions.csv", place="day", seen=", ".join(names), used=names[0])
    if asked and asked not in days:
        problems.add("MG646", file="experiment.toml", seen=asked, known=known, hint=suggestion(asked, days))
    elif primary_day(experiment) and not asked and not in_order(days):
        problems.add("MG649", file="conditions.csv", place="day", seen=known, day=primary_day(experiment))
    elif primary_day(experiment):
        why = "declared" if asked else "last"
        problems.add("MG602", file="conditions.csv", seen=known, day=primary_day(experiment), why=why)


def _levels(experiment: Experiment) -> dict[str, str]:
    """The two Mg levels as facts of a message."""
    contrast = experiment.settings.contrast
    return {"mg_reference": str(contrast.mg_reference_mM), "mg_raised": str(contrast.mg_raised_mM)}


def _check_names(experiment: Experiment, problems: Problems) -> None:
    """[[block]] and [[step]] name columns and values that some condition has."""
    conditions = experiment.conditions
    named = [(b.name, b.column, v) for b in experiment.settings.block for v in (b.intact, b.blocked)]
    named += [(s.name, s.column, v) for s in experiment.settings.step for v in (s.reference, s.raised)]
    for name, column, value in named:
        if not is_level(conditions, column, value).any():
            held = [str(v) for v in dict.fromkeys(conditions[column])] if column in conditions else []
            hint = suggestion(value, held) if held else suggestion(column, [str(c) for c in conditions.columns])
            problems.add("MG607", file="experiment.toml", name=name, column=column, seen=value, hint=hint)


def _check_known(experiment: Experiment, problems: Problems) -> None:
    """Every inhibitor and siRNA is a block, its control, or a step: a name nobody knows would be left out unseen."""
    declared = [(b.column, v) for b in blocks_of(experiment) for v in (b.intact, b.blocked)]
    declared += [(s.column, v) for s in experiment.settings.step for v in (s.reference, s.raised)]
    for column, known in (("inhibitor", ("none",)), ("sirna", ("none", "scramble", "TRPM7"))):
        names = [*known, *(v for c, v in declared if c == column)]
        for value in dict.fromkeys(experiment.conditions[column]):
            if value and value not in names:
                conditions = experiment.conditions.loc[experiment.conditions[column] == value, "condition"]
                facts = {
                    "column": column,
                    "conditions": ", ".join(conditions),
                    "known": ", ".join(dict.fromkeys(names)),
                }
                problems.add("MG614", file="conditions.csv", place=column, seen=value, **facts)


def _check_total(experiment: Experiment, all_arms: tuple[Arms, ...], problems: Problems) -> None:
    """At least one pair of intact arms."""
    if not any("total" in arms.identified for arms in all_arms):
        medium = experiment.settings.contrast.medium_calcifying
        hint = suggestion(medium, dict.fromkeys(experiment.conditions["medium"]))
        problems.add("MG606", file="conditions.csv", seen=medium, hint=hint, **_levels(experiment))


def _check_blocks(experiment: Experiment, all_arms: tuple[Arms, ...], problems: Problems) -> None:
    """Every block has its four arms, and there is a block."""
    blocks = [arms for arms in all_arms if arms.block]
    for arms in blocks:
        for arm in (a for a in arms.missing if not a.startswith("acellular")):
            problems.add("MG604", file="conditions.csv", seen=arm, block=arms.name, **_levels(experiment))
    if not blocks:
        problems.add("MG603", file="conditions.csv")


def _check_rivals(all_arms: tuple[Arms, ...], problems: Problems) -> None:
    """No arm is fitted by several conditions; what several questions or blocks share is told once."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for arms in all_arms:
        for arm, fits in arms.rivals.items():
            found.setdefault(fits, (arm, arms.step))
    for fits, (arm, step) in found.items():
        name = f"{arm.replace('_', ' at ')} {step}"
        problems.add("MG601", file="conditions.csv", seen=", ".join(fits), arm=name, used=fits[0])


def _check_steps(experiment: Experiment, questions: tuple[Arms, ...], problems: Problems) -> None:
    """Every [[step]] has a name of its own and arms that answer it, under every block."""
    asked = steps_of(experiment)
    for step in experiment.settings.step:
        if not any(step is one for one in asked):
            problems.add("MG631", file="experiment.toml", seen=step.name)
    for step in asked:
        own = [arms for arms in questions if arms.step == step.name]
        facts = {"column": step.column, "reference": step.reference, "raised": step.raised}
        if not any("total" in arms.identified for arms in own):
            problems.add("MG630", file="conditions.csv", seen=step.name, **facts)
            continue
        under = {arms.name for arms in own if "blocked" in arms.identified}
        if lacking := [b.name for b in blocks_of(experiment) if b.column != step.column and b.name not in under]:
            problems.add("MG632", file="conditions.csv", seen=step.name, blocks=", ".join(lacking), **facts)


def _check_late(experiment: Experiment, problems: Problems) -> None:
    """Every condition with late Mg is an arm: live, in calcifying medium, at raised Mg, beside its reference arm."""
    conditions, contrast = experiment.conditions, experiment.settings.contrast
    late = (conditions["mg_from_day"] > 0).to_numpy() & ~is_level(conditions, "medium", contrast.medium_control)
    used = {arms.late for arms in late_arms_of(experiment)}
    unused = [name for name in conditions["condition"][late] if name not in used]
    if unused:
        problems.add("MG633", file="conditions.csv", seen=", ".join(unused), mg_raised=contrast.mg_raised_mM)


def _check_comparators(experiment: Experiment, problems: Problems) -> None:
    """Every condition with a comparator stands beside a reference arm: those at raised Mg or on other days do not.

    Without cells another level of phosphate has its use too: it is one of the phosphate dose response (chemistry).
    """
    conditions, contrast = experiment.conditions, experiment.settings.contrast
    has_one = ~(is_level(conditions, "comparator", "none") | is_level(conditions, "comparator", ""))
    declared = (plain_arms(experiment), *arms_of_blocks(experiment))
    used = {c for a in declared for group in (a.comparators, a.blocked_comparators) for c in group.values()}
    used |= {c for a in questions_of(experiment) for c in (*a.live, *a.acellular)}  # a [[step]] in that column
    rows = has_one & ~is_level(conditions, "medium", contrast.medium_control)
    rows &= is_level(conditions, "cells", "live") | ~phosphate_comparators(conditions)
    if unused := [name for name in conditions["condition"][rows] if name not in used]:
        reference = contrast.mg_reference_mM
        problems.add("MG652", file="conditions.csv", seen=listed(unused), mg_reference=f"{reference:g}")


def _check_acellular(experiment: Experiment, arms: Arms, problems: Problems) -> None:
    """An acellular arm is there, and its phosphate does not wait for a phosphatase that it has not got."""
    if "acellular" not in arms.identified:
        problems.add("MG605", file="conditions.csv", seen="none (or fixed)", **_levels(experiment))
    rows = experiment.conditions[experiment.conditions["condition"].isin([c for c in arms.acellular if c])]
    added = rows["pi_mM"] > BASAL_PI_MM
    for condition, bgp in rows.loc[(rows["bgp_mM"] > 0) & ~added, ["condition", "bgp_mM"]].itertuples(index=False):
        problems.add("MG608", file="conditions.csv", place=condition, seen=bgp)
