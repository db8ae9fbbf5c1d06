"""The controls beside the cells: no phosphate added, no cells, vehicle or scramble, each next to what it controls."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from mgassay.design import Arms, arms_of_blocks, backgrounds_of
from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.axes import Axes
from mgassay.report.donors import Marks, donor_legend, page_marks, unit_of
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, level, significant
from mgassay.report.pieces import Drawing, Prose, listing_of
from mgassay.report.rows import Tables, natural_order

WHAT = (
    "What the assay reads where little or no mineral is expected, beside the cells that it is held against. Nothing is "
    "subtracted here; a mark is the mean of one donor, or of one run without cells; an open mark is a mean with wells "
    "above the curve, and stands at the least that it is."
)
AT_LEAST = "≥ "
CELLS, NO_PHOSPHATE, NO_CELLS = "cells", "no phosphate added", "no cells"


def controls_pieces(verdict: Mapping[str, Any], tables: Tables, experiment: Experiment | None) -> list[object]:
    """Figure and table of the verdict's readout; says so where no control was run, nothing without its amounts."""
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    means = donor_means(tables, readout)
    if experiment is None or means.empty:
        return []
    blocks = arms_of_blocks(experiment)
    own, others = ([a for a in blocks if (a.name == block) is is_own] for is_own in (True, False))
    roles = control_roles(experiment, own[0], others) if own else {}
    roles = {c: told for c, told in roles.items() if c in set(means["condition"])}
    if not roles:
        return []
    absent = [k for k in (NO_PHOSPHATE, NO_CELLS) if not any(kind == k for kind, _ in roles.values())]
    said = [Prose(f"Not run for this readout: {' and '.join(absent)}.", "warning")] if absent else []
    return [*said, _drawing(tables, readout, means, roles)]


def donor_means(tables: Tables, readout: str) -> pd.DataFrame:
    """Arithmetic mean of the amounts of each condition and donor, nothing subtracted.

    A well above the curve enters with the top of its range, and the mean is `at_least` that much.
    """
    amounts = tables["amounts"]
    own = amounts[(amounts["readout"] == readout) & (amounts["donor"] != "")]
    above = own["value"].isna() & own["flag"].str.split(";").map(lambda flags: "above_curve" in flags).astype(bool)
    held = own.assign(value=own["value"].where(~above, own["limit"]), at_least=above)
    return (
        held[held["value"].notna()]
        .groupby(["condition", "donor"], sort=True, as_index=False)
        .agg(value=("value", "mean"), reps=("rep", "nunique"), at_least=("at_least", "any"))
    )


def control_roles(experiment: Experiment, arms: Arms, others: Sequence[Arms] = ()) -> dict[str, tuple[str, str]]:
    """Condition -> (CELLS, NO_PHOSPHATE or NO_CELLS, what it is in words): the arms of the question and controls.

    Those of `others`, the other blocks, with entry intact stand beside: what a vehicle or a scramble does by itself.
    """
    under = {"intact": labels.INTACT, "blocked": labels.block(arms.name), "acellular": NO_CELLS}
    found: dict[str, tuple[str, str]] = {}
    backgrounds = backgrounds_of(experiment)
    for way, told in under.items():
        for side, mg in (("reference", arms.mg_reference_mM), ("raised", arms.mg_raised_mM)):
            condition = str(getattr(arms, f"{way}_{side}"))
            for control in backgrounds.get(condition, ())[:1] if condition else ():
                lifeless = NO_CELLS if way == "acellular" else CELLS
                found.setdefault(control, (NO_PHOSPHATE, f"{NO_PHOSPHATE}, {lifeless}"))
            if condition:
                found[condition] = (NO_CELLS if way == "acellular" else CELLS, f"{told}, {level(mg)} mM Mg²⁺")
    for other in others:
        sides = ((other.intact_reference, other.mg_reference_mM), (other.intact_raised, other.mg_raised_mM))
        for condition, mg in sides:
            if condition:
                told = f"{other.name}'s control, {level(mg)} mM Mg²⁺"
                found.setdefault(condition, (CELLS, told))
    order = (NO_PHOSPHATE, NO_CELLS, CELLS)
    return dict(sorted(found.items(), key=lambda item: order.index(item[1][0])))


def _drawing(tables: Tables, readout: str, means: pd.DataFrame, roles: Mapping[str, tuple[str, str]]) -> Drawing:
    """The figure with its table."""
    unit = unit_of(tables, readout)
    title = f"{labels.capital(labels.readout(readout))}: controls and cells"
    heads = ("condition", "what it is", "n", "mean", "lowest", "highest")
    rows, spoken = [], []
    for condition, (_, told) in roles.items():
        mine = means[means["condition"] == condition]
        own, bound = mine["value"], mine["at_least"]
        ends = (own.mean(), bound.any()), (own.min(), bound.all()), (own.max(), bound.any())
        cells = [f"{AT_LEAST * bool(b)}{significant(float(f))}" for f, b in ends] if len(own) else 3 * [NOTHING]
        rows.append((condition, told, str(len(own)), *cells))
        spoken.append(f"{told}: {cells[0]}")
    return Drawing(
        title=title,
        svg=_svg(
            f"controls-{readout}", f"{title}, {unit}. {'; '.join(spoken)}.", means, roles, page_marks(tables), unit
        ),
        caption=WHAT,
        listing=listing_of(
            f"{title} ({unit}); mean, lowest and highest of n donors or runs", heads, rows, numeric=heads[2:]
        ),
        is_wide=True,
    )


def _svg(
    key: str, label: str, means: pd.DataFrame, roles: Mapping[str, tuple[str, str]], all_marks: Marks, unit: str
) -> Markup:
    """A line per condition with a mark per donor, from zero."""
    held = means[means["condition"].isin(list(roles))]
    donors: Sequence[str] = sorted(dict.fromkeys(held["donor"]), key=natural_order)
    marks = {d: all_marks[d] for d in donors}
    spread = np.linspace(0.28, -0.28, len(donors)) if len(donors) > 1 else np.zeros(1)

    def paint(axes: Axes) -> None:
        for line, condition in enumerate(roles):
            own = held[held["condition"] == condition]
            columns = (own[c].tolist() for c in ("donor", "value", "at_least"))
            for donor, value, is_bound in zip(*columns, strict=True):
                colour, shape = marks[donor]
                y = float(spread[donors.index(donor)]) - line
                axes.marks([value], [y], shape, colour="none" if is_bound else colour, size=6, edge_width=0.5)
        axes.up.tick([-i for i in range(len(roles))], axes.shortened([told for _, told in roles.values()], 30))
        axes.up.ends(-len(roles) + 0.5, 0.5)
        axes.up.grid = True
        axes.across.ends(low=min(0.0, float(held["value"].min())))
        axes.below = unit
        donor_legend(axes, marks)

    return figure(key, label, [(24.0 * len(roles), paint)])
