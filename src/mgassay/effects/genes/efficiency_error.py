"""The error of the efficiencies, carried into the intervals of genes.

log2 E of a gene and of its reference genes is one number for all donors, so that its error moves every donor's change
alike, by (difference in Cq)·SE, and does not show in how donors scatter. What one standard error does to each amount
comes from the assay (EFFICIENCY_ERRORS); what that does to an estimate is found by putting it through the very
functions that made the estimate. Decision: docs/decisions/0044-error-of-the-efficiency.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means, with_holm
from mgassay.effects.contrasts.series import dose_estimates
from mgassay.effects.estimators.intervals import Array, t_quantile
from mgassay.effects.estimators.shared_error import Reported, with_shared_errors
from mgassay.effects.genes.genes import genes_from_effects, holm_over_genes
from mgassay.effects.genes.score import NAME, means_of_score
from mgassay.effects.means.cells import CELL
from mgassay.effects.means.detection import is_gene
from mgassay.effects.means.repeats import REP
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems
from mgassay.units import LN2

Truths = npt.NDArray[np.bool_]
FLAG = "efficiency_error"
_STEP = 1e-4  # of a standard error: the derivative of what is not a straight line (proportions inhibited)


@dataclass(frozen=True)
class EfficiencyShifts:
    """By how much one standard error of each efficiency moves log means.

    cells: a column for each source, indexed by readout, condition and donor (natural log); df: of each source.
    """

    cells: pd.DataFrame
    df: Array

    def of_means(self, means: pd.DataFrame) -> Array:
        """The shifts of the rows of MEANS, shape (rows, sources); 0 where nothing is known."""
        rows = self.cells.reindex(pd.MultiIndex.from_frame(means[CELL]))
        return rows.fillna(0.0).to_numpy(dtype=float)


def efficiency_shifts(
    experiment: Experiment, amounts: pd.DataFrame, means: pd.DataFrame, errors: pd.DataFrame
) -> EfficiencyShifts:
    """Shifts of every gene's cells, and of the osteogenic score's, from EFFICIENCY_ERRORS, averaged as amounts are."""
    keys = ["readout", "plate", "condition", "donor", "rep"]
    held = amounts[is_gene(amounts) & (np.isfinite(amounts["value"]) | np.isfinite(amounts["limit"]))]
    wide = errors.pivot_table(index=keys, columns="source", values="shift", aggfunc="mean")
    each = wide.reindex(pd.MultiIndex.from_frame(held[keys])).fillna(0.0)
    cells = each.groupby(REP).mean().groupby(CELL).mean() * LN2
    df = errors.groupby("source")["df"].first().reindex(wide.columns)
    of_score = [_shifts_of_score(experiment, means, cells[source]) for source in wide.columns]
    whole = pd.concat([cells, pd.concat(of_score, axis=1, keys=wide.columns)]) if of_score else cells
    return EfficiencyShifts(whole, df.to_numpy(dtype=float))


def _shifts_of_score(experiment: Experiment, means: pd.DataFrame, shifts: "pd.Series[float]") -> "pd.Series[float]":
    """The score's shift in each of its cells by one source: the mean over its genes, as the score is."""
    shifted = means.drop(columns="log_mean").merge(shifts.to_frame("log_mean").reset_index(), on=CELL)
    scored = means_of_score(experiment, tables.MEANS.frame(shifted), Problems())
    found: pd.Series[float] = scored.set_index(CELL)["log_mean"]
    return found


def effects_with_efficiency_error(
    experiment: Experiment, effects: pd.DataFrame, means: pd.DataFrame, shifts: EfficiencyShifts
) -> pd.DataFrame:
    """EFFECTS with the error of the efficiencies in se, df, interval and p of genes; flag `efficiency_error`.

    Rows that no efficiency with a known error moves stay as they are, and so do those that are bounds without a
    standard error. Rows of the likelihood (non-detects) are moved as the block ANOVA of the same arms is, or, where it
    has no row, as donor_t. The joint p of a dose series moves as its own p does.
    """
    if not shifts.df.size:
        return effects
    key = list(tables.KEYS["effects"])

    def made(cells: pd.DataFrame) -> pd.DataFrame:
        rows = effects_from_means(experiment, cells)
        pairs = rows[(rows["method"] == "donor_t") & (rows["scale"] == "log")].assign(method="block_anova")
        return pd.concat([rows, dose_estimates(experiment, cells), pairs]).drop_duplicates(key)

    by_source = _of_rows(_moved(shifts, means[_is_gene(means)], key, made), effects)
    columns = [effects[c].to_numpy(dtype=float) for c in ("estimate", "ci_low", "ci_high", "p", "se", "df")]
    found = Reported(*columns)
    wider = with_shared_errors(found, by_source, shifts.df)
    new = {"se": wider.se, "df": wider.df, "ci_low": wider.low, "ci_high": wider.high, "p": wider.p}
    joint = with_shared_errors(replace(found, p=effects["p_adjusted"].to_numpy(dtype=float)), by_source, shifts.df).p
    new["p_adjusted"] = np.where(effects["contrast"] == "dose", joint, np.nan)
    return with_holm(tables.EFFECTS.frame(effects.assign(**new, flag=_flags(effects, wider.se > found.se))))


