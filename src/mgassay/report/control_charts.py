"""Control charts over the plates of all experiments, for the index page."""

import math
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from mgassay.assays.quality.quality import SCREENING_Z_PRIME
from mgassay.report import labels
from mgassay.report.axes import FAINT, Axes
from mgassay.report.drawing import BLUE, VERMILION
from mgassay.report.figure import figure
from mgassay.report.numbers import count, decimal, significant
from mgassay.report.pieces import Beside, Drawing, Listing, Prose, listing_of
from mgassay.report.quality import SUBJECTS, measure, read_with, signal_unit, subject
from mgassay.report.rows import Row

MOST_PLATES, MOST_CHARTS = 100, 24  # drawn; summary_plates.csv has them all
MOST_DECIMALS = 9  # of R²
MARKS = {"out_of_control": "beyond a limit (1‑3s)", "drift": "long run (8x)"}
HOW_TO_READ = (
    "Each mark is a plate and leads to the report of its experiment. Line: mean; dashed: limits at mean ± 2.66 mean "
    "moving ranges, which are three SDs of neighbouring plates (for CV and LOD of their logarithms, for Z′ and R² of "
    "the logarithms of what they lack to 1), set again without the plates beyond the first such limits. Two rules are "
    "asked, by the names that Westgard gave them: 1‑3s, one plate beyond a limit (cross); 8x, eight or more plates in "
    "a row on one side of the mean (square). By chance about one plate in 370 lies beyond (of Z′ and R² up to one in "
    "100, most of them above), and runs occur in long series: a mark asks for a look at the bench book, it is no "
    "verdict on the plate."
)
# What a measure is held to beside its own chart.
HELD_TO: Mapping[str, str] = {
    "z_prime": f" Dotted: {SCREENING_Z_PRIME:g}, what screens of many plates ask for.",
    "r2_means": " R² is held to no limit of its own: standards are judged by what they read back.",
}
OF_CURVES: Mapping[str, str] = {"r2_means": "R² of the standards' means"}  # what curves.csv gives the charts
BY_DATE = "Plates in the order of the days of harvest."
BY_NAME = (
    "Plates in the order of the experiments' names, which is that of time only where the names say so: {missing} of "
    "{all} have no date of harvest (date under [experiment] in experiment.toml)."
)


def control_pieces(plates: pd.DataFrame, dates: Mapping[str, str]) -> list[object]:
    """Charts of the series of SUMMARY_PLATES that have limits, those with marks first; empty where there are none.

    `dates`: the day of harvest by experiment, "" or absent where it was not declared.
    """
    limited = plates[plates["centre"].notna()]
    series = [_rows(own) for _, own in limited.groupby(["assay", "measure", "series"], sort=False)]
    if not series:
        return []
    ranked = sorted(series, key=lambda rows: not any(is_marked(r) for r in rows))
    rest = len(ranked) - MOST_CHARTS
    more = [Prose(f"{count(rest, 'further series', 'further series')} in summary_plates.csv.", "quiet")]
    drawings = tuple(chart_drawing(i, rows) for i, rows in enumerate(ranked[:MOST_CHARTS]))
    told = f"{order_text(plates, dates)} {HOW_TO_READ}"
    return [Prose(told, "quiet"), Beside(drawings), *(more if rest > 0 else [])]


def order_text(plates: pd.DataFrame, dates: Mapping[str, str]) -> str:
    """By what the plates of SUMMARY_PLATES are ordered."""
    names = list(dict.fromkeys(plates["experiment"]))
    missing = sum(not dates.get(name) for name in names)
    return BY_NAME.format(missing=missing, all=count(len(names), "experiment")) if missing else BY_DATE


def address(row: Row) -> str:
    """Where the plates of an experiment are in its report, from the index page."""
    return f"{quote(str(row['experiment']))}/report.html#plates"


