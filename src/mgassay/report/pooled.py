"""Shares over all experiments, for the index page: what they say together, and a forest for each share."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd

from mgassay.report import labels
from mgassay.report.numbers import NOTHING, count, decimal, interval, level, percent
from mgassay.report.pieces import Beside, Drawing, Listing, Prose, listing_of
from mgassay.report.pooled_forest import MOST_DRAWN, forest_svg, heaviest, own_text
from mgassay.report.rows import Row, is_missing

MOST_PAIRS = 2  # readouts with their block that are drawn: those on which most verdicts rest
MOST_LISTED = 100  # experiments in the table of a figure
HOW_TO_READ = (
    "Every experiment that asked for the same Mg²⁺ step enters with its part and with its whole effect, whether or not "
    "its own share can be told; the parts together are divided by the wholes together. Intervals are 95 % over "
    "experiments (random effects, Hartung and Knapp), not over wells or donors. Squares: experiments, larger with more "
    "weight; hatched: no interval of its own. Diamond: all together. Dashed: where the true share of a next experiment "
    "would lie. A donor used in several experiments counts once."
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
        *([Prose(SHARED, "warning")] if shared else []),
        pooled_listing(rows),
        Beside(drawings),
    ]


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
    numbers = ("together", "next experiment", "tau", "experiments", "donors")
    heads = ("readout and block", "share", "counted as", *numbers, "remarks")
    kinds = {"log": "log scale", "additive": "percent inhibition"}
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
    caption = "Shares of the total effect over experiments; tau is the SD of the true share between experiments"
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
    return listing_of(caption, heads, body, numeric=("own share", "donors", "weight"))
