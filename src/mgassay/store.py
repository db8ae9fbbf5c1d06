"""Reading and writing of results: tables as CSV, JSON with sorted keys, the same bytes for the same data.

How a file is written, whole or not at all, stands in `files`.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgassay import tables
from mgassay.errors import UsageError
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.files import bytes_of_files as bytes_of_files
from mgassay.files import file_hashes as file_hashes
from mgassay.files import flat_name, not_ours, whole
from mgassay.files import list_written as list_written
from mgassay.files import read_json as read_json
from mgassay.files import read_text as read_text
from mgassay.files import remove_half_written as remove_half_written
from mgassay.files import remove_written as remove_written
from mgassay.files import write_bytes as write_bytes
from mgassay.files import write_json as write_json
from mgassay.files import write_text as write_text
from mgassay.problems import Problem, Problems
from mgassay.table import Table
from mgassay.versions import versions

if TYPE_CHECKING:
    import pandas as pd

PICTURES = {  # of an image: the folder in the results, and how names end
    "thumbnail": ("parts/thumbnails", ".jpg"),
    "outline": ("parts/thumbnails", ".png"),
    "overlay": ("export/overlays", ".jpg"),
    "overlay_svg": ("export/overlays", ".svg"),
}
OVERLAYS = "export/overlays/README.txt"  # says which is of which image; the workflow knows by it that all are there
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
    """The experiments of a results folder that have a verdict, by name; raises UsageError where it is no folder.

    With a table over all experiments those that stand in it: others were left there when they were renamed or removed.
    """
    if not results.is_dir():
        raise UsageError(f"{results} is no folder of results")
    there = sorted(p.parent.name for p in results.glob("*/verdict.json"))
    if not (results / f"{tables.SUMMARY.name}.csv").is_file():
        return there
    counted = set(read_table(results, tables.SUMMARY)["experiment"])
    return [name for name in there if name in counted]


def read_question(path: Path) -> Experiment | None:
    """The experiment that `write_experiment` wrote without its files and layouts: what it asks, not what it holds."""
    held = read_json(path)
    if held is None:
        return None
    return Experiment(held["id"], Settings.model_validate(held["settings"]), conditions_frame(held["conditions"]), ())


def read_pictures(folder: Path, files: Iterable[str], suffix: str) -> dict[str, bytes]:
    """What was stored for each image file under its flat name, where there is one."""
    found = {f: folder / f"{flat_name(f)}{suffix}" for f in files}
    return {f: path.read_bytes() for f, path in found.items() if path.is_file()}


def write_pictures(results: Path, file: str, pictures: Mapping[str, bytes]) -> list[str]:
    """Writes an image's thumbnail and outline (parts/) and its full-size overlay (export/), each where it belongs.

    Returns their names relative to the results.
    """
    for kind, content in pictures.items():
        write_bytes(results / _picture(file, kind), content)
    return [_picture(file, kind) for kind in pictures]


def clear_pictures(results: Path, files: Iterable[str]) -> None:
    """Removes the pictures of an earlier run, and makes room for those of the images `files`."""
    names = [OVERLAYS, *(_picture(file, kind) for file in files for kind in PICTURES)]
    remove_written(results, "images", unlisted=names)
    list_written(results, "images", names)
    for folder, _ in PICTURES.values():
        (results / folder).mkdir(parents=True, exist_ok=True)


def _picture(file: str, kind: str) -> str:
    """The name of an image's picture, relative to the results."""
    folder, suffix = PICTURES[kind]
    return f"{folder}/{flat_name(file)}{suffix}"


def overlay_addresses(results: Path, files: Iterable[str]) -> dict[str, str]:
    """Where the overlay of each image file is, relative to the results folder; only of those that are there."""
    found = ((f, _picture(f, kind)) for f in files for kind in ("overlay", "overlay_svg"))
    return {f: address for f, address in found if (results / address).is_file()}


def name_overlays(results: Path, files: Iterable[str]) -> str:
    """Writes beside the overlays which is of which image; returns the file's name relative to the results."""
    found = overlay_addresses(results, files)
    lines = (f"{address.rpartition('/')[2]}  {file}\n" for file, address in found.items())
    write_text(results / OVERLAYS, "".join(("Images with the outline of what was counted:\n\n", *lines)))
    return OVERLAYS


def write_exports(results: Path, verb: str, files: Mapping[str, bytes]) -> None:
    """Writes the files of a verb into export/ by name, and removes those of an earlier run that it no longer makes."""
    names = [f"export/{name}" for name in files]
    remove_written(results, verb, keep=names)
    list_written(results, verb, names)
    for name, content in files.items():
        write_bytes(results / "export" / name, content)


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