def _rows(table: pd.DataFrame) -> list[Row]:
    """The rows of a table."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def is_marked(row: Row) -> bool:
    """Whether a plate lies beyond a limit or in a long run."""
    return not MARKS.keys().isdisjoint(row["flag"].split(";"))


def chart_drawing(number: int, rows: Sequence[Row]) -> Drawing:
    """One series: its last MOST_PLATES plates as a figure, the marked ones (else all that are drawn) as a table."""
    first, shown = rows[0], rows[-MOST_PLATES:]
    marked = [r for r in rows if is_marked(r)]
    title = f"{labels.assay(first['assay'])}: {OF_CURVES.get(name := first['measure'], measure(name))}"
    series = first["series"].removesuffix(f", {first['unit']}")
    of = next((name for name in SUBJECTS if series.startswith(name)), "")
    series = read_with(subject(of) + series.removeprefix(of))
    found = f"{len(marked)} of {count(len(rows), 'plate')} marked"
    part = f" The last {len(shown)} are drawn." if len(shown) < len(rows) else ""
    return Drawing(
        title=title,
        svg=chart_svg(f"control-{number}", f"{title}, {series}: {found}.", shown),
        caption=f"{labels.capital(series)}. {found}.{part}{_limits(first)}",
        listing=chart_listing(f"{'Marked plates' if marked else 'Plates'}: {title}", (marked or shown)[-MOST_PLATES:]),
        folded=True,
    )


def near_one(value: float) -> str:
    """R² with four decimals, and with as many more as two digits of what it lacks to 1 take: plates differ in these.

    >>> near_one(0.9965), near_one(0.9999931), near_one(1.0)
    ('0.9965', '0.9999931', '1.0000')
    """
    rest = 1.0 - value
    return decimal(value, min(MOST_DECIMALS, max(4, 1 - math.floor(math.log10(rest)))) if 0 < rest < 1 else 4)


WORDS: Mapping[str, Callable[[float], str]] = {"z_prime": decimal, "r2_means": near_one}


def _limits(row: Row) -> str:
    """Centre and limits as a sentence."""
    ends = f"{value_of(row, 'limit_low')} to {value_of(row, 'limit_high')}"
    return f" Centre {value_of(row, 'centre')}, limits {ends}.{HELD_TO.get(row['measure'], '')}"


def value_of(row: Row, column: str = "estimate") -> str:
    """A value of a series as its measure is printed."""
    return WORDS.get(row["measure"], significant)(row[column])


def chart_svg(key: str, label: str, rows: Sequence[Row]) -> Markup:
    """Estimates in order, with centre and limits."""
    beyond, run = ([r for r in rows if flag in r["flag"].split(";")] for flag in ("out_of_control", "drift"))

    def paint(axes: Axes) -> None:
        x, y = [r["position"] for r in rows], [r["estimate"] for r in rows]
        axes.line(x, y, width=0.7, alpha=2 * FAINT, z=1)
        plain = [r for r in rows if not is_marked(r)]
        for some, shape, colour, size in (
            (plain, "o", BLUE, 3.5),
            (run, "s", VERMILION, 4),
            (beyond, "X", VERMILION, 7),
        ):
            places, values = ([r[c] for r in some] for c in ("position", "estimate"))
            links = [(address(r), named(r)) for r in some]
            axes.marks(places, values, shape, colour=colour, size=size, edge_width=0.4, links=links)
        axes.horizontal(rows[0]["centre"], width=0.9, z=0)
        for end in ("limit_low", "limit_high"):
            axes.horizontal(rows[0][end], width=0.9, dash="4 2", z=0)
        if rows[0]["measure"] == "z_prime":
            axes.horizontal(SCREENING_Z_PRIME, width=0.9, dash="1 3", z=0)
        axes.below = "plate"
        axes.title = "" if rows[0]["unit"] == "1" else signal_unit(rows[0]["unit"])

    return figure(key, label, [(115.0, paint)])


def named(row: Row) -> str:
    """A plate in words, with its value and what is marked."""
    return ", ".join(t for t in (row["experiment"], row["plate"], value_of(row), marks_of(row)) if t)


def marks_of(row: Row) -> str:
    """The rules that mark a plate, in words."""
    return "; ".join(words for flag, words in MARKS.items() if flag in row["flag"].split(";"))


def chart_listing(caption: str, rows: Sequence[Row]) -> Listing:
    """Plates of a series with their estimate and what is marked."""
    heads = ("experiment", "plate", "no.", "value", "mark")
    body = [(r["experiment"], r["plate"], str(r["position"]), value_of(r), marks_of(r)) for r in rows]
    return listing_of(caption, heads, body, numeric=("no.", "value"), links=map(address, rows))
