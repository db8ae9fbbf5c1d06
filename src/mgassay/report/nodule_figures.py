"""Nodules by size, one row of bars per condition."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from mgassay.report import labels
from mgassay.report.drawing import BLUE, FAINT, INK, draw
from mgassay.report.numbers import NO_BREAK, count, level
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, ROW, FRAME = 5.2, 0.27, 0.95  # inches: of the figure, of a condition, of all around
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

    def paint(axes: "Axes") -> None:
        for row, own in enumerate(counts.values()):
            base = len(names) - 1.0 - row
            axes.axhline(base, color=INK, linewidth=0.5, alpha=FAINT)
            if own.sum() >= LEAST_NODULES:
                heights = TALLEST * own / own.sum() / tallest
                axes.bar(np.arange(len(edges)) + 0.5, heights, 0.9, bottom=base, color=BLUE, linewidth=0)
            elif own.any():
                occur = np.flatnonzero(own) + 0.5
                axes.plot(occur, np.full(len(occur), base + 0.3), "o", color=BLUE, markersize=4, linestyle="none")
            axes.text(
                1.01, base + 0.3, f"n = {own.sum()}", transform=axes.get_yaxis_transform(), va="center", fontsize=9
            )
        axes.set_ylim(0, len(names))
        axes.set_xlim(0, len(edges))
        axes.set_yticks([len(names) - 0.7 - i for i in range(len(names))], [short_name(n) for n in names], fontsize=9)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        ends = [*edges, 2 * edges[-1]]
        ticks = range(0, len(ends), -(-len(ends) // MOST_TICKS))
        axes.set_xticks(list(ticks), [level(float(ends[i])) for i in ticks])
        axes.set_xlabel(f"area of a nodule ({unit}), doubling from bar to bar")

    return draw(key, label, (WIDTH, FRAME + ROW * len(names)), paint)


def short_name(name: str) -> str:
    """A condition's name that fits beside the axes: of a long one both ends, which tell it from its kin.

    >>> short_name("ca_mg20"), short_name("calcifying medium, 2.0 mM Mg")
    ('ca_mg20', 'calcifyin…2.0 mM Mg')
    """
    name = name or "no condition"
    half = MOST_NAME // 2
    return name if len(name) <= MOST_NAME else f"{name[:half]}…{name[-half:]}"


def counts_listing(caption: str, edges: NDArray[np.float64], counts: Counts) -> Listing:
    """Nodules by condition and size."""
    bins = tuple(f"{level(float(e))} to {level(2 * float(e))}" for e in edges)
    rows = [(c or "no condition", str(n.sum()), *(str(k) for k in n)) for c, n in counts.items()]
    heads = ("condition", "all", *bins)
    return listing_of(caption, heads, rows, numeric=heads[1:])
