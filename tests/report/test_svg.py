import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mgassay.report import svg
from mgassay.report.drawing import DONOR_SHAPES


def numbers(path):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", path)]


def test_texts_and_attributes_are_escaped():
    made = svg.element("g", {"aria-label": 'a "b" <c>'}, svg.words(1, 2, "<img src=x> & $", anchor="start"))
    root = ElementTree.fromstring(made)
    assert root.get("aria-label") == 'a "b" <c>'
    assert root.find("text").text == "<img src=x> & $"
    assert root.find("img") is None


def test_an_empty_attribute_is_left_out():
    assert svg.element("path", {"d": "M0 0", "opacity": ""}) == '<path d="M0 0"/>'


def test_a_gap_breaks_a_line_and_parts_two_areas():
    xs, ys = np.array([0.0, 1, 1, np.nan, 5, 6, 6]), np.array([0.0, 0, 1, 0, 0, 0, 1])
    assert svg.line_path(xs, ys) == "M0 0L1 0L1 1M5 0L6 0L6 1"
    assert svg.line_path(xs, ys, closed=True) == "M0 0L1 0L1 1ZM5 0L6 0L6 1Z"


@pytest.mark.parametrize("shape", [s for s in DONOR_SHAPES if s != "o"])
def test_a_mark_lies_around_its_point_and_is_about_as_large_as_asked(shape):
    found = np.array(numbers(svg.mark_path(shape, np.array([50.0]), np.array([50.0]), 10.0))).reshape(-1, 2)
    assert np.abs(found - 50).max() < 7
    assert np.ptp(found, axis=0).min() > 7
    assert np.abs(found.mean(axis=0) - 50).max() < 1.6  # a triangle's corners lie lopsided around its middle


def test_a_dot_goes_round_its_point():
    assert svg.mark_path("o", np.array([5.0]), np.array([2.0]), 4.0) == "M3 2a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z"


def test_every_shape_is_another_and_a_point_that_is_not_known_has_none():
    drawn = {svg.mark_path(s, np.array([0.0]), np.array([0.0]), 6.0) for s in (*DONOR_SHAPES, "x")}
    assert len(drawn) == len(DONOR_SHAPES) + 1
    assert svg.mark_path("s", np.array([np.nan, 1.0]), np.array([0.0, np.inf]), 6.0) == ""


def test_a_longer_text_is_wider_in_proportion_to_its_size():
    assert svg.text_width("T − B, lost under block") == pytest.approx(
        2 * svg.text_width("T − B, lost under block", 5.0)
    )
    assert svg.text_width("calcium") > svg.text_width("calci") > 0
