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


WELLS = "\tT° Ca:570\tA1\tA2"


@pytest.mark.parametrize("start", ["Layout", "Results"])
def test_an_export_without_its_header_is_known_by_its_layout_or_results(read_export, start):
    layout = ["Layout", NUMBERS, "\t".join(["A", *["SPL"] * 12, "Well ID"]), ""] if start == "Layout" else []
    frame, problems = read_export("ca.txt", "\r\n".join([*layout, "Results", NUMBERS, row("A", 0, "660"), ""]))
    assert problems == []
    assert frame["wavelength_nm"].unique() == [660.0]


def test_an_export_without_its_header_of_computed_values_is_no_plain_grid(read_export):
    frame, problems = read_export("ca.txt", "\r\n".join(["Results", NUMBERS, row("A", 0, "Blank 660"), ""]))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG126"]


@pytest.mark.parametrize(
    ("header", "seen"), [("Wavelength\tA1\tA2", "a spectrum"), ("X Read #\tY Read #\tA1\tA2", "an area scan")]
)
def test_a_scan_is_refused_by_its_name(read_export, header, seen):
    frame, problems = read_export("ca.txt", export("EX Spectrum", "", header, "400\t0\t0.1\t0.2", ""))
    assert len(frame) == 0
    assert [(p.code, p.seen) for p in problems] == [("MG145", seen)]


def test_a_scan_beside_an_endpoint_is_left_alone(read_export):
    scan = ["Wavelength\tA1\tA2", "400\t0.1\t0.2", ""]
    frame, _ = read_export("ca.txt", export(*scan, "Results", NUMBERS, row("A", 0, "Ca:570")))
    assert len(frame) == 12


def test_a_read_without_a_name_shows_its_mode_in_the_procedure(read_export):
    unnamed = [line.replace("Read\tCa", "Read\tAbsorbance Endpoint") for line in PROCEDURE]
    frame, problems = read_export("ca.txt", export("Results", NUMBERS, row("A", 0, "Read 1:570"), procedure=unnamed))
    assert problems == []
    assert frame["channel"].unique() == ["Read 1:570"]


def test_two_reads_at_one_wavelength_need_their_name(read_export):
    procedure = [*PROCEDURE, "Read\tafter", "\tAbsorbance Endpoint", ""]
    text = export("Results", NUMBERS, row("A", 0, "Ca:570"), row("", 1, "after:570"), procedure=procedure)
    assert [p.code for p in read_export("ca.txt", text, wavelength_nm="570")[1]] == ["MG117"]
    frame, problems = read_export("ca.txt", text, sheet="after:570")
    assert problems == []
    assert frame["value"].iloc[0] == 1.0


def test_a_remark_between_title_and_table_hides_nothing(read_export):
    table = ["Ca:570", "", "replicate 1", "Time" + WELLS, "0:00:00\t37.0\t0.1\t0.2"]
    frame, problems = read_export("ca.txt", export(*table))
    assert problems == []
    assert len(frame) == 2


def test_a_computed_kinetic_table_is_left_out(read_export):
    raw = ["Ca:570", "", "Time" + WELLS, "0:00:00\t\t0.1\t0.2", ""]
    computed = ["Blank Ca:570", "", "Time\tA1\tA2", "0:00:00\t0.0\t0.1", ""]
    frame, problems = read_export("ca.txt", export(*raw, *computed))
    assert problems == []
    assert frame["value"].tolist() == [0.1, 0.2]


@pytest.mark.parametrize("mojibake", ["T∞", "TÂ°", "TÔø½", "T�", "T°"])
def test_the_degree_sign_may_be_of_any_encoding(read_export, mojibake):
    table = ["x", "Time" + WELLS.replace("T°", mojibake), "0:00:00\t\t0.1\t0.2"]
    frame, problems = read_export("ca.txt", export(*table))
    assert problems == []
    assert len(frame) == 2


def test_pieces_of_a_wide_table_are_one_read_and_warned_of_once(read_export):
    announced = [*PROCEDURE, "Start Kinetic\tRuntime 0:01:00 (HH:MM:SS), Interval 0:00:30, 3 Reads", ""]
    pieces = [
        line
        for wells in ("A1\tA2", "E1\tE2")
        for line in ("Ca:570", "", f"Time\tT° Ca:570\t{wells}", "0:00:00\t37\t0.1\t0.2", "0:00:30\t37\t0.3\t0.4", "")
    ]
    frame, problems = read_export("ca.txt", export(*pieces, procedure=announced))
    assert [(p.code, p.seen) for p in problems] == [("MG131", "2")]
    assert frame.groupby("read_index")["well"].apply(list).tolist() == [["A1", "A2", "E1", "E2"]] * 2


def test_a_table_of_any_kinetic_step_holds_what_that_step_announces(read_export):
    steps = [f"Start Kinetic\tRuntime 0:01:00 (HH:MM:SS), Interval 0:00:30, {n} Reads" for n in (2, 7)]
    table = ["Ca:570", "", "Time" + WELLS, "0:00:00\t\t0.1\t0.2", "0:00:30\t\t0.3\t0.4", ""]
    assert read_export("ca.txt", export(*table, procedure=[*PROCEDURE, *steps, ""]))[1] == []


def test_a_kinetic_export_that_was_cut_off_is_refused(read_export):
    text = export("Ca:570", "", "Time" + WELLS, "0:00:00\t\t0.101\t0.202", "0:00:30\t\t0.303\t0.404")
    for cut in (text.index("\t0.404"), text.index("0.404") + 3):
        assert [p.code for p in read_export("ca.txt", text[:cut])[1]] == ["MG127"]


