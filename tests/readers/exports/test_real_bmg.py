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


def test_an_endpoint_plate(real):
    frame, problems, account = real("bmg_mars_450.CSV")
    assert problems == []
    assert (account["reader"], account["not_understood"]) == ("bmg_mars", [])
    assert (len(frame), frame["well"].nunique()) == (96, 96)
    assert frame[["channel", "wavelength_nm"]].drop_duplicates().values.tolist() == [["A450", 450.0]]
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert [values[w] for w in ("A1", "A12", "C1", "H12")] == [0.073, 0.089, 0.502, 0.207]
