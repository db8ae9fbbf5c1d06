import numpy as np
import pytest

HEAD = [["Application: Tecan i-control", None, None, None, "Tecan i-control , 1.11.1.0"], [], ["Date:", "1/2/2024"], []]


def labelled(grid, label, nm, value, **shape):
    return [
        [f"Label: {label}"],
        ["Mode", None, None, None, "Absorbance"],
        ["Wavelength", None, None, None, nm, "nm"],
        ["Bandwidth", None, None, None, 9, "nm"],
        ["Start Time:"],
        [None, "Temperature: 24.6 °C"],
        *grid(value, corner="<>", **shape),
        [],
        ["End Time:"],
        [],
    ]


def test_a_sheet_is_read_as_it_shows(read_export, workbook, grid):
    stored = lambda r, c: float(np.float32(0.3438 + r + c / 100))  # noqa: E731
    frame, problems = read_export("p.xlsx", workbook({"Sheet1": [*HEAD, *labelled(grid, "OD570", 570, stored)]}))
    assert problems == []
    a1 = frame.iloc[0]
    assert (a1["value"], a1["raw"][:13]) == (0.3438, "0.34380000829")
    assert (a1["place"], a1["sheet"], a1["channel"], a1["wavelength_nm"]) == ("B12", "Sheet1", "OD570", 570.0)
    assert frame.set_index("well")["value"]["H12"] == 7.4538


def test_numbers_of_double_precision_are_left_alone(read_export, workbook, grid):
    frame, _ = read_export("p.xlsx", workbook({"S": [*HEAD, *labelled(grid, "x", 570, lambda r, c: 1 / 3)]}))
    assert frame["value"].unique() == [0.3333333333333333]


def test_overflow_and_gaps(read_export, workbook, grid):
    tokens = {(0, 0): "OVER", (0, 1): None}
    book = workbook({"S": [*HEAD, *labelled(grid, "x", 570, lambda r, c: tokens.get((r, c), 0.5))]})
    frame, problems = read_export("p.xlsx", book)
    assert problems == []
    assert frame["status"].tolist()[:3] == ["above", "missing", "ok"]
    assert frame["value"].isna().sum() == 2


def test_several_measurements_need_a_choice(read_export, workbook, grid):
    sheets = {
        "1": [*HEAD, *labelled(grid, "OD", 600, lambda r, c: 1.0)],
        "2": [*HEAD, *labelled(grid, "OD", 600, lambda r, c: 2.0, rows=2, columns=9)],
        "Notes": [["nothing here"]],
    }
    frame, problems = read_export("p.xlsx", workbook(sheets))
    assert len(frame) == 0
    assert [(p.code, p.seen) for p in problems] == [("MG113", "1, 2")]
    frame, problems = read_export("p.xlsx", workbook(sheets), sheet="2")
    assert problems == []
    assert (len(frame), frame["value"].unique().tolist()) == (18, [2.0])


def test_the_only_sheet_with_a_plate_needs_none(read_export, workbook, grid):
    book = workbook({"Sheet1": [*HEAD, *labelled(grid, "OD", 600, lambda r, c: 1.0)], "Sheet2": [], "Sheet3": []})
    assert read_export("p.xlsx", book)[1] == []


def test_each_label_has_its_own_wavelength(read_export, workbook, grid):
    rows = [*HEAD, *labelled(grid, "a", 570, lambda r, c: 1.0), *labelled(grid, "b", 650, lambda r, c: 2.0)]
    frame, problems = read_export("p.xlsx", workbook({"S": rows}), wavelength_nm="650")
    assert problems == []
    assert frame["value"].unique() == [2.0]


def test_grids_that_share_a_label_are_refused(read_export, workbook, grid):
    rows = [*HEAD, *labelled(grid, "a", 570, lambda r, c: 1.0), *grid(lambda r, c: 2.0, corner="<>")]
    frame, problems = read_export("p.xlsx", workbook({"S": rows}))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG125"]


def test_kinetic_cycles(read_export, workbook):
    rows = [
        *HEAD,
        ["Label: ALP"],
        ["Wavelength", None, None, None, 405, "nm"],
        [],
        ["Cycle Nr.", 1, 2],
        ["Time [s]", 0, 60.5],
        ["Temp. [°C]", 37, 37],
        ["A1", 0.1, 0.2],
        ["B1", 0.3, "OVER"],
        [],
        ["End Time:"],
    ]
    frame, problems = read_export("p.xlsx", workbook({"S": rows}))
    assert problems == []
    assert frame[["well", "read_index", "time_s", "status", "place"]].values.tolist() == [
        ["A1", 0, 0.0, "ok", "B11"],
        ["B1", 0, 0.0, "ok", "B12"],
        ["A1", 1, 60.5, "ok", "C11"],
        ["B1", 1, 60.5, "above", "C12"],
    ]


