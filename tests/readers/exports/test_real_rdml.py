"""Real RDML files, read as shared/data/README.md says they read by eye."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


@pytest.fixture
def real(shared):
    """`(file, sheet)` -> export, problems."""

    def read(file: str, sheet: str = ""):
        problems = Problems()
        raw = RawFile(file=file, assay="qpcr", plate="P", sheet=sheet)
        return read_raw_file(shared / "data/qpcr" / file, raw, problems).export, list(problems)

    return read


def test_stepone_writes_what_was_not_detected_as_its_cycle_count(real):
    export, problems = real("stepone_std.rdml")
    frame = export.readings.set_index("well")
    assert [(p.code, p.severity) for p in problems] == [("MG157", "notice")]
    assert problems[0].seen == ("Cq at or above the 40 cycles of the run count as not detected: 3, written 40.0")
    assert len(frame) == 24
    assert frame.loc["A4", ["value", "sample", "task"]].tolist() == [28.96287, "pop1_RNase P", "unkn"]
    ntc = frame[frame["task"] == "ntc"]
    assert (ntc.index.tolist(), set(ntc["raw"]), set(ntc["status"])) == (["A1", "A2", "A3"], {"40.0"}, {"undetermined"})
    assert ntc["value"].isna().all()
    assert frame["cycles"].unique().tolist() == [40]
    standards = frame[frame["task"] == "std"].groupby("quantity").size()
    assert standards.to_dict() == {10000.0: 3, 5000.0: 3, 2500.0: 3, 1250.0: 3, 625.0: 3}
    curve = export.amplification.set_index("well").loc["A1"]
    assert (curve["first_cycle"], len(curve["fluorescence"].split(";"))) == (1, 40)


def test_cfx_writes_a_run_per_channel_and_no_cq_for_what_was_not_detected(real):
    export, problems = real("BioRad_qPCR_melt.rdml")
    assert (len(export.readings), [p.seen for p in problems]) == (0, ["Amp Step 3_FAM, Amp Step 3_Cy5"])
    export, problems = real("BioRad_qPCR_melt.rdml", "Amp Step 3_FAM")
    assert problems == []
    assert export.readings["status"].value_counts().to_dict() == {"ok": 26, "undetermined": 4}
    assert export.readings["cycles"].unique().tolist() == [41]  # though the protocol's loop says 40
    assert export.readings["value"].iloc[0] == 27.7514537682101
    assert set(export.readings["task"]) == {"pos", "unkn", "ntc"}


@pytest.mark.parametrize(
    ("file", "sheet", "wells"),
    [("BioRad_qPCR_melt.rdml", "all wells/Amp Step 3_Cy5", 30), ("rdml_v1.4_matrix_gaps.rdml", "", 72)],
)
def test_runs_that_were_never_analysed_have_curves_and_no_result(real, file, sheet, wells):
    export, problems = real(file, sheet)
    assert [(p.code, p.severity) for p in problems] == [("MG159", "error")]
    assert (len(export.readings), set(export.readings["status"])) == (wells, {"missing"})
    assert len(export.amplification) > wells - 5


def test_gaps_of_curves_stay_gaps(real):
    curves = real("rdml_v1.4_matrix_gaps.rdml")[0].amplification
    assert set(curves["first_cycle"]) > {2, 3}
    assert any("" in text.split(";") for text in curves["fluorescence"])
    assert real("rdml_v1.4_matrix_gaps.rdml")[0].readings["well"].iloc[0] == "K1"


def test_the_dyes_of_a_cfx_plate_are_read_together(real):
    export, problems = real("BioRad_qPCR_melt.rdml", "Amp Step 3_FAM;Amp Step 3_Cy5")
    assert [(p.code, p.sheet) for p in problems] == [("MG159", "Amp Step 3_Cy5")]  # this dye was never analysed
    assert export.readings.groupby("sheet").size().to_dict() == {"Amp Step 3_Cy5": 30, "Amp Step 3_FAM": 30}
    assert not export.readings.duplicated(["well", "channel"]).any()
