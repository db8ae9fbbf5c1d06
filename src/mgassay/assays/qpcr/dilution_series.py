"""Growth per cycle from dilution series, with its interval.

Cq falls on log10 quantity with the slope −1/log10 E. All plates that ran a series of a gene share one slope and have
each its own intercept (threshold). The wells of one quantity share the pipetting of that dilution, so quantities count
for the interval, never wells: the scatter is that of the quantities' mean Cq about the line.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.efficiency import Efficiency, factor_from_slope, usable_factor
from mgassay.assays.qpcr.qpcr_plates import each_group
from mgassay.problems import Problems

LEAST_LEVELS = 3
_EXACT = 1e-12  # of the total sum of squares: what rounding of the machine leaves of a series that fits exactly


@dataclass(frozen=True)
class Series:
    """The common line of a gene's dilution series.

    slope in Cq per tenfold quantity with its standard error (NaN where every quantity lies on the line) and degrees of
    freedom; r2 over wells within plates; levels: different quantities; low and high: the lowest and highest.
    """

    slope: float
    slope_se: float
    df: int
    r2: float
    levels: int
    n: int
    low: float
    high: float

    def slope_bounds(self, confidence: float = 0.95) -> tuple[float, float]:
        """Student's interval of the slope; NaN without a standard error."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.df, 0.5 + confidence / 2)) * self.slope_se
        return self.slope - half, self.slope + half


def fit_series(standards: pd.DataFrame) -> Series:
    """Least squares of Cq on log10 quantity with one slope and an intercept for each plate.

    Takes one gene's standards (plate, standard > 0, cq); plates with fewer than three quantities do not count. The
    slope is that of a regression over wells (with one plate the ordinary line); its variance rests on the scatter of
    the quantities' means, weighted by their wells: Σ n·rest² / (quantities − plates − 1) / Σ n·(x − x̄)².
    """
    counts = standards.groupby("plate")["standard"].transform("nunique")
    used = standards[counts >= LEAST_LEVELS]
    x = pd.Series(np.log10(used["standard"].to_numpy()), index=used.index)
    x_centred = (x - x.groupby(used["plate"]).transform("mean")).to_numpy()
    y_centred = (used["cq"] - used.groupby("plate")["cq"].transform("mean")).to_numpy()
    spread, total = float(x_centred @ x_centred), float(y_centred @ y_centred)
    slope = float(x_centred @ y_centred) / spread
    rest = y_centred - slope * x_centred
    level = used.groupby(["plate", "standard"], sort=False).ngroup().to_numpy(dtype=np.int64)
    wells = np.bincount(level)
    between = float(np.sum(np.bincount(level, weights=rest) ** 2 / wells))
    df = wells.size - int(used["plate"].nunique()) - 1
    return Series(
        slope=slope,
        slope_se=float(np.sqrt(between / df / spread)) if between > _EXACT * total else float("nan"),
        df=df,
        r2=1.0 - float(rest @ rest) / total if total > 0 else float("nan"),
        levels=int(used["standard"].nunique()),
        n=len(used),
        low=float(used["standard"].min()),
        high=float(used["standard"].max()),
    )


def efficiency_from_series(series: Series) -> Efficiency:
    """E = 10^(−1/slope) with the interval of the slope carried through it, so it is not symmetric.

    A slope whose upper bound is 0 or above leaves E without an upper bound (empty). The standard error of log2 E is
    log2(10)·SE(slope)/slope² (delta method). Source: Pfaffl 2001, Nucleic Acids Res 29:e45.
    """
    low, high = (factor_from_slope(bound) for bound in series.slope_bounds())
    return Efficiency(
        factor=factor_from_slope(series.slope),
        source="series",
        se_log2=float(np.log2(10.0)) * series.slope_se / series.slope**2,
        df=float(series.df),
        ci_low=low,
        ci_high=high if np.isfinite(high) else float("nan"),
        n=series.n,
    )


def series_of_genes(wells: pd.DataFrame, problems: Problems) -> dict[str, Series]:
    """The series of every gene with three quantities or more on one plate (role standard, with a quantity and a Cq).

    Genes with fewer are pointed out (MG505), as are series whose slope is no amplification (MG506) and what the
    others gave (MG507).
    """
    standards = wells[(wells["role"] == "standard") & (wells["standard"] > 0) & wells["cq"].notna()]
    found: dict[str, Series] = {}
    for (gene,), rows in each_group(standards[standards["gene"] != ""], "gene"):
        levels = int(rows.groupby("plate")["standard"].nunique().max())
        if levels < LEAST_LEVELS:
            problems.add("MG505", gene=gene, levels=levels)
            continue
        series = found[gene] = fit_series(rows)
        factor = factor_from_slope(series.slope)
        if usable_factor(factor):
            shown = {"slope": f"{series.slope:.3f}", "r2": f"{series.r2:.4f}", "levels": str(series.levels)}
            problems.add("MG507", gene=gene, seen=f"{factor:.3f}", **shown)
        else:
            problems.add("MG506", gene=gene, seen=f"{series.slope:.3f}")
    return found
