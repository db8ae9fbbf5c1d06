"""Nodules by size, one row of bars per condition."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from mgassay.report import labels
from mgassay.report.axes import FAINT, Axes
from mgassay.report.drawing import BLUE
from mgassay.report.figure import figure
from mgassay.report.numbers import NO_BREAK, count, level
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Tables

ROW = 19.5  # height of a condition in the figure
TALLEST = 0.88  # of a row
LEAST_NODULES = 20  # of a condition; the shares of fewer say nothing
MOST_TICKS, MOST_NAME = 6, 19

Counts = Mapping[str, NDArray[np.int64]]


def nodule_drawings(tables: Tables, conditions: Sequence[str]) -> list[Drawing]:
    """Figures of NODULE_SIZES: all plates together in um2, each by itself in pixels, whose size differs.

    None where no nodule was found.
    """
    sizes = tables["nodule_sizes"]
    found = []
    for unit in dict.fromkeys(sizes["area_unit"]):
        own = sizes[sizes["area_unit"] == unit]
        parts = [("", own)] if unit == "um2" else [(p, own[own["plate"] == p]) for p in dict.fromkeys(own["plate"])]
        found += [_drawing(unit, plate, part, conditions) for plate, part in parts if part["nodules"].sum()]
    return found


def counts_by_condition(sizes: pd.DataFrame, conditions: Sequence[str]) -> tuple[NDArray[np.float64], Counts]:
    """Lower ends of the bins, and how many nodules of each condition lie in each, all wells together."""
    edges = np.array(sorted(sizes["area_from"].unique()), float)
    order = {c: i for i, c in enumerate(conditions)}
    present = sorted(dict.fromkeys(sizes["condition"]), key=lambda c: order.get(c, len(order)))
    return edges, {
        c: np.array([own.loc[own["area_from"] == e, "nodules"].sum() for e in edges], np.int64)
        for c in present
        for own in (sizes[sizes["condition"] == c],)
    }


def _ends(sizes: pd.DataFrame) -> tuple[float, float]:
    """Lower ends of the smallest and the largest bin that holds nodules."""
    held = sizes.loc[sizes["nodules"] > 0, "area_from"]
    return float(held.min()), float(held.max())


def largest_share(counts: Counts) -> float:
    """The largest share of one size among the conditions with enough nodules; 1 where none has."""
    return max((float((n / n.sum()).max()) for n in counts.values() if n.sum() >= LEAST_NODULES), default=1.0)


def _drawing(unit: str, plate: str, sizes: pd.DataFrame, conditions: Sequence[str]) -> Drawing:
    """The figure of one unit (of one plate where it has a name) with its counts as a table."""
    edges, counts = counts_by_condition(sizes[sizes["area_from"].between(*_ends(sizes))], conditions)
    title, name = f"Nodules by size{f', plate {plate}' if plate else ''}", labels.unit(unit)
    wells = sizes.groupby(["plate", "well"]).ngroups
    total = sum(int(n.sum()) for n in counts.values())
    told = ["A condition's nodules by size, its wells and donors together; n counts nodules."]
    if any(n.sum() >= LEAST_NODULES for n in counts.values()):
        told.append(
            f"Bars: shares, all rows on one scale; the tallest is {100 * largest_share(counts):.0f}{NO_BREAK}%."
        )
    if any(0 < n.sum() < LEAST_NODULES for n in counts.values()):
        told.append(f"Dots: sizes that occur where fewer than {LEAST_NODULES} nodules were found.")
    return Drawing(
        title=title,
        svg=nodules_svg(f"nodules-{unit}-{plate}", f"{title}: {total} in {count(wells, 'well')}.", edges, counts, name),
        caption=" ".join(told),
        listing=counts_listing(f"{title} ({name})", edges, counts),
        folded=True,
    )


def nodules_svg(key: str, label: str, edges: NDArray[np.float64], counts: Counts, unit: str) -> Markup:
    """Rows of bars, the first condition on top; sizes double from bar to bar."""
    names = list(counts)
    tallest = largest_share(counts)

    def paint(axes: Axes) -> None:
        for row, own in enumerate(counts.values()):
            base = len(names) - 1.0 - row
            axes.horizontal(base, width=0.5, alpha=FAINT)
            if own.sum() >= LEAST_NODULES:
                tops, places = base + TALLEST * own / own.sum() / tallest, np.arange(len(edges))[own > 0]
                axes.boxes(places + 0.05, places + 0.95, np.full(len(places), base), tops[own > 0], colour=BLUE)
            elif own.any():
                occur = np.flatnonzero(own) + 0.5
                axes.marks(occur, np.full(len(occur), base + 0.3), colour=BLUE, size=4, edge_width=0)
            axes.text(1, base + 0.3, f"n = {own.sum()}", frame="pd", dx=4)
        axes.up.ends(0, len(names))
        axes.across.ends(0, len(edges))
        told = axes.shortened([n or "no condition" for n in names], MOST_NAME)
        axes.up.tick([len(names) - 0.7 - i for i in range(len(names))], told, marks=False)
        axes.up.line = False
        ends = [*edges, 2 * edges[-1]]
        ticks = range(0, len(ends), -(-len(ends) // MOST_TICKS))
        axes.across.tick(list(ticks), [level(float(ends[i])) for i in ticks])
        axes.below = f"area of a nodule ({unit}), doubling from bar to bar"

    return figure(key, label, [(ROW * len(names), paint)])


def counts_listing(caption: str, edges: NDArray[np.float64], counts: Counts) -> Listing:
    """Nodules by condition and size."""
    bins = tuple(f"{level(float(e))} to {level(2 * float(e))}" for e in edges)
    rows = [(c or "no condition", str(n.sum()), *(str(k) for k in n)) for c, n in counts.items()]
    heads = ("condition", "all", *bins)
    return listing_of(caption, heads, rows, numeric=heads[1:])
