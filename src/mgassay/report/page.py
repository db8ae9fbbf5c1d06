"""The report of one experiment: one HTML text that loads nothing and runs nothing."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jinja2
import pandas as pd

from mgassay.design import arms_of_blocks
from mgassay.experiment import Experiment
from mgassay.readers.miqe_items import MiqeDocument
from mgassay.report import labels
from mgassay.report.answers import answers
from mgassay.report.apparent import apparent_pieces
from mgassay.report.chemistry_section import chemistry_pieces
from mgassay.report.curves import curve_pieces
from mgassay.report.cycles import qpcr_pieces
from mgassay.report.days_section import day_pieces
from mgassay.report.dose_section import dose_pieces
from mgassay.report.evidence import cases_of, effect_pieces, share_pieces
from mgassay.report.exports.files import export_names, facts_of
from mgassay.report.exports.miqe import miqe_pieces
from mgassay.report.flaws import flaw_pieces, problem_counts, problems_listing
from mgassay.report.grades import GRADES, NOT_THE_ANSWER, held_at, next_steps, reasons
from mgassay.report.headline import headline
from mgassay.report.image_section import image_pieces
from mgassay.report.late_section import late_pieces
from mgassay.report.methods import methods_text
from mgassay.report.numbers import NO_BREAK, count
from mgassay.report.pieces import Heading, Listing, Prose, Section
from mgassay.report.plate_maps import PlateMaps, plate_maps
from mgassay.report.provenance import downloads, provenance_pieces, settings_listing
from mgassay.report.qpcr_quality import quality_pieces
from mgassay.report.residual_section import residual_pieces
from mgassay.report.rows import Tables, donors_column, tables_of
from mgassay.report.sensitivity import sensitivity_pieces
from mgassay.report.steps_section import step_pieces
from mgassay.report.time_courses import time_course_pieces
from mgassay.report.what_if import what_if_pieces

# Nothing is loaded and nothing runs: styles stand in the page, pictures in data URIs, and there is no script.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class ReportInput:
    """All that a report is made of; `experiment` is None where its folder could not be understood at all.

    `tables` are result tables and STAIN_HISTOGRAMS by name, `thumbnails` and `outlines` JPEG and PNG by image file
    (relative path), `overlays` where each is in full size, relative to the page, `miqe` the items of its checklist.
    """

    experiment: Experiment | None
    tables: Mapping[str, pd.DataFrame]
    verdict: Mapping[str, Any]
    provenance: Mapping[str, Any]
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)
    outlines: Mapping[str, bytes] = field(default_factory=dict)
    overlays: Mapping[str, str] = field(default_factory=dict)
    miqe: Sequence[MiqeDocument] = ()


@dataclass(frozen=True)
class VerdictBox:
    """The head of the page: the grade with its reasons, the sentences, what would raise it."""

    headline: Mapping[str, str] | None
    grade: str
    meaning: str
    answers: Mapping[str, Sequence[Mapping[str, str]]]  # by question
    note: str
    holds_up: tuple[str, ...]
    holds_back: tuple[str, ...]
    next_steps: tuple[str, ...]
    caution: str = NOT_THE_ANSWER


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
    return held


def glued(text: str) -> str:
    """A text in which a line is not broken within `p = 0.01`, `n = 4` or `T − B`."""
    return re.sub(r"(?<=\b[A-Za-z]) ([=<>−]) (?=\S)", f"{NO_BREAK}\\1{NO_BREAK}", text)


def report_page(given: ReportInput) -> str:
    """The whole page. With errors among the problems it leads with what to mend, and gives no verdict."""
    held = _tables(given)
    problems = held.rows("problems")
    errors = [p for p in problems if p["severity"] == "error"]
    name = given.experiment.id if given.experiment else str(given.verdict.get("experiment") or "")
    title = given.experiment.settings.experiment.title if given.experiment else ""
    return (
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
            box=None if errors or given.experiment is None else verdict_box(given, held),
            sections=sections(given, held, bool(errors)),
            methods=methods_text(given.experiment, given.tables, _versions(given)) if given.experiment else "",
            downloads=downloads(held, export_names(given.experiment, given.tables) if given.experiment else {}),
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


def verdict_box(given: ReportInput, tables: Tables) -> VerdictBox | None:
    """The verdict's facts in words; None where no verdict was reached."""
    verdict, experiment = given.verdict, given.experiment
    if experiment is None or not verdict.get("grade"):
        return None
    grade, missing = str(verdict["grade"]), list(verdict.get("missing") or ())
    # Without a readout no rule was asked of anything.
    holds_up, holds_back = reasons((verdict.get("rules") or ()) if verdict.get("readout") else ())
    return VerdictBox(
        headline=headline(verdict, tables),
        grade=grade,
        meaning=GRADES.get(grade, ""),
        answers=answers(verdict, given.tables, experiment),
        note=" ".join(told for told in (_basis_text(verdict), held_at(verdict)) if told),
        holds_up=tuple(holds_up),
        holds_back=tuple(holds_back),
        next_steps=tuple(next_steps(missing)),
    )


