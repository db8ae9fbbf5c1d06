"""Donor by donor: the means that the contrasts are made of, and beside them everything that was measured.

After Lord et al. 2020 (J Cell Biol 219:e202001064): one colour and shape per donor, large marks for what counts (n),
small ones for wells.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from mgassay.design import Arms
from mgassay.report import labels
from mgassay.report.drawing import FAINT, INK, donor_marks, draw, label_logarithmic, step_above, step_below
from mgassay.report.numbers import count, decimal, level, significant
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Row, Tables, donors_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Marks = dict[str, tuple[str, str]]
HOW_TO_READ = (
    "Donor means: a line is one donor, or one run without cells; no-Pi background subtracted where it was run, reps "
    "averaged on the log scale; an open mark is a bound, not a value. Everything measured: one small mark per rep, "
    "nothing subtracted. Effects are log(reference) − log(raised), > 0 is inhibition, with 95 % intervals over donors."
)
LEGEND_COLUMNS = 4
BOUNDS = {"floor", "above_curve", "lower_bound", "upper_bound"}


def paired_drawing(tables: Tables, arms: Arms, readout: str) -> Drawing | None:
    """Each donor's mean at reference and raised Mg, joined, entry intact and blocked, and runs without cells.

    None where no mean of these arms is known.
    """
    means = {(r["condition"], r["donor"]): r for r in tables.rows("means", readout=readout)}
    run = {c for c, _ in means}
    pairs = [p for p in _pairs(arms) if run & set(p[1:])]
    drawn = {d for c, d in means if any(c in p[1:] for p in pairs)}
    if not drawn:
        return None
    marks = {d: mark for d, mark in page_marks(tables).items() if d in drawn}
    title = f"{labels.capital(labels.readout(readout))}, {labels.block(arms.name)}: donor means"
    spoken = f"{title}: each donor's mean at {level(tables.mg_reference_mM)} and {level(tables.mg_raised_mM)} mM Mg²⁺."
    return Drawing(
        title=title,
        svg=paired_svg(f"paired-{readout}-{arms.name}", spoken, pairs, means, marks, tables),
        caption=f"Axis: {unit_of(tables, readout)}, logarithmic.",
        listing=_paired_listing(title, pairs, means, list(marks), tables),
        folded=True,
    )


def page_marks(tables: Tables) -> Marks:
    """Colour and shape of every donor and run, the same in all figures of the page."""
    return donor_marks(donors_column(tables["means"], tables["amounts"]))


def _pairs(arms: Arms) -> list[tuple[str, str, str]]:
    """Name, reference and raised condition of each arm, in the order drawn."""
    blocked = [(arms.name, arms.blocked_reference, arms.blocked_raised)] if arms.block else []
    return [
        (labels.INTACT, arms.intact_reference, arms.intact_raised),
        *blocked,
        ("no cells", arms.acellular_reference, arms.acellular_raised),
    ]


def unit_of(tables: Tables, readout: str) -> str:
    """The unit of a readout in words, "" where amounts do not tell."""
    units = tables["amounts"].loc[tables["amounts"]["readout"] == readout, "unit"]
    return labels.unit(str(units.iloc[0])) if len(units) else labels.readout(readout)


def paired_svg(
    key: str,
    label: str,
    pairs: Sequence[tuple[str, str, str]],
    means: dict[tuple[str, str], Row],
    marks: Marks,
    tables: Tables,
) -> Markup:
    """The paired plot, logarithmic, with a legend of donors and runs below."""
    known = [math.exp(r["log_mean"]) for r in means.values() if not math.isnan(r["log_mean"])]

    def paint(axes: "Axes") -> None:
        for i, (_, *conditions) in enumerate(pairs):
            for donor, mark in marks.items():
                _join(axes, 1.5 * i, [means.get((c, donor)) for c in conditions], mark)
        axes.set_yscale("log")
        if known:
            axes.set_ylim(_limits(min(known), max(known)))
        label_logarithmic(axes.yaxis)
        axes.grid(axis="y", color=INK, alpha=FAINT / 2, linewidth=0.6)
        _name_arms(axes, [name for name, *_ in pairs], tables)
        _donor_legend(axes, marks)

    return draw(key, label, (4.6, 3.5 + 0.2 * math.ceil(len(marks) / LEGEND_COLUMNS)), paint)


def _limits(low: float, high: float) -> tuple[float, float]:
    """Ends of the axis: a little beyond the means, or the next labelled values where two would not be between."""
    near = low / 1.2, high * 1.2
    return near if high / low >= 5 else (min(near[0], step_below(low)), max(near[1], step_above(high)))


def _join(axes: "Axes", x: float, ends: Sequence[Row | None], mark: tuple[str, str]) -> None:
    """One donor's two means and the line between them; a bound is an open mark."""
    points = [(x + i, math.exp(r["log_mean"]), r) for i, r in enumerate(ends) if r and not math.isnan(r["log_mean"])]
    colour, shape = mark
    axes.plot([p[0] for p in points], [p[1] for p in points], color=colour, linewidth=1.8, zorder=2, clip_on=False)
    for at, value, row in points:
        open_mark = BOUNDS & set(row["flag"].split(";"))
        face = "none" if open_mark else colour
        axes.plot(
            [at], [value], shape, markersize=7, markerfacecolor=face, markeredgecolor=INK, markeredgewidth=0.8,
            zorder=3, clip_on=False,
        )  # fmt: skip


