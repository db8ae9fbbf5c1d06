import math

import pytest

from mgassay.readers.exports.gen5 import wavelength_of

HEAD = ["", "Software Version\t3.12.08", "Experiment File Path:\tC:\\x.xpt", "Plate Number\tPlate 1", ""]
PROCEDURE = ["Procedure Details", "", "Read\tCa", "\tAbsorbance Endpoint", "\tWavelengths:  570", ""]


def row(letter, start, label, *, decimals=3):
    return "\t".join([letter, *(f"{start + c / 100:.{decimals}f}" for c in range(12)), label])


NUMBERS = "\t" + "\t".join(map(str, range(1, 13)))


def export(*results, head=HEAD, procedure=PROCEDURE):
    return "\r\n".join([*head, *procedure, *results]) + "\r\n"


def test_raw_rows_are_read_and_computed_ones_are_not(read_export):
    results = ["Results", NUMBERS]
    for k, letter in enumerate("ABCDEFGH"):
        results += [row(letter, k, "Ca:570"), row("", k - 0.05, "Blank Ca:570"), row("", 100 * k, "[Concentration]")]
    frame, problems = read_export("ca.txt", export(*results))
    assert problems == []
    assert len(frame) == 96
    h12 = frame.set_index("well").loc["H12"]
    assert (h12["value"], h12["channel"], h12["wavelength_nm"], h12["raw"]) == (7.11, "Ca:570", 570.0, "7.110")
    assert h12["place"] == "line 35, column 13"
    assert h12["sheet"] == "Plate 1"


def test_a_read_named_blank_is_raw_when_the_procedure_lists_it(read_export):
    procedure = [line.replace("Ca", "Blank Ca") for line in PROCEDURE]
    frame, problems = read_export(
        "ca.txt", export("Results", NUMBERS, row("A", 0, "Blank Ca:570"), procedure=procedure)
    )
    assert problems == []
    assert frame["channel"].unique() == ["Blank Ca:570"]


@pytest.mark.parametrize(
    ("label", "reads", "nm"),
    [
        ("660", frozenset(), 660.0),
        ("Ca:570", frozenset({"Ca"}), 570.0),
        ("Ca:570", frozenset(), 570.0),
        ("Blank Ca:570", frozenset(), None),
        ("Blank 660", frozenset(), None),
        ("Other:570", frozenset({"Ca"}), None),
        ("[Concentration]", frozenset(), None),
        ("Mean V [420]", frozenset(), None),
        ("Well ID", frozenset(), None),
        ("Conc", frozenset(), None),
    ],
)
def test_what_a_label_says(label, reads, nm):
    assert wavelength_of(label, reads) == nm


def test_fluorescence_has_two_wavelengths_so_none():
    assert math.isnan(wavelength_of("F:485/20,528/20", frozenset({"F"})))


def test_a_file_of_computed_values_only_is_refused(read_export):
    frame, problems = read_export("ca.txt", export("Results", NUMBERS, row("A", 0, "Blank Ca:570")))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG126"]


def test_two_wavelengths_need_a_choice(read_export):
    text = export("Results", NUMBERS, row("A", 0, "Ca:570"), row("", 1, "Ca:650"))
    frame, problems = read_export("ca.txt", text)
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG117"]
    assert "650" in problems[0].seen
    frame, problems = read_export("ca.txt", text, wavelength_nm="650")
    assert problems == []
    assert frame["value"].iloc[0] == 1.0
    frame, problems = read_export("ca.txt", text, wavelength_nm="570;650")
    assert problems == []
    assert sorted(frame["wavelength_nm"].unique()) == [570.0, 650.0]
    assert [p.code for p in read_export("ca.txt", text, wavelength_nm="575")[1]] == ["MG116"]


def test_another_wavelength_is_an_error_that_leaves_the_readings_to_confirm(read_export):
    text = export("Results", NUMBERS, row("A", 0, "Ca:570"))
    frame, problems = read_export("ca.txt", text, wavelength_nm="562")
    assert [(p.code, p.severity) for p in problems] == [("MG118", "error")]
    assert len(frame) == 12
    assert [p.code for p in read_export("ca.txt", text, wavelength_nm="five")[1]] == ["MG114"]


def test_several_plates_in_one_file_need_a_choice(read_export):
    second = [line.replace("Plate 1", "Plate 2") for line in HEAD]
    text = export("Results", NUMBERS, row("A", 0, "Ca:570")) + export(
        "Results", NUMBERS, row("A", 2, "Ca:570"), head=second
    )
    _, problems = read_export("ca.txt", text)
    assert [(p.code, p.seen) for p in problems] == [("MG113", "Plate 1, Plate 2")]
    frame, problems = read_export("ca.txt", text, sheet="plate 2")
    assert problems == []
    assert frame["value"].iloc[0] == 2.0
    _, problems = read_export("ca.txt", text, sheet="Plate 3")
    assert [p.code for p in problems] == ["MG115"]
    assert "Plate" in problems[0].remedy


def test_kinetic_reads(read_export):
    table = ["Ca:570", "", "Time\tT° Ca:570\tA1\tA2", "0:00:00\t\t0.1\t0.2", "0:00:30\t\t0.3\tOVRFLW", "0:00:00\t\t\t"]
    announced = [*PROCEDURE, "Start Kinetic\tRuntime 0:01:00 (HH:MM:SS), Interval 0:00:30, 3 Reads", ""]
    frame, problems = read_export("ca.txt", export(*table, procedure=announced))
    assert [(p.code, p.severity) for p in problems] == [("MG131", "warning")]
    assert frame[["well", "read_index", "time_s", "status"]].values.tolist() == [
        ["A1", 0, 0.0, "ok"],
        ["A2", 0, 0.0, "ok"],
        ["A1", 1, 30.0, "ok"],
        ["A2", 1, 30.0, "above"],
    ]


def test_lists(read_export):
    listed = ["Results", "Well ID\tWell\tCa:570\tBlank Ca:570", "SPL1\tA01\t0.5\t0.4", "SPL2\tA02\t0.6\t0.5"]
    frame, problems = read_export("ca.txt", export(*listed))
    assert problems == []
    assert dict(zip(frame["well"], frame["value"], strict=True)) == {"A1": 0.5, "A2": 0.6}


def test_decimal_commas_of_a_german_computer(read_export):
    text = export("Results", NUMBERS, row("A", 0, "Ca:570").replace(".", ","))
    frame, problems = read_export("ca.txt", text)
    assert [(p.code, p.severity) for p in problems] == [("MG128", "notice")]
    assert frame["value"].tolist() == pytest.approx([c / 100 for c in range(12)])
    assert frame["raw"].iloc[1] == "0,010"


def test_a_truncated_export_is_refused(read_export):
    text = export("Results", NUMBERS, row("A", 0, "Ca:570"), row("B", 1, "Ca:570"))
    for cut in (text.index("1.040"), text.rindex("\tCa:570"), text.rindex("Ca:570")):
        frame, problems = read_export("ca.txt", text[:cut])
        assert len(frame) == 0
        assert [p.code for p in problems] == ["MG127"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_read_with_a_notice(read_export, encoding):
    text = export("Temperature 37 °C", "Results", NUMBERS, row("A", 0, "Ca:570"))
    frame, problems = read_export("ca.txt", text.encode(encoding))
    assert [(p.code, p.severity) for p in problems] == [("MG109", "notice")]
    assert len(frame) == 12
