"""What complexation alone would do to each readout, beside what was measured: a figure and its table."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.axes import INK, Axes
from mgassay.report.chemistry_rows import STATES, ranged
from mgassay.report.drawing import SKY
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, decimal, level, with_interval
from mgassay.report.pieces import Beside, Drawing, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing, n_donors

EXPECTED_READ = (
    "What that change of phosphate alone would do, read off this experiment's own phosphate levels (straight lines of "
    "logarithms from the reference to the next level, donor by donor, 95 % t interval; never beyond the levels "
    "that were run), beside what was measured between the two conditions named, which need not be those of the "
    "verdict's block. Both are natural logarithms, ln(reference) − ln(raised); > 0: a lower readout. Living cells "
    "answer phosphate in more ways than by precipitation, so beside T it is what so much less phosphate would do to "
    "them; beside A it is the medium alone."
)
EXPECTED_HEADS = ("expected, least", "expected, most", "measured")
TITLE = "Expected from complexation alone, and measured"
CAPTION = "Box: expected, from the least to the most of the constant sets, and its 95 % interval. Dot: measured."
NO_CURVE = (
    "No phosphate dose response was run (conditions that differ in pi_mM alone, at the reference Mg²⁺), so what the "
    "Pi-equivalent would do to mineral is not told."
)
ROW = 34.0  # height of one line of the figure


def expected_pieces(tables: Tables, has_steps: bool) -> list[object]:
    """What complexation alone would do, beside what was measured; why not, where no curve was run."""
    rows = tables.rows("passive_expected")
    if not rows:
        return [Prose(NO_CURVE, "quiet")] if has_steps else []
    groups, listing = _grouped(rows), expected_listing(rows)
    drawn = [(group, told) for group in groups if (told := _told(group))]
    figures = [Beside((Drawing(TITLE, _svg(drawn), CAPTION),))] if drawn else []
    return [Prose(EXPECTED_READ), *figures, listing]  # below the figure and not in it: it is wider


def _grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of every readout, contrast and state together: one for each set of constants."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        key = (row["readout"], row["contrast"], row["reference_condition"], row["condition"], row["bgp_state"])
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _told(group: Sequence[Row]) -> list[Row]:
    """The rows that expect something, least first."""
    return sorted((r for r in group if not is_missing(r["estimate"])), key=lambda r: float(r["estimate"]))


def expected_listing(rows: Sequence[Row]) -> Listing:
    """Expected and measured effects: a line per readout, contrast and state, the sets with the least and most."""
    heads = ("readout", "contrast", "conditions", "β-GP", "phosphate (mM)", *EXPECTED_HEADS, "n", "remarks")
    body = [_expected_line(group) for group in _grouped(rows)]
    return listing_of(TITLE, heads, body, numeric=heads[4:9])


def _expected_line(group: Sequence[Row]) -> tuple[str, ...]:
    """One line: the sets whose expectation is least and most."""
    told, first = _told(group), group[0]
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


def _name(row: Row) -> str:
    """What a line of the figure is of."""
    held = STATES[row["bgp_state"]]
    arms = f"{row['reference_condition']} to {row['condition']}"
    return ", ".join(filter(None, (labels.readout(row["readout"]), labels.contrast(row["contrast"]), held, arms)))


def _spoken(group: Sequence[Row], told: Sequence[Row]) -> str:
    """One line for a reader who does not see it."""
    expected = ranged([float(r["estimate"]) for r in told])
    return f"{_name(group[0])}: expected {expected}, measured {_measured(group[0])}."


def _measured(row: Row) -> str:
    """The measured effect with its interval."""
    return _with_interval(row, "measured", "measured_low", "measured_high")


def _svg(lines: Sequence[tuple[Sequence[Row], Sequence[Row]]]) -> Markup:
    """One line per readout and contrast: its name above, what is expected, what was measured below it."""

    def paint(axes: Axes) -> None:
        for i, (group, told) in enumerate(lines):
            _line(axes, -float(i), group[0], told)
        axes.up.ends(-len(lines) + 0.35, 0.6)
        axes.up.tick([])
        axes.up.line = False
        axes.below = "effect, natural log (> 0: lowered)"

    label = f"{TITLE}, natural log. " + " ".join(_spoken(group, told) for group, told in lines)
    return figure("chemistry-expected", label, [(ROW * (len(lines) + 0.15), paint)])


def _line(axes: Axes, y: float, first: Row, told: Sequence[Row]) -> None:
    """One readout: the box of what is expected with its interval, the dot of what was measured with its own."""
    axes.text(0, y + 0.16, _name(first), frame="pd", upright="bottom")
    axes.text(1, y + 0.16, _measured(first), frame="pd", anchor="end", upright="bottom")
    axes.line([0.0, 0.0], [y - 0.4, y + 0.12], width=0.8, alpha=0.7, z=0)  # beside the marks only, not through words
    left, right = float(told[0]["estimate"]), float(told[-1]["estimate"])
    ends = [float(r[c]) for r in told for c in ("ci_low", "ci_high") if not is_missing(r[c])]
    axes.line([min(ends, default=left), max(ends, default=right)], [y, y], width=1.1)
    axes.boxes([left], [right], [y - 0.11], [y + 0.11], colour=SKY, edge=INK)
    if not is_missing(first["measured"]):
        if not is_missing(first["measured_low"]):
            axes.line([first["measured_low"], first["measured_high"]], [y - 0.28] * 2, width=1.4)
        axes.marks([first["measured"]], [y - 0.28], "o", colour=INK, size=6)