def _name_arms(axes: "Axes", names: Sequence[str], tables: Tables) -> None:
    """Mg levels under each point and the arm's name under each pair."""
    levels = (level(tables.mg_reference_mM), level(tables.mg_raised_mM))
    places = [1.5 * i + j for i in range(len(names)) for j in (0, 1)]
    axes.set_xticks(places, [levels[j] for _ in names for j in (0, 1)])
    axes.set_xlim(-0.3, 1.5 * (len(names) - 1) + 1.3)
    under: Any = axes.get_xaxis_transform()
    for i, name in enumerate(names):
        axes.text(1.5 * i + 0.5, -0.09, _short(name), transform=under, ha="center", va="top")
    axes.set_xlabel("Mg²⁺ (mM)", labelpad=18)


def _short(name: str, most: int = 18) -> str:
    """A name that fits under a pair of points."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _donor_legend(axes: "Axes", marks: Marks) -> None:
    """Donors by colour and shape, LEGEND_COLUMNS to a line, below the axes."""
    from matplotlib.lines import Line2D

    donors, lines = list(marks), math.ceil(len(marks) / LEGEND_COLUMNS)
    # Legends fill column by column; this order makes them read line by line.
    by_column = [i for c in range(LEGEND_COLUMNS) for i in range(c, len(donors), LEGEND_COLUMNS)]
    columns = min(LEGEND_COLUMNS, len(donors)) if lines == 1 else LEGEND_COLUMNS
    handles = []
    for donor in (donors[i] for i in by_column):
        colour, shape = marks[donor]
        handles.append(Line2D([], [], linestyle="", marker=shape, color=colour, label=_short(donor, 10)))
        handles[-1].set(markeredgecolor=INK, markersize=6, markeredgewidth=0.8)
    figure: Any = axes.figure
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=columns,
        handletextpad=0.1,
        columnspacing=0.9,
        borderaxespad=0.2,
    )


def _paired_listing(
    title: str, pairs: Sequence[tuple[str, str, str]], means: dict[tuple[str, str], Row], donors: list[str], t: Tables
) -> Listing:
    """The means drawn, in the readout's unit, one row per donor and arm."""
    heads = ("arm", "donor or run", f"{level(t.mg_reference_mM)} mM", f"{level(t.mg_raised_mM)} mM", "log ratio")
    rows = []
    for name, reference, raised in pairs:
        for donor in donors:
            low, high = means.get((reference, donor)), means.get((raised, donor))
            if low or high:
                rows.append((name, donor, _mean_text(low), _mean_text(high), _ratio_text(low, high)))
    return listing_of(title, heads, rows, numeric=heads[2:])


def _mean_text(row: Row | None) -> str:
    """A mean on its own scale, with a sign where it is only a bound."""
    if row is None or math.isnan(row["log_mean"]):
        return "–"
    flags = set(row["flag"].split(";"))
    sign = "≤ " if "floor" in flags else "≥ " if "above_curve" in flags else ""
    return f"{sign}{significant(math.exp(row['log_mean']))}"


def _ratio_text(low: Row | None, high: Row | None) -> str:
    """log(reference) − log(raised), the donor's own effect."""
    return decimal(low["log_mean"] - high["log_mean"]) if low and high else "–"


def measured_drawing(tables: Tables, conditions: Sequence[str], readout: str) -> Drawing | None:
    """Every amount of a readout by condition, nothing subtracted, on a linear axis from zero; None without amounts."""
    amounts = tables["amounts"][tables["amounts"]["readout"] == readout]
    known = amounts[amounts["value"].notna() & (amounts["donor"] != "")]
    if known.empty:
        return None
    listed = [c for c in conditions if (known["condition"] == c).any()]
    listed += [c for c in dict.fromkeys(known["condition"]) if c not in listed]
    censored = int(amounts["value"].isna().sum())
    title = f"{labels.capital(labels.readout(readout))}: everything measured"
    return Drawing(
        title=title,
        svg=measured_svg(f"measured-{readout}", f"{title}, by condition and donor.", known, listed, page_marks(tables)),
        caption=f"Axis: {unit_of(tables, readout)}, from zero. {count(censored, 'row')} without a value.",
    )


def measured_svg(key: str, label: str, amounts: pd.DataFrame, conditions: Sequence[str], all_marks: Marks) -> Markup:
    """Small marks, one line per condition, donors side by side within it."""
    marks = {d: all_marks[d] for d in donors_column(amounts)}
    own = {str(c): donors_column(rows) for c, rows in amounts.groupby("condition", sort=True)}
    spread = {(c, d): 0.35 - 0.7 * (i + 0.5) / len(ds) for c, ds in own.items() for i, d in enumerate(ds)}

    def paint(axes: "Axes") -> None:
        for (place, name), rows in amounts.groupby(["condition", "donor"], sort=True):
            condition, donor = str(place), str(name)
            colour, shape = marks[donor]
            y = spread[condition, donor] - conditions.index(condition)
            axes.plot(
                rows["value"], [y] * len(rows), shape, color=colour, alpha=0.75, markersize=4, markeredgecolor=INK,
                markeredgewidth=0.4, clip_on=False,
            )  # fmt: skip
        axes.set_yticks([-i for i in range(len(conditions))], [_short(c, 16) for c in conditions])
        axes.set_ylim(-len(conditions) + 0.5, 0.5)
        axes.set_xlim(left=min(0.0, float(amounts["value"].min())))
        axes.grid(axis="y", color=INK, alpha=FAINT / 2, linewidth=0.6)
        _donor_legend(axes, marks)

    return draw(key, label, (4.6, 0.9 + 0.24 * len(conditions) + 0.2 * math.ceil(len(marks) / LEGEND_COLUMNS)), paint)
