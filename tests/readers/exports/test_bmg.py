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


def test_titles_with_blanks_numbers_and_widths(read_export, lines, grid):
    for title, channel, nm in (
        ("Raw Data  (450)", "A450", 450.0),
        ("1. Raw Data (450-80 B)", "450-80 B", 450.0),
        ("2. Raw Data (A-575)", "A-575", 575.0),
        ("Raw Data (450-100 2)", "A450", 450.0),
    ):
        frame, problems = read_export("p.CSV", lines([*HEAD, *block(grid, title, lambda r, c: 1.0)]))
        assert problems == []
        assert (frame["channel"][0], frame["wavelength_nm"][0]) == (channel, nm)


@pytest.mark.parametrize("light", ["580/620", "638-12/675-12 1", "F: 482-16/525-20", "No filter"])
def test_two_wavelengths_or_none_are_no_wavelength(read_export, lines, grid, light):
    frame, problems = read_export("p.CSV", lines([*HEAD, *block(grid, f"Raw Data ({light})", lambda r, c: 1.0)]))
    assert problems == []
    assert frame["channel"].unique() == [light]
    assert frame["wavelength_nm"].isna().all()


def test_two_measurements_of_one_light_need_a_choice(read_export, lines, grid):
    rows = [
        *HEAD,
        *block(grid, "Raw Data (450 1)", lambda r, c: 1.0),
        *block(grid, "Raw Data (450 2)", lambda r, c: 2.0),
    ]
    _, problems = read_export("p.CSV", lines(rows))
    assert [(p.code, p.seen) for p in problems] == [("MG117", "A450 (450 1) (450 nm), A450 (450 2) (450 nm)")]
    assert read_export("p.CSV", lines(rows), sheet="A450 (450 2)")[0]["value"].unique() == [2.0]


def test_wells_not_read_are_no_readings_and_rows_may_end_early(read_export, lines, grid):
    rows = [*HEAD, *block(grid, "Raw Data (450)", lambda r, c: "" if c == 4 else 1.0)]
    rows[11] = rows[11][:9]
    frame, problems = read_export("p.CSV", lines(rows))
    assert [(p.code, p.severity, p.place, p.seen) for p in problems] == [("MG167", "warning", "line 12", "C")]
    assert len(frame) == 96 - 8 - 4
    assert not set(frame["well"]) & {"A5", "H5", "C9", "C12"}


def test_a_text_that_ends_within_a_row_was_cut_off(read_export, lines, grid):
    rows = [*HEAD, *block(grid, "Raw Data (450)", lambda r, c: f"{r}.{c:02}")]
    for rows_or_list in (
        rows,
        [*HEAD, ["Well", "Content", "Raw Data (450)"], *([f"A{c}", "x", f"7.0{c}"] for c in range(1, 7))],
    ):
        text = lines(rows_or_list)
        _, problems = read_export("p.CSV", text[: text.index("7.06")])
        assert [p.code for p in problems] == ["MG127"]


def test_a_list_that_is_broken_by_a_line_is_refused(read_export, lines):
    rows = [*HEAD, ["Well", "Content", "Raw Data (562)"], ["A01", "x", 1], ["mean", "x", 1], ["A02", "x", 1]]
    _, problems = read_export("p.CSV", lines(rows))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG130", "line 9, column 1", "mean")]


@pytest.mark.parametrize(
    ("axis", "code", "place"),
    [
        (["", "Time", "0 h", "soon"], "MG129", "line 8, column 4"),
        (["", "Time", "0 h", ""], "MG129", "line 8, column 4"),
        (["", "Time", "0", "30"], "MG129", "line 8, column 3"),  # of what?
        (["", "Wavelength [nm]", "450", "x"], "MG142", "line 8, column 4"),
    ],
)
def test_times_and_wavelengths_that_cannot_be_read_are_refused(read_export, lines, axis, code, place):
    rows = [*HEAD, ["Well", "Content", "Raw Data (600)", "Raw Data (600)"], axis, ["A01", "x", 0.1, 0.2]]
    frame, problems = read_export("p.CSV", lines(rows))
    assert len(frame) == 0
    assert [(p.code, p.place) for p in problems] == [(code, place)]


def test_columns_of_one_title_without_times_are_refused(read_export, lines):
    rows = [*HEAD, ["Well", "Content", "Raw Data (600)", "Raw Data (600)"], ["A01", "x", 0.1, 0.2]]
    assert [p.code for p in read_export("p.CSV", lines(rows))[1]] == ["MG125"]


