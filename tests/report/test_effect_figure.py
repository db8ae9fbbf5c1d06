"""The effects as a figure: every contrast with its interval, each donor's own beside it."""

import re

import pytest

from mgassay.design import arms_of_blocks
from mgassay.report.effect_figure import effect_drawing, own_effects
from mgassay.report.rows import Tables, tables_of


@pytest.fixture
def told(hand):
    experiment = hand.make_experiment()
    arms = next(a for a in arms_of_blocks(experiment) if a.name == "siTRPM7")
    return lambda made: (tables_of(experiment, made), arms, "calcium_per_well")


def test_each_donor_has_its_own_effect(hand, told):
    """By hand: log means 3.0 and 1.8 intact, 3.0 and 2.5 blocked, 2.2 and 1.9 without cells, in every donor alike."""
    own = own_effects(*told(hand.make_tables()))
    expected = {"total": 1.2, "blocked": 0.5, "interaction": 0.7, "block_main": 0.0}
    for contrast, effect in expected.items():
        assert own[contrast] == pytest.approx(dict.fromkeys(("D1", "D2", "D3", "D4"), effect)), contrast
    assert own["acellular"] == pytest.approx({"run1": 0.3, "run2": 0.3})


def test_the_figure_prints_what_the_table_prints(hand, told):
    drawing = effect_drawing(*told(hand.make_tables()))
    texts = set(re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg))
    assert {"1.20 [0.92, 1.49]", "0.29 [0.15, 0.44]", "T, entry intact", "A, no cells", "D1", "run2"} <= texts
    assert "T, entry intact: 1.20 [0.92, 1.49]" in drawing.svg  # the alternative text


def test_a_bound_is_an_open_mark(hand, told):
    open_marks = []
    for flag in ("", "floor;lower_bound"):
        rows = [{**r, "flag": flag} for r in hand.effects()]
        svg = effect_drawing(*told(hand.with_rows("effects", rows))).svg
        open_marks.append(len(re.findall(r'fill="none" stroke="currentColor" stroke-width="0.8"', svg)))
    assert open_marks[1] == open_marks[0] + 6  # one for each contrast


def test_without_effects_there_is_no_figure(hand, told):
    assert effect_drawing(*told({})) is None
    assert own_effects(Tables({}, 0.8, 2.0), told({})[1], "calcium") == {}
