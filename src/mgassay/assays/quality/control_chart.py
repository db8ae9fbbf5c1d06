"""Plates beside each other: a control chart of what should be the same on every plate, over all experiments.

Individuals and moving-range charts (Montgomery, Introduction to Statistical Quality Control, 8th ed., section 6.4).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.flags import join_flags

LEAST_PLATES = 8  # for limits; fewer moving ranges say little of the spread
RUN = 8  # Western Electric (1956), rule 4; Nelson (1984) asks for nine
# 3 / d2 with d2 = 1.128, the mean range of two normal values in SDs.
RANGES_TO_LIMIT = 2.66
_ROUNDING = 1e-12  # a mean of equal values need not be that value
# SDs at heart: their logarithms are near to normal, they themselves are skewed.
ON_LOG_SCALE = ("lod", "replicate_cv")
# What they lack to 1 is the square of a ratio of SDs, or such a ratio: its logarithm is near to normal.
ON_LOG_OF_REST = ("z_prime", "r2_means")
CHARTED = ("blank_signal", "slope", *ON_LOG_SCALE, *ON_LOG_OF_REST)

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def control_chart(quality: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """SUMMARY_PLATES from PLATE_QUALITY by experiment, plates in the order of the mapping and of each table.

    A series holds one measure of plates that can be compared: same assay, unit, and wavelength, kit and top standard
    as the plate's blank and slope name them. Series are sorted by name. Rows without an estimate are left out.
    """
    parts = [table.assign(experiment=name) for name, table in quality.items() if len(table)]
    if not parts:
        return tables.SUMMARY_PLATES.frame()
    rows = pd.concat(parts, ignore_index=True)
    named = rows.assign(series=_series_names(rows))
    charted = named[named["measure"].isin(CHARTED) & np.isfinite(named["estimate"])]
    if charted.empty:
        return tables.SUMMARY_PLATES.frame()
    ordered = charted.sort_values(["assay", "measure", "series"], kind="stable", ignore_index=True)
    series = ordered.groupby(["assay", "measure", "series"], sort=False)
    judged = pd.concat(
        _judged(values.to_numpy(dtype=np.float64), str(key[1])) for key, values in series["estimate"]
    ).reset_index(drop=True)
    flag = [join_flags(own, found) for own, found in zip(ordered["flag"], judged["flag"], strict=True)]
    placed = ordered.assign(position=series.cumcount() + 1, flag=flag, **judged.drop(columns="flag"))
    return tables.SUMMARY_PLATES.frame(placed[list(tables.SUMMARY_PLATES.columns)])


def with_curves(quality: Mapping[str, pd.DataFrame], curves: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """PLATE_QUALITY by experiment with a row `r2_means` for each of its curves (CURVES by experiment) behind it."""
    return {name: pd.concat([table, _curve_rows(curves[name])], ignore_index=True) for name, table in quality.items()}


def _curve_rows(curves: pd.DataFrame) -> pd.DataFrame:
    """R² of the means of standards as rows of PLATE_QUALITY; what the plate was read with stands in its other rows."""
    told = curves.assign(measure="r2_means", subject="", estimate=curves["r2_means"], unit="1", n=curves["levels"])
    return tables.PLATE_QUALITY.frame(told[["assay", "plate", "measure", "subject", "estimate", "unit", "n", "flag"]])


def in_order_of_date(quality: Mapping[str, pd.DataFrame], dates: Mapping[str, str]) -> Mapping[str, pd.DataFrame]:
    """PLATE_QUALITY by experiment in the order of the days of harvest (2026-03-14), of one day by the order given.

    As given where an experiment that has plates has no date: a chart that is half in time would show drifts that
    are none.
    """
    if without_date(quality, dates):
        return quality
    return dict(sorted(quality.items(), key=lambda held: dates.get(held[0], "")))


def without_date(quality: Mapping[str, pd.DataFrame], dates: Mapping[str, str]) -> list[str]:
    """The experiments that have plates and no day of harvest."""
    return [name for name, table in quality.items() if len(table) and not dates.get(name)]


def _series_names(rows: pd.DataFrame) -> "pd.Series[str]":
    """What makes a row comparable with others: its subject, what its plate was read with, its unit."""
    keys = ["experiment", "assay", "plate"]
    told = rows[rows["measure"].isin(["blank_signal", "slope"])].drop_duplicates(keys, keep="last")
    identity = rows[keys].merge(told[[*keys, "subject"]], on=keys, how="left")["subject"].fillna("")
    parts = zip(rows["subject"], identity, rows["unit"], strict=True)
    return pd.Series([", ".join(dict.fromkeys(p for p in each if p)) for each in parts], index=rows.index, dtype="str")


def _judged(values: Floats, measure: str) -> pd.DataFrame:
    """Centre, limits and flag of each plate of one series."""
    if measure in ON_LOG_OF_REST:  # the more is lacking, the lower the value
        centre, high, low = (1.0 - end for end in control_limits(1.0 - values, is_log=True))
    else:
        centre, low, high = control_limits(values, is_log=measure in ON_LOG_SCALE)
    away = np.where(np.abs(values - centre) <= _ROUNDING * abs(centre), 0.0, values - centre)
    beyond = (away != 0) & ((values < low) | (values > high))
    drifting = in_long_run(np.sign(away))
    flags = [join_flags("out_of_control" * bool(b), "drift" * bool(d)) for b, d in zip(beyond, drifting, strict=True)]
    return pd.DataFrame({"centre": centre, "limit_low": low, "limit_high": high, "flag": flags})


def control_limits(values: Floats, *, is_log: bool = False) -> tuple[float, float, float]:
    """Centre and limits of a series in its order: mean and mean ± 2.66 mean moving range; NaN below LEAST_PLATES.

    Set twice: plates beyond the first limits are left out of the second, if LEAST_PLATES remain, or one bad batch would
    pull the centre to itself and put all others on the far side. On the log scale of the positive values where
    `is_log`, so that the centre is a geometric mean; a zero (wells that do not differ) has no logarithm and no part.
    """
    used = np.log(values[values > 0]) if is_log else values
    if len(used) < LEAST_PLATES:
        return np.nan, np.nan, np.nan
    trial = _mean_and_reach(used)
    kept = used[np.abs(used - trial[0]) <= trial[1]]
    mean, reach = _mean_and_reach(kept) if len(kept) >= LEAST_PLATES else trial
    ends = (mean, mean - reach, mean + reach)
    centre, low, high = (float(np.exp(end)) for end in ends) if is_log else ends
    return centre, low, high


def _mean_and_reach(values: Floats) -> tuple[float, float]:
    """Mean, and how far from it the limits lie."""
    return float(values.mean()), RANGES_TO_LIMIT * float(np.abs(np.diff(values)).mean())


def in_long_run(side: Floats) -> Mask:
    """Which plates belong to a run of RUN or more on one side (-1 or 1) of the centre; 0 and NaN end a run."""
    starts = np.concatenate([[True], side[1:] != side[:-1]])  # NaN differs from NaN
    run = np.cumsum(starts) - 1
    long = np.bincount(run)[run] >= RUN
    return np.asarray(long & (np.abs(side) == 1), dtype=np.bool_)
