import io
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from PIL import Image

from mgassay.report.axes import Axes
from mgassay.report.exports.figure_files import figure_files, figures_of, png_of, with_density
from mgassay.report.figure import figure


def drawn(label="Calcium per well, 2-APB: donor means", key="k"):
    def paint(axes: Axes) -> None:
        axes.line([0.0, 1.0], [1.0, 2.0], alpha=0.5, label="D1 <b> & µ")
        axes.area([0.0, 1.0, 1.0], [1.0, 1.0, 2.0], colour="hatch")
        axes.marks([0.5], [1.5], "s", colour="#0072B2")
        axes.title, axes.below = "ug/well", "Mg²⁺ (mM)"

    return str(figure(key, label, [(100.0, paint)]))


def page(*svgs, section="effects"):
    return f'<html><section id="{section}"><h2>x</h2>{"".join(f"<figure>{s}</figure>" for s in svgs)}</section></html>'


@pytest.fixture
def one():
    (found,) = figures_of(page(drawn()))
    return found


def test_a_figure_is_named_after_its_section_and_what_it_is(one):
    assert one.name == "effects_calcium-per-well-2-apb-donor-means"
    assert one.title == "Calcium per well, 2-APB: donor means"


def test_figures_of_one_name_are_told_apart_and_one_shown_twice_is_one_file():
    found = figures_of(page(drawn(key="a"), drawn("Calcium per well, 2-APB: donor means, again"), drawn(key="a")))
    assert [f.name for f in found] == [
        "effects_calcium-per-well-2-apb-donor-means",
        "effects_calcium-per-well-2-apb-donor-means-2",
    ]


@pytest.mark.parametrize("label", ["../../x", "=1+1", "<img src=x onerror=alert(1)>", "µ∆", "$(touch x)", "x" * 300])
def test_a_label_cannot_leave_the_folder_or_be_more_than_text(label):
    (found,) = figures_of(page(drawn(label)))
    assert re.fullmatch(r"effects_[a-z0-9-]{1,60}", found.name)
    root = ET.fromstring(found.svg)
    assert root[0].text == label
    assert not [e for e in root.iter() if e.tag.endswith("}img")]


def test_it_stands_alone(one):
    root = ET.fromstring(one.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("viewBox").split()[2]) == ("330", "330")
    assert "Arial" in root.get("font-family")
    ground = root[1]
    assert (ground.tag.rpartition("}")[2], ground.get("fill")) == ("rect", "#ffffff")
    assert "currentColor" not in one.svg
    assert not re.search(r"class=|style=|var\(|href|<a\b|@import", one.svg)


def test_links_of_the_page_are_left_behind_and_what_they_led_from_is_not():
    mark = '<a href="#x" tabindex="-1"><path d="M0 0L1 1" fill="none"/></a>'
    linked = f'<svg viewBox="0 0 10 10" role="group" aria-label="Effects"><g>{mark}</g></svg>'
    (found,) = figures_of(page(linked))
    assert [e.tag.rpartition("}")[2] for e in ET.fromstring(found.svg).iter()] == ["svg", "title", "rect", "g", "path"]


def in_frame(svg, below="", alone=""):
    """A figure as the page has it, with its title above and its caption below."""
    from mgassay.report.page import templates
    from mgassay.report.pieces import Drawing

    module = templates().get_template("macros.html.j2").module
    return f'<section id="effects">{module.drawing(Drawing("Title", svg, below, alone=alone))}</section>'


@pytest.mark.parametrize(
    ("below", "alone", "said"),
    [
        ("n = 3 & <4>", "", "n = 3 & <4>"),
        ("short", 'n = 4; "open": a bound > 0', 'n = 4; "open": a bound > 0'),
        ("", "", ""),
    ],
)
def test_what_is_said_of_a_figure_goes_with_it(below, alone, said):
    from markupsafe import Markup

    (found,) = figures_of(in_frame(Markup(drawn()), below, alone))
    assert found.caption == said
    told = [e.text for e in ET.fromstring(found.svg) if e.tag.endswith("}desc")]
    assert told == ([said] if said else [])
    captions = dict(figure_files([found]))["figures/captions.txt"].decode()
    assert captions == f"{found.name}\n{found.title}.{f' {said}' if said else ''}\n"


def test_a_page_without_figures_has_none():
    assert figures_of("<html><p>nothing</p></html>") == []


def picture(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_the_png_has_300_dots_per_inch_and_says_so(one):
    """330 units of 1/96 inch at 300 dots per inch are 1031.25 dots."""
    png = dict(figure_files([one]))["figures/effects_calcium-per-well-2-apb-donor-means.png"]
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.width == 1031
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    assert tuple(picture(png)[0, 0]) == (255, 255, 255)


def chunks(png):
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        body = png[at + 4 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(body),)
        yield body[:4], body[4:]
        at += 12 + length


def test_the_density_is_a_chunk_of_its_own_before_the_pixels(one):
    """300 / 0.0254 = 11811.02 dots per metre; PNG 5.6: pHYs before IDAT, at most one."""
    found = list(chunks(png_of(one.svg)))
    names = [name for name, _ in found]
    assert names[0] == b"IHDR"
    assert names.index(b"pHYs") < names.index(b"IDAT")
    assert names.count(b"pHYs") == 1
    assert dict(found)[b"pHYs"] == struct.pack(">IIB", 11811, 11811, 1)
    assert dict(chunks(with_density(png_of(one.svg)[:33] + png_of(one.svg)[54:], 72)))[b"pHYs"][:4] == struct.pack(
        ">I", 2835
    )


def test_words_are_drawn_with_the_programs_own_faces_bold_too():
    """Without a face nothing at all would be drawn; bold strokes leave more ink."""
    ground = '<rect width="200" height="30" fill="#fff"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="30">{ground}{{}}</svg>'
    text = '<text x="5" y="20" font-family="Arial, DejaVu Sans" {}>Mg²⁺ µ − ≤ Δρ</text>'
    ink = [
        int((picture(png_of(svg.format(t))) < 128).sum())
        for t in ("", text.format(""), text.format('font-weight="bold"'))
    ]
    assert ink[0] == 0
    assert ink[0] < ink[1] < ink[2]


def test_no_face_of_the_machine_is_looked_for(one, tmp_path):
    """The same bytes where fontconfig and home point nowhere."""
    svg = tmp_path / "a.svg"
    svg.write_text(one.svg, encoding="utf-8")
    code = (
        "import sys, hashlib, pathlib\n"
        "from mgassay.report.exports.figure_files import png_of\n"
        "print(hashlib.sha256(png_of(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'))).hexdigest())"
    )
    env = {"HOME": str(tmp_path), "FONTCONFIG_FILE": "/nowhere", "XDG_DATA_DIRS": str(tmp_path), "LANG": "C"}
    found = {
        subprocess.run([sys.executable, "-c", code, str(svg)], capture_output=True, text=True, check=True, env=e).stdout
        for e in (None, env)
    }
    assert len(found) == 1


def test_lines_of_half_opacity_look_as_they_do_on_the_page():
    """A line of opacity .5 over white is half as dark, by either attribute: ink 0x1b is (0x1b + 0xff) / 2 = 141."""
    line = '<path d="M0 10h20" fill="none" stroke="currentColor" stroke-width="8" opacity="0.5"/>'
    (found,) = figures_of(page(f'<svg viewBox="0 0 20 20" aria-label="x">{line}</svg>'))
    assert 'stroke-opacity="0.5"' in found.svg
    assert abs(int(picture(png_of(found.svg))[31, 31, 0]) - 141) <= 1
