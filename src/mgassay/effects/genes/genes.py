"""Effects and means -> genes: log2 fold changes, in total, at matched mineral, and adjusted for mineral.

Gene expression follows mineral, so the total effect is no direct effect of Mg2+. `matched_mineral` compares raised Mg
with a comparator that lowers mineral without Mg2+; `adjusted` takes what comparators show of how the gene follows
mineral. What may be claimed of them is decided in `claims`, once their intervals are final.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import primary_rows
from mgassay.effects.contrasts.nondetects import is_censored_fit
from mgassay.effects.estimators.bounds import is_censored, is_open, negative_flag
from mgassay.effects.estimators.intervals import holm
from mgassay.effects.genes.adjusted import adjusted_rows
from mgassay.effects.genes.comparators import comparisons_of, intact_first
from mgassay.effects.genes.matched import matched_rows
from mgassay.effects.means.panels import Panel, is_mineral, panels_from_means
from mgassay.experiment import Experiment
from mgassay.units import LN2

_PREFIX = "gene:"


def genes_from_effects(
    experiment: Experiment,
    effects: pd.DataFrame,
    means: pd.DataFrame,
    nondetects: pd.DataFrame | None = None,
    *,
    single: bool = True,
) -> pd.DataFrame:
    """GENES of the declared question: `total`, `matched_mineral` per comparator, `adjusted`; intact and under blocks.

    log2 fold change, raised over reference Mg = -effect / ln 2 (donor_t, log scale), so the ends of the interval change
    places. Intact entry (empty block) is that of the untransfected arms where they were run, else of the first block
    that has its own intact arms. p_adjusted is Holm's over the genes of an estimand, block and comparator.

    Where the arms have non-detects the row is the likelihood's (flag `censored`): that of effects.csv for totals, for
    matched_mineral one of those two arms, from `nondetects` (wells_with_nondetects); `adjusted` has none. What bounds
    leave open has no p; nor, between two arms, an estimate and an interval (see `_without_what_is_open`). `single`:
    false for the score, whose other genes may hold values where one has a bound.
    """
    genes, mineral = gene_panels(means), mineral_panels(means)
    rows = list(_total_rows(experiment, effects))
    for comparison in comparisons_of(experiment):
        rows += [*matched_rows(genes, comparison, nondetects), *adjusted_rows(genes, mineral, comparison)]
    told = _without_what_is_open(tables.GENES.frame(rows), single=single)
    return holm_over_genes(told.sort_values(["gene"], kind="stable", ignore_index=True))


def _without_what_is_open(genes: pd.DataFrame, *, single: bool) -> pd.DataFrame:
    """GENES in which rows that bounds pull both ways have no p: it would test the limits that stand for the values.

    Between two arms nothing is left of a `single` gene then: it lies below a limit in either, and the difference of two
    limits is no fold change. A line over several arms (`adjusted`) keeps its estimate.
    """
    is_unknown = genes["flag"].map(is_open).astype(bool)
    of_two = is_unknown & (genes["estimand"] != "adjusted") & single
    kept = {c: genes[c].mask(of_two) for c in ("estimate", "ci_low", "ci_high")}
    return genes.assign(p=genes["p"].mask(is_unknown), **kept)


def gene_panels(means: pd.DataFrame) -> dict[str, Panel]:
    """The panels of genes, by readout."""
    return {panel.readout: panel for panel in panels_from_means(means) if panel.readout.startswith(_PREFIX)}


def mineral_panels(means: pd.DataFrame) -> dict[str, Panel]:
    """The panels of mineral, by readout."""
    return {panel.readout: panel for panel in panels_from_means(means) if is_mineral(panel.readout)}


def _total_rows(experiment: Experiment, effects: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The total rows, from the rows of `total` (intact) and `blocked` (each block) that `_chosen` takes."""
    chosen = _chosen(primary_rows(experiment, effects))
    blocks = [arms.name for arms in intact_first(experiment)]
    by_key = {(r["readout"], r["contrast"], r["block"]): r for r in chosen.to_dict("records")}
    for readout in dict.fromkeys(chosen["readout"]):
        intact = next((by_key[k] for b in blocks if (k := (readout, "total", b)) in by_key), None)
        under = [(b, by_key[k]) for b in blocks if (k := (readout, "blocked", b)) in by_key]
        for block, row in [("", intact), *under]:
            if row is not None:
                yield _total_row(row, block)


def _chosen(effects: pd.DataFrame) -> pd.DataFrame:
    """The log-scale rows of genes that fold changes are read from: donor_t, the likelihood's where that is a bound."""
    of_genes = effects[effects["readout"].str.startswith(_PREFIX) & (effects["scale"] == "log")]
    keys = pd.MultiIndex.from_frame(of_genes[["readout", "block", "contrast"]])
    by_donor = of_genes["method"] == "donor_t"
    values = keys[by_donor & ~of_genes["flag"].map(is_censored).astype(bool)]
    by_likelihood = of_genes["flag"].map(is_censored_fit).astype(bool) & ~keys.isin(values)
    return of_genes[by_likelihood | (by_donor & ~keys.isin(keys[by_likelihood]))]


def _total_row(row: Mapping[Any, Any], block: str) -> dict[str, Any]:
    """A row of genes.csv from one of effects.csv: sign and bounds turned, natural log to log2."""
    return {
        "gene": str(row["readout"]).removeprefix(_PREFIX),
        "block": block,
        "estimand": "total",
        "estimate": -row["estimate"] / LN2,
        "ci_low": -row["ci_high"] / LN2,
        "ci_high": -row["ci_low"] / LN2,
        "p": row["p"],
        "n_donors": row["n_donors"],
        "comparator": "",
        "flag": negative_flag(str(row["flag"])),
    }


def holm_over_genes(genes: pd.DataFrame, apart: Sequence[str] = ()) -> pd.DataFrame:
    """GENES with p_adjusted: Holm over the genes of an estimand and block, for matched_mineral of each comparator.

    Rows named in `apart` (the osteogenic score) are tests of their own, without p_adjusted.
    """
    single = genes["comparator"].where(genes["estimand"] == "matched_mineral", "")
    families = genes.assign(single=single)[~genes["gene"].isin(apart)].groupby(["estimand", "block", "single"])
    adjusted, p = np.full(len(genes), np.nan), genes["p"].to_numpy(dtype=float)
    for rows in families.groups.values():
        places = genes.index.get_indexer(rows)
        adjusted[places] = holm(p[places])
    return genes.assign(p_adjusted=adjusted)
