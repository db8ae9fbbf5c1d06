"""Tables -> the facts of the verdict: grade, what is identifiable, which arms are missing, which rules fired.

No sentences: the report words what is decided here. Which readout it rests on: calcium, else Alizarin OD, eluate, area;
but where only calcium per well has the acellular arm (no protein without cells), calcium per well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.contrasts import donor_contrast
from mgassay.effects.estimators.fieller import BOUNDED
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.estimators.share_sets import live_effects, share_set
from mgassay.effects.means.panels import MINERAL_READOUTS, Panel, excludes_zero, is_censored, panels_from_means
from mgassay.effects.verdict.grade import Facts, grade_of, rules_of
from mgassay.experiment import Experiment

VIABLE = 0.8  # an arm below this fraction of the intact reference, its interval below 1, is not comparable
RHO_MOST = 0.5
Key = tuple[str, ...]
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class _Results:
    """The tables that facts are read from, by the keys they are read with."""

    effects: Mapping[Key, Row]  # (readout, block, contrast), donor_t, log
    shares: Mapping[Key, Row]  # (readout, block, share), fieller_donor, log
    checks: Mapping[Key, Row]  # (readout, block, check, subject)
    panels: Mapping[str, Panel]


def verdict_from_tables(
    experiment: Experiment, means: pd.DataFrame, effects: pd.DataFrame, shares: pd.DataFrame, checks: pd.DataFrame
) -> dict[str, Any]:
    """The verdict as facts: experiment, readout, block, basis, grade, identifiable, missing, rules, readouts.

    `readout` and `block` are those it rests on ("" and "" where no effect could be computed: grade X); `basis` says why
    that readout: `first_readout`, or `acellular_arm` where calcium gave way to calcium_per_well. `rules` is a list of
    {rule, fired}; `readouts` is {readout: {block: {grade, identifiable, missing}}} for every mineral readout.
    """
    results = _results(means, effects, shares, checks)
    all_arms = arms_of_blocks(experiment)
    facts = {
        readout: facts_of_blocks(results, readout, all_arms)
        for readout in MINERAL_READOUTS
        if any((readout, arms.name, "total") in results.effects for arms in all_arms)
    }
    readout, basis = _chosen_readout(results, tuple(facts))
    arms = _chosen_arms(results, readout, facts.get(readout, {}), all_arms)
    return {
        "experiment": experiment.id,
        "readout": readout,
        "block": arms.name if readout else "",
        "basis": basis,
        **_entry(results, readout, facts.get(readout, {}).get(arms.name, Facts()), arms, all_arms),
        "rules": _rules(facts.get(readout, {}).get(arms.name, Facts())),
        "readouts": {
            r: {a.name: _entry(results, r, of_block[a.name], a, all_arms) for a in all_arms}
            for r, of_block in facts.items()
        },
    }


def no_verdict(experiment_id: str) -> dict[str, Any]:
    """The verdict of an experiment with something to mend: every key, no grade, nothing claimed."""
    told = {"experiment": experiment_id, "readout": "", "block": "", "basis": "", "grade": None, "identifiable": False}
    return {**told, "missing": [], "rules": [], "sentences": [], "readouts": {}}


def _results(means: pd.DataFrame, effects: pd.DataFrame, shares: pd.DataFrame, checks: pd.DataFrame) -> _Results:
    """Tables as dictionaries; of effects and shares only the rows that a grade may rest on."""
    primary = effects[(effects["scale"] == "log") & (effects["method"] == "donor_t")]
    by_donor = shares[(shares["scale"] == "log") & (shares["method"] == "fieller_donor")]
    return _Results(
        effects=_by_key(primary, ("readout", "block", "contrast")),
        shares=_by_key(by_donor, ("readout", "block", "share")),
        checks=_by_key(checks, ("readout", "block", "check", "subject")),
        panels={panel.readout: panel for panel in panels_from_means(means)},
    )


def _by_key(table: pd.DataFrame, columns: Sequence[str]) -> dict[Key, Row]:
    """Rows by the text of these columns."""
    return {tuple(str(row[c]) for c in columns): row for row in table.to_dict("records")}


def _chosen_readout(results: _Results, readouts: Sequence[str]) -> tuple[str, str]:
    """The readout that the verdict rests on, and why."""
    first = readouts[0] if readouts else ""
    per_well = "calcium_per_well"
    has_acellular = [r for r in ("calcium", per_well) if (r, "", "acellular") in results.effects]
    if first == "calcium" and has_acellular == [per_well] and per_well in readouts:
        return per_well, "acellular_arm"
    return first, "first_readout" if first else ""


def _chosen_arms(results: _Results, readout: str, facts: Mapping[str, Facts], all_arms: Sequence[Arms]) -> Arms:
    """The block that the verdict rests on: first one whose T - B exists, then one whose T does, then a selective one.

    Of several siRNA comes before an inhibitor, since an A needs it; else the first.
    """

    def rank(arms: Arms) -> tuple[bool, ...]:
        own = facts.get(arms.name, Facts())
        return (
            not own.blocked_run,
            (readout, arms.name, "total") not in results.effects,
            not own.selective,
            not own.sirna,
        )

    return min(all_arms, key=rank)


def _rules(facts: Facts) -> list[dict[str, Any]]:
    """Rules in the order in which they are asked."""
    return [{"rule": rule, "fired": fired} for rule, fired in rules_of(facts).items()]


def _entry(results: _Results, readout: str, facts: Facts, arms: Arms, all_arms: Sequence[Arms]) -> dict[str, Any]:
    """Grade, identifiable and missing of one readout and block; without a readout it is mineral that is missing."""
    panel = results.panels.get(readout)
    filled = {c for (c, _), (value, _) in panel.cells.items() if np.isfinite(value)} if panel else set()
    unmeasured = () if panel else ("mineral readout",)
    return {
        "grade": grade_of(rules_of(facts)),
        "identifiable": facts.blocked_run and facts.share_identifiable,
        "missing": [*unmeasured, *missing_arms(facts, arms.held_to(filled) if panel else arms, all_arms)],
    }


def missing_arms(facts: Facts, arms: Arms, all_arms: Sequence[Arms]) -> list[str]:
    """Plain names of what a grade A would need and this readout and block do not have; `arms` are those measured."""
    names = {a.name for a in all_arms if a.block}
    has_sirna = any(a.block and a.block.is_sirna for a in all_arms)
    live = [arm for arm in arms.missing if not arm.startswith("acellular")]
    wanted = {
        "TRPM7 siRNA": not has_sirna,
        "second block of Mg entry": len(names) < 2 and (has_sirna or not names),
        "intracellular Mg": not facts.mg_measured,
        "acellular": not facts.acellular,
    }
    # With no block at all "TRPM7 siRNA" and "second block" say what its two empty arms would say again.
    declared = live if arms.block else [arm for arm in live if "block of Mg entry" not in arm]
    if not arms.block:  # a block that was run without its own control, such as siRNA without scramble
        controls = [(arm, b.name) for b in all_arms if b.block for arm in b.missing if arm.startswith("intact")]
        declared += [f"{arm}, as control of {name}" for arm, name in controls]
    return [*declared, *(name for name, lacks in wanted.items() if lacks)]


def facts_of_blocks(results: _Results, readout: str, all_arms: Sequence[Arms]) -> dict[str, Facts]:
    """The facts of one readout under every block, by the block's name."""
    alone = {arms.name: _facts(results, readout, arms) for arms in all_arms}
    return {
        arms.name: replace(
            alone[arms.name], second_block_agrees=_second_agrees(results, readout, arms, all_arms, alone)
        )
        for arms in all_arms
    }


