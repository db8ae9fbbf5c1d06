"""Real exports, read as shared/data/README.md says they read by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


@pytest.fixture
def real(shared):
    """`file name` -> what was read of it, problems by code."""

    def read(file: str):
        problems = Problems()
        path = shared / "data" / "qpcr" / file
        return read_raw_file(path, RawFile(file=file, assay="qpcr", plate="P"), problems), [p.code for p in problems]

    return read


def test_the_export_of_a_multiplex_run_without_targets(real):
    read, problems = real("biorad_cfxmaestro_example01.csv")
    frame = read.export.readings
    assert problems == ["MG153"]  # the column Target is empty, so the dyes stand for the targets
    assert read.account["reader"] == "cfx"
    assert len(frame) == 48
    first = frame.iloc[0]
    assert (first["well"], first["channel"], first["value"]) == ("A1", "FAM", 21.1877528266099)
    assert (first["task"], first["sample"]) == ("Unkn", "M3905 R Ctx")
    assert frame["channel"].value_counts().to_dict() == {"FAM": 24, "VIC": 24}
    assert set(frame["status"]) == {"ok"}
    assert frame[["quantity", "cycles"]].isna().all(axis=None)
    assert read.account["not_understood"] == []
