"""Shares over all experiments, for the index page: what they say together, and a forest for each share."""

from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pandas as pd

from mgassay.report import labels
from mgassay.report.numbers import NOTHING, count, decimal, interval, level, percent
from mgassay.report.pieces import Beside, Drawing, Listing, Prose, listing_of
from mgassay.report.pooled_forest import MOST_DRAWN, forest_svg, heaviest, own_text
from mgassay.report.rows import Row, is_missing

MOST_PAIRS = 2  # readouts with their block that are drawn: those on which most verdicts rest
MOST_LISTED = 100  # experiments in the table of a figure
HOW_TO_READ = (
    "How they are pooled: every experiment that asked for the same Mg²⁺ step enters with its part and with its whole "
    "effect, whether or not its own share can be told, and the parts together are divided by the wholes together "
    "(random effects, Hartung and Knapp). “All together” is the average share over experiments such as these, and its "
    "95 % interval says how well that average is known. It does not say what one experiment would find: that is the "
    "95 % prediction interval of “a next experiment”, which holds the true share of one more experiment such as these "
    "and is wider wherever experiments differ. n are experiments and donors, never wells; a donor used in several "
    "experiments counts once."
)
LEGEND = (
    "Squares: experiments with their own intervals, larger with more weight; hatched: not identifiable by itself. "
    "Diamond: all together. Dashed: a next experiment."
)
SHARED = (
    "Experiments with a donor of the same name count as one, which leaves fewer to pool and may leave no interval over "
    "experiments. Where they are different people, give every donor a name of its own (such as the lot number), or set "
    "own_donors: true in config/config.yaml (mgassay overview --own-donors)."
)


def pooled_pieces(experiments: pd.DataFrame, pooled: pd.DataFrame, members: pd.DataFrame) -> list[object]:
    """Table and forests from SUMMARY, SUMMARY_SHARES and SUMMARY_POOLED; empty below two experiments of one kind."""
    pairs = _pairs(experiments)
    rows = [r for r in _rows(pooled) if r["n_experiments"] > 1 and (r["readout"], r["block"]) in pairs]
    if not rows:
        return []
    rows.sort(key=lambda r: pairs.index((r["readout"], r["block"])))  # stable: the table's order within a pair
    log = [r for r in rows if r["scale"] == "log"]
    drawings = tuple(forest_drawing(r, _members_of(members, r)) for r in log)
    shared = any("shared_donors" in r["flag"].split(";") for r in rows)
    return [
        Prose(HOW_TO_READ, "quiet"),
        *(Prose(pooled_sentence(r)) for r in log),
        *([Prose(SHARED, "warning")] if shared else []),
        pooled_listing(rows),
        Prose(LEGEND, "quiet"),
        Beside(drawings),
    ]


def pooled_sentence(row: Row) -> str:
    """A pooled share in a sentence that says what its two intervals are of; without an interval there is no share."""
    where = f"{labels.readout(row['readout'])}, {labels.block(row['block'])}"
    counted = f"{count(int(row['n_experiments']), 'experiment')} with {count(int(row['n_donors']), 'donor')}"
    name = f"{labels.capital(labels.share(row['share']))} ({where}), {counted}"
    if is_missing(row["ci_low"]):
        return f"{name}: no average share can be told{_why_not(row)}."
    average = f"{name}: on average {_together(row)} of the effect"
    if is_missing(row["prediction_low"]):
        return f"{average}. What a next experiment would find cannot be told."
    ends = _ends(row, "prediction_low", "prediction_high")
    return f"{average}; the true share of a next experiment would lie in {ends}."


def _why_not(row: Row) -> str:
    """Why there is no pooled share, as far as its flags say."""
    flags = row["flag"].split(";")
    if "total_near_zero" in flags:
        return ", since together they do not show an effect to divide"
    return ", since experiments that share donors count as one" if "shared_donors" in flags else ""


