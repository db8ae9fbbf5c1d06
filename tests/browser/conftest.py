"""Reports made by hand, and Debian's Chromium to look at them."""

import importlib.util
import sys
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")


def load_hand():
    path = Path(__file__).parents[1] / "report" / "conftest.py"
    spec = importlib.util.spec_from_file_location("report_by_hand", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


HAND = load_hand()
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def shown(browser, tmp_path):
    """Opens a page text at a width; returns the browser's page and what its console and network said.

    With `unfolded` everything that is opened on request is open; without `script` the page's own do not run.
    """
    opened = []

    def show(text, width=1280, scheme="light", unfolded=False, script=True):
        file = tmp_path / "report.html"
        file.write_text(text, encoding="utf-8")
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        opened.append(page)
        said = []
        page.on("console", lambda m: said.append(m.text))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("request", lambda r: said.append(r.url) if r.url.split(":")[0] not in ("data", "file") else None)
        page.on("dialog", lambda d: said.append(d.message))
        page.goto(file.as_uri())
        if unfolded:
            page.evaluate(OPEN_ALL)
        return page, said

    yield show
    for page in opened:
        page.close()
