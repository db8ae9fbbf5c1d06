import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from mgassay.readers.sheets import Rows, Sheet, column_letters, column_number, text_from_value


@given(st.integers(0, 16383))
def test_column_letters_are_those_of_spreadsheets(col):
    assert column_letters(col) == get_column_letter(col + 1)
    assert column_number(column_letters(col)) == col


def test_places_are_named_as_the_lab_finds_them():
    cells = (("a", "b"),)
    assert Sheet("S", cells).place(6, 2) == "C7"
    assert Sheet("", cells, is_text=True).place(11) == "line 12"
    assert Sheet("", cells, is_text=True).place(11, 2) == "line 12, column 3"
    assert Sheet("S", cells).cell(5, 5) == ""


def test_rows_are_read_when_they_are_asked_for_and_no_more_than_asked():
    asked = []

    def load(count):
        asked.append(count)
        return (("a",), ("b",), ("c",))[:count]

    rows = Rows(load)
    assert asked == []
    assert rows[:2] == (("a",), ("b",))
    assert rows[:1] == (("a",),)
    assert asked == [2]
    assert rows[2] == ("c",)
    assert len(rows) == 3
    assert list(rows) == [("a",), ("b",), ("c",)]
    assert rows == (("a",), ("b",), ("c",))
    assert rows[:2] == (("a",), ("b",))
    assert asked == [2, None]
    assert rows != (("a",),)
    assert hash(rows) == hash((("a",), ("b",), ("c",)))


def test_durations_keep_their_fractions():
    assert text_from_value(dt.timedelta(seconds=0.4)) == "0:00:00.4"
    assert text_from_value(dt.timedelta(hours=25, seconds=1.25)) == "25:00:01.25"
    assert text_from_value(dt.timedelta(minutes=5)) == "0:05:00"
