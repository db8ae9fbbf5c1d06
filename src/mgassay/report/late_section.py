"""Mg2+ raised late: what it still does once mineral has begun (progression), and what it must come early for."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.effects.estimators.bounds import is_open
from mgassay.report import labels
from mgassay.report.axes import FAINT, Axes
from mgassay.report.donors_used import donors_of_late
from mgassay.report.drawing import BLUE, VERMILION
from mgassay.report.figure import figure
from mgassay.report.late_words import TOLD, is_part, late_day, late_outcome
from mgassay.report.numbers import NOTHING, percent
from mgassay.report.pieces import Beside, Drawing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing
from mgassay.report.share_bar import share_ends
from mgassay.report.words import estimate_text, is_bound, share_of_check

HOW_TO_READ = (
    "Mg²⁺ that is raised only after some days meets mineral that has begun. What it still does then is against "
    "progression; the rest of what Mg²⁺ does from the start is against initiation, or needs the longer time. Effect: "
    "ln(reference) − ln(raised late), > 0 is inhibition, 95 % intervals over donors. Part: that effect over the "
    "one of Mg²⁺ raised from the start by the same entry, 95 % Fieller sets (hatched: not identifiable). An open mark "
    "is a bound."
)


def late_pieces(tables: Tables) -> list[object]:
    """Figures and table of the rows `late_mg` of CHECKS; empty where no arm was raised late."""
    rows = tables.rows("checks", check="late_mg")
    if not rows:
        return []
    counted = [{**row, "late_donors": donors_of_late(tables, row)} for row in rows]
    drawings = tuple(_drawing(name, [r for r in counted if r["readout"] == name]) for name in _readouts(rows))
    return [Prose(HOW_TO_READ, "quiet"), Beside(drawings)]


def _readouts(rows: Sequence[Row]) -> list[str]:
    """The readouts in the order of the rows."""
    return list(dict.fromkeys(r["readout"] for r in rows))


def _drawing(readout: str, rows: Sequence[Row]) -> Drawing:
    """One readout: the effects of late Mg, and the part of the protection that they are."""
    title = f"{labels.capital(labels.readout(readout))}: Mg²⁺ raised late"
    cases = list(dict.fromkeys((r["block"], late_day(r["subject"])) for r in rows))
    held = {(r["block"], late_day(r["subject"]), is_part(r["subject"])): r for r in rows}
    effects = [held.get((*case, False)) for case in cases]
    parts = [held.get((*case, True)) for case in cases]
    names = [f"{labels.block(block)}, from day {day}" for block, day in cases]
    heads = (
        "entry",
        "raised",
        "effect, natural log",
        "still stops progression",
        "part of the protection",
        "n",
        "remarks",
    )
    body = [
        (
            labels.block(block),
            f"from day {day}",
            NOTHING if effect is None else estimate_text(effect),
            "undecided" if effect is None else TOLD[late_outcome(effect)][1],
            NOTHING if part is None else share_of_check(part),
            _counted(effect, part),
            labels.flags(";".join(r["flag"] for r in (effect, part) if r)),
        )
        for (block, day), effect, part in zip(cases, effects, parts, strict=True)
    ]
    spoken = " ".join(f"{name}: {cells[2]}, {cells[4]}." for name, cells in zip(names, body, strict=True))
    return Drawing(
        title=title,
        svg=_svg(f"late-{readout}", f"{title}. {spoken}", names, effects, parts),
        caption="",
        listing=listing_of(title, heads, body, numeric=("effect, natural log", "part of the protection", "n")),
    )


def _counted(effect: Row | None, part: Row | None) -> str:
    """The donors of an effect, and of its part where these are others; "" where they are not known."""
    n, of_part = (row["late_donors"] if row else 0 for row in (effect, part))
    apart = f" (part: {of_part})" if of_part not in (0, n) else ""
    return f"{n}{apart}" if n else ""


def _svg(
    key: str, label: str, names: Sequence[str], effects: Sequence[Row | None], parts: Sequence[Row | None]
) -> Markup:
    """Two forests below each other: effects about 0, parts from 0 to 100 %."""
    height = 20.0 * len(names) + 8

    def paint_effects(axes: Axes) -> None:
        axes.vertical(0.0)
        axes.title = "effect of late Mg²⁺, natural log (> 0: lowered)"
        _forest(axes, names, effects, BLUE, "o")

    def paint_parts(axes: Axes) -> None:
        for edge in (0.0, 1.0):
            axes.vertical(edge, alpha=0.7)
        axes.title = "part of the protection that is against progression"
        told = [p if p and not (is_missing(p["ci_low"]) or is_open(p["flag"])) else None for p in parts]
        for i, (part, known) in enumerate(zip(parts, told, strict=True)):
            if part and not known:
                ends = [-i - 0.2, -i - 0.2, -i + 0.2, -i + 0.2]
                axes.area([0.0, 1.0, 1.0, 0.0], ends, colour="hatch", alpha=2 * FAINT, frame="pd")
        low, high, ticks = share_ends([p for p in told if p])
        axes.across.ends(low, high)
        axes.across.tick(ticks, [percent(t) for t in ticks])
        _forest(axes, names, told, VERMILION, "s")

    return figure(key, label, [(height, paint_effects), *([(height, paint_parts)] if any(parts) else [])])


def _forest(axes: Axes, names: Sequence[str], rows: Sequence[Row | None], colour: str, shape: str) -> None:
    """One line per name: a point with its interval, open where it is a bound."""
    axes.up.tick([-float(i) for i in range(len(names))], names, marks=False)
    axes.up.ends(-len(names) + 0.4, 0.6)
    axes.up.line = False
    axes.across.grid = True
    for i, row in enumerate(rows):
        if row is not None:
            axes.line([row["ci_low"], row["ci_high"]], [-i, -i], width=1.4)
            filled = "none" if is_bound(row) else colour
            axes.marks([row["estimate"]], [-i], shape, colour=filled, size=7)
