"""Per-donor differences against a margin that the lab declared before results: TOST, and the donors it would take.

"No effect" and "the same" are said only inside the margin (Schuirmann 1987); otherwise the answer is "inconclusive", or
"different" where the 95 % interval excludes 0. What lies within the margin only because a bound stands for a value is
undecided.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mgassay.effects.estimators.bounds import excludes_zero, is_censored
from mgassay.effects.estimators.equivalence import donors_for_equivalence, equivalence_of_estimate
from mgassay.effects.estimators.intervals import Array, Estimate, donor_estimate, ends
from mgassay.flags import join_flags


def margin_row(values: Array, fold: float, flag: str = "") -> dict[str, Any]:
    """Two one-sided tests of per-donor differences (natural log, shape (donors,)) against +-log(fold), as one row.

    Columns of CHECKS (the 90 % interval, the bounds, `passed`: empty where undecided) together with those of
    EQUIVALENCE but one (donors_needed): `p` of the test, `outcome`, `sd` over donors, `n_donors`.
    """
    sd = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    return {**margin_row_of_estimate(donor_estimate(values), fold, flag), "sd": sd, "n_donors": len(values)}


def margin_row_of_estimate(estimate: Estimate, fold: float, flag: str = "") -> dict[str, Any]:
    """The same row of one estimate with its standard error and df (Welch's, of two sets of donors).

    Without `sd` and `n_donors`; undecided and `few_donors` without a standard error.
    """
    found, alone = equivalence_of_estimate(estimate, fold), bool(np.isnan(estimate.se))
    within = bool(found.equivalent)
    outcome = _outcome(estimate, within, flag)
    return {
        "estimate": float(found.estimate),
        "ci_low": float(found.low),
        "ci_high": float(found.high),
        "bound_low": -found.bound,
        "bound_high": found.bound,
        "passed": None if outcome == "undecided" else within,
        "fold": fold,
        "p": float(found.p),
        "outcome": outcome,
        "flag": join_flags(flag, "few_donors" if alone else ""),
    }


def _outcome(estimate: Estimate, within: bool, flag: str) -> str:
    """`equivalent`, `different`, `inconclusive`; `undecided` without an interval, or a margin met only by bounds."""
    if np.isnan(estimate.se) or (within and is_censored(flag)):
        return "undecided"
    if within:
        return "equivalent"
    return "different" if excludes_zero(*ends(estimate), flag) else "inconclusive"


def donors_needed(row: Mapping[str, Any]) -> int | None:
    """How many donors would show equivalence with a chance of .8, if nothing differs and they scatter as these do.

    For a row that is inconclusive; None for others, where no number of donors in reach would do, and where bounds stand
    for values, which no donor more would take away; nor where two sets of donors were compared, which have no one SD.
    """
    if row["outcome"] != "inconclusive" or is_censored(row["flag"]) or np.isnan(row["sd"]):
        return None
    return donors_for_equivalence(row["sd"], row["fold"])


def lies_apart(row: Mapping[str, Any]) -> bool:
    """Whether two things are shown not to be the same: they differ, by more than the margin as they stand."""
    beyond = not row["bound_low"] <= row["estimate"] <= row["bound_high"]
    return bool(row["outcome"] == "different" and beyond and not np.isnan(row["ci_low"]))
