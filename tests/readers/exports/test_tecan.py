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


MAGELLAN = [
    ["Raw data", "Well positions", "Plate"],
    [0.1462, "A1", "96WEL"],
    [0.2118, "B1", "96WEL"],
    ["OVER", "C1"],
    ["Date of measurement: 2021-07-06"],
    ["595nm"],
    ["Measurement wavelength: 595 nm"],
]


def test_magellan_lists(read_export, workbook):
    frame, problems = read_export("p.xlsx", workbook({"Magellan Sheet 1": MAGELLAN}))
    assert problems == []
    assert frame[["well", "status", "place"]].values.tolist() == [
        ["A1", "ok", "A2"],
        ["B1", "ok", "A3"],
        ["C1", "above", "A4"],
    ]
    assert frame["value"].tolist()[:2] == [0.1462, 0.2118]
    assert frame["wavelength_nm"].unique() == [595.0]


def test_magellan_by_another_order_of_columns(read_export, workbook):
    turned = [list(reversed([*row, None, None][:3])) for row in MAGELLAN[:4]]
    frame, problems = read_export("p.xlsx", workbook({"S": [*turned, *MAGELLAN[4:]]}))
    assert problems == []
    assert frame["value"].iloc[1] == 0.2118


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
