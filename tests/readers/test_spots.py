import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import Sheet, sheet_from_lines
from mgassay.readers.spots import check_last_line, check_no_more, check_same_length


def test_only_the_last_line_of_a_text_can_have_been_cut_off():
    cut = sheet_from_lines(["Well,OD", "A1,0.1", "A2"], ",")
    check_last_line(cut, 1, 1)
    with pytest.raises(UnreadableError) as refused:
        check_last_line(cut, 2, 1)
    assert (refused.value.code, refused.value.place) == ("MG127", "line 3")


@pytest.mark.parametrize(
    "whole",
    [
        sheet_from_lines(["Well,OD", "A1,"], ","),
        sheet_from_lines(["Well,OD", "A1", ""], ","),
        Sheet("workbook", (("Well", "OD"), ("A1",))),
    ],
)
def test_an_empty_cell_a_line_break_or_a_workbook_is_no_cut(whole):
    check_last_line(whole, 1, 1)


def test_numbers_right_of_a_text_table_are_refused_and_words_are_not():
    check_no_more(sheet_from_lines(["Well,OD", "A1,0.1,good,"], ","), 1, 2)
    check_no_more(Sheet("workbook", (("Well", "OD"), ("A1", "0.1", "0.2"))), 1, 2)
    with pytest.raises(UnreadableError) as refused:
        check_no_more(sheet_from_lines(["Well,OD", "A1,0,25"], ","), 1, 2)
    assert (refused.value.code, refused.value.place, refused.value.seen) == ("MG124", "line 2, column 3", "25")


@pytest.mark.parametrize("whole", [["A,1,2", "B,1,2"], ["A,1,2", "B,1"], ["A,1,2,note", "B,1,2"], ["A,1,2", "note"]])
def test_rows_of_one_length_or_with_notes_behind_lost_nothing(whole):
    check_same_length(Sheet("workbook", (("A", "1", "2"), ("B", "1"))), [0, 1], 1)
    if whole[1] != "B,1":
        check_same_length(sheet_from_lines(whole, ","), [0, 1], 1)
        return
    with pytest.raises(UnreadableError) as refused:
        check_same_length(sheet_from_lines(whole, ","), [0, 1], 1)
    assert (refused.value.code, refused.value.place) == ("MG127", "line 2")
