"""Facts -> the verdict: what it rests on, its grade, what is identifiable, which arms are missing, which rules fired.

No sentences: the report words what is decided here. Which readout it rests on: calcium, else Alizarin OD, eluate, area;
but where only calcium per well has the acellular arm (no protein without cells), calcium per well.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.donors_grown import has_few
from mgassay.effects.verdict.facts import Results, facts_from_results, results_of
from mgassay.effects.verdict.grade import facts_of, grade_of, held_by, is_told, rules_of
from mgassay.effects.verdict.missing import missing_arms
from mgassay.experiment import Experiment


def verdict_from_tables(
    experiment: Experiment, means: pd.DataFrame, effects: pd.DataFrame, shares: pd.DataFrame, checks: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """FACTS, and the verdict without sentences, as verdict.json holds it.

    `readout` and `block` are those it rests on ("" and "" where no effect could be computed: grade X); `basis` says why
    that readout: `first_readout`, or `acellular_arm` where calcium gave way to calcium_per_well. `rules` is a list of
    {rule, fired}, `held_by` the rules that leave no better grade; `readouts` is {readout: {block: {grade, identifiable,
    missing}}} for every mineral readout.
    """
    results = results_of(experiment, means, effects, shares, checks)
    all_arms = arms_of_blocks(experiment)
    facts = facts_from_results(results, all_arms)
    readouts = tuple(dict.fromkeys(facts["readout"]))
    readout, basis = _chosen_readout(results, readouts)
    arms = _chosen_arms(results, facts, readout, all_arms)
    held = facts_of(facts, readout, arms.name)
    return facts, {
        "experiment": experiment.id,
        "readout": readout,
        "block": arms.name if readout else "",
        "basis": basis,
        **_entry(results, readout, held, arms, all_arms),
        "rules": [{"rule": rule, "fired": fired} for rule, fired in rules_of(held).items()],
        "held_by": held_by(held),
        "readouts": {
            r: {a.name: _entry(results, r, facts_of(facts, r, a.name), a, all_arms) for a in all_arms} for r in readouts
        },
    }


def no_verdict(experiment_id: str) -> dict[str, Any]:
    """The verdict of an experiment with something to mend: every key, no grade, nothing claimed."""
    told = {"experiment": experiment_id, "readout": "", "block": "", "basis": "", "grade": None, "identifiable": False}
    return {
        **told,
        "missing": [],
        "rules": [],
        "held_by": [],
        "side": "",
        "what_if": [],
        "sentences": [],
        "readouts": {},
    }


def _chosen_readout(results: Results, readouts: Sequence[str]) -> tuple[str, str]:
    """The readout that the verdict rests on, and why."""
    first = readouts[0] if readouts else ""
    per_well = "calcium_per_well"
    has_acellular = [r for r in ("calcium", per_well) if (r, "", "acellular") in results.effects]
    if first == "calcium" and has_acellular == [per_well] and per_well in readouts:
        return per_well, "acellular_arm"
    return first, "first_readout" if first else ""


def _chosen_arms(results: Results, facts: pd.DataFrame, readout: str, all_arms: Sequence[Arms]) -> Arms:
    """The block that the verdict rests on: first one whose T - B exists, then one whose T does, then a selective one.

    Of several siRNA comes before an inhibitor, since an A needs it; else the first.
    """

    def rank(arms: Arms) -> tuple[bool, ...]:
        held = facts_of(facts, readout, arms.name)
        measured = (readout, arms.name, "total") in results.effects
        return "blocked_run" not in held, not measured, "selective" not in held, "sirna" not in held

    return min(all_arms, key=rank)


def _entry(
    results: Results, readout: str, held: Collection[str], arms: Arms, all_arms: Sequence[Arms]
) -> dict[str, Any]:
    """Grade, identifiable and missing of one readout and block; without a readout it is mineral that is missing."""
    panel = results.panels.get(readout)
    filled = {c for (c, _), (value, _) in panel.cells.items() if np.isfinite(value)} if panel else set()
    has_values = arms.held_to(filled) if panel else arms
    return {
        "grade": grade_of(held),
        "identifiable": is_told(held),
        "missing": missing_arms(
            held,
            has_values,
            all_arms,
            measured=panel is not None,
            compared=_compared(results, readout, arms.name),
            few=panel is not None and has_few(has_values, panel),
        ),
    }


def _compared(results: Results, readout: str, block: str) -> bool:
    """Whether T - B of a block was set beside that of another, with an interval."""
    return any(
        (of, check) == (readout, "agreement") and block in (one, other) and np.isfinite(row["ci_low"])
        for (of, one, check, other), row in results.checks.items()
    )
