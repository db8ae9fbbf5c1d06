"""The answer in one sentence, claimed no further than the interval of the intracellular share reaches."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgassay.effects.verdict.refits import HALF
from mgassay.experiment import Experiment
from mgassay.report.answers import sentences
from mgassay.report.numbers import percent
from mgassay.report.rows import Row, Tables, excludes_zero, lies_above, lies_below, tables_of
from mgassay.report.words import (
    Sentence,
    effect_row,
    entry_was_blocked,
    estimate_text,
    is_identifiable,
    sentence,
    share_row,
)


def told(verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], experiment: Experiment) -> list[Sentence]:
    """All sentences of the verdict, the headline first, as verdict.json holds them."""
    first = headline(verdict, tables_of(experiment, tables))
    return [*([first] if first else []), *sentences(verdict, tables, experiment)]


def headline(verdict: Mapping[str, Any], tables: Tables) -> Sentence | None:
    """The sentence that a reader in a hurry takes away, with the row that it rests on; None without a readout."""
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    total = effect_row(tables, "total", readout, block)
    if total is None:
        return None
    if not excludes_zero(total):
        return sentence("This experiment does not show that raising Mg²⁺ changed calcification.", "effects", total)
    if total["estimate"] < 0:
        return sentence(
            "Raising Mg²⁺ increased calcification here: there is no protection to divide.", "effects", total
        )
    share = share_row(tables, "intracellular", readout, block)
    if share is None:
        told = "Raising Mg²⁺ protected. Where it acted cannot be told: it was not measured with its entry blocked."
        return sentence(told, "effects", total)
    if not is_identifiable(share) or verdict.get("grade") == "X":  # where X, a number would say what the grade denies
        told = "Raising Mg²⁺ protected. How much of that acted inside the cell cannot be told from this experiment."
        return sentence(told, "shares", share)
    found = estimate_text(share, percent)
    if not entry_was_blocked(share):
        told = (
            f"Entry was not blocked, as intracellular Mg²⁺ shows: what changed under the block ({found}) is not entry"
        )
        return sentence(f"Raising Mg²⁺ protected. {told}.", "shares", share)
    apart = ". Another block says otherwise" if "discordant_blocks" in share["flag"].split(";") else ""
    return sentence(f"{_claim(share)} ({found}){apart}.", "shares", share)


def _claim(share: Row) -> str:
    """What the interval of a bounded share shows, the strongest first; a bound shows only what lies on its side."""
    positive = lies_above(share, 0)
    if lies_above(share, HALF):
        return "More than half of Mg²⁺'s protection was lost when its entry into the cell was blocked"
    if positive and lies_below(share, HALF):
        return "Less than half of Mg²⁺'s protection, but not none, was lost when its entry into the cell was blocked"
    if positive:
        return "Part of Mg²⁺'s protection was lost when its entry into the cell was blocked"
    if lies_below(share, 0):
        return "Blocking the entry of Mg²⁺ into the cell made its protection larger"
    if lies_below(share, HALF):
        return "Most of Mg²⁺'s protection was left when its entry into the cell was blocked"
    return "Whether any of Mg²⁺'s protection needs its entry into the cell is not settled"
