"""The report in a real browser: it fits a phone, it is quiet, it shows and hides what it says it does."""

import functools
import io

import numpy as np
import pytest
from PIL import Image
from tests.browser.conftest import CHROMIUM, HAND

from mgassay import tables
from mgassay.report.glance import glance_of, summary_row
from mgassay.report.index import index_page
from mgassay.report.page import report_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Debian's Chromium is not installed"),
]


def index_text():
    row = HAND.make_tables()
    summary = tables.SUMMARY.frame([summary_row("mg-hand", "A title", HAND.make_verdict(), row)])
    return index_page(summary, {"mg-hand": glance_of(HAND.make_experiment(), HAND.make_verdict(), row)})


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
@pytest.mark.parametrize(("width", "unfolded"), [(320, False), (390, True), (1280, True)])
def test_no_page_scrolls_sideways_and_none_says_anything(shown, name, width, unfolded):
    page, said = shown(page_of(name), width, unfolded=unfolded)
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


def test_a_plate_map_has_faces_without_any_script(shown):
    page, _ = shown(page_of("quality"))
    well = page.locator(".plate td", has_text="ca_mg08").first
    for face, told in (("Role", "●"), ("Condition", "ca_mg08"), ("Donor", "D1"), ("Amount", "12.0")):
        page.get_by_label(face, exact=True).check()
        assert well.inner_text().split() == ["b1", told]
    face = page.get_by_label("Deviation from wells that hold the same")
    assert not page.locator("i.away").first.is_visible()
    face.check()
    seen = page.locator("i.away")
    assert seen.all_inner_texts() == ["+20\N{NARROW NO-BREAK SPACE}%", "−20\N{NARROW NO-BREAK SPACE}%"]
    assert not page.locator("i.reading").first.is_visible()
    colours = [
        page.locator(f"td.{side}").evaluate("e => getComputedStyle(e).backgroundColor") for side in ("over", "under")
    ]
    assert colours[0] != colours[1]
    page.locator("details.quality summary").click()
    assert page.locator("details.quality table").is_visible()


def many_conditions():
    """The hand-made tables with a plate of fourteen conditions."""
    made = HAND.make_tables()
    wells = [{"assay": "calcium", "plate": "P9", "well": f"{'AB'[i // 12]}{i % 12 + 1}", "value": 0.1, "status": "ok",
              "role": "sample", "condition": f"c{i:02d}", "donor": "D1", "rep": "1"} for i in range(14)]  # fmt: skip
    made["wells"] = tables.WELLS.frame(wells)
    return made


def test_a_long_key_of_letters_is_folded_and_printed_whole(shown):
    page, _ = shown(report_page(HAND.make_input(tables=many_conditions())))
    key = page.locator("#plates details.key").first
    assert key.locator("summary").inner_text() == "What the letters mean: 14 entries"
    assert not key.locator(".legend").is_visible()
    page.emulate_media(media="print")
    assert key.locator(".legend").is_visible()
    page.emulate_media(media="screen")
    key.locator("summary").click()
    assert key.locator(".legend span").count() >= 14
    few, _ = shown(page_of("report"))
    assert few.locator("#plates details.key").count() == 0
    assert few.locator("#plates .legend").first.is_visible()


def test_a_well_that_is_chosen_tells_its_raw_cell_by_mouse_and_by_keyboard(shown):
    page, _ = shown(page_of("report"))
    told = page.locator(".tells:visible")
    assert told.count() == 0
    page.locator(".plate td", has_text="◆10").click()
    page.mouse.move(0, 0)
    assert told.all_inner_texts() == ["B1: standard, standard 10, reads 0.07 (from raw/P1.txt, line 11)"]
    page.keyboard.press("ArrowRight")
    assert "line 11" not in told.inner_text()
    assert "(from raw/P1.txt, line" in told.inner_text()
    hint = page.locator(".hint").first.bounding_box()
    assert abs(told.bounding_box()["y"] - hint["y"]) < 10  # in its own room above the map, not over wells
    chosen = page.locator(".plate input:checked")
    describer = chosen.get_attribute("aria-describedby")
    assert page.locator(f"#{describer}").inner_text() == told.inner_text()


def test_what_is_folded_opens_by_keyboard(shown):
    page, _ = shown(page_of("report"))
    drawer = page.locator("#provenance details").first
    assert not drawer.locator("table").is_visible()
    drawer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert drawer.locator("table").is_visible()


def test_the_first_screen_has_the_answer_its_grade_the_reasons_the_bar_and_the_next_step(shown):
    page, _ = shown(page_of("report"), 1200)
    for place in (".headline", ".grade", ".bar svg", ".next", "text=What holds it back"):
        box = page.locator(place).first.bounding_box()
        assert box["y"] + box["height"] <= 900, place