def _rows(table: pd.DataFrame) -> list[Row]:
    """The rows of a table."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _pairs(experiments: pd.DataFrame) -> list[tuple[str, str]]:
    """The readouts and blocks on which most verdicts rest; the first on a tie."""
    graded = experiments[experiments["grade"] != ""]
    counted = Counter(zip(graded["readout"], graded["block"], strict=True))
    return [pair for pair, _ in counted.most_common(MOST_PAIRS)]


def _members_of(members: pd.DataFrame, row: Row) -> list[Row]:
    """The rows of SUMMARY_POOLED of one pooled row."""
    fits = members[["readout", "block", "share", "scale"]] == [row[c] for c in ("readout", "block", "share", "scale")]
    return _rows(members[fits.all(axis=1)])


def pooled_listing(rows: Sequence[Row]) -> Listing:
    """The pooled shares of the readouts shown, on both scales."""
    numbers = ("all together, 95 % interval", "next experiment, 95 % prediction", "tau", "experiments", "donors")
    heads = ("readout and block", "share", "counted as", *numbers, "remarks")
    kinds = {"log": "natural log", "additive": "percent inhibition"}
    body = [
        (
            f"{labels.readout(r['readout'])}, {labels.block(r['block'])}",
            labels.share(r["share"]),
            kinds[str(r["scale"])],
            _together(r),
            NOTHING if is_missing(r["prediction_low"]) else _ends(r, "prediction_low", "prediction_high"),
            NOTHING if is_missing(r["tau"]) else decimal(r["tau"]),
            str(r["n_experiments"]),
            str(r["n_donors"]),
            labels.flags(r["flag"]),
        )
        for r in rows
    ]
    caption = "Shares of the total effect over experiments; tau: SD of the true share from experiment to experiment"
    return listing_of(caption, heads, body, numeric=numbers)


def _ends(row: Row, low: str, high: str) -> str:
    """An interval in percent."""
    return interval(row[low], row[high], percent)


def _together(row: Row) -> str:
    """A pooled share with its interval; without one it is no result and is not printed as one."""
    if is_missing(row["ci_low"]):
        return "no interval"
    return f"{percent(row['estimate'])} {_ends(row, 'ci_low', 'ci_high')}"


def forest_drawing(pooled: Row, members: Sequence[Row]) -> Drawing:
    """One share as a forest with its table."""
    used = [r for r in members if r["used"]]
    where = f"{labels.readout(pooled['readout'])}, {labels.block(pooled['block'])}"
    title = f"{labels.capital(labels.share(pooled['share']))}: {where}"
    return Drawing(
        title=title,
        svg=forest_svg(pooled, used),
        caption=" ".join(_captions(used, [r for r in members if not r["used"]])),
        listing=forest_listing(f"Experiments: {title}", heaviest_listed(members)),
        folded=True,
    )


def _captions(used: Sequence[Row], left: Sequence[Row]) -> Iterator[str]:
    """The step that was pooled, what is not drawn, and what was left out."""
    first = used[0]
    yield f"Mg²⁺ {level(first['mg_reference_mM'])} to {level(first['mg_raised_mM'])} mM."
    if len(used) > MOST_DRAWN:
        yield f"The {MOST_DRAWN} experiments that weigh most are drawn, of {len(used)}."
    if left:
        reason = "another Mg²⁺ step or acellular arm, or a bound in place of a value"
        yield f"Left out: {count(len(left), 'experiment')} with {reason}."


def heaviest_listed(members: Sequence[Row]) -> list[Row]:
    """Experiments for the table: those left out first where there is no room for all."""
    return list(members) if len(members) <= MOST_LISTED else heaviest([r for r in members if r["used"]])


def forest_listing(caption: str, rows: Sequence[Row]) -> Listing:
    """What each experiment says by itself and with what weight it entered."""
    heads = ("experiment", "Mg²⁺, mM", "own share", "donors", "weight", "remarks")
    body = [
        (
            str(r["experiment"]),
            f"{level(r['mg_reference_mM'])} to {level(r['mg_raised_mM'])}",
            own_text(r),
            str(r["n_donors"]),
            percent(r["weight"]) if r["used"] else "left out",
            labels.flags(r["flag"]),
        )
        for r in rows
    ]
    links = (f"{quote(str(r['experiment']))}/report.html" for r in rows)
    return listing_of(caption, heads, body, numeric=("own share", "donors", "weight"), links=links)
