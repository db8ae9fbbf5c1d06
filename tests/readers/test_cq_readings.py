import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.cq_readings import quantity_mark, readings_from_table
from mgassay.readers.cq_tables import CqTable, columns_from_header
from mgassay.readers.exports.quantstudio import DIALECT
from mgassay.readers.sheets import Sheet

HEAD = ("Well", "Target", "Task", "Cq", "Quantity", "Omit")


def read(*rows, mark="\t", head=HEAD, cycles=None):
    """Readings, and the problems as (code, place, seen)."""
    table = CqTable(Sheet("", (), mark, is_text=True), columns_from_header(head, DIALECT.columns), 1, rows, head)
    problems = Problems()
    raw = RawFile(file="q", assay="qpcr", plate="P")
    frame = readings_from_table(table, DIALECT, raw, problems, lambda ends, cq: cycles)
    return frame, [(p.code, p.place, p.seen) for p in problems]


def test_a_word_for_no_cq_is_a_well_only_where_something_names_it():
    empty = ("A3", "", "", "Undetermined", "", "")
    assert read(("A1", "g", "UNKNOWN", "24.5", "", ""), empty)[0]["well"].tolist() == ["A1"]
    bare = [("A1", "24.5"), ("A3", "Undetermined")]
    assert read(*bare, head=("Well", "Cq"))[0]["status"].tolist() == ["ok", "undetermined"]


def quantities(*texts, cq="24.5"):
    rows = [(f"A{k}", "g", "STANDARD", cq, text, "") for k, text in enumerate(texts, 1)]
    frame, problems = read(*rows)
    return [None if q != q else q for q in frame["quantity"]], [p for p in problems if p[0] != "MG128"]


@pytest.mark.parametrize(
    ("cq", "texts", "numbers", "codes"),
    [
        ("24.5", ["0,125", "1,250"], [0.125, 1.25], ["MG172"]),
        ("24.5", ["0,001"], [0.001], ["MG172"]),
        ("24.5", ["12,50", "1"], [12.5, 1.0], ["MG172"]),
        ("24,5", ["0.001", "0.010"], [0.001, 0.01], ["MG172"]),
        ("24,5", ["0.001", "1.250"], [0.001, 1.25], ["MG172"]),
        ("24.5", ["312.500", "1,250.000"], [312.5, 1250.0], []),
        ("24.5", ["312.500", "1,250"], [312.5, 1250.0], []),
        ("24.5", ["1,000,000", "10,000"], [1e6, 1e4], []),
        ("24,5", ["1.250,5", "1.250"], [1250.5, 1250.0], []),
        ("24,5", ["1,0E5", "0,5"], [1e5, 0.5], []),
        ("24.5", ["1.250", "100"], [1.25, 100.0], []),
        ("24.5", ["1,250"], [None], ["MG134"]),  # 1250 or 1.25
        ("24,5", ["1.250", "10"], [None, 10.0], ["MG134"]),
        ("24.5", ["0,125", "0.5"], [None, 0.5], ["MG134"]),  # both marks
        ("24.5", ["0,125", "0.5", "1,250"], [None, 0.5, None], ["MG134", "MG134"]),
        ("24,5", ["0.001", "0,01", "1.250"], [None, 0.01, None], ["MG134", "MG134"]),
        ("24.5", ["a lot", "0,125"], [None, 0.125], ["MG172", "MG134"]),
    ],
)
def test_quantities_have_one_decimal_mark_or_none(cq, texts, numbers, codes):
    found, problems = quantities(*texts, cq=cq)
    assert (found, [code for code, *_ in problems]) == (numbers, codes)


def test_a_doubtful_quantity_is_named_with_its_cell():
    assert quantities("0,125", "0.5")[1] == [("MG134", "line 2, column 5", "0,125")]


def test_whole_numbers_say_nothing_of_the_mark():
    assert quantity_mark(["100", "10"], ",") == (",", frozenset())


@pytest.mark.parametrize("word", ["true", "x", "Omitted", "EXCLUDED", "wahr"])
def test_words_that_leave_a_well_out(word):
    frame, problems = read(("A1", "g", "UNKNOWN", "24.5", "", word), ("A2", "g", "UNKNOWN", "25.5", "", "false"))
    assert (frame["status"].tolist(), problems) == (["omitted", "ok"], [])


def test_unknown_words_are_told_once_with_their_places():
    rows = [(f"A{k}", "g", "UNKNOWN", "24.5", "", "oui") for k in range(1, 8)]
    frame, problems = read(*rows, ("A9", "g", "UNKNOWN", "24.5", "", "?"), ("A10", "", "", "", "", "hm"))
    assert frame["status"].tolist() == ["ok"] * 8
    places = "; ".join(f"line {k}, column 6" for k in range(2, 7))
    assert problems == [("MG170", f"{places} and 2 more", "oui"), ("MG170", "line 9, column 6", "?")]


def test_a_cq_at_the_end_of_the_run_is_none():
    rows = [(f"A{k}", "g", "UNKNOWN", cq, "", "") for k, cq in enumerate(("39.9", "40.000", "41", "Undetermined"), 1)]
    omitted = ("A5", "g", "UNKNOWN", "40", "", "true")
    frame, problems = read(*rows, omitted, cycles=40)
    assert frame["status"].tolist() == ["ok", "undetermined", "undetermined", "undetermined", "omitted"]
    assert frame["value"].isna().tolist() == [False, True, True, True, True]
    assert frame["raw"].tolist()[:3] == ["39.9", "40.000", "41"]
    assert problems == [("MG171", "line 3, column 4", "40.000, 41")]
    frame, problems = read(*rows)  # of a run of unknown length
    assert (frame["value"].tolist()[:3], problems) == ([39.9, 40.0, 41.0], [])
