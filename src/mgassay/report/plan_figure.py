"""The chance of the wanted answer against the number of donors, one curve for each share and T of a plan."""

import math
from collections.abc import Sequence

from mgassay.effects.plan.curves import Curve, Wanted
from mgassay.effects.plan.planned import Plan
from mgassay.report import labels
from mgassay.report.axes import INK, Axes
from mgassay.report.figure import figure
from mgassay.report.numbers import count, decimal, percent
from mgassay.report.plan_words import question
from mgassay.report.share_bar import COLOURS

HEIGHT, FIGURE_WIDTH = 190.0, 430.0
DASHES = ("", "6 3", "2 2", "8 2 2 2")  # by T
SHAPES = {"passive": "o", "surface": "s", "extracellular": "^", "intracellular": "D"}


def plan_svg(plan: Plan) -> str:
    """The figure as an SVG file of its own, in black ink on white: a file does not know the page that it will be on."""
    drawn = _each_once(plan.curves)
    totals = list(dict.fromkeys(curve.total for curve in drawn))

    def paint(axes: Axes) -> None:
        """The wanted power as a line across, and every curve."""
        _frame(axes, plan.wanted)
        for curve in drawn:
            _curve(axes, curve, totals.index(curve.total))

    svg = figure("plan", spoken(drawn, plan.wanted), [(HEIGHT, paint)], FIGURE_WIDTH)
    look = 'xmlns="http://www.w3.org/2000/svg" style="color:#111;background:#fff;font-family:sans-serif"'
    return str(svg).replace("<svg ", f"<svg {look} ", 1) + "\n"


def _each_once(curves: Sequence[Curve]) -> list[Curve]:
    """Curves without those that another one lies on: intracellular and extracellular are 1 less each other."""
    seen: dict[tuple[float, tuple[float, ...]], Curve] = {}
    for curve in curves:
        seen.setdefault((curve.total, curve.chances), curve)
    return list(seen.values())


def spoken(curves: Sequence[Curve], wanted: Wanted) -> str:
    """The figure for a reader who does not see it."""
    told = [f"{question(c, wanted)}: {_needed(c, wanted)}" for c in curves]
    return f"Chance of the wanted answer against the number of donors. {'. '.join(told)}."


def _needed(curve: Curve, wanted: Wanted) -> str:
    """The donors at which a curve reaches the power."""
    return f"more than {wanted.most} donors" if curve.needed is None else count(curve.needed, "donor")


def _frame(axes: Axes, wanted: Wanted) -> None:
    """Donors from 2 on, chances from 0 to 100 %, and the power asked for."""
    axes.across.ends(1.5, wanted.most + 0.5)
    step = max(1, math.ceil((wanted.most - 1) / 8))
    donors = range(2, wanted.most + 1, step)
    axes.across.tick(donors, [str(n) for n in donors])
    axes.up.ends(0.0, 1.03)
    places = [i / 5 for i in range(6)]
    axes.up.tick(places, [percent(p) for p in places])
    axes.up.grid = True
    axes.horizontal(wanted.power, dash="3 2")
    axes.text(1.0, wanted.power, f"power {percent(wanted.power)}", frame="pd", anchor="end", upright="top", dy=3)
    axes.below = "donors"
    low, high = wanted.tell
    axes.title = (
        f"chance to tell a share of {percent(low)} from {percent(high)}"
        if wanted.width is None
        else f"chance of an interval narrower than {percent(wanted.width)}"
    )


def _curve(axes: Axes, curve: Curve, place: int) -> None:
    """One curve with its marks, filled for the first T; the first number of donors that is enough is larger."""
    colour, shape = COLOURS[curve.share], SHAPES[curve.share]
    fill, edge = (colour, INK) if place == 0 else ("white", colour)
    axes.line(curve.donors, curve.chances, colour=colour, dash=DASHES[place % len(DASHES)])
    label = f"{labels.share(curve.share)}, T = {decimal(curve.total)}"
    axes.marks(curve.donors, curve.chances, shape, colour=fill, edge=edge, size=5, label=label)
    if curve.needed is not None:
        at = curve.donors.index(curve.needed)
        axes.marks([curve.needed], [curve.chances[at]], shape, colour=fill, edge=edge, size=9)
