import pytest

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


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_magellan_lists_as_text(read_export, lines, mark):
    frame, problems = read_export("p.txt", lines([["" if c is None else c for c in row] for row in MAGELLAN], mark))
    assert problems == []
    assert frame["status"].tolist() == ["ok", "ok", "above"]


def test_several_labels_need_a_choice(read_export, workbook):
    rows = [["Label1", "Label2", "Well positions"], [0.1, 0.9, "A1"], [0.2, 0.8, "B1"]]
    assert [p.code for p in read_export("p.xlsx", workbook({"S": rows}))[1]] == ["MG117"]
    frame, problems = read_export("p.xlsx", workbook({"S": rows}), sheet="label2")
    assert problems == []
    assert frame["value"].tolist() == [0.9, 0.8]


def test_computed_columns_are_left_out(read_export, workbook):
    rows = [["Raw data", "Well positions", "Blank reduced"], [0.1, "A1", 9], [0.2, "B1", 9]]
    frame, problems = read_export("p.xlsx", workbook({"S": rows}))
    assert problems == []
    assert frame["value"].tolist() == [0.1, 0.2]
    rows[0][0] = "Blank"
    assert [p.code for p in read_export("p.xlsx", workbook({"S": rows}), reader="tecan_magellan")[1]] == ["MG126"]


def test_a_broken_list_is_refused(read_export, workbook):
    rows = [["Raw data", "Well positions"], [0.1, "A1"], [0.2, "B?"], [0.3, "C1"]]
    assert [(p.code, p.place) for p in read_export("p.xlsx", workbook({"S": rows}))[1]] == [("MG130", "B3")]


def test_several_grids_need_a_choice(read_export, lines, grid):
    rows = [*grid(lambda r, c: 0.25, corner="<>"), [""], *grid(lambda r, c: 0.75, corner="<>")]
    assert [(p.code, p.seen) for p in read_export("p.asc", lines(rows, "\t"))[1]] == [("MG113", "grid 1, grid 2")]
    frame, problems = read_export("p.asc", lines(rows, "\t"), sheet="grid 2")
    assert problems == []
    assert frame["value"].unique() == [0.75]


def test_grids_in_a_workbook_are_known_by_the_lines_below(read_export, workbook, grid):
    rows = [*grid(lambda r, c: 0.5, corner="<>"), [], ["Date of measurement: 2024-07-06"], ["570nm"]]
    frame, problems = read_export("p.xlsx", workbook({"S": rows}), wavelength_nm="570")
    assert problems == []
    assert len(frame) == 96


def test_grids_and_lists_that_lose_rows_or_cells_are_refused(read_export):
    grid = ["<>\t1\t2", "A\t.1\t.2", "", "B\t.3\t.4", "", "Date of measurement: 2024-07-06", ""]
    assert [p.code for p in read_export("p.asc", "\n".join(grid))[1]] == ["MG168"]
    listed = ["Well positions\tRaw data\tBlank reduced", "A1\t.1\t9", "B1\t9", ""]
    assert [(p.code, p.place) for p in read_export("p.txt", "\n".join(listed))[1]] == [("MG127", "line 3")]
