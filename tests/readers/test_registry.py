import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgassay import tables
from mgassay.experiment import RawFile
from mgassay.problems import Problems, catalogue
from mgassay.readers.contents import content_from_bytes
from mgassay.readers.registry import all_readers, read_raw_file, reader_of
from mgassay.readers.sheets import Content

RAW = RawFile(file="raw/x.txt", assay="calcium", plate="P1")


def test_names_of_readers_are_unique_and_said():
    assert len({r.name for r in all_readers()}) == len(all_readers()) == len({r.title for r in all_readers()})
    assert {"gen5", "bmg_mars", "tecan_icontrol", "tecan_magellan", "skanit", "quantstudio", "plain_grid"} <= {
        r.name for r in all_readers()
    }


def test_an_unknown_file_gets_a_list_of_what_can_be_read(read_export):
    frame, problems = read_export("notes.txt", "Dear diary,\ntoday I split the cells.\n")
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG110"]
    assert "Dear diary" in problems[0].message
    assert all(r.title in problems[0].remedy for r in all_readers() if r.kind == "plate")
    assert not [r.title for r in all_readers() if r.kind == "vendors" and r.title in problems[0].remedy]
    assert "row letters A, B" in problems[0].remedy


def test_an_unknown_reader_is_corrected(read_export, lines, grid):
    _, problems = read_export("p.csv", lines(grid(lambda r, c: 0.5)), reader="plain_gird")
    assert [p.code for p in problems] == ["MG112"]
    assert "plain_grid" in problems[0].remedy


def test_a_named_reader_is_used_even_where_another_would_be_found(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(lambda r, c: 0.5)), reader="plain_grid")
    assert problems == []
    assert len(frame) == 96
    frame, problems = read_export("p.csv", lines(grid(lambda r, c: 0.5)), reader="gen5")
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG126"]


def test_a_file_that_two_claim_is_refused(read_export):
    both = "User: x,Test name: y\nTest name: y\nRaw Data (450 1)\nSoftware Version,3\nPlate Number,Plate 1\n"
    _, problems = read_export("p.csv", both)
    assert [(p.code, p.seen) for p in problems] == [("MG111", "bmg_mars, gen5")]
    assert [p.code for p in read_export("p.csv", both, reader="gen5")[1]] == ["MG126"]


@pytest.mark.parametrize(("name", "code"), [("absent.txt", "MG101"), ("~$p.xlsx", "MG103"), (".", "MG101")])
def test_files_that_are_no_files(tmp_path, name, code):
    problems = Problems()
    frame = read_raw_file(tmp_path / name, RAW, problems).export.readings
    assert [(p.code, p.file) for p in problems] == [(code, "raw/x.txt")]
    assert list(frame.columns) == list(tables.RAW_READINGS.columns)


def test_an_empty_file(read_export):
    assert [p.code for p in read_export("p.csv", "")[1]] == ["MG102"]


def test_readings_keep_the_contract(read_export, lines, grid):
    frame, _ = read_export("p.csv", lines(grid(lambda r, c: 0.5)))
    tables.RAW_READINGS.check(frame)
    assert frame["file"].unique() == ["p.csv"]
    assert frame["plate"].unique() == ["P1"]
    tables.RAW_READINGS.check(read_export("x", "")[0])


def test_what_the_lab_asks_but_the_file_does_not_say_is_noticed(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(lambda r, c: 0.5)), wavelength_nm="562")
    assert [(p.code, p.severity) for p in problems] == [("MG119", "notice")]
    assert frame["wavelength_nm"].isna().all()
    assert [p.code for p in read_export("p.csv", lines(grid(lambda r, c: 0.5)), sheet="Plate 9")[1]] == ["MG115"]


def test_the_order_of_detection_does_not_matter(lines, grid):
    content = content_from_bytes(lines(grid(lambda r, c: 0.5)).encode())
    assert [r.name for r in all_readers() if r.detect(content)] == ["plain_grid"]
    assert reader_of(content).name == "plain_grid"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="A1\t,;\n 0.5<>*\"'=Well Time[Results]CT\x00é", max_size=200))
def test_no_text_makes_a_reader_raise(text):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(text.encode())
        for name in ["", *(r.name for r in all_readers())]:
            problems = Problems()
            frame = read_raw_file(path, RAW.model_copy(update={"reader": name}), problems).export.readings
            assert len(frame) or len(problems)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_a_reader_raise(raw):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(raw)
        problems = Problems()
        assert len(read_raw_file(path, RAW, problems).export.readings) or len(problems)


def test_every_code_of_reading_is_used_and_every_used_code_exists():
    import re
    from pathlib import Path

    import mgassay.readers as room

    used = set()
    for module in Path(room.__file__).parent.rglob("*.py"):
        used |= set(re.findall(r"\bMG1\d\d\b", module.read_text(encoding="utf-8")))
    assert used == {code for code in catalogue() if code.startswith("MG1")}


def test_content_of_text_is_one_sheet():
    content = Content("x", text="a,b,c\r\nd,e,f\r\n")
    assert content.sheets[0].cells[1] == ("d", "e", "f")
    assert content.opening[0] == ("a", "b", "c")


def test_a_reader_of_sheets_refuses_what_has_none(read_export):
    from openpyxl import Workbook

    book = Workbook()
    book.create_chartsheet("Chart")
    book.remove(book["Sheet"])
    stream = io.BytesIO()
    book.save(stream)
    rdml = b"<rdml version='1.1' xmlns='http://www.rdml.org'></rdml>"
    for name in (r.name for r in all_readers() if r.kind != "vendors"):
        for raw in (stream.getvalue(), rdml):
            frame, problems = read_export("x", raw, reader=name)
            assert len(frame) == 0
            assert {p.code for p in problems} <= {"MG104", "MG126", "MG155"}
