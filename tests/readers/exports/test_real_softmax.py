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


def test_a_kinetic_read_of_columns_2_to_10(real):
    frame, problems, account = real("softmax_kinetic_405_partial.txt")
    assert problems == ["MG109"]
    assert account["reader"] == "softmax"
    assert (len(frame), frame["well"].nunique()) == (216, 72)
    assert set(frame["well"]) == {f"{r}{c}" for r in "ABCDEFGH" for c in range(2, 11)}
    assert frame[["channel", "wavelength_nm"]].drop_duplicates().values.tolist() == [["A405", 405.0]]
    assert frame[["read_index", "time_s"]].drop_duplicates().values.tolist() == [[0, 0], [1, 30], [2, 60]]
    assert set(frame["status"]) == {"ok"}
    reads = {t: dict(zip(f["well"], f["value"], strict=True)) for t, f in frame.groupby("time_s")}
    assert [reads[0][w] for w in ("A2", "A10", "H2")] == [0.0546, 0.0537, 0.1051]
    assert [reads[60][w] for w in ("A2", "H10")] == [0.0557, 0.1090]


def test_the_published_values_of_its_group_are_no_readings(real):
    frame, _, _ = real("softmax_kinetic_405_partial.txt")
    assert frame["value"].max() < 1  # the group holds 100.500, 101.200, ...
