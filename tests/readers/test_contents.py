import io
import zipfile

import pytest

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers import contents
from mgassay.readers.contents import content_from_bytes, content_from_file


@pytest.mark.parametrize("kept", [5, 300, -200, -30])
def test_a_truncated_workbook_is_refused(workbook, kept):
    with pytest.raises(UnreadableError) as refused:
        content_from_bytes(workbook({"S": [[1, 2]] * 20})[:kept])
    assert refused.value.code == "MG104"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "MG102"),
        (b" \r\n\t ", "MG102"),
        (" \n".encode("utf-16"), "MG102"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "MG104"),
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


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (b"<html><table><tr><td>A1</td></tr></table></html>", "web page"),
        (b"\r\n<!DOCTYPE html>", "web page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML spreadsheet"),
    ],
)
def test_what_is_called_a_workbook_and_is_none_is_named(raw, seen):
    with pytest.raises(UnreadableError) as refused:
        content_from_bytes(raw)
    assert refused.value.code == "MG105"
    assert seen in refused.value.seen


def test_rdml_is_found_whatever_it_is_called_in_its_archive():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("notes.txt", "x")
        archive.writestr("temp.xml", "<?xml version='1.0'?><rdml version='1.1'></rdml>")
    assert content_from_bytes(stream.getvalue()).xml.endswith(b"</rdml>")
    assert content_from_bytes(b"<?xml version='1.0'?><rdml version='1.1'></rdml>").xml


@pytest.mark.parametrize(
    ("raw", "seen"),
    [(b"%PDF-1.7 x", "a PDF"), (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"), (b"{\\rtf1 x}", "a word processor")],
)
def test_what_holds_no_readings_is_called_by_its_name(raw, seen):
    with pytest.raises(UnreadableError, match="MG176") as refused:
        content_from_bytes(raw)
    assert seen in refused.value.seen


@pytest.mark.parametrize(("name", "program"), [("run.eds", "QuantStudio"), ("plate.XPT", "Gen5"), ("a.pcrd", "CFX")])
def test_an_instruments_own_run_file_is_told_how_to_export(tmp_path, name, program):
    (tmp_path / name).write_bytes(b"PK\x03\x04 rubbish")
    with pytest.raises(UnreadableError, match="MG175") as refused:
        content_from_file(tmp_path / name, name, Problems())
    assert program in refused.value.seen
    (tmp_path / name).write_text("Well\tValue\nA1\t0.5\n")  # what can be read is read, whatever it is called
    assert content_from_file(tmp_path / name, name, Problems()).text


def test_a_text_that_is_no_export_by_its_size_is_refused(monkeypatch):
    with pytest.raises(UnreadableError, match="MG106") as refused:
        content_from_bytes(b"1," * 2_500_000)
    assert refused.value.seen == "a line of 5,000,000 signs"
    monkeypatch.setattr(contents, "TEXT_LIMIT", 100)
    with pytest.raises(UnreadableError, match="MG106"):
        content_from_bytes(b"A,1\n" * 100)
