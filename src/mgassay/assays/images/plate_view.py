"""Images judged against their plate, once all are measured: light, colour, focus, pictures that occur twice."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay import tables
from mgassay.assays.images.drift import drift
from mgassay.assays.images.fingerprints import hexadecimal
from mgassay.assays.images.image_score import ImageScore
from mgassay.assays.images.same_field import same_fields
from mgassay.flags import join_flags

BLURRED = 0.6  # of the plate's median focus; a blur of 4 pixels leaves 0.47 of a sharp plate's
WHITE_BALANCE_OD = 0.05  # 12 % in one channel; a pale field stained by the floor of 0.15 OD differs by 0.03
ILLUMINATION_OD = 0.10  # 26 % of the light
TILT_OD = 0.05  # 12 % from corner to corner
DRIFT_OD = 0.05  # 12 % from the first image of a plate to the last
_LEAST_FOR_MEDIAN = 3


@dataclass(frozen=True)
class Pair:
    """Two rows that show the same picture: `likeness` 1 where their pixels are equal."""

    first: int
    second: int
    likeness: float


def quality_from_scores(
    images: pd.DataFrame, scores: Sequence[ImageScore], acellular_conditions: Collection[str]
) -> tuple[pd.DataFrame, list[Pair]]:
    """IMAGE_QUALITY of IMAGES from the score of each, in the order of rows, and the pairs that show one picture.

    `white_balance_od`: the largest difference of a channel's white from the plate's median, brightness left out.
    `illumination_od`: how much darker than the plate's median the white is. `tilt_od`: how much more it falls from
    corner to corner than the plate's median does. `drift_od`: how much darker the white grows from the first image of
    the plate to the last (Theil-Sen). A field without cells is empty, unless its condition has none.
    """
    if not len(images):
        return tables.IMAGE_QUALITY.frame(), []
    plates = images["plate"].to_numpy()
    columns: dict[str, object] = {c: images[c] for c in ("file", "plate", "well", "field")}
    for name in ("width", "height"):
        columns[f"{name}_px"] = [getattr(s, name) for s in scores]
    for name in ("white_source", "white_scatter_od", "annotation_fraction", "digest"):
        columns[name] = [getattr(s, name) for s in scores]
    columns |= {f"clipped_{e}_fraction": [getattr(s, f"clipped_{e}") for s in scores] for e in ("low", "high")}
    columns["fingerprint"] = [hexadecimal(s.brightness) for s in scores]
    columns["empty"] = _empty(images, scores, acellular_conditions)
    columns["focus_relative"] = relative_focus(images)
    columns |= _light(plates, scores)
    quality = tables.IMAGE_QUALITY.frame(pd.DataFrame(columns, index=images.index))
    pairs = same_pictures(quality, scores)
    return _with_flags(_with_pairs(quality, pairs)), pairs


def relative_focus(images: pd.DataFrame) -> NDArray[np.float64]:
    """Focus over the plate's median; NaN where fewer than three images of the plate have a focus."""
    by_plate = images.groupby("plate")["focus"]
    enough = by_plate.transform("count") >= _LEAST_FOR_MEDIAN
    relative: NDArray[np.float64] = (images["focus"] / by_plate.transform("median")).where(enough).to_numpy(float)
    return relative


def same_pictures(quality: pd.DataFrame, scores: Sequence[ImageScore]) -> list[Pair]:
    """Pairs of equal pixels (the first with each other one), over all plates, and of the same field in another form.

    They are in order of rows. Other forms are looked for among plates of six images or more. Empty fields have nothing
    to be known by.
    """
    maps = np.array([s.brightness for s in scores])
    maps[quality["empty"].to_numpy(bool)] = np.nan
    plates = pd.factorize(quality["plate"])[0]
    digests = [s.digest for s in scores]
    equal = {(i, j): 1.0 for i, j in _equal(digests)}
    alike = {(i, j): c for i, j, c in same_fields(maps, plates) if digests[i] != digests[j]}
    return [Pair(*ij, likeness) for ij, likeness in sorted((equal | alike).items())]


def _equal(digests: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of rows with the same digest: the first of a kind with each of the others."""
    rows: dict[str, list[int]] = {}
    for i, digest in enumerate(digests):
        rows.setdefault(digest, []).append(i)
    for same in rows.values():
        yield from ((same[0], other) for other in same[1:])


def _empty(images: pd.DataFrame, scores: Sequence[ImageScore], acellular: Collection[str]) -> list[bool]:
    """Whether cells are missing from a field that should hold some."""
    return [s.is_bare and c not in acellular for s, c in zip(scores, images["condition"], strict=True)]


def _light(plates: NDArray[np.object_], scores: Sequence[ImageScore]) -> dict[str, NDArray[np.float64]]:
    """White balance, illumination, tilt and drift of all images, in OD; NaN where a plate has fewer than three."""
    level, tilt = np.array([s.level for s in scores]), np.array([s.tilt for s in scores])
    found = {c: np.full(len(scores), np.nan) for c in ("white_balance", "illumination", "tilt", "drift")}
    for plate in dict.fromkeys(plates):
        rows = np.flatnonzero((plates == plate) & np.isfinite(level[:, 0]))
        if len(rows) < _LEAST_FOR_MEDIAN:
            continue
        own = level[rows] - np.median(level[rows], axis=0)
        darker = -own.mean(axis=1)
        found["illumination"][rows] = darker
        found["white_balance"][rows] = np.abs(own + darker[:, None]).max(axis=1)
        # x and y run from -1 to 1, so two slopes of a and b differ by 2 |a| + 2 |b| between opposite corners
        found["tilt"][rows] = 2 * np.abs(tilt[rows] - np.median(tilt[rows], axis=0)).sum(axis=1)
        found["drift"][rows] = drift(darker)
    return {f"{name}_od": values for name, values in found.items()}


def _with_pairs(quality: pd.DataFrame, pairs: Sequence[Pair]) -> pd.DataFrame:
    """The table with the first other file that each image is like, and how much."""
    alike, likeness = [""] * len(quality), [np.nan] * len(quality)
    files = quality["file"].tolist()
    for pair in pairs:
        for own, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if not alike[own]:
                alike[own], likeness[own] = files[other], pair.likeness
    return quality.assign(alike=pd.Series(alike, index=quality.index, dtype="str"), likeness=likeness)


def _with_flags(quality: pd.DataFrame) -> pd.DataFrame:
    """The table with the flags that its numbers ask for.

    Drift alone is flagged only where the white is not the image's own: that cancels it.
    """
    drifts = (quality["drift_od"].abs() > DRIFT_OD) & (quality["white_source"] != "own")
    asked = {
        "out_of_focus": quality["focus_relative"] < BLURRED,
        "white_balance": quality["white_balance_od"] > WHITE_BALANCE_OD,
        "illumination": (quality["illumination_od"].abs() > ILLUMINATION_OD) | (quality["tilt_od"] > TILT_OD) | drifts,
        "empty_field": quality["empty"].astype(bool),
        "annotation": quality["annotation_fraction"] > 0,
        "duplicate": quality["alike"] != "",
    }
    rows = zip(*(column.tolist() for column in asked.values()), strict=True)
    flags = [join_flags(*(name for name, yes in zip(asked, row, strict=True) if yes)) for row in rows]
    return tables.IMAGE_QUALITY.frame(quality.assign(flag=flags))
