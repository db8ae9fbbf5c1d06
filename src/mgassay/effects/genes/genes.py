"""Effects -> genes: log2 fold changes, the total effect and the one at matched mineral.

Gene expression follows mineral, so the total effect is no direct effect of Mg2+. `matched_mineral` compares raised Mg
with a comparator that lowers mineral without Mg2+.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import Arms, arms_of, arms_of_blocks
from mgassay.effects.contrasts.contrasts import difference_flag
from mgassay.effects.contrasts.nondetects import cells_of_arms, contrast_flag, is_censored_fit
from mgassay.effects.estimators.censored_contrast import contrast_of_cells
from mgassay.effects.estimators.intervals import donor_estimate, holm
from mgassay.effects.means.panels import ArmMatrix, Panel, is_censored, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_PREFIX = "gene:"
_LN2 = float(np.log(2.0))


def genes_from_effects(
    experiment: Experiment, effects: pd.DataFrame, means: pd.DataFrame, nondetects: pd.DataFrame | None = None
) -> pd.DataFrame:
    """GENES: `total` per gene with entry intact (empty block) and under each block, `matched_mineral` per comparator.

    log2 fold change, raised over reference Mg = -effect / ln 2 (donor_t, log scale), so the ends of the interval change
    places. Intact entry is that of the untransfected arms where they were run, else of the first block that has its
    own intact arms. p_adjusted is Holm's over the genes, for the totals of each block and for each comparator.

    Where the arms have non-detects the row is the likelihood's (flag `censored`): that of effects.csv for totals, for
    matched_mineral one of those two arms, from `nondetects` (wells_with_nondetects).
    """
    rows = [*_total_rows(experiment, effects), *_matched_rows(experiment, means, nondetects)]
    return tables.GENES.frame(rows).sort_values(["gene"], kind="stable", ignore_index=True)


def _total_rows(experiment: Experiment, effects: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The total rows, from the rows of `total` (intact) and `blocked` (each block) that `_chosen` takes."""
    chosen = _chosen(effects)
    found: dict[str, list[dict[str, Any]]] = {}
    blocks = [arms.name for arms in intact_first(experiment)]
    by_key = {(r["readout"], r["contrast"], r["block"]): r for r in chosen.to_dict("records")}
    for readout in dict.fromkeys(chosen["readout"]):
        intact = next((by_key[k] for b in blocks if (k := (readout, "total", b)) in by_key), None)
        under = [(b, by_key[k]) for b in blocks if (k := (readout, "blocked", b)) in by_key]
        for block, row in [("", intact), *under]:
            if row is not None:
                found.setdefault(block, []).append(_gene_row(row, block))
    for rows in found.values():
        yield from _with_holm(rows)


def _chosen(effects: pd.DataFrame) -> pd.DataFrame:
    """The log-scale rows of genes that fold changes are read from: donor_t, the likelihood's where that is a bound."""
    of_genes = effects[effects["readout"].str.startswith(_PREFIX) & (effects["scale"] == "log")]
    keys = pd.MultiIndex.from_frame(of_genes[["readout", "block", "contrast"]])
    by_donor = of_genes["method"] == "donor_t"
    values = keys[by_donor & ~of_genes["flag"].map(is_censored).astype(bool)]
    by_likelihood = of_genes["flag"].map(is_censored_fit).astype(bool) & ~keys.isin(values)
    return of_genes[by_likelihood | (by_donor & ~keys.isin(keys[by_likelihood]))]


def _with_holm(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one family with p_adjusted."""
    adjusted = holm(np.array([float(row["p"]) for row in rows]))
    return [{**row, "p_adjusted": float(q)} for row, q in zip(rows, adjusted, strict=True)]


def intact_first(experiment: Experiment) -> list[Arms]:
    """The arms of all blocks, those whose intact arms are the plain Mg arms (nothing else added) first."""
    plain = arms_of(experiment, None).live[:2]
    return sorted(arms_of_blocks(experiment), key=lambda arms: arms.live[:2] != plain)


def _gene_row(row: Mapping[Any, Any], block: str) -> dict[str, Any]:
    """A row of genes.csv from one of effects.csv: sign and bounds turned, natural log to log2."""
    return {
        "gene": str(row["readout"]).removeprefix(_PREFIX),
        "block": block,
        "estimand": "total",
        "estimate": -row["estimate"] / _LN2,
        "ci_low": -row["ci_high"] / _LN2,
        "ci_high": -row["ci_low"] / _LN2,
        "p": row["p"],
        "n_donors": row["n_donors"],
        "flag": difference_flag("", str(row["flag"])),
    }


def comparator_matrix(panel: Panel, arms: Arms, comparator: str) -> ArmMatrix:
    """Donors that have both the intact raised-Mg arm and the comparator's, in this order of columns."""
    return panel.matrix((arms.intact_raised, arms.comparators[comparator])).complete((0, 1))


def _matched_rows(
    experiment: Experiment, means: pd.DataFrame, nondetects: pd.DataFrame | None
) -> Iterator[dict[str, Any]]:
    """The matched_mineral rows: raised Mg against each comparator, per donor, Holm over genes."""
    arms = intact_first(experiment)[0]
    panels = [p for p in panels_from_means(means) if p.readout.startswith(_PREFIX)]
    for comparator in arms.comparators if arms.intact_raised else ():
        pair = (arms.intact_raised, arms.comparators[comparator])
        found = [(p, m) for p in panels if (m := comparator_matrix(p, arms, comparator)).donors]
        rows = [_likelihood_row(p, pair, nondetects) or _matched_row(p, m) for p, m in found]
        yield from _with_holm([{**row, "comparator": comparator} for row in rows])


def _likelihood_row(panel: Panel, pair: tuple[str, str], nondetects: pd.DataFrame | None) -> dict[str, Any] | None:
    """A matched_mineral row with non-detects; None where these arms have none, or it cannot be told."""
    if nondetects is None:
        return None
    wells = nondetects[(nondetects["readout"] == panel.readout) & nondetects["condition"].isin(pair)]
    cells = cells_of_arms(wells, pair)
    found = contrast_of_cells(cells, np.array([1.0, -1.0])) if cells.missed.any() else None
    if found is None:
        return None
    return {
        "gene": panel.readout.removeprefix(_PREFIX),
        "estimand": "matched_mineral",
        "estimate": found.estimate / _LN2,
        "ci_low": found.low / _LN2,
        "ci_high": found.high / _LN2,
        "p": found.p,
        "n_donors": len(cells.seen),
        "flag": contrast_flag(wells, found),
    }


def _matched_row(panel: Panel, both: ArmMatrix) -> dict[str, Any]:
    """One matched_mineral row without its comparator: t over donors."""
    estimate = donor_estimate((both.values[:, 0] - both.values[:, 1]) / _LN2)
    low, high = estimate.limits()
    return {
        "gene": panel.readout.removeprefix(_PREFIX),
        "estimand": "matched_mineral",
        "estimate": float(estimate.estimate),
        "ci_low": float(low),
        "ci_high": float(high),
        "p": float(estimate.p()),
        "n_donors": len(both.donors),
        "flag": join_flags(both.flag((1.0, -1.0)), "few_donors" if len(both.donors) < 2 else ""),
    }
