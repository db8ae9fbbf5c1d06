"""Every export in data/ reads as the table beside it says; that table was made by hand or by its maker, never by us.

`data/<reader>/<export>` stands beside `<export>.expected.csv` (columns of the readings that matter for it, a row per
reading, in the order of the file) and, where files.csv has to say more than the file's name or where problems are
expected, `<export>.toml` with the keys `row` (columns of files.csv) and `problems` (codes).
"""

import csv
import math
import tomllib
from pathlib import Path

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_file
from mgassay.readers.registry import all_readers, read_raw_file, reader_of

DATA = Path(__file__).with_name("data")
EXPECTED = sorted(DATA.glob("*/*.expected.csv"))
NUMBERS = ("value", "wavelength_nm", "time_s", "read_index", "quantity", "cycles")


def export_of(expected: Path) -> Path:
    return expected.with_name(expected.name.removesuffix(".expected.csv"))


@pytest.mark.parametrize("expected", EXPECTED, ids=[str(p.relative_to(DATA)) for p in EXPECTED])
def test_an_export_reads_as_its_table_says(expected):
    path = export_of(expected)
    said = path.with_name(f"{path.name}.toml")
    told = tomllib.loads(said.read_text(encoding="utf-8")) if said.exists() else {}
    raw = RawFile(file=path.name, assay="calcium", plate="P", **told.get("row", {}))
    problems = Problems()
    if not raw.reader:
        assert reader_of(content_from_file(path, path.name, Problems())).name == expected.parent.name
    frame = read_raw_file(path, raw, problems).export.readings
    assert [p.code for p in problems] == told.get("problems", [])
    with expected.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(frame) == len(rows)
    for row, (_, read) in zip(rows, frame.iterrows(), strict=True):
        assert {c: read_as(read[c], c) for c in row} == {c: as_number(t) if c in NUMBERS else t for c, t in row.items()}


def read_as(value: object, column: str) -> object:
    if column in NUMBERS:
        return None if str(value) == "<NA>" or value != value else float(value)
    return value


def as_number(text: str) -> float | None:
    return None if text == "" or math.isnan(float(text)) else float(text)


def test_every_reader_has_an_export_of_its_own():
    assert {r.name for r in all_readers() if r.kind != "vendors"} == {p.parent.name for p in EXPECTED}
