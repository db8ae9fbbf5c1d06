"""Images judged against their plate, once all are measured: focus, pictures that occur twice, stained negatives."""

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay import tables
from mgassay.flags import join_flags
from mgassay.problems import Problems

STAINED_NEGATIVE = 0.005  # fraction of a negative well's area above which its plate is warned about
BLURRED = 0.6  # of the plate's median focus; a blur of 4 pixels leaves 0.47 of a sharp plate's


def flag_images(images: pd.DataFrame, digests: Sequence[str]) -> pd.DataFrame:
    """The same IMAGES with the flags `out_of_focus` and `duplicate`; `digests` of their pixels in the order of rows.

    Out of focus is a focus below 0.6 of the plate's median, where three images or more have edges to judge by. Pictures
    are compared over all plates; all of a kind are flagged, since it cannot be known which well is the wrong one.
    """
    blurred = _relative_focus(images) < BLURRED
    double = pd.Series(list(digests), dtype="str").duplicated(keep=False)
    flags = [
        join_flags(flag, "out_of_focus" if b else "", "duplicate" if d else "")
        for flag, b, d in zip(images["flag"], blurred, double, strict=True)
    ]
    return tables.IMAGES.frame(images.assign(flag=flags))


def check_images(
    images: pd.DataFrame, digests: Sequence[str], negative_conditions: Collection[str], problems: Problems
) -> None:
    """The problems of flagged IMAGES: clipped, out of focus, the same picture twice, stained negative wells."""
    relative = _relative_focus(images)
    for i, row in enumerate(images.to_dict("records")):
        where = {"file": row["file"], "place": row["well"]}
        flags = row["flag"].split(";")
        if "clipped" in flags:
            problems.add("MG409", **where, seen=f"{100 * row['clipped_fraction']:.1f}")
        if "out_of_focus" in flags:
            problems.add("MG410", **where, seen=f"{relative[i]:.2f}", plate=row["plate"], well=row["well"])
    _check_pairs(images, digests, problems)
    _check_negatives(images[images["condition"].isin(tuple(negative_conditions))], problems)


def _relative_focus(images: pd.DataFrame) -> NDArray[np.float64]:
    """Focus over the plate's median; NaN where fewer than three images of the plate have a focus."""
    by_plate = images.groupby("plate")["focus"]
    enough = by_plate.transform("count") >= 3
    relative: NDArray[np.float64] = (images["focus"] / by_plate.transform("median")).where(enough).to_numpy(float)
    return relative


def _check_pairs(images: pd.DataFrame, digests: Sequence[str], problems: Problems) -> None:
    """One problem per pair of equal pictures: an error between wells, a warning within one."""
    rows = images[["file", "plate", "well"]].assign(digest=list(digests)).to_dict("records")
    alike: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        alike.setdefault(row["digest"], []).append({str(k): v for k, v in row.items()})
    for same in alike.values():
        for a, b in combinations(same, 2):
            code = "MG407" if (a["plate"], a["well"]) == (b["plate"], b["well"]) else "MG406"
            facts = {"seen": a["well"], "other": b["file"], "other_well": b["well"]}
            problems.add(code, file=a["file"], place=a["well"], **facts)


def _check_negatives(negatives: pd.DataFrame, problems: Problems) -> None:
    """One warning per plate that names its stained negative wells."""
    wells = negatives.groupby(["plate", "well"], sort=False)["area_fraction"].mean()
    stained = wells[wells > STAINED_NEGATIVE]
    by_plate: dict[str, list[str]] = {}
    for (plate, well), area in zip(stained.index, stained, strict=True):
        by_plate.setdefault(plate, []).append(f"{well} {100 * area:.2f} %")
    for plate, seen in by_plate.items():
        problems.add("MG408", plate=plate, seen=", ".join(seen))
