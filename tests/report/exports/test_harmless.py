import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from mgassay.problems import Problems
from mgassay.report.exports.harmless import cell_text, rows_text, tell_changes, xml_text


@given(st.text())
def test_no_cell_is_a_formula_or_more_than_a_cell(text):
    cell = cell_text(text)
    assert cell.lstrip()[:1] not in ("=", "+", "-", "@")
    assert not set(cell) & set("\t\r\n")
    assert len(cell.splitlines()) <= 1


@given(st.lists(st.lists(st.text().map(cell_text), min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_csv_reader_gets_the_cells_back(rows):
    assert list(csv.reader(io.StringIO(rows_text(rows, ",")))) == rows
    assert [line.split("\t") for line in rows_text(rows, "\t").split("\n")[:-1]] == rows


@given(st.text())
def test_every_text_can_stand_in_xml(text):
    from xml.etree.ElementTree import fromstring
    from xml.sax.saxutils import escape

    assert fromstring(f"<a>{escape(xml_text(text), {chr(13): '&#13;'})}</a>") is not None


def test_changed_names_are_told_once_each():
    problems = Problems()
    tell_changes("x.tsv", ["D1", "=1+1", "=1+1", "a\tb"], problems)
    (told,) = problems
    assert (told.code, told.severity) == ("MG573", "notice")
    assert told.seen == r"=1+1, a\tb"
    tell_changes("x.tsv", ["D1", "Mg²⁺ 2 mM"], problems)
    assert len(problems) == 1
