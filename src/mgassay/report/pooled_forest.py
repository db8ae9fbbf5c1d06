"""A share over experiments as a forest: each experiment's own interval, and below them what all say together."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.axes import FAINT, INK, Axes
from mgassay.report.figure import figure
from mgassay.report.numbers import count, interval, percent
from mgassay.report.rows import Row, is_missing
from mgassay.report.share_bar import COLOURS, FURTHEST
from mgassay.report.words import estimate_text, is_identifiable

MOST_DRAWN = 30  # experiments; the others are in the table of the figure and in summary_pooled.csv
ROW = 17.0  # height of an experiment
LONGEST = 22  # letters of an experiment's name in the figure
ALL, NEXT = "all together", "a next experiment"


def forest_svg(pooled: Row, members: Sequence[Row]) -> Markup:
    """The figure of one row of SUMMARY_SHARES and the rows of SUMMARY_POOLED that entered it."""
    drawn = heaviest(members)
    names = [str(r["experiment"]) for r in drawn] + [ALL]
    names += [] if is_missing(pooled["prediction_low"]) else [NEXT]
    key = "-".join(("pooled", *(str(pooled[c]) for c in ("readout", "block", "share", "scale"))))

    def paint(axes: Axes) -> None:
        """Experiments from the top down, then all together, then the next one."""
        _frame(axes, [*drawn, pooled], names)
        for line, row in enumerate(drawn):
            _experiment(axes, -line, row, COLOURS[str(row["share"])])
        _diamond(axes, -len(drawn), pooled)
        _next(axes, -len(drawn) - 1, pooled)

    return figure(key, spoken(pooled), [(ROW * len(names) + 8, paint)])


def heaviest(members: Sequence[Row]) -> list[Row]:
    """The MOST_DRAWN experiments that weigh most, in the order given."""
    ranked = sorted(range(len(members)), key=lambda i: -float(members[i]["weight"]))[:MOST_DRAWN]
    return [members[i] for i in sorted(ranked)]


def spoken(pooled: Row) -> str:
    """The figure for a reader who does not see it."""
    where = f"{labels.readout(pooled['readout'])}, {labels.block(pooled['block'])}"
    told = f"{labels.share(pooled['share'])}: {pooled_text(pooled)}"
    return f"Share of the Mg²⁺ effect over experiments, {where}. {told}."


def pooled_text(row: Row) -> str:
    """A pooled share with its interval and what it rests on, or that it cannot be told."""
    rests = f"{count(int(row['n_experiments']), 'experiment')}, {count(int(row['n_donors']), 'donor')}"
    if is_missing(row["ci_low"]):
        return f"no interval ({rests})"
    return f"{percent(row['estimate'])} {interval(row['ci_low'], row['ci_high'], percent)} ({rests})"


def own_text(row: Row) -> str:
    """An experiment's own share with its set; a bound is called one."""
    return estimate_text(row, percent) if is_identifiable(row) else "not identifiable"


def _frame(axes: Axes, rows: Sequence[Row], names: Sequence[str]) -> None:
    """From 0 to 100 % at least, wide enough for every interval within FURTHEST; names at their lines."""
    told = [r for r in rows if "identifiable" not in r or is_identifiable(r)]
    ends = [float(r[c]) for r in told for c in ("ci_low", "ci_high", "prediction_low", "prediction_high") if c in r]
    known = [e for e in ends if not is_missing(e)]
    low = max(min([0.0, *known]), FURTHEST[0]) - 0.06
    high = min(max([1.0, *known]), FURTHEST[1]) + 0.06
    axes.across.ends(low, high)
    step = 0.25 if high - low < 1.8 else 0.5
    ticks = [t * step for t in range(-4, 13) if low <= t * step <= high]
    axes.across.tick(ticks, [percent(t) for t in ticks])
    axes.up.ends(-len(names) + 0.4, 0.6)
    axes.up.line = False
    axes.up.tick([-float(i) for i in range(len(names))], axes.shortened(names, LONGEST), marks=False)
    axes.below = "share of the total effect T"
    for edge in (0.0, 1.0):
        axes.vertical(edge, alpha=0.7, z=0)


def _experiment(axes: Axes, y: float, row: Row, colour: str) -> None:
    """One experiment: its interval, a square as large as its weight; hatched where it has none of its own."""
    if not is_identifiable(row):
        ends = [y - 0.2, y - 0.2, y + 0.2, y + 0.2]
        axes.area([0.0, 1.0, 1.0, 0.0], ends, colour="hatch", edge=INK, alpha=2 * FAINT, frame="pd")
        return
    _interval(axes, y, float(row["ci_low"]), float(row["ci_high"]), 1.4)
    if FURTHEST[0] <= row["estimate"] <= FURTHEST[1]:
        axes.marks([row["estimate"]], [y], "s", size=4 + 6 * float(row["weight"]) ** 0.5, colour=colour)


def _interval(axes: Axes, y: float, low: float, high: float, width: float, dash: str = "") -> None:
    """A line from end to end; an end beyond the axis is an arrow."""
    shown = max(low, FURTHEST[0]), min(high, FURTHEST[1])
    axes.line(shown, [y, y], width=width, dash=dash)
    for end, cut, arrow in ((shown[0], low, "<"), (shown[1], high, ">")):
        if end != cut:
            axes.marks([end], [y], arrow, colour=INK, size=5)


def _diamond(axes: Axes, y: float, pooled: Row) -> None:
    """The pooled share: a diamond from end to end of its interval, hatched where it has none."""
    if is_missing(pooled["ci_low"]):
        ends = [y - 0.2, y - 0.2, y + 0.2, y + 0.2]
        axes.area([0.0, 1.0, 1.0, 0.0], ends, colour="hatch", edge=INK, alpha=2 * FAINT, frame="pd")
        return
    middle = float(pooled["estimate"])
    corners = [float(pooled["ci_low"]), middle, float(pooled["ci_high"]), middle]
    axes.area(corners, [y, y + 0.32, y, y - 0.32], colour=COLOURS[str(pooled["share"])], edge=INK)


def _next(axes: Axes, y: float, pooled: Row) -> None:
    """Where the true share of a further experiment would lie."""
    if not is_missing(pooled["prediction_low"]):
        _interval(axes, y, float(pooled["prediction_low"]), float(pooled["prediction_high"]), 1.0, "4 2")
