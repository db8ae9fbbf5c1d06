import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from mgassay.errors import UnreadableError
from mgassay.readers import sheets
from mgassay.readers.sheets import Sheet, column_letters, content_from_bytes, sheets_from_workbook


def rewritten(book: bytes, name: str, change) -> bytes:
    """The workbook with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return stream.getvalue()


@given(st.integers(0, 16383))
def test_column_letters_are_those_of_spreadsheets(col):
    assert column_letters(col) == get_column_letter(col + 1)


def test_places_are_named_as_the_lab_finds_them():
    cells = (("a", "b"),)
    assert Sheet("S", cells).place(6, 2) == "C7"
    assert Sheet("", cells, is_text=True).place(11) == "line 12"
    assert Sheet("", cells, is_text=True).place(11, 2) == "line 12, column 3"
    assert Sheet("S", cells).cell(5, 5) == ""


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
    monkeypatch.setattr(sheets, "UNZIPPED_LIMIT", 2_000_000)
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *a, **k: pytest.fail("was opened"))
    with pytest.raises(UnreadableError) as refused:
        sheets_from_workbook(book)
    assert refused.value.code == "MG106"


@pytest.mark.parametrize("kept", [5, 300, -200, -30])
def test_a_truncated_workbook_is_refused(workbook, kept):
    with pytest.raises(UnreadableError) as refused:
        content_from_bytes(workbook({"S": [[1, 2]] * 20})[:kept])
    assert refused.value.code == "MG104"


def test_a_far_cell_costs_no_more_than_its_row(workbook):
    book = workbook({"S": [[1]]})
    far = rewritten(book, "xl/worksheets/sheet1.xml", lambda x: x.replace(b'r="A1"', b'r="XFD1"'))
    assert far != book
    assert sheets_from_workbook(far)[0].cell(0, 16383) == "1"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "MG102"),
        (b" \r\n\t ", "MG102"),
        (" \n".encode("utf-16"), "MG102"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "MG105"),
        (b"PK\x03\x04rubbish", "MG104"),
    ],
)
def test_what_cannot_be_a_raw_file_is_named(raw, code):
    with pytest.raises(UnreadableError) as refused:
        content_from_bytes(raw)
    assert refused.value.code == code


def test_other_archives_are_no_workbooks():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("rdml_data.xml", "<rdml/>")
    with pytest.raises(UnreadableError) as refused:
        content_from_bytes(stream.getvalue())
    assert refused.value.code == "MG108"
