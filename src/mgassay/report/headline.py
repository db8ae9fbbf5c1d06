"""The answer in one sentence, claimed no further than the interval of the intracellular share reaches.

The number in it is what its verb says: the part of the protection that was lost. Where the share as percent inhibition
shows another thing than the one in natural logarithms, both stand there and only what both show is claimed.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgassay.effects.estimators.bounds import negative_flag, side_of
from mgassay.effects.verdict.address import key_of
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

LARGER = "Blocking the entry of Mg²⁺ into the cell made its protection larger"
MOST_LEFT = "Most of Mg²⁺'s protection was left when its entry into the cell was blocked"
UNSETTLED = "Whether any of Mg²⁺'s protection needs its entry into the cell is not settled"


def told(verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], experiment: Experiment) -> list[Sentence]:
    """All sentences of the verdict, the headline first, as verdict.json holds them."""
    first = headline(verdict, tables_of(experiment, tables))
    return [*([first] if first else []), *sentences(verdict, tables, experiment)]


def headline(verdict: Mapping[str, Any], tables: Tables) -> Sentence | None:
    """The sentence that a reader in a hurry takes away, with the row that it rests on; None without a readout.

    Where it holds the share on two scales, `key_beside` is the key of the second one's row in the same table.
    """
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
    if not entry_was_blocked(share):
        told = (
            "Entry was not blocked, as intracellular Mg²⁺ shows: what the block took of the protection "
            f"({estimate_text(share, percent)}) is not entry"
        )
        return sentence(f"Raising Mg²⁺ protected. {told}.", "shares", share)
    return _of_share(tables, share)


def _other_count(tables: Tables, share: Row) -> Row | None:
    """The share as percent inhibition where it has to stand beside `share`; None where it shows the same.

    It has to where the interval of one shows what that of the other does not, where the two estimates lie on either
    side of one half (check `scale`), and where it is not identifiable.
    """
    other = share_row(tables, "intracellular", share["readout"], share["block"], scale="additive")
    if other is None:
        return None
    same = is_identifiable(other) and _claim(share) == _claim(other) and not _turned(share, other)
    return None if same else other


def _turned(share: Row, other: Row) -> bool:
    """Whether the two estimates lie on either side of one half, as the check `scale` asks; bounds may leave it open."""
    at = [side_of(row["estimate"], row["estimate"], str(row["flag"]), HALF) for row in (share, other)]
    return is_identifiable(other) and sorted(at) == [-1, 1]


def _of_share(tables: Tables, share: Row) -> Sentence:
    """The claim with its number, or with both where the two ways to count do not show the same."""
    other = _other_count(tables, share)
    both = [share, *([other] if other and is_identifiable(other) else [])]
    claim = _claim(*both)
    apart = ". Another block says otherwise" if "discordant_blocks" in share["flag"].split(";") else ""
    lost = " was lost" if claim in (MOST_LEFT, UNSETTLED) else ""
    if other is None:
        return sentence(f"{claim}: {_number(claim, share)}{lost}{apart}.", "shares", share)
    first = f"{_number(claim, share)}{lost} counted in natural logarithms"
    second = _number(claim, other) if is_identifiable(other) else "and cannot be told"
    found = f"{first}, {second} counted as percent inhibition"
    half = ". Which of the two is taken decides on which side of one half it lies" if _turned(share, other) else ""
    return {
        **sentence(f"{claim}: {found}{half}{apart}.", "shares", share),
        "key_beside": key_of("shares", other),
    }


def _number(claim: str, share: Row) -> str:
    """The number that belongs to the claim's verb: the part lost, or by how much the protection grew."""
    if claim != LARGER:
        return estimate_text(share, percent)
    ends = {"estimate": -share["estimate"], "ci_low": -share["ci_high"], "ci_high": -share["ci_low"]}
    return f"by {estimate_text({**share, **ends, 'flag': negative_flag(share['flag'])}, percent)} of it"


def _claim(*shares: Row) -> str:
    """What the intervals of bounded shares all show, the strongest first; a bound shows only what lies on its side."""
    positive, below = all(lies_above(s, 0) for s in shares), all(lies_below(s, HALF) for s in shares)
    if all(lies_above(s, HALF) for s in shares):
        return "More than half of Mg²⁺'s protection was lost when its entry into the cell was blocked"
    if positive and below:
        return "Less than half of Mg²⁺'s protection, but not none, was lost when its entry into the cell was blocked"
    if positive:
        return "Part of Mg²⁺'s protection was lost when its entry into the cell was blocked"
    if all(lies_below(s, 0) for s in shares):
        return LARGER
    return MOST_LEFT if below else UNSETTLED
