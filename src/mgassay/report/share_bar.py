"""The share bar: how the total effect divides, each share with its interval, on an axis that shows 0 and 100 %."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.drawing import FAINT, GREEN, INK, ORANGE, SKY, VERMILION, draw
from mgassay.report.numbers import NOTHING, percent
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Row, Tables, is_missing
from mgassay.report.words import SHARE_ORDER, allowed_values, is_identifiable, share_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From outside to inside, as the bar reads from left to right.
OUTSIDE_IN = ("passive", "surface", "extracellular", "intracellular", "intracellular_corrected")
COLOURS = {
    "passive": SKY,
    "surface": GREEN,
    "extracellular": SKY,
    "intracellular": VERMILION,
    "intracellular_corrected": ORANGE,
}
HOW_TO_READ = (
    "Shares of the total effect T, with 95 % Fieller sets over donors. Filled marks: log scale, on which the verdict "
    "rests; open marks: counted as percent inhibition. Hatched: not identifiable from this experiment. “Donors alike”: "
    "from a block ANOVA, if donors respond alike."
)
FURTHEST = (-1.0, 2.0)  # an axis is not drawn beyond; an arrow and the printed number say the rest


def share_drawing(tables: Tables, readout: str, block: str) -> Drawing | None:
    """The share bar of one readout and block with its table, or None where no share was computed."""
    rows = tables.primary("shares", readout=readout, block=block)
    quoted = {(r["share"], r["scale"]): r for r in rows if r["method"] == "fieller_donor"}
    shares = [s for s in OUTSIDE_IN if (s, "log") in quoted]
    if not shares:
        return None
    pairs = [(quoted[s, "log"], quoted.get((s, "additive"))) for s in shares]
    title = f"{labels.capital(labels.readout(readout))}, {labels.block(block)}"
    return Drawing(
        title=title,
        svg=share_svg(f"share-{readout}-{block}", f"Shares of the Mg²⁺ effect. {title}. {_spoken(pairs)}", pairs),
        caption="",
        listing=share_listing(rows, title),
    )


def share_listing(rows: Sequence[Row], title: str) -> Listing:
    """The shares of one readout and block on both scales and by both estimators."""
    held = {(r["share"], r["scale"], r["method"]): r for r in rows}
    shares = [s for s in SHARE_ORDER if (s, "log", "fieller_donor") in held]
    kinds = (("log", "fieller_donor"), ("additive", "fieller_donor"), ("log", "fieller_block_anova"))
    heads = ("share", "log scale", "percent inhibition", "donors alike", "remarks")
    cells = [(labels.share(s), *(_told(held.get((s, *k))) for k in kinds), _remarks(held, s)) for s in shares]
    return listing_of(f"Shares: {title}", heads, cells, numeric=heads[1:4])


def _told(row: Row | None) -> str:
    """A share with its set; an estimate without a bounded set is no result and is not printed as one."""
    if row is None:
        return NOTHING
    return _value(row) if is_identifiable(row) else f"not identifiable ({allowed_values(row)})"


def _remarks(held: Mapping[tuple[str, str, str], Row], share: str) -> str:
    """What entry was allowed for, and the flags, of a share on the log scale."""
    row = held[share, "log", "fieller_donor"]
    left = "" if is_missing(row["rho"]) else f"{percent(row['rho'])} of entry left under block"
    return "; ".join(t for t in (left, labels.flags(row["flag"])) if t)


def _spoken(pairs: Sequence[tuple[Row, Row | None]]) -> str:
    """The bar for a reader who does not see it."""
    return " ".join(f"{labels.share(log['share'])}: {_value(log)}." for log, _ in pairs)


def _value(row: Row) -> str:
    """A share with its set, as printed in the bar."""
    return f"{percent(row['estimate'])} {share_interval(row)}" if is_identifiable(row) else "not identifiable"


def share_svg(key: str, label: str, pairs: Sequence[tuple[Row, Row | None]]) -> Markup:
    """The figure: the divided bar where every share is told and within 0 to 1, then one line per share."""
    bar = all(is_identifiable(log) and 0 <= log["estimate"] <= 1 for log, _ in pairs)
    whole = [log for log, _ in pairs if log["share"] != "intracellular_corrected"]

    def paint(axes: "Axes") -> None:
        _frame(axes, pairs, top=1.0 if bar else 0.35)
        if bar:
            _divided_bar(axes, whole)
        for line, (log, additive) in enumerate(pairs):
            _line(axes, -line, log, additive)

    return draw(key, label, (4.6, 0.62 * len(pairs) + (1.15 if bar else 0.65)), paint)


def _frame(axes: "Axes", pairs: Sequence[tuple[Row, Row | None]], top: float) -> None:
    """Axis from 0 to 100 % at least, wide enough for every bounded set within FURTHEST."""
    rows = [r for pair in pairs for r in pair if r is not None and is_identifiable(r)]
    ends = [e for r in rows for e in (r["ci_low"], r["ci_high"], r["estimate"])]
    low = max(min([0.0, *ends]), FURTHEST[0]) - 0.06
    high = min(max([1.0, *ends]), FURTHEST[1]) + 0.06
    axes.set_xlim(low, high)
    axes.set_ylim(-len(pairs) + 0.42, top)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    step = 0.25 if high - low < 1.8 else 0.5
    ticks = [t * step for t in range(-4, 13) if low <= t * step <= high]
    axes.set_xticks(ticks, [percent(t) for t in ticks])


def _divided_bar(axes: "Axes", rows: Sequence[Row]) -> None:
    """The estimates laid end to end; they add up to the whole."""
    left = 0.0
    for row in rows:
        axes.barh(
            0.72, row["estimate"], left=left, height=0.36, color=COLOURS[row["share"]], edgecolor=INK, linewidth=0.8
        )
        if row["estimate"] > 0.12:
            middle = left + row["estimate"] / 2
            axes.text(middle, 0.71, percent(row["estimate"]), ha="center", va="center", color="black")
        left += row["estimate"]


def _line(axes: "Axes", y: float, log: Row, additive: Row | None) -> None:
    """One share: its name and value above, the log-scale set below, the additive one under it."""
    for edge in (0.0, 1.0):  # beside the sets only, so that no line runs through the words
        axes.plot([edge, edge], [y - 0.38, y + 0.08], color=INK, linewidth=0.8, alpha=0.7, zorder=0)
    across: Any = axes.get_yaxis_transform()
    axes.text(0, y + 0.14, labels.share(log["share"]), transform=across, ha="left", va="bottom")
    axes.text(1, y + 0.14, _value(log), transform=across, ha="right", va="bottom")
    if not is_identifiable(log):
        axes.axhspan(y - 0.32, y + 0.06, facecolor="none", edgecolor=INK, hatch="////", alpha=2 * FAINT)
        return
    _set(axes, y - 0.06, log, "o", COLOURS[log["share"]], 2.2)
    if additive is not None and is_identifiable(additive):
        _set(axes, y - 0.28, additive, "D", "none", 1.0)


def _set(axes: "Axes", y: float, row: Row, shape: str, fill: str, width: float) -> None:
    """A point with its interval; an end beyond the axis is an arrow."""
    low, high = max(row["ci_low"], FURTHEST[0]), min(row["ci_high"], FURTHEST[1])
    axes.plot([low, high], [y, y], color=INK, linewidth=width, solid_capstyle="butt")
    for end, cut, arrow in ((low, row["ci_low"], "<"), (high, row["ci_high"], ">")):
        if end != cut:
            axes.plot([end], [y], marker=arrow, color=INK, markersize=5, clip_on=False)
    if FURTHEST[0] <= row["estimate"] <= FURTHEST[1]:
        size = 8 if shape == "o" else 5
        axes.plot([row["estimate"]], [y], shape, markersize=size, markerfacecolor=fill, markeredgecolor=INK, zorder=3)
