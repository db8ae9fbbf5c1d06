"""The incomplete block: what it left of Mg2+ entry, and the intracellular share before and after allowing for that."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.effects.estimators.bounds import is_censored, is_open
from mgassay.effects.shares.incomplete import WARN_ABOVE_RHO
from mgassay.report import labels
from mgassay.report.axes import Axes
from mgassay.report.drawing import BLUE, ORANGE
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, decimal, interval, level, percent
from mgassay.report.pieces import Beside, Drawing, Folded, Listing, Prose, listing_of
from mgassay.report.questions import PAIR, days_of, on_day
from mgassay.report.rows import Row, Tables, is_missing, n_donors
from mgassay.report.share_bar import share_text
from mgassay.report.words import RHO_SOURCES, estimate_text, is_bound

FURTHEST = (-0.5, 1.5)  # an axis is not drawn beyond
SOURCES = {
    "mg_intracellular": (f"measured: {RHO_SOURCES['mg_intracellular']}", BLUE, "o"),
    "gene:TRPM7": (f"stands in: {RHO_SOURCES['gene:TRPM7']}", ORANGE, "D"),
}
CAPTION = (
    "Marks with 95 % sets, strokes at their ends; open: a bound; hatched: not identifiable. Dashed: half of entry "
    "left. Circles: from intracellular Mg²⁺ as measured; diamonds: from the mRNA of TRPM7, which stands in for entry "
    "where that was not measured."
)
HOW_TO_READ = (
    "ρ is what a block left of Mg²⁺ entry: the step of log intracellular Mg²⁺ under block over that with entry intact. "
    "0 %: entry was stopped; 100 %: the block did nothing. What still entered acts inside the cell, and an uncorrected "
    "share counts it as “cell surface or residual entry”. Corrected: (T − B)/((1 − ρ)·T), the intracellular share "
    "that a complete block would have shown; it is given only where the interval of ρ ends below 100 %. TRPM7 mRNA "
    "tells of the channel's message, not of what passes it."
)
RESIDUAL = "cell surface or residual entry"


def residual_pieces(tables: Tables) -> list[object]:
    """Rho of every block and question, shares before and after, slopes; empty where nothing tells rho."""
    rows = tables.rows("rho")
    if not rows:
        return []
    of_blocks = [r for r in rows if not r["readout"]]
    pieces: list[object] = [Prose(HOW_TO_READ, "quiet"), *_warnings(of_blocks)]
    questions = _questions(tables, of_blocks)
    pieces.append(Beside(tuple(_drawing(*question) for question in questions)))
    pieces += [rho_listing(*question) for question in questions]
    corrected = corrected_listing(tables)
    pieces += [corrected] if corrected.rows else []
    slopes = [r for r in rows if r["readout"] and not is_missing(r["slope"])]
    return [*pieces, *([Folded(slope_listing(slopes))] if slopes else [])]


def rho_line(tables: Tables) -> str:
    """What each block left of entry at the declared Mg step, with where that is from; "" where nothing tells it."""
    asked = [r for r in tables.rows("rho", readout="", step="Mg") if _is_declared(tables, r)]
    told = [f"{_name(r)}: {rho_text(r)} ({_source(r)})" for r in asked]
    open_ = list(dict.fromkeys(r["block"] for r in asked if not _stopped_some(r)))
    means = (
        f" {' and '.join(open_)}: not shown to have stopped any entry, so a share without this block's effect on entry "
        "cannot be given, and what changed under it need not be entry."
    )
    return f"Left of Mg²⁺ entry (ρ): {'; '.join(told)}.{means if open_ else ''}" if told else ""


def _stopped_some(row: Row) -> bool:
    """Whether a block is shown to have stopped some entry: the interval of what it left ends below all of it."""
    return row["interval"] == "bounded" and not is_open(row["flag"]) and bool(row["ci_high"] < 1)


def _is_declared(tables: Tables, row: Row) -> bool:
    """Whether a row is of the declared Mg step, or of any where none was declared."""
    pair = (tables.mg_reference_mM, tables.mg_raised_mM)
    return tables.experiment is None or (row["mg_reference_mM"], row["mg_raised_mM"]) == pair


def _warnings(rows: Sequence[Row]) -> list[Prose]:
    """Blocks not shown to leave less than half of entry, by the source that is rested on: measured comes first."""
    rested: dict[tuple[object, ...], Row] = {}
    for row in (r for r in rows if r["interval"] == "bounded" and not is_censored(r["flag"])):
        rested.setdefault(tuple(row[c] for c in ("block", "step", "day", *PAIR)), row)
    weak = [r for r in rested.values() if r["ci_high"] >= WARN_ABOVE_RHO]
    high = [f"{_name(r)} ({percent(r['rho'])}, up to {percent(r['ci_high'])})" for r in weak]
    told = f"More than half of Mg²⁺ entry may be left under {'; '.join(high)}: what that shows of the inside is weak."
    return [Prose(told, "warning")] if high else []


def _questions(tables: Tables, rows: Sequence[Row]) -> list[tuple[str, str, Sequence[Row]]]:
    """Rows by step and day, the Mg step and the declared day first."""
    steps = sorted(dict.fromkeys(r["step"] for r in rows), key=lambda s: s != "Mg")
    pairs = [(step, day) for step in steps for day in days_of(tables, step=step)]
    found = [(step, day, [r for r in rows if (r["step"], r["day"]) == (step, day)]) for step, day in pairs]
    return [one for one in found if one[2]]


def _name(row: Row) -> str:
    """Block and levels."""
    low, high = row["mg_reference_mM"], row["mg_raised_mM"]
    step = f"{level(low)} to {level(high)} mM" if low != high else f"at {level(low)} mM"
    return f"{row['block']}, {step}"


def rho_text(row: Row) -> str:
    """Rho in percent with its set; a bound is called one, and where there is no set nothing is told."""
    if row["interval"] == "bounded":
        return estimate_text({**row, "estimate": row["rho"]}, percent)
    if row["interval"] == "two_rays":
        told = f"not identifiable (≤ {percent(row['ci_low'])} or ≥ {percent(row['ci_high'])})"
    else:
        told = "not identifiable (any value)"
    return f"{told}, of bounds" if is_open(row["flag"]) else told


def _title(step: str, day: str) -> str:
    """What some values of rho are of."""
    return f"What the block left of Mg²⁺ entry{'' if step == 'Mg' else f', {step}'}{on_day(day)}"


def _drawing(step: str, day: str, rows: Sequence[Row]) -> Drawing:
    """Rho of every block at every pair of levels of one step and day, by source."""
    title = _title(step, day)
    spoken = " ".join(f"{_name(r)}, {_source(r)}: {rho_text(r)}." for r in rows)
    return Drawing(
        title=title,
        svg=_svg(f"rho-{step}-{day}", f"{title}. {spoken}", rows),
        caption=CAPTION,
        alone=f"{CAPTION} {HOW_TO_READ} {spoken}",
    )


def rho_listing(step: str, day: str, rows: Sequence[Row]) -> Listing:
    """The same as a table."""
    heads = ("block", "source", "entry left (ρ)", "n", "remarks")
    body = [(_name(r), _source(r), rho_text(r), str(n_donors(r)), labels.flags(r["flag"])) for r in rows]
    return listing_of(_title(step, day), heads, body, numeric=("entry left (ρ)", "n"))


def _source(row: Row) -> str:
    """What told rho."""
    return SOURCES[row["source"]][0] if row["source"] in SOURCES else labels.readout(row["source"])


def _svg(key: str, label: str, rows: Sequence[Row]) -> Markup:
    """One line per block, pair of levels and source, on an axis from 0 to 100 %."""
    names = [_name(r) for r in rows]

    def paint(axes: Axes) -> None:
        ends = [e for r in rows if r["interval"] == "bounded" for e in (r["ci_low"], r["ci_high"])]
        axes.across.ends(max(min([0.0, *ends]), FURTHEST[0]) - 0.04, min(max([1.0, *ends]), FURTHEST[1]) + 0.04)
        axes.across.tick([0.0, 0.5, 1.0], [percent(t) for t in (0.0, 0.5, 1.0)])
        axes.below = "share of Mg²⁺ entry left under block"
        for edge in (0.0, 1.0):
            axes.vertical(edge, alpha=0.7)
        axes.vertical(WARN_ABOVE_RHO, dash="3 2", alpha=0.7)
        axes.up.tick([-float(i) for i in range(len(rows))], names, marks=False)
        axes.up.ends(-len(rows) + 0.4, 0.6)
        axes.up.line = False
        for i, row in enumerate(rows):
            _line(axes, -float(i), row)

    return figure(key, label, [(20.0 * len(rows) + 8, paint)])


def _line(axes: Axes, y: float, row: Row) -> None:
    """One rho with its interval; hatched where it is not identifiable, open where it is a bound."""
    name, colour, shape = SOURCES.get(row["source"], (_source(row), BLUE, "s"))
    if row["interval"] != "bounded":
        axes.area([0.0, 1.0, 1.0, 0.0], [y - 0.2, y - 0.2, y + 0.2, y + 0.2], colour="hatch", alpha=0.5, frame="pd")
        return
    low, high = max(row["ci_low"], FURTHEST[0]), min(row["ci_high"], FURTHEST[1])
    axes.line([low, high], [y, y], width=1.6)
    for end, cut, arrow in ((low, row["ci_low"], "<"), (high, row["ci_high"], ">")):
        if end != cut:
            axes.marks([end], [y], arrow, size=5)
        else:  # a narrow interval would lie under its mark
            axes.line([end, end], [y - 0.26, y + 0.26], width=1.2)
    if FURTHEST[0] <= row["rho"] <= FURTHEST[1]:
        axes.marks([row["rho"]], [y], shape, colour="none" if is_bound(row) else colour, size=7)
    axes.marks([], [], shape, colour=colour, label=name)


def corrected_listing(tables: Tables) -> Listing:
    """Shares of the declared question under each block: uncorrected beside corrected, and what may be residual."""
    rows = [r for r in tables.primary("shares") if r["method"] == "fieller_donor" and r["scale"] == "log"]
    held = {(r["readout"], r["block"], r["share"]): r for r in rows}
    cases = dict.fromkeys((r["readout"], r["block"]) for r in rows if r["block"] and not is_missing(r["rho"]))
    heads = ("readout", "block", "intracellular, uncorrected", "intracellular, corrected", RESIDUAL, "ρ", "remarks")
    body = []
    for readout, block in cases:
        plain, corrected = (held.get((readout, block, s)) for s in ("intracellular", "intracellular_corrected"))
        rest = held.get((readout, block, "surface")) or held.get((readout, block, "extracellular"))
        told = corrected or plain
        body.append(
            (
                labels.readout(readout),
                block,
                share_text(plain),
                share_text(corrected) if corrected else "not given: ρ is not known to be below 100 %",
                share_text(rest) + ("" if rest is None or rest["share"] == "surface" else ", with what is passive"),
                percent(told["rho"]) if told else NOTHING,
                labels.flags(told["flag"]) if told else "",
            )
        )
    return listing_of("The intracellular share, uncorrected and corrected for ρ", heads, body, numeric=heads[2:6])


def slope_listing(rows: Sequence[Row]) -> Listing:
    """The effect that goes with entry, per unit of log intracellular Mg, with its Anderson-Rubin set."""
    heads = ("readout", "block", "question", "effect per e-fold of intracellular Mg²⁺", "n", "remarks")
    body = [
        (
            labels.readout(r["readout"]),
            r["block"],
            f"{r['step']}, {_name(r).partition(', ')[2]}{on_day(r['day'])}",
            _slope_text(r),
            str(n_donors(r)),
            labels.flags(r["flag"]),
        )
        for r in rows
    ]
    caption = "Inhibition per intracellular Mg²⁺ (instrument: Mg²⁺ × block; Anderson–Rubin sets)"
    return listing_of(caption, heads, body, numeric=heads[3:5])


def _slope_text(row: Row) -> str:
    """A slope with its set."""
    if row["slope_interval"] == "bounded":
        return f"{decimal(row['slope'])} {interval(row['slope_low'], row['slope_high'])}"
    if row["slope_interval"] == "two_rays":
        return f"not identifiable (≤ {decimal(row['slope_low'])} or ≥ {decimal(row['slope_high'])})"
    return "not identifiable (any value)"
