"""Donors in common or apart; that intervals on either cover is shown in shares/test_incomplete.py."""

import pytest

from mgassay.effects.estimators.donor_sets import donor_sets


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("abcd", "abcd", ("abcd", "abcd", True)),
        ("abcd", "bcde", ("bcd", "bcd", True)),
        ("abcd", "xyz", ("abcd", "xyz", False)),
        ("abcd", "aby", ("ab", "ab", True)),  # one own donor has no scatter
        ("abcd", "axyz", ("abcd", "xyz", False)),
        ("ab", "abxyz", ("ab", "ab", True)),
        ("abcdefgh", "fghklmno", ("abcdefgh", "klmno", False)),  # 3 in common: df 2; 8 and 5 apart: 4 or more
        ("abcdefgh", "fghkl", ("fgh", "fgh", True)),  # two others are too few to stand alone
        ("abcdef", "defxyz", ("def", "def", True)),  # df 2 either way
        ("abcde", "dexyz", ("abcde", "xyz", False)),  # df 1 of two in common
        ("abcdefgh", "abc", ("abc", "abc", True)),  # all of the second
        ("abc", "abcvwxyz", ("abc", "abc", True)),  # all of the first
        ("ab", "xyz", None),  # Welch's df of two donors cover .93 and less
        ("abcd", "ax", None),
        ("a", "xyz", None),
        ("abcd", "", None),
    ],
)
def test_which_donors_are_compared(first, second, expected):
    found = donor_sets(tuple(first), tuple(second))
    told = found and ("".join(found.first), "".join(found.second), found.same)
    assert told == expected
