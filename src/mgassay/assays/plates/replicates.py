"""Technical wells to one value per rep, and the quotient of two such values with its interval."""

import numpy as np
import pandas as pd

from mgassay.assays.curves.curve import t_quantile
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.measured import with_low_flags
from mgassay.flags import join_flags

REP = ["condition", "donor", "rep"]


def reps_from_wells(measured: pd.DataFrame) -> pd.DataFrame:
    """One row per condition × donor × rep of sample wells (WELL_AMOUNTS), in order of first appearance.

    Columns: REP; plate and well, joined by `;`; mean; bound, the mean with censored wells at the top of their range;
    variance of the mean; df, the smallest; lod, loq; above, whether any well is; censored, whether any has no value;
    flag. Errors of reading are independent between wells; the curve's is taken as shared by all of them, which is exact
    within a plate and on the safe side across plates. Low flags are set anew: the mean counts, not its lowest well.
    """
    wells = measured[measured.role == "sample"]
    groups = wells.assign(
        bound=wells.value.where(~wells.above, wells.top),
        censored=wells.value.isna(),
        reading_variance=wells.se_reading**2,
    ).groupby(REP, sort=False)
    reps = groups.agg(
        n=("value", "size"), mean=("value", "mean"), bound=("bound", "mean"), df=("df", "min"),
        lod=("lod", "mean"), loq=("loq", "mean"), above=("above", "any"), censored=("censored", "any"),
        reading_variance=("reading_variance", "sum"), se_curve=("se_curve", "mean"),
        plate=("plate", _joined), well=("well", ";".join), flag=("flag", lambda flags: join_flags(*flags)),
    ).reset_index()  # fmt: skip
    reps["mean"] = reps["mean"].where(~reps.censored)
    reps["variance"] = reps.reading_variance / reps.n**2 + reps.se_curve**2
    return with_low_flags(reps, "mean").drop(columns=["n", "reading_variance", "se_curve"])


def _joined(names: "pd.Series[str]") -> str:
    """Each name once, joined by `;`."""
    return ";".join(dict.fromkeys(names))


def fieller_quotient(
    top: Array, top_variance: Array, top_df: Array, bottom: Array, bottom_variance: Array, bottom_df: Array
) -> tuple[Array, Array]:
    """95 % interval of top/bottom for independent estimates (Fieller 1954); NaN where it has no bounds.

    The t quantile has the Welch-Satterthwaite degrees of freedom of the two parts of the quotient's variance. For
    precise values this is the delta interval on the log scale; unlike it, it stays right where the top is near or below
    zero, as in wells without calcification.
    """
    share_top, share_bottom = top_variance, (top / bottom) ** 2 * bottom_variance
    with np.errstate(invalid="ignore", divide="ignore"):  # two exact values have no df, and no width either
        df = (share_top + share_bottom) ** 2 / (share_top**2 / top_df + share_bottom**2 / bottom_df)
    t2 = np.array([t_quantile(d, 0.975) if np.isfinite(d) else 0.0 for d in df]) ** 2
    a, b = bottom**2 - t2 * bottom_variance, top * bottom
    c = top**2 - t2 * top_variance
    bounded = a > 0
    root = np.sqrt(np.where(bounded, np.maximum(b**2 - a * c, 0.0), np.nan))
    divisor = np.where(bounded, a, np.nan)
    return (b - root) / divisor, (b + root) / divisor