def genes_with_efficiency_error(
    experiment: Experiment, genes: pd.DataFrame, means: pd.DataFrame, shifts: EfficiencyShifts
) -> pd.DataFrame:
    """GENES with the same in the rows that are not read from effects: estimands other than `total`, and the score's.

    genes.csv has no df: that of t over its donors is taken. p_adjusted is Holm's over genes, as it was.
    """

    def made(cells: pd.DataFrame) -> pd.DataFrame:
        return genes_from_effects(experiment, effects_from_means(experiment, cells[_is_gene(cells)]), cells)

    if not shifts.df.size:
        return genes
    own = (genes["estimand"] != "total") | (genes["gene"] == NAME)
    of_score = means_of_score(experiment, means, Problems())
    moved = _moved(shifts, pd.concat([means, of_score]), list(tables.KEYS["genes"]), made)
    estimate, low, high, p = (genes[c].to_numpy(dtype=float) for c in ("estimate", "ci_low", "ci_high", "p"))
    df = genes["n_donors"].to_numpy(dtype=float, na_value=np.nan) - 1
    se = (high - low) / 2 / t_quantile(df, 0.95)
    by_source = np.where(own.to_numpy()[:, None], _of_rows(moved, genes), 0.0)
    wider = with_shared_errors(Reported(estimate, low, high, p, se, df), by_source, shifts.df)
    changed = wider.se > se
    new = {"ci_low": wider.low, "ci_high": wider.high, "p": wider.p}
    return holm_over_genes(tables.GENES.frame(genes.assign(**new, flag=_flags(genes, changed))), apart=(NAME,))


def _moved(
    shifts: EfficiencyShifts, means: pd.DataFrame, key: list[str], made: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """By how much one standard error of each source (columns) moves each row that `made` makes of MEANS (index).

    Sources that move no readout in common (each gene's own efficiency) are put through together.
    """
    estimate = made(means).set_index(key)["estimate"]
    names = estimate.index.get_level_values(0).to_numpy(dtype=object)  # readout, or gene
    readouts = np.where([str(n).startswith("gene:") for n in names], names, "gene:" + names)
    steps, moved = shifts.of_means(means), np.zeros((len(estimate), shifts.df.size))
    touched = [frozenset(means.loc[step != 0, "readout"]) for step in steps.T]
    for together in _disjoint(touched):
        step = steps[:, together].sum(axis=1)
        rows = means["readout"].isin(frozenset().union(*(touched[k] for k in together))) | ~_is_gene(means)
        nearby = made(means.assign(log_mean=means["log_mean"] + _STEP * step)[rows]).set_index(key)["estimate"]
        change = ((nearby.reindex(estimate.index) - estimate) / _STEP).fillna(0.0).to_numpy()
        for k in together:
            moved[:, k] = np.where(np.isin(readouts, list(touched[k])), change, 0.0)
    return pd.DataFrame(moved, index=estimate.index)


def _disjoint(touched: Sequence[frozenset[str]]) -> list[list[int]]:
    """The positions of sets in groups that have nothing in common, each in the first group that it fits."""
    groups: list[tuple[set[str], list[int]]] = []
    for k, own in enumerate(touched):
        taken, members = next((g for g in groups if not own & g[0]), (set(), []))
        if not members:
            groups.append((taken, members))
        taken |= own
        members.append(k)
    return [members for _, members in groups]


def _is_gene(means: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows of MEANS are of genes."""
    return means["readout"].str.startswith("gene:").astype(bool)


def _of_rows(moved: pd.DataFrame, table: pd.DataFrame) -> Array:
    """The shifts (rows, sources) of the rows of a table; 0 for those that nothing moves."""
    rows = moved.reindex(pd.MultiIndex.from_frame(table[moved.index.names])).fillna(0.0)
    return rows.to_numpy(dtype=float)


def _flags(table: pd.DataFrame, changed: Truths) -> list[str]:
    """The flags of a table, with `efficiency_error` where a row has changed."""
    return [join_flags(flag, FLAG * bool(new)) for flag, new in zip(table["flag"], changed, strict=True)]
