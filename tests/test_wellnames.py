import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgassay.wellnames import (
    PLATE_SHAPES,
    compact,
    plate_shape,
    positions,
    row_letters,
    row_number,
    well_from_text,
    wells_from_texts,
)


@pytest.mark.parametrize(
    ("text", "well"),
    [
        ("A1", "A1"), ("A01", "A1"), ("a 1", "A1"), (" a01 ", "A1"), ("P24", "P24"), ("AF48", "AF48"), ("H12", "H12"),
        ("", ""), ("A0", ""), ("A", ""), ("1", ""), ("1A", ""), ("A49", ""), ("AG1", ""), ("AAA1", ""), ("A1.0", ""),
        ("A-1", ""), ("Ä1", ""), ("A١", ""),
    ],
)  # fmt: skip
def test_a_well_has_one_name_and_what_is_no_well_has_none(text, well):
    assert well_from_text(text) == well


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.integers(0, 31), st.integers(1, 48), st.integers(0, 2), st.booleans(), st.integers(0, 2))
def test_any_spelling_of_a_well_comes_back_to_its_name(row, column, zeros, lower, blanks):
    letters = row_letters(row)
    text = (letters.lower() if lower else letters) + " " * blanks + "0" * zeros + str(column)
    assert well_from_text(text) == f"{letters}{column}"
    assert row_number(letters) == row


def test_a_column_of_names_is_read_at_once_and_left_as_it_was():
    texts = pd.Series(["a 1", "B02", "nonsense", "A1"], dtype="str")
    assert wells_from_texts(texts).tolist() == ["A1", "B2", "", "A1"]
    assert texts.tolist() == ["a 1", "B02", "nonsense", "A1"]


def test_positions_count_from_zero():
    rows, columns = positions(["A1", "H12", "AF48"])
    assert rows.tolist() == [0, 7, 31]
    assert columns.tolist() == [0, 11, 47]


@pytest.mark.parametrize(("rows", "columns"), PLATE_SHAPES)
def test_the_last_well_of_a_plate_tells_its_size(rows, columns):
    assert plate_shape([f"{row_letters(rows - 1)}{columns}", "A1"]) == (rows, columns)


def test_a_part_of_a_plate_takes_the_smallest_plate_that_holds_it():
    assert plate_shape(["A1", "E12"]) == (8, 12)
    assert plate_shape([]) == (2, 3)


def test_wells_are_listed_by_runs_along_rows():
    assert compact(["G1", "G3", "G2", "H12"]) == "G1–G3, H12"
    assert compact([]) == ""
    every_second = [f"{r}{c}" for r in "ABC" for c in range(1, 13, 2)]
    assert compact(every_second) == "A1, A3, A5, A7, A9, A11, B1, B3, B5, B7, B9, B11, and 6 more"
