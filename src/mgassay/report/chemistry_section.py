"""Medium chemistry on the page: what each Mg step equals, what each medium holds, what complexation alone would do."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from mgassay.experiment import Experiment
from mgassay.problems import listed
from mgassay.report.axes import Axes
from mgassay.report.chemistry_expected import expected_pieces
from mgassay.report.chemistry_rows import SETS, STATES, MediumRows, media_of, ranged, steps_in
from mgassay.report.chemistry_words import (
    HINT,
    MG_CA,
    WHAT_IT_IS,
    WHAT_IT_IS_NOT,
    fine,
    media_listing,
    signed_percent,
    steps_listing,
    steps_told,
    tier_of,
)
from mgassay.report.figure import Panel, figure
from mgassay.report.numbers import NOTHING, level
from mgassay.report.pieces import Beside, Drawing, Folded, Heading, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables
from mgassay.report.series import LOOKS
from mgassay.report.species_names import species_name

_HEIGHT = 110.0
_AS_NEAR_SI = 0.005  # what prints alike is as near
_PANELS = {
    "pi_equivalent_percent": "Pi-equivalent of the step (% of phosphate)",
    "si_hap": "ΔSI of hydroxyapatite (log₁₀)",
}


def chemistry_pieces(tables: Tables, experiment: Experiment | None) -> list[object]:
    """The section; empty where no condition says what its medium holds."""
    if experiment is None or not len(tables["chemistry"]):
        return []
    media = media_of(tables, experiment)
    steps = steps_in(media)
    pieces: list[object] = [Prose(WHAT_IT_IS), Prose(WHAT_IT_IS_NOT, "warning")]
    told = [m for m in steps if NOTHING not in ranged(m.over_sets("pi_equivalent_percent"))]
    pieces += [*map(Prose, steps_told(steps)), *([steps_listing(steps)] if steps else []), *_by_set(told)]
    pieces += [*expected_pieces(tables, bool(steps)), Heading("What each medium holds"), Prose(f"{MG_CA} {HINT}")]
    pieces += [media_listing(media), *_without_acellular(media, experiment)]
    species = species_listing(tables, media)
    return [*pieces, *([Folded(species, unprinted=True)] if species.rows else [])]


def _by_set(steps: Sequence[MediumRows]) -> list[object]:
    """Every step by every set of constants: drawn where there are several levels, else the table alone."""
    if len({m.mg_mM for m in steps}) > 1:
        return [Beside((_drawing(steps),))]
    return [Folded(sets_listing(steps))] if steps else []


def _without_acellular(media: Sequence[MediumRows], experiment: Experiment) -> list[Prose]:
    """Media that may precipitate by themselves, where none as near to it was run without cells."""
    cells = dict(zip(experiment.conditions["condition"], experiment.conditions["cells"], strict=True))
    run = [_nearness(m) for m in media if any(cells[c] != "live" for c in m.conditions)]
    alone = [m for m in media if tier_of(m) and _nearness(m) > max(run, default=-math.inf) + _AS_NEAR_SI]
    names = listed(c for m in alone for c in m.conditions)
    told = (
        f"May precipitate by itself (provisional), and no medium as near to it was run without cells: {names}. Add an "
        "acellular well of each."
    )
    return [Prose(told, "warning")] if alone else []


def _nearness(medium: MediumRows) -> float:
    """Saturation in amorphous calcium phosphate by the set that puts it highest; -inf where there is none."""
    return max((v for v in medium.over_sets("si_acp") if not math.isnan(v)), default=-math.inf)


def _drawing(steps: Sequence[MediumRows]) -> Drawing:
    """Equivalents and changes of saturation by raised Mg, one mark per set of constants."""
    title = "What each Mg²⁺ step equals, by constant set"
    return Drawing(
        title=title,
        svg=_svg(f"{title}. {' '.join(map(_spoken, steps))}", steps),
        caption="Every mark is one set of constants; with β-glycerophosphate both intact and cleaved.",
        listing=sets_listing(steps),
        folded=True,
    )


def _spoken(step: MediumRows) -> str:
    """One step for a reader who does not see it."""
    held = f", {STATES[step.state]}" if step.state else ""
    equal = ranged(step.over_sets("pi_equivalent_percent"), signed_percent)
    change = ranged(step.change("si_hap"), fine)
    return (
        f"{level(step.reference_mg_mM)} to {level(step.mg_mM)} mM{held}: Pi-equivalent {equal}, "
        f"hydroxyapatite {change}."
    )


def _svg(label: str, steps: Sequence[MediumRows]) -> Markup:
    """Two panels over raised Mg."""
    return figure("chemistry-steps", label, [_panel(column, title, steps) for column, title in _PANELS.items()])


def _panel(column: str, title: str, steps: Sequence[MediumRows]) -> Panel:
    """One panel: a mark per step and set."""
    names = list(dict.fromkeys(s for step in steps for s in step.rows))

    def paint(axes: Axes) -> None:
        axes.title, axes.below, axes.up.grid = title, "raised Mg²⁺ (mM)", True
        axes.horizontal(0.0)
        for i, name in enumerate(names):
            colour, shape = LOOKS[i % len(LOOKS)]
            values = [_shown(step, name, column) for step in steps if name in step.rows]
            xs = [step.mg_mM for step in steps if name in step.rows]
            axes.marks(xs, values, shape, colour=colour, label=SETS.get(name, name))

    return _HEIGHT, paint


def _shown(step: MediumRows, name: str, column: str) -> float:
    """The number of one set: of saturation its change."""
    value = float(step.rows[name][column])
    return value - float(step.reference[name][column]) if column.startswith("si_") else value


def sets_listing(steps: Sequence[MediumRows]) -> Listing:
    """The figure's numbers."""
    heads = ("Mg²⁺ (mM)", "β-GP", "constants", "Pi-equivalent", "pH-equivalent", "ΔSI hydroxyapatite")
    body = [
        (
            f"{level(step.reference_mg_mM)} to {level(step.mg_mM)}",
            STATES[step.state],
            SETS.get(name, name),
            signed_percent(float(row["pi_equivalent_percent"])),
            fine(float(row["pH_equivalent"])),
            fine(_shown(step, name, "si_hap")),
        )
        for step in steps
        for name, row in step.rows.items()
    ]
    return listing_of("Every Mg²⁺ step by every constant set", heads, body, numeric=heads[3:])


