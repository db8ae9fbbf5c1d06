"""What is wrong or odd: problems, flags and exclusions; nothing excluded is said too."""

from collections.abc import Sequence

from mgassay.problems import SEVERITIES, place_in_words
from mgassay.report import labels
from mgassay.report.map_sources import OF_THE_RUN
from mgassay.report.numbers import count, significant
from mgassay.report.pieces import Folded, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables

# Tables that carry flags, from the raw well to the result.
FLAGGED = ("amounts", "means", "effects", "shares", "genes", "checks", "curves", "images", "qpcr")


def problems_listing(problems: Sequence[Row], caption: str) -> Listing:
    """Problems, worst first: what was seen, why it matters, how to mend it."""
    ranked = sorted(problems, key=lambda r: SEVERITIES.index(r["severity"]))
    heads = ("code", "severity", "where", "what and why", "how to mend it")
    rows = [(p["code"], p["severity"], place_text(p), p["message"], p["remedy"]) for p in ranked]
    return listing_of(caption, heads, rows)


def place_text(problem: Row) -> str:
    """File, sheet and place of a problem."""
    place = place_in_words(problem["code"], problem["place"])
    return ", ".join(p for p in (problem["file"], problem["sheet"], place) if p)


def problem_counts(problems: Sequence[Row]) -> str:
    """How many of each severity, zeros included."""
    return ", ".join(count(sum(p["severity"] == s for p in problems), s) for s in SEVERITIES)


def flaw_pieces(tables: Tables, *, with_errors: bool) -> list[object]:
    """Problems (errors only where they do not lead the page already), flags, exclusions."""
    problems = tables.rows("problems")
    listed = [p for p in problems if with_errors or p["severity"] != "error"]
    loud, quiet = ([p for p in listed if (p["severity"] == "notice") is told] for told in (False, True))
    said: list[object] = [Prose(f"{labels.capital(problem_counts(problems))}.")]
    said += [problems_listing(loud, "Problems")] if loud else []
    said += [Folded(problems_listing(quiet, f"Notices: {count(len(quiet), 'thing')} that were done"))] if quiet else []
    return [*_exclusion_pieces(tables), *_flag_pieces(tables), *said]


def _flag_pieces(tables: Tables) -> list[object]:
    """How often each flag was set, in which table, and what it means."""
    rows = []
    for name in FLAGGED:
        flags = [f for joined in tables[name]["flag"] for f in joined.split(";") if f]
        rows += [(f, labels.flags(f), f"{name}.csv", str(flags.count(f))) for f in dict.fromkeys(flags)]
    if not rows:
        return [Prose("No value is flagged.")]
    told = f"Flags: {count(len({r[0] for r in rows}), 'kind')}"
    listing = listing_of(told, ("flag", "meaning", "table", "rows"), rows, numeric=("rows",))
    return [Prose(_flags_in_words(tables)), Folded(listing)]


def _flags_in_words(tables: Tables) -> str:
    """How many amounts and images are flagged, of how many; a flag marks a value, those of a qPCR run none."""
    told = []
    for name, noun in (("amounts", "amount"), ("images", "image"), ("qpcr", "Cq")):
        rows = tables[name]
        if len(rows):
            flagged = [set(f.split(";")) - {"", *OF_THE_RUN} for f in rows["flag"]]
            told.append(f"{sum(map(bool, flagged))} of {count(len(rows), noun, noun if noun == 'Cq' else '')}")
    return f"Flagged: {', '.join(told)}." if told else "Flags are listed below."


def _exclusion_pieces(tables: Tables) -> list[object]:
    """Every well that was left out, by whom and by which rule."""
    excluded = tables.rows("exclusions")
    if not excluded:
        return [Prose("0 wells excluded.")]
    heads = ("assay", "plate", "well", "donor", "rule", "value", "by")
    rows = [
        (labels.assay(r["assay"]), r["plate"], r["well"], r["donor"], r["rule"], significant(r["value"]), r["by"])
        for r in excluded
    ]
    return [
        Prose(f"{count(len(excluded), 'well')} excluded."),
        listing_of("Exclusions", heads, rows, numeric=("value",)),
    ]
