"""A real export of SkanIt, read as shared/data/README.md says it reads by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


def test_an_elisa_with_computed_sheets_beside_it(shared):
    problems = Problems()
    raw = RawFile(file="skanit_450.xlsx", assay="calcium", plate="P", wavelength_nm="450")
    read = read_raw_file(shared / "data/plates/skanit_450.xlsx", raw, problems)
    assert not list(problems)
    frame = read.export.readings
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert len(frame) == len(values) == 96
    assert (values["A1"], values["H12"]) == (1.7455, 0.1032)
    assert (values["H1"] + values["H2"]) / 2 == pytest.approx(0.09105, abs=1e-12)
    assert frame["sheet"].unique() == ["Absorbance 1_01"]
    assert read.account["reader"] == "skanit"
    assert read.account["not_understood"] == read.account["ignored_below"] == []
