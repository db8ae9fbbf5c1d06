"""Which codes count as near, and how they may be spelt."""

import pytest

from mgassay.cli.explaining import nearest_codes, spelt
from mgassay.problems import Kind

KINDS = {c: Kind(c, "error", f"Title of {c}", "", "") for c in ("MG001", "MG118", "MG119", "MG121", "MG901")}


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("MG120", ["MG118", "MG119", "MG121"]),
        ("MG119", ["MG001", "MG118", "MG121"]),
        ("MG999", ["MG119", "MG121", "MG901"]),
        ("title of mg901", ["MG901"]),
        ("nothing like it", ["MG001", "MG118", "MG119"]),
    ],
)
def test_the_nearest_codes_are_those_of_the_nearest_numbers_or_words(code, near):
    assert nearest_codes(code, KINDS) == near


@pytest.mark.parametrize("code", ["MG007", "mg007", "7", " mg7 ", "MG-7", "007"])
def test_a_code_may_be_spelt_carelessly(code):
    assert spelt(code) == "MG007"
