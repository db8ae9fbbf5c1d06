"""Reading and writing of results: tables as CSV, JSON with sorted keys, the same bytes for the same data.

How a file is written, whole or not at all, stands in `files`.
"""

import csv
import hashlib
import platform
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgassay import tables
from mgassay.errors import UsageError
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.files import changed_files as changed_files
from mgassay.files import file_hashes as file_hashes
from mgassay.files import not_ours, whole
from mgassay.files import read_json as read_json
from mgassay.files import read_text as read_text
from mgassay.files import remove_half_written as remove_half_written
from mgassay.files import write_bytes as write_bytes
from mgassay.files import write_json as write_json
from mgassay.files import write_text as write_text
from mgassay.problems import Problem, Problems
from mgassay.table import Table

if TYPE_CHECKING:
    import pandas as pd

EXPORTS = ("*.rdml", "*_rdes.tsv", "*_miqe.csv", "methods.txt")  # that are written with the report
PICTURES = {  # of an image: the folder in the results, and how names end
    "thumbnail": ("parts/thumbnails", ".jpg"),
    "outline": ("parts/thumbnails", ".png"),
    "overlay": ("export/overlays", ".jpg"),
    "overlay_svg": ("export/overlays", ".svg"),
}
_TRUTH = {True: "true", False: "false"}


def write_table(folder: Path, state: Table, table: "pd.DataFrame") -> None:
    """Writes `<folder>/<state>.csv`; numbers in their shortest exact form, missing values empty.

    Raises ContractError when the table is not of this state.
    """
    checked = state.check(table)
    truth = {c: checked[c].map(_TRUTH, na_action="ignore") for c, k in state.columns.items() if k == "truth"}
    written = checked.assign(**truth)
    text = written.to_csv(index=False, lineterminator="\n")
    if "\r" in text:  # a carriage return in a lab's label ends the row for every CSV reader unless it is quoted
        text = written.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    write_text(folder / f"{state.name}.csv", text)


def read_table(folder: Path, state: Table) -> "pd.DataFrame":
    """The table of this state in `folder`, with the state's types; raises UsageError where it was not made yet.

    UsageError too where the file is no such table: cut off, edited into another, or of another version of mgassay.
    """
    import pandas as pd

    path = whole(folder / f"{state.name}.csv")
    numbers = [c for c, k in state.columns.items() if k != "text"]
    try:
        raw = pd.read_csv(path, dtype="str", keep_default_na=False, na_values={c: [""] for c in numbers})
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise not_ours(path, str(error)) from None
    return _table_of_file(raw, state, path)


def _table_of_file(raw: "pd.DataFrame", state: Table, path: Path) -> "pd.DataFrame":
    """A file's cells as a table of this state; raises UsageError where columns or values are not the state's."""
    if list(raw.columns) != list(state.columns):
        raise not_ours(path, f"its columns are {', '.join(map(str, raw.columns))}")
    try:
        return _typed_table(raw, state)
    except (ValueError, TypeError) as error:
        raise not_ours(path, str(error)) from None


def _typed_table(raw: "pd.DataFrame", state: Table) -> "pd.DataFrame":
    """A table as its file holds it, texts with NA for what is missing, with the state's types."""
    truth = {
        c: raw[c].map({"true": True, "false": False}, na_action="ignore")
        for c, k in state.columns.items()
        if k == "truth"
    }
    return state.frame(raw.assign(**truth))