def test_links_within_the_page_lead_somewhere_and_links_to_files_are_beside_it(shown):
    page, _ = shown(page_of("report"), unfolded=True)
    addresses = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    for address in dict.fromkeys(addresses):
        if address.startswith("#"):
            assert page.locator(address).count() == 1, address
        else:
            assert address.startswith(("tables/", "export/", "verdict.json", "provenance.json")), address
    assert "results folder" in page.locator("#downloads").inner_text()


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
    page, _ = shown(page_of(name), unfolded=True)
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll('svg[role]')].flatMap(svg => {
          const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
          return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) =>
            p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 3 && q.top < p.bottom - 3
          ).map(([b]) => [svg.getAttribute('aria-label').slice(0, 60), a, b]));
        })"""
    )
    assert overlaps == []


@pytest.mark.parametrize("name", ["report", "charts", "questions", "unidentifiable"])
def test_words_of_figures_stay_within_them(shown, name):
    page, _ = shown(page_of(name), 390, unfolded=True)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg[role]')].flatMap(svg => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter(t => {
            const b = t.getBoundingClientRect();
            return b.left < frame.left - 1 || b.right > frame.right + 1 || b.bottom > frame.bottom + 1;
          }).map(t => t.textContent);
        })"""
    )
    assert outside == []


@pytest.mark.parametrize("name", ["report", "charts", "questions", "unidentifiable"])
@pytest.mark.parametrize("width", [390, 1200, *(pytest.param(w, marks=pytest.mark.slow) for w in (800, 1024, 1920))])
def test_letters_of_figures_are_eleven_pixels_high_at_least(shown, name, width):
    page, _ = shown(page_of(name), width, unfolded=True)
    heights = page.evaluate(
        """() => [...document.querySelectorAll('svg[role] text')].map(t => {
          const svg = t.ownerSVGElement;
          const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
          return scale * parseFloat(getComputedStyle(t).fontSize);
        })"""
    )
    assert len(heights) > 20
    assert min(heights) >= 11


@pytest.mark.parametrize("name", ["report", "quality", "questions", "unidentifiable", "broken", "charts"])
def test_no_table_scrolls_sideways_on_a_desk(shown, name):
    page, _ = shown(page_of(name), 1200, unfolded=True)
    over = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth).map(s => s.ariaLabel)"
    )
    assert over == []


def test_a_table_too_wide_for_a_phone_scrolls_by_itself_by_keyboard_and_shows_that_it_does(shown):
    page, _ = shown(page_of("report"), 390)
    wide = page.locator(".scroll").filter(has_text="Effects: calcium per well").first
    assert wide.evaluate("e => e.scrollWidth > e.clientWidth")
    assert wide.get_attribute("tabindex") == "0"
    wide.scroll_into_view_if_needed()
    assert darkness_at_right(wide) > darkness_at_right(wide, 30) + 20  # a shadow, where more is
    wide.evaluate("e => { e.scrollLeft = e.scrollWidth }")
    assert darkness_at_right(wide) < 8  # and none at the end


def test_the_answer_is_on_the_first_screen_of_a_phone(shown):
    """The links to sections are one line there, which moves sideways; the last of them can be reached by keyboard."""
    page, _ = shown(page_of("report"), 390)
    links = page.locator("nav[aria-label=Sections] ul")
    assert links.bounding_box()["height"] < 60
    assert page.locator("#verdict h2, .verdict").first.bounding_box()["y"] < 400
    last = links.locator("a").last
    last.focus()
    assert last.bounding_box()["x"] + last.bounding_box()["width"] <= 390


def darkness_at_right(place, inset=3):
    """How much darker than white a column of pixels near the right edge is, at its lightest (between the words)."""
    shot = np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("L"))
    return 255 - int(shot[5:-5, -inset].max())


def test_it_prints_light_on_a4_with_its_folded_tables(shown):
    page, _ = shown(page_of("report"), 794, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details table").first.is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert not page.locator("nav").is_visible()
    assert page.locator("#provenance table").first.is_visible()
    assert page.locator("#sensitivity table").first.is_visible()
    unprinted = page.locator(".off-paper")  # the checklist after MIQE
    assert unprinted.count() >= 1
    assert not unprinted.locator("table").first.is_visible()
    assert unprinted.locator(".on-paper").first.is_visible()
    page.set_viewport_size({"width": 688, "height": 900})  # A4 less its margins: what is wider shrinks the whole page
    assert page.evaluate("document.documentElement.scrollWidth") <= 688


THIRD_OF_A4, TALLEST_FIGURE = 340, 570  # pixels: of the 269 mm between the margins; 150 mm


@pytest.mark.parametrize("name", ["report", "quality", "questions", "unidentifiable", "broken"])
def test_nothing_that_is_not_torn_in_print_is_so_tall_that_it_leaves_a_page_half_empty(shown, name):
    page, _ = shown(page_of(name), 688)
    page.emulate_media(media="print")
    whole = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).breakInside === 'avoid').map(
          e => [e.tagName, Math.round(e.getBoundingClientRect().height)]).filter(([, height]) => height)"""
    )
    assert {"svg", "TR", "FIGCAPTION"} <= {tag for tag, _ in whole}
    assert [(tag, h) for tag, h in whole if h > (TALLEST_FIGURE if tag == "svg" else THIRD_OF_A4)] == []


def test_figures_side_by_side_are_torn_below_their_drawings_alone(shown):
    """The tables below them go on on the next page: a pair of figures is as long as a page where donors are many."""
    page, _ = shown(page_of("report"), 688)
    page.emulate_media(media="print")
    beside = page.locator(".beside > figure")
    ways = beside.evaluate_all("all => all.map(f => [getComputedStyle(f).breakInside, getComputedStyle(f).display])")
    assert len(ways) > 3
    assert {tuple(w) for w in ways} == {("auto", "block")}
