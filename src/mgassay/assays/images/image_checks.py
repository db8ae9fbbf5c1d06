"""What is told of images once all are measured: their own flaws, and how they fit their plate."""

from collections.abc import Collection, Hashable
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.assays.images.image_quality import CLIPPED_FLAG
from mgassay.assays.images.plate_view import DRIFT_OD, ILLUMINATION_OD, TILT_OD, Pair
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed

STAINED_NEGATIVE = 0.005  # fraction of a negative well's area above which its plate is warned about


def flag_images(images: pd.DataFrame, quality: pd.DataFrame) -> pd.DataFrame:
    """The same IMAGES with the flags of their IMAGE_QUALITY, rows in the same order.

    All pictures of a kind are flagged as duplicates, since it cannot be known which well is the wrong one.
    """
    flags = [join_flags(a, b) for a, b in zip(images["flag"], quality["flag"], strict=True)]
    return tables.IMAGES.frame(images.assign(flag=flags))


def check_images(
    images: pd.DataFrame,
    quality: pd.DataFrame,
    pairs: list[Pair],
    negative_conditions: Collection[str],
    problems: Problems,
) -> None:
    """The problems of flagged IMAGES and their IMAGE_QUALITY: by image, then by pair, then by plate."""
    for row, seen in zip(images.to_dict("records"), quality.to_dict("records"), strict=True):
        flags = str(row["flag"]).split(";")
        where = {"file": row["file"], "place": row["well"]}
        if "clipped" in flags:
            _tell_clipped(seen, where, problems)
        if "out_of_focus" in flags:
            relative = f"{seen['focus_relative']:.2f}"
            problems.add("MG410", **where, seen=relative, plate=row["plate"], well=row["well"])
        if "white_balance" in flags:
            problems.add("MG427", **where, seen=f"{seen['white_balance_od']:.2f}", plate=row["plate"])
        if "empty_field" in flags:
            problems.add("MG430", **where, seen=f"{seen['white_scatter_od']:.4f}")
        _tell_light(seen, where, problems)
    _tell_pairs(quality, pairs, problems)
    for plate, rows in quality.groupby("plate", sort=False):
        _tell_plate(str(plate), rows, problems)
    _tell_negatives(images[images["condition"].isin(tuple(negative_conditions))], problems)


def _tell_clipped(seen: dict[Hashable, Any], where: dict[str, str], problems: Problems) -> None:
    """Which end of the grey scale is reached; both where both are."""
    low, high = seen["clipped_low_fraction"], seen["clipped_high_fraction"]
    if high > CLIPPED_FLAG or high >= low:
        problems.add("MG409", **where, seen=f"{100 * high:.1f}")
    if low > CLIPPED_FLAG or low > high:
        problems.add("MG426", **where, seen=f"{100 * low:.1f}")


def _tell_light(seen: dict[Hashable, Any], where: dict[str, str], problems: Problems) -> None:
    """Light that is not as on the rest of the plate."""
    if abs(seen["illumination_od"]) > ILLUMINATION_OD or seen["tilt_od"] > TILT_OD:
        level, tilt = f"{seen['illumination_od']:+.2f}", f"{seen['tilt_od']:.2f}"
        problems.add("MG428", **where, seen=level, tilt=tilt, plate=seen["plate"])


def _tell_pairs(quality: pd.DataFrame, pairs: list[Pair], problems: Problems) -> None:
    """One problem per pair of pictures of one field: an error between wells, a warning within one."""
    rows = quality[["file", "plate", "well"]].to_dict("records")
    for pair in pairs:
        a, b = rows[pair.first], rows[pair.second]
        where = {"file": a["file"], "place": a["well"]}
        facts = {"other": b["file"], "other_well": b["well"]}
        one_well = (a["plate"], a["well"]) == (b["plate"], b["well"])
        if pair.likeness == 1:
            problems.add("MG407" if one_well else "MG406", **where, seen=a["well"], **facts)
        else:
            likeness = f"{pair.likeness:.2f}"
            problems.add("MG433" if one_well else "MG432", **where, seen=a["well"], likeness=likeness, **facts)


def _tell_plate(plate: str, rows: pd.DataFrame, problems: Problems) -> None:
    """Light that drifts over a plate, and how many of its images carry drawing."""
    drift = float(rows["drift_od"].max())  # one number for the plate, none for an image alone
    if abs(drift) > DRIFT_OD:
        cancelled = "cancels in images with a white of their own" if (rows["white_source"] == "own").all() else "counts"
        problems.add("MG429", plate=plate, seen=f"{drift:+.2f}", effect=cancelled)
    drawn = rows[rows["annotation_fraction"] > 0]
    if len(drawn):
        most = f"{100 * drawn['annotation_fraction'].max():.1f}"
        wells = drawn["well"]
        problems.add("MG431", plate=plate, seen=len(drawn), most=most, n=wells.nunique(), wells=listed(wells))


def _tell_negatives(negatives: pd.DataFrame, problems: Problems) -> None:
    """One warning per plate that names its stained negative wells."""
    wells = negatives.groupby(["plate", "well"], sort=False)["area_fraction"].mean()
    stained = wells[wells > STAINED_NEGATIVE]
    by_plate: dict[str, list[str]] = {}
    for (plate, well), area in zip(stained.index, stained, strict=True):
        by_plate.setdefault(plate, []).append(f"{well} {100 * area:.2f} %")
    for plate, seen in by_plate.items():
        problems.add("MG408", plate=plate, seen=", ".join(seen))
