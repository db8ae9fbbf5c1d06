"""Methods of what was asked beside the declared question: Mg levels, days, steps, late Mg, the incomplete block."""

from collections.abc import Iterator, Mapping

from mgassay.design import steps_of
from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.numbers import level
from mgassay.report.questions import declared_day, further_steps, on_day
from mgassay.report.rows import Tables, day_order

REFERENCES: Mapping[str, str] = {
    "Anderson": "Anderson TW, Rubin H. Estimation of the parameters of a single equation in a complete system of "
    "stochastic equations. Ann Math Stat 1949;20:46–63.",
    "Dunnett": "Dunnett CW. A multiple comparison procedure for comparing several treatments with a control. J Am Stat "
    "Assoc 1955;50:1096–1121.",
}


def question_sentences(experiment: Experiment, tables: Tables) -> Iterator[str]:
    """One or two sentences on each further question that was asked; none where nothing was."""
    effects, steps = tables["effects"], {s.name: s for s in steps_of(experiment)}
    if (effects["contrast"] == "dose").any():
        levels = sorted(dict.fromkeys(effects["mg_raised_mM"][effects["contrast"] == "dose"]))
        yield (
            f"Effects of {', '.join(map(level, levels))} mM Mg²⁺ were compared with the reference level by t over "
            "donors with Bonferroni's correction, and by Dunnett's procedure with donors as blocks (Dunnett 1955), "
            "where no level had a smaller error than its own donors show; intervals are simultaneous over levels."
        )
    days = sorted((d for d in dict.fromkeys(effects["day"]) if d), key=day_order)
    if len(days) > 1:
        named = "; ".join(on_day(day).removeprefix(", ") for day in days)
        last = on_day(declared_day(tables)).removeprefix(", ")
        yield f"Cells were harvested more than once ({named}); every contrast was made per day, {last} is primary."
    for name in further_steps(tables):
        if step := steps.get(name):
            column = labels.column(step.column)
            yield f"{name} ({column} {step.reference} to {step.raised}) was asked as a step of its own in the same way."
    if (tables["checks"]["check"] == "late_mg").any():
        yield (
            "Mg²⁺ raised late was compared with reference Mg²⁺, and its effect with that of Mg²⁺ raised from the "
            "start, by Fieller sets (Fieller 1954)."
        )
    yield from _rho_sentences(tables)


def _rho_sentences(tables: Tables) -> Iterator[str]:
    """What tells the residual entry, and what was corrected by it."""
    rho = tables["rho"]
    sources = dict.fromkeys(rho["source"])
    if "mg_intracellular" in sources:
        yield (
            "Residual Mg²⁺ entry under block (ρ) is the step of log intracellular Mg²⁺ under block over that with "
            "entry intact, with Fieller sets (Fieller 1954)."
        )
    if "gene:TRPM7" in sources:
        yield "Where intracellular Mg²⁺ was not measured, TRPM7 mRNA left under siRNA stands for ρ."
    if (tables["shares"]["share"] == "intracellular_corrected").any():
        yield (
            "The corrected intracellular share is (T − B)/((1 − ρ)·T), given where the interval of ρ ends below 1; "
            "uncorrected, what still enters counts as cell surface."
        )
    if rho["slope"].notna().any():
        yield "Effects per intracellular Mg²⁺ have Anderson–Rubin sets (Anderson 1949; instrument: Mg²⁺ × block)."