def species_listing(tables: Tables, media: Sequence[MediumRows]) -> Listing:
    """Ion pairs and solids of every medium, ranges over constant sets; solids with the range of their constants."""
    rows = tables.rows("medium_species")
    heads = ("conditions", "β-GP", "kind", "species", "amount (mM)", "SI", "SI over the range of its constant")
    body = []
    for medium in media:
        own = [r for r in rows if (r["condition"], r["bgp_state"]) == (medium.conditions[0], medium.state)]
        for kind, species in dict.fromkeys((r["kind"], r["species"]) for r in own if r["kind"] != "free"):
            same = [r for r in own if r["species"] == species]
            body.append(
                (
                    ", ".join(medium.conditions),
                    STATES[medium.state],
                    kind,
                    species_name(species),
                    *_species_numbers(same),
                )
            )
    return listing_of("Ion pairs and solids (ranges over constant sets)", heads, body, numeric=heads[4:])


def _species_numbers(rows: Sequence[Row]) -> tuple[str, str, str]:
    """Amount, saturation, and saturation over the range of the constant."""
    solid = rows[0]["kind"] == "solid"
    amount = "" if solid else ranged([float(r["amount_mM"]) for r in rows], lambda v: f"{v:.3g}")
    index = ranged([float(r["si"]) for r in rows]) if solid else ""
    both = [float(r[c]) for r in rows for c in ("si_low", "si_high")] if solid else []
    return amount, index, ranged(both) if solid else ""
