"""Patterns of labs: those that are no patterns, that find no wells, and that would never end."""

import time

import pytest

from mgassay.readers.images.patterns import LONGEST, reason_against


@pytest.mark.parametrize(
    "pattern",
    [
        r"_(?P<well>[A-H]\d+)_f(?P<field>\d+)[.]",
        r"(?P<plate>.+)_(?P<well>[A-P]\d{2})(?:_s(?P<field>\d+))?_w\d",
        r"(?P<row>[A-H])x(?P<column>\d+)",
        r"(?i)(?P<well>[a-h]\d{1,2}).*?(?=[.])",
        r"[]()*+](?P<well>[A-H]\d)\)+",
        r"(?P<well>(?:A|B|C)\d+)",
        r"(?P<well>[A-H]\d+)(?:_\d+){2}",
        r"(?P<well>[A-H]\d+)_\d+_\d+_\d+_\d+_\d+_\d+[.]",  # each number ends where the next mark stands
        r"(?P<row>[A-Z]+)(?P<column>\d+)-[a-z]+\d+[a-z]+\d+[a-z]+\d+",
    ],
)
def test_ordinary_patterns_are_taken(pattern):
    assert reason_against(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("([A-H]", "unterminated"),
        ("[A-H][0-9]+", "no group"),
        ("(?P<row>[A-H])", "no group"),
        (r"(?P<well>[A-H]\d+)_(?P<wel>\d)", "the group wel is none of"),
        ("(?P<well>a{99999999999})", "too large"),
        ("(?P<well>A1)" + "x" * LONGEST, "signs"),
        ("(?P<well>" + "(" * 480, "nested too deeply"),
    ],
)
def test_what_is_no_pattern_or_finds_no_well_is_told(pattern, reason):
    assert reason in reason_against(pattern)


ENDLESS = [
    "(?P<well>(a+)+)b",
    "(?P<well>A1)(?:.*,)*x",
    "(?P<well>A1)(a|aa)+$",
    r"(?P<well>A1)(?:\w+\s?)*$",
    "(?P<well>A1)(?:(?:a*)b?){20,}$",
    "(?P<well>.*).*.*.*.*x",
    r"(?P<well>\d+)\d+\d+\d+\d+\d+x",
    "(?P<well>[^_]+)[^_]+[^_]+[^_]+[^_]+x",
    "(?P<well>[A-Z]*A[A-Z]*A[A-Z]*A[A-Z]*A[A-Z]*A[A-Z]*)!",  # nothing parts them that they do not fit themselves
    "(?P<well>[A-Z]*x?[A-Z]*x?[A-Z]*x?[A-Z]*x?[A-Z]*x?[A-Z]*)!",
    "(?i)(?P<well>[A-Z]*a[A-Z]*a[A-Z]*a[A-Z]*a[A-Z]*a[A-Z]*)!",
    "(?P<well>[A-Z]*(_)?[A-Z]*(_)?[A-Z]*(_|)[A-Z]*(?=A)[A-Z]*(_){0,1}[A-Z]*)!",
    r"(?P<well>\d+\b\d+^\d+$\d+\d+\d+)!",
    r"(?P<well>(A)[A-Z]*\2[A-Z]*\2[A-Z]*\2[A-Z]*\2[A-Z]*\2[A-Z]*)!",
]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_what_might_never_end_is_refused(pattern):
    assert "repeats" in reason_against(pattern) or "stretches" in reason_against(pattern)


def test_the_worst_that_is_taken_ends_soon():
    import re

    pattern = "(?P<well>A1)?.*.*.*.*!"
    assert reason_against(pattern) == ""
    began = time.process_time()
    assert re.search(pattern, "a" * 60) is None
    assert time.process_time() - began < 5