def read_table_of_each(results: Path, names: Iterable[str], state: Table) -> "dict[str, pd.DataFrame]":
    """`read_table` of many experiments (results/<name>/tables) by name, typed in one go: 20 times faster than each.

    Raises UsageError where one is not there.
    """
    import pandas as pd

    rows: list[list[str]] = []
    ends = {}
    for name in names:
        path = whole(results / name / "tables" / f"{state.name}.csv")
        with path.open(encoding="utf-8", newline="") as file:
            heads, *body = [*csv.reader(file)] or [[]]
        if heads != list(state.columns) or any(len(row) != len(heads) for row in body):
            raise not_ours(path, f"its columns are {', '.join(heads)}")
        rows += body
        ends[name] = len(rows)
    raw = pd.DataFrame(rows, columns=list(state.columns), dtype="str")
    numbers = [c for c, k in state.columns.items() if k != "text"]
    try:
        typed = _typed_table(raw.assign(**{c: raw[c].mask(raw[c] == "") for c in numbers}), state)
    except (ValueError, TypeError):
        for name in ends:  # says which one it is
            read_table(results / name / "tables", state)
        raise
    starts = [0, *ends.values()]
    return {n: typed.iloc[a:b].reset_index(drop=True) for (n, b), a in zip(ends.items(), starts, strict=False)}


def write_problems(folder: Path, problems: Problems) -> None:
    """Writes `<folder>/problems.csv`, worst first, otherwise in the order of finding."""
    worst_first = sorted(problems, key=lambda p: ("error", "warning", "notice").index(p.severity))
    write_table(folder, tables.PROBLEMS, tables.PROBLEMS.frame(asdict(p) for p in worst_first))


def read_problems(folders: Iterable[Path]) -> Problems:
    """The problems that stages wrote, one folder after the other, each problem once."""
    found = (row for folder in folders for row in read_table(folder, tables.PROBLEMS).to_dict("records"))
    return Problems(Problem(**{str(k): v for k, v in row.items()}) for row in found)


def write_experiment(path: Path, experiment: Experiment | None) -> None:
    """Writes what the lab declared, defaults filled in, as JSON; null for a folder that could not be understood."""
    if experiment is None:
        write_json(path, None)
        return
    write_json(
        path,
        {
            "id": experiment.id,
            "settings": experiment.settings.model_dump(mode="json"),
            "files": [f.model_dump(mode="json") for f in experiment.files],
            "conditions": _records(experiment.conditions),
            "layouts": {name: _records(layout) for name, layout in experiment.layouts.items()},
            "samples": None if experiment.samples is None else _records(experiment.samples),
        },
    )


def read_experiment(path: Path) -> Experiment | None:
    """The experiment that `write_experiment` wrote."""
    held, asked = read_json(path), read_question(path)
    return asked and replace(
        asked,
        files=tuple(RawFile.model_validate(f) for f in held["files"]),
        layouts={name: tables.LAYOUT.frame(rows) for name, rows in held["layouts"].items()},
        samples=None if held["samples"] is None else tables.SAMPLES.frame(held["samples"]),
    )


def experiments_in(results: Path) -> list[str]:
    """The experiments of a results folder that have a verdict, by name; raises UsageError where it is no folder."""
    if not results.is_dir():
        raise UsageError(f"{results} is no folder of results")
    return sorted(p.parent.name for p in results.glob("*/verdict.json"))


def read_question(path: Path) -> Experiment | None:
    """The experiment that `write_experiment` wrote without its files and layouts: what it asks, not what it holds."""
    held = read_json(path)
    if held is None:
        return None
    return Experiment(held["id"], Settings.model_validate(held["settings"]), conditions_frame(held["conditions"]), ())


def bytes_of_files(folder: Path, names: Iterable[str]) -> int:
    """How many bytes files have together by their relative names, or by those of parts of them (`a.jpg/B3`); each once.

    A name that is none counts 0.
    """
    named = (folder / name for name in names)
    files = {path if path.is_file() else path.parent for path in named}
    return sum(f.stat().st_size for f in files if f.is_file())


def flat_name(file: str) -> str:
    """A file name for what belongs to `file`: its path with the separators replaced, unique by a short hash."""
    safe = re.sub(r"[^A-Za-z0-9_-]+", "_", file)
    return f"{safe[-80:]}-{hashlib.sha256(file.encode()).hexdigest()[:8]}"


