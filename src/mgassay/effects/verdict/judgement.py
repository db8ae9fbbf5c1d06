"""Means, effects and shares -> checks, facts, verdict and what would change it: the steps of this room in turn."""

from typing import Any

import pandas as pd

from mgassay.design import primary_rows
from mgassay.effects.verdict.agreement import with_discordance
from mgassay.effects.verdict.checks import check_rows, checks_from_rows, equivalence_from_rows
from mgassay.effects.verdict.flagged import means_without_flagged
from mgassay.effects.verdict.late import with_late
from mgassay.effects.verdict.verdict import verdict_from_tables
from mgassay.effects.verdict.what_if import side_of, what_if
from mgassay.experiment import Experiment


def judgement(
    experiment: Experiment, amounts: pd.DataFrame, means: pd.DataFrame, effects: pd.DataFrame, shares: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables shares (with what the checks found of it in its flags), checks, equivalence and facts; the verdict."""
    unflagged = means_without_flagged(experiment, amounts)
    rows = check_rows(experiment, means, unflagged)
    checks = with_late(experiment, checks_from_rows(rows), means)
    told = with_discordance(experiment, shares, checks)
    facts, verdict = verdict_from_tables(experiment, means, effects, told, checks)
    side = side_of(primary_rows(experiment, told), verdict["readout"], verdict["block"])
    changes = what_if(experiment, means, told, verdict, unflagged)
    made = {"shares": told, "checks": checks, "equivalence": equivalence_from_rows(rows), "facts": facts}
    return made, {**verdict, "side": side, "what_if": changes}
