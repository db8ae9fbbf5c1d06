"""The experiment folder -> Experiment: all tables that the lab wrote, checked against each other."""

import posixpath
from pathlib import Path

import pandas as pd

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.experiment import Experiment, RawFile
from mgassay.problems import Problems, listed, suggestion
from mgassay.readers.conditions import check_settings_fit, conditions_from_cells
from mgassay.readers.contents import content_from_file
from mgassay.readers.kits import check_standards
from mgassay.readers.layouts import layout_from_cells, samples_from_cells
from mgassay.readers.names import check_names
from mgassay.readers.paths import ID, files_in, is_left_behind, is_shut, leaves_folder
from mgassay.readers.rawfiles import Bench, files_from_cells
from mgassay.readers.settings import FILE as SETTINGS_FILE
from mgassay.readers.settings import ReadSettings, settings_from_text
from mgassay.readers.shelf import WORKBOOK, Shelf, cells_from_shelf, shelf_from_folder

_LISTED = 10


def read_experiment(folder: Path, problems: Problems) -> Experiment | None:
    """The experiment that a folder declares, by the input contract (docs/contract.md).

    Whatever is wrong is a problem and is left out, so that everything else is checked as well. None where there is no
    folder, or nothing of an experiment in it.
    """
    shelf = _shelf(folder, problems)
    if shelf is None:
        return None
    read = settings_from_text(_settings_text(folder, problems), problems)
    conditions = _conditions(shelf, read, problems)
    ids = [] if _ids_are_told(problems) else list(conditions["condition"])
    samples = _samples(shelf, ids, problems)
    files = _files(shelf, read, samples, problems)
    layouts = _layouts(shelf, files, ids, samples, problems)
    maps = {shelf.file_of(f"layout_{name}"): layout for name, layout in layouts.items()}
    check_names(maps | ({} if samples is None else {shelf.file_of("samples"): samples}), problems)
    _check_unlisted(shelf, files, problems)
    _check_unused(shelf, files, problems)
    experiment = Experiment(folder.resolve().name, read.settings, conditions, files, layouts, samples)
    check_standards(experiment, {name: shelf.file_of(f"layout_{name}") for name in layouts}, problems)
    return experiment


def read_design(folder: Path, problems: Problems) -> Experiment | None:
    """What a folder in the making declares: settings and conditions only, no raw file need be there."""
    shelf = _shelf(folder, problems)
    if shelf is None:
        return None
    read = settings_from_text(_settings_text(folder, problems), problems)
    return Experiment(folder.resolve().name, read.settings, _conditions(shelf, read, problems), ())


def _shelf(folder: Path, problems: Problems) -> Shelf | None:
    """The tables of a folder; None (and a problem) where there is no folder, or nothing of an experiment in it."""
    if not folder.is_dir() or is_shut(folder):
        problems.add("MG001", seen=folder)
        return None
    name = folder.resolve().name
    if not ID.fullmatch(name):
        problems.add("MG002", seen=name)
    shelf = shelf_from_folder(folder, problems)
    if shelf.names() or shelf.workbook_refused or (folder / SETTINGS_FILE).exists():
        return shelf
    problems.add("MG003", file=SETTINGS_FILE, seen=name)
    return None


def _settings_text(folder: Path, problems: Problems) -> str | None:
    """experiment.toml as text; None (and a problem) when it is not there or is no text."""
    if leaves_folder(folder, SETTINGS_FILE):
        problems.add("MG041", file=SETTINGS_FILE, seen=SETTINGS_FILE)
        return None
    if not (folder / SETTINGS_FILE).is_file():
        problems.add("MG003", file=SETTINGS_FILE, seen=folder.resolve().name)
        return None
    try:
        return content_from_file(folder / SETTINGS_FILE, SETTINGS_FILE, problems).text
    except UnreadableError as error:
        code = "MG023" if error.code == "MG102" else error.code  # MG102 speaks of a plate
        problems.add(code, file=SETTINGS_FILE, place=error.place, seen=error.seen, **error.facts)
        return None


