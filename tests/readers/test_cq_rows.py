"""Rows that do not stand under their header are refused; trailing blanks that an editor left out are not missed."""

import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.cq_rows import check_rows
from mgassay.readers.cq_tables import CqTable, columns_from_header
from mgassay.readers.exports.quantstudio import DIALECT
from mgassay.readers.sheets import Sheet

HEAD = ("Well", "Target", "Task", "Cq", "Quantity")


def read(*rows, mark=",", unfinished=False, head=HEAD):
    """The wells of rows that fit."""
    sheet = Sheet("", (), separator=mark, is_text=True)
    table = CqTable(sheet, columns_from_header(head, DIALECT.columns), 1, rows, head, unfinished=unfinished)
    check_rows(table, DIALECT)
    return table.column("well")


A1, A2 = ("A1", "g", "UNKNOWN", "24.5", "1"), ("A2", "g", "UNKNOWN", "25.5", "2")


def refused(*rows, **how):
    with pytest.raises(UnreadableError) as bad:
        read(*rows, **how)
    return bad.value.code, bad.value.place


@pytest.mark.parametrize(
    ("last", "unfinished", "cut"),
    [
        (A2, False, False),
        (A2, True, True),  # ends in its quantity, and no line break: 2 may have been 20
        (A2[:4], False, True),  # ends in its Cq, and shorter than the others
        (A2[:3], False, True),
        ((*A2, "note"), False, True),
    ],
)
def test_a_table_that_was_cut_off(last, unfinished, cut):
    if cut:
        assert refused(A1, last, unfinished=unfinished) in [
            ("MG127", "line 3"),
            ("MG127", "line 3, column 5"),
            ("MG154", "line 3"),
        ]
    else:
        assert len(read(A1, last, unfinished=unfinished)) == 2


def test_rows_that_all_end_with_a_separator_are_not_too_wide():
    assert read((*A1, ""), (*A2, "")) == [A1[0], A2[0]]
    assert refused((*A1, ""), A2, A2) == ("MG154", "line 2")
    assert refused((*A1, ""), A2[:4]) == ("MG127", "line 3")
    assert refused(("A1", "g", "NTC", "24", "5", "1"), ("A2", "g", "NTC", "NaN"), mark=",")[0] == "MG154"
    whole = [("A1", "g", "UNKNOWN", "24", "5", ""), ("A2", "g", "UNKNOWN", "25", "5", "")]  # 24,5 in a file of commas
    assert refused(*whole) == ("MG154", "line 2")
    assert len(read(*whole, mark="\t")) == 2


WIDE = ("Well", "Sample Name", "Target Name", "Task", "Reporter", "Ct", "Ct Mean", "Auto", "Comments")
ROWS = [(f"A{k}", f"d{k}", "RUNX2", "UNKNOWN", "FAM", f"32.{k}", "32.2", "FALSE", "") for k in range(1, 13)]


def without(row, cell):
    return tuple(c for k, c in enumerate(row) if k != cell)


@pytest.mark.parametrize("cell", range(9))
@pytest.mark.parametrize("at", [0, 5, 11])
def test_a_lost_cell_is_never_made_up_for_by_what_follows_it(cell, at):
    rows = [without(row, cell) if k == at else row for k, row in enumerate(ROWS)]
    if cell == 8:  # the trailing blank: nothing was moved
        assert len(read(*rows, head=WIDE)) == 12
    else:
        assert refused(*rows, head=WIDE) == ("MG127", f"line {at + 2}")


def test_trailing_blanks_that_excel_left_out_after_sixteen_rows_are_not_missed():
    rows = [row if k < 4 else row[:8] for k, row in enumerate(ROWS)]
    assert len(read(*rows, head=WIDE)) == 12
    control = ("B1", "", "RUNX2", "NTC", "FAM", "Undetermined", "", "FALSE")
    assert len(read(*rows, control, head=WIDE)) == 13
    blank_end = [
        (*row[:7], "" if k == 8 else "FALSE") for k, row in enumerate(ROWS) if k > 3
    ]  # in a block of its width
    assert len(read(*ROWS[:4], *blank_end, head=WIDE)) == 12


@pytest.mark.parametrize("at", [3, 4, 8])  # the last whole row, the first short one, one amid them
@pytest.mark.parametrize("cell", range(7))
def test_a_lost_cell_is_found_among_rows_of_two_widths(at, cell):
    rows = [row if k < 4 else row[:8] for k, row in enumerate(ROWS)]
    assert refused(*(without(r, cell) if k == at else r for k, r in enumerate(rows)), head=WIDE)[0] == "MG127"


def test_two_rows_that_lost_the_same_cell_do_not_confirm_each_other():
    rows = [without(row, 1) if k in (4, 5) else row for k, row in enumerate(ROWS)]
    assert refused(*rows, head=WIDE) == ("MG127", "line 6")


def test_a_text_without_any_trailing_blank_is_read_where_rows_of_one_task_are_alike():
    standards = [("A1", "g", "STANDARD", "20.5", "100"), ("A2", "g", "STANDARD", "23.5", "10")]
    samples = [("A3", "g", "UNKNOWN", "24.5"), ("A4", "g", "UNKNOWN", "25.5")]
    controls = [("A5", "g", "NTC", "Undetermined"), ("A6", "g", "NTC", "Undetermined")]
    assert len(read(*standards, *samples, *controls)) == 6
    assert refused(*standards, *samples, controls[0])[1] == "line 6"  # alone of its task
    assert refused(*standards, samples[0], (*samples[1], "3"), *controls)[1] == "line 4"
    shifted = [("A3", "UNKNOWN", "24.5", "30.5"), ("A4", "UNKNOWN", "25.5", "30.5")]
    assert refused(*standards, *shifted)[1] == "line 4"  # no such tasks
    for row in (("x", *samples[1][1:]), (*samples[1][:3], "low")):
        assert refused(*standards, samples[0], row, samples[1])[0] == "MG127"


def test_a_name_too_many_in_the_header_moves_all_of_them():
    head = ("", "Well", "Target", "", "Cq", "Cq Mean")
    rows = [("", "A1", "g", "24.5", "24.9"), ("", "A2", "g", "24.6", "24.9")]
    assert refused(*rows, head=head) == ("MG154", "line 1")
    assert refused(*((*row, "") for row in rows), head=head) == ("MG154", "line 1")  # each row ends with a separator
    assert read(*rows, head=(*without(head, 3), "", "")) == ["A1", "A2"]
    assert read(*((*row[:3], "", *row[3:]) for row in rows), head=head) == ["A1", "A2"]  # a column without anything


def test_a_workbook_keeps_its_cells_in_their_columns():
    table = CqTable(Sheet("S", ()), columns_from_header(HEAD, DIALECT.columns), 1, [A1, A2[:4]], HEAD)
    check_rows(table, DIALECT)
