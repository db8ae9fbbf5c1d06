"""Means -> checks against declared margins: is an effect absent, do blocks agree, is a block specific?

Blocks are compared on the donors that have both, or by Welch on two sets of donors (see `donor_sets`).
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgassay.design import Arms, primary_rows
from mgassay.effects.contrasts.contrasts import CONTRASTS, censored_flag, donor_contrast, used_arms
from mgassay.effects.contrasts.margins import lies_apart, margin_row, margin_row_of_estimate
from mgassay.effects.estimators.bounds import difference_flag
from mgassay.effects.estimators.donor_sets import donor_sets
from mgassay.effects.estimators.intervals import Estimate, donor_estimate, welch_estimate
from mgassay.effects.means.panels import ArmMatrix, Panel
from mgassay.effects.verdict.address import FALSIFICATION
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_TESTED = ("total", "blocked", "interaction")
_INTERACTION = CONTRASTS["interaction"]


def equivalence_rows(experiment: Experiment, live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """T, B and T-B of one block against the margin of "no effect"."""
    fold = experiment.settings.contrast.equivalence_fold
    for contrast in _TESTED:
        donors = live.complete(used_arms(contrast))
        if donors.donors:
            values = donor_contrast(donors.values, contrast, "log")
            row = margin_row(values, fold, censored_flag(live, donors, CONTRASTS[contrast]))
            yield {**row, "check": "equivalence", "subject": contrast}


def agreement_rows(experiment: Experiment, panel: Panel, all_arms: Sequence[Arms]) -> Iterator[dict[str, Any]]:
    """T-B of one block less that of another, where both have donors; `discordant_blocks` where they lie apart.

    On the donors that have both, or of two sets of donors that have none in common (`unpaired_blocks`). Without an
    interval, and so undecided, where too few have either (`few_donors`).
    """
    fold = experiment.settings.contrast.agreement_fold
    for first, second in itertools.combinations([a for a in all_arms if "interaction" in a.identified], 2):
        one, other = panel.matrix(first.live), panel.matrix(second.live)
        if (row := _agreement_row(one, other, fold)) is not None:
            flag = join_flags(row["flag"], "discordant_blocks" if lies_apart(row) else "")
            yield {**row, "block": first.name, "check": "agreement", "subject": second.name, "flag": flag}


def _agreement_row(one: ArmMatrix, other: ArmMatrix, fold: float) -> dict[str, Any] | None:
    """The difference of T-B between two blocks, from their live arms; None where either has no donor."""
    used = used_arms("interaction")
    all_one, all_other = one.complete(used), other.complete(used)
    if not (all_one.donors and all_other.donors):
        return None
    chosen = donor_sets(all_one.donors, all_other.donors)
    first, second = (chosen.first, chosen.second) if chosen else (all_one.donors, all_other.donors)
    own, beside = (m.taking([d in of for d in m.donors]) for m, of in ((all_one, first), (all_other, second)))
    flag = difference_flag(censored_flag(one, own, _INTERACTION), censored_flag(other, beside, _INTERACTION))
    values, also = (donor_contrast(m.values, "interaction", "log") for m in (own, beside))
    if own.donors == beside.donors:
        return margin_row(values - also, fold, flag)
    apart = welch_estimate(donor_estimate(values), donor_estimate(also))
    found = apart if chosen else Estimate(apart.estimate, np.full_like(apart.se, np.nan), np.zeros_like(apart.df))
    row = margin_row_of_estimate(found, fold, join_flags(flag, "unpaired_blocks"))
    return {**row, "sd": float("nan"), "n_donors": len({*own.donors, *beside.donors})}


def falsification_rows(experiment: Experiment, panel: Panel, arms: Arms) -> Iterator[dict[str, Any]]:
    """What each comparator does with entry intact less what it does under block, where both were run.

    A comparator lowers mineral without Mg2+, so that stopping the entry of Mg2+ should not change what it does; where
    it does, the block acts on more than Mg2+ entry (`unspecific_block`), and T-B cannot be read as entry.
    """
    fold = experiment.settings.contrast.equivalence_fold
    for comparator, intact in arms.comparators.items() if arms.block else ():
        blocked = arms.blocked_comparators.get(comparator, "")
        conditions = (arms.intact_reference, intact, arms.blocked_reference, blocked)
        run = panel.matrix(conditions)
        four = run.complete(range(4))
        if four.donors:
            flag = censored_flag(run, four, _INTERACTION)
            row = margin_row(donor_contrast(four.values, "interaction", "log"), fold, flag)
            flag = join_flags(row["flag"], "unspecific_block" if lies_apart(row) else "")
            yield {
                **row,
                "block": arms.name,
                "check": "equivalence",
                "subject": FALSIFICATION + comparator,
                "flag": flag,
            }


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
