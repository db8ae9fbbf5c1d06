"""Rates of wells less those of the blanks, and how well they are known, as amounts per culture well.

The error of one well's rate is the largest of three: that of its own course; the SD between blank wells (two or more);
and the relative SD between technical wells of one rep, pooled over the plate, times the rate. The last two hold what a
course cannot show: pipetting and position. All wells share the error of the blanks' mean and that of the curve.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.curve import t_quantiles
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.measured import WELL_AMOUNTS, with_low_flags
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.assays.plates.quotients import LEVEL, welch_df
from mgassay.assays.plates.replicates import REP
from mgassay.assays.quality.position import like_wells

DETECTION, QUANTIFICATION = 3.3, 10.0  # SDs of a blank well (ICH Q2)
LEAST_BLANKS = 3  # wells that make a detection limit


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates, one entry per well, NaN where there is none; in units of the curve, or OD, per min.

    `variance` is that of a well's own course with `df`; 0 where it was read once and its error is not known.
    `gradient` is the rate's derivative to each parameter of the curve (wells × parameters; no columns without one).
    """

    value: Array
    variance: Array
    df: Array
    gradient: Array

    def only(self, wells: Mask) -> "Rates":
        """The rates of these wells."""
        return Rates(self.value[wells], self.variance[wells], self.df[wells], self.gradient[wells])


@dataclass(frozen=True, eq=False)
class _Blank:
    """The blank wells together; `sd` is that between wells, NaN for fewer than two.

    `by_wells`: whether the variance of the mean is that SD's, and not that of the wells' own courses.
    """

    n: int
    mean: float
    sd: float
    variance: float  # of the mean
    df: float
    by_wells: bool
    gradient: Array


def amounts_from_rates(
    samples: pd.DataFrame, of_samples: Rates, of_blanks: Rates, found: PlateCurve | None, factor: Array, bound: Array
) -> pd.DataFrame:
    """WELL_AMOUNTS of sample wells (WELLS, one row per well, with a column `flag`); amount = (rate − blank) · factor.

    `bound` is what the rate of a well without one is at least, NaN where nothing is known; less than the LOD is
    nothing. Blanks without a rate are left out. LOD is 3.3, LOQ 10 SDs between blank wells, from three on. Where no
    error of a well can be had (read once, no two blanks, no technical wells), or the only blank was read once, it has
    no interval. Degrees of freedom by
    Welch and Satterthwaite.
    """
    blank = _blank_of(of_blanks.only(np.isfinite(of_blanks.value)))
    net, least = of_samples.value - blank.mean, bound - blank.mean
    limits = [sds * blank.sd if blank.n >= LEAST_BLANKS else np.nan for sds in (DETECTION, QUANTIFICATION)]
    variance, df, by_blanks = _of_one_well(samples, net, of_samples, blank, limits[1], factor)
    curve, curve_df = _of_curve(of_samples.gradient - blank.gradient, found)
    shared = blank.variance + curve
    # Where the blanks' SD is that of the well too, both are one estimate, and stand together with its df.
    of_blank = blank.variance + np.where(by_blanks, variance, 0.0)
    of_rest = welch_df(np.where(by_blanks, 0.0, variance), df, curve, curve_df)
    total_df = welch_df(of_blank, blank.df, np.where(by_blanks, 0.0, variance) + curve, of_rest)
    reach = t_quantiles(np.nan_to_num(total_df), LEVEL) * np.sqrt(variance + shared)
    # A well without a rate for want of a straight stretch is not “at most the LOD”: it has no limit at all.
    unknown = samples.flag.map(lambda flag: "no_linear_window" in flag.split(";")).to_numpy(dtype=bool)
    lod, loq = (np.where(unknown, np.nan, limit * factor) for limit in limits)
    measured = samples[["plate", "well", "role", "condition", "donor", "rep", "flag"]].assign(
        value=net * factor,
        ci_low=(net - reach) * factor,
        ci_high=(net + reach) * factor,
        se_reading=np.sqrt(variance) * factor,
        se_curve=np.sqrt(shared) * factor,
        df=total_df,
        lod=lod,
        loq=loq,
        top=np.where(least > np.fmax(limits[0], 0.0), least, np.nan) * factor,
        above=samples.flag.map(lambda flag: "above_curve" in flag.split(";")).to_numpy(dtype=bool),
    )
    return with_low_flags(measured)[list(WELL_AMOUNTS)].reset_index(drop=True)


def _blank_of(blanks: Rates) -> _Blank:
    """The blanks' mean; its variance by their SD, or by the errors of their own courses where these are larger."""
    n = len(blanks.value)
    if n == 0:
        return _Blank(0, 0.0, np.nan, 0.0, np.inf, False, np.zeros(blanks.gradient.shape[1]))
    mean, own = float(blanks.value.mean()), float(np.mean(blanks.variance))
    sd = float(np.std(blanks.value, ddof=1)) if n > 1 else np.nan
    if n == 1 and own == 0.0:  # read once: how far it lies off nobody knows, and no well has an interval
        return _Blank(n, mean, sd, np.nan, np.nan, False, blanks.gradient.mean(axis=0))
    by_wells = n > 1 and sd**2 >= own
    variance, df = (sd**2 / n, n - 1.0) if by_wells else (own / n, float(np.sum(blanks.df)))
    return _Blank(n, mean, sd, variance, df, by_wells, blanks.gradient.mean(axis=0))


def _of_one_well(
    samples: pd.DataFrame, net: Array, rates: Rates, blank: _Blank, loq: float, factor: Array
) -> tuple[Array, Array, Mask]:
    """The largest of three variances of each well's rate, its df, and whether the blanks' mean has the same estimate.

    NaN where there is none.
    """
    cv, cv_df = _relative_spread(samples, net, rates.variance, loq, factor)
    between = np.full_like(net, blank.sd**2 if blank.n > 1 else 0.0)
    candidates = np.array([rates.variance, between, (cv * net) ** 2])
    dfs = np.array([rates.df, np.full_like(net, blank.n - 1.0), np.full_like(net, cv_df)])
    largest = np.argmax(np.nan_to_num(candidates), axis=0)
    wells = np.arange(len(net))
    variance, df = candidates[largest, wells], dfs[largest, wells]
    known = (variance > 0) & np.isfinite(net)
    return np.where(known, variance, np.nan), np.where(known, df, np.nan), known & (largest == 1) & blank.by_wells


def _relative_spread(
    samples: pd.DataFrame, net: Array, variance: Array, loq: float, factor: Array
) -> tuple[float, float]:
    """Pooled CV of technical wells (a proportion) and its df; 0 and 0 without any that are clearly above the blank."""
    low = (net < loq) | (net < QUANTIFICATION * np.sqrt(variance))
    flags = np.where(low, "below_loq", "")
    alike = like_wells(samples[REP].assign(value=net * factor, flag=flags), REP)
    df = len(alike) - alike["group"].nunique()
    if df <= 0:
        return 0.0, 0.0
    return float(np.sqrt((alike["deviation"] ** 2).sum() / df)), float(df)


def _of_curve(gradient: Array, found: PlateCurve | None) -> tuple[Array, float]:
    """Variance of each net rate from that of the curve's parameters, and its df."""
    if found is None:
        return np.zeros(len(gradient)), np.inf
    return np.einsum("ij,jk,ik->i", gradient, found.curve.covariance, gradient), float(found.curve.df)
