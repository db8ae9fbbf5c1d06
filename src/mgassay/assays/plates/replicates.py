"""Technical wells to one value per rep."""

import pandas as pd

from mgassay.assays.plates.measured import with_low_flags
from mgassay.flags import join_flags

REP = ["condition", "donor", "rep"]


def reps_from_wells(measured: pd.DataFrame) -> pd.DataFrame:
    """One row per condition × donor × rep of sample wells (WELL_AMOUNTS), in order of first appearance.

    Columns: REP; plate and well, joined by `;`; mean; bound, the mean with censored wells at the top of their range;
    variance of the mean, NaN where the error of a well with a value is not known; df, the smallest; lod, loq; above,
    whether any well is; censored, whether any has no value; flag. Errors of reading are independent between wells; the
    curve's is taken as shared by all of them, which is exact within a plate and on the safe side across plates. Low
    flags are set anew: the mean counts, not its lowest well.
    """
    wells = measured[measured.role == "sample"]
    groups = wells.assign(
        bound=wells.value.where(~wells.above, wells.top),
        censored=wells.value.isna(),
        reading_variance=wells.se_reading**2,
        unknown=wells.se_reading.isna() & wells.value.notna(),
    ).groupby(REP, sort=False)
    reps = groups.agg(
        n=("value", "size"), mean=("value", "mean"), bound=("bound", "mean"), df=("df", "min"),
        lod=("lod", "mean"), loq=("loq", "mean"), above=("above", "any"), censored=("censored", "any"),
        reading_variance=("reading_variance", "sum"), unknown=("unknown", "any"), se_curve=("se_curve", "mean"),
        plate=("plate", _joined), well=("well", ";".join), flag=("flag", lambda flags: join_flags(*flags)),
    ).reset_index()  # fmt: skip
    reps["mean"] = reps["mean"].where(~reps.censored)
    reps["variance"] = (reps.reading_variance / reps.n**2 + reps.se_curve**2).where(~reps.unknown)
    return with_low_flags(reps, "mean").drop(columns=["n", "reading_variance", "unknown", "se_curve"])


def _joined(names: "pd.Series[str]") -> str:
    """Each name once, joined by `;`."""
    return ";".join(dict.fromkeys(names))
