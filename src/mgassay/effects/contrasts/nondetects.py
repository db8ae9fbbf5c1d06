"""Genes with culture wells that have no Cq: their contrasts by the likelihood of censored values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import Arms, primary_day
from mgassay.effects.contrasts.contrasts import CONTRASTS, contrasted, step_columns, with_holm
from mgassay.effects.estimators.censored import Cells
from mgassay.effects.estimators.censored_contrast import CensoredEstimate, contrast_of_cells
from mgassay.effects.estimators.intervals import t_quantile
from mgassay.effects.means.cells import tell_cells
from mgassay.effects.means.detection import is_gene, limits_of_detection
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems
from mgassay.units import LN2

_COLUMNS = ["readout", "condition", "donor", "log_value", "log_limit", "flag"]


def wells_with_nondetects(experiment: Experiment, amounts: pd.DataFrame) -> pd.DataFrame:
    """The culture wells of genes that have a non-detect among the declared conditions (AMOUNTS, log2 -> natural log).

    Columns: readout, condition, donor, log_value (NaN for a non-detect), log_limit (below which it lies, see
    `limits_of_detection`; NaN for the others), flag.
    """
    declared = amounts["condition"].isin(experiment.conditions["condition"]) & (amounts["donor"] != "")
    genes = amounts[declared & is_gene(amounts)]
    seen = np.isfinite(genes["value"])
    limit = limits_of_detection(genes).where(~seen)
    missed = np.isfinite(limit)
    wells = genes.assign(log_value=genes["value"].where(seen) * LN2, log_limit=limit.where(missed) * LN2)
    asked = genes["readout"].isin(genes.loc[missed, "readout"]) & (seen | missed)
    return pd.DataFrame(wells.loc[asked, _COLUMNS])


def with_nondetects(
    experiment: Experiment, effects: pd.DataFrame, wells: pd.DataFrame, problems: Problems
) -> pd.DataFrame:
    """EFFECTS whose log-scale `block_anova` rows of genes with non-detects are the likelihood's, flag `censored`.

    Of every question (see `contrasted`), all contrasts of a block with a non-detect in one of its arms, since they
    share one scatter; without a block the two intact arms make such a fit too. `donor_t` rows stay what they can be:
    bounds where an arm of theirs has a non-detect; so do those of a dose series, which has no likelihood here. Where
    the likelihood cannot tell, the bound of `block_anova` stays as well (MG627).
    """
    if not len(wells):
        return effects
    all_arms = tuple(arms for group in contrasted(experiment) for arms in group)
    rows = [row for _, own in wells.groupby("readout", sort=True) for arms in all_arms for row in _rows(own, arms)]
    _tell(experiment, wells, effects, rows, all_arms, problems)
    found = tables.EFFECTS.frame(rows)
    key = list(tables.KEYS["effects"])
    replaced = pd.MultiIndex.from_frame(effects[key]).isin(pd.MultiIndex.from_frame(found[key]))
    joined = pd.concat([effects[~replaced], found]) if len(found) else effects
    order = {name: i for i, name in enumerate(dict.fromkeys([*effects["readout"], *found["readout"]]))}
    joined = joined.sort_values("readout", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return with_holm(tables.EFFECTS.frame(joined))


def cells_of_arms(wells: pd.DataFrame, conditions: Sequence[str]) -> Cells:
    """The wells of one gene as donors (sorted) x these conditions x wells; "" stands for an arm that was not run."""
    own = wells[wells["condition"].isin([c for c in conditions if c])]
    donors = sorted(set(own["donor"]))
    arm = own["condition"].map({c: i for i, c in enumerate(conditions) if c}).to_numpy(dtype=int)
    donor = own["donor"].map({d: i for i, d in enumerate(donors)}).to_numpy(dtype=int)
    place = own.groupby(["donor", "condition"]).cumcount().to_numpy(dtype=int)
    shape = (len(donors), len(conditions), int(place.max(initial=0)) + 1)
    values, limits = np.full(shape, np.nan), np.full(shape, np.nan)
    values[donor, arm, place], limits[donor, arm, place] = own["log_value"], own["log_limit"]
    return Cells(values, limits)


def contrast_flag(wells: pd.DataFrame, found: CensoredEstimate) -> str:
    """Flags of a contrast by likelihood: those of its own arms' wells, that it is one, and which bound it is."""
    return join_flags(*wells["flag"], "undetermined" * bool(wells["log_value"].isna().any()), "censored", found.way)


