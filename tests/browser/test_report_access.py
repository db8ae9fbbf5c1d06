"""The report by axe-core: for keyboard, screen reader and weak eyes, light and dark, folded and unfolded."""

import functools
import itertools

import pytest
from tests.browser.conftest import CHROMIUM, HAND

from mgassay.report.page import report_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Debian's Chromium is not installed"),
]
GRAVE = ("serious", "critical")


@functools.cache
def page_of(name):
    return report_page(getattr(HAND, name)())


def grave(page):
    """What axe-core finds of a page that is serious or critical: rule and place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(v["id"], n["target"]) for v in found if v["impact"] in GRAVE for n in v["nodes"]]


SEEN = [  # colours and what is folded are apart, so that two of the four show every rule; the slow tier has them all
    pytest.param("light", False),
    pytest.param("dark", True),
    pytest.param("light", True, marks=pytest.mark.slow),
    pytest.param("dark", False, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("scheme", "unfolded"), SEEN)
@pytest.mark.parametrize("name", ["make_input", "every_question", "broken"])
def test_axe_finds_nothing_serious(shown, name, scheme, unfolded):
    page, _ = shown(page_of(name), scheme=scheme, unfolded=unfolded)
    assert grave(page) == []


def test_axe_finds_what_is_wrong(shown):
    """That the check above can fail: a picture without words, words that are hardly seen."""
    wrong = page_of("make_input").replace("<main id", '<img src="data:,"><p style="color:#eee">pale</p><main id')
    page, _ = shown(wrong)
    assert {"image-alt", "color-contrast"} <= {rule for rule, _ in grave(page)}


def test_headings_do_not_skip_a_level_and_every_table_has_scopes(shown):
    page, _ = shown(page_of("every_question"), unfolded=True)
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(h => Number(h.tagName[1]))")
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not(:has(caption))").count() == 0


def test_figures_say_in_words_what_they_show(shown):
    page, _ = shown(page_of("make_input"))
    told = page.eval_on_selector_all("svg", "all => all.map(s => s.getAttribute('aria-label') || '')")
    assert all(len(text) > 30 for text in told)
    assert any("intracellular: 57" in text for text in told)
