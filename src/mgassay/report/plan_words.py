"""A plan in words, as a terminal shows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mgassay.effects.plan.best_grade import ACELLULAR, ARMS, BACKGROUND, MAGNESIUM, SECOND, SIRNA, BestGrade
from mgassay.effects.plan.curves import Curve, Wanted
from mgassay.effects.plan.estimands import Estimand
from mgassay.effects.plan.noise import ARM, REP, REPS, Noise
from mgassay.effects.plan.planned import Plan
from mgassay.problems import listed
from mgassay.report import labels
from mgassay.report.grades import AGAINST, GRADES, SUPPORTING
from mgassay.report.numbers import count, decimal, level, percent
from mgassay.report.understood import arms_lines

GENES: Mapping[str, str] = {
    "total": "genes: the whole change (not a direct effect: less mineral lowers these genes by itself)",
    "matched_mineral": "genes: the direct effect, against a comparator that leaves as much mineral",
    "adjusted": "genes: the direct effect, with mineral as covariate",
}
PAIRS: Mapping[str, tuple[str, str, str]] = {  # the two arms of a pair, and what they are
    "intact": ("intact_reference", "intact_raised", "entry intact"),
    "blocked": ("blocked_reference", "blocked_raised", "{block}"),
    "acellular": ("acellular_reference", "acellular_raised", "no cells"),
}
BESIDE: Mapping[str, str] = {
    "intracellular_mg": "intracellular Mg in the four live arms (say --arms mg_i where it will be measured)",
    "comparator": "a comparator (pyrophosphate, fetuin-A, lower Pi) at reference Mg",
    "second_comparator": "a second comparator",
}
ADDITIONS: Mapping[str, str] = {
    ARMS: "entry intact at both Mg levels",
    SIRNA: "TRPM7 siRNA with its scramble at both Mg levels",
    SECOND: "a second, independent way to stop Mg entry",
    MAGNESIUM: "intracellular Mg in the four live arms",
    ACELLULAR: "wells without cells at both Mg levels, two runs or more",
    BACKGROUND: "the control medium without phosphate, for the background",
}


def plan_text(plan: Plan) -> str:
    """Everything that the plan says: arms, what they tell, the grade, the donors."""
    contrast = plan.design.experiment.settings.contrast
    step = f"{level(contrast.mg_reference_mM)} to {level(contrast.mg_raised_mM)} mM"
    parts = (
        ("", [f"{plan.design.experiment.id}: the step asked for is Mg {step}.", *arms_lines(plan.all_arms)]),
        ("What these arms can tell", _estimand_lines(plan.estimands)),
        ("Evidence, if everything comes out", _grade_lines(plan.best)),
        ("Donors", _donor_lines(plan)),
    )
    return "\n\n".join("\n".join([*([title] if title else []), *lines]) for title, lines in parts)


def _estimand_lines(estimands: Sequence[Estimand]) -> Iterator[str]:
    """Each estimand with yes or no, by block, and what it lacks."""
    for block in dict.fromkeys(e.block for e in estimands):
        yield f"  {labels.block(block)}"
        for e in [e for e in estimands if e.block == block]:
            yield f"    {'no ' if e.lacks else 'yes'}  {_name(e)}" + (f"; lacks {_lacks(e)}" if e.lacks else "")


def _name(estimand: Estimand) -> str:
    """An estimand in words."""
    if estimand.kind == "gene":
        return GENES[estimand.name]
    if estimand.kind == "share":
        return f"share: {labels.share(estimand.name)}"
    return labels.contrast(estimand.name)


def _lacks(estimand: Estimand) -> str:
    """What an estimand lacks, in words; both arms of a pair in one."""
    found = []
    for reference, raised, name in PAIRS.values():
        levels = [level for arm, level in ((reference, "reference"), (raised, "raised")) if arm in estimand.lacks]
        if levels:
            at = "both Mg levels" if len(levels) > 1 else f"{levels[0]} Mg"
            found.append(f"{name.format(block=estimand.block or 'a block of Mg entry')} at {at}")
    return ", ".join([*found, *(BESIDE[arm] for arm in estimand.lacks if arm in BESIDE)])


def _grade_lines(best: BestGrade) -> Iterator[str]:
    """The best grade, and what raises it."""
    under = f" ({best.block})" if best.block else ""
    held = "; ".join(_held(rule) for rule in best.held_by)
    yield f"  {best.grade} at best{under}" + (f", held there because {held}." if held else f": {GRADES[best.grade]}.")
    for way in best.raises:
        yield f"  {way.grade} with {'; '.join(ADDITIONS[a] for a in way.additions)}."
    if not best.raises and best.grade != "A":
        yield "  No single further arm of those known here raises it."


def _held(rule: str) -> str:
    """A rule that holds a grade down, in words."""
    plain = rule.replace("_", " ")
    return AGAINST[rule] if rule in AGAINST else SUPPORTING.get(rule, ("", f"not: {plain}"))[1]


def _donor_lines(plan: Plan) -> Iterator[str]:
    """What was taken for true, and the donors for each question."""
    yield from (f"  {line}" for line in noise_lines(plan.noise))
    for total, needed in plan.for_total.items():
        yield f"  To show that Mg acts at all, T = {decimal(total)}: {_donors(needed, plan.wanted)}."
    for curve in plan.curves:
        yield f"  {question(curve, plan.wanted)}: {_donors(curve.needed, plan.wanted)}."
    for share in plan.left_out:
        yield f"  The share “{labels.share(share)}” cannot be told by these arms, whatever the number of donors."
    if plan.no_loss:
        told = ", ".join(f"{_or_never(n)} within {level(fold)}-fold" for fold, n in plan.no_loss.items())
        yield f"  To show that blocking takes nothing away (T − B as good as 0): donors {told}."
    yield f"  Power {percent(plan.wanted.power)}, 95 % intervals; n counts donors, never wells.{_runs(plan.wanted)}"


def question(curve: Curve, wanted: Wanted) -> str:
    """What a curve is the chance of."""
    share = labels.share(curve.share)
    if wanted.width is not None:
        return f"{share}, T = {decimal(curve.total)}, to know it within an interval {percent(wanted.width)} wide"
    low, high = wanted.tell
    return f"{share}, T = {decimal(curve.total)}, to tell {percent(low)} from {percent(high)}"


def _donors(needed: int | None, wanted: Wanted) -> str:
    """A number of donors, or that it is more than was asked about."""
    return f"more than {wanted.most} donors" if needed is None else count(needed, "donor")


def _or_never(needed: int | None) -> str:
    """A number of donors for equivalence, whose own search ends far beyond."""
    return "more than 1000" if needed is None else str(needed)


def _runs(wanted: Wanted) -> str:
    """How many acellular runs the shares that need them were planned with."""
    return f" Acellular runs: {'as many as donors' if wanted.runs is None else wanted.runs}."


def noise_lines(noise: Noise) -> Iterable[str]:
    """How much is taken to scatter, and on whose word."""
    weights = {"T": (1.0, 0.0), "B": (0.0, 1.0), "T − B": (1.0, -1.0)}
    sds = ", ".join(f"{name} {decimal(noise.sd_of(*w))}" for name, w in weights.items())
    found = f"SD over donors, natural log: {sds}; A {decimal(noise.acellular_sd)} over runs."
    if not noise.experiments:
        assumed = f"within a donor an arm {level(ARM)}, a well {level(REP)}, {REPS} wells an arm"
        yield f"Ordinary noise, not your lab's own ({assumed}; --results takes that of your experiments)."
        yield found
        return
    where = f"{labels.readout(noise.readout)} in {count(len(noise.experiments), 'experiment')}"
    yield f"Noise of your own: {where}, {count(noise.donors, 'donor')} ({listed(noise.experiments)})."
    runs = "" if noise.own_runs else " No acellular runs to take the SD of A from: that of T was taken."
    yield f"{found}{runs}"
    spread = f"within a donor {decimal(noise.within)}, between donors {decimal(noise.between)}"
    yield f"SD of an arm's mean: {spread}; the second does not touch effects, which are taken within donors."