@pytest.mark.parametrize(
    ("token", "code"), [("=B3*2", "MG123"), ("2024-03-05", "MG122"), ("broken", "MG120"), ("1,234", "MG121")]
)
def test_what_is_no_reading_is_named_with_its_cell(read_export, workbook, grid, token, code):
    book = workbook({"S": [*HEAD, *labelled(grid, "x", 570, lambda r, c: token if (r, c) == (2, 3) else 0.5)]})
    frame, problems = read_export("p.xlsx", book)
    assert [p.code for p in problems] == [code]
    if code != "MG121":  # then no number of the file can be trusted
        assert (problems[0].sheet, problems[0].place, problems[0].seen) == ("S", "E14", token)
        assert frame.set_index("well").loc["C4", "status"] == "missing"
        assert (frame["status"] == "ok").sum() == 95


SPARK = [["Method name: M"], ["Application: SparkControl", None, None, None, "V3.1"], ["Device: Spark"], []]


def across(title, *rows, words=("Cycle Nr.", "Time [s]", "Temp. [°C]")):
    return [[title], [words[0], 1, 2], [words[1], 0, 60], [words[2], 37, 37], *rows, []]


def test_settings_above_all_tables_go_by_the_titles_whatever_their_order(read_export, workbook):
    settings = [x for nm in (405, 600) for x in ([f"Label: OD{nm}"], ["Mode", "Absorbance"], ["Wavelength", nm, "nm"])]
    tables = [*across("OD600", ["A1", 6, 6]), *across("OD405", ["A1", 4, 4])]
    book = workbook({"S": [*HEAD, *settings, ["Start Time:"], [], *tables]})
    for nm, value in (("405", 4.0), ("600", 6.0)):
        frame, problems = read_export("p.xlsx", book, wavelength_nm=nm)
        assert problems == []
        assert frame["value"].tolist() == [value, value]


def test_no_wavelength_is_guessed_where_settings_and_tables_do_not_match(read_export, workbook):
    settings = [x for nm in (405, 600) for x in (["Mode", "Absorbance"], ["Wavelength", nm, "nm"])]
    tables = [row for k in range(3) for row in across(f"table {k}", ["A1", k, k])]
    frame, problems = read_export("p.xlsx", workbook({"S": [*HEAD, *settings, *tables]}), sheet="table 1")
    assert problems == []
    assert frame["wavelength_nm"].isna().all()


def test_a_read_that_is_a_scan_does_not_shift_the_settings(read_export, workbook):
    settings = [x for nm in (405, 600) for x in (["Mode", "Absorbance"], ["Wavelength", nm, "nm"])]
    scan = [["spectrum"], ["Wavel.", "A1"], [400, 0.1], []]
    book = workbook({"S": [*HEAD, *settings, *scan, *across("OD", ["A1", 6, 6])]})
    frame, problems = read_export("p.xlsx", book, wavelength_nm="600")
    assert problems == []
    assert frame["value"].tolist() == [6.0, 6.0]


def test_only_a_scan_is_refused_by_its_name(read_export, workbook):
    book = workbook({"S": [*HEAD, ["Label: scan"], ["Wavel.", "A1", "A2"], [400, 0.1, 0.2]]})
    assert [(p.code, p.seen) for p in read_export("p.xlsx", book)[1]] == [("MG145", "a spectrum")]


@pytest.mark.parametrize(
    ("row", "code"), [(["A?", 1, 2], "MG130"), (["A2", "soon", 2], "MG120"), (["A2", "3-Jan", 2], "MG122")]
)
def test_broken_kinetic_rows_are_named(read_export, workbook, row, code):
    book = workbook({"S": [*HEAD, ["Label: x"], *across("x", ["A1", 1, 2], row, ["A3", 1, 2])]})
    assert [p.code for p in read_export("p.xlsx", book)[1]] == [code]


def test_german_words_with_decimal_commas_as_text(read_export, workbook):
    words = ("Zyklus Nr.", "Zeit [s]", "Temp. [°C]")
    head = [
        ["Anwendung: Tecan i-control"],
        ["Gerät: infinite"],
        ["Modus", "Absorption"],
        ["Messwellenlänge", 405, "nm"],
    ]
    book = workbook({"S": [*head, [], *across("ALP", ["A1", "0,101", "0,2025"], words=words)]})
    frame, problems = read_export("p.xlsx", book)
    assert [p.code for p in problems] == ["MG128"]
    assert frame["value"].tolist() == [0.101, 0.2025]
    assert frame["wavelength_nm"].unique() == [405.0]


