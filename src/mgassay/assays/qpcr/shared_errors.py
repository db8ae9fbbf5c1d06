"""Errors of a quantity that its technical replicates do not show, because all samples of a gene share them.

The error of log2 E moves every sample of a gene by its own Cq, and the error of a plate's calibration moves all of its
samples alike. Neither averages out over wells, reps or donors.
"""

from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.efficiency import Efficiency
from mgassay.assays.qpcr.gene_efficiencies import Efficiencies
from mgassay.assays.qpcr.technical import SAMPLE


def calibrated(technical: pd.DataFrame, calibrations: pd.DataFrame | None) -> pd.DataFrame:
    """The technical means with each plate's shift taken off (quantity, bound and floor).

    Where the shift of a gene is not known (which is a problem of its own) its efficiency and quantity are empty, as for
    a gene whose efficiency is an error: it has no amounts. Adds calibration_variance and calibration_df.
    """
    if calibrations is None:
        return technical.assign(calibration_variance=0.0, calibration_df=np.inf)
    known = calibrations[calibrations["shift"].notna()].set_index(["plate", "gene"])
    own = known.reindex(pd.MultiIndex.from_frame(technical[["plate", "gene"]])).set_axis(technical.index)
    shift = own["shift"]
    return technical.assign(
        **{column: technical[column] - shift for column in ("log2_quantity", "bound", "floor")},
        efficiency=technical["efficiency"].where(shift.notna()),
        calibration_variance=own["variance"].fillna(0.0),
        calibration_df=own["df"],
    )


def with_shared_errors(technical: pd.DataFrame, efficiencies: Efficiencies | None) -> pd.DataFrame:
    """Adds shared_variance, that of log2 quantity by efficiency and calibration, and shared_spread (Σ variance²/df).

    The part of the efficiency is (Cq − mean Cq)²·Var(log2 E): quantities are relative to the gene's mean sample, since
    only differences between samples are ever used, and those of two samples are (Cq1 − Cq2)·SE(log2 E) apart. Mean Cq
    is over all samples of the gene, after calibration. Nothing is added where the error of E is not known.
    Source: Hellemans et al. 2007, Genome Biol 8:R19, formulas 6 and 7 (there for quantities, here for their log2).
    """
    of_efficiency, efficiency_spread = _by_efficiency(technical, efficiencies)
    of_calibration, df = (technical[c].to_numpy() for c in ("calibration_variance", "calibration_df"))
    with np.errstate(invalid="ignore", divide="ignore"):  # without replicates there is no variance and no df
        spread = efficiency_spread + np.where(of_calibration > 0, of_calibration**2 / df, 0.0)
    return technical.assign(shared_variance=of_efficiency + of_calibration, shared_spread=spread)


def _by_efficiency(technical: pd.DataFrame, efficiencies: Efficiencies | None) -> tuple[Floats, Floats]:
    """Variance of each log2 quantity by its efficiency, and that squared over its df; 0 where no error is known."""
    used: dict[tuple[str, str], Efficiency] = dict(efficiencies.used) if efficiencies else {}
    known = {pair: e for pair, e in used.items() if np.isfinite(e.se_log2)}
    if not known:
        return np.zeros(len(technical)), np.zeros(len(technical))
    pairs = pd.MultiIndex.from_frame(technical[["plate", "gene"]])
    se = np.asarray(pairs.map({p: e.se_log2 for p, e in known.items()}), dtype=np.float64)
    df = np.asarray(pairs.map({p: e.df for p, e in known.items()}), dtype=np.float64)
    cq = -technical["log2_quantity"] / np.log2(technical["efficiency"])
    lever = cq - cq.groupby(technical["gene"]).transform("mean")
    variance = np.nan_to_num((lever.to_numpy() * se) ** 2)
    return variance, variance**2 / np.where(np.isnan(df), 1.0, df)


def shared_reference_errors(measured: pd.DataFrame) -> pd.DataFrame:
    """What the k reference genes of each sample have in common with other samples, by sample.

    reference_shared_variance (Σ variance/k²), reference_shared_spread (Σ spread/k⁴), and reference_outlier: whether a
    well of any of them is an outlier that counts.
    """
    k = measured.groupby(SAMPLE, sort=False)["gene"].transform("size")
    parts = measured.assign(
        reference_shared_variance=measured["shared_variance"] / k**2,
        reference_shared_spread=measured["shared_spread"] / k**4,
    )
    groups = parts.groupby(SAMPLE, sort=False)
    return pd.DataFrame(
        {
            "reference_shared_variance": groups["reference_shared_variance"].sum(),
            "reference_shared_spread": groups["reference_shared_spread"].sum(),
            "reference_outlier": groups["outlier"].any(),
        }
    )


def efficiency_error_rows(technical: pd.DataFrame, efficiencies: Efficiencies) -> list[dict[str, Any]]:
    """Rows of QPCR_QUALITY that say how large the efficiency's part is, for each gene whose error is known.

    `efficiency_error`: the standard error of log2 E, in log2 per Cq, so that two samples d Cq apart have the error
    d·SE; and the same over the range of the gene's samples, in log2.
    """
    rows: list[dict[str, Any]] = []
    by_gene = {gene: e for (_, gene), e in efficiencies.used.items() if np.isfinite(e.se_log2)}
    cq = (-technical["log2_quantity"] / np.log2(technical["efficiency"])).groupby(technical["gene"])
    reach = cq.max() - cq.min()
    for gene, e in by_gene.items():
        where = {"gene": gene, "measure": "efficiency_error", "n": e.n}
        rows.append({**where, "subject": "per Cq", "estimate": e.se_log2, "unit": "log2/Cq"})
        if gene in reach.index and np.isfinite(reach[gene]):
            whole = {"subject": "range of samples", "estimate": e.se_log2 * float(reach[gene]), "unit": "log2"}
            rows.append({**where, **whole})
    return rows
