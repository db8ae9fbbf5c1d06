"""Mg raised late: five things that its row of checks.csv can show, each in one wording."""

import pytest

from mgassay.report.late_words import TOLD, is_part, late_outcome


@pytest.mark.parametrize(
    ("ends", "passed", "flag", "outcome"),
    [
        ((0.5, 0.9), True, "", "lowers"),
        ((0.1, 0.3), True, "", "little"),  # above 0, yet wholly below the margin of 0.405
        ((0.1, 0.3), True, "floor;lower_bound", "lowers"),  # at least: it may reach the margin
        ((-0.2, 0.3), False, "", "nothing"),
        ((-0.4, -0.1), False, "", "raises"),
        ((-0.2, 0.9), None, "", "open"),
        ((-0.4, -0.1), None, "floor", "open"),
    ],
)
def test_each_outcome_by_its_interval_and_what_was_decided(ends, passed, flag, outcome):
    row = {"ci_low": ends[0], "ci_high": ends[1], "bound_low": 0.0, "bound_high": 0.405, "passed": passed, "flag": flag}
    assert late_outcome(row) == outcome


def test_every_outcome_has_words_of_its_own_and_only_one_is_an_unbounded_yes():
    sentences, cells = zip(*TOLD.values(), strict=True)
    assert len(set(sentences)) == len(set(cells)) == 5
    assert [c for c in cells if c == "yes"] == ["yes"]


def test_a_part_is_told_from_an_effect():
    assert is_part("mg_from_day 7, of total")
    assert not is_part("mg_from_day 7")