def read_pictures(folder: Path, files: Iterable[str], suffix: str) -> dict[str, bytes]:
    """What was stored for each image file under its flat name, where there is one."""
    found = {f: folder / f"{flat_name(f)}{suffix}" for f in files}
    return {f: path.read_bytes() for f, path in found.items() if path.is_file()}


def write_pictures(results: Path, file: str, pictures: Mapping[str, bytes]) -> None:
    """Writes an image's thumbnail and outline (parts/) and its full-size overlay (export/), each where it belongs."""
    for kind, content in pictures.items():
        folder, suffix = PICTURES[kind]
        write_bytes(results / folder / f"{flat_name(file)}{suffix}", content)


def overlay_addresses(results: Path, files: Iterable[str]) -> dict[str, str]:
    """Where the overlay of each image file is, relative to the results folder; only of those that are there."""
    overlays = [PICTURES[kind] for kind in ("overlay", "overlay_svg")]
    found = ((f, f"{folder}/{flat_name(f)}{suffix}") for f in files for folder, suffix in overlays)
    return {f: address for f, address in found if (results / address).is_file()}


def write_exports(results: Path, files: Mapping[str, bytes], kinds: Iterable[str] = EXPORTS) -> None:
    """Writes files into export/ by name, and removes those of these kinds that an earlier run left there."""
    folder = results / "export"
    for path in sorted(p for kind in kinds for p in folder.glob(kind) if p.relative_to(folder).as_posix() not in files):
        path.unlink()
    for name, content in files.items():
        write_bytes(folder / name, content)


def empty_folders(*folders: Path) -> None:
    """Makes folders that are there and hold nothing."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)


def read_tables(folder: Path, *states: Table) -> "dict[str, pd.DataFrame]":
    """Several tables of one folder by name."""
    return {s.name: read_table(folder, s) for s in states}


def read_results(results: Path) -> dict[str, Any]:
    """All that a report is made of but the experiment: tables, verdict, provenance, pictures of images."""
    held = read_tables(results / "tables", *tables.RESULT_TABLES)
    held |= read_tables(results / "parts", tables.STAIN_HISTOGRAMS, tables.QPCR_WELLS, tables.AMPLIFICATION)
    pictures = results / "parts" / "thumbnails"
    return {
        "tables": held,
        "verdict": read_json(results / "verdict.json"),
        "provenance": {
            "inputs": read_json(results / "parts" / "inputs.json"),
            "versions": versions(),
            "settings": read_json(results / "parts" / "experiment.json"),
            "readings": read_json(results / "parts" / "reading.json"),
        },
        "thumbnails": read_pictures(pictures, held["images"]["file"], ".jpg"),
        "outlines": read_pictures(pictures, held["images"]["file"], ".png"),
        "overlays": overlay_addresses(results, held["images"]["file"]),
    }


OPTIONAL = ("imagecodecs", "czifile", "nd2", "liffile")  # readers of images that come with extras


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that the numbers were made with."""
    numbers, files = "numpy pandas scipy phreeqc", "scikit-image pillow openpyxl xlrd tifffile XlsxWriter resvg"
    packages = f"mgassay {numbers} {files} snakemake".split()
    used = (*packages, *filter(_is_there, OPTIONAL))
    return {"python": platform.python_version(), **{p: metadata.version(p) for p in used}}


def _is_there(package: str) -> bool:
    """Whether a package is installed."""
    return next(iter(metadata.distributions(name=package)), None) is not None


def conditions_frame(rows: list[Mapping[str, Any]]) -> "pd.DataFrame":
    """Conditions with the contract's columns first and the lab's own text columns behind."""
    import pandas as pd

    known = tables.CONDITIONS.frame([{c: r.get(c) for c in tables.CONDITIONS.columns} for r in rows])
    extra = [c for c in (rows[0] if rows else ()) if c not in tables.CONDITIONS.columns]
    return known.assign(**{c: pd.Series([r[c] for r in rows], dtype="str") for c in extra})


def _records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows as plain values; missing numbers become None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]
