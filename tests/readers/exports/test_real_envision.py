"""Real exports, read as shared/data/README.md says they read by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


@pytest.fixture
def real(shared):
    """`(file, **columns of files.csv)` -> readings, problems by code, account."""

    def read(file: str, **row: str):
        problems = Problems()
        raw = RawFile(file=file, assay="calcium", plate="P", **row)
        found = read_raw_file(shared / "data" / "plates" / file, raw, problems)
        return found.export.readings, [p.code for p in problems], found.account

    return read


def test_two_plates_need_a_choice(real):
    frame, problems, _ = real("envision_450_two_plates.csv")
    assert (len(frame), problems) == (0, ["MG113"])


@pytest.mark.parametrize(
    ("plate", "expected"),
    [("Plate 1", {"A1": 0.15, "A4": 1.85, "H12": 0.095}), ("Plate 2", {"A1": 0.3, "H12": 0.13})],
)
def test_each_plate(real, plate, expected):
    frame, problems, account = real("envision_450_two_plates.csv", sheet=plate)
    assert problems == []
    assert (account["reader"], account["not_understood"]) == ("envision", ["line 64: Protocol notes"])
    assert (len(frame), frame["well"].nunique()) == (96, 96)
    assert frame[["channel", "wavelength_nm", "sheet"]].drop_duplicates().values.tolist() == [["A450(1)", 450.0, plate]]
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert {well: values[well] for well in expected} == expected
