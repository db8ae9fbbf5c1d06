"""The workbook, read back by openpyxl."""

import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from mgassay import tables
from mgassay.report.exports.workbook import MOST_LETTERS, About, verdict_lines, workbook

ABOUT = About("Mg2+ and TRPM7", (("grade", "C: some words"), ("", "A sentence. [effects.csv]")))
EVIL = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "http://a.b", "mailto:a@b", "1e5", "TRUE", "2024-01-01",
        "<img src=x onerror=alert(1)>", "../../x"]  # fmt: skip


def empty():
    return {s.name: s.frame() for s in tables.RESULT_TABLES}


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(book, name):
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


def test_every_table_is_a_sheet_with_its_rows_as_they_are(hand):
    held = {name: t for name, t in hand.make_tables().items() if name != "stain_histograms"}
    book = opened(workbook(ABOUT, held))
    assert book.sheetnames == ["about", "columns", *(s.name for s in tables.RESULT_TABLES)]
    for state in tables.RESULT_TABLES:
        heads, *rows = rows_of(book, state.name)
        assert heads == list(state.columns)
        read = state.frame(pd.DataFrame(rows, columns=heads, dtype=object)) if rows else state.frame()
        pd.testing.assert_frame_equal(read, held[state.name])


def test_cells_have_the_kind_of_their_column():
    row = {"readout": "1.5", "share": "passive", "estimate": 0.1, "ci_low": np.nan, "ci_high": np.inf,
           "identifiable": True, "flag": ""}  # fmt: skip
    sheet = opened(workbook(ABOUT, empty() | {"shares": tables.SHARES.frame([row, {"identifiable": False}])}))["shares"]
    head = [c.value for c in sheet[1]]
    first, second = ({h: (c.data_type, c.value) for h, c in zip(head, sheet[i], strict=True)} for i in (2, 3))
    assert first["readout"] == ("s", "1.5")  # a text that looks like a number stays one
    assert first["estimate"] == ("n", 0.1)
    assert first["ci_low"] == ("n", None)
    assert first["ci_high"] == ("s", "inf")
    assert first["identifiable"] == ("b", True)
    assert second["identifiable"] == ("b", False)
    assert first["flag"][1] is None


@pytest.mark.parametrize("text", EVIL)
def test_a_label_is_never_a_formula_a_link_or_a_number(text):
    row = {"readout": "calcium", "condition": text, "donor": text, "log_mean": 1.0}
    content = workbook(About(text, ((text, text),)), empty() | {"means": tables.MEANS.frame([row])})
    sheet = opened(content)["means"]
    assert [(c.data_type, c.value, c.hyperlink) for c in sheet[2]][1:3] == [("s", text, None)] * 2
    parts = zipfile.ZipFile(io.BytesIO(content))
    assert not [n for n in parts.namelist() if b"<f>" in parts.read(n) or b'TargetMode="External"' in parts.read(n)]


@pytest.mark.parametrize("text", ["D\x00", "\ud800", "\ufffe"])
def test_signs_that_a_workbook_cannot_hold_are_replaced(text):
    row = {"readout": "calcium", "donor": text}
    sheet = opened(workbook(ABOUT, empty() | {"means": tables.MEANS.frame([row])}))["means"]
    assert sheet["C2"].value == text[:-1] + "\ufffd"


def test_the_first_sheet_says_what_there_is():
    held = empty() | {"means": tables.MEANS.frame([{"readout": "calcium"}] * 3)}
    told = rows_of(opened(workbook(ABOUT, held)), "about")
    assert told[0][0] == "Mg2+ and TRPM7"
    assert ["grade", None, "C: some words"] in told
    assert [None, None, "A sentence. [effects.csv]"] in told
    assert [r[1] for r in told if r[0] == "means"] == [3]
    book = opened(workbook(ABOUT, held))
    links = {c.value: c.hyperlink.location for row in book["about"].iter_rows() for c in row if c.hyperlink}
    assert links == {s.name: f"'{s.name}'!A1" for s in tables.RESULT_TABLES}


