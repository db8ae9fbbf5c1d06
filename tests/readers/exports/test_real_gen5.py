"""Real exports of Gen5, read as shared/data/README.md says they read by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file

FILES = {
    "gen5_stdcurve_bca_mock.txt": [],
    "gen5_lowry_660_masked_well.txt": [],
    "gen5_overflow_450.txt": [],
    "gen5_kinetic_420_4pl.txt": ["MG131"],
}


@pytest.mark.parametrize(("name", "codes"), FILES.items())
def test_every_line_is_understood(real, name, codes):
    read, problems = real(name)
    assert problems == codes
    assert read.account["reader"] == "gen5"
    assert read.account["not_understood"] == read.account["ignored_below"] == []


@pytest.mark.parametrize(("name", "nm"), [("gen5_stdcurve_bca_mock.txt", 630), ("gen5_lowry_660_masked_well.txt", 660)])
def test_values_read_by_eye(real, name, nm):
    frame = real(name)[0].export.readings
    seen = {
        630: {"A1": 3.337, "A4": 1.998, "H12": 0.194},
        660: {"A1": 0.044, "B6": 0.635, "G3": 0.365, "H3": 0.356, "H12": 0.526},
    }[nm]
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert len(values) == len(frame) == 96
    assert {w: values[w] for w in seen} == seen
    assert frame["wavelength_nm"].unique() == [nm]
    assert set(frame.loc[frame["status"] == "masked", "well"]) == ({"H3"} if nm == 660 else set())


def test_overflow_and_missed_wells(real):
    frame = real("gen5_overflow_450.txt")[0].export.readings
    status = frame.groupby("status")["well"].apply(set).to_dict()
    assert len(status["ok"]) == 83
    assert status["above"] == {"A8", "B7", "C6", "D5", "E4", "F3", "G2", "H1"}
    assert status["missing"] == {"D12", "E11", "F10", "G9", "H8"}
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert (values["A1"], values["H12"]) == (2.1, 2.5)


def test_a_kinetic_without_temperatures(real):
    frame = real("gen5_kinetic_420_4pl.txt")[0].export.readings
    at = frame.set_index(["time_s", "well"])["value"]
    assert len(frame) == 13 * 96
    assert [at[0.0, w] for w in ("A1", "A12", "B1")] == [0.069, 0.031, 0.069]
    assert [at[1650.0, w] for w in ("A1", "A2")] == [0.920, 0.998]
    assert frame["value"].max() < 2  # results of up to 40 stand below and are no readings


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.55, 0.7, 0.9])
def test_a_file_that_was_cut_off_within_its_readings_is_refused(shared, tmp_path, name, part):
    raw = (shared / "data/plates" / name).read_bytes()
    cells = raw.split(b"\t")
    cut = b"\t".join(cells[: int(part * len(cells))])
    (tmp_path / name).write_bytes(cut)
    problems = Problems()
    read = read_raw_file(tmp_path / name, RawFile(file=name, assay="calcium", plate="P"), problems)
    whole = read_raw_file(shared / "data/plates" / name, RawFile(file=name, assay="calcium", plate="P"), Problems())
    frame = read.export.readings
    assert frame.empty or frame.drop(columns="file").equals(whole.export.readings.drop(columns="file"))
    assert len(problems) or not frame.empty
