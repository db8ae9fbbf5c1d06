"""What a gene's culture well without a Cq is known to lie below."""

import numpy as np
import pandas as pd


def is_gene(amounts: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each row is of a gene."""
    return amounts["readout"].str.startswith("gene:").astype(bool)


def limits_of_detection(amounts: pd.DataFrame) -> "pd.Series[float]":
    """The limit of each row of AMOUNTS; that of a gene's non-detect moved to where the assay still gave a Cq.

    amounts.csv holds what a Cq at the last cycle would have given. Assays lose the template before that, so that a
    non-detect may well lie above it. Of the wells of the gene that have a value the one nearest to its own last cycle
    shows how far from there the assay still saw (log2), and the limits of its non-detects are moved by that distance.
    That is the most likely place of a limit nobody knows, and a limit above it would contradict a measured value. Where
    no well has a value the limit stays. Decision: docs/decisions/0035-non-detects.md.
    """
    genes = is_gene(amounts)
    seen = genes & np.isfinite(amounts["value"]) & np.isfinite(amounts["limit"])
    margin = (amounts["value"] - amounts["limit"]).where(seen)
    nearest = margin.groupby(amounts["readout"]).transform("min").clip(lower=0.0).fillna(0.0)
    return amounts["limit"] + nearest.where(genes & ~np.isfinite(amounts["value"]), 0.0)
