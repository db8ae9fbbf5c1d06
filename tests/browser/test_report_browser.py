"""The report in a real browser: it fits a phone, it is quiet, it shows and hides what it says it does."""

import functools
import importlib.util
import sys
from pathlib import Path

import pytest

from mgassay import tables
from mgassay.report.index import index_page, summary_row
from mgassay.report.page import report_page

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Debian's Chromium is not installed"),
]


def load_hand():
    path = Path(__file__).parents[1] / "report" / "conftest.py"
    spec = importlib.util.spec_from_file_location("report_by_hand", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


HAND = load_hand()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def shown(browser, tmp_path):
    """Opens a page text at a width; returns the browser's page and what its console and network said."""
    opened = []

    def show(text, width=1280, scheme="light"):
        file = tmp_path / "report.html"
        file.write_text(text, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened.append(page)
        said = []
        page.on("console", lambda m: said.append(m.text))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("request", lambda r: said.append(r.url) if r.url.split(":")[0] not in ("data", "file") else None)
        page.on("dialog", lambda d: said.append(d.message))
        page.goto(file.as_uri())
        return page, said

    yield show
    for page in opened:
        page.close()


def index_text():
    row = HAND.make_tables()
    summary = tables.SUMMARY.frame([summary_row("mg-hand", "A title", HAND.make_verdict(), row)])
    return index_page(summary, {"mg-hand": row["shares"]})


def quality_tables():
    """The hand-made tables with two wells that hold the same, and a row of plate quality."""
    made = HAND.make_tables()
    common = {"assay": "calcium", "plate": "P1", "condition": "ca_mg08", "donor": "D1", "readout": "calcium_per_well"}
    made["amounts"] = tables.AMOUNTS.frame(
        {**common, "well": w, "rep": rep, "value": v} for w, rep, v in (("A4", "1", 12.0), ("B1", "2", 8.0))
    )
    made["plate_quality"] = tables.PLATE_QUALITY.frame(
        {"assay": "calcium", "plate": "P1", "measure": "replicate_cv", "subject": s, "estimate": 4.0, "unit": "percent",
         "ci_low": 2.0, "ci_high": 9.0, "n": 6} for s in ("technical", "culture")
    )  # fmt: skip
    return made


def charts_text():
    from mgassay.assays.quality.control_chart import control_chart

    rows = [
        {"assay": a, "plate": f"{a}_{i}", "measure": m, "subject": "575 nm, standards to 120 ug/mL", "unit": "OD",
         "estimate": (0.06 + 0.002 * (i % 2)) * (1.5 if i == 7 else 1)}
        for a in ("calcium", "protein") for m in ("blank_signal", "slope", "lod") for i in range(15)
    ]  # fmt: skip
    plates = control_chart({"a": tables.PLATE_QUALITY.frame(rows)})
    return index_page(tables.SUMMARY.frame(), None, plates)


PAGES = {
    "charts": charts_text,
    "quality": lambda: report_page(HAND.make_input(tables=quality_tables())),
    "report": lambda: report_page(HAND.make_input()),
    "questions": lambda: report_page(HAND.every_question()),
    "unidentifiable": lambda: report_page(HAND.unidentifiable()),
    "broken": lambda: report_page(HAND.broken()),
    "index": index_text,
}


@functools.cache
def page_of(name):
    return PAGES[name]()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_and_none_says_anything(shown, name, width):
    page, said = shown(page_of(name), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []


def test_hostile_names_do_nothing(shown):
    made = HAND.make_tables()
    made["wells"] = made["wells"].assign(plate="<img src=x onerror=alert(1)>")
    made["means"] = made["means"].assign(donor="<script>alert(2)</script>")
    page, said = shown(report_page(HAND.make_input(tables=made)))
    assert said == []
    assert page.locator("script, img[src=x]").count() == 0


def test_the_outline_can_be_hidden_without_any_script(shown):
    page, _ = shown(page_of("report"))
    outline = page.locator("img.outline").first
    assert page.locator("#outlines").is_checked()
    assert outline.is_visible()
    page.get_by_label("Show the outline of what was counted").uncheck()
    assert not outline.is_visible()


def test_a_plate_map_has_two_faces_without_any_script(shown):
    page, _ = shown(page_of("quality"))
    face = page.get_by_label("Deviation from wells that hold the same")
    well = page.locator(".plate td", has_text="+20")
    assert page.get_by_label("Readings", exact=True).is_checked()
    assert not page.locator(".away").first.is_visible()
    face.check()
    assert page.locator(".away").all_inner_texts() == ["+20\N{NARROW NO-BREAK SPACE}%", "−20\N{NARROW NO-BREAK SPACE}%"]
    assert well.is_visible()
    assert not page.locator(".reading").first.is_visible()
    colours = [
        page.locator(f"td.{side}").evaluate("e => getComputedStyle(e).backgroundColor") for side in ("over", "under")
    ]
    assert colours[0] != colours[1]
    assert "above the mean" in well.get_attribute("title")
    page.locator("details.quality summary").click()
    assert page.locator("details.quality table").is_visible()


def test_words_and_lines_follow_the_dark_scheme(shown):
    colours = {}
    for scheme in ("light", "dark"):
        page, _ = shown(page_of("report"), scheme=scheme)
        colours[scheme] = page.evaluate(
            """[getComputedStyle(document.body).backgroundColor,
                getComputedStyle(document.querySelector('svg text:not([fill])')).fill]"""
        )
    assert colours["light"][0] == "rgb(255, 255, 255)"
    assert all(a != b for a, b in zip(colours["light"], colours["dark"], strict=True))


@pytest.mark.parametrize("name", ["report", "charts", "questions", "unidentifiable"])
def test_no_words_of_a_figure_lie_on_each_other(shown, name):
    page, _ = shown(page_of(name))
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
          const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
          return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) =>
            p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 3 && q.top < p.bottom - 3
          ).map(([b]) => [svg.getAttribute('aria-label').slice(0, 60), a, b]));
        })"""
    )
    assert overlaps == []


@pytest.mark.parametrize("name", ["report", "charts", "questions", "unidentifiable"])
def test_words_of_figures_stay_within_them(shown, name):
    page, _ = shown(page_of(name), 390)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(t => {
            const b = t.getBoundingClientRect();
            return b.left < frame.left - 1 || b.right > frame.right + 1 || b.bottom > frame.bottom + 1;
          }).map(t => t.textContent);
        })"""
    )
    assert outside == []


def test_a_table_too_wide_for_a_phone_scrolls_by_itself_and_by_keyboard(shown):
    page, _ = shown(page_of("report"), 390)
    wide = page.locator(".scroll").filter(has_text="Effects: calcium per well").first
    assert wide.evaluate("e => e.scrollWidth > e.clientWidth")
    assert wide.get_attribute("tabindex") == "0"


def test_it_prints_light_on_a4_with_its_folded_tables(shown):
    page, _ = shown(page_of("report"), 794, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details table").first.is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
