"""Real exports, read as shared/data/README.md says they read by eye; every value written there is checked here."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


@pytest.fixture
def real(shared):
    """`(path below data/, **columns of files.csv)` -> readings, problems by code."""

    def read(path: str, **row: str):
        problems = Problems()
        raw = RawFile(file=path, assay="calcium", plate="P", **row)
        frame = read_raw_file(shared / "data" / path, raw, problems).export.readings
        return frame, [p.code for p in problems]

    return read


def values(frame):
    return dict(zip(frame["well"], frame["value"], strict=True))


@pytest.mark.parametrize(
    ("file", "row", "wavelength", "wells", "expected"),
    [
        ("gen5_stdcurve_bca_mock.txt", {}, 630, 96, {"A1": 3.337, "A4": 1.998, "H12": 0.194}),
        (
            "gen5_lowry_660_masked_well.txt",
            {},
            660,
            96,
            {"A1": 0.044, "B6": 0.635, "G3": 0.365, "H3": 0.356, "H12": 0.526},
        ),
        ("gen5_overflow_450.txt", {}, 450, 96, {"A1": 2.1, "H12": 2.5}),
        ("bmg_mars_450.CSV", {}, 450, 96, {"A1": 0.073, "A12": 0.089, "C1": 0.502, "H12": 0.207}),
        ("tecan_magellan_595.xlsx", {}, 595, 96, {"A1": 0.1462, "B1": 0.2118, "A2": 0.1418, "H12": 0.0461}),
        ("skanit_450.xlsx", {}, 450, 96, {"A1": 1.7455, "H12": 0.1032}),
        ("tecan_icontrol_600_multisheet.xlsx", {"sheet": "1"}, 600, 96, {"A1": 0.3438, "A12": 0.3035}),
        ("tecan_icontrol_600_multisheet.xlsx", {"sheet": "2"}, 600, 60, {"A1": 0.0552, "E1": 0.0365}),
        ("tecan_icontrol_600_multisheet.xlsx", {"sheet": "3"}, 600, 96, {"A1": 0.5304}),
        ("plain_grid_byonoy.csv", {}, 540, 96, {"A1": 0.065, "B1": 0.188, "C12": 0.171, "H12": 0.069}),
        ("glomax_600.csv", {}, 600, 96, {"A1": 1.03, "A12": 0.557, "E1": 0.486, "H12": 0.0748}),
    ],
)
def test_endpoint_plates(real, file, row, wavelength, wells, expected):
    frame, problems = real(f"plates/{file}", **row)
    assert problems == []
    assert len(frame) == frame["well"].nunique() == wells
    assert frame["wavelength_nm"].unique() == [wavelength]
    assert {well: values(frame)[well] for well in expected} == expected


def test_gen5_keeps_only_the_raw_of_three_interleaved_rows(real):
    frame, _ = real("plates/gen5_stdcurve_bca_mock.txt")
    assert frame["channel"].unique() == ["630nmAbsRead:630"]
    computed = {1.997, 1185.551, 1628.811, 105.468}  # A4 corrected; concentrations of A4, E7, H4
    assert not computed & {values(frame)[well] for well in ("A4", "E7", "H4")}
    assert len(frame) == 96


def test_gen5_masked_well_is_marked_and_its_value_kept(real):
    frame, _ = real("plates/gen5_lowry_660_masked_well.txt")
    masked = frame[frame["status"] == "masked"]
    assert masked[["well", "value", "raw"]].values.tolist() == [["H3", 0.356, "*0.356*"]]


def test_gen5_overflow_and_missed_wells(real):
    frame, _ = real("plates/gen5_overflow_450.txt")
    assert frame["value"].notna().sum() == (frame["status"] == "ok").sum() == 83
    assert set(frame.loc[frame["status"] == "above", "well"]) == {"A8", "B7", "C6", "D5", "E4", "F3", "G2", "H1"}
    assert set(frame.loc[frame["status"] == "missing", "well"]) == {"D12", "E11", "F10", "G9", "H8"}
    assert set(frame.loc[frame["status"] == "above", "raw"]) == {"OVRFLW"}


def test_gen5_kinetic(real):
    frame, problems = real("plates/gen5_kinetic_420_4pl.txt")
    assert problems == ["MG131"]  # announces 61 reads, holds 13
    assert len(frame) == 13 * 96
    assert frame["time_s"].drop_duplicates().tolist() == [150.0 * k for k in range(13)]
    assert frame["read_index"].drop_duplicates().tolist() == list(range(13))
    assert frame["wavelength_nm"].unique() == [420.0]
    first, late = values(frame[frame["time_s"] == 0]), values(frame[frame["time_s"] == 27.5 * 60])
    assert [first[w] for w in ("A1", "A12", "B1")] == [0.069, 0.031, 0.069]
    assert [late[w] for w in ("A1", "A2")] == [0.920, 0.998]


def test_tecan_icontrol_lists_its_sheets_and_reads_parts_of_plates(real):
    frame, problems = real("plates/tecan_icontrol_600_multisheet.xlsx")
    assert len(frame) == 0
    assert problems == ["MG113"]
    frame, problems = real("plates/tecan_icontrol_600_multisheet.xlsx", sheet="2")
    assert set(frame["well"]) == {f"{r}{c}" for r in "ABCDE" for c in range(1, 13)}
    frame, problems = real("plates/tecan_icontrol_600_multisheet.xlsx", sheet="6")
    assert problems == []
    assert set(frame["well"]) == {f"{r}{c}" for r in "EF" for c in range(1, 10)}
    assert real("plates/tecan_icontrol_600_multisheet.xlsx", sheet="8")[1] == ["MG115"]


def test_skanit_blanks(real):
    frame, _ = real("plates/skanit_450.xlsx")
    assert frame["sheet"].unique() == ["Absorbance 1_01"]
    assert (values(frame)["H1"] + values(frame)["H2"]) / 2 == pytest.approx(0.09105, abs=1e-12)


@pytest.mark.parametrize(
    ("file", "rows", "numbers", "undetermined"),
    [
        ("appbio_quantstudio_example02.txt", 96, 68, 28),
        ("appbio_quantstudio_example05.txt", 16, 10, 6),
        ("appbio_quantstudio_example07.txt", 16, 13, 3),
        ("example_quantsudio_results_only.txt", 24, 24, 0),
        ("appbio_quantstudio_example10.xlsx", 8, 8, 0),
        ("appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx", 96, 84, 12),
    ],
)
def test_quantstudio_counts(real, file, rows, numbers, undetermined):
    frame, problems = real(f"qpcr/{file}")
    assert problems == []
    assert len(frame) == rows
    assert (frame["status"] == "ok").sum() == frame["value"].notna().sum() == numbers
    assert (frame["status"] == "undetermined").sum() == undetermined


def test_quantstudio_multiplex(real):
    frame, _ = real("qpcr/appbio_quantstudio_example02.txt")
    a2 = frame[(frame["well"] == "A2") & (frame["channel"] == "IPC")].iloc[0]
    assert (a2["value"], a2["task"], a2["sample"], a2["cycles"]) == (32.874, "IPC", "(-)", 40)
    assert set(frame["task"]) == {"BlockedIPC", "IPC", "NTC", "UNKNOWN"}
    assert frame["well"].nunique() == 48


def test_quantstudio_comparative(real):
    frame, _ = real("qpcr/appbio_quantstudio_example05.txt")
    lung = frame[(frame["sample"] == "Lung") & (frame["channel"] == "TGF-B")]
    assert values(lung) == {"D1": 30.155, "D2": 30.2, "D3": 30.087}
    assert 30.115 not in set(frame["value"])  # the mean that the software printed is no reading
    assert set(frame.loc[frame["task"] == "NTC", "status"]) == {"undetermined"}
    assert frame["cycles"].isna().all()  # its amplification data were cut to three cycles


def test_quantstudio_standards(real):
    frame, _ = real("qpcr/appbio_quantstudio_example07.txt")
    standards = frame[frame["task"] == "STANDARD"]
    assert len(standards) == 13
    assert standards[["well", "value", "quantity"]].values.tolist()[2] == ["A4", 29.439, 1250.0]
    assert (frame["task"] == "NTC").sum() == 3


def test_quantstudio_results_only(real):
    frame, _ = real("qpcr/example_quantsudio_results_only.txt")
    a1 = frame.iloc[0]
    assert (a1["well"], a1["value"], a1["quantity"], a1["channel"]) == ("A1", 16.484, 1e8, "3'UTR")
    assert frame["task"].value_counts().to_dict() == {"UNKNOWN": 18, "STANDARD": 6}
    assert frame["quantity"].iloc[3] == 118_248.2


def test_quantstudio_workbooks(real):
    frame, _ = real("qpcr/appbio_quantstudio_example10.xlsx")
    assert frame["channel"].unique().tolist() == ["GeneA", "RefGene"]
    assert frame["cycles"].unique().tolist() == [40]
    frame, _ = real("qpcr/appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx")
    assert (frame["task"] == "STANDARD").sum() == 84
    assert set(frame.loc[frame["task"] != "STANDARD", "status"]) == {"undetermined"}
