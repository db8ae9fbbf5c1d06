"""What an experiment is handed on as once its report is there: the files of the export folder by name."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables as states
from mgassay.experiment import Experiment
from mgassay.report.exports import crate, figure_files, pasted, prism, workbook
from mgassay.report.exports.export_names import METHODS, export_names, has_errors
from mgassay.report.exports.figure_files import PageFigure, figures_of
from mgassay.report.exports.figure_files import figure_files as drawn_files
from mgassay.report.exports.grids import mean_grids, rep_grids, units_of
from mgassay.report.grades import GRADES
from mgassay.report.rows import tables_of

README = "README.txt"
OVERLAYS = "overlays"  # written with the images
# What the crate tells of beside the export folder; files of others may lie there too.
_RESULTS = {"report.html", "verdict.json", "provenance.json", *(f"tables/{s.name}.csv" for s in states.RESULT_TABLES)}
_SHA256 = re.compile("[0-9a-f]{64}")  # what a raw file has not that could not be read


@dataclass(frozen=True)
class Finished:
    """A finished experiment: what its results folder holds.

    `page` is the report, `results` are SHA-256 by name of files beside the export folder, `exported` of those in it
    that other jobs wrote.
    """

    name: str
    experiment: Experiment | None
    tables: Mapping[str, pd.DataFrame]
    verdict: Mapping[str, Any]
    provenance: Mapping[str, Any]
    page: str
    results: Mapping[str, str]
    exported: Mapping[str, str]


def handed_names(name: str, experiment: Experiment | None, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Names of files and folders in export/ with what they hold, those of qPCR too.

    With an error only what says so itself: a figure or a table to paste travels without the report that warns of it.
    """
    always = {
        README: "what is in this folder",
        f"{name}{workbook.SUFFIX}": "all tables in one workbook, with the unit and meaning of every column",
        crate.NAME: "RO-Crate: program, versions, inputs and results with checksums",
    }
    if experiment is None or has_errors(tables):
        return always
    return {
        **always,
        f"{name}{prism.SUFFIX}": "GraphPad Prism: donors x conditions x reps, donor means, effects, shares",
        f"{pasted.FOLDER}/": "the same as tab-separated tables to paste, one of reps and one of donor means each",
        f"{figure_files.FOLDER}/": "every figure of the report as SVG and as PNG of 300 dots per inch, with captions",
        METHODS: "methods paragraphs with references, ready to paste",
        **export_names(experiment, tables),
    }


def handed_files(given: Finished) -> dict[str, bytes]:
    """The files of `handed_names` by name, but those that were written with the report."""
    about = workbook.About(_title(given), tuple(_about(given)))
    files = {f"{given.name}{workbook.SUFFIX}": workbook.workbook(about, given.tables)}
    figures: list[PageFigure] = []
    if given.experiment is not None and not has_errors(given.tables):
        figures = figures_of(given.page)
        files |= _for_analysis(given, given.experiment)
        files |= drawn_files(figures)
    files[README] = "\n".join(_readme(given, figures)).encode(errors="backslashreplace")
    files[crate.NAME] = crate.crate_json(_held(given, files))
    return files


def _for_analysis(given: Finished, experiment: Experiment) -> dict[str, bytes]:
    """The Prism file and the tables to paste."""
    amounts = given.tables["amounts"]
    reps = rep_grids(experiment, amounts)
    means = mean_grids(experiment, given.tables["means"], units_of(amounts))
    version = _versions(given).get("mgassay", "")
    made = prism.prism_file(given.name, version, reps, means, tables_of(experiment, given.tables))
    return {f"{given.name}{prism.SUFFIX}": made, **pasted.pasted_files(reps, means)}


def _title(given: Finished) -> str:
    """The experiment's title with its id."""
    title = given.experiment.settings.experiment.title if given.experiment else given.name
    return f"{title} ({given.name})" if given.name not in title else title


def _about(given: Finished) -> Iterator[tuple[str, str]]:
    """What the workbook's first sheet says."""
    grade = GRADES.get(str(given.verdict.get("grade") or ""), "")
    yield from workbook.verdict_lines(given.verdict, given.tables["problems"], grade)
    yield "made by", f"mgassay {_versions(given).get('mgassay', '')}, from the files listed in provenance.json"
    yield (
        "how to read",
        (
            "One sheet per table of the results. Choose a head to see what its column holds; 'columns' lists them all. "
            "An empty cell is a missing value. n counts donors."
        ),
    )


def _versions(given: Finished) -> dict[str, str]:
    """Versions as the provenance holds them."""
    return {str(k): str(v) for k, v in dict(given.provenance.get("versions") or {}).items()}


def _readme(given: Finished, figures: list[PageFigure]) -> Iterator[str]:
    """The list of files, one line each, and what has to be known of them."""
    yield f"{_title(given)}: files for other programs\n"
    names = handed_names(given.name, given.experiment, given.tables)
    width = max(map(len, names))
    yield from (f"{file.ljust(width)}  {told}" for file, told in names.items())
    yield f"{f'{OVERLAYS}/'.ljust(width)}  images with the outline of what was counted, where there are images\n"
    if len(names) == 3:
        yield "There are errors (see the report, or the first sheet of the workbook). Until they are mended no figures,"
        yield "tables to paste, Prism or qPCR files are written: they would travel without the report that warns.\n"
        return
    yield f"Donors are rows, conditions columns, reps stand side by side in {pasted.FOLDER}/ and in the Prism file."
    yield "Reps: wells averaged, nothing subtracted. Means: the donor's wells in control medium (no phosphate added)"
    yield "subtracted from mineral readouts, reps averaged on the log scale, in the readout's unit (genes: log2)."
    yield "A value written as <=x or >=x is known only as a bound; in Prism it is excluded (*)."
    yield "Numbers have a decimal point. Where yours have a decimal comma, open the .xlsx: there numbers are numbers."
    yield "A name that a spreadsheet would take for a formula begins with an apostrophe."
    yield "Figures are 87 to 99 mm wide as they stand. The date and the licence in the RO-Crate are for you to set.\n"
    yield f"{figure_files.CAPTIONS} in {figure_files.FOLDER}/ says what each figure shows, what its marks are, and n."
    yield f"In {figure_files.FOLDER}/, each as .svg and .png:"
    yield from (f"{figure.name}: {figure.title}" for figure in figures)
    yield ""


def _held(given: Finished, files: Mapping[str, bytes]) -> crate.Held:
    """What the crate tells of: these files, those of qPCR, tables and inputs by their checksums."""
    told = handed_names(given.name, given.experiment, given.tables)
    made = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    own = {*made, crate.NAME}  # as an earlier run may have left them
    digests = made | {n: d for n, d in given.exported.items() if n in told and n not in own}
    inputs = dict(given.provenance.get("inputs") or {})
    folders = {OVERLAYS: "images with the outline of what was counted"}
    return crate.Held(
        name=given.name,
        title=_title(given),
        files={name: (digest, told.get(name, "")) for name, digest in digests.items()},
        folders=folders if given.tables["images"].size else {},
        results={n: d for n, d in given.results.items() if n in _RESULTS},
        inputs={str(k): str(v) for k, v in inputs.items() if _SHA256.fullmatch(str(v))},
        versions=_versions(given),
        errors=int((given.tables["problems"]["severity"] == "error").sum()),
    )
