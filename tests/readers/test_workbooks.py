import contextlib
import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from mgassay.errors import UnreadableError
from mgassay.readers import workbooks
from mgassay.readers.sheets import Marks
from mgassay.readers.workbooks import sheets_from_workbook, sheets_from_xls


def rewritten(book: bytes, name: str, change) -> bytes:
    """The workbook with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return stream.getvalue()


def test_cells_are_texts_that_lose_nothing(workbook):
    values = [0.1, 1 / 3, 12, 12.0, True, None, " text ", dt.date(2024, 3, 5), dt.time(0, 2, 30)]
    (sheet,) = sheets_from_workbook(workbook({"S": [values]}))
    assert sheet.cells[0][:4] == ("0.1", "0.3333333333333333", "12", "12")
    assert sheet.cells[0][4:] == ("True", "", "text", "2024-03-05 00:00:00", "00:02:30")


def test_a_wrong_dimension_hides_no_cell(workbook):
    book = workbook({"S": [[1, 2], [3, 4]]})
    wrong = rewritten(book, "xl/worksheets/sheet1.xml", lambda x: x.replace(b'ref="A1:B2"', b'ref="A1"'))
    assert wrong != book
    assert sheets_from_workbook(wrong)[0].cells == (("1", "2"), ("3", "4"))


def test_a_formula_without_a_value_shows_as_itself(workbook):
    (sheet,) = sheets_from_workbook(workbook({"S": [["A", 1, "=B1*2"], ["=SUM(B1:B1)"]]}))
    assert sheet.cells == (("A", "1", "=B1*2"), ("=SUM(B1:B1)",))


def test_a_formula_with_a_value_is_that_value(workbook):
    book = workbook({"S": [[1, "=A1*2"]]})
    stored = rewritten(
        book, "xl/worksheets/sheet1.xml", lambda x: x.replace(b"<v/>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    )
    assert sheets_from_workbook(stored)[0].cells == (("1", "2"),)


def test_xml_entities_are_refused(workbook):
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]>'
    book = workbook({"S": [[1]]})
    bad = rewritten(book, "xl/worksheets/sheet1.xml", lambda x: x.replace(b"<worksheet", bomb + b"<worksheet", 1))
    with pytest.raises(UnreadableError) as refused:
        sheets_from_workbook(bad)
    assert refused.value.code == "MG107"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(workbook, monkeypatch):
    book = rewritten(workbook({"S": [[1]]}), "docProps/app.xml", lambda x: b" " * 3_000_000)
    assert len(book) < 20_000
    monkeypatch.setattr(workbooks, "UNZIPPED_LIMIT", 2_000_000)
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *a, **k: pytest.fail("was opened"))
    with pytest.raises(UnreadableError) as refused:
        sheets_from_workbook(book)
    assert refused.value.code == "MG106"


@pytest.mark.parametrize("far", ["XFD1", "A1048576", "XFD1048576"])
def test_a_value_far_outside_any_export_is_refused_before_it_is_read(workbook, far):
    book = workbook({"S": [[1]]})
    row = far.lstrip("XFDA").encode()
    changed = rewritten(
        book,
        "xl/worksheets/sheet1.xml",
        lambda x: x.replace(b'r="A1"', f'r="{far}"'.encode()).replace(b'<row r="1"', b'<row r="' + row + b'"'),
    )
    assert changed != book
    with pytest.raises(UnreadableError, match="MG106") as refused:
        sheets_from_workbook(changed)
    assert refused.value.seen == f"a value in {far}"


def test_columns_and_rows_formatted_to_the_end_of_the_sheet_cost_little(workbook):
    import time

    book = workbook({"S": [[1, 2]] * 3})
    far = b'<c r="XFD4" s="1"/></row><row r="1048576" ht="15"><c r="XFD1048576" s="1"/></row>'
    wide = rewritten(
        book,
        "xl/worksheets/sheet1.xml",
        lambda x: x.replace(b"</sheetData>", b'<row r="4">' + far + b"</sheetData>"),
    )
    assert wide != book
    start = time.process_time()
    assert sheets_from_workbook(wide)[0].cells == (("1", "2"),) * 3
    assert time.process_time() - start < 2


def test_more_cells_than_any_export_has_are_refused(workbook, monkeypatch):
    monkeypatch.setattr(workbooks, "CELLS_LIMIT", 10)
    with pytest.raises(UnreadableError, match="MG106") as refused:
        sheets_from_workbook(workbook({"S": [[1, 2, 3]] * 4}))
    assert refused.value.seen == "12 cells"


def test_a_hostile_worksheet_costs_little(workbook):
    import time

    book = workbook({"S": [[1]]})
    blanks = (b"</f>" + b" " * 3000) * 3000
    columns = b'<col min="1" max="16384" hidden="1"/>' * 20_000
    start = time.process_time()
    for more in (blanks, columns):
        changed = rewritten(
            book, "xl/worksheets/sheet1.xml", lambda x, m=more: x.replace(b"<sheetData>", m + b"<sheetData>")
        )
        with contextlib.suppress(UnreadableError):
            sheets_from_workbook(changed)
    assert time.process_time() - start < 4


# data/marks.xls was written by xlwt 1.3.0: a plate (0.1 per row, 0.01 per column, counted from 1) with row 5 and
# column D hidden and a line of other kinds of cells, a sheet with B2:C3 merged, and a hidden one. data/password.xlsx
# was encrypted by msoffcrypto-tool 5.4.
DATA = Path(__file__).with_name("data")


def test_an_old_workbook_reads_as_a_new_one():
    plate, merged, hidden = sheets_from_xls((DATA / "marks.xls").read_bytes())
    assert (plate.name, merged.name, hidden.name) == ("Plate 1", "Merged", "Hidden")
    assert plate.cells[0][:3] == ("", "1", "2")
    assert plate.cells[8][:2] == ("H", "0.81")
    assert plate.cells[8][12] == "0.92"
    assert plate.cells[9][:5] == ("Total", "True", "2024-03-05 00:00:00", "00:02:30", "0.3333333333333333")
    assert plate.marks.hidden_rows == {4}
    assert plate.marks.hidden_columns == {3}
    assert not plate.marks.hidden
    assert not plate.marks.merged
    assert merged.marks.merged == ("B2:C3",)
    assert hidden.marks.hidden


@pytest.mark.parametrize("kept", [8, 600, 3000])
def test_a_truncated_old_workbook_is_refused(kept):
    with pytest.raises(UnreadableError) as refused:
        sheets_from_xls((DATA / "marks.xls").read_bytes()[:kept])
    assert refused.value.code in ("MG104", "MG105")


def test_a_workbook_with_a_password_is_refused():
    with pytest.raises(UnreadableError) as refused:
        sheets_from_xls((DATA / "password.xlsx").read_bytes())
    assert refused.value.code == "MG105"
    assert "password" in refused.value.seen


def test_what_a_sheet_merges_and_hides_is_known():
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(6):
        sheet.append([1, 2, 3, 4])
    sheet.merge_cells("B2:C3")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    book.create_sheet("Away").sheet_state = "hidden"
    book.create_sheet("Far").sheet_state = "veryHidden"
    stream = io.BytesIO()
    book.save(stream)
    first, away, far = sheets_from_workbook(stream.getvalue())
    assert first.marks == Marks(("B2:C3",), False, frozenset({3}), frozenset({3}))
    assert away.marks.hidden
    assert far.marks.hidden


@pytest.mark.parametrize(("name", "seen"), [("xl/workbook.bin", ".xlsb"), ("content.xml", "OpenDocument")])
def test_workbooks_of_other_kinds_are_named(name, seen):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(UnreadableError) as refused:
        sheets_from_workbook(stream.getvalue())
    assert refused.value.code == "MG105"
    assert seen in refused.value.seen


def test_hours_of_a_long_run_are_hours(workbook):
    values = [dt.time(23, 59, 30), dt.datetime(1900, 1, 1, 0, 7, 33), dt.timedelta(hours=49, seconds=5)]
    (sheet,) = sheets_from_workbook(workbook({"S": [values]}))
    assert sheet.cells[0][:2] == ("23:59:30", "24:07:33")
    assert sheet.cells[0][2] == "49:00:05"


def test_a_sheet_that_nobody_asks_for_is_not_read(workbook, monkeypatch):
    read = []
    real = workbooks._cells_of
    monkeypatch.setattr(workbooks, "_cells_of", lambda sheet, *how: read.append(sheet.title) or real(sheet, *how))
    first, raw = sheets_from_workbook(workbook({"Results": [["Well", "CT"]], "Raw Data": [[1, 2]] * 500}))
    assert first.cells == (("Well", "CT"),)
    assert raw.name == "Raw Data"
    assert read == ["Results"]


def test_a_sheet_that_is_broken_inside_is_told_when_it_is_read(workbook):
    book = workbook({"S": [[1, 2]] * 5})
    bad = rewritten(book, "xl/worksheets/sheet1.xml", lambda x: x[: len(x) // 2])
    (sheet,) = sheets_from_workbook(bad)
    with pytest.raises(UnreadableError) as refused:
        len(sheet.cells)
    assert refused.value.code == "MG104"


def test_what_a_prefixed_workbook_merges_and_hides_is_known_too():
    """Programs may write `<x:row r='3' …>` for `<row r="3" …>`."""
    book = openpyxl.Workbook()
    for _ in range(5):
        book.active.append([1, 2, 3])
    book.active["C5"] = "=A1*2"
    book.active.merge_cells("A1:B1")
    book.active.row_dimensions[3].hidden = True
    stream = io.BytesIO()
    book.save(stream)

    def prefixed(xml):
        named = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml)
        return named.replace(b"xmlns=", b"xmlns:x=").replace(b'"', b"'")

    changed = rewritten(stream.getvalue(), "xl/worksheets/sheet1.xml", prefixed)
    (sheet,) = sheets_from_workbook(changed)
    assert sheet.cells[4][2] == "=A1*2"
    assert sheet.marks.merged == ("A1:B1",)
    assert sheet.marks.hidden_rows == {2}


def test_a_wide_and_long_sheet_is_refused_before_it_is_filled(workbook):
    rows = "".join(f'<row r="{r}"><c r="BXA{r}"><v>1</v></c></row>' for r in range(1, 20_000)).encode()
    data = b"<sheetData>" + rows + b"</sheetData>"
    book = workbook({"S": [[1]]})
    changed = rewritten(book, "xl/worksheets/sheet1.xml", lambda x: re.sub(rb"<sheetData>.*</sheetData>", data, x))
    with pytest.raises(UnreadableError, match="MG106"):
        sheets_from_workbook(changed)


def test_a_formula_of_an_old_workbook_without_a_value_is_told(read_export):
    """data/formula.xls was written by xlwt 1.3.0, which calculates nothing: a plate of 2 × 3 with a formula in C3."""
    plate, other = sheets_from_xls((DATA / "formula.xls").read_bytes())
    assert plate.cells[2] == ("B", "0.21", "=?", "0.23")
    assert other.cells == (("x",),)
    _, problems = read_export("p.xls", (DATA / "formula.xls").read_bytes())
    assert [(p.code, p.place) for p in problems] == [("MG123", "C3")]