def test_a_list_without_wells_holds_nothing(read_export, lines):
    for below in ([], [["", "Time", "0 h"]]):
        text = lines([*HEAD, ["Well", "Content", "Raw Data (600)"], *below])
        assert [p.code for p in read_export("p.CSV", text)[1]] == ["MG126"]


def test_times_within_titles(read_export, lines):
    titles = ["Raw Data (600) 1 - 0 h", "Raw Data (600) 2 - 0 h 10 min"]
    rows = [*HEAD, ["Well", "Content", *titles], ["A01", "x", 0.1, 0.2]]
    frame, problems = read_export("p.CSV", lines(rows))
    assert problems == []
    assert frame[["read_index", "time_s", "value"]].values.tolist() == [[0, 0, 0.1], [1, 600, 0.2]]


def test_a_blank_line_behind_every_line_of_a_grid(read_export, lines, grid):
    rows = [*HEAD, *block(grid, "Raw Data (450 1)", lambda r, c: f"{r}.{c:02}")]
    frame, problems = read_export("p.CSV", lines([row for r in rows if any(r) for row in (r, [""])]))
    assert problems == []
    h12 = frame.set_index("well").loc["H12"]
    assert (h12["value"], h12["place"]) == (7.11, "line 27, column 13")


def test_a_workbook_holds_the_same_readings_twice_and_they_are_read_once(read_export, workbook, grid):
    table = [["User: U"], ["Test Name: Ca"], [], ["Well", "Content", " Raw Data (575)"]]
    table += [[f"{r}{c:02}", "x", 0.5] for r in "ABCDEFGH" for c in range(1, 13)]
    plate = [["User: U"], ["Test Name: Ca"], [], [None, "Raw Data (575)"], *grid(lambda r, c: 0.5, corner=None)]
    both = workbook({"Microplate End point": plate, "Table End point": table})
    for book, sheet in (
        (both, "Microplate End point"),
        (workbook({"Protocol Information": [["x"]], "Table End point": table}), "Table End point"),
    ):
        frame, problems = read_export("p.xlsx", book)
        assert problems == []
        assert len(frame) == 96
        assert frame["sheet"].unique() == [sheet]


def test_plates_on_sheets_of_their_own_need_a_choice(read_export, workbook, grid):
    plate = [["User: U"], ["Test Name: Ca"], [None, "1. Raw Data (575)"], *grid(lambda r, c: 0.5, corner=None)]
    _, problems = read_export("p.xlsx", workbook({"Monday": plate, "Tuesday": plate}))
    assert [(p.code, p.seen) for p in problems] == [("MG113", "Monday, Tuesday")]


@pytest.mark.parametrize(
    "rows",
    [
        ["A,0.101,0.103,", "B,0.201,0.202,0.203,", ""],  # trailing separators: a cell was lost
        ["A,25247,150035,1043,", "B,25247,150035,1043"],  # the text ends within the grid
        ["A,25247,150035", "B,25247,150035,1043"],
    ],
)
def test_rows_of_a_grid_that_lost_a_cell_are_refused(read_export, rows):
    head = ["User: x", "Test name: y", "Raw Data (450)", "", ",1,2,3,"]
    frame, problems = read_export("p.CSV", "\r\n".join([*head, *rows]))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG127"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["A01,S,1,729,0.5", "A02,S,1.242,0.6"], "MG124"),
        (["A01,1.729,0.5", "A02,S,1.242,0.6"], "MG127"),
        (["A01,S,1.729,0.5", "A02,S,0.6"], "MG127"),
    ],
)
def test_lists_in_which_cells_were_added_or_lost_are_refused(read_export, rows, code):
    head = ["User: x", "Test name: y", "Well,Content,Raw Data (450),Raw Data (620)"]
    frame, problems = read_export("p.CSV", "\n".join([*head, *rows, ""]), wavelength_nm="450")
    assert len(frame) == 0
    assert [p.code for p in problems] == [code]


def test_a_note_amid_a_grid_is_refused(read_export):
    head = ["User: x", "Test name: y", "Raw Data (450)", "", ",1,2,3,"]
    rows = ["A,.1,.2,.3", "B,.1,.2,.3", "bubble in C1", "C,.1,.2,.3", ""]
    _, problems = read_export("p.CSV", "\n".join([*head, *rows]))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG168", "line 8", "“bubble in C1”")]


def test_a_cycle_of_thousands_of_digits_is_no_cycle(read_export):
    head = ["User: x", "Test name: y", f"Cycle {'9' * 5000} (0 s)", "Raw Data (450)", ",1,2", "A,.1,.2", ""]
    frame, _ = read_export("p.CSV", "\n".join(head))
    assert frame["read_index"].tolist() == [0, 0]
