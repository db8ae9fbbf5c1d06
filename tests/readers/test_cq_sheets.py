"""Where a table ends, and what is refused because it does not end where it seems to."""

import pytest

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.readers.cq_sheets import results_by_name, results_in, the_one
from mgassay.readers.exports.cfx import DIALECT as CFX
from mgassay.readers.exports.quantstudio import DIALECT
from mgassay.readers.sheets import Sheet

HEAD = ("Well", "Target", "Cq")
A1, A2 = ("A1", "g", "24.5"), ("A2", "g", "25.5")


def is_header(cells):
    return "Cq" in cells


def sheet(*rows, is_text=False, name="S"):
    return Sheet(name, rows, is_text=is_text)


def rows_of(*rows, **how):
    return [table.rows for table in results_in(sheet(*rows, **how), DIALECT, is_header)]


@pytest.mark.parametrize(
    "below", [(), (("", "", ""),), (("", "", ""), ("Endogenous Control", "GAPDH")), (("Analysis Type = Singleplex",),)]
)
def test_a_table_ends_where_its_wells_end(below):
    for is_text in (True, False):
        assert rows_of(("note",), HEAD, A1, A2, *below, is_text=is_text) == [(A1, A2)]


def test_a_row_without_its_well_ends_a_table_of_a_workbook_and_is_kept_in_a_text():
    assert rows_of(HEAD, A1, ("", "g", "")) == [(A1,)]
    assert rows_of(HEAD, A1, ("", "g"), is_text=True) == [(A1, ("", "g"))]  # refused later: it may be cut off


def test_wells_below_the_end_are_not_lost():
    with pytest.raises(UnreadableError) as bad:
        rows_of(HEAD, A1, ("", "", ""), A2)
    assert (bad.value.code, bad.value.place) == ("MG130", "A3")


def test_another_table_ends_the_search():
    assert rows_of(HEAD, A1, (), ("Well", "Cycle", "1"), ("A1", "1", "0.5")) == [(A1,)]
    assert rows_of(HEAD, A1, HEAD, A2) == [(A1,), (A2,)]
    assert rows_of(("Color", "x")) == []


def test_the_last_line_without_a_line_break_is_unfinished():
    for rows, unfinished in (((HEAD, A1), True), ((HEAD, A1, ("",)), False), ((HEAD, A1, ("Well", "x")), False)):
        assert results_in(sheet(*rows, is_text=True), DIALECT, is_header)[0].unfinished == unfinished


def test_which_table_is_meant():
    found = results_by_name(
        [sheet(HEAD, A1, name="one"), sheet(HEAD, A1, (), HEAD, A2, name="two")], DIALECT, is_header
    )
    assert list(found) == ["one", "two row 1", "two row 4"]

    def asked(name, first=()):
        return the_one(found, RawFile(file="q", assay="qpcr", plate="P", sheet=name), "title", first)

    assert asked("Two Row 4").rows == (A2,)
    assert asked("", ("none", "one")) is found["one"]
    for name, code in (("", "MG113"), ("three", "MG115")):
        with pytest.raises(UnreadableError) as bad:
            asked(name)
        assert bad.value.code == code
    with pytest.raises(UnreadableError) as bad:
        the_one({}, RawFile(file="q", assay="qpcr", plate="P"), "title")
    assert bad.value.code == "MG126"


def test_a_remark_below_a_table_ends_it_and_is_told(read_export):
    head = "[Results]\nWell Position\tSample Name\tTarget Name\tTask\tCT\n"
    rows = "A1\ts\tRUNX2\tUNKNOWN\t22.1\nA2\ts\tRUNX2\tUNKNOWN\t23.1\n"
    frame, problems = read_export("q.txt", f"{head}{rows}A3 was lost\n")
    assert len(frame) == 2
    assert [(p.code, p.seen) for p in problems] == [("MG135", "line 5: A3 was lost")]
    assert [p.code for p in read_export("q.txt", f"{head}{rows}A3 was")[1]] == ["MG127"]  # or a row that was cut off
    assert [p.code for p in read_export("q.txt", f"{head}{rows}A3\n")[1]] == ["MG127"]


def broken(rows, dialect=DIALECT, **how):
    with pytest.raises(UnreadableError) as bad:
        results_in(sheet(*rows, **how), dialect, lambda cells: "Cq" in cells)
    return bad.value.code, bad.value.place


@pytest.mark.parametrize("below", [("", "h", "25.5"), ("", "h", "Undetermined")])
def test_a_result_without_its_well_is_not_lost_at_the_end_of_a_workbook(below):
    assert broken([HEAD, A1, below]) == ("MG130", "A3")
    assert broken([HEAD, A1, (), ("", "note", ""), below]) == ("MG130", "A5")


@pytest.mark.parametrize("gap", [("", "", "", ""), ("as seen by eye",)])
def test_a_non_detect_below_a_gap_is_not_lost_where_it_is_written_as_nothing(gap):
    rows = [("Well", "Target", "Content", "Cq"), ("A1", "g", "Unkn-1", "24.5"), gap, ("A2", "g", "Unkn-1", "")]
    for is_text in (True, False):
        assert broken(rows, CFX, is_text=is_text)[0] == "MG130"
    assert broken([*rows[:2], ("", "h", "Unkn-1", "")], CFX) == ("MG130", "A3")  # a well merged over two targets
    assert len(results_in(sheet(*rows[:3], ("A2", "", "", "")), CFX, is_header)[0].rows) == 1  # nothing was in A2


def test_a_sample_that_is_called_like_a_line_of_settings_is_a_sample():
    head = ("Well", "Sample", "Target", "Cq")
    row = ("", "x = y", "g", "25.5")
    assert rows_of(head, ("A1", "s", "g", "24.5"), row, is_text=True)[0][-1] == row  # refused later for its well
    first = ("Sample", "Well", "Target", "Cq")
    rows = (("s", "A1", "g", "24.5"), ("x = y", "A2", "g", "25.5"))
    assert rows_of(first, *rows, is_text=True) == [rows]
    assert rows_of(first, *rows) == [rows]


@pytest.mark.parametrize(
    "line", ["Endogenous Control = ACTB|GAPDH||", "Reference Sample = 1|5|", "Slope||cycles/log decade", "R^2||"]
)
def test_lines_of_settings_may_hold_separators(line):
    assert rows_of(HEAD, A1, A2, tuple(line.split("|")), is_text=True) == [(A1, A2)]


def test_a_sample_may_be_called_well(read_export):
    head = "[Results]\nWell Position\tSample Name\tTarget Name\tTask\tCT\n"
    frame, problems = read_export("q.txt", f"{head}A1\tWell\tRUNX2\tUNKNOWN\t22.1\nA2\ts\tRUNX2\tUNKNOWN\t23.1\n")
    assert problems == []
    assert frame["sample"].tolist() == ["Well", "s"]