def _missing(shelf: Shelf, name: str, problems: Problems) -> None:
    """The problem that a table is nowhere, unless it was named already."""
    if name in shelf.names() or shelf.is_told(name):
        return
    words = {"table": f"{name}.csv", "workbook": WORKBOOK, "suggestion": suggestion(name, shelf.names())}
    mend = (
        f"Rename that sheet of {WORKBOOK}, or add the sheet {name}"
        if shelf.sheets
        else f"Rename that table to {name}.csv, or write one"
    )
    problems.add("MG020", file=WORKBOOK if shelf.sheets else f"{name}.csv", seen=name, mend=mend, **words)


def _conditions(shelf: Shelf, read: ReadSettings, problems: Problems) -> pd.DataFrame:
    """The table of conditions, empty where there is none."""
    _missing(shelf, "conditions", problems)
    cells = cells_from_shelf(shelf, "conditions", problems)
    if cells is None:
        return tables.CONDITIONS.frame()
    conditions = conditions_from_cells(cells, read, problems)
    if not any(p.code == "MG025" and p.file == cells.file for p in problems):  # else levels and media mean nothing
        check_settings_fit(conditions, read, cells.sheet or cells.file, problems)
    return conditions


def _ids_are_told(problems: Problems) -> bool:
    """Whether names of conditions are known to be lost: cut off, dates or doubles; then no other table is blamed."""
    homes = {("conditions.csv", ""), (WORKBOOK, "conditions")}
    told = [p for p in problems if (p.file, p.sheet) in homes]
    return any(p.code == "MG127" or (p.code in ("MG028", "MG029", "MG030") and ", condition" in p.place) for p in told)


def _samples(shelf: Shelf, conditions: list[str], problems: Problems) -> pd.DataFrame | None:
    """The table of samples, None where there is none."""
    cells = cells_from_shelf(shelf, "samples", problems)
    return None if cells is None else samples_from_cells(cells, conditions, problems)


def _files(shelf: Shelf, read: ReadSettings, samples: pd.DataFrame | None, problems: Problems) -> tuple[RawFile, ...]:
    """The table of raw files, empty where there is none."""
    _missing(shelf, "files", problems)
    cells = cells_from_shelf(shelf, "files", problems)
    bench = Bench(shelf.folder, read.settings, shelf.layouts(), samples is not None or shelf.is_told("samples"))
    return () if cells is None else files_from_cells(cells, bench, problems)


def _layouts(
    shelf: Shelf,
    files: tuple[RawFile, ...],
    conditions: list[str],
    samples: pd.DataFrame | None,
    problems: Problems,
) -> dict[str, pd.DataFrame]:
    """The layouts that the files name, each once, in the order in which they are named."""
    found = {}
    for name in dict.fromkeys(f.layout for f in files if f.layout):
        cells = cells_from_shelf(shelf, f"layout_{name}", problems)
        if cells is not None:
            found[name] = layout_from_cells(cells, conditions, samples, problems)
    return found


def _check_unlisted(shelf: Shelf, files: tuple[RawFile, ...], problems: Problems) -> None:
    """A notice for files in raw/ that no row of `files` names: they are not part of the results."""
    raw = shelf.folder / "raw"
    named = {posixpath.normpath(f.file) for f in files} | {p.seen for p in problems}
    lying = [f"raw/{name}" for name in files_in(raw) if not is_left_behind(raw / name)]
    unlisted = [name for name in lying if name not in named]
    if unlisted and files:
        file, sheet = ("files.csv", "") if "files" in shelf.files else (WORKBOOK, "files")
        problems.add("MG056", file=file, sheet=sheet, seen=listed(unlisted, _LISTED))


def _check_unused(shelf: Shelf, files: tuple[RawFile, ...], problems: Problems) -> None:
    """A notice for layouts that no row names: one of them may have been meant where another stands."""
    unused = [name for name in shelf.layouts() if name not in {f.layout for f in files}]
    named_wrongly = any(p.code in ("MG040", "MG041", "MG042", "MG043", "MG045", "MG046", "MG047") for p in problems)
    if unused and files and not named_wrongly:
        problems.add("MG059", file="files.csv", seen=listed(unused, _LISTED))


def is_doubtful(table: str, problems: Problems) -> bool:
    """Whether a table of the folder (`conditions`, `files`) has errors, so that what rests on it cannot be judged."""
    homes = {(f"{table}.csv", ""), (WORKBOOK, table)}
    return any(p.severity == "error" and (p.file, p.sheet) in homes for p in problems)
