"""What would change the verdict: its grade, whether it is identifiable, and which side of one half the share lies on.

Every donor is left out in turn, flagged wells are left out, the other kind of acellular arm is taken, and everything
from the means on is made again; the other scale, the other blocks and the other readouts are read from what was made.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.design import Arms, arms_of_blocks, primary_rows
from mgassay.effects.contrasts.contrasts import question_rows, step_columns
from mgassay.effects.estimators import bounds
from mgassay.effects.means.panels import Panel, panels_from_means
from mgassay.effects.shares.shares import share_rows
from mgassay.effects.verdict.checks import graded_rows
from mgassay.effects.verdict.facts import facts_from_results, results_of_rows
from mgassay.effects.verdict.flagged import Unflagged
from mgassay.effects.verdict.grade import facts_of, grade_of, is_told
from mgassay.effects.verdict.refits import HALF, other_acellular, with_acellular
from mgassay.experiment import Experiment

_BESIDE = ("mg_intracellular", "viability", "gene:TRPM7")  # readouts that a grade rests on beside its own
FEWEST = 3  # donors; with one of two left out there is no interval


def side_of(shares: pd.DataFrame, readout: str, block: str, scale: str = "log") -> str:
    """Which side of one half the interval of the intracellular share lies on, from primary SHARES.

    `more_than_half`, `less_than_half`, `unsettled` where it holds one half or is a bound that does not tell (at most
    .9), "" where the share is not identifiable.
    """
    own = {"readout": readout, "block": block, "share": "intracellular", "scale": scale, "method": "fieller_donor"}
    found = shares[(shares[list(own)] == pd.Series(own)).all(axis=1)]
    if found.empty or not bool(found["identifiable"].iloc[0]):
        return ""
    row = found.iloc[0]
    side = bounds.side_of(float(row["ci_low"]), float(row["ci_high"]), str(row["flag"]), HALF)
    return {1: "more_than_half", -1: "less_than_half"}.get(side, "unsettled")


def what_if(
    experiment: Experiment,
    means: pd.DataFrame,
    shares: pd.DataFrame,
    verdict: Mapping[str, Any],
    unflagged: Unflagged | None,
) -> list[dict[str, Any]]:
    """What the verdict would be, as rows of {check, subject, grade, identifiable, side, changes}.

    `changes` lists which of grade, identifiable and side would be another. Checks are named as in checks.csv; subject
    of `agreement` is the block, of `readout` the readout that the verdict would rest on instead.
    """
    readout, block = str(verdict["readout"]), str(verdict["block"])
    if not readout:
        return []
    asked = primary_rows(experiment, shares)
    own = {"grade": verdict["grade"], "identifiable": verdict["identifiable"], "side": side_of(asked, readout, block)}
    all_arms = arms_of_blocks(experiment)
    found = [*_refits(experiment, means, readout, all_arms, block, unflagged), *_others(asked, verdict)]
    return [{**row, "changes": [k for k, v in own.items() if row[k] != v]} for row in found]


def _refits(
    experiment: Experiment,
    means: pd.DataFrame,
    readout: str,
    all_arms: Sequence[Arms],
    block: str,
    unflagged: Unflagged | None,
) -> Iterator[dict[str, Any]]:
    """The verdicts that take the means again: without a donor, without flagged wells, with the other acellular arm."""
    held = means[means["readout"].isin([readout, *_BESIDE])]
    live = held["condition"].isin({c for arms in all_arms for c in arms.live if c})
    own = next(arms for arms in all_arms if arms.name == block)
    donors = sorted(set(held["donor"][(held["readout"] == readout) & held["condition"].isin(own.live)]))
    for donor in donors if len(donors) >= FEWEST else ():
        left = held[~(live & (held["donor"] == donor))]
        yield {"check": "leave_one_out", "subject": donor, **_again(experiment, left, readout, all_arms, block)}
    if unflagged and (left_out := unflagged.doubts(readout, (*own.live, *own.acellular))):
        clean = pd.concat([unflagged.means[unflagged.means["readout"] == readout], held[held["readout"] != readout]])
        yield {"check": "without_flagged", "subject": left_out, **_again(experiment, clean, readout, all_arms, block)}
    if kind := other_acellular(experiment).kind:
        other = arms_of_blocks(with_acellular(experiment, kind))
        yield {"check": "acellular_variant", "subject": kind, **_again(experiment, held, readout, other, block)}


def _again(
    experiment: Experiment, means: pd.DataFrame, readout: str, all_arms: Sequence[Arms], block: str
) -> dict[str, Any]:
    """Grade, identifiable and side of one readout and block from these means; of nothing where no effect is left.

    Only the rows that its facts are read from are made, of the declared question; shares are those of its own block.
    """
    panels = {panel.readout: panel for panel in panels_from_means(means)}
    panel = panels.get(readout, Panel(readout, {}))
    effects = [row for row in question_rows(panel, tuple(all_arms)) if _counts(row, "donor_t")]
    shares = [
        {**step_columns(arms), "readout": readout, "block": arms.name, **row}
        for arms in all_arms
        if arms.name == block
        for row in share_rows(arms, panel.matrix(arms.live), panel.matrix(arms.acellular))
        if _counts(row, "fieller_donor")
    ]
    checks = [{"readout": readout, **row} for row in graded_rows(experiment, panel, all_arms)]
    held = facts_of(facts_from_results(results_of_rows(panels, effects, shares, checks), all_arms), readout, block)
    told = {"grade": grade_of(held), "identifiable": is_told(held)}
    return {**told, "side": side_of(tables.SHARES.frame(shares), readout, block)}


def _counts(row: Mapping[str, Any], method: str) -> bool:
    """Whether a grade may rest on a row: on the log scale, by donors."""
    return bool(row["scale"] == "log" and row["method"] == method)


def _others(shares: pd.DataFrame, verdict: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The verdict on the additive scale, by the other blocks, and on the other readouts under the same block."""
    readout, block = verdict["readout"], verdict["block"]
    own = {"grade": verdict["grade"], "identifiable": verdict["identifiable"]}
    if block:
        yield {"check": "scale", "subject": "additive", **own, "side": side_of(shares, readout, block, "additive")}
    for other, entry in verdict["readouts"][readout].items():
        if other not in ("", block):
            yield {"check": "agreement", "subject": other, **_known(entry), "side": side_of(shares, readout, other)}
    for other, of_block in verdict["readouts"].items():
        if other != readout and block in of_block:
            yield {
                "check": "readout",
                "subject": other,
                **_known(of_block[block]),
                "side": side_of(shares, other, block),
            }


def _known(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Grade and identifiable of an entry of the verdict's readouts."""
    return {"grade": entry["grade"], "identifiable": entry["identifiable"]}