def test_exports_on_several_sheets_are_told_apart_by_the_sheet(read_export, workbook):
    def sheet(value):
        head = [["Software Version", "3.14"], ["Reader Type:", "H1"], ["Plate Number", "Plate 1"], ["Results"]]
        return [*head, [None, None, 1, 2], [None, "A", value, value, 570]]

    book = workbook({"one": sheet(0.5), "two": sheet(0.25)})
    assert [(p.code, p.seen) for p in read_export("ca.xlsx", book)[1]] == [("MG113", "one, two")]
    frame, problems = read_export("ca.xlsx", book, sheet="two")
    assert problems == []
    assert frame["value"].tolist() == [0.25, 0.25]
    assert frame["place"].tolist() == ["C6", "D6"]


def test_a_plate_that_ends_between_the_rows_of_a_letter_is_refused(read_export):
    rows = [row("A", 0, "Ca:570"), row("", 9, "Blank Ca:570"), row("B", 1, "Ca:570")]
    _, problems = read_export("ca.txt", export("Results", NUMBERS, *rows))
    assert [(p.code, p.seen) for p in problems] == [("MG127", "the last of 1 rows of letter B; others have 2")]


def test_decimal_commas_in_a_csv_of_commas_are_refused(read_export):
    text = export("Results", NUMBERS, row("A", 0, "Ca:570")).replace(".", ",").replace("\t", ",")
    assert [p.code for p in read_export("ca.csv", text)[1]] == ["MG124"]


def flat(lists):
    return [line for lines in lists for line in lines]


def interleaved(*letters):
    return [[row(letter, k, "OCPC:575"), row("", k - 0.05, "Blank OCPC:575")] for k, letter in enumerate(letters)]


@pytest.mark.parametrize(
    "mangle",
    [
        lambda line: line.replace("\t1.000", "", 1),
        lambda line: line.replace("\t1.000", "\t1.000\t", 1),
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_a_row_of_a_matrix_in_which_a_cell_was_lost_or_added_is_refused(read_export, mangle, at):
    rows = [[row(x, 1, "OCPC:575"), row("", 1, "Blank OCPC:575")] for x in "ABC"]
    rows[1][at] = mangle(rows[1][at])
    frame, problems = read_export("ca.txt", export("Results", NUMBERS, *flat(rows), procedure=[]))
    assert len(frame) == 0
    assert [p.code for p in problems] in (["MG127"], ["MG124"])
    assert problems[0].place.split(",")[0] == f"line {len(HEAD) + 5 + at}"


@pytest.mark.parametrize("at", [2, 3, 4])
def test_a_blank_line_in_a_matrix_is_refused(read_export, at):
    rows = flat(interleaved("A", "B", "C"))
    rows.insert(at, "")
    frame, problems = read_export("ca.txt", export("Results", NUMBERS, *rows, procedure=[]))
    assert len(frame) == 0
    assert [(p.code, p.place) for p in problems] == [("MG168", f"line {len(HEAD) + 3 + at}")]


def test_a_matrix_is_known_by_its_labels_whatever_the_language_of_its_header(read_export):
    head = ["Softwareversion\t3.12.08", "Platte\t1", "Messwerte"]
    rows = flat(interleaved(*"ABCDEFGH"))
    frame, problems = read_export("ca.txt", export(NUMBERS, *rows, head=head, procedure=[]))
    assert problems == []
    assert len(frame) == 96
    assert frame["channel"].unique() == ["OCPC:575"]


@pytest.mark.parametrize(
    "table",
    [
        ["575", NUMBERS, row("A", 0, "575")],
        ["Time\tT° 575\tA1\tA2", "0:00:00\t37\t0.1\t0.2"],
        ["Well ID\tWell\tName\tCa:575", "SPL1\tA1\tx\t0.1"],
    ],
)
def test_the_line_of_the_software_is_header_enough(read_export, table):
    frame, problems = read_export("ca.txt", export(*table, head=["Software Version\t3.12.08"], procedure=[]))
    assert problems == []
    assert len(frame) in (12, 2, 1)
    assert frame["wavelength_nm"].unique() == [575.0]


def test_what_gen5_computed_below_the_last_raw_row_is_no_note(read_export):
    rows = flat(interleaved("A", "B"))
    _, problems = read_export("ca.txt", export("Results", NUMBERS, *rows, procedure=[]))
    assert problems == []
    _, problems = read_export("ca.txt", export("Results", NUMBERS, *rows, row("Mean", 1, ""), procedure=[]))
    assert [p.code for p in problems] == ["MG135"]


def test_a_count_of_reads_with_thousands_of_digits_is_none(read_export):
    step = f"Start Kinetic\tRuntime 0:01:00 (HH:MM:SS), Interval 0:00:30, {'9' * 5000} Reads"
    table = ["Ca:570", "", "Time" + WELLS, "0:00:00\t\t0.1\t0.2", ""]
    assert read_export("ca.txt", export(*table, procedure=[*PROCEDURE, step, ""]))[1] == []


@pytest.mark.parametrize(
    ("row", "code"), [("450,0,101,0,202", "MG124"), ("450,0.202", "MG127"), ("450,0.101,0.202", None)]
)
def test_rows_below_wells_have_a_cell_for_each(read_export, row, code):
    text = f"Software Version,3.11\nPlate Number,Plate 1\nResults\nWell,A1,A2\n{row}\n"
    frame, problems = read_export("g.csv", text)
    assert [p.code for p in problems] == ([code] if code else [])
    assert frame["value"].tolist() == ([] if code else [0.101, 0.202])
