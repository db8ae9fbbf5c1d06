"""Means -> genes: raised Mg against a comparator that lowers mineral without Mg2+, donor by donor."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgassay.effects.contrasts.nondetects import cells_of_arms, contrast_flag
from mgassay.effects.estimators.censored_contrast import contrast_of_cells
from mgassay.effects.estimators.intervals import donor_estimate
from mgassay.effects.genes.comparators import Comparison, pairs_of
from mgassay.effects.means.panels import ArmMatrix, Panel
from mgassay.flags import join_flags
from mgassay.units import LN2


def matched_rows(
    panels: Mapping[str, Panel], comparison: Comparison, nondetects: pd.DataFrame | None
) -> Iterator[dict[str, Any]]:
    """The rows `matched_mineral` of GENES without p_adjusted, by gene and comparator: t over the donors with both arms.

    Where an arm has non-detects the row is the likelihood's (flag `censored`). Whether mineral was indeed the same is
    another question (match.py).
    """
    for panel in panels.values():
        for name, both in pairs_of(comparison, panel):
            pair = (comparison.raised, comparison.comparators[name])
            row = _likelihood_row(panel, pair, nondetects) or _donor_row(both)
            gene = panel.readout.removeprefix("gene:")
            yield {"gene": gene, "block": comparison.block, "estimand": "matched_mineral", **row, "comparator": name}


def _likelihood_row(panel: Panel, pair: tuple[str, str], nondetects: pd.DataFrame | None) -> dict[str, Any] | None:
    """The numbers of a row with non-detects; None where these arms have none, or it cannot be told."""
    if nondetects is None:
        return None
    wells = nondetects[(nondetects["readout"] == panel.readout) & nondetects["condition"].isin(pair)]
    cells = cells_of_arms(wells, pair)
    found = contrast_of_cells(cells, np.array([1.0, -1.0])) if cells.missed.any() else None
    if found is None:
        return None
    return {
        "estimate": found.estimate / LN2,
        "ci_low": found.low / LN2,
        "ci_high": found.high / LN2,
        "p": found.p,
        "n_donors": len(cells.seen),
        "flag": contrast_flag(wells, found),
    }


def _donor_row(both: ArmMatrix) -> dict[str, Any]:
    """The numbers of a row from donors with a value in both arms."""
    estimate = donor_estimate((both.values[:, 0] - both.values[:, 1]) / LN2)
    low, high = estimate.limits()
    return {
        "estimate": float(estimate.estimate),
        "ci_low": float(low),
        "ci_high": float(high),
        "p": float(estimate.p()),
        "n_donors": len(both.donors),
        "flag": join_flags(both.flag((1.0, -1.0)), "few_donors" if len(both.donors) < 2 else ""),
    }
