"""Real files of GloMax and Byonoy, read as shared/data/README.md says they read by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file

FILES = [
    ("glomax_600.csv", "glomax", 600, {"A1": 1.03, "A12": 0.557, "E1": 0.486, "H12": 0.0748}),
    ("plain_grid_byonoy.csv", "byonoy", 540, {"A1": 0.065, "B1": 0.188, "C12": 0.171, "H12": 0.069}),
]


@pytest.mark.parametrize(("name", "reader", "nm", "seen"), FILES)
def test_named_readers(shared, name, reader, nm, seen):
    problems = Problems()
    raw = RawFile(file=name, assay="calcium", plate="P", wavelength_nm=str(nm))
    read = read_raw_file(shared / "data/plates" / name, raw, problems)
    assert not list(problems)
    assert read.account["reader"] == reader
    frame = read.export.readings
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert len(frame) == len(values) == 96
    assert {w: values[w] for w in seen} == seen
    assert frame["wavelength_nm"].unique() == [nm]


@pytest.mark.parametrize(("name", "reader", "nm", "seen"), FILES)
def test_they_are_plain_grids_too(shared, name, reader, nm, seen):
    raw = RawFile(file=name, assay="calcium", plate="P", reader="plain_grid")
    frame = read_raw_file(shared / "data/plates" / name, raw, Problems()).export.readings
    assert {w: frame.set_index("well")["value"][w] for w in seen} == seen
