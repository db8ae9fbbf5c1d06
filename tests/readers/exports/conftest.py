"""What the tests of exports share: a real export, read as files.csv would have it."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


@pytest.fixture
def real(shared):
    """`(file, **columns of files.csv)` -> what was read of a file of shared/data, and the problems by code."""

    def read(file: str, **row: str):
        problems = Problems()
        folder = next(shared / "data" / kind for kind in ("plates", "qpcr") if (shared / "data" / kind / file).exists())
        raw = RawFile(file=file, assay="qpcr" if folder.name == "qpcr" else "calcium", plate="P", **row)
        return read_raw_file(folder / file, raw, problems), [p.code for p in problems]

    return read
