"""Standard curves: each plate's own, with how every standard back-calculates."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from mgassay.assays.curves.models import MODELS
from mgassay.report import labels
from mgassay.report.axes import FAINT, Axes
from mgassay.report.curve_words import ASSESSED_AGAINST, HOW_TO_READ, curve_caption, levels_text, model_name
from mgassay.report.drawing import BLUE, VERMILION
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, count, decimal, level, significant
from mgassay.report.pieces import Beside, Drawer, Drawing, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing

POINTS = 120  # of the line that is drawn
ASSESSED = {
    "pass": "standards pass",
    "fail": "standards fail",
    "not_assessable": "too few levels to be assessed",
}


def curve_pieces(tables: Tables) -> list[object]:
    """The table of all curves, then one figure per curve; empty where no curve was fitted."""
    curves = tables.rows("curves")
    if not curves:
        return []
    return [
        curves_listing(tables, curves),
        Drawer(
            f"Every curve with its standards read back: {count(len(curves), 'figure')}",
            (
                Prose(ASSESSED_AGAINST, "quiet"),
                Prose(HOW_TO_READ, "quiet"),
                Beside(tuple(curve_drawing(tables, c) for c in curves), dense=True),
            ),
        ),
    ]


def curves_listing(tables: Tables, curves: Sequence[Row]) -> Listing:
    """One row per curve: model, weighting, limits, how far standards read back off, and whether they pass."""
    heads = (
        *("plate", "assay", "model", "weighting", "R² of means", "LOD", "LOQ", "range", "levels"),
        *("furthest off, read back", "assessed"),
    )
    rows = [
        (
            c["plate"],
            labels.assay(c["assay"]),
            model_name(c["model"]),
            c["weighting"],
            _r2_text(c["r2_means"]),
            significant(c["lod"]),
            significant(c["loq"]),
            f"{level(c['range_low'])} to {level(c['range_high'])} {labels.unit(c['unit'])}",
            levels_text(c),
            _furthest_off(tables, c),
            "; ".join(t for t in (ASSESSED.get(c["assessed"], c["assessed"]), labels.flags(c["flag"])) if t),
        )
        for c in curves
    ]
    right = ("R² of means", "LOD", "LOQ", "range", "furthest off, read back")
    return listing_of("Standard curves, one to a line", heads, rows, numeric=right)


def _furthest_off(tables: Tables, curve: Row) -> str:
    """The largest error of the curve's standards within its range, with its level."""
    standards = tables.rows("standards", plate=curve["plate"], assay=curve["assay"])
    judged = [s for s in standards if s["standard"] <= curve["range_high"] and not is_missing(s["error_percent"])]
    worst = max(judged, key=lambda s: abs(s["error_percent"]), default=None)
    return f"{_error(worst)} at {level(worst['standard'])}" if worst else NOTHING


def _r2_text(r2: float) -> str:
    """R² with four decimals; what would round up to 1 is said to be more than 0.9999."""
    return "> 0.9999" if 0.99995 <= r2 < 1 else decimal(r2, 4)


def curve_drawing(tables: Tables, curve: Row) -> Drawing:
    """Signal over standard for one plate, the fitted curve through it, and the back-calculation table."""
    standards = tables.rows("standards", plate=curve["plate"], assay=curve["assay"])
    title = f"{labels.assay(curve['assay'])} standard curve, plate {curve['plate']}"
    used = [s for s in standards if s["standard"] <= curve["range_high"]]
    failed = [s for s in used if s["error_percent"] == s["error_percent"] and not _passes(s)]
    spoken = (
        f"{title}: {model_name(curve['model'])}, {count(len(standards), 'level')}, {len(failed)} outside the limits."
    )
    caption = curve_caption(tables, curve, standards)
    return Drawing(
        title=title,
        svg=curve_svg(
            f"curve-{curve['assay']}-{curve['plate']}", spoken, curve, standards, _signal(tables, curve["plate"])
        ),
        caption=caption,
        alone=f"Signal in the reader's own units. {caption} {HOW_TO_READ}",
        listing=standards_listing(title, standards, curve["range_high"]),
        folded=True,
    )


