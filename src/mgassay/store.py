"""Reading and writing of results: tables as CSV, JSON with sorted keys, the same bytes for the same data.

Every file is written beside its place and moved there in one step, so that a killed job never leaves half a table.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problem, Problems

_TRUTH = {True: "true", False: "false"}


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text with the line ends it has, whole or not at all."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: object) -> None:
    """Writes JSON with sorted keys; NaN is refused (ValueError), a missing number is null."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """The JSON value that a file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_table(folder: Path, state: tables.Table, table: pd.DataFrame) -> None:
    """Writes `<folder>/<state>.csv`; numbers in their shortest exact form, missing values empty.

    Raises ContractError when the table is not of this state.
    """
    checked = state.check(table)
    truth = {c: checked[c].map(_TRUTH, na_action="ignore") for c, k in state.columns.items() if k == "truth"}
    write_text(folder / f"{state.name}.csv", checked.assign(**truth).to_csv(index=False, lineterminator="\n"))


def read_table(folder: Path, state: tables.Table) -> pd.DataFrame:
    """The table of this state in `folder`, with the state's types."""
    numbers = [c for c, k in state.columns.items() if k != "text"]
    raw = pd.read_csv(
        folder / f"{state.name}.csv", dtype="str", keep_default_na=False, na_values={c: [""] for c in numbers}
    )
    truth = {
        c: raw[c].map({"true": True, "false": False}, na_action="ignore")
        for c, k in state.columns.items()
        if k == "truth"
    }
    return state.frame(raw.assign(**truth))


def write_problems(folder: Path, problems: Problems) -> None:
    """Writes `<folder>/problems.csv`, worst first, otherwise in the order of finding."""
    worst_first = sorted(problems, key=lambda p: ("error", "warning", "notice").index(p.severity))
    write_table(folder, tables.PROBLEMS, tables.PROBLEMS.frame(asdict(p) for p in worst_first))


def read_problems(folders: Iterable[Path]) -> Problems:
    """The problems that stages wrote, one folder after the other, each problem once."""
    found = (row for folder in folders for row in read_table(folder, tables.PROBLEMS).to_dict("records"))
    return Problems(Problem(**{str(k): v for k, v in row.items()}) for row in found)


def write_experiment(path: Path, experiment: Experiment) -> None:
    """Writes what the lab declared, defaults filled in, as JSON."""
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


def read_experiment(path: Path) -> Experiment:
    """The experiment that `write_experiment` wrote."""
    held = read_json(path)
    return Experiment(
        id=held["id"],
        settings=Settings.model_validate(held["settings"]),
        files=tuple(RawFile.model_validate(f) for f in held["files"]),
        conditions=conditions_frame(held["conditions"]),
        layouts={name: tables.LAYOUT.frame(rows) for name, rows in held["layouts"].items()},
        samples=None if held["samples"] is None else tables.SAMPLES.frame(held["samples"]),
    )


def conditions_frame(rows: list[Mapping[str, Any]]) -> pd.DataFrame:
    """Conditions with the contract's columns first and the lab's own text columns behind."""
    known = tables.CONDITIONS.frame([{c: r.get(c) for c in tables.CONDITIONS.columns} for r in rows])
    extra = [c for c in (rows[0] if rows else ()) if c not in tables.CONDITIONS.columns]
    return known.assign(**{c: pd.Series([r[c] for r in rows], dtype="str") for c in extra})


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; missing numbers become None."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]
