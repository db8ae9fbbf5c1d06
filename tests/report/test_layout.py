"""Where panels and words stand; the words of every figure of the page are looked at in tests/browser."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mgassay.report.axes import Axes
from mgassay.report.layout import EDGE, arranged, extent, scale_of
from mgassay.report.svg import text_width

LETTERS = st.text("abcWM ilx", max_size=18)


def boxes(panels):
    """Left, right, top and bottom of every text in the figure."""
    for panel in panels:
        for one in panel.words:
            xs, ys = panel.points(np.array([one.x]), np.array([one.y]), one.frame)
            left, right, high, low = extent(one)
            yield xs[0] + left, xs[0] + right, ys[0] + high, ys[0] + low


@given(LETTERS, LETTERS, LETTERS, st.lists(LETTERS, min_size=1, max_size=5), st.floats(0, 1))
def test_no_words_leave_the_figure(title, below, beside, names, at):
    """Beside a panel that keeps a fifth of the width: what is longer on both sides has no room in any figure."""
    assume(text_width(beside, 10) + max(text_width(name, 10) for name in names) < 0.75 * 330)

    def paint(axes):
        axes.title, axes.below = title, below
        axes.up.tick(range(len(names)), names)
        axes.up.ends(0, len(names))
        axes.text(1.02, at, beside, frame="pp")

    panels, bottom = arranged([(80.0, paint), (40.0, paint)], 330.0)
    for left, right, top, low in boxes(panels):
        assert left >= 0
        assert right <= 330
        assert top >= 0
        assert low <= bottom


def test_panels_stand_below_each_other_with_the_same_ends():
    def paint(axes, name):
        axes.up.tick([0.5], [name])
        axes.up.ends(0, 1)

    panels, _ = arranged([(50.0, lambda a: paint(a, "x")), (30.0, lambda a: paint(a, "a much longer name"))], 330.0)
    first, second = panels
    assert (first.left, first.width) == (second.left, second.width)
    assert first.top + first.height < second.top
    assert (first.height, second.height) == (50.0, 30.0)
    assert first.left > EDGE + 90  # the longer name's room, for both


def test_the_name_of_an_axis_stands_below_what_is_written_under_it():
    def paint(axes):
        axes.below = "Mg²⁺ (mM)"
        axes.across.tick([0.5], ["2"])
        axes.across.ends(0, 1)
        axes.text(0.5, 0, "entry intact", frame="dp", anchor="middle", upright="top", dy=22)

    (panel,), _ = arranged([(50.0, paint)], 330.0)
    tops = {w.text: extent(w)[2:] for w in panel.words}
    assert tops["2"][1] <= tops["entry intact"][0] < tops["entry intact"][1] <= tops["Mg²⁺ (mM)"][0]


def test_an_axis_spans_its_data_with_a_margin_of_a_twentieth():
    axes = Axes()
    axes.line([0, 10], [1, math.nan])
    axes.vertical(20)
    scale = scale_of(axes, axes.across, is_up=False, most=5)
    assert (scale.low, scale.high) == (-1, 21)


def test_a_logarithmic_axis_spans_what_is_positive():
    axes = Axes()
    axes.marks([0, 1, 2], [-1, 1, 100])
    axes.up.logarithmic = True
    scale = scale_of(axes, axes.up, is_up=True, most=9)
    assert (scale.low, scale.high) == pytest.approx((100**-0.05, 100**1.05))
    np.testing.assert_allclose(scale.part(np.array([10.0])), [0.5])
    assert np.isnan(scale.part(np.array([-1.0]))).all()


@pytest.mark.parametrize(
    ("logarithmic", "values"), [(False, []), (True, []), (False, [3.0]), (True, [3.0]), (True, [0])]
)
def test_an_axis_without_a_span_has_one_all_the_same(logarithmic, values):
    axes = Axes()
    axes.marks(values, values)
    axes.up.logarithmic = logarithmic
    scale = scale_of(axes, axes.up, is_up=True, most=5)
    assert scale.low < scale.high
    assert scale.low > 0 or not logarithmic