def _basis_text(verdict: Mapping[str, Any]) -> str:
    """What the verdict rests on, and why that readout."""
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    if not readout:
        return "No effect on mineral could be computed, so there is nothing to judge."
    rests = f"The verdict rests on {labels.readout(readout)}" + (f" and {block}." if block else ".")
    if verdict.get("basis") == "acellular_arm":
        return f"{rests} Wells without cells have no protein to divide by, so T, B and A are compared per well."
    return rests


def sections(given: ReportInput, tables: Tables, has_errors: bool) -> list[Section]:
    """The sections of the page in order, those with nothing to say left out."""
    experiment = given.experiment
    conditions: Sequence[str] = tuple(experiment.conditions["condition"]) if experiment else ()
    cases = cases_of(given.verdict, tables)
    arms = {a.name: a for a in arms_of_blocks(experiment)} if experiment else {}
    warned = (
        [Prose("There are errors: do not use these numbers before they are mended.", "warning")] if has_errors else []
    )
    computed = len(tables["effects"]) > 0
    made: list[tuple[str, str, Sequence[object]]] = [
        ("shares", "Shares of the effect", [*warned, *share_pieces(tables, cases)] if computed else []),
        (
            "effects",
            "Effects, donor by donor",
            [*warned, *effect_pieces(tables, cases, arms, conditions)] if computed else [],
        ),
        (
            "sensitivity",
            "Would the answer be another?",
            [*sensitivity_pieces(tables, given.verdict), *what_if_pieces(given.verdict)],
        ),
        *((anchor, title, [*warned, *pieces]) for anchor, title, pieces in _further(tables, experiment) if pieces),
        ("chemistry", "Medium chemistry", chemistry_pieces(tables, experiment)),
        ("problems", "Problems, flags, exclusions", flaw_pieces(tables, with_errors=False)),
        ("plates", "Plate maps", _maps(tables, conditions)),
        ("curves", "Standard curves", [*curve_pieces(tables), *apparent_pieces(tables, experiment)]),
        ("courses", "Time courses", time_course_pieces(tables, experiment)),
        ("images", "Images", _images(given, tables, conditions)),
        ("qpcr", "qPCR", _qpcr(given, tables)),
        (
            "provenance",
            "How the files were read, versions, checksums",
            [*provenance_pieces(given.provenance), *_settings(experiment)],
        ),
    ]
    return [Section(anchor, title, tuple(pieces)) for anchor, title, pieces in made if pieces]


def _further(tables: Tables, experiment: Experiment | None) -> list[tuple[str, str, list[object]]]:
    """The sections on what was asked beside the declared question."""
    return [
        ("residual", "What the block left of Mg²⁺ entry", residual_pieces(tables)),
        ("dose", "Dose series", dose_pieces(tables)),
        ("days", "Course over harvest days", day_pieces(tables)),
        ("late", "Mg²⁺ raised late", late_pieces(tables)),
        ("steps", "Other steps", step_pieces(tables, experiment)),
    ]


def _images(given: ReportInput, tables: Tables, conditions: Sequence[str]) -> list[object]:
    """All that is said and shown of images."""
    return image_pieces(tables, given.experiment, conditions, given.thumbnails, given.outlines, given.overlays)


def _qpcr(given: ReportInput, tables: Tables) -> list[object]:
    """Genes, what became of every Cq, reference genes and assays, the checklist after MIQE."""
    experiment, pieces = given.experiment, qpcr_pieces(tables)
    if experiment is None or not len(tables["qpcr"]):
        return pieces
    checked = miqe_pieces(given.miqe, facts_of(experiment, given.tables, given.provenance))
    return [*pieces, *quality_pieces(tables, experiment), Heading("MIQE"), *checked]


def _maps(tables: Tables, conditions: Sequence[str]) -> list[PlateMaps]:
    """All plate maps as one piece, side by side where there is room."""
    maps = plate_maps(tables, conditions)
    return [PlateMaps(tuple(maps))] if maps else []


def _settings(experiment: Experiment | None) -> list[Listing]:
    """The settings in force."""
    return [settings_listing(experiment.settings.model_dump(mode="json"))] if experiment else []
