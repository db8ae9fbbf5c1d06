import re
from xml.etree import ElementTree

import numpy as np
import pytest

from mgassay.report.drawing import BLUE
from mgassay.report.figure import figure


def paint(axes):
    axes.line([0, 1], [1, 20], label="a line")
    axes.marks([0.5], [3], colour=BLUE, label='<img src=x onerror=alert(1)> $a$ & "b"')
    axes.up.logarithmic = True
    axes.title = "<b>signal</b>"
    axes.area([0, 1, 1, 0], [2, 2, 4, 4], colour="hatch")


def svg(key="k", label="l", width=330.0, paint=paint):
    return figure(key, label, [(100.0, paint)], width)


def test_the_same_figure_has_the_same_bytes():
    assert svg() == svg()


def test_a_figure_is_well_formed_inert_and_has_an_alternative_text():
    root = ElementTree.fromstring(svg(label='all "about" <it>'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'all "about" <it>'
    texts = [t.text for t in root.iter("text")]
    assert {'<img src=x onerror=alert(1)> $a$ & "b"', "<b>signal</b>", "a line", "1", "2", "5", "10", "20"} <= set(
        texts
    )
    assert {e.tag for e in root.iter()} == {"svg", "g", "path", "text", "defs", "pattern"}


def test_marks_with_links_lead_there_and_the_figure_is_then_no_image():
    def linked(axes):
        axes.marks([0, 1], [1, 2], links=[("a/r.html", "a <b>"), ("c/r.html", "c")])

    root = ElementTree.fromstring(svg(paint=linked))
    assert root.get("role") == "group"
    links = list(root.iter("a"))
    assert [(a.get("href"), a.find("title").text) for a in links] == [("a/r.html", "a <b>"), ("c/r.html", "c")]
    assert all(a.get("tabindex") == "-1" and a.find("path").get("d") for a in links)


def test_a_figure_takes_ink_and_type_from_the_page_and_refers_to_nothing_outside():
    assert "currentColor" in svg()
    assert not re.search(r"font-family|https?:|href|<style|<script", svg())
    assert set(re.findall(r"url\(#([^)]+)\)", svg())) <= set(re.findall(r'id="([^"]+)"', svg()))


def test_ids_of_two_figures_never_clash():
    one, other = (set(re.findall(r'id="([^"]+)"', svg(k))) for k in ("a b", 'a"b'))
    assert one
    assert not one & other


def test_what_reaches_out_of_its_panel_is_cut_off_and_nothing_else():
    def far(axes):
        axes.line([0, 1], [0, 5])
        axes.line([0, 1], [0, 1])
        axes.line([0, 1.2], [0.5, 0.5], frame="pp")
        axes.up.ends(0, 1)
        axes.across.ends(0, 1)

    drawn = svg(paint=far)
    assert len(re.findall('clip-path="url', drawn)) == 1
    box = re.search(r'<clipPath[^>]*><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn)
    assert float(box.group(4)) == 100


def test_marks_stand_where_their_data_are():
    def two(axes):
        axes.marks([0, 10], [0, 10], size=2)
        axes.across.ends(0, 10)
        axes.up.ends(0, 10)
        axes.across.tick([0, 10], ["left", "right"])
        axes.up.tick([0, 10], ["low", "high"])

    drawn = svg(paint=two)
    first, second = (
        np.array(found, float) for found in re.findall(r"M([\d.]+) ([\d.]+)a1 1 0 1 0 2 0a1 1 0 1 0 -2 0z", drawn)
    )
    (across,) = re.findall(r'd="M[\d.]+ [\d.]+h([\d.]+)" fill="none"', drawn)
    assert second[0] - first[0] == pytest.approx(float(across))
    assert second[1] - first[1] == -100


def test_later_shapes_lie_in_front_unless_their_order_is_given():
    def three(axes):
        axes.line([0, 1], [0, 0], colour="#111111", z=2)
        axes.line([0, 1], [0, 1], colour="#222222", z=1)
        axes.line([0, 1], [1, 1], colour="#333333", z=2)

    assert re.findall(r"#(\d)\1+", svg(paint=three)) == ["2", "1", "3"]


def test_the_legend_is_broken_where_it_would_leave_the_figure():
    def many(axes):
        for i in range(12):
            axes.marks([i], [i], label=f"a rather long name {i}")

    texts = [t for t in ElementTree.fromstring(svg(paint=many)).iter("text") if "rather" in t.text]
    assert len(texts) == 12
    assert len({t.get("y") for t in texts}) == 6
    assert max(float(t.get("x")) for t in texts) < 200
