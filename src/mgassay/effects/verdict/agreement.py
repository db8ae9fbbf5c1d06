"""Means -> checks against declared margins: is an effect absent, do blocks agree, is a block specific?"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from mgassay.design import Arms, Block, primary_rows
from mgassay.effects.contrasts.contrasts import CONTRASTS, donor_contrast, used_arms
from mgassay.effects.contrasts.margins import lies_apart, margin_row
from mgassay.effects.means.panels import ArmMatrix, Panel
from mgassay.effects.verdict.address import FALSIFICATION
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_TESTED = ("total", "blocked", "interaction")
_HALVES = (slice(0, 4), slice(4, 8))  # the live arms of two blocks side by side
# What a block and its control may differ in besides the block's own column, and names that say nothing of the wells.
_FREE = ("condition", "label", "order", "inhibitor_uM")


def equivalence_rows(experiment: Experiment, live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """T, B and T-B of one block against the margin of "no effect"."""
    fold = experiment.settings.contrast.equivalence_fold
    for contrast in _TESTED:
        donors = live.complete(used_arms(contrast))
        if donors.donors:
            values = donor_contrast(donors.values, contrast, "log")
            row = margin_row(values, fold, donors.flag(CONTRASTS[contrast]))
            yield {**row, "check": "equivalence", "subject": contrast}


def agreement_rows(experiment: Experiment, panel: Panel, all_arms: Sequence[Arms]) -> Iterator[dict[str, Any]]:
    """T-B of one block less that of another, on the donors that have both; `discordant_blocks` where they lie apart."""
    fold = experiment.settings.contrast.agreement_fold
    for first, second in itertools.combinations([a for a in all_arms if "interaction" in a.identified], 2):
        both = panel.matrix((*first.live, *second.live)).complete(range(8))
        if both.donors:
            one, other = (donor_contrast(both.values[:, part], "interaction", "log") for part in _HALVES)
            weights = CONTRASTS["interaction"]
            row = margin_row(one - other, fold, both.flag((*weights, *(-w for w in weights))))
            flag = join_flags(row["flag"], "discordant_blocks" if lies_apart(row) else "")
            yield {**row, "block": first.name, "check": "agreement", "subject": second.name, "flag": flag}


def falsification_rows(experiment: Experiment, panel: Panel, arms: Arms) -> Iterator[dict[str, Any]]:
    """What each comparator does with entry intact less what it does under block, where both were run.

    A comparator lowers mineral without Mg2+, so that stopping the entry of Mg2+ should not change what it does; where
    it does, the block acts on more than Mg2+ entry (`unspecific_block`), and T-B cannot be read as entry.
    """
    fold = experiment.settings.contrast.equivalence_fold
    for comparator, intact in arms.comparators.items() if arms.block else ():
        blocked = condition_under_block(experiment, intact, arms.block) if arms.block else ""
        conditions = (arms.intact_reference, intact, arms.blocked_reference, blocked)
        four = panel.matrix(conditions).complete(range(4)) if all(conditions) else None
        if four is not None and four.donors:
            weights = CONTRASTS["interaction"]
            row = margin_row(donor_contrast(four.values, "interaction", "log"), fold, four.flag(weights))
            flag = join_flags(row["flag"], "unspecific_block" if lies_apart(row) else "")
            yield {
                **row,
                "block": arms.name,
                "check": "equivalence",
                "subject": FALSIFICATION + comparator,
                "flag": flag,
            }


def condition_under_block(experiment: Experiment, condition: str, block: Block) -> str:
    """The condition that is this one under the block: alike in all else but its dose; "" where it was not run."""
    conditions = experiment.conditions
    own = conditions[conditions["condition"] == condition]
    columns = [c for c in conditions.columns if c not in (*_FREE, block.column)]
    wanted = own[columns].assign(**{block.column: block.blocked})
    found = conditions.merge(wanted.drop_duplicates(), on=[*columns, block.column], how="inner")["condition"]
    return str(found.iloc[0]) if len(found) else ""


def with_discordance(experiment: Experiment, shares: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """SHARES, flagged `discordant_blocks` where the T-B of their block and of another lie apart (not `passive`)."""
    apart = checks[(checks["check"] == "agreement") & checks["flag"].str.split(";").map(_is_discordant).astype(bool)]
    pairs = {(r, b) for name in ("block", "subject") for r, b in zip(apart["readout"], apart[name], strict=True)}
    of_pair = pd.MultiIndex.from_frame(shares[["readout", "block"]]).isin(sorted(pairs))
    told = of_pair & (shares["share"] != "passive") & shares.index.isin(primary_rows(experiment, shares).index)
    flags = [join_flags(f, "discordant_blocks" * bool(t)) for f, t in zip(shares["flag"], told, strict=True)]
    return shares.assign(flag=pd.Series(flags, index=shares.index, dtype="str"))


def _is_discordant(flags: list[str]) -> bool:
    """Whether the flags of a row say that two blocks lie apart."""
    return "discordant_blocks" in flags
