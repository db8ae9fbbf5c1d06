import pytest

HEAD = [
    ["User: Lab", "Path: C:\\Data", "Test run no.: 7"],
    ["Test name: Ca", "Date: 1/2/2024", "Time: 1:00:00 PM"],
    [""],
    ["ID1: x", "ID2: Plate 1", "ID3: "],
    ["Absorbance"],
    [""],
]


def block(grid, title, value, **shape):
    header, *body = grid(value, **shape)
    return [[title], [""], [*header, ""], *body, [""]]


def test_raw_grids_are_read_and_corrected_ones_are_not(read_export, lines, grid):
    rows = [
        *HEAD,
        *block(grid, "Raw Data (450 1)", lambda r, c: round(0.1 * r + 0.01 * c, 3)),
        *block(grid, "Blank corrected based on Raw Data (450 1)", lambda r, c: 9),
    ]
    frame, problems = read_export("p.CSV", lines(rows))
    assert problems == []
    assert len(frame) == 96
    first = frame.set_index("well").loc["H12"]
    assert (first["value"], first["channel"], first["wavelength_nm"]) == (0.81, "A450", 450.0)
    assert first["place"] == "line 17, column 13"


def test_two_raw_wavelengths_are_chosen_by_files_csv(read_export, lines, grid):
    rows = [
        *HEAD,
        *block(grid, "Raw Data (450 1)", lambda r, c: 1.0),
        *block(grid, "Raw Data (620 2)", lambda r, c: 2.0),
    ]
    assert [p.code for p in read_export("p.CSV", lines(rows))[1]] == ["MG117"]
    frame, problems = read_export("p.CSV", lines(rows), wavelength_nm="620")
    assert problems == []
    assert frame["value"].unique() == [2.0]


def test_semicolons_with_decimal_commas_are_read(read_export, lines, grid):
    rows = [*HEAD, *block(grid, "Raw Data (450 1)", lambda r, c: f"0,{r}{c:02}")]
    frame, problems = read_export("p.CSV", lines(rows, ";"))
    assert [p.code for p in problems] == ["MG128"]
    assert frame.set_index("well")["value"]["C4"] == 0.203


def test_commas_with_decimal_commas_are_refused(read_export, lines, grid):
    rows = [*HEAD, *block(grid, "Raw Data (450 1)", lambda r, c: f"0,{r}{c:02}")]
    frame, problems = read_export("p.CSV", lines(rows))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG124"]


@pytest.mark.parametrize("wells", [("Well",), ("Well Row", "Well Col")])
def test_lists(read_export, lines, wells):
    spots = [["A01"], ["B12"]] if len(wells) == 1 else [["A", "1"], ["B", "12"]]
    rows = [*HEAD, [*wells, "Content", "Raw Data (562)", "Blank corrected based on Raw Data (562)"]]
    rows += [[*spot, "Sample", value, 9] for spot, value in zip(spots, (0.25, 0.5), strict=True)]
    frame, problems = read_export("p.CSV", lines(rows))
    assert problems == []
    assert frame[["well", "value", "wavelength_nm"]].values.tolist() == [["A1", 0.25, 562.0], ["B12", 0.5, 562.0]]


def test_only_corrected_data_is_refused(read_export, lines, grid):
    rows = [*HEAD, *block(grid, "Blank corrected based on Raw Data (450 1)", lambda r, c: 9)]
    assert [p.code for p in read_export("p.CSV", lines(rows))[1]] == ["MG126"]
