"""Donor by donor: the means that the contrasts are made of, and beside them everything that was measured.

After Lord et al. 2020 (J Cell Biol 219:e202001064): one colour and shape per donor, large marks for what counts (n),
small ones for wells.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from mgassay.design import Arms
from mgassay.report import labels
from mgassay.report.axes import Axes
from mgassay.report.drawing import donor_marks, step_above, step_below
from mgassay.report.figure import figure
from mgassay.report.numbers import count, decimal, level, significant
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Row, Tables, donors_column

Marks = dict[str, tuple[str, str]]
Reps = Mapping[tuple[str, str], Sequence[float]]  # by condition and donor
HOW_TO_READ = (
    "n counts donors. A line is one donor, or one run without cells: its mean over the logarithms of reps, no-Pi "
    "background subtracted where it was run; small marks are the reps, an open mark is a bound, not a value. Effects "
    "are natural logarithms, ln(reference) − ln(raised), with 95 % intervals over donors: > 0 is inhibition, 0.69 is "
    "half as much mineral, 1.10 a third, 2.30 a tenth. T is the effect with Mg²⁺ entry intact, B with entry blocked, A "
    "without cells; T − B is what the block took."
)
MOST_KEYS = 12  # donors that a legend names
UNDER_TICKS = 22.0  # below the axis, where the arms are named
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
    reps = _reps_of(tables, readout)
    title = f"{labels.capital(labels.readout(readout))}, {labels.block(arms.name)}: donor means"
    spoken = f"{title}: each donor's mean at {level(tables.mg_reference_mM)} and {level(tables.mg_raised_mM)} mM Mg²⁺."
    return Drawing(
        title=title,
        svg=paired_svg(
            f"paired-{readout}-{arms.name}", spoken, pairs, means, reps, marks, tables, unit_of(tables, readout)
        ),
        caption="Large marks: donor means, joined. Small marks: their reps. Logarithmic axis.",
        listing=_paired_listing(title, pairs, means, list(marks), tables),
        folded=True,
    )


def _reps_of(tables: Tables, readout: str) -> Reps:
    """What every rep goes into its mean with, in the readout's unit, by condition and donor; {} without experiment."""
    if tables.experiment is None:
        return {}
    reps = tables.reps[tables.reps["readout"] == readout]
    return {
        (str(c), str(d)): [math.exp(v) for v in own["log_value"] if not math.isnan(v)]
        for (c, d), own in reps.groupby(["condition", "donor"], sort=True)
    }


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
    reps: Reps,
    marks: Marks,
    tables: Tables,
    unit: str,
) -> Markup:
    """The paired plot, logarithmic, with a legend of donors and runs below."""
    drawn = [c for _, *conditions in pairs for c in conditions]
    known = [math.exp(r["log_mean"]) for (c, _), r in means.items() if c in drawn and not math.isnan(r["log_mean"])]
    known += [v for (c, d), own in reps.items() if c in drawn and d in marks for v in own]

    def paint(axes: Axes) -> None:
        for i, (_, *conditions) in enumerate(pairs):
            for donor, mark in marks.items():
                _join(axes, 1.5 * i, [means.get((c, donor)) for c in conditions], mark)
                for j, c in enumerate(conditions):
                    _wells(axes, 1.5 * i + j, reps.get((c, donor), ()), mark)
        axes.up.logarithmic = axes.up.grid = True
        if known:
            axes.up.ends(*_limits(min(known), max(known)))
        axes.title = unit
        _name_arms(axes, [name for name, *_ in pairs], tables)
        donor_legend(axes, marks)

    return figure(key, label, [(190.0, paint)])


def _limits(low: float, high: float) -> tuple[float, float]:
    """Ends of the axis: a little beyond the means, or the next labelled values where two would not be between."""
    near = low / 1.2, high * 1.2
    return near if high / low >= 5 else (min(near[0], step_below(low)), max(near[1], step_above(high)))


