import dataclasses
import html
import re
from html.parser import HTMLParser

import pytest

from mgassay import tables
from mgassay.report.numbers import NO_BREAK
from mgassay.report.page import glued, report_page, unbroken
from mgassay.report.report_input import ReportInput

HOSTILE = "<img src=x onerror=alert(1)>"


class Elements(HTMLParser):
    """All start tags with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def text_of(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<(style|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)))


@pytest.fixture
def page(hand):
    return report_page(hand.make_input())


def test_the_page_loads_nothing_and_runs_nothing(page):
    for tag, attrs in Elements(page).found:
        assert tag not in ("script", "link", "iframe", "object", "embed", "base")
        for name in ("src", "srcset", "data", "poster", "background", "xlink:href"):
            assert str(attrs.get(name, "data:")).startswith("data:"), (tag, attrs)
        assert not [a for a in attrs if a.startswith("on")]
        if "href" in attrs:
            assert re.match(r"#|tables/[a-z_]+\.csv$|export/[\w./-]+$|(verdict|provenance)\.json$", attrs["href"]), (
                attrs
            )
    assert not re.search(r"https?://|@import|url\((?!#)", page)


def test_the_policy_forbids_all_but_its_own_styles_and_pictures(page):
    (policy,) = [a["content"] for t, a in Elements(page).found if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert "script" not in policy


def test_the_same_input_gives_the_same_bytes(hand, page):
    assert report_page(hand.make_input()) == page


def test_sections_come_in_order(page):
    order = [a["id"] for t, a in Elements(page).found if t == "section"]
    assert order == [
        "verdict", "effects", "shares", "sensitivity", "problems", "plates", "curves", "controls", "images", "qpcr",
        "genes", "methods", "provenance", "downloads",
    ]  # fmt: skip
    assert {a["href"][1:] for t, a in Elements(page).found if t == "a" and a["href"].startswith("#")} == {
        *order,
        "main",
    }


def test_ids_are_unique_and_figures_have_alternative_texts(page):
    found = Elements(page).found
    ids = [a["id"] for _, a in found if "id" in a]
    assert len(set(ids)) == len(ids)
    assert all(a.get("aria-label") for t, a in found if t == "svg")
    assert all("alt" in a for t, a in found if t == "img")
    assert [t for t, _ in found if t == "h1"] == ["h1"]


def test_the_verdict_has_grade_reasons_sentences_and_the_next_step(page):
    text = text_of(page).replace(NO_BREAK, " ")
    for part in (
        "Evidence grade C",
        "T = 1.20 [0.92, 1.49] (natural log; 3.34-fold [2.51, 4.43] lower), p < 0.001, n = 4 donors",
        "Intracellular: 57 % [43 %, 71 %] of the total effect",
        "intracellular Mg²⁺ was not measured",
        "Measure intracellular Mg²⁺",
        "all effects are compared per well",
    ):
        assert part in text, part


def test_hostile_names_are_inert_wherever_they_stand(hand):
    made = hand.make_tables()
    for place in (
        "wells.plate", "readings.plate", "readings.file", "curves.plate", "images.plate", "standards.plate",
        "amounts.plate", "amounts.donor", "means.donor", "qpcr.target", "genes.gene", "problems.message",
        "problems.file", "image_wells.well", "image_wells.plate", "nodule_sizes.condition",
        "stain_histograms.condition",
    ):  # fmt: skip
        name, column = place.split(".")
        made[name] = made[name].assign(**{column: HOSTILE})
    given = hand.make_input(
        tables=made, experiment=hand.make_experiment(HOSTILE), provenance={"inputs": {HOSTILE: HOSTILE}}
    )
    page = report_page(given)
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") > 20
    assert not [a for t, a in Elements(page).found if t == "img" and not a["src"].startswith("data:")]


def test_pictures_open_their_overlays_beside_the_page(hand):
    overlays = {i["file"]: f"export/overlays/{i['well']}.jpg" for i in hand.images()}
    found = Elements(report_page(hand.make_input(overlays=overlays))).found
    assert [a["href"] for t, a in found if t == "a" and a["href"].startswith("export/overlays/")] == [
        "export/overlays/A1.jpg", "export/overlays/A2.jpg",
    ]  # fmt: skip


def test_what_is_not_identifiable_is_said_and_never_quoted(hand):
    page = report_page(hand.unidentifiable())
    text = text_of(page).replace(NO_BREAK, " ")
    assert "Evidence grade X" in text
    assert "not identifiable from this experiment" in text
    assert "the effect of raising Mg²⁺ with entry intact (T) was not shown to differ from 0" in text
    assert "57 %" not in text


def test_errors_lead_and_there_is_no_verdict(hand):
    page = report_page(hand.broken())
    sections = [a["id"] for t, a in Elements(page).found if t == "section"]
    assert sections[0] == "mend"
    assert "verdict" not in sections
    text = text_of(page[page.index("</nav>") :])
    assert "What to mend first" in text
    assert text.index("Save it anew.") < text.index("Effects, donor by donor") < text.index("Nothing.")
    assert "do not use these numbers" in text
    assert "Evidence grade" not in text


def test_an_experiment_that_was_not_understood_still_has_its_page():
    nothing = {s.name: s.frame() for s in tables.RESULT_TABLES}
    problems = tables.PROBLEMS.frame(
        [{"code": "MG100", "severity": "error", "message": "No toml.", "remedy": "Add it."}]
    )
    given = ReportInput(None, {**nothing, "problems": problems}, {"experiment": "nothing", "grade": None}, {})
    text = text_of(report_page(given))
    assert "What to mend first" in text
    assert "could not be understood" in text
    assert "0 wells excluded" in text


def test_empty_tables_without_errors_make_no_verdict_up(hand):
    empty = {s.name: s.frame() for s in tables.RESULT_TABLES}
    text = text_of(report_page(hand.make_input(tables=empty, verdict={"experiment": "mg-hand", "grade": None})))
    assert "No verdict was reached" in text
    assert "Shares of the effect" not in text


def test_forty_eight_large_pictures_stay_below_five_megabytes(hand):
    rows = [{**hand.images()[0], "file": f"{i}.jpg", "condition": f"c{i % 12}"} for i in range(48)]
    given = hand.make_input(
        tables=hand.with_rows("images", rows),
        thumbnails={r["file"]: bytes(120_000) for r in rows},
        outlines={r["file"]: bytes(30_000) for r in rows},
    )
    page = report_page(given)
    assert len(page.encode()) < 5_000_000
    (shown,) = re.findall(r"48 images measured, (\d+) shown", text_of(page))
    assert 16 <= int(shown) <= 18  # of 150 kB each within 2.7 MB, less what the figures take


def test_a_96_well_experiment_with_an_image_of_every_well_stays_below_five_megabytes(hand):
    """96 images of usual size, and eight plates of 96 wells, each with flags, an amount and a raw cell to tell."""
    names = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    plates = [(assay, f"{assay}_{i}") for assay in ("calcium", "protein") for i in range(4)]
    common = {"role": "sample", "donor": "D1", "rep": "1", "condition": "ca_mg08", "value": 0.512, "status": "ok",
              "channel": "A575", "wavelength_nm": 575.0, "read_index": 1}  # fmt: skip
    wells = [{**common, "assay": a, "plate": p, "well": w} for a, p in plates for w in names]
    keys = ("plate", "well", "channel", "wavelength_nm", "read_index", "value", "status")
    readings = [{**{k: w[k] for k in keys}, "file": f"raw/{w['plate']}.xlsx", "sheet": "Plate 1", "place": "D17"}
                for w in wells]  # fmt: skip
    amounts = [{**{k: w[k] for k in ("assay", "plate", "well", "condition", "donor", "rep")}, "unit": "ug/well",
                "readout": "calcium_per_well", "value": 12.3, "flag": "below_loq"} for w in wells]  # fmt: skip
    images = [{**hand.images()[0], "well": w, "file": f"images/{w}.jpg"} for w in names]
    held = {"wells": wells, "readings": readings, "amounts": amounts, "images": images}
    made = hand.make_tables() | {name: tables.BY_NAME[name].frame(rows) for name, rows in held.items()}
    given = hand.make_input(
        tables=made,
        thumbnails={i["file"]: bytes(15_000) for i in images},
        outlines={i["file"]: bytes(6_000) for i in images},
    )
    page = report_page(given)
    assert len(page.encode()) < 5_000_000
    assert "96 images measured, 96 shown" in text_of(page)
    assert page.count("(from raw/") == 768


def test_lines_are_not_broken_within_an_estimate_and_its_interval():
    told = (
        f"T is 1.51{NO_BREAK}[1.35,{NO_BREAK}1.67], and 52{NO_BREAK}%{NO_BREAK}[38{NO_BREAK}%,{NO_BREAK}66{NO_BREAK}%]"
    )
    assert unbroken(f"T is 1.51 [1.35, 1.67], and 52{NO_BREAK}% [38{NO_BREAK}%, 66{NO_BREAK}%]") == told


def test_lines_are_not_broken_within_a_number():
    assert (
        glued("p = 0.01, n = 4, T − B")
        == f"p{NO_BREAK}={NO_BREAK}0.01, n{NO_BREAK}={NO_BREAK}4, T{NO_BREAK}−{NO_BREAK}B"
    )


def test_donors_are_counted_from_what_was_measured(hand):
    made = hand.make_tables()
    alone = {**made, "means": made["means"][made["means"]["donor"].isin(["D1", "run1"])]}
    assert "n = 1 donor: D1" in text_of(report_page(hand.make_input(tables=alone)))
    without_means = {**made, "means": made["means"].iloc[:0]}
    text = text_of(report_page(hand.make_input(tables=without_means)))
    assert "n = 4 donors: D1, D2, D3, D4" in text
    assert "no donor with values" not in text


def test_without_a_readout_no_rule_is_told(hand):
    verdict = hand.make_verdict(readout="", block="", grade="X", missing=["mineral readout"])
    text = text_of(report_page(hand.make_input(verdict=verdict)))
    assert "No effect on mineral could be computed" in text
    assert "What holds it back" not in text
    assert "Measure mineral" in text


def test_every_further_question_has_its_section_and_the_verdict_stays_the_same(hand):
    page = report_page(hand.every_question())
    order = [a["id"] for t, a in Elements(page).found if t == "section"]
    assert order[order.index("shares") + 1 : order.index("problems")] == [
        "sensitivity", "residual", "dose", "days", "late", "steps",
    ]  # fmt: skip
    declared = page[page.index('id="effects"') : page.index('id="sensitivity"')]
    assert "AngII" not in declared
    bars = page[page.index('id="verdict"') : page.index('id="effects"')], declared[declared.index('id="shares"') :]
    assert [part.count("<svg") for part in bars] == [1, 1]  # siTRPM7 in the verdict, 2-APB below
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


def test_with_errors_every_section_of_numbers_says_not_to_use_them(hand):
    given = hand.every_question()
    page = report_page(
        dataclasses.replace(given, tables={**given.tables, "problems": hand.broken().tables["problems"]})
    )
    for anchor in ("shares", "effects", "residual", "dose", "days", "late", "steps"):
        section = page[page.index(f'<section id="{anchor}"') :].partition("</section>")[0]
        assert "do not use these numbers" in section, anchor
