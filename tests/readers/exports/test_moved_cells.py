"""A cell that is lost or added moves all cells behind it: every export must then be refused, told, or read right.

A reading that lands in another well looks like any other number, so no other test would see it.
"""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_bytes
from mgassay.readers.registry import read_raw_file

DATA = Path(__file__).with_name("data")
KEYS = ("well", "read_index")
EXPORTS = [
    path
    for path in sorted(DATA.glob("*/*"))
    if path.suffix not in (".toml", ".xlsx", ".xls", ".rdml", ".xml") and not path.name.endswith(".expected.csv")
]
MUTANTS = 12


def read(folder, path, raw):
    said = path.with_name(f"{path.name}.toml")
    row = tomllib.loads(said.read_text(encoding="utf-8")).get("row", {}) if said.exists() else {}
    changed = folder / path.name
    changed.write_bytes(raw)
    problems = Problems()
    frame = read_raw_file(changed, RawFile(file=path.name, assay="calcium", plate="P", **row), problems).export.readings
    rows = frame[[*KEYS, "channel", "value"]].dropna().itertuples(index=False)
    return {(well, index, channel, value) for well, index, channel, value in rows}, problems


def moved(text, separator, rng):
    """The text with one cell lost or added amid a row of numbers."""
    lines = text.split("\n")
    rows = [k for k, line in enumerate(lines) if sum(c.isdigit() for c in line) > 8 and line.count(separator) > 2]
    if not rows:
        return text
    row = int(rng.choice(rows))
    cells = next(csv.reader([lines[row].rstrip("\r")], delimiter=separator))
    at = int(rng.integers(0, len(cells)))
    cells = [*cells[:at], *([cells[at], cells[at]] if rng.random() < 0.3 else []), *cells[at + 1 :]]
    lines[row] = separator.join(f'"{c}"' if separator in c else c for c in cells)
    return "\n".join(lines)


@pytest.mark.parametrize("path", EXPORTS, ids=[str(p.relative_to(DATA)) for p in EXPORTS])
def test_no_reading_moves_to_another_well_in_silence(tmp_path, path):
    raw = path.read_bytes()
    content = content_from_bytes(raw)
    right, before = read(tmp_path, path, raw)
    for k in range(MUTANTS):
        changed = moved(content.text, content.separator, np.random.default_rng([k, len(raw)]))
        found, problems = read(tmp_path, path, changed.encode(content.encoding))
        told = {p.code for p in problems if p.severity != "notice"}
        if told - {p.code for p in before if p.severity != "notice"} or "MG167" in told:  # rows of unequal length
            continue
        # Of a lost name the channel may change; the values of a well may not.
        assert {(w, i, v) for w, i, _, v in found} <= {(w, i, v) for w, i, _, v in right}, changed
