"""The dose series: what every Mg level did with entry intact and under each block, and how the effect divides there."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, level, p_value
from mgassay.report.pieces import Beside, Drawing, Folded, Listing, Prose, listing_of
from mgassay.report.questions import days_of, held_to, on_day, readouts_of, share_rows
from mgassay.report.rows import Row, Tables, n_donors, rows_equal
from mgassay.report.series import Places, Series, effects_panel, series_of, shares_panel
from mgassay.report.share_listing import shares_listing
from mgassay.report.words import estimate_text

HOW_TO_READ = (
    "Every Mg²⁺ level against the reference one: ln(reference) − ln(raised), > 0 is inhibition. The 95 % intervals "
    "hold together over all levels of a series, and so do the p values over levels (t over donors, Bonferroni). "
    "“Dunnett”: donors as blocks with one error for all levels, or a level’s own where that is larger; narrower. "
    "Beneath: the intracellular share of the effect at each level (95 % Fieller sets, each by itself; hatched: not "
    "identifiable). What Mg²⁺ does in the medium grows with its level while its entry levels off, so a share belongs "
    "to its level. An open mark is a bound."
)


def dose_pieces(tables: Tables) -> list[object]:
    """Figures and tables of the dose series of every day that has one; empty where there is none."""
    pieces: list[object] = []
    for day in days_of(tables):
        own = held_to(tables, step="Mg", day=day)
        rows = rows_equal(own["effects"], contrast="dose")
        readouts = readouts_of(rows)
        pieces += [Beside(tuple(_drawing(own, readout, day) for readout in readouts))] if readouts else []
        pieces += [listing for readout in readouts if (listing := _shares(own, readout, day))]
        genes = [r for r in rows if r["readout"].startswith("gene:")]
        pieces += [Folded(dose_listing(f"Genes by Mg²⁺ level{on_day(day)} (> 0 is lowered)", genes))] if genes else []
    return [Prose(HOW_TO_READ, "quiet"), *pieces] if pieces else []


def _title(readout: str, day: str) -> str:
    """What a series is of."""
    return f"{labels.capital(labels.readout(readout))} by Mg²⁺ level{on_day(day)}"


def _drawing(tables: Tables, readout: str, day: str) -> Drawing:
    """The figure of one readout with its effects as a table."""
    rows, title = rows_equal(tables["effects"], contrast="dose", readout=readout), _title(readout, day)
    drawn = [r for r in rows if r["method"] == "donor_t"]
    return Drawing(
        title=title,
        svg=_svg(f"dose-{readout}-{day}", f"{title}. {_spoken(drawn)}", drawn, share_rows(tables, readout)),
        caption="",
        listing=dose_listing(f"Effects: {title}", rows),
    )


def _shares(tables: Tables, readout: str, day: str) -> Folded | None:
    """The shares of one readout by level; None where none was computed."""
    rows = share_rows(tables, readout)
    levels = sorted(dict.fromkeys(r["mg_raised_mM"] for r in rows))
    groups = [(level(x), _at(rows, x)) for x in levels]
    return shares_listing(f"Shares: {_title(readout, day)}", "Mg²⁺ (mM)", groups) if groups else None


def _at(rows: Sequence[Row], mg: float) -> list[Row]:
    """The rows at one raised level."""
    return [r for r in rows if r["mg_raised_mM"] == mg]


def _spoken(rows: Sequence[Row]) -> str:
    """The series for a reader who does not see them."""
    return " ".join(f"{labels.block(r['block'])}, {level(r['mg_raised_mM'])} mM: {estimate_text(r)}." for r in rows)


def _svg(key: str, label: str, rows: Sequence[Row], shares: Sequence[Row]) -> Markup:
    """Effects by level, and beneath them the intracellular share."""
    entries = list(dict.fromkeys(r["block"] for r in rows))
    inner = [r for r in shares if r["share"] == "intracellular" and r["scale"] == "log"]
    entries += [b for b in dict.fromkeys(r["block"] for r in inner) if b not in entries]
    levels = tuple(sorted({float(r["mg_raised_mM"]) for r in [*rows, *inner]}))
    places = Places(levels, tuple(level(x) for x in levels), "raised Mg²⁺ (mM)")
    panels = [effects_panel(_series(entries, rows), places, "effect, natural log (> 0: lowered)")]
    if inner:
        panels.append(shares_panel(_series(entries, inner), places, "intracellular share of the effect at that level"))
    return figure(key, label, panels)


def _series(entries: Sequence[str], rows: Sequence[Row]) -> list[Series]:
    """One series per way of entry, in order of level."""
    ordered = sorted(rows, key=lambda r: float(r["mg_raised_mM"]))
    points = [[(float(r["mg_raised_mM"]), r) for r in ordered if r["block"] == entry] for entry in entries]
    return series_of([labels.block(e) for e in entries], points)


def dose_listing(caption: str, rows: Sequence[Row]) -> Listing:
    """The series as a table, one line per level (and per gene where there are several readouts)."""
    heads = ("readout", "entry", "Mg²⁺ (mM)", "effect, natural log", "p", "p over levels", "Dunnett", "n", "remarks")
    dunnett = {_level_of(r): estimate_text(r) for r in rows if r["method"] == "dunnett"}
    several = len({r["readout"] for r in rows}) > 1
    body = [
        (
            labels.readout(r["readout"]) if several else "",
            labels.block(r["block"]),
            f"{level(r['mg_reference_mM'])} to {level(r['mg_raised_mM'])}",
            estimate_text(r),
            p_value(r["p"]) or NOTHING,
            p_value(r["p_adjusted"]) or NOTHING,
            dunnett.get(_level_of(r), NOTHING),
            str(n_donors(r)),
            labels.flags(r["flag"]),
        )
        for r in rows
        if r["method"] == "donor_t"
    ]
    return listing_of(caption, heads, body, numeric=heads[3:8])


def _level_of(row: Row) -> tuple[object, ...]:
    """What tells a level of a series from the others, whatever the method."""
    return row["readout"], row["block"], row["mg_raised_mM"]
