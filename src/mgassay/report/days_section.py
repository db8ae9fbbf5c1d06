"""The course over harvest days: effects and shares by day, the same arms harvested more than once."""

from collections.abc import Sequence

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.effect_figure import CONTRAST_ORDER
from mgassay.report.figure import figure
from mgassay.report.numbers import NOTHING, level
from mgassay.report.pieces import Beside, Drawing, Listing, Prose, listing_of
from mgassay.report.questions import declared_day, held_to, readouts_of
from mgassay.report.rows import Row, Tables, day_order, n_donors, rows_equal
from mgassay.report.series import SHARE_LOOKS, effects_panel, places_of_days, series_of, shares_panel
from mgassay.report.share_bar import OUTSIDE_IN
from mgassay.report.share_listing import shares_listing
from mgassay.report.words import estimate_text

DRAWN = ("total", "blocked", "acellular", "interaction")
QUOTED = ("donor_t", "welch")


def day_pieces(tables: Tables) -> list[object]:
    """Figure and tables per readout and block over all days; empty where there is one day only."""
    pair = (tables.mg_reference_mM, tables.mg_raised_mM)
    found = sorted(dict.fromkeys(r["day"] for r in rows_equal(tables["effects"], step="Mg") if r["day"]), key=day_order)
    by_day = {day: held_to(tables, step="Mg", day=day, levels=pair) for day in found}
    if len(by_day) < 2:
        return []
    told = (
        f"The Mg²⁺ step of {level(pair[0])} to {level(pair[1])} mM on every day of harvest, with 95 % intervals over "
        f"donors, each by itself; the verdict rests on {_named(declared_day(tables))}. Effects are "
        "ln(reference) − ln(raised), > 0 is inhibition. Hatched: not identifiable. An open mark is a bound."
    )
    rows = [r for own in by_day.values() for r in rows_equal(own["effects"]) if r["scale"] == "log"]
    several = [r for r in readouts_of(rows) if len({row["day"] for row in rows if row["readout"] == r}) > 1]
    return [Prose(told, "quiet"), *(p for readout in several for p in _readout_pieces(by_day, readout, rows))]


def _named(day: str) -> str:
    """A day in words."""
    return day if any(c.isalpha() for c in day) else f"day {day}"


def _readout_pieces(by_day: dict[str, Tables], readout: str, rows: Sequence[Row]) -> list[object]:
    """The figures of one readout side by side, then its shares as tables."""
    own = [r for r in rows if r["readout"] == readout and r["method"] in QUOTED]
    acellular = [r for r in own if r["contrast"] == "acellular"]
    live = [r for r in own if r["contrast"] != "acellular"]
    blocks = list(dict.fromkeys(r["block"] for r in live)) or [""]
    shares = {d: rows_equal(t["shares"], readout=readout, method="fieller_donor") for d, t in by_day.items()}
    pieces: list[object] = []
    drawings = []
    for block in blocks:
        held = [*(r for r in live if r["block"] == block), *acellular]
        inside = {d: [r for r in some if r["block"] == block] for d, some in shares.items()}
        drawings.append(_drawing(readout, block, held, inside))
        pieces.append(day_listing(f"Effects by day: {labels.readout(readout)}, {labels.block(block)}", held))
    if any(shares.values()):
        pieces.append(shares_listing(f"Shares by day: {labels.readout(readout)}", "day", list(shares.items())))
    return [Beside(tuple(drawings)), *pieces]


def _drawing(readout: str, block: str, rows: Sequence[Row], shares: dict[str, list[Row]]) -> Drawing:
    """Effects of one block by day, and its shares beneath."""
    title = f"{labels.capital(labels.readout(readout))}, {labels.block(block)}: course over days"
    spoken = " ".join(
        f"{_named(r['day'])}, {labels.contrast(r['contrast'])}: {estimate_text(r)}."
        for r in rows
        if r["contrast"] in DRAWN
    )
    return Drawing(
        title=title,
        svg=_svg(f"days-{readout}-{block}", f"{title}. {spoken}", rows, shares),
        caption="",
    )


def _svg(key: str, label: str, rows: Sequence[Row], shares: dict[str, list[Row]]) -> Markup:
    """Contrasts by day, and beneath them the shares."""
    days = list(shares)
    places = places_of_days(days)
    at = dict(zip(days, places.at, strict=True))
    contrasts = [[(at[r["day"]], r) for r in rows if r["contrast"] == c] for c in DRAWN]
    panels = [effects_panel(series_of(_contrast_names(), contrasts), places, "effect, natural log (> 0: lowered)")]
    quoted = [r for some in shares.values() for r in some if r["scale"] == "log"]
    if quoted:
        parts = [[(at[r["day"]], r) for r in quoted if r["share"] == s] for s in OUTSIDE_IN]
        named = [f"share: {labels.share(s)}" for s in OUTSIDE_IN]
        panels.append(
            shares_panel(series_of(named, parts, SHARE_LOOKS), places, "share of the total effect T of that day")
        )
    return figure(key, label, panels)


def _contrast_names() -> list[str]:
    """The contrasts that are drawn, in words."""
    return [labels.contrast(c) for c in DRAWN]


def day_listing(caption: str, rows: Sequence[Row]) -> Listing:
    """Contrasts by day, one line per day."""
    kinds = [c for c in CONTRAST_ORDER if any(r["contrast"] == c for r in rows)]
    heads = ("day", *(labels.contrast(c).partition(",")[0] for c in kinds), "n", "remarks")
    body = []
    for day in dict.fromkeys(r["day"] for r in rows):
        own = {r["contrast"]: r for r in rows if r["day"] == day}
        cells = (_cell(own.get(kind)) for kind in kinds)
        flags = dict.fromkeys(f for r in own.values() for f in r["flag"].split(";") if f)
        counted = own.get("interaction") or own.get("total") or next(iter(own.values()))
        body.append((day, *cells, str(n_donors(counted)), labels.flags(";".join(flags))))
    return listing_of(caption, heads, body, numeric=heads[1:-1])


def _cell(row: Row | None) -> str:
    """An effect with its interval."""
    return NOTHING if row is None else estimate_text(row)
