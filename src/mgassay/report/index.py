"""All experiments at a glance: one page that sorts, searches and filters, and is a plain table without its script."""

import base64
import functools
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from mgassay import tables as states
from mgassay.problems import visible
from mgassay.report import labels
from mgassay.report.control_charts import control_pieces, is_marked
from mgassay.report.glance import Glance
from mgassay.report.grades import GRADES
from mgassay.report.numbers import NO_BREAK, NOTHING, count
from mgassay.report.page import POLICY, templates
from mgassay.report.pooled import pooled_pieces
from mgassay.report.pooled_forest import own_text
from mgassay.report.rows import Row, is_missing, rows_equal
from mgassay.report.share_mark import share_mark
from mgassay.report.words import estimate_text, is_identifiable

MOST_LINES = 5000  # a table beyond is no longer one that a browser sorts while one waits; summary.csv has all
NO_VERDICT = "no verdict"
ASSESSED: Mapping[str, tuple[str, str]] = {
    "pass": ("passes", "pass"),
    "fail": ("fails", "fail"),
    "not_assessable": ("cannot be assessed", "cannot be assessed"),
}


@dataclass(frozen=True)
class Line:
    """One experiment on the index page; `at` are what its columns are sorted by, where that is not their text."""

    name: str
    title: str
    cells: str
    date: str
    grade: str
    meaning: str
    verdict: str
    basis: str
    total: str
    shares: tuple[tuple[str, str, Markup], ...]
    donors: str
    problems: str
    codes: str
    mend: str
    errors: int
    plates: str
    failed: int
    doubtful: int
    at: Mapping[str, str]


def index_page(
    summary: pd.DataFrame,
    glances: Mapping[str, Glance] | None = None,
    plates: pd.DataFrame | None = None,
    pooled: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> str:
    """The overview of SUMMARY, one line per experiment in its order.

    `glances`: what is told beside it by experiment. `plates`: SUMMARY_PLATES, of which those series that have limits
    are drawn. `pooled`: SUMMARY_SHARES and SUMMARY_POOLED.
    """
    held = glances or {}
    charted = states.SUMMARY_PLATES.frame() if plates is None else plates
    dates = {name: glance.date for name, glance in held.items()}
    marked = marked_plates(charted)
    lines = [_line(row, held.get(row["experiment"], Glance()), marked) for row in listed(summary)]
    return visible(
        templates()
        .get_template("index.html.j2")
        .render(
            policy=f"{POLICY}; script-src {script_hash()}",
            script=script(),
            lines=lines,
            dated=any(line.date for line in lines),
            left_out=len(summary) - len(lines),
            grades=GRADES,
            counted=counted(summary),
            charts=control_pieces(charted, dates),
            pooled=pooled_pieces(summary, *pooled) if pooled else [],
        )
    )


@functools.cache
def script() -> Markup:
    """What sorts, searches and filters the table: our own text, with nothing of the lab's in it."""
    return Markup(templates().get_template("index.js").render())  # noqa: S704 - a file of the package


def script_hash() -> str:
    """What the page's policy calls that script by, so that it is the only one that runs.

    Source: Content Security Policy Level 3 (W3C), hash sources.
    """
    digest = hashlib.sha256(script().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def listed(summary: pd.DataFrame) -> list[Row]:
    """The rows of SUMMARY that the page has room for, in their order; what is to be mended is never left out first."""
    rows = rows_equal(summary)
    ranked = sorted(range(len(rows)), key=lambda i: not rows[i]["errors"])[:MOST_LINES]
    return [rows[i] for i in sorted(ranked)]


def counted(summary: pd.DataFrame) -> str:
    """How many experiments there are, by grade, and how many have something to mend."""
    found = Counter(grade or NO_VERDICT for grade in summary["grade"])
    grades = [f"{found[g]} {g}" for g in (*GRADES, NO_VERDICT) if found[g]]
    broken = int((summary["errors"] > 0).sum())
    told = [count(len(summary), "experiment"), *grades, *([f"{broken} with errors"] if broken else [])]
    return f"{told[0]}{': ' if told[1:] else ''}{', '.join(told[1:])}"


def marked_plates(plates: pd.DataFrame) -> Counter[str]:
    """How many plates of each experiment a control chart marks, each plate once."""
    rows = rows_equal(plates[["experiment", "assay", "plate", "flag"]])
    return Counter(name for name, *_ in {(r["experiment"], r["assay"], r["plate"]) for r in rows if is_marked(r)})


def _line(row: Row, glance: Glance, marked: Mapping[str, int]) -> Line:
    """One row of SUMMARY in words."""
    grade, errors, warnings = str(row["grade"]), int(row["errors"]), int(row["warnings"])
    told = () if grade == "X" else glance.shares  # a number would say what the grade denies
    n_marked = marked.get(row["experiment"], 0)
    doubtful = n_marked + glance.curves.get("fail", 0)
    donors = NOTHING if is_missing(row["n_donors"]) else str(row["n_donors"])
    return Line(
        name=row["experiment"],
        title=row["title"] or row["experiment"],
        cells=glance.cells,
        date=glance.date,
        grade=grade,
        meaning=GRADES.get(grade, ""),
        verdict=glance.verdict or (NOTHING if grade else f"{labels.capital(NO_VERDICT)}."),
        basis=basis(row),
        total=NOTHING if glance.total is None else unbroken(estimate_text(glance.total)),
        shares=tuple((labels.share(r["share"]), unbroken(own_text(r)), share_mark(r)) for r in told),
        donors=donors,
        problems=f"{count(errors, 'error')}, {count(warnings, 'warning')}",
        codes=" ".join(glance.codes),
        mend=glance.mend,
        errors=errors,
        plates=plates_text(glance.curves, n_marked),
        failed=glance.curves.get("fail", 0),
        doubtful=doubtful,
        at={
            "grade": grade or "Z",
            "total": sort_value(glance.total),
            "shares": sort_value(next((r for r in told if is_identifiable(r)), None)),
            "donors": "" if donors == NOTHING else donors,
            "problems": f"{errors + warnings / 1e6:.6f}",
            "plates": str(doubtful),
        },
    )


def unbroken(text: str) -> str:
    """A text whose lines do not end within an interval in brackets."""
    return re.sub(r"\[[^\]]*\]", lambda found: found[0].replace(" ", NO_BREAK), text)


def basis(row: Row) -> str:
    """The readout and block that a verdict rests on; "" without one."""
    return ", ".join(t for t in (labels.readout(row["readout"]) if row["readout"] else "", row["block"]) if t)


def sort_value(row: Row | None) -> str:
    """An estimate as the script sorts it; "" is last either way."""
    return "" if row is None or is_missing(row["estimate"]) else f"{row['estimate']:.6g}"


def plates_text(curves: Mapping[str, int], marked: int) -> str:
    """How the plates behaved: what became of their standard curves, and how many a control chart marks."""
    found = {a: curves[a] for a in ASSESSED if curves.get(a)}
    told = [f"{n} {ASSESSED[a][n != 1]}" for a, n in found.items()]
    words = f"all {ASSESSED[next(iter(found))][1]}" if len(found) == 1 and sum(found.values()) > 1 else ", ".join(told)
    of_curves = f"{count(sum(found.values()), 'curve')}: {words}" if found else ""
    in_charts = f"{count(marked, 'plate')} marked" if marked else ""
    return "; ".join(t for t in (of_curves, in_charts) if t) or NOTHING