def _join(axes: Axes, x: float, ends: Sequence[Row | None], mark: tuple[str, str]) -> None:
    """One donor's two means and the line between them; a bound is an open mark."""
    points = [(x + i, math.exp(r["log_mean"]), r) for i, r in enumerate(ends) if r and not math.isnan(r["log_mean"])]
    colour, shape = mark
    axes.line([p[0] for p in points], [p[1] for p in points], colour=colour, width=1.8)
    for at, value, row in points:
        open_mark = BOUNDS & set(row["flag"].split(";"))
        axes.marks([at], [value], shape, size=7, colour="none" if open_mark else colour)


def _wells(axes: Axes, x: float, values: Sequence[float], mark: tuple[str, str]) -> None:
    """The reps of one donor, small, beside its mean; none where the mean is of a single one and says the same."""
    colour, shape = mark
    if len(values) > 1:
        beside = [x + 0.13 + 0.05 * i for i in range(len(values))]
        axes.marks(beside, values, shape, colour=colour, alpha=0.7, size=3.6, edge_width=0.3, z=2.5)


def _name_arms(axes: Axes, names: Sequence[str], tables: Tables) -> None:
    """Mg levels under each point and the arm's name under each pair."""
    levels = (level(tables.mg_reference_mM), level(tables.mg_raised_mM))
    places = [1.5 * i + j for i in range(len(names)) for j in (0, 1)]
    axes.across.tick(places, [levels[j] for _ in names for j in (0, 1)])
    axes.across.ends(-0.3, 1.5 * (len(names) - 1) + 1.3)
    for i, name in enumerate(axes.shortened(names)):
        axes.text(1.5 * i + 0.5, 0, name, frame="dp", anchor="middle", upright="top", dy=UNDER_TICKS)
    axes.below = "Mg²⁺ (mM)"


def donor_legend(axes: Axes, marks: Marks) -> None:
    """Donors by colour and shape; of more than a legend can hold only how many there are."""
    if len(marks) > MOST_KEYS:
        colour, shape = next(iter(marks.values()))
        axes.marks([], [], shape, colour=colour, label=f"{len(marks)} donors, each by colour and shape: see the tables")
        return
    for name, (colour, shape) in zip(axes.shortened(list(marks)), marks.values(), strict=True):
        axes.marks([], [], shape, colour=colour, label=name)


def _paired_listing(
    title: str, pairs: Sequence[tuple[str, str, str]], means: dict[tuple[str, str], Row], donors: list[str], t: Tables
) -> Listing:
    """The means drawn, in the readout's unit, one row per donor and arm."""
    heads = ("arm", "donor or run", f"{level(t.mg_reference_mM)} mM", f"{level(t.mg_raised_mM)} mM", "ln ratio")
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
    """ln(reference) − ln(raised), the donor's own effect."""
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
    spoken = f"{title}, by condition and donor."
    return Drawing(
        title=title,
        svg=measured_svg(f"measured-{readout}", spoken, known, listed, page_marks(tables), unit_of(tables, readout)),
        caption=f"{count(censored, 'row')} without a value, not drawn." if censored else "",
    )


def measured_svg(
    key: str, label: str, amounts: pd.DataFrame, conditions: Sequence[str], all_marks: Marks, unit: str
) -> Markup:
    """Small marks, one line per condition, donors side by side within it."""
    marks = {d: all_marks[d] for d in donors_column(amounts)}
    own = {str(c): donors_column(rows) for c, rows in amounts.groupby("condition", sort=True)}
    spread = {(c, d): 0.35 - 0.7 * (i + 0.5) / len(ds) for c, ds in own.items() for i, d in enumerate(ds)}

    def paint(axes: Axes) -> None:
        for (place, name), rows in amounts.groupby(["condition", "donor"], sort=True):
            condition, donor = str(place), str(name)
            colour, shape = marks[donor]
            heights = np.full(len(rows), spread[condition, donor] - conditions.index(condition))
            axes.marks(rows["value"].to_numpy(), heights, shape, colour=colour, alpha=0.75, size=4, edge_width=0.4)
        axes.up.tick([-i for i in range(len(conditions))], axes.shortened(conditions, 16))
        axes.up.ends(-len(conditions) + 0.5, 0.5)
        axes.up.grid = True
        axes.across.ends(low=min(0.0, float(amounts["value"].min())))
        axes.below = unit
        donor_legend(axes, marks)

    return figure(key, label, [(17.0 * len(conditions), paint)])
