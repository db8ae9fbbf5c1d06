"""An overlay in SVG as a real browser shows it: the JPEG's own pixels, and the outline where it belongs."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mgassay.assays.images.nodules import runs_from_mask
from mgassay.readers.images.plain_jpeg import plain_jpeg
from mgassay.report.overlay import MOST_EMBEDDED, pictures_of

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Debian's Chromium is not installed"),
]
HEIGHT, WIDTH = 301, 403


def screenshot(folder, side, noise=0):
    """A pink field of side x side such fields with a red square, as overlay in Chromium; its pixels and the JPEG's."""
    from playwright.sync_api import sync_playwright

    rgb = np.full((HEIGHT * side, WIDTH * side, 3), (231, 200, 210), np.uint8)
    mask = np.zeros(rgb.shape[:2], bool)
    mask[100:200, 150:250] = True
    rgb[mask] = (160, 40, 60)
    rgb[HEIGHT:] = np.random.default_rng(1).integers(0, noise + 1, rgb[HEIGHT:].shape)
    Image.fromarray(rgb).save(folder / "a.jpg", quality=95 if not noise else 100, subsampling="4:4:4")
    jpeg = plain_jpeg(folder, "a.jpg", MOST_EMBEDDED)
    (folder / "a.svg").write_bytes(pictures_of(rgb, runs_from_mask(mask), jpeg)["overlay_svg"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page, said = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}), []
        page.on("console", lambda m: said.append(m.text))
        page.on("request", lambda r: said.append(r.url) if r.url.split(":")[0] not in ("data", "file") else None)
        page.goto((folder / "a.svg").as_uri())
        page.wait_for_timeout(300)
        shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        browser.close()
    assert said == []
    return shown.astype(int), np.asarray(Image.open(folder / "a.jpg")).astype(int), len(jpeg)


def test_a_browser_shows_the_jpeg_and_the_line_around_what_was_counted(tmp_path):
    shown, jpeg, _ = screenshot(tmp_path, 1)
    assert shown.shape == jpeg.shape
    assert np.abs(shown[104:196, 154:246] - jpeg[104:196, 154:246]).max() <= 2  # inside, and far outside
    assert np.abs(shown[:90] - jpeg[:90]).max() <= 2
    # two pixels of cyan just outside of the square, then two of black, on all four sides
    for line, at in ((shown[150], 150), (shown[:, 200], 100)):
        assert line[at - 4 : at].tolist() == 2 * [[0, 0, 0]] + 2 * [[0, 255, 255]]
        assert line[at + 100 : at + 104].tolist() == 2 * [[0, 255, 255]] + 2 * [[0, 0, 0]]


def test_a_browser_shows_the_largest_jpeg_that_is_embedded(tmp_path):
    shown, jpeg, size = screenshot(tmp_path, 5, noise=60)
    assert 0.9 * MOST_EMBEDDED < size <= MOST_EMBEDDED
    assert np.abs(shown[:90, :WIDTH] - jpeg[:90, :WIDTH]).max() <= 2
