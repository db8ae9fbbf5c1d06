"""The pages of docs/ become a site without a broken link, and the site asks nothing of another host."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

LOADED = (
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\b(?:src|srcset)=[\"']?(?:https?:)?//",
    r"<link\b(?![^>]*rel=[\"']?(?:canonical|next|prev))[^>]*\bhref=[\"']?(?:https?:)?//",
    r"@import\s+(?:url\()?[\"']?(?:https?:)?//",
    r"url\([\"']?(?:https?:)?//",
)


def built(source: Path, made: Path) -> subprocess.CompletedProcess[str]:
    """The site of that folder; `make docs` does the same."""
    sphinx = Path(sys.executable).with_name("sphinx-build")
    command = [sphinx, "-W", "--keep-going", "-q", "-E", "-d", made.with_name("trees"), "-b", "html", source, made]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    made = tmp_path_factory.mktemp("site") / "html"
    done = built(root / "docs", made)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.mark.xdist_group("site")
def test_every_page_is_built_without_a_warning(root, site):
    pages = {p.relative_to(root / "docs").with_suffix(".html") for p in (root / "docs").rglob("*.md")}
    assert {p for p in pages if not (site / p).is_file()} == set()


@pytest.mark.xdist_group("site")
def test_nothing_is_loaded_from_another_host(site):
    files = [p for p in site.rglob("*") if p.suffix in (".html", ".css")]
    assert len(files) > 50
    loaded = {
        (p.name, found) for p in files for rule in LOADED for found in re.findall(rule, p.read_text("utf-8"), re.I)
    }
    assert loaded == set()


def test_pictures_of_the_site_are_said_in_words(root):
    for page in (root / "docs").rglob("*.md"):
        assert not re.findall(r"!\[\]\(", page.read_text(encoding="utf-8")), page


def test_broken_links_are_errors(root, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())
    (tmp_path / "docs" / "conf.py").write_bytes((root / "docs" / "conf.py").read_bytes())
    links = "[a page](nowhere.md)\n\n[a heading](index.md#nothing-of-the-kind)\n\n![a plate](images/no.png)\n"
    (tmp_path / "docs" / "index.md").write_text(f"# A page\n\n{links}")
    done = built(tmp_path / "docs", tmp_path / "made")
    assert done.returncode != 0
    for line in (3, 5, 7):
        assert f"index.md:{line}: WARNING" in done.stderr
