"""Amounts per mg protein of the same culture well."""

import numpy as np
import pandas as pd

from mgassay.assays.plates.quotients import fieller_quotient
from mgassay.assays.plates.replicates import REP, reps_from_wells
from mgassay.flags import join_flags


def per_protein(
    measured: pd.DataFrame, protein: pd.DataFrame, *, assay: str, readout: str, unit: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An amount per mg protein, one row per condition × donor × rep; and the reps that have no usable protein.

    value = mean of the rep's wells / mean of its protein wells, paired by condition, donor and rep, with Fieller's
    interval from both curves. Where a well is above its curve there is no value, and `limit` is the lower bound that
    the tops of the range give; elsewhere `limit` is the LOD per mg. Protein above its curve or below its LOD is not
    usable: a quotient with it would mean nothing. Takes WELL_AMOUNTS frames (protein in mg per culture well).

    Gives rows of AMOUNTS less their experiment, and a frame of REP, plate and reason (`none`, `outside`).
    """
    pairs = reps_from_wells(measured).merge(reps_from_wells(protein), on=REP, how="left", suffixes=("", "_protein"))
    reasons = pairs.assign(reason=np.where(pairs.plate_protein.isna(), "none", "outside"))[[*REP, "plate", "reason"]]
    usable = pairs["mean_protein"] >= pairs.lod_protein
    return _quotients(pairs[usable].reset_index(drop=True), assay, readout, unit), reasons[~usable].reset_index(
        drop=True
    )


def _quotients(pairs: pd.DataFrame, assay: str, readout: str, unit: str) -> pd.DataFrame:
    """Rows of AMOUNTS for paired reps."""
    protein = pairs.mean_protein.to_numpy(float)
    low, high = fieller_quotient(
        pairs["mean"].to_numpy(float), pairs.variance.to_numpy(float), pairs.df.to_numpy(float),
        protein, pairs.variance_protein.to_numpy(float), pairs.df_protein.to_numpy(float),
    )  # fmt: skip
    flags = zip(pairs.flag, pairs.flag_protein, strict=True)
    return pairs[["plate", "well", *REP]].assign(
        assay=assay, readout=readout, unit=unit,
        value=pairs["mean"] / protein, ci_low=low, ci_high=high,
        limit=np.where(pairs.above, pairs.bound, pairs.lod) / protein,
        flag=[join_flags(own, *(f for f in other.split(";") if f != "below_loq")) for own, other in flags],
    )  # fmt: skip


def flag_no_protein(measured: pd.DataFrame, lacking: pd.DataFrame) -> pd.DataFrame:
    """Wells (WELL_AMOUNTS), those of reps without usable protein flagged `no_protein`."""
    without = pd.MultiIndex.from_frame(lacking[REP])
    bare = pd.MultiIndex.from_frame(measured[REP]).isin(without) & (measured.role == "sample")
    return measured.assign(
        flag=[join_flags(f, "no_protein" * bool(b)) for f, b in zip(measured.flag, bare, strict=True)]
    )
