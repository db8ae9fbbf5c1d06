import math

import pytest
from openpyxl import Workbook

from mgassay.problems import Problems
from mgassay.readers.declared import (
    cells_from_file,
    cells_from_rows,
    check_filled,
    check_no_dates,
    check_once,
    is_date,
    numbers_from_table,
    table_from_cells,
)

COLUMNS = ("condition", "mg_mM", "label")


@pytest.fixture
def problems():
    return Problems()


def table(problems, *rows, known=COLUMNS, required=()):
    return table_from_cells(cells_from_rows(rows, "t.csv", ""), known, required, problems)


def found(problems):
    return [(p.code, p.file, p.sheet, p.place, p.seen) for p in problems]


TEXT = "condition;mg_mM\ncontrol;0,8\nβ-GP 10 µM;2,5\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8"), TEXT.encode("utf-8-sig"), TEXT.encode("utf-16"), TEXT.replace(";", "\t").encode("utf-8"),
        TEXT.replace("\n", "\r\n").encode("utf-8"), TEXT.replace(",", ".").replace(";", ",").encode("utf-8"),
    ],
)  # fmt: skip
def test_a_csv_is_read_whatever_its_separator_and_encoding(tmp_path, problems, content):
    (tmp_path / "t.csv").write_bytes(content)
    cells = cells_from_file(tmp_path / "t.csv", "t.csv", "", problems)
    made = table_from_cells(cells, COLUMNS, (), problems)
    assert made.text("condition").tolist() == ["control", "β-GP 10 μM"]
    assert numbers_from_table(made, ["mg_mM"], problems)["mg_mM"].tolist() == [0.8, 2.5]


def test_cp1252_is_read_with_a_notice(tmp_path, problems):
    (tmp_path / "t.csv").write_bytes("condition,label\nc1,10 µM\n".encode("cp1252"))
    cells = cells_from_file(tmp_path / "t.csv", "t.csv", "", problems)
    assert cells.rows[1] == ("c1", "10 µM")
    assert [(p.code, p.severity, p.file, p.seen) for p in problems] == [("MG109", "notice", "t.csv", "cp1252")]


def test_the_heading_alone_says_what_parts_the_cells(tmp_path, problems):
    (tmp_path / "t.csv").write_text("a,b,c\n1;2;3,4;5;6,x\n")
    assert cells_from_file(tmp_path / "t.csv", "t.csv", "", problems).rows[1] == ("1;2;3", "4;5;6", "x")


def test_a_file_that_is_no_text_is_named(tmp_path, problems):
    (tmp_path / "t.csv").write_bytes(b"")
    assert cells_from_file(tmp_path / "t.csv", "t.csv", "", problems) is None
    assert [(p.code, p.file) for p in problems] == [("MG023", "t.csv")]