def _facts(results: _Results, readout: str, arms: Arms) -> Facts:
    """The facts of one readout and block that need no other block."""
    effect = {
        c: results.effects.get((readout, arms.name, c)) for c in ("total", "blocked", "interaction", "block_main")
    }
    flags = {f for row in effect.values() if row for f in str(row["flag"]).split(";")}
    acellular = results.effects.get((readout, "", "acellular"))
    equivalent = results.checks.get((readout, arms.name, "equivalence", "interaction"))
    scale = results.checks.get((readout, arms.name, "scale", "log"))
    return Facts(
        total_excludes_zero=_excludes_zero(effect["total"]),
        share_identifiable=_identifiable(results, readout, arms.name, acellular),
        floor="floor" in flags,
        above_curve="above_curve" in flags,
        viability_changed=_viability_changed(results, arms),
        block_main_exceeds_total=_larger(effect["block_main"], effect["total"]),
        blocked_run=effect["interaction"] is not None,
        sirna=bool(arms.block and arms.block.is_sirna),
        selective=bool(arms.block and arms.block.selective),
        interaction_excludes_zero=_excludes_zero(effect["interaction"]),
        interaction_equivalent_to_zero=_passed(equivalent),
        mg_measured=_mg_measured(results, arms),
        rho_below_half=_rho_below_half(results, arms),
        acellular=acellular is not None and acellular["n_donors"] > 1 and not is_censored(str(acellular["flag"])),
        scale_robust=_passed(scale),
    )


