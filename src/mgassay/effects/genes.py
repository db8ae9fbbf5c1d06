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
from mgassay.effects.intervals import Estimate, donor_estimate, holm
from mgassay.effects.panels import ArmMatrix, Panel, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

_PREFIX = "gene:"
_LN2 = float(np.log(2.0))


def genes_from_effects(experiment: Experiment, effects: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """GENES: `total` per gene with entry intact (empty block) and under each block, `matched_mineral` per comparator.

    log2 fold change, raised over reference Mg = -effect / ln 2 (donor_t, log scale), so the ends of the interval change
    places. Intact entry is that of the untransfected arms where they were run, else of the first block that has its
    own intact arms. p_adjusted of a total is that of effects.csv; Holm over genes per comparator for matched_mineral.
    """
    rows = [*_total_rows(experiment, effects), *_matched_rows(experiment, means)]
    return tables.GENES.frame(rows).sort_values(["gene"], kind="stable", ignore_index=True)


def _total_rows(experiment: Experiment, effects: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The total rows, from the donor_t rows of `total` (intact) and `blocked` (each block)."""
    chosen = effects[
        effects["readout"].str.startswith(_PREFIX) & (effects["scale"] == "log") & (effects["method"] == "donor_t")
    ]
    blocks = [arms.name for arms in intact_first(experiment)]
    by_key = {(r["readout"], r["contrast"], r["block"]): r for r in chosen.to_dict("records")}
    for readout in dict.fromkeys(chosen["readout"]):
        intact = next((by_key[k] for b in blocks if (k := (readout, "total", b)) in by_key), None)
        under = [(b, by_key[k]) for b in blocks if (k := (readout, "blocked", b)) in by_key]
        for block, row in [("", intact), *under]:
            if row is not None:
                yield _gene_row(row, block)


def intact_first(experiment: Experiment) -> list[Arms]:
    """The arms of all blocks, those whose intact arms are the plain Mg arms (nothing else added) first."""
    plain = arms_of(experiment, None).live[:2]
    return sorted(arms_of_blocks(experiment), key=lambda arms: arms.live[:2] != plain)


def _gene_row(row: Mapping[Any, Any], block: str) -> dict[str, Any]:
    """A row of genes.csv from one of effects.csv: sign turned, natural log to log2."""
    return {
        "gene": str(row["readout"]).removeprefix(_PREFIX),
        "block": block,
        "estimand": "total",
        "estimate": -row["estimate"] / _LN2,
        "ci_low": -row["ci_high"] / _LN2,
        "ci_high": -row["ci_low"] / _LN2,
        "p": row["p"],
        "p_adjusted": row["p_adjusted"],
        "n_donors": row["n_donors"],
        "flag": row["flag"],
    }


def comparator_matrix(panel: Panel, arms: Arms, comparator: str) -> ArmMatrix:
    """Donors that have both the intact raised-Mg arm and the comparator's, in this order of columns."""
    return panel.matrix((arms.intact_raised, arms.comparators[comparator])).complete((0, 1))


def _matched_rows(experiment: Experiment, means: pd.DataFrame) -> list[dict[str, Any]]:
    """The matched_mineral rows: raised Mg against each comparator, per donor, Holm over genes."""
    arms = intact_first(experiment)[0]
    panels = [p for p in panels_from_means(means) if p.readout.startswith(_PREFIX)]
    rows: list[dict[str, Any]] = []
    for comparator in arms.comparators if arms.intact_raised else ():
        both = [(p, m) for p in panels if (m := comparator_matrix(p, arms, comparator)).donors]
        found = [(p, m, donor_estimate((m.values[:, 0] - m.values[:, 1]) / _LN2)) for p, m in both]
        adjusted = holm(np.array([float(e.p()) for _, _, e in found]))
        rows += [
            {**_matched_row(p, m, e), "comparator": comparator, "p_adjusted": float(q)}
            for (p, m, e), q in zip(found, adjusted, strict=True)
        ]
    return rows


def _matched_row(panel: Panel, both: ArmMatrix, estimate: Estimate) -> dict[str, Any]:
    """One matched_mineral row without its comparator."""
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