def _rows(wells: pd.DataFrame, arms: Arms) -> list[dict[str, Any]]:
    """The rows of one gene and block by likelihood; none where no well of the block's arms is a non-detect."""
    cells = cells_of_arms(wells, arms.live)
    rows = []
    for contrast, weights in CONTRASTS.items() if cells.missed.any() else ():
        used = [i for i, w in enumerate(weights) if w]
        found = contrast_of_cells(cells, np.array(weights))
        if found is not None:
            own = wells[wells["condition"].isin([arms.live[i] for i in used])]
            n = int((cells.seen + cells.missed)[:, used].any(axis=1).sum())
            columns = {"readout": str(wells["readout"].iloc[0]), "block": arms.name, "contrast": contrast}
            rows.append(
                {**step_columns(arms), **columns, **_numbers(found), "n_donors": n, "flag": contrast_flag(own, found)}
            )
    return rows


def _numbers(found: CensoredEstimate) -> dict[str, Any]:
    """Estimate, interval, p and df; se is half the interval's width over Student's quantile, empty for a bound."""
    half = (found.high - found.low) / 2
    return {
        "scale": "log",
        "method": "block_anova",
        "estimate": found.estimate,
        "se": half / float(t_quantile(found.df, 0.95)),
        "df": found.df,
        "ci_low": found.low,
        "ci_high": found.high,
        "p": found.p,
    }


def _tell(
    experiment: Experiment,
    wells: pd.DataFrame,
    effects: pd.DataFrame,
    rows: list[dict[str, Any]],
    all_arms: tuple[Arms, ...],
    problems: Problems,
) -> None:
    """Names the non-detects of every gene (MG625), arms without any Cq (MG626) and what cannot be told (MG627)."""
    live = {c for arms in all_arms for c in arms.live if c}
    own = wells[wells["condition"].isin(live)]
    missed = own[own["log_value"].isna()]
    tell_cells("MG625", missed, experiment, problems)
    empty = own.groupby(["readout", "condition"])["log_value"].transform("count") == 0
    tell_cells("MG626", own[empty], experiment, problems)
    told = _keys(rows)
    computed = _keys(effects.to_dict("records"))
    for readout, of_gene in missed.groupby("readout", sort=True):
        asked = [
            (key, arms)
            for arms in all_arms
            if of_gene["condition"].isin(arms.live).any()
            for contrast in ("total", "blocked")
            if (key := (str(readout), arms.name, contrast, *arms.question)) in computed
        ]
        lacking = [_words(key[2], arms, primary_day(experiment)) for key, arms in asked if key not in told]
        if lacking:
            problems.add("MG627", place=str(readout), seen=", ".join(lacking), readout=str(readout))


def _keys(rows: Iterable[Mapping[Any, Any]]) -> set[tuple[Any, ...]]:
    """Readout, block, contrast and question of rows of EFFECTS."""
    columns = ("readout", "block", "contrast", "step", "mg_reference_mM", "mg_raised_mM", "day")
    return {tuple(row[c] for c in columns) for row in rows}


def _words(contrast: str, arms: Arms, primary: str) -> str:
    """A contrast of a question as a message names it: the block, and what is not that of the declared question."""
    day = f"day {arms.day}" if arms.day != primary else ""
    further = ", ".join(word for word in (arms.name, "" if arms.step == "Mg" else arms.step, day) if word)
    return f"{contrast} ({further})" if further else contrast


def is_censored_fit(flag: str) -> bool:
    """Whether a row of effects.csv with these flags is the likelihood's."""
    return "censored" in flag.split(";")
