"""Images judged against their plate, once all are measured: focus, pictures that occur twice, stained negatives."""

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.problems import Problems

STAINED_NEGATIVE = 0.005  # fraction of a negative well's area above which its plate is warned about
_JUDGED_AREA = 0.005  # focus is judged where there are nodules whose edges show it
_BLURRED = 0.25  # of the plate's median focus


def flag_images(
    images: pd.DataFrame, digests: Sequence[str], negative_conditions: Collection[str], problems: Problems
) -> pd.DataFrame:
    """The same IMAGES with the flags `out_of_focus` and `duplicate`; stained negative wells become a problem.

    `digests` are those of the measured images, in the order of the rows. Out of focus is a focus below a quarter of the
    median of the plate's images with at least 0.5 % stained area, where there are three of these or more. Pictures are
    compared over all plates; both of a pair are flagged, since it cannot be known which well is the wrong one.
    """
    blurred = pd.Series(False, index=images.index)
    for plate, of_plate in images.groupby("plate", sort=False):
        blurred |= _blurred(str(plate), of_plate, problems).reindex(images.index, fill_value=False)
        _check_negatives(str(plate), of_plate[of_plate["condition"].isin(tuple(negative_conditions))], problems)
    double = _duplicates(images, digests, problems)
    flags = [
        tables.join_flags(flag, "out_of_focus" if b else "", "duplicate" if d else "")
        for flag, b, d in zip(images["flag"], blurred, double, strict=True)
    ]
    return tables.IMAGES.frame(images.assign(flag=flags))


def _blurred(plate: str, images: pd.DataFrame, problems: Problems) -> "pd.Series[bool]":
    """Which images of a plate are out of focus."""
    judged = images[(images["area_fraction"] >= _JUDGED_AREA) & images["focus"].notna()]
    if len(judged) < 3:
        return pd.Series(False, index=images.index)
    relative = judged["focus"] / judged["focus"].median()
    for row in judged[relative < _BLURRED].itertuples():
        seen = f"{relative[row.Index]:.2f}"
        problems.add("MG410", file=row.file, place=row.well, well=row.well, plate=plate, seen=seen)
    return (relative < _BLURRED).reindex(images.index, fill_value=False)


def _check_negatives(plate: str, negatives: pd.DataFrame, problems: Problems) -> None:
    """One warning per plate that names its stained negative wells."""
    wells = negatives.groupby("well", sort=False)["area_fraction"].mean()
    if len(stained := wells[wells > STAINED_NEGATIVE]):
        seen = ", ".join(f"{well} {100 * area:.2f} %" for well, area in stained.items())
        problems.add("MG408", plate=plate, seen=seen)


def _duplicates(images: pd.DataFrame, digests: Sequence[str], problems: Problems) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which images occur more than once, each pair a problem."""
    double = np.zeros(len(images), bool)
    for rows in pd.Series(range(len(images))).groupby(list(digests), sort=False).indices.values():
        if len(rows) < 2:
            continue
        double[rows] = True
        for one, two in combinations(rows, 2):
            a, b = images.iloc[one], images.iloc[two]
            same = (a["plate"], a["well"]) == (b["plate"], b["well"])
            problems.add(
                "MG407" if same else "MG406",
                file=a["file"],
                place=a["well"],
                seen=a["well"],
                other=b["file"],
                other_well=b["well"],
            )
    return double
