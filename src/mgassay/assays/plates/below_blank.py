"""Wells that read far below the blank. None holds less than nothing: something is wrong with them, or with the blank.

Far is what lies below the blank by the detection limit with all of its 95 % interval, and what chance brings to less
than one plate in a hundred: p times the number of wells (Bonferroni) below 1 %, by Student's t. Wells of one plate
share their blank, which leaves that bound true.
"""

import numpy as np
import pandas as pd

from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.curve import curve_variance, predict, t_quantile, t_quantiles
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.wellnames import compact

BY_CHANCE = 0.01  # of the plates
DETECTION = 3.3  # blank SDs, as for the detection limit
ROUNDING = 1e-9  # of the signals: a fit without scatter leaves no error to judge by


def tell_amounts_below_blank(
    measured: pd.DataFrame, raw: RawFile, problems: Problems, blanks: float = float("inf")
) -> None:
    """One warning per plate for wells (WELL_AMOUNTS) whose amount is so far below 0; wells without an error are not.

    Where amounts are differences from so many `blanks`, these alone show how wells scatter that hold nothing, and two
    or three may agree by chance: their degrees of freedom are the most that count.
    """
    value, lod = measured["value"].to_numpy(float), measured["lod"].fillna(0.0).to_numpy(float)
    of_reading, of_curve, df = (measured[column].to_numpy(float) for column in ("se_reading", "se_curve", "df"))
    se, df = np.hypot(of_reading, of_curve), np.minimum(df, blanks - 1.0)
    judged = np.isfinite(value) & (se > 0) & (df > 0)
    far = judged & (measured["ci_high"].to_numpy(float) < -lod)
    far[judged] &= -value[judged] > _least_t(df[judged], int(judged.sum())) * se[judged]
    _tell(measured["well"], far, raw, problems)


def tell_signals_below_blank(wells: pd.DataFrame, found: PlateCurve, problems: Problems) -> None:
    """The same of wells (WELLS, one row per well) that are read off a curve.

    By their signals, because a logistic has no amount for what lies below its lower end.
    """
    curve = found.curve
    gap = float(predict(curve, np.zeros(1))[0]) - wells["value"].where(wells["status"] == "ok").to_numpy(float)
    sd, df = curve.blank_sd, np.array([curve.blank_df])
    se = float(np.sqrt(sd**2 + curve_variance(curve, np.zeros(1))[0]))
    if not len(wells) or se <= ROUNDING * float(np.abs(curve.signal).max()):
        return
    least = max(DETECTION * sd + t_quantile(curve.blank_df, 0.975) * se, float(_least_t(df, len(wells))[0]) * se)
    _tell(wells["well"], gap > least, found.raw, problems)


def _least_t(df: Array, n: int) -> Array:
    """What Student's t exceeds by chance in one of n wells on one plate in a hundred."""
    return t_quantiles(df, 1.0 - BY_CHANCE / max(n, 1))


def _tell(names: "pd.Series[str]", far: Mask, raw: RawFile, problems: Problems) -> None:
    """The warning, where there are such wells."""
    if far.any():
        where = {"file": raw.file, "sheet": raw.sheet, "plate": raw.plate}
        problems.add("MG396", **where, place=compact(names[far]), seen=int(far.sum()))