def _passes(standard: Row) -> bool:
    """Whether a level is within the limits; a level that is not judged (the zero) is not counted as failing."""
    return not is_missing(standard["pass"]) and bool(standard["pass"])


def parameters_of(curve: Row) -> dict[str, float]:
    """The curve's parameters by name, from `name=value;…`."""
    pairs = (part.partition("=") for part in curve["parameters"].split(";") if part)
    return {name.strip(): float(value) for name, _, value in pairs}


def curve_values(curve: Row, standards: Sequence[Row]) -> tuple[list[float], list[float]]:
    """The line to draw, from nothing to the top standard, by the curve's own model and parameters."""
    if not standards:
        return [], []
    model, p = MODELS[curve["model"]], np.array(list(parameters_of(curve).values()))
    x = np.linspace(0.0, max(s["standard"] for s in standards), POINTS)
    return [float(v) for v in x], [float(v) for v in model.predict(p, x)]


def _signal(tables: Tables, plate: str) -> str:
    """What the reader measured on a plate, by its own name; its units are those of the reader."""
    own = tables["wells"][tables["wells"]["plate"] == plate]
    channels = [c for c in dict.fromkeys(own["channel"]) if c]
    return f"signal ({', '.join(channels)}, as read)" if channels else "signal (as read)"


def curve_svg(key: str, label: str, curve: Row, standards: Sequence[Row], signal: str) -> Markup:
    """The figure of one curve, both axes linear from zero; `signal` is what stands up."""

    def paint(axes: Axes) -> None:
        axes.line(*curve_values(curve, standards), width=1.2, z=1)
        for s in standards:
            marker, size, colour = _mark(s, curve)
            axes.marks([s["standard"]], [s["signal"]], marker, colour=colour, edge_width=0.6, size=size)
        if curve["loq"] == curve["loq"]:
            axes.vertical(curve["loq"], width=1.0, dash="1 2", alpha=2 * FAINT)
        axes.across.ends(low=0.0)
        axes.up.ends(low=min([0.0, *(s["signal"] for s in standards)]))
        axes.below = f"standard ({labels.unit(curve['unit'])})"
        axes.title = signal

    return figure(key, label, [(130.0, paint)])


def _mark(standard: Row, curve: Row) -> tuple[str, int, str]:
    """Shape, size and colour of a level: open above the range, a cross outside the limits, else a dot."""
    if standard["standard"] > curve["range_high"]:
        return "o", 6, "none"
    judged = standard["error_percent"] == standard["error_percent"]
    return ("X", 7, VERMILION) if judged and not _passes(standard) else ("o", 6, BLUE)


def standards_listing(title: str, standards: Sequence[Row], top: float) -> Listing:
    """Back-calculated standards of one plate, of which those above `top` are out of range."""
    heads = ("standard", "wells", "signal", "reads back", "error", "within limits")
    rows = [
        (
            level(s["standard"]),
            str(s["n"]),
            significant(s["signal"]),
            significant(s["back_calculated"]),
            _error(s),
            "above the range" if s["standard"] > top else _verdict(s),
        )
        for s in standards
    ]
    return listing_of(f"{title}: standards read back", heads, rows, numeric=heads[:5])


def _error(standard: Mapping[str, float]) -> str:
    """The error of a level in percent, with its sign."""
    error = standard["error_percent"]
    if error != error:
        return "–"
    return f"{'+' if error > 0 else ''}{decimal(error, 1)}\N{NO-BREAK SPACE}%"


def _verdict(standard: Row) -> str:
    """Within the limits or not; the zero standard has no relative error."""
    if standard["error_percent"] != standard["error_percent"]:
        return "not judged"
    return "yes" if _passes(standard) else "no"
