"""Takes the README's picture of the demo's report: `.venv/bin/python docs/picture.py`, after `make demo`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "results" / "mg-trpm7-demo" / "report.html"
PICTURE = ROOT / "docs" / "images" / "report.png"


def main() -> None:
    """The verdict and the first share bars, as one picture without the sections between them."""
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(REPORT.as_uri())
        page.add_style_tag(content=".sentences ~ h3:nth-of-type(n+3), .sentences:nth-of-type(n+3) { display: none }")
        shares = page.locator("#shares figure").nth(1).bounding_box()
        height = int(shares["y"] + shares["height"]) if shares else 1200
        page.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": height})
        browser.close()


if __name__ == "__main__":
    main()