def workbook(path, sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_one_of_several_sheets_must_be_named(tmp_path, problems):
    workbook(tmp_path / "icp.xlsx", {"Run 1": [["condition"], ["c1"]], "Run 2": [["condition"], ["c2"]]})
    assert cells_from_file(tmp_path / "icp.xlsx", "icp.xlsx", "Run 2", problems).rows[1] == ("c2",)
    assert found(problems) == []
    assert cells_from_file(tmp_path / "icp.xlsx", "icp.xlsx", "run2", problems) is None
    assert found(problems) == [("MG034", "icp.xlsx", "run2", "", "run2")]
    assert "Did you mean “Run 2”?" in next(iter(problems)).remedy


def test_an_unknown_column_is_named_and_stands_in_for_the_one_it_is_a_slip_of(problems):
    made = table(problems, ["Conditon", "mg_mM", "colour"], ["c1", "2", "red"], required=["condition"])
    assert found(problems) == [
        ("MG022", "t.csv", "", "row 1", "Conditon"),
        ("MG022", "t.csv", "", "row 1", "colour"),
    ]
    assert [p.remedy[:29] for p in problems] == ["Did you mean “condition”? A c", "Known are: condition, mg_mM, "]
    assert list(made.frame) == ["condition", "mg_mM"]


def test_missing_and_repeated_columns_are_named(problems):
    made = table(problems, ["mg_mM", "mg_mM"], ["1", "2"], required=["condition"])
    assert found(problems) == [("MG026", "t.csv", "", "row 1", "mg_mM"), ("MG024", "t.csv", "", "", "mg_mM, mg_mM")]
    assert "condition" in list(problems)[1].remedy
    assert made.frame["mg_mM"].tolist() == ["1"]


def test_a_table_without_cells_is_named(problems):
    assert len(table(problems).frame) == 0
    assert found(problems) == [("MG023", "t.csv", "", "", "no filled cell")]


def test_cells_beyond_the_heading_are_named(problems):
    made = table(problems, ["condition", "mg_mM", ""], ["c1", "0", "8"], ["c2", "1"])
    assert found(problems) == [("MG025", "t.csv", "", "row 2", "8")]
    assert made.text("mg_mM").tolist() == ["0", "1"]


def test_names_are_one_spelling_and_words_for_missing_stay_text(problems):
    made = table(problems, ["condition", "label"], ["NA", "None"], ["none", "Mg²⁺ 10 µM"], ["", "x"])
    assert made.text("condition", "filled in").tolist() == ["NA", "none", "filled in"]
    assert made.text("label").tolist() == ["None", "Mg2+ 10 μM", "x"]


def test_dates_are_told_from_names():
    dates = ["2024-03-01", "2024-03-01 00:00:00", "1-Mar", "Mar-24", "01.03.2024", "3/1/24", "2. Mrz", "Sept-02"]
    assert [d for d in dates if not is_date(d)] == []
    names = ["D1", "run1", "decorin-10", "marker 20", "1.5", "2-APB", "MARCH1", "12", "1-2", "", "Sepharose 20"]
    assert [n for n in names if is_date(n)] == []


def test_dates_in_names_are_errors_that_explain_excel(problems):
    check_no_dates(table(problems, ["condition"], ["2-Sep"], ["c2"]), ["condition"], problems)
    assert found(problems) == [("MG028", "t.csv", "", "row 2, condition", "2-Sep")]
    assert "Excel" in next(iter(problems)).message


def test_empty_and_repeated_rows_are_named(problems):
    made = table(problems, ["condition", "label"], ["c1", "a"], ["", "b"], ["c1", "c"], ["", "d"])
    check_filled(made, ["condition"], problems)
    assert check_once(made, ["condition"], problems).tolist() == [True, True, False, True]
    assert found(problems) == [
        ("MG029", "t.csv", "", "row 3, condition and 1 more", ""),
        ("MG030", "t.csv", "", "row 4, condition", "c1"),
    ]


@pytest.mark.parametrize(
    ("texts", "numbers", "problem"),
    [
        (["0.8", "2", "", "1e-3", "-1", ".5"], [0.8, 2, math.nan, 0.001, -1, 0.5], None),
        (["0,8", "2"], [0.8, 2], ("MG031", "", "0,8")),
        (["0,800", "2,500"], [0.8, 2.5], ("MG031", "", "0,800")),
        (["0,8", "2.5"], [math.nan, 2.5], ("MG032", "row 2, mg_mM", "0,8")),
        (["1,000", "2"], [math.nan, 2], ("MG032", "row 2, mg_mM", "1,000")),
        (["1,234.5"], [math.nan], ("MG027", "row 2, mg_mM", "1,234.5")),
        (["0.8 mM"], [math.nan], ("MG027", "row 2, mg_mM", "0.8 mM")),
        (["NA"], [math.nan], ("MG027", "row 2, mg_mM", "NA")),
        (["nan"], [math.nan], ("MG027", "row 2, mg_mM", "nan")),
        (["inf"], [math.nan], ("MG027", "row 2, mg_mM", "inf")),
        (["1_0"], [math.nan], ("MG027", "row 2, mg_mM", "1_0")),
        (["2024-03-01"], [math.nan], ("MG028", "row 2, mg_mM", "2024-03-01")),
        (["1-Mar"], [math.nan], ("MG028", "row 2, mg_mM", "1-Mar")),
    ],
)
def test_numbers_are_read_or_named(problems, texts, numbers, problem):
    made = table(problems, ["condition", "mg_mM"], *(["c", t] for t in texts))
    read = numbers_from_table(made, ["mg_mM", "not there"], problems)
    assert list(read) == ["mg_mM"]
    assert read["mg_mM"].tolist() == pytest.approx(numbers, nan_ok=True)
    assert [(p.code, p.place, p.seen) for p in problems] == ([problem] if problem else [])


def test_a_heading_without_rows_is_named(problems):
    table(problems, ["condition", "mg_mM"])
    assert found(problems) == [("MG023", "t.csv", "", "", "a heading without rows")]


def test_only_the_conditions_are_told_of_columns_of_their_own(problems):
    table(problems, ["well", "colour"], ["A1", "red"], known=("well", "role"))
    assert "[[step]]" not in next(iter(problems)).remedy


def test_shifted_rows_are_one_problem_and_what_stands_in_them_is_not_judged(problems):
    rows = [["c1", "0", "8", "x"], ["c2", "0", "8", "x"], ["c3", "2", "b"]]
    made = table(problems, list(COLUMNS), *rows)
    numbers = numbers_from_table(made, ["mg_mM", "label"], problems)
    assert found(problems) == [
        ("MG025", "t.csv", "", "row 2 and 1 more", "x"),
        ("MG027", "t.csv", "", "row 4, label", "b"),
    ]
    assert made.shifted == {2, 3}
    assert numbers["mg_mM"].tolist() == [0, 0, 2]


def test_the_same_word_for_a_number_is_one_problem(problems):
    made = table(problems, ["mg_mM"], ["NA"], ["1"], ["NA"], ["high"])
    numbers_from_table(made, ["mg_mM"], problems)
    assert found(problems) == [
        ("MG027", "t.csv", "", "row 2, mg_mM and 1 more", "NA"),
        ("MG027", "t.csv", "", "row 5, mg_mM", "high"),
    ]


def test_the_same_date_is_one_problem(problems):
    check_no_dates(table(problems, ["condition"], ["8-Mar"], ["c"], ["8-Mar"]), ["condition"], problems)
    assert found(problems) == [("MG028", "t.csv", "", "row 2, condition and 1 more", "8-Mar")]


@pytest.mark.parametrize(
    ("text", "rows", "told"),
    [
        ("a,b,c\n1,2,3\n4,5", 2, [("MG127", "t.csv", "", "line 3", "2 of 3 cells")]),
        ("a,b,c\n1,2,3\n4,5\n", 3, []),  # a short row that was ended was meant
        ("a,b,c\n1,2,3", 2, []),
        ("a\n1", 2, []),
    ],
)
def test_a_last_row_that_was_cut_off_is_named_and_left_out(tmp_path, problems, text, rows, told):
    (tmp_path / "t.csv").write_text(text)
    assert len(cells_from_file(tmp_path / "t.csv", "t.csv", "", problems).rows) == rows
    assert found(problems) == told


def workbook_table(folder, problems, *cells):
    """A workbook's table with one column of numbers, as typed."""
    book = Workbook()
    book.active.title = "conditions"
    for row in (["condition", "mg_mM"], *([f"c{i}", cell] for i, cell in enumerate(cells))):
        book.active.append(row)
    book.save(folder / "experiment.xlsx")
    cells = cells_from_file(folder / "experiment.xlsx", "experiment.xlsx", "conditions", problems)
    return table_from_cells(cells, COLUMNS, (), problems)


def test_a_number_held_as_text_in_a_workbook_says_what_to_do_in_excel(tmp_path, problems):
    made = numbers_from_table(workbook_table(tmp_path, problems, "0,8", 2.5), ["mg_mM"], problems)["mg_mM"]
    assert [math.isnan(made[0]), made[1]] == [True, 2.5]
    assert found(problems) == [("MG095", "experiment.xlsx", "conditions", "row 2, mg_mM", "0,8")]
    assert "format the cell as a number" in next(iter(problems)).remedy


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('condition,label\nc1,"two\nlines, here"\nc2,x\n', "two\nlines, here"),
        ('condition;label\r\nc1;"a ""quoted"" word\r\n\r\nb"\r\nc2;x\r\n', 'a "quoted" word\n\nb'),
        ('condition,label\nc1,5" dish\nc2,x\n', '5" dish'),
    ],
)
def test_a_quoted_cell_may_hold_line_breaks_and_rows_keep_their_numbers(tmp_path, problems, text, label):
    """Expected by RFC 4180; the row numbers are the lines on which rows begin."""
    (tmp_path / "t.csv").write_bytes(text.encode())
    cells = cells_from_file(tmp_path / "t.csv", "t.csv", "", problems)
    made = table_from_cells(cells, COLUMNS, (), problems)
    assert made.text("label").tolist() == [label, "x"]
    assert list(made.frame.index) == [2, len(text.splitlines())]
    assert found(problems) == []


def test_a_quotation_mark_that_is_never_closed_takes_no_other_row(tmp_path, problems):
    (tmp_path / "t.csv").write_text('condition,label\nc1,"5 dish\nc2,x\nc3,y\n')
    cells = cells_from_file(tmp_path / "t.csv", "t.csv", "", problems)
    assert [row[0] for row in cells.rows] == ["condition", "c1", "c2", "c3"]
