"""Medium chemistry on the page: what each Mg step equals, what each medium holds, what complexation alone would do."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.experiment import Experiment
from mgassay.problems import listed
from mgassay.report import labels
from mgassay.report.axes import Axes
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
    tier_of,
)
from mgassay.report.figure import Panel, figure
from mgassay.report.numbers import NOTHING, decimal, level, with_interval
from mgassay.report.pieces import Beside, Drawing, Folded, Heading, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing, n_donors
from mgassay.report.series import LOOKS

_HEIGHT = 110.0
_PANELS = {
    "pi_equivalent_percent": "Pi-equivalent of the step (% of phosphate)",
    "si_hap": "ΔSI of hydroxyapatite (log₁₀)",
}
EXPECTED_READ = (
    "What that change of phosphate alone would do, read off this experiment's own phosphate levels (straight lines of "
    "logarithms from the reference to the next level, donor by donor, 95 % t interval; never beyond the levels "
    "that were run), beside what was measured. Both are log(reference) − log(raised); > 0: a lower readout."
)
EXPECTED_HEADS = ("expected, least", "expected, most", "measured")
NO_CURVE = (
    "No phosphate dose response was run (conditions that differ in pi_mM alone, at the reference Mg²⁺), so what the "
    "Pi-equivalent would do to mineral is not told."
)


def chemistry_pieces(tables: Tables, experiment: Experiment | None) -> list[object]:
    """The section; empty where no condition says what its medium holds."""
    if experiment is None or not len(tables["chemistry"]):
        return []
    media = media_of(tables, experiment)
    steps = steps_in(media)
    pieces: list[object] = [Prose(WHAT_IT_IS), Prose(WHAT_IT_IS_NOT, "warning")]
    drawn = [m for m in steps if NOTHING not in ranged(m.over_sets("pi_equivalent_percent"))]
    pieces += [Beside((_drawing(drawn),))] if drawn else []
    pieces += [steps_listing(steps)] if steps else []
    pieces += [*_expected_pieces(tables, bool(steps)), Heading("What each medium holds"), Prose(f"{MG_CA} {HINT}")]
    pieces += [media_listing(media), *_without_acellular(media, experiment)]
    species = species_listing(tables, media)
    return [*pieces, *([Folded(species)] if species.rows else [])]


def _without_acellular(media: Sequence[MediumRows], experiment: Experiment) -> list[Prose]:
    """Media that may precipitate by themselves and were not run without cells."""
    cells = dict(zip(experiment.conditions["condition"], experiment.conditions["cells"], strict=True))
    alone = [m for m in media if tier_of(m) and all(cells[c] == "live" for c in m.conditions)]
    names = listed(c for m in alone for c in m.conditions)
    told = f"May precipitate by itself (provisional), not run without cells: {names}. Add an acellular well of each."
    return [Prose(told, "warning")] if alone else []


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


def _expected_pieces(tables: Tables, has_steps: bool) -> list[object]:
    """What complexation alone would do, beside what was measured; why not, where no curve was run."""
    rows = tables.rows("passive_expected")
    if not rows:
        return [Prose(NO_CURVE, "quiet")] if has_steps else []
    return [Prose(EXPECTED_READ), expected_listing(rows)]


def expected_listing(rows: Sequence[Row]) -> Listing:
    """Expected and measured effects: a line per readout, contrast and state, the sets with the least and most."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        key = (row["readout"], row["contrast"], row["reference_condition"], row["condition"], row["bgp_state"])
        groups.setdefault(key, []).append(row)
    heads = ("readout", "contrast", "conditions", "β-GP", "phosphate (mM)", *EXPECTED_HEADS, "n", "remarks")
    body = [_expected_line(group) for group in groups.values()]
    return listing_of("Expected from complexation alone, and measured", heads, body, numeric=heads[4:9])


def _expected_line(group: Sequence[Row]) -> tuple[str, ...]:
    """One line: the sets whose expectation is least and most."""
    told = sorted((r for r in group if not is_missing(r["estimate"])), key=lambda r: float(r["estimate"]))
    first = group[0]
    ends = (
        [_with_interval(r, "estimate", "ci_low", "ci_high") for r in (told[0], told[-1])] if told else ["not told"] * 2
    )
    return (
        labels.readout(first["readout"]),
        labels.contrast(first["contrast"]),
        f"{first['reference_condition']} to {first['condition']}",
        STATES[first["bgp_state"]],
        f"{level(first['pi_mM'])} as if {ranged([float(r['pi_equivalent_mM']) for r in group])}",
        *ends,
        _with_interval(first, "measured", "measured_low", "measured_high"),
        str(n_donors(told[0] if told else first)),
        "; ".join(dict.fromkeys(labels.flags(r["flag"]) for r in group if r["flag"])),
    )


def _with_interval(row: Row, estimate: str, low: str, high: str) -> str:
    """An effect with its interval, a dash where there is none."""
    return NOTHING if is_missing(row[estimate]) else with_interval(row[estimate], row[low], row[high], decimal)


def species_listing(tables: Tables, media: Sequence[MediumRows]) -> Listing:
    """Ion pairs and solids of every medium, ranges over constant sets; solids with the range of their constants."""
    rows = tables.rows("medium_species")
    heads = ("conditions", "β-GP", "kind", "species", "amount (mM)", "SI", "SI over the range of its constant")
    body = []
    for medium in media:
        own = [r for r in rows if (r["condition"], r["bgp_state"]) == (medium.conditions[0], medium.state)]
        for kind, species in dict.fromkeys((r["kind"], r["species"]) for r in own if r["kind"] != "free"):
            same = [r for r in own if r["species"] == species]
            body.append((", ".join(medium.conditions), STATES[medium.state], kind, species, *_species_numbers(same)))
    return listing_of("Ion pairs and solids (ranges over constant sets)", heads, body, numeric=heads[4:])


def _species_numbers(rows: Sequence[Row]) -> tuple[str, str, str]:
    """Amount, saturation, and saturation over the range of the constant."""
    solid = rows[0]["kind"] == "solid"
    amount = "" if solid else ranged([float(r["amount_mM"]) for r in rows], lambda v: f"{v:.3g}")
    index = ranged([float(r["si"]) for r in rows]) if solid else ""
    both = [float(r[c]) for r in rows for c in ("si_low", "si_high")] if solid else []
    return amount, index, ranged(both) if solid else ""