def test_every_column_is_told_with_its_unit():
    heads, *rows = rows_of(opened(workbook(ABOUT, empty())), "columns")
    assert heads == ["table", "column", "kind", "unit", "what it holds"]
    assert [tuple(r[:3]) for r in rows] == [(s.name, c, k) for s in tables.RESULT_TABLES for c, k in s.columns.items()]
    assert ["genes", "tipping_point", "number", "log2"] in [r[:4] for r in rows]
    assert all(r[4] for r in rows)


def test_heads_stay_can_be_filtered_and_tell_their_meaning():
    book = opened(workbook(ABOUT, empty() | {"means": tables.MEANS.frame([{"readout": "calcium"}] * 3)}))
    sheet = book["means"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G4"
    told = {str(v.sqref): (v.promptTitle, v.prompt) for v in sheet.data_validations.dataValidation}
    assert told["D1"][0] == "log_mean"
    assert told["D1"][1].endswith("[natural log]")
    assert sheet.column_dimensions["B"].width >= len("condition")


def test_a_table_longer_than_a_sheet_says_so_and_where_the_rest_is():
    held = empty() | {"means": tables.MEANS.frame([{"readout": "calcium", "log_mean": float(i)} for i in range(7)])}
    book = opened(workbook(ABOUT, held, most_rows=6))
    assert [r[3] for r in rows_of(book, "means")] == ["log_mean", 0, 1, 2, 3, 4]
    (told,) = (r for r in rows_of(book, "about") if r[0] == "means")
    assert told[1] == 7
    assert "the first 5 rows are in it; all are in means.csv" in told[2]
    assert not [r for r in rows_of(book, "about") if r[0] == "effects" and "NOT ALL" in r[2]]


def test_a_text_longer_than_a_cell_says_so():
    problem = {"code": "MG101", "severity": "notice", "seen": "x" * (MOST_LETTERS + 1)}
    book = opened(workbook(ABOUT, empty() | {"problems": tables.PROBLEMS.frame([problem])}))
    seen = book["problems"]["F2"].value
    assert len(seen) == MOST_LETTERS
    assert seen.endswith("the rest is in the CSV file]")
    (told,) = (r for r in rows_of(book, "about") if r[0] == "problems")
    assert "whole in problems.csv" in told[2]


def test_many_rows_are_written_to_disk_and_come_out_alike(monkeypatch):
    held = empty() | {"means": tables.MEANS.frame([{"readout": "calcium", "donor": "=D", "log_mean": 0.5}] * 50)}
    whole = rows_of(opened(workbook(ABOUT, held)), "means")
    monkeypatch.setattr("mgassay.report.exports.workbook._MANY_CELLS", 10)
    by_row = workbook(ABOUT, held)
    assert rows_of(opened(by_row), "means") == whole
    assert workbook(ABOUT, held) == by_row


def test_the_same_tables_give_the_same_bytes_and_no_clock(hand):
    held = hand.make_tables()
    first = workbook(ABOUT, held)
    assert workbook(ABOUT, held) == first
    parts = zipfile.ZipFile(io.BytesIO(first))
    assert b"1980-01-01T00:00:00Z" in parts.read("docProps/core.xml")
    assert {i.date_time for i in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_errors_are_told_before_anything_else_and_instead_of_a_verdict():
    problems = tables.PROBLEMS.frame([{"code": "MG101", "severity": "error", "message": "M.", "remedy": "R."}])
    verdict = {"grade": "A", "sentences": [{"text": "T.", "table": "effects.csv"}]}
    assert list(verdict_lines(verdict, problems, "m"))[1:] == [("MG101", "M. R.")]
    assert "do not use" in next(verdict_lines(verdict, problems, "m"))[1]
    none = tables.PROBLEMS.frame()
    assert list(verdict_lines(verdict, none, "m")) == [("grade", "A: m"), ("", "T. [effects.csv]")]
    assert list(verdict_lines({"grade": None}, none, "")) == [("verdict", "No verdict was reached.")]
