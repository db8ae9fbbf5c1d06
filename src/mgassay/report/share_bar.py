"""The share bar: how the total effect divides, each share with its interval, on an axis that shows 0 and 100 %."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.axes import FAINT, INK, Axes
from mgassay.report.drawing import GREEN, ORANGE, SKY, VERMILION
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, count, percent
from mgassay.report.pieces import Drawing, Listing, listing_of
from mgassay.report.rows import Row, Tables, is_missing, n_donors
from mgassay.report.words import SHARE_ORDER, allowed_values, effect_row, estimate_text, is_bound, is_identifiable

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
    "Shares of the total effect T, with 95 % Fieller sets over donors. Circles: in natural logarithms, on which the "
    "verdict rests, open where it is a bound; open diamonds: counted as percent inhibition. Hatched: not identifiable "
    "from this experiment. “Donors alike”: from a block ANOVA, if donors respond alike."
)
IN_SHORT = "95 % intervals over donors; circles: counted in natural logarithms, diamonds: as percent inhibition."
ROW = 42.0  # height of a share in the figure
FURTHEST = (-1.0, 2.0)  # an axis is not drawn beyond; an arrow and the printed number say the rest


def share_drawing(tables: Tables, readout: str, block: str, question: str = "") -> Drawing | None:
    """The share bar of one readout and block with its table, or None where no share was computed.

    `question` names what the tables were held to where that is not the declared question.
    """
    rows = tables.primary("shares", readout=readout, block=block)
    quoted = {(r["share"], r["scale"]): r for r in rows if r["method"] == "fieller_donor"}
    shares = [s for s in OUTSIDE_IN if (s, "log") in quoted]
    if not shares:
        return None
    pairs = [(quoted[s, "log"], quoted.get((s, "additive"))) for s in shares]
    title = f"{labels.capital(labels.readout(readout))}, {labels.block(block)}{question}"
    total = effect_row(tables, "total", readout, block)
    of = f"n = {count(n_donors(total), 'donor')} (T). " if total else ""
    corrected = allowance(quoted.get(("intracellular_corrected", "log")))
    spoken = f"Shares of the effect of {'Mg²⁺' if not question else 'the step'}. {title}. {_spoken(pairs)}"
    return Drawing(
        title=title,
        svg=share_svg(f"share-{readout}-{block}-{question}", spoken, pairs),
        caption=corrected,
        listing=share_listing(rows, title),
        alone=f"{of}{HOW_TO_READ} {corrected}".strip(),
    )


def share_listing(rows: Sequence[Row], title: str) -> Listing:
    """The shares of one readout and block on both scales and by both estimators."""
    held = {(r["share"], r["scale"], r["method"]): r for r in rows}
    shares = [s for s in SHARE_ORDER if (s, "log", "fieller_donor") in held]
    kinds = (("log", "fieller_donor"), ("additive", "fieller_donor"), ("log", "fieller_block_anova"))
    heads = ("share", "natural log", "percent inhibition", "donors alike", "remarks")
    told = ([share_text(held.get((s, *k))) for k in kinds] for s in shares)
    flags = (labels.flags(held[s, "log", "fieller_donor"]["flag"]) for s in shares)
    cells = [(labels.share(s), *texts, flag) for s, texts, flag in zip(shares, told, flags, strict=True)]
    parts = [s for s in shares if s != "intracellular_corrected"]
    sums = [sum_text([held.get((s, *k)) for s in parts]) for k in kinds]
    if len(parts) > 1 and set(sums) != {NOTHING}:
        cells.append(("sum" if len(parts) == len(shares) else "sum, uncorrected", *sums, ""))
    return listing_of(f"Shares: {title}", heads, cells, numeric=heads[1:4])


def sum_text(rows: Sequence[Row | None]) -> str:
    """The sum of shares that divide one effect, 100 % also where one is below 0; a dash where one is not told."""
    told = [row["estimate"] for row in rows if row is not None and is_identifiable(row)]
    return percent(sum(told)) if len(told) == len(rows) else NOTHING


def share_text(row: Row | None) -> str:
    """A share with its set; an estimate without a bounded set is no result and is not printed as one."""
    if row is None:
        return NOTHING
    return _value(row) if is_identifiable(row) else f"not identifiable ({allowed_values(row)})"


def allowance(row: Row | None) -> str:
    """What a corrected share allows for; "" where there is none."""
    if row is None or is_missing(row["rho"]):
        return ""
    left = f"Corrected for {percent(row['rho'])} of Mg²⁺ entry left under block"
    if "proxy_rho" in row["flag"].split(";"):
        return f"{left}, if TRPM7 mRNA stands for entry: intracellular Mg²⁺ was not measured."
    return f"{left}, as intracellular Mg²⁺ shows."


def _spoken(pairs: Sequence[tuple[Row, Row | None]]) -> str:
    """The bar for a reader who does not see it."""
    return " ".join(f"{labels.share(log['share'])}: {_value(log)}." for log, _ in pairs)


def _value(row: Row) -> str:
    """A share with its set, as printed in the bar."""
    return estimate_text(row, percent) if is_identifiable(row) else "not identifiable"


def share_svg(key: str, label: str, pairs: Sequence[tuple[Row, Row | None]]) -> Markup:
    """The figure: the divided bar where every share is told, no bound and within 0 to 1, then one line per share."""
    bar = all(is_identifiable(log) and not is_bound(log) and 0 <= log["estimate"] <= 1 for log, _ in pairs)
    whole = [log for log, _ in pairs if log["share"] != "intracellular_corrected"]

    def paint(axes: Axes) -> None:
        _frame(axes, pairs, top=1.0 if bar else 0.35)
        if bar:
            _divided_bar(axes, whole)
        for line, (log, additive) in enumerate(pairs):
            _line(axes, -line, log, additive)

    top = 1.0 if bar else 0.35
    return figure(key, label, [(ROW * (len(pairs) - 0.42 + top), paint)])


def _frame(axes: Axes, pairs: Sequence[tuple[Row, Row | None]], top: float) -> None:
    """Axis from 0 to 100 % at least, wide enough for every bounded set within FURTHEST."""
    rows = [r for pair in pairs for r in pair if r is not None and is_identifiable(r)]
    low, high, ticks = share_ends(rows)
    axes.across.ends(low, high)
    axes.up.ends(-len(pairs) + 0.42, top)
    axes.up.line = False
    axes.up.tick([])
    axes.across.tick(ticks, [percent(t) for t in ticks])
    axes.below = "share of the total effect T"


def share_ends(rows: Sequence[Row]) -> tuple[float, float, list[float]]:
    """Ends of an axis of shares and its ticks: 0 to 1 at least, and every set of the rows within FURTHEST."""
    ends = [e for r in rows for e in (r["ci_low"], r["ci_high"], r["estimate"])]
    low = max(min([0.0, *ends]), FURTHEST[0]) - 0.06
    high = min(max([1.0, *ends]), FURTHEST[1]) + 0.06
    step = 0.25 if high - low < 1.8 else 0.5
    return low, high, [t * step for t in range(-4, 13) if low <= t * step <= high]


def _divided_bar(axes: Axes, rows: Sequence[Row]) -> None:
    """The estimates laid end to end; they add up to the whole."""
    left = 0.0
    for row in rows:
        right = left + row["estimate"]
        axes.boxes([left], [right], [0.54], [0.9], colour=COLOURS[row["share"]], edge=INK)
        if row["estimate"] > 0.12:
            axes.text((left + right) / 2, 0.72, percent(row["estimate"]), anchor="middle", colour="black")
        left = right


def _line(axes: Axes, y: float, log: Row, additive: Row | None) -> None:
    """One share: its name and value above, the log-scale set below, the additive one under it."""
    for edge in (0.0, 1.0):  # beside the sets only, so that no line runs through the words
        axes.line([edge, edge], [y - 0.38, y + 0.08], width=0.8, alpha=0.7, z=0)
    axes.text(0, y + 0.12, labels.share(log["share"]), frame="pd", upright="bottom")
    axes.text(1, y + 0.12, _value(log), frame="pd", anchor="end", upright="bottom")
    if not is_identifiable(log):
        ends = [y - 0.32, y - 0.32, y + 0.06, y + 0.06]
        axes.area([0.0, 1.0, 1.0, 0.0], ends, colour="hatch", edge=INK, alpha=2 * FAINT, frame="pd")
        return
    _set(axes, y - 0.06, log, "o", "none" if is_bound(log) else COLOURS[log["share"]], 2.2)
    if additive is not None and is_identifiable(additive):
        _set(axes, y - 0.28, additive, "D", "none", 1.0)


def _set(axes: Axes, y: float, row: Row, shape: str, fill: str, width: float) -> None:
    """A point with its interval; an end beyond the axis is an arrow."""
    low, high = max(row["ci_low"], FURTHEST[0]), min(row["ci_high"], FURTHEST[1])
    axes.line([low, high], [y, y], width=width)
    for end, cut, arrow in ((low, row["ci_low"], "<"), (high, row["ci_high"], ">")):
        if end != cut:
            axes.marks([end], [y], arrow, colour=INK, size=5)
    if FURTHEST[0] <= row["estimate"] <= FURTHEST[1]:
        size = 8 if shape == "o" else 5
        axes.marks([row["estimate"]], [y], shape, size=size, colour=fill)
