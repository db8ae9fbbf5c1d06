"""One culture well measured twice: on two plates, or on a plate and in a table of values measured elsewhere."""

import numpy as np
import pandas as pd

from mgassay.effects.means.cells import CELL, whole_mean
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

FOLD = 1.5  # measurements without an interval that differ by more than this do not agree
REP = [*CELL, "rep"]
_LISTED = 6


def check_repeats(experiment: Experiment, amounts: pd.DataFrame, problems: Problems) -> None:
    """One warning per readout for reps whose measurements exclude each other (MG623), one notice for tables (MG624).

    Measurements of a rep (AMOUNTS; rows of one plate are one) exclude each other where their 95 % intervals do not
    overlap, or their units differ; where one has no interval, where they differ by more than FOLD. What is above the
    curve is at least its limit, what is not above its limit at most that.
    """
    single = _measurements(experiment, amounts)
    reps = single.groupby(REP, sort=True)
    twice = reps["source"].transform("size") > 1
    apart = (reps["low"].transform("max") > reps["high"].transform("min")) | (reps["unit"].transform("nunique") > 1)
    tabled = reps["is_table"].transform("any") & twice
    for readout, rows in single[twice & apart].groupby("readout", sort=True):
        seen = listed(_texts(rows), _LISTED, "; ")
        problems.add("MG623", place=str(readout), seen=seen, readout=readout)
    for readout, rows in single[tabled].groupby("readout", sort=True):
        n = len(rows[REP].drop_duplicates())
        problems.add("MG624", place=str(readout), seen=listed(rows["plate"], _LISTED), readout=readout, reps=n)


def _measurements(experiment: Experiment, amounts: pd.DataFrame) -> pd.DataFrame:
    """One row per rep and plate or table, in their order: value, what it is at least and at most, unit."""
    tables = {f.plate for f in experiment.files if f.reader == "table"}
    is_table = amounts["plate"].isin(tables) & (amounts["well"] == "")
    low, high = _reaches(amounts)
    known = np.isfinite(low) | np.isfinite(high)
    source = amounts["plate"] + is_table.map({True: " (table)", False: ""})
    rows = amounts.assign(low=low, high=high, is_table=is_table, source=source)[known]
    once = rows.groupby([*REP, "source"], sort=True, as_index=False)
    return once.agg(
        value=("value", whole_mean), low=("low", "mean"), high=("high", "mean"),
        unit=("unit", "first"), plate=("plate", "first"), is_table=("is_table", "any"),
    )  # fmt: skip


def _reaches(amounts: pd.DataFrame) -> "tuple[pd.Series[float], pd.Series[float]]":
    """What each amount is at least and at most: -inf and inf where nothing is known."""
    value, limit = amounts["value"], amounts["limit"]
    above = amounts["flag"].str.split(";").map(lambda flags: "above_curve" in flags).astype(bool)
    bare = value.notna() & amounts["ci_low"].isna() & amounts["ci_high"].isna()
    by_fold = amounts.assign(bare=bare).groupby(REP)["bare"].transform("any").astype(bool)
    near, far = _within_fold(amounts)
    at_least, at_most = above & value.isna(), ~above & (value.isna() | (value <= limit))
    low = amounts["ci_low"].where(~by_fold, near).where(~at_least, limit).where(~at_most, -np.inf)
    high = amounts["ci_high"].where(~by_fold, far).where(~at_least, np.inf)
    return low.fillna(-np.inf), high.where(~at_most, np.fmax(high, limit)).fillna(np.inf)


def _within_fold(amounts: pd.DataFrame) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Each value less and more by a factor sqrt(FOLD); genes are on the log2 scale."""
    value, half = amounts["value"], float(np.sqrt(FOLD))
    is_gene, outward = amounts["readout"].str.startswith("gene:"), value.abs() * (half - 1)
    inward = value.abs() * (1 - 1 / half)
    less = value - outward.where(value < 0, inward)
    more = value + outward.where(value > 0, inward)
    return less.where(~is_gene, value - np.log2(half)), more.where(~is_gene, value + np.log2(half))


def _texts(rows: pd.DataFrame) -> list[str]:
    """Each rep with its measurements, as condition/donor/rep: value unit (plate)."""
    told = []
    for (_, *names), own in rows.groupby(REP, sort=False):
        parts = zip(own["value"], own["low"], own["high"], own["unit"], own["source"], strict=True)
        values = (f"{_value(value, low, high)} {unit} on {source}" for value, low, high, unit, source in parts)
        told.append(f"{'/'.join(map(str, names))}: {', '.join(values)}")
    return told


def _value(value: float, low: float, high: float) -> str:
    """A value, or what it is at least or at most."""
    if not np.isnan(value):
        return f"{value:.4g}"
    return f"at least {low:.4g}" if np.isfinite(low) else f"at most {high:.4g}"
