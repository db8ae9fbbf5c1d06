"""The threshold of a plate of images, drawn on the histogram of its negative and its calcified wells."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from mgassay.assays.images.plate_scale import CAP_OD
from mgassay.assays.images.stain import HISTOGRAM_OD
from mgassay.experiment import AlizarinImageSettings, Experiment
from mgassay.report.axes import FAINT, INK, Axes
from mgassay.report.drawing import BLUE, VERMILION
from mgassay.report.figure import figure
from mgassay.report.image_groups import GROUPS, NEGATIVE, OTHER, POSITIVE, group_of_conditions, settings_of_plate
from mgassay.report.image_groups import grouped as group_column
from mgassay.report.numbers import NO_BREAK, area_percent, decimal, level
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Tables

HEIGHT = 150.0  # of the panel
LEAST_SHOWN = 1e-4  # % of pixels: the lowest that the axis reaches
BEYOND = 0.1  # % of the pixels of a group that may lie beyond the axis
BAND = 0.2  # of the threshold either way, as area_low and area_high have it
ROOM_ABOVE = 10**2.5  # % where the axis ends: above 100 stands the threshold
LINES: Mapping[str, Any] = {
    NEGATIVE: {"colour": BLUE, "width": 1.3},
    POSITIVE: {"colour": VERMILION, "width": 1.9},
    OTHER: {"colour": INK, "width": 0.9, "dash": "3 1.5", "alpha": 0.6},
}

SHORT = {NEGATIVE: "negative", POSITIVE: "calcifying", OTHER: "other"}

Shares = Mapping[str, NDArray[np.float64]]


def threshold_drawings(tables: Tables, experiment: Experiment | None, conditions: Sequence[str]) -> list[Drawing]:
    """One figure for each plate whose histogram is known, in the order of the plates in images.csv."""
    groups = group_of_conditions(experiment)
    found = []
    for plate in dict.fromkeys(tables["images"]["plate"]):
        histogram, images = (t[t["plate"] == plate] for t in (tables["stain_histograms"], tables["images"]))
        thresholds = sorted(images["threshold_od"].dropna().unique().tolist())
        if len(histogram) and thresholds:
            shares = shares_of_groups(histogram, groups)
            found.append(_drawing(plate, shares, thresholds, images, experiment, conditions, groups))
    return found


def shares_of_groups(histogram: pd.DataFrame, groups: dict[str, str]) -> dict[str, NDArray[np.float64]]:
    """Group -> % of its pixels in each step of `HISTOGRAM_OD` from 0 on; only groups with pixels (STAIN_HISTOGRAMS)."""
    steps = np.rint(histogram["od_from"].to_numpy() / HISTOGRAM_OD).astype(np.intp)
    of = group_column(histogram, groups).to_numpy()
    pixels = histogram["pixels"].to_numpy(float)
    counts = {g: np.bincount(steps[of == g], pixels[of == g], minlength=int(steps.max()) + 1) for g in GROUPS}
    return {g: 100 * n / n.sum() for g, n in counts.items() if n.sum()}


def axis_end(shares: Shares, threshold: float) -> float:
    """OD up to which the figure reaches: four times the threshold at least, beyond it at most `BEYOND` % of a group."""
    last = max(int(np.argmax(np.cumsum(s) >= 100 - BEYOND)) for s in shares.values())
    return float(max((last + 1) * HISTOGRAM_OD, 4 * threshold))


def axis_low(shares: Shares) -> float:
    """The power of ten (%) below all shares that are not zero, `LEAST_SHOWN` at least."""
    least = min(float(s[s > 0].min()) for s in shares.values())
    return max(LEAST_SHOWN, float(10.0 ** math.floor(math.log10(least))))


def _drawing(
    plate: str,
    shares: Shares,
    thresholds: Sequence[float],
    images: pd.DataFrame,
    experiment: Experiment | None,
    conditions: Sequence[str],
    groups: dict[str, str],
) -> Drawing:
    """The figure of one plate with its caption, and the stained areas that follow from it as a table."""
    title = f"Threshold and stain, plate {plate}"
    named = " and ".join(f"{decimal(t)} OD" for t in thresholds)
    spoken = f"{title}: pixels by stain density, {', '.join(shares)}; threshold {named}."
    settings = settings_of_plate(experiment, plate)
    return Drawing(
        title=title,
        svg=threshold_svg(f"threshold-{plate}", spoken, shares, thresholds),
        caption=" ".join(
            [_why(images, thresholds[0], settings.floor_od), *_how_to_read(shares, thresholds[-1], settings)]
        ),
        listing=areas_listing(plate, images, conditions, groups),
        folded=True,
    )


def threshold_svg(key: str, label: str, shares: Shares, thresholds: Sequence[float]) -> Markup:
    """Steps of pixels by OD on a logarithmic axis, the threshold as a line in its band."""
    end, low = axis_end(shares, thresholds[-1]), axis_low(shares)

    def paint(axes: Axes) -> None:
        for group, share in shares.items():
            edges = np.arange(len(share) + 1) * HISTOGRAM_OD
            x, y = np.repeat(edges, 2)[1:-1], np.repeat(np.maximum(share, low), 2)
            if group == NEGATIVE:  # its sign in the legend is the filled patch
                ends = np.array([low])
                across, up = np.concatenate([x[:1], x, x[-1:]]), np.concatenate([ends, y, ends])
                axes.area(across, up, colour=BLUE, alpha=FAINT, label=group)
            axes.line(x, y, label="" if group == NEGATIVE else group, **LINES[group])
        for t in thresholds:
            axes.span((1 - BAND) * t, (1 + BAND) * t, alpha=0.13)
            axes.vertical(t, width=1.2)
        _frame(axes, end, low)
        named = " and ".join(decimal(t) for t in thresholds)
        beside = (1 + BAND) * thresholds[-1] + 0.015 * end
        axes.text(beside, 1, f"threshold {named} OD (band: ±20 %)", frame="dp", upright="top")

    return figure(key, label, [(HEIGHT, paint)])


def _frame(axes: Axes, end: float, low: float) -> None:
    """Axes and what they say."""
    axes.up.logarithmic = True
    axes.across.ends(0, end)
    axes.up.ends(low, ROOM_ABOVE)
    powers = [10.0**k for k in range(round(np.log10(low)), 3)]
    axes.up.tick(powers, [f"{level(p)} %" for p in powers])
    axes.title = f"share of the group's pixels, in steps of {decimal(HISTOGRAM_OD, 3)} OD"
    axes.below = "stain density of a pixel (OD)"


def _why(images: pd.DataFrame, threshold: float, floor: float) -> str:
    """Which rule the threshold follows."""
    value, cap = f"{decimal(threshold)}{NO_BREAK}OD", max(CAP_OD, floor)
    dirty = "contaminated_controls" in ";".join(images["flag"]).split(";")
    smooth = " They hold dark specks, so the smooth background between these was asked." if dirty else ""
    if "fixed" in set(images["threshold_source"]):
        return f"The threshold, {value}, is a fixed one: the plate has no negative well that could be measured."
    if threshold >= cap and dirty:
        return f"The threshold, {value}, is the highest allowed (cap): the negative wells ask for more."
    if threshold <= floor:
        return f"The threshold, {value}, is the lowest allowed (floor): the negative wells ask for no more.{smooth}"
    return (
        f"The threshold, {value}, is what the negative wells ask for; the lowest allowed (floor) is {level(floor)}"
        f"{NO_BREAK}OD.{smooth}"
    )


def _how_to_read(shares: Shares, threshold: float, settings: AlizarinImageSettings) -> list[str]:
    """What is drawn, and what is not."""
    around = "" if settings.wells == "one" else ", and so is what is painted around the wells of a photograph"
    first = round(axis_end(shares, threshold) / HISTOGRAM_OD)
    beyond = {g: float(s[first:].sum()) for g, s in shares.items() if s[first:].sum() > 0}
    told = [
        "Pixels of a grid over every image, whatever their hue: what fails the hue gate, as grey debris, is drawn but "
        f"not counted. Paler than the white is 0{around}."
    ]
    if beyond:
        most = max(beyond.values())
        told.append(f"Beyond the axis: at most {area_percent(most / 100)} of a group's pixels.")
    return told


def areas_listing(plate: str, images: pd.DataFrame, conditions: Sequence[str], groups: dict[str, str]) -> Listing:
    """Condition by condition: its group, and the mean over its wells (means of fields) of the stained area."""
    heads = ("condition", "drawn as", "wells", "stained area", "at threshold −20 %", "at threshold +20 %")
    columns = ["area_fraction", "area_high", "area_low"]
    wells = images.groupby(["condition", "well"], sort=False)[columns].mean().reset_index()
    order = {c: i for i, c in enumerate(conditions)}
    present = sorted(dict.fromkeys(wells["condition"]), key=lambda c: order.get(c, len(order)))
    rows = []
    for condition in present:
        own = wells[wells["condition"] == condition]
        means = [area_percent(float(own[c].mean())) for c in columns]
        rows.append((condition or "no condition", SHORT[groups.get(condition, OTHER)], str(len(own)), *means))
    return listing_of(f"Stained area by condition, plate {plate}: means of wells", heads, rows, numeric=heads[2:])
