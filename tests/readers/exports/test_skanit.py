import pytest


def step(grid, name, corner, value, *, plate="Plate 1", nm=450, wavelength_row=True):
    light = [f"Wavelength: {nm} nm"] if wavelength_row else [" "]
    return [
        ["Measurement results"],
        ["x.skax"],
        ["1/2/2024"],
        [" "],
        [name],
        light,
        [" "],
        [plate],
        [" "],
        *grid(value, corner=corner),
    ]


def test_the_raw_sheet_is_told_from_what_was_computed(read_export, workbook, grid):
    names = [[], *grid(lambda r, c: f"Un{r}", corner="Sample")]
    book = workbook(
        {
            "Absorbance 1_01": [*step(grid, "Absorbance 1", "Abs", lambda r, c: 1.5 + r + c / 100), *names],
            "Blank Subtraction 1_02": step(grid, "Blank Subtraction 1", "Blank subtracted", lambda r, c: 1.0),
            "Pathlength correction 1_03": step(grid, "Pathlength correction 1", "Abs", lambda r, c: 2.0),
            "Dilution Factor 1_04": step(grid, "Dilution Factor 1", "Value", lambda r, c: 3.0),
            "Run log": [["Run log"]],
        }
    )
    frame, problems = read_export("p.xlsx", book)
    assert problems == []
    assert len(frame) == 96
    h12 = frame.set_index("well").loc["H12"]
    assert (h12["value"], h12["sheet"], h12["place"]) == (8.61, "Absorbance 1_01", "M18")
    assert (h12["channel"], h12["wavelength_nm"]) == ("A450", 450.0)


def test_two_plates_on_one_sheet_need_a_choice(read_export, workbook, grid):
    rows = step(grid, "Absorbance 1", "Abs", lambda r, c: 1.0)
    second = [[], ["Plate 2"], [" "], *grid(lambda r, c: 2.0, corner="Abs")]
    book = workbook({"Absorbance 1_01": [*rows, *second]})
    _, problems = read_export("p.xlsx", book)
    assert [(p.code, p.seen) for p in problems] == [("MG113", "Plate 1, Plate 2")]
    frame, problems = read_export("p.xlsx", book, sheet="Plate 2")
    assert problems == []
    assert frame["value"].unique() == [2.0]
    assert frame["wavelength_nm"].unique() == [450.0]


def test_two_steps_are_told_apart_by_wavelength_or_sheet(read_export, workbook, grid):
    book = workbook(
        {
            "Absorbance 1_01": step(grid, "Absorbance 1", "Abs", lambda r, c: 1.0, nm=570),
            "Absorbance 2_02": step(grid, "Absorbance 2", "Abs", lambda r, c: 2.0, nm=650),
        }
    )
    assert [p.code for p in read_export("p.xlsx", book)[1]] == ["MG113"]
    for row in ({"wavelength_nm": "650"}, {"sheet": "Absorbance 2_02"}):
        frame, problems = read_export("p.xlsx", book, **row)
        assert problems == []
        assert frame["value"].unique() == [2.0]


def test_only_computed_sheets_are_refused(read_export, workbook, grid):
    book = workbook({"Blank Subtraction 1_02": step(grid, "Blank Subtraction 1", "Blank subtracted", lambda r, c: 1.0)})
    assert [p.code for p in read_export("p.xlsx", book)[1]] == ["MG126"]


KINETIC = ["Reading", "avg. time [s]", "A01", "A02"]


def test_kinetic_tables(read_export, workbook):
    title = [
        ["Measurement results"],
        ["x.skax"],
        ["1/2/2024"],
        [" "],
        ["Kinetic 1"],
        ["Wavelength: 405 nm"],
        ["Plate 1"],
    ]
    book = workbook({"Kinetic 1_01": [*title, KINETIC, [1, 0, 0.1, " > Max"], [2, 30.5, 0.2, " < Min"]]})
    frame, problems = read_export("p.xlsx", book)
    assert problems == []
    assert frame[["well", "read_index", "time_s", "status", "raw"]].values.tolist() == [
        ["A1", 0, 0.0, "ok", "0.1"],
        ["A2", 0, 0.0, "above", "> Max"],
        ["A1", 1, 30.5, "ok", "0.2"],
        ["A2", 1, 30.5, "below", "< Min"],
    ]


def test_lists_of_several_wavelengths_need_a_choice(read_export, workbook):
    rows = [["Well", "Wavelength(s) [nm]", "Raw absorbance", "Measurement time(s)"]]
    rows += [["A 1", nm, nm / 1000, 0.5] for nm in (405, 620)]
    book = workbook({"Raw data": rows})
    assert [p.code for p in read_export("p.xlsx", book)[1]] == ["MG117"]
    frame, problems = read_export("p.xlsx", book, wavelength_nm="620")
    assert problems == []
    assert frame[["well", "value", "time_s"]].values.tolist() == [["A1", 0.62, 0.5]]


def test_a_list_with_a_row_of_no_well_is_refused(read_export, workbook):
    rows = [["Well", "Wavelength(s) [nm]", "Raw absorbance"], ["A 1", 405, 0.1], ["mean", 405, 0.1]]
    assert [(p.code, p.place) for p in read_export("p.xlsx", workbook({"Raw data": rows}))[1]] == [("MG130", "A3")]


def test_a_word_in_place_of_a_reading_is_named(read_export, workbook, grid):
    rows = step(grid, "Absorbance 1", "Abs", lambda r, c: "error?" if (r, c) == (0, 0) else 1.0)
    frame, problems = read_export("p.xlsx", workbook({"Absorbance 1_01": rows}))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG120", "B11", "error?")]
    assert (frame["status"] == "missing").sum() == 1


@pytest.mark.parametrize(
    ("rows", "code", "place", "seen"),
    [
        ([["A", 0.1, 0.2], ["B", 0.3, 0.4], [], ["C", 0.5, 0.6]], "MG168", "row 9", "an empty row"),
        ([["A", 0.1, 0.2, 0.15], ["B", 0.3, 0.4, 0.35]], "MG124", "D7", "0.15"),
    ],
)
def test_grids_that_lose_rows_or_have_readings_beside_them_are_refused(read_export, workbook, rows, code, place, seen):
    sheet = [["Measurement results"], [], ["x.skax"], [], ["Absorbance 1"], ["Abs", 1, 2, None, "Mean"], *rows]
    frame, problems = read_export("p.xlsx", workbook({"Absorbance 1": sheet}))
    assert len(frame) == 0
    assert [(p.code, p.place, p.seen) for p in problems] == [(code, place, seen)]
    assert "separator" not in problems[0].message + problems[0].remedy


def test_a_list_that_goes_on_below_an_empty_row_is_refused(read_export, workbook):
    rows = [["Well", "Wavelength(s) [nm]", "Raw absorbance"], ["A1", 405, 0.1], [], ["A2", 405, 0.2]]
    assert [(p.code, p.place) for p in read_export("p.xlsx", workbook({"Raw data": rows}))[1]] == [("MG130", "A3")]
