"""The effects of one readout and block with their intervals, and each donor's own effect beside them."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from mgassay.design import Arms
from mgassay.effects.contrasts.contrasts import ACELLULAR, CONTRASTS, donor_contrast, used_arms
from mgassay.effects.means.panels import Panel, panels_from_means
from mgassay.report import labels
from mgassay.report.axes import INK, Axes
from mgassay.report.donors import Marks, donor_legend, page_marks
from mgassay.report.figure import figure
from mgassay.report.pieces import Drawing
from mgassay.report.rows import Row, Tables
from mgassay.report.words import effect_row, estimate_text, is_bound

CONTRAST_ORDER = ("total", "blocked", "acellular", "interaction", "surface", "block_main")
CAPTION = "Large marks: the estimate with its 95 % interval; open: a bound. Small marks: each donor or run by itself."
ROW = 34.0  # height of one contrast
Own = Mapping[str, Mapping[str, float]]  # contrast -> donor -> its own effect, log scale


def effect_drawing(tables: Tables, arms: Arms, readout: str) -> Drawing | None:
    """Every contrast on one axis, the donors' own effects below each estimate; None where there is none."""
    blocks = {c: "" if c == "acellular" else arms.name for c in CONTRAST_ORDER}
    found = [(c, effect_row(tables, c, readout, b)) for c, b in blocks.items()]
    rows = [(c, row) for c, row in found if row is not None]
    if not rows:
        return None
    own = own_effects(tables, arms, readout)
    donors = {d for c, _ in rows for d in own.get(c, ())}
    marks = {d: mark for d, mark in page_marks(tables).items() if d in donors}
    title = f"{labels.capital(labels.readout(readout))}, {labels.block(arms.name)}: effects"
    spoken = f"{title}, natural log. " + "; ".join(f"{labels.contrast(c)}: {estimate_text(r)}" for c, r in rows)
    svg = effects_svg(f"effects-{readout}-{arms.name}", f"{spoken}.", rows, own, marks)
    return Drawing(title=title, svg=svg, caption=CAPTION)


def own_effects(tables: Tables, arms: Arms, readout: str) -> dict[str, dict[str, float]]:
    """Each donor's own contrast on the log scale, from means.csv; of `surface`, whose parts share no donor, none."""
    means = tables["means"]
    panel = next(panels_from_means(means[means["readout"] == readout]), None)
    if panel is None:
        return {}
    return {**{c: _of_donors(panel, arms, c) for c in CONTRASTS}, "acellular": _of_runs(panel, arms)}


def _of_donors(panel: Panel, arms: Arms, contrast: str) -> dict[str, float]:
    """A contrast of the live arms in every donor that has what it takes."""
    whole = panel.matrix(arms.live).complete(used_arms(contrast))
    return dict(zip(whole.donors, map(float, donor_contrast(whole.values, contrast, "log")), strict=True))


def _of_runs(panel: Panel, arms: Arms) -> dict[str, float]:
    """The effect without cells in every run."""
    runs = panel.matrix(arms.acellular).complete((0, 1))
    return dict(zip(runs.donors, map(float, runs.values @ np.array(ACELLULAR)), strict=True))


def effects_svg(key: str, label: str, rows: Sequence[tuple[str, Row]], own: Own, marks: Marks) -> Markup:
    """One line per contrast: its name above, estimate and interval, and the donors under it."""

    def paint(axes: Axes) -> None:
        for line, (contrast, row) in enumerate(rows):
            _line(axes, -float(line), contrast, row, own.get(contrast, {}), marks)
        axes.up.ends(-len(rows) + 0.45, 0.6)
        axes.up.tick([])
        axes.up.line = False
        axes.below = "effect, ln(reference) − ln(raised); right of 0 is less mineral"
        donor_legend(axes, marks)

    return figure(key, label, [(ROW * (len(rows) + 0.15), paint)])


def _line(axes: Axes, y: float, contrast: str, row: Row, own: Mapping[str, float], marks: Marks) -> None:
    """One contrast."""
    axes.text(0, y + 0.16, labels.contrast(contrast), frame="pd", upright="bottom")
    axes.text(1, y + 0.16, estimate_text(row), frame="pd", anchor="end", upright="bottom")
    axes.line([0.0, 0.0], [y - 0.42, y + 0.1], width=0.8, alpha=0.7, z=0)  # beside the marks only, not through words
    axes.line([row["ci_low"], row["ci_high"]], [y, y], width=2.2)
    axes.marks([row["estimate"]], [y], "o", colour="none" if is_bound(row) else INK, size=8)
    for i, (donor, effect) in enumerate(own.items()):
        colour, shape = marks[donor]
        axes.marks([effect], [y - 0.2 - 0.06 * (i % 3)], shape, colour=colour, size=5, edge_width=0.4)