def _excludes_zero(row: Row | None) -> bool:
    """Whether an effect was computed and is shown to differ from 0."""
    return row is not None and excludes_zero(row["ci_low"], row["ci_high"], str(row["flag"]))


def _larger(main: Row | None, total: Row | None) -> bool:
    """Whether the block's own effect is larger than T, whatever its sign."""
    return main is not None and total is not None and bool(abs(main["estimate"]) > abs(total["estimate"]))


def _passed(row: Row | None) -> bool:
    """Whether a check was made and passed."""
    return row is not None and row["passed"] is not pd.NA and bool(row["passed"])


def _identifiable(results: _Results, readout: str, block: str, acellular: Row | None) -> bool:
    """Whether every log-scale share is bounded; a single acellular run, which has no interval, is not asked."""
    one_run = acellular is not None and acellular["n_donors"] < 2
    asked = ("intracellular", "extracellular") if one_run else ("intracellular", "extracellular", "passive", "surface")
    found = [row for share in asked if (row := results.shares.get((readout, block, share))) is not None]
    return bool(found) and all(bool(row["identifiable"]) for row in found)


def _viability_changed(results: _Results, arms: Arms) -> bool:
    """Whether a live arm lies below VIABLE of the intact reference with its interval below 1, or has none alive."""
    if "viability" not in results.panels:
        return False
    live = results.panels["viability"].matrix(arms.live)
    for position in (1, 2, 3):
        if any("floor" in cells[position].split(";") for cells in live.flags):
            return True
        pair = live.complete((0, position)).values
        if len(pair) > 1:
            change = donor_estimate(pair[:, position] - pair[:, 0])
            if change.estimate < np.log(VIABLE) and change.limits()[1] < 0:
                return True
    return False


def _mg_measured(results: _Results, arms: Arms) -> bool:
    """Whether Mg_i was measured in the four live arms of at least one donor; a bound is no measurement."""
    panel = results.panels.get("mg_intracellular")
    whole = panel.matrix(arms.live).complete((0, 1, 2, 3)).flags if panel is not None and all(arms.live) else ()
    return any(not any(map(is_censored, cells)) for cells in whole)


def _rho_below_half(results: _Results, arms: Arms) -> bool:
    """Whether Fieller's set of rho = the Mg_i step under block over the intact one is bounded and ends below RHO_MOST.

    The signs of both steps cancel, so rho is B/T of the readout mg_intracellular. Bounds in place of values bound rho
    no more than they are known themselves, so that nothing is claimed of it.
    """
    if not _mg_measured(results, arms):
        return False
    whole = results.panels["mg_intracellular"].matrix(arms.live).complete((0, 1, 2, 3))
    if any(is_censored(flag) for cells in whole.flags for flag in cells):
        return False
    steps = live_effects(*(donor_contrast(whole.values, c, "log") for c in ("total", "blocked")))
    rho = share_set("extracellular", steps)
    return bool(rho.kind == BOUNDED and rho.high < RHO_MOST)


def _second_agrees(
    results: _Results, readout: str, arms: Arms, all_arms: Sequence[Arms], alone: Mapping[str, Facts]
) -> bool:
    """Whether another block is resolved too and the two T - B agree; one of the two has to be siRNA."""
    for other in all_arms:
        pairs = ((arms.name, other.name), (other.name, arms.name))
        agree = any(_passed(results.checks.get((readout, a, "agreement", b))) for a, b in pairs)
        if agree and alone[other.name].resolved and (alone[arms.name].sirna or alone[other.name].sirna):
            return True
    return False
