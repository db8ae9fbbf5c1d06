"""What a lab does not see when it opens a workbook is told: hidden sheets, rows and columns, merged cells."""

import io
from pathlib import Path

import openpyxl
import pytest


@pytest.fixture
def plate(grid):
    """`change(sheet)` -> the bytes of a workbook with one plate, changed."""

    def made(change) -> bytes:
        book = openpyxl.Workbook()
        book.active.title = "Plate"
        for row in grid(lambda r, c: round(0.1 * r + 0.01 * c, 3)):
            book.active.append(row)
        change(book.active)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return made


def hide(sheet, *, row=0, column=""):
    if row:
        sheet.row_dimensions[row].hidden = True
    if column:
        sheet.column_dimensions[column].hidden = True


def test_hidden_rows_and_columns_count_and_are_told(read_export, plate):
    frame, problems = read_export("p.xlsx", plate(lambda s: (hide(s, row=3), hide(s, column="D"))))
    assert len(frame) == 96
    assert [(p.code, p.severity, p.sheet, p.seen) for p in problems] == [
        ("MG161", "warning", "Plate", "row 3, column D")
    ]


def test_hidden_lines_without_readings_are_nobodys_concern(read_export, plate):
    assert read_export("p.xlsx", plate(lambda s: (hide(s, row=1), hide(s, row=20), hide(s, column="Z"))))[1] == []


def test_merged_cells_over_readings_are_an_error(read_export, plate):
    frame, problems = read_export("p.xlsx", plate(lambda s: s.merge_cells("C4:D4")))
    assert [(p.code, p.severity, p.place, p.seen) for p in problems] == [("MG162", "error", "C4", "C4:D4")]
    assert frame.loc[frame["well"] == "C3", "status"].tolist() == ["missing"]


def test_merged_cells_elsewhere_are_nobodys_concern(read_export, plate):
    assert read_export("p.xlsx", plate(lambda s: s.merge_cells("A12:M12")))[1] == []


def test_a_hidden_sheet_that_is_read_is_told(read_export, plate):
    def away(sheet):
        sheet.parent.create_sheet("Shown").append(["see the other sheet"])
        sheet.sheet_state = "hidden"

    frame, problems = read_export("p.xlsx", plate(away))
    assert len(frame) == 96
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG160", "warning", "Plate")]


def test_an_old_workbook_is_checked_too(read_export):
    raw = (Path(__file__).parent / "data" / "marks.xls").read_bytes()
    frame, problems = read_export("p.xls", raw)
    assert len(frame) == 96
    assert "MG161" in [p.code for p in problems]


def test_columns_of_the_labs_own_beside_a_plate_are_left_alone_and_told(read_export, grid, workbook):
    rows = grid(lambda r, c: round(0.1 * r + 0.01 * c, 3))
    named = [[*row, *more] for row, more in zip(rows, [["", "Mean", "SD"], *[["", 0.3, 0.01]] * 8], strict=True)]
    frame, problems = read_export("p.xlsx", workbook({"Plate": named}))
    assert len(frame) == 96
    assert problems == []
    nameless = [[*row, *more] for row, more in zip(rows, [["", ""], *[["", 0.3]] * 8], strict=True)]
    assert [p.code for p in read_export("p.xlsx", workbook({"Plate": nameless}))[1]] == ["MG124"]


def test_a_single_comma_is_told_with_its_cell(read_export, grid, workbook):
    rows = grid(lambda r, c: "0,686" if (r, c) == (2, 4) else 0.5)
    _, problems = read_export("p.xlsx", workbook({"Plate": rows}))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG121", "F4", "0,686")]


def test_a_hidden_sheet_that_is_not_read_is_told(read_export, plate):
    def beside(sheet):
        sheet.parent.create_sheet("Old").sheet_state = "hidden"

    frame, problems = read_export("p.xlsx", plate(beside))
    assert len(frame) == 96
    assert [(p.code, p.severity, p.sheet, p.seen) for p in problems] == [("MG169", "notice", "Old", "Old")]
