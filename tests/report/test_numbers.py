import math

import pytest

from mgassay.report.numbers import NO_BREAK, decimal, fine_percent, interval, level, p_value, percent, significant
from mgassay.report.numbers import with_interval as told


def plain(text):
    return text.replace(NO_BREAK, " ")


def test_an_estimate_never_comes_without_its_interval():
    assert plain(told(0.571, 0.432, 0.714, percent)) == "57 % [43 %, 71 %]"
    assert told(1.2046, 0.9213, 1.4879) == "1.20 [0.92, 1.49]"
    assert told(1.2, math.nan, math.nan) == "1.20 [no interval]"
    assert told(math.nan, 0.1, 0.2) == "–"


def test_minus_is_a_minus_and_zero_has_no_sign():
    assert decimal(-0.151) == "−0.15"
    assert decimal(-0.0004) == "0.00"
    assert plain(percent(-0.004)) == "0 %"
    assert interval(-0.2, -0.1) == "[−0.20, −0.10]"


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0009, "p < 0.001"), (0.001, "p = 0.001"), (0.0449, "p = 0.045"), (0.0996, "p = 0.10"), (0.431, "p = 0.43"),
     (0.9951, "p > 0.99"), (math.nan, "")],
)  # fmt: skip
def test_p_is_never_zero_and_never_one(p, text):
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00123456, "0.00123"), (99999.0, "99999"), (123456.0, "1.23e+05"), (-12.345, "−12.3"), (5.0, "5.00")],
)
def test_measured_values_have_three_digits(value, text):
    assert significant(value) == text


def test_levels_are_as_the_lab_wrote_them():
    assert [level(v) for v in (0.8, 2.0, 120.0, 1e-3)] == ["0.8", "2", "120", "0.001"]
    assert plain(fine_percent(0.04349)) == "4.3 %"
