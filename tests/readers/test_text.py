import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgassay.errors import UnreadableError
from mgassay.readers.text import (
    cells_from_line,
    decimal_mark,
    number_from,
    quantity_from,
    separator_of,
    status_of,
    text_from_bytes,
)

MICRO = "Temperature 37 °C, 5 µM\nA\t1.0\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_text_comes_out_whole_whatever_its_encoding(encoding, said):
    assert text_from_bytes(MICRO.encode(encoding)) == (MICRO, said)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x00" * 50, b"abc\x81\x8d\xff"])
def test_bytes_that_are_no_text_are_refused(content):
    with pytest.raises(UnreadableError) as bad:
        text_from_bytes(content)
    assert bad.value.code == "MG108"


@pytest.mark.parametrize(
    ("lines", "mark"),
    [
        (["\t1\t2\t3", "A\t0.1\t0.2\t0.3"], "\t"),
        ([";1;2;3", "A;0,1;0,2;0,3"], ";"),
        ([",1,2,3", "A,0.1,0.2,0.3"], ","),
        (["Made by: a; b; c", ",1,2,3", "A,1,2,3", "B,1,2,3"], ","),
        (["a, b, c and d", "\t1\t2", "A\t1,5\t2,5"], "\t"),
        (["well,value", "A1,0.5"], ","),
        (["one word"], ""),
    ],
)
def test_the_separator_is_found(lines, mark):
    assert separator_of(lines) == mark


def test_a_quote_left_open_swallows_no_line():
    assert cells_from_line('1\t"RGB(176,23,31)"\tx', "\t") == ("1", "RGB(176,23,31)", "x")
    assert cells_from_line('5" plate\t0.1', "\t") == ('5" plate', "0.1")


@pytest.mark.parametrize(
    ("token", "status"),
    [
        *((t, "above") for t in ("OVRFLW", "OVER", ">4.0", "*****", "#SAT", "> Max", ">40.000", "over")),
        *((t, "below") for t in ("< Min", "<0.0", "<0.000", "underflow")),
        *((t, "missing") for t in ("MISSED", "", "NaN", "?????", "  ", "Error", "Invalid")),
        ("Masked", "masked"),  # SoftMax does not print what it masks
        *((t, "date") for t in ("2024-03-05 00:00:00", "5-Mar", "Mar-24", "3/5/2024", "05.03.2024")),
        ("=A1*2", "formula"),
        *(
            (t, "unknown")
            for t in (
                "None",
                "NA",
                "Sample 1",
                "1_000",
                "inf",
                "0.1.2",
                "- ",
                "0x10",
                "1 2",
                "1 2345",
                "1,23,456",
                "Range?",
                "NoFit",
            )
        ),
    ],
)
def test_what_stands_where_a_number_should(token, status):
    assert status_of(token) == (status, "")


def test_a_masked_value_is_kept():
    assert status_of("*0.356*") == ("masked", "0.356")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_prints_is_read_back(number):
    status, text = status_of(repr(number))
    assert status == "ok"
    assert number_from(text, ".") == number


@given(st.lists(st.decimals(0, 4, places=3), min_size=1))
def test_decimal_commas_are_read_or_refused_but_never_misread(values):
    tokens = [f"{v:.3f}".replace(".", ",") for v in values]
    if all(v >= 1 for v in values):  # then every comma might part thousands
        with pytest.raises(UnreadableError, match="MG121"):
            decimal_mark(tokens)
    else:
        decimals = decimal_mark(tokens)
        assert [number_from(t, decimals) for t in tokens] == pytest.approx([float(v) for v in values])


@pytest.mark.parametrize(
    "tokens",
    [
        ["0,5", "0.6"],  # both marks
        ["1,234", "2,345"],  # thousands, or not
        ["1,234.5", "1.234,5"],  # both groups
        ["1,234.5", "0,5"],  # a group, and a comma that can only be decimal
        ["1.234.567", "0.5"],
    ],
)
def test_ambiguous_commas_are_refused(tokens):
    with pytest.raises(UnreadableError) as bad:
        decimal_mark(tokens)
    assert bad.value.code == "MG121"


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("100,000,000.000", ".", 1e8),
        ("1,250.000", ".", 1250.0),
        ("312.500", ".", 312.5),
        ("1.250,5", ",", 1250.5),
        ("1.03E+00", ".", 1.03),
        ("12,50", ".", None),
        ("0,125", ".", None),  # no group begins with 0
        ("0.001", ",", 0.001),
        ("0,001", ",", 0.001),
        ("-0,125.5", ".", None),
        ("1,23,456", ".", None),
    ],
)
def test_quantities_may_have_thousands(text, mark, number):
    assert quantity_from(text, mark) == number


def test_no_number_is_made_of_words():
    assert [number_from(t, ".") for t in ("nan", "inf", "1_0", "", "0,5", " 1", "1e400")] == [None] * 7
    assert not math.isnan(number_from("-0.000", "."))


def test_a_number_that_no_computer_holds_is_a_word():
    assert status_of("1e400") == ("unknown", "")


@pytest.mark.parametrize(
    ("tokens", "mark", "numbers"),
    [
        (["1,234.5", "1,234", "12"], ".", [1234.5, 1234.0, 12.0]),
        (["1,234,567"], ".", [1234567.0]),
        (["1.234,5", "1.234", "0,5"], ",", [1234.5, 1234.0, 0.5]),
        (["1.234.567"], ",", [1234567.0]),
        (["1'234.5", "0.5"], ".", [1234.5, 0.5]),
        (["1\u202f234,5", "0,5"], ",", [1234.5, 0.5]),
        (["1 234,5", "0,5"], ",", [1234.5, 0.5]),
        (["1.234", "2.345"], ".", [1.234, 2.345]),
    ],
)
def test_groups_of_thousands_count_where_nothing_else_explains_a_number(tokens, mark, numbers):
    said = [status_of(t) for t in tokens]
    assert {status for status, _ in said} == {"ok"}
    assert decimal_mark([n for _, n in said]) == mark
    assert [quantity_from(n, mark) for _, n in said] == numbers
