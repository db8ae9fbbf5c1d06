import re
from xml.etree import ElementTree

import pytest

from mgassay.report.drawing import BLUE, INK, donor_marks, draw, label_logarithmic, step_above, step_below


def paint(axes):
    axes.plot([0, 1], [1, 20], color=INK)
    axes.plot([0.5], [3], "o", color=BLUE)
    axes.set_yscale("log")
    label_logarithmic(axes.yaxis)
    axes.set_title('<img src=x onerror=alert(1)> $a$ & "b"')
    axes.axhspan(2, 4, facecolor="none", edgecolor=INK, hatch="//")


def test_the_same_figure_has_the_same_bytes():
    assert draw("k", "l", (3, 2), paint) == draw("k", "l", (3, 2), paint)


def test_a_figure_is_well_formed_inert_and_has_an_alternative_text():
    svg = draw("k", 'all "about" <it>', (3, 2), paint)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'all "about" <it>'
    texts = [t.text for t in root.iter("text")]
    assert '<img src=x onerror=alert(1)> $a$ & "b"' in texts
    assert not list(root.iter("img"))
    assert {"1", "2", "5", "10", "20"} <= set(texts)


def test_a_figure_takes_ink_and_type_from_the_page():
    svg = draw("k", "l", (3, 2), paint)
    assert "currentColor" in svg
    assert not re.search(r"#010203|font-family|DejaVu|https?:|<metadata|<style|<!DOCTYPE", svg)


def test_ids_of_two_figures_never_clash():
    one, other = (set(re.findall(r'id="([^"]+)"', draw(k, "l", (3, 2), paint))) for k in "ab")
    assert one
    assert not one & other


def test_donors_are_told_apart_by_colour_and_by_shape():
    marks = list(donor_marks([f"D{i}" for i in range(1, 8)]).values())
    assert len({colour for colour, _ in marks}) == len({shape for _, shape in marks}) == 7


@pytest.mark.parametrize(("value", "below", "above"), [(0.7, 0.5, 1.0), (20.0, 20.0, 20.0), (999.0, 500.0, 1000.0)])
def test_steps_of_one_two_and_five(value, below, above):
    assert (step_below(value), step_above(value)) == (below, above)
