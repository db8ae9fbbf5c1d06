"""Takes the pictures of docs/images from the demo (`make pictures`): the report, its parts, the index, and a check.

`python docs/picture.py RESULTS` takes them from another folder of results that holds the demo.
"""

import hashlib
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "resources" / "demo" / "mg-trpm7-demo"
PICTURES = ROOT / "docs" / "images"
TAKEN_OF = ROOT / "docs" / "pictures.json"  # digests of what the pictures were taken of
WIDTH, SHADES, MOST_BYTES = 1200, 96, 150_000
TERMINAL = """\
<body style="margin:0;background:#1e1e1e"><pre style="margin:0;padding:18px 22px;color:#e4e4e4;white-space:pre-wrap;
font:15px/1.45 'DejaVu Sans Mono',monospace">{}</pre></body>"""


def report(page: Page, results: Path) -> bytes:
    """The first screen of the report: what the experiment says, its grade, its shares."""
    page.goto((results / DEMO.name / "report.html").as_uri())
    verdict = page.locator("#verdict").bounding_box()
    height = min(verdict["y"] + verdict["height"] + 16, 1250) if verdict else 1000
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})


def share_bar(page: Page, results: Path) -> bytes:
    """The shares with their intervals."""
    page.goto((results / DEMO.name / "report.html").as_uri())
    return page.locator("#verdict figure, #shares figure").first.screenshot()


def plate_map(page: Page, results: Path) -> bytes:
    """The map of the first plate."""
    page.goto((results / DEMO.name / "report.html").as_uri())
    return page.locator("#plates table").first.screenshot()


def index(page: Page, results: Path) -> bytes:
    """The page over all experiments."""
    page.goto((results / "index.html").as_uri())
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": 620})


def check(page: Page, _: Path) -> bytes:
    """What `mgassay check` says of a mistake in a layout."""
    typed = f"$ mgassay check {DEMO.name}"
    page.set_viewport_size({"width": 980, "height": 200})
    page.set_content(TERMINAL.format(html.escape("\n".join([typed, *checked()]))))
    return page.locator("pre").screenshot()


def checked() -> list[str]:
    """The lines of a check of the demo with a condition misspelt, without the list of images."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(DEMO, Path(folder) / DEMO.name)
        layout = Path(folder) / DEMO.name / "layouts" / "calcium_D1.csv"
        layout.write_text(layout.read_text(encoding="utf-8").replace("ca_mg20", "ca_mg_20"), encoding="utf-8")
        env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
        command = [sys.executable, "-m", "mgassay", "check", DEMO.name]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)  # noqa: S603
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if not re.match(r"\s+(\S+ -> |and \d+ more)", line)]


TAKEN: dict[str, Callable[[Page, Path], bytes]] = {
    "report": report,
    "share_bar": share_bar,
    "plate_map": plate_map,
    "index": index,
    "check": check,
}


def fragments(results: Path) -> dict[str, str]:
    """What the pictures of pages are taken of, as it is written: a picture shows its page while these are the same."""
    page = (results / DEMO.name / "report.html").read_text(encoding="utf-8")
    verdict = _cut(page, '<section id="verdict"', "</section>")
    return {
        "report": verdict,
        "share_bar": _cut(verdict, "<figure", "</figure>"),
        "plate_map": _cut(page, '<table class="plate', "</table>"),
        "index": _cut((results / "index.html").read_text(encoding="utf-8"), "<body", "</main>"),
    }


def _cut(text: str, start: str, end: str) -> str:
    """From the first `start` to the next `end`; ValueError where either is missing."""
    at = text.index(start)
    return text[at : text.index(end, at)]


def digests(results: Path) -> dict[str, str]:
    """SHA-256 of each fragment."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in fragments(results).items()}


def small(taken: bytes) -> bytes:
    """A picture in a palette of few colours, as PNG; ValueError where it is too large for the pages even so."""
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE)
    picture.save(out, "PNG", optimize=True)
    if out.tell() > MOST_BYTES:
        raise ValueError(f"a picture of {out.tell()} bytes; at most {MOST_BYTES} are wanted")
    return out.getvalue()


def main(results: Path) -> None:
    """Takes all pictures, light, at the same width."""
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, take in TAKEN.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
            (PICTURES / f"{name}.png").write_bytes(small(take(page, results)))
            page.close()
        browser.close()
    TAKEN_OF.write_text(json.dumps(digests(results), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "results")
