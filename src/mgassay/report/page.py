"""The report of one experiment: one HTML text that loads nothing and runs nothing."""

import functools
import re

import jinja2

from mgassay.problems import visible
from mgassay.report.exports.handed_on import handed_names
from mgassay.report.flaws import problem_counts, problems_listing
from mgassay.report.methods import methods_text
from mgassay.report.numbers import NO_BREAK, count
from mgassay.report.provenance import downloads
from mgassay.report.report_input import ReportInput
from mgassay.report.rows import Tables, donors_column, tables_of
from mgassay.report.sections import sections
from mgassay.report.shown_conditions import as_shown
from mgassay.report.verdict_box import verdict_box

# Nothing is loaded and nothing runs: styles stand in the page, pictures in data URIs, and there is no script.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@functools.cache
def templates() -> jinja2.Environment:
    """The page templates; every text that goes in is escaped, a name that is not there is our bug."""
    held = jinja2.Environment(
        loader=jinja2.PackageLoader("mgassay.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    held.filters["glued"] = glued
    held.filters["unbroken"] = unbroken
    held.filters["whole"] = whole
    return held


def glued(text: str) -> str:
    """A text in which a line is not broken within `p = 0.01`, `n = 4` or `T − B`."""
    return re.sub(r"(?<=\b[A-Za-z]) ([=<>−]) (?=\S)", f"{NO_BREAK}\\1{NO_BREAK}", text)


def unbroken(text: str) -> str:
    """A text in which a line is not broken within an estimate and the brackets of its interval."""
    return re.sub(r"([−\d.]+(\s%)? )?\[[^\]]{1,24}\]", lambda found: found.group().replace(" ", NO_BREAK), text)


def whole(text: str) -> str:
    """A cell of numbers in which no line is broken within a bracket or a number and its unit.

    It may be between an estimate and its interval or the ends of a range, where the column is narrow (on paper).

    >>> whole("1.20 [0.92, 1.49]").replace(NO_BREAK, "~"), whole("0.84 to 1.03 mM").replace(NO_BREAK, "~")
    ('1.20 [0.92,~1.49]', '0.84 to~1.03~mM')
    """
    inside = re.sub(r"\[[^\]]*\]|\([^)]{1,24}\)", lambda found: found.group().replace(" ", NO_BREAK), text)
    return re.sub(r" (?!to\b)(?=[%A-Za-zµ])|(?<=\bto) |(?<=[<>≤≥=]) ", NO_BREAK, inside) if len(text) < 30 else inside


def report_page(stored: ReportInput) -> str:
    """The whole page. With errors among the problems it leads with what to mend, and gives no verdict."""
    given = as_shown(stored)
    held = _tables(given)
    problems = held.rows("problems")
    errors = [p for p in problems if p["severity"] == "error"]
    name = given.experiment.id if given.experiment else str(given.verdict.get("experiment") or "")
    title = given.experiment.settings.experiment.title if given.experiment else ""
    return visible(
        templates()
        .get_template("report.html.j2")
        .render(
            policy=POLICY,
            name=name,
            title=title or name or "experiment",
            facts=_facts(given, held),
            mend=problems_listing(errors, "Errors") if errors else None,
            counts=problem_counts(problems),
            understood=given.experiment is not None,
            box=None if errors else verdict_box(given, held),
            sections=sections(given, held, bool(errors), stored.experiment),
            methods=methods_text(stored.experiment, stored.tables, _versions(given)) if stored.experiment else "",
            downloads=downloads(held, handed_names(name, given.experiment, given.tables)),
        )
    )


def _tables(given: ReportInput) -> Tables:
    """The tables with the Mg step asked for; without an experiment there is none."""
    if given.experiment:
        return tables_of(given.experiment, given.tables)
    return Tables(given.tables, float("nan"), float("nan"))


def _versions(given: ReportInput) -> dict[str, str]:
    """Versions as the provenance holds them."""
    return {str(k): str(v) for k, v in dict(given.provenance.get("versions") or {}).items()}


def _facts(given: ReportInput, tables: Tables) -> tuple[str, ...]:
    """Cells, donors and the Mg step, under the title."""
    if given.experiment is None:
        return ()
    about, conditions = given.experiment.settings.experiment, given.experiment.conditions
    cells = conditions.set_index("condition")["cells"]
    measured = tables["means"] if len(tables["means"]) else tables["amounts"]  # an error may have left no means
    live = measured["condition"].map(cells).isin(["live", ""])
    donors, runs = donors_column(measured[live]), donors_column(measured[~live])
    judged = donors_column(measured[live & (measured["readout"] == str(given.verdict.get("readout") or ""))]) or donors
    counted = f"n = {count(len(judged), 'donor')}: {', '.join(judged)}" if judged else "no donor with values"
    others = [d for d in donors if d not in judged]
    return tuple(
        fact
        for fact in (
            about.cells,
            counted,
            f"in other readouts only: {', '.join(others)}" if others else "",
            f"runs without cells: {', '.join(runs)}" if runs else "",
        )
        if fact
    )
