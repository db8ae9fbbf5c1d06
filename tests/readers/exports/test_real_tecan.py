"""Real exports of Tecan i-control and Magellan, read as shared/data/README.md says they read by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file

SHEETS = {  # the wells of each sheet, and some of its values
    "1": ("A1-H12", {"A1": 0.3438, "A12": 0.3035}),
    "2": ("A1-E12", {"A1": 0.0552, "E1": 0.0365}),
    "3": ("A1-H12", {"A1": 0.5304}),
    "4": ("A1-H12", {}),
    "5": ("A1-H12", {}),
    "6": ("E1-F9", {}),
    "7": ("A1-B9", {}),
    "9": ("C1-D9", {}),
}


@pytest.fixture
def real(shared):
    def read(name: str, **row: str):
        problems = Problems()
        raw = RawFile(file=name, assay="calcium", plate="P", **row)
        return read_raw_file(shared / "data/plates" / name, raw, problems), problems

    return read


@pytest.mark.parametrize(("sheet", "part", "values"), [(s, *rest) for s, rest in SHEETS.items()])
def test_icontrol_sheets(real, sheet, part, values):
    read, problems = real("tecan_icontrol_600_multisheet.xlsx", sheet=sheet, wavelength_nm="600")
    frame = read.export.readings
    assert not list(problems)
    first, last = part.split("-")
    rows = [chr(c) for c in range(ord(first[0]), ord(last[0]) + 1)]
    assert frame["well"].tolist() == [f"{r}{c}" for r in rows for c in range(int(first[1:]), int(last[1:]) + 1)]
    assert {w: frame.set_index("well")["value"][w] for w in values} == values
    assert frame["channel"].unique() == ["OD600_1"]
    assert frame["wavelength_nm"].unique() == [600.0]
    assert read.account["sheets_not_read"] == [s for s in SHEETS if s != sheet]
    assert [line.split(": ")[1][:7] for line in read.account["not_understood"]] == ["Comment"]


def test_icontrol_names_its_sheets(real):
    _, problems = real("tecan_icontrol_600_multisheet.xlsx")
    assert [(p.code, p.seen) for p in problems] == [("MG113", "1, 2, 3, 4, 5, 6, 7, 9")]


def test_magellan(real):
    read, problems = real("tecan_magellan_595.xlsx", wavelength_nm="595")
    assert not list(problems)
    assert read.account["reader"] == "tecan_magellan"
    assert read.account["not_understood"] == read.account["ignored_below"] == []
    frame = read.export.readings
    assert frame["well"].tolist() == [f"{r}{c}" for c in range(1, 13) for r in "ABCDEFGH"]
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert [values[w] for w in ("A1", "B1", "A2", "H12")] == [0.1462, 0.2118, 0.1418, 0.0461]
