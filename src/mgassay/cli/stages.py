"""One verb per stage of the workflow. Each writes all its tables, empty where the data did not allow more."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from mgassay.errors import UsageError
from mgassay.problems import Problems

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.assays.images.alizarin import Counted
    from mgassay.assays.images.picture import Picture
    from mgassay.experiment import Experiment
    from mgassay.report.report_input import ReportInput

# One that may not be looked into is a problem of its own (MG001), so that it has a report as others have.
Folder = Annotated[Path, typer.Argument(help="the experiment folder", readable=False)]
Results = Annotated[Path, typer.Argument(help="the experiment's folder of results")]

# What each stage writes: tables of the contract into tables/, the rest into parts/ for the stages that follow.
STAGES = {
    "read": ("readings", "wells", "left_out", "qpcr_wells", "image_files", "measured", "amplification"),
    "images": ("images", "image_quality", "image_wells", "nodule_sizes", "stain_histograms"),
    "quantify": (
        *("amounts", "curves", "standards", "plate_quality", "qpcr", "qpcr_quality", "exclusions"),
        *("efficiency_errors", "chemistry", "medium_species"),
    ),
    "effects": ("means", "effects", "shares", "rho", "genes", "checks", "equivalence", "facts", "passive_expected"),
}


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    for verb in (read, images, quantify, effects, report):
        app.command()(verb)


def read(folder: Folder, results: Results) -> None:
    """Raw files to readings and wells."""
    from mgassay import store
    from mgassay.readers.folder import read_experiment
    from mgassay.readers.inputs import input_hashes
    from mgassay.readers.reading import read_folder

    problems = begun("read", results)
    inputs, understood, account = (results / "parts" / f"{name}.json" for name in ("inputs", "experiment", "reading"))
    store.write_json(inputs, input_hashes(folder))
    experiment = read_experiment(folder, problems)
    store.write_experiment(understood, experiment)
    done = read_folder(folder, experiment, problems) if experiment else None
    store.write_json(account, done.accounts if done else [])
    finish("read", results, experiment, done.tables if done else {}, problems, inputs, understood, account)


def images(
    folder: Folder,
    results: Results,
    threads: Annotated[int, typer.Option(help="how many processes measure images side by side", min=1)] = 1,
) -> None:
    """Image files to stained area, with thumbnails and outlines of what was counted."""
    from mgassay import store, tables
    from mgassay.assays.images.alizarin import measure_experiment
    from mgassay.assays.images.histograms import histograms_from_measured
    from mgassay.assays.images.image_tables import tables_from_measured
    from mgassay.cli.workers import images_side_by_side

    problems, made, pictures = begun("images", results), {}, list[str]()
    experiment = stored_experiment(results)
    listed = store.read_table(results / "parts", tables.IMAGE_FILES)
    store.clear_pictures(results, listed["file"])
    if experiment:
        decode, keep = partial(opened, folder), partial(drawn, folder, results)
        with images_side_by_side(threads, store.bytes_of_files(folder, listed["file"]), len(listed)) as each:
            measured = list(measure_experiment(experiment, listed, decode, problems, keep=keep, each=each))
        made = tables_from_measured(experiment, measured, problems)
        made["stain_histograms"] = histograms_from_measured(measured)
        pictures = [name for image in measured for name in cast("list[str]", image.kept)]
    store.list_written(results, "images", [*pictures, store.name_overlays(results, listed["file"])])
    finish("images", results, experiment, made, problems)


def opened(folder: Path, file: str) -> "Picture":
    """The picture in an image file of an experiment folder."""
    from mgassay.readers.images.pictures import open_named

    return open_named(folder, file)


def drawn(folder: Path, results: Path, image: "Counted") -> list[str]:
    """Writes what is kept of an image to look at; the names of these files, relative to the results."""
    from mgassay import store
    from mgassay.readers.images.plain_jpeg import plain_jpeg
    from mgassay.report.overlay import MOST_EMBEDDED, pictures_of

    jpeg = plain_jpeg(folder, image.name, MOST_EMBEDDED)
    return store.write_pictures(results, image.name, pictures_of(image.picture, image.runs, jpeg))


def quantify(results: Results) -> None:
    """Wells, images and Cq to amounts; conditions to the chemistry of their media."""
    from mgassay import store, tables
    from mgassay.assays.amounts import tables_from_wells
    from mgassay.chemistry.speciation import chemistry_from_conditions

    problems = begun("quantify", results)
    experiment = stored_experiment(results)
    held = store.read_tables(results / "tables", tables.WELLS, tables.IMAGES)
    wanted = (tables.QPCR_WELLS, tables.AMPLIFICATION, tables.MEASURED, tables.LEFT_OUT)
    parts = store.read_tables(results / "parts", *wanted)
    made = tables_from_wells(experiment, {**held, **parts}, problems) if experiment else {}
    made |= chemistry_from_conditions(experiment, problems) if experiment else {}
    finish("quantify", results, experiment, made, problems)


def effects(results: Results) -> None:
    """Amounts to means, effects, shares and the verdict; no verdict where anything found so far is an error."""
    from mgassay import store, tables
    from mgassay.chemistry.passive import passive_expected
    from mgassay.effects.conclusions import conclusions_from_amounts, may_conclude
    from mgassay.effects.verdict.verdict import no_verdict
    from mgassay.report.headline import told

    problems = begun("effects", results)
    made: dict[str, pd.DataFrame] = {}
    verdict = no_verdict(results.name)
    experiment = stored_experiment(results)
    found = store.read_problems(results / "parts" / "problems" / stage for stage in ("read", "images", "quantify"))
    if experiment and may_conclude(found):
        amounts = store.read_table(results / "tables", tables.AMOUNTS)
        errors = store.read_table(results / "parts", tables.EFFICIENCY_ERRORS)
        made, facts = conclusions_from_amounts(experiment, amounts, problems, errors)
        chemistry = store.read_table(results / "tables", tables.CHEMISTRY)
        made["passive_expected"] = passive_expected(experiment, chemistry, made["means"], made["effects"])
        if not found.count("error") and not problems.count("error"):
            verdict = {**facts, "sentences": told(facts, made, experiment)}
    store.write_json(results / "verdict.json", verdict)
    finish("effects", results, experiment, made, problems, results / "verdict.json")


def report(folder: Folder, results: Results) -> None:
    """All tables to the report and to the files that are handed on, with the problems of every stage."""
    from mgassay import seals, store, tables
    from mgassay.readers.inputs import changed_inputs
    from mgassay.readers.miqe_items import miqe_documents
    from mgassay.readers.shelf import as_kept
    from mgassay.report.page import report_page
    from mgassay.report.report_input import ReportInput

    changed = begun("report", results)
    problems = store.read_problems(results / "parts" / "problems" / stage for stage in STAGES)
    problems = as_kept(folder, Problems(dict.fromkeys((*problems, *changed))))
    inputs = store.read_json(results / "parts" / "inputs.json")
    for file in changed_inputs(folder, inputs):
        problems.add("MG901", file=file)
    store.write_problems(results / "tables", problems)
    held, experiment = store.read_results(results), stored_experiment(results)
    given = handed_on(results, ReportInput(**held, experiment=experiment, miqe=miqe_documents()), problems)
    store.write_text(results / "report.html", report_page(given))
    written = ("report.html", "verdict.json", *(f"tables/{t.name}.csv" for t in tables.RESULT_TABLES))
    told = {**given.provenance, "results": seals.checksums(results, written)}
    store.write_json(results / seals.PROVENANCE, told)


def handed_on(results: Path, given: "ReportInput", problems: Problems) -> "ReportInput":
    """Writes the methods and the files of qPCR for other programs; what the report is made of, with what they told."""
    from mgassay import store, tables
    from mgassay.report.exports.files import export_files

    told = len(problems)
    files = export_files(given.experiment, given.tables, given.provenance, given.miqe, problems)
    store.write_exports(results, "report", files)
    if len(problems) == told:
        return given
    store.write_problems(results / "tables", problems)
    return replace(given, tables={**given.tables, "problems": store.read_table(results / "tables", tables.PROBLEMS)})


def begun(stage: str, results: Path) -> Problems:
    """A stage's list of problems as it begins: tables of earlier stages that are not as these left them.

    From here on nothing of this stage or of a later one counts as made. Raises UsageError where an earlier one has not
    run to its end.
    """
    from mgassay import seals

    problems = Problems()
    for file in seals.changed_since(results, *seals.before(stage)):
        problems.add("MG902", file=file)
    seals.break_seals(results, stage)
    return problems


def edited(results: Path) -> Problems:
    """What was changed in finished results since their report was written: nothing of them counts any more."""
    from mgassay import seals

    problems = Problems()
    try:
        changed = seals.changed_since_report(results)
    except UsageError:  # it stops no other experiment
        changed = [seals.PROVENANCE]
    for file in changed:
        problems.add("MG902", file=file)
    return problems


def problems_now(results: Path) -> Problems:
    """What is to be told of finished results: what was edited in them, and the problems that they name."""
    from mgassay import store

    return Problems([*edited(results), *store.read_problems([results / "tables"])])


def as_it_stands(results: Path, held: "Mapping[str, pd.DataFrame]") -> "tuple[dict[str, Any], dict[str, pd.DataFrame]]":
    """The verdict and the tables (PROBLEMS among them) of finished results; where any of it was edited, no verdict."""
    from mgassay import store, tables
    from mgassay.effects.verdict.verdict import no_verdict
    from mgassay.report.rows import rows_equal

    told = edited(results)
    if not len(told):
        return store.read_json(results / "verdict.json"), dict(held)
    problems = tables.PROBLEMS.frame([*map(asdict, told), *rows_equal(held["problems"])])
    return no_verdict(results.name), {**held, "problems": problems}


def stored_experiment(results: Path) -> "Experiment | None":
    """The experiment as `read` understood it; None where its folder could not be understood at all."""
    from mgassay import store

    return store.read_experiment(results / "parts" / "experiment.json")


def finish(
    stage: str,
    results: Path,
    experiment: "Experiment | None",
    made: "dict[str, pd.DataFrame]",
    problems: Problems,
    *further: Path,
) -> None:
    """Writes all tables of a stage, header only where nothing was made, what the stage found wrong, and its seal.

    `further` are other files that it wrote.
    """
    from mgassay import seals, store, tables

    written = list(further)
    for name in STAGES[stage]:
        state = tables.BY_NAME[name]
        place = "tables" if state in tables.RESULT_TABLES else "parts"
        store.write_table(results / place, state, made.get(name, state.frame()))
        written.append(results / place / f"{name}.csv")
    accepted = {f.file: f.confirm for f in experiment.files} if experiment else {}
    told = results / "parts" / "problems" / stage
    store.write_problems(told, problems.confirmed(accepted))
    seals.seal(results, stage, [*written, told / "problems.csv"])