def test_ratiometric_reads_are_told_apart_by_their_excitation(read_export, workbook, grid):
    def read(label, nm, value):
        light = [["Mode", "Fluorescence"], ["Excitation Wavelength", nm, "nm"], ["Emission Wavelength", 510, "nm"]]
        return [[f"Label: {label}"], *light, ["Start Time:"], [], *grid(lambda r, c: value, corner="<>"), []]

    book = workbook({"S": [*HEAD, *read("F340", 340, 100), *read("F380", 380, 300)]})
    frame, problems = read_export("p.xlsx", book, wavelength_nm="340;380")
    assert problems == []
    assert frame.groupby("wavelength_nm")["value"].unique().map(list).to_dict() == {340.0: [100.0], 380.0: [300.0]}


def test_what_spark_subtracted_is_no_reading(read_export, workbook, grid):
    difference = [["Difference"], *grid(lambda r, c: 0.5, corner="<>")]
    frame, problems = read_export("p.xlsx", workbook({"R": [*SPARK, ["Mode", "Absorbance"], [], *difference]}))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG126"]


def test_a_workbook_of_spark_is_none_of_icontrol(read_export, workbook, grid):
    rows = [*SPARK, ["Mode", "Absorbance"], ["Name", "OD"], [], *grid(lambda r, c: 0.5, corner="<>")]
    assert read_export("p.xlsx", workbook({"R": rows}), reader="tecan_spark")[1] == []
    assert read_export("p.xlsx", workbook({"R": rows}))[1] == []


def test_exports_below_each_other_without_identifiers_are_numbered(read_export, workbook, grid):
    one = [*HEAD, *labelled(grid, "x", 570, lambda r, c: 1.0), *HEAD, *labelled(grid, "x", 570, lambda r, c: 2.0)]
    _, problems = read_export("p.xlsx", workbook({"S": one}))
    assert [(p.code, p.seen) for p in problems] == [("MG113", "measurement 1, measurement 2")]
    frame, problems = read_export("p.xlsx", workbook({"S": one}), sheet="measurement 2")
    assert problems == []
    assert frame["value"].unique() == [2.0]


LIST = "Application: SparkControl,,,,V2.3\r\nMode,Absorbance\r\nTemperature,,,,28.5,°C\r\n\r\n<>,Value,Time [ms]\r\n"


def test_a_mark_of_utf_8_before_degree_signs_of_windows(read_export):
    text = "\ufeff".encode() + f"{LIST}A1,0.0921,0\r\nA2,-0.0012,108\r\n".encode("cp1252")
    frame, problems = read_export("p.csv", text)
    assert [p.code for p in problems] == ["MG109"]
    assert dict(zip(frame["well"], frame["value"], strict=True)) == {"A1": 0.0921, "A2": -0.0012}


def test_decimal_commas_in_a_csv_of_commas_are_refused(read_export):
    assert [p.code for p in read_export("p.csv", f"{LIST}A1,0,0921,0\r\nA2,0,0012,108\r\n")[1]] == ["MG124"]


def test_means_beside_a_plate_are_left_alone_and_rows_amid_it_are_refused(read_export, workbook):
    head = [["Application: Tecan i-control"], [], ["<>", 1, 2, 3, "Mean"]]
    beside = [*head, ["A", 0.1, 0.2, 0.3, 0.2], ["B", 0.4, 0.5, 0.6, 0.5]]
    frame, problems = read_export("p.xlsx", workbook({"S": beside}))
    assert problems == []
    assert frame["value"].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    amid = [*head, ["A", 0.1, 0.2], ["bubble"], ["B", 0.3, 0.4]]
    _, problems = read_export("p.xlsx", workbook({"S": amid}))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG168", "row 5", "“bubble”")]


def test_cycles_that_go_on_below_a_blank_line_are_refused(read_export):
    head = ["Application: Tecan i-control", "", "OD", "Cycle Nr.,Time [s],Temp. [°C],A1,A2"]
    rows = ["1,0,37,0.1,0.2", "2,30,37,0.1,0.2", "", "3,60,37,0.1,0.2", ""]
    _, problems = read_export("p.csv", "\n".join([*head, *rows]))
    assert [(p.code, p.place) for p in problems] == [("MG168", "line 7")]
