import pytest

from mgassay.report.pieces import listing_of


def test_empty_columns_are_left_out_and_numbers_stay_numbers():
    made = listing_of("T", ("a", "b", "c"), [("x", "", "1"), ("y", "", "2")], numeric=("c",))
    assert made.heads == ("a", "c")
    assert made.rows == (("x", "1"), ("y", "2"))
    assert made.numeric == {1}


def test_a_table_without_rows_keeps_its_heads():
    assert listing_of("T", ("a", "b"), []).heads == ("a", "b")


def test_a_short_row_is_refused():
    with pytest.raises(ValueError, match="T: a row"):
        listing_of("T", ("a", "b"), [("x",)])
