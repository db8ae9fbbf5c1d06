"""Whether a file is that of its plate: what the export and the names say of themselves, against the table of files.

Two files that have changed places give every well of both a wrong name, and no number looks odd.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment, RawFile
from mgassay.problems import Problems

LEAST_SAME = 12  # wells with a value; fewer may well agree by chance
_SHORTEST = 3  # letters and digits; shorter names stand everywhere


def check_identity(
    experiment: Experiment,
    accounts: Mapping[tuple[str, str], Mapping[str, Any]],
    readings: pd.DataFrame,
    problems: Problems,
) -> None:
    """Problems for files that name another plate, layouts named after another plate, and plates that read the same.

    `accounts` are those of the files by file and plate; `readings` keeps RAW_READINGS.
    """
    files = [f for f in experiment.files if f.assay != "alizarin_image"]
    for raw in files:
        _check_names(raw, files, accounts.get((raw.file, raw.plate), {}), problems)
        _check_layout(raw, files, experiment, problems)
    _check_readings(files, readings, problems)


def names_in(text: str, names: Sequence[str]) -> list[str]:
    """The names that stand in a text as words of their own; letter case, blanks, `_` and `-` do not matter.

    >>> names_in("Path: C:/data/Calcium-D2.xpt", ["calcium_D1", "calcium_D2"]), names_in("plate 12", ["plate 1"])
    (['calcium_D2'], [])
    """
    words = _plain(text)
    return [n for n in names if re.search(rf"(?<![a-z0-9]){re.escape(_plain(n))}(?![a-z0-9])", words)]


def _plain(text: str) -> str:
    """A text with its separators as single blanks, in lower case."""
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


def _check_names(raw: RawFile, files: Sequence[RawFile], account: Mapping[str, Any], problems: Problems) -> None:
    """MG215 where the file's name or header names the plate of another file, and never its own."""
    others = {f.plate for f in files if f.file != raw.file and _plain(f.plate) != _plain(raw.plate)}
    known = sorted(n for n in others if len(re.sub(r"[\W_]", "", n)) >= _SHORTEST and not n.isdigit())
    if sum(f.file == raw.file for f in files) > 1:
        return  # one name for several plates says nothing of any
    lines = [*account.get("understood", ()), *account.get("not_understood", ())]
    for where, text in (("its name", PurePosixPath(raw.file).stem), *(_placed(line) for line in lines)):
        named = names_in(text, known)
        if named and not names_in(text, [raw.plate]):
            place = "" if where == "its name" else where
            problems.add("MG215", file=raw.file, place=place, seen=named[0], plate=raw.plate, where=where)
            return


def _placed(line: str) -> tuple[str, str]:
    """Place and text of a line of an account."""
    place, _, text = line.partition(": ")
    return place, text


def _check_layout(raw: RawFile, files: Sequence[RawFile], experiment: Experiment, problems: Problems) -> None:
    """MG216 where a plate has a layout of its own name, but another plate's is written beside it."""
    named = {_plain(f.plate) for f in files if f.plate != raw.plate}
    own = next((n for n in experiment.layouts if _plain(n) == _plain(raw.plate)), "")
    if own and raw.layout and raw.layout != own and _plain(raw.layout) in named:
        problems.add("MG216", file=raw.file, seen=raw.layout, plate=raw.plate, own=own)


def _check_readings(files: Sequence[RawFile], readings: pd.DataFrame, problems: Problems) -> None:
    """MG217 for plates of one assay that read the same in every well: one of them is the other's, saved twice."""
    seen: dict[tuple[str, tuple[object, ...]], RawFile] = {}
    usable = readings[readings["value"].notna()]
    by_plate = usable.groupby(["file", "plate"], sort=False).indices
    for raw in files:
        rows = usable.iloc[by_plate.get((raw.file, raw.plate), [])].sort_values(["read_index", "channel", "well"])
        if rows["well"].nunique() < LEAST_SAME or rows["value"].nunique() < LEAST_SAME / 2:
            continue
        held = (raw.assay, (*rows["well"], *rows["value"]))
        first = seen.setdefault(held, raw)
        if first.file != raw.file:
            problems.add("MG217", file=raw.file, seen=raw.plate, plate=first.plate, other=first.file)
