import pytest
from openpyxl import Workbook

from mgassay.problems import Problems
from mgassay.readers.declared import numbers_from_table, table_from_cells
from mgassay.readers.shelf import as_kept, cells_from_shelf, shelf_from_folder

COLUMNS = ("condition", "mg_mM", "label")


@pytest.fixture
def problems():
    return Problems()


def found(problems):
    return [(p.code, p.file, p.sheet, p.place, p.seen) for p in problems]


def workbook(path, sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_a_sheet_of_the_workbook_is_a_table(tmp_path, problems):
    workbook(
        tmp_path / "experiment.xlsx", {"conditions": [["condition", "mg_mM"], ["c1", 2.0], [None, None], ["c2", 1]]}
    )
    shelf = shelf_from_folder(tmp_path, problems)
    made = table_from_cells(cells_from_shelf(shelf, "conditions", problems), COLUMNS, (), problems)
    assert made.frame.to_dict("index") == {2: {"condition": "c1", "mg_mM": "2"}, 4: {"condition": "c2", "mg_mM": "1"}}
    assert made.at(4, "mg_mM") == {"file": "experiment.xlsx", "sheet": "conditions", "place": "row 4, mg_mM"}
    assert found(problems) == []


def test_a_table_in_both_places_is_named_and_the_csv_is_used(tmp_path, problems):
    workbook(tmp_path / "experiment.xlsx", {"conditions": [["condition"], ["from sheet"]]})
    (tmp_path / "conditions.csv").write_text("condition\nfrom csv\n")
    cells = cells_from_shelf(shelf_from_folder(tmp_path, problems), "conditions", problems)
    assert cells.rows[1] == ("from csv",)
    assert found(problems) == [("MG021", "conditions.csv", "conditions", "", "conditions")]


def test_a_formula_without_a_value_is_named(tmp_path, problems):
    workbook(tmp_path / "experiment.xlsx", {"conditions": [["condition", "mg_mM"], ["c1", "=0.8*1"]]})
    shelf = shelf_from_folder(tmp_path, problems)
    assert found(problems) == []  # a sheet that no table is made of may hold what it likes
    cells_from_shelf(shelf, "conditions", problems)
    assert found(problems) == [("MG033", "experiment.xlsx", "conditions", "B2", "=0.8*1")]


def test_a_broken_workbook_is_named(tmp_path, problems):
    (tmp_path / "experiment.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    assert shelf_from_folder(tmp_path, problems).names() == []
    assert [(p.code, p.file) for p in problems] == [("MG098", "experiment.xlsx")]


def test_a_link_out_of_the_folder_is_refused(tmp_path, problems):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "elsewhere.csv").write_text("condition\nc1\n")
    (inside / "conditions.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert shelf_from_folder(inside, problems).names() == []
    assert found(problems) == [("MG041", "conditions.csv", "", "", "conditions.csv")]


def test_merged_cells_are_named(tmp_path, problems):
    book = Workbook()
    sheet = book.active
    sheet.title = "conditions"
    for row in (["condition", "mg_mM"], ["c1", 2], ["c2", 2]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "experiment.xlsx")
    cells_from_shelf(shelf_from_folder(tmp_path, problems), "conditions", problems)
    assert found(problems) == [("MG035", "experiment.xlsx", "conditions", "B2:B3", "B2:B3")]


def test_a_formula_without_a_value_is_told_once(tmp_path, problems):
    workbook(tmp_path / "experiment.xlsx", {"conditions": [["condition", "mg_mM"], ["c1", "=1+1"], ["c2", "=2+1"]]})
    cells = cells_from_shelf(shelf_from_folder(tmp_path, problems), "conditions", problems)
    numbers_from_table(table_from_cells(cells, COLUMNS, (), problems), ["mg_mM"], problems)
    assert found(problems) == [("MG033", "experiment.xlsx", "conditions", "B2 and 1 more", "=1+1")]


def test_a_layout_that_was_refused_is_no_missing_one(tmp_path, problems):
    folder = tmp_path / "inside"
    (folder / "layouts").mkdir(parents=True)
    (tmp_path / "cal.csv").write_text("well\nA1\n")
    (folder / "layouts" / "cal.csv").symlink_to(tmp_path / "cal.csv")
    shelf = shelf_from_folder(folder, problems)
    assert (shelf.names(), shelf.layouts(), shelf.is_told("layout_cal")) == ([], ["cal"], True)
    assert shelf.file_of("files") == "experiment.xlsx, files"
    assert [p.code for p in problems] == ["MG041"]


def test_a_link_in_a_circle_is_refused(tmp_path, problems):
    (tmp_path / "conditions.csv").symlink_to(tmp_path / "conditions.csv")
    assert shelf_from_folder(tmp_path, problems).is_told("conditions")
    assert [p.code for p in problems] == ["MG041"]


def test_hidden_rows_and_sheets_are_told(tmp_path, problems):
    book = Workbook()
    sheet = book.active
    sheet.title = "conditions"
    for row in (["condition", "mg_mM"], ["c1", 2], ["c2", 2]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    book.create_sheet("files").append(["file"])
    book["files"].sheet_state = "hidden"
    book.save(tmp_path / "experiment.xlsx")
    shelf = shelf_from_folder(tmp_path, problems)
    assert len(cells_from_shelf(shelf, "conditions", problems).rows) == 3
    cells_from_shelf(shelf, "files", problems)
    assert found(problems) == [
        ("MG036", "experiment.xlsx", "conditions", "row 3", "row 3"),
        ("MG036", "experiment.xlsx", "files", "", "the whole sheet"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"condition,medium\nc1,control\n", "it holds text, no sheets"),
        (b"PK\x03\x04 cut off", "broken"),
        (b"", "empty"),
    ],
)
def test_what_is_no_workbook_is_named_once_and_says_what_to_do(tmp_path, problems, content, why):
    (tmp_path / "experiment.xlsx").write_bytes(content)
    shelf = shelf_from_folder(tmp_path, problems)
    (problem,) = problems
    assert (problem.code, problem.file, why in problem.seen) == ("MG098", "experiment.xlsx", True)
    assert "save it as" in problem.remedy
    assert shelf.is_told("conditions")


def book_at(path, *sheets):
    book = Workbook()
    book.active.title = sheets[0]
    for sheet in sheets[1:]:
        book.create_sheet(sheet)
    for sheet in book:
        sheet.append(["condition"])
    book.save(path)


def test_a_workbook_of_another_name_is_to_be_renamed(tmp_path, problems):
    book_at(tmp_path / "Experiment 2024.xlsx", "conditions", "files", "notes")
    book_at(tmp_path / "~$experiment.xlsx", "conditions")
    shelf = shelf_from_folder(tmp_path, problems)
    assert [(p.code, p.file, p.seen) for p in problems] == [("MG099", "Experiment 2024.xlsx", "conditions, files")]
    assert shelf.is_told("conditions")


def test_other_workbooks_beside_the_tables_are_nobodys_concern(tmp_path, problems):
    book_at(tmp_path / "old.xlsx", "conditions")
    book_at(tmp_path / "experiment.xlsx", "conditions")
    shelf_from_folder(tmp_path, problems)
    assert list(problems) == []


def test_of_a_workbook_problems_name_the_sheet_and_of_csv_files_the_file(tmp_path, problems):
    problems.add("MG604", file="conditions.csv", seen="x", block="b", mg_reference="0.8", mg_raised="2.0")
    assert list(as_kept(tmp_path, problems)) == list(problems)
    book_at(tmp_path / "experiment.xlsx", "conditions")
    (kept,) = as_kept(tmp_path, problems)
    assert (kept.file, kept.sheet) == ("experiment.xlsx", "conditions")
    assert "conditions.csv" not in kept.remedy
    assert "to the sheet conditions of experiment.xlsx" in kept.remedy
    (tmp_path / "conditions.csv").touch()
    assert list(as_kept(tmp_path, problems)) == list(problems)


def test_what_systems_leave_behind_is_no_table(tmp_path, problems):
    (tmp_path / "layouts").mkdir()
    for name in ("conditions.csv", "._conditions.csv", "layouts/cal.csv", "layouts/._cal.csv", "layouts/~$cal.csv"):
        (tmp_path / name).write_text("well\n")
    shelf = shelf_from_folder(tmp_path, problems)
    assert shelf.names() == ["conditions", "layout_cal"]
    assert shelf.layouts() == ["cal"]
