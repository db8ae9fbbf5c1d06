import pytest

HEAD = [["", "", "", "Protocol: Absorbance"], ["", "", "", "Result: p1 2024.10.01"], ["Absorbance"]]


def reading(grid, value, number=1, filters=("560", "None")):
    header, *body = grid(value)
    lights = [["", "Measurement Filter:", "", filters[0]], ["", "Reference Filter:", "", filters[1]]]
    return [*lights, ["", "Reading:", "", number, *header], *([""] * 4 + row for row in body)]


def test_a_reading(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines([*HEAD, *reading(grid, lambda r, c: f"{0.1 + r + c / 100:.2E}")]))
    assert problems == []
    h12 = frame.set_index("well").loc["H12"]
    assert (h12["value"], h12["raw"], h12["wavelength_nm"], h12["channel"]) == (7.21, "7.21E+00", 560.0, "A560")


def test_a_reference_filter_is_a_warning(read_export, lines, grid):
    rows = [*HEAD, *reading(grid, lambda r, c: 0.5, filters=("450", "600"))]
    frame, problems = read_export("p.csv", lines(rows))
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG146", "warning", "600")]
    assert len(frame) == 96


def test_several_readings_need_a_choice(read_export, lines, grid):
    rows = [*HEAD, *reading(grid, lambda r, c: 0.25), [""], *reading(grid, lambda r, c: 0.75, 2)]
    assert [(p.code, p.seen) for p in read_export("p.csv", lines(rows))[1]] == [("MG113", "reading 1, reading 2")]
    frame, problems = read_export("p.csv", lines(rows), sheet="reading 2")
    assert problems == []
    assert frame["value"].unique() == [0.75]


@pytest.mark.parametrize("cut", ["H,0.5", "H,0.5,0.5,0.5"])
def test_a_file_that_was_cut_off_is_refused(read_export, lines, grid, cut):
    text = lines([*HEAD, *reading(grid, lambda r, c: 0.5)])
    assert [p.code for p in read_export("p.csv", text[: text.index(cut) + len(cut)])[1]] == ["MG127"]


def test_a_row_amid_the_readings_and_values_beside_them_are_refused(read_export):
    rows = [",Reading:,,1,,1,2,3", ",,,,A,.1,.2,.3", ",,,,B,.1,.2,.3", ",,,,C,.1,.2,.3"]
    assert read_export("p.csv", "\n".join([*rows, ""]))[1] == []
    blank = [*rows[:2], ",,,,,,,", *rows[2:], ""]
    assert [(p.code, p.place) for p in read_export("p.csv", "\n".join(blank))[1]] == [("MG168", "line 3")]
    wide = [*rows[:2], rows[2] + ",,.2", *rows[3:], ""]
    assert [(p.code, p.place) for p in read_export("p.csv", "\n".join(wide))[1]] == [("MG124", "line 3, column 10")]
