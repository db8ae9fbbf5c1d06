"""Pages that are written from the code say what the code says."""

import fnmatch
import importlib.util
import re
from pathlib import Path

import pytest

WRITTEN = ("settings", "tables", "flags", "problems", "grades")


@pytest.fixture(scope="module")
def page_of(root):
    def load(name):
        spec = importlib.util.spec_from_file_location(f"{name}_page", root / "docs" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_page_is_up_to_date(page_of, name):
    module = page_of(name)
    text = module.PAGE.read_text(encoding="utf-8")
    assert (module.page(text) if name == "grades" else module.page()) == text, "make pages"


def test_every_key_of_a_setting_is_told_once_and_no_other(page_of):
    import tomllib

    module = page_of("settings")
    said = tomllib.loads(module.MEANINGS.read_text(encoding="utf-8"))
    known = {name: {"about", *module.keys(section)} for name, section in module.SECTIONS.items()}
    assert {name: set(keys) for name, keys in said.items()} == known


def test_every_problem_has_its_heading_in_the_page(page_of):
    from mgassay.problems import catalogue

    headings = re.findall(r"^### (MG\d{3})$", page_of("problems").PAGE.read_text(encoding="utf-8"), re.M)
    assert headings == sorted(catalogue())


def test_words_for_a_flag_are_not_in_two_places(page_of):
    from mgassay.flags import FLAGS

    module = page_of("flags")
    assert set(module.meanings()) == set(FLAGS)
    said = set(re.findall(r'^    "(\w+)",  # ', Path(module.flags.__file__).read_text(encoding="utf-8"), re.M))
    assert not said & set(module.PLAIN)
    assert set(module.PLAIN) <= set(FLAGS)


def test_every_page_is_named_in_the_site(root):
    index = (root / "docs" / "index.md").read_text(encoding="utf-8")
    named = [line for block in re.findall(r"```\{toctree\}(.*?)```", index, re.S) for line in block.split()]
    pages = {p.relative_to(root / "docs").with_suffix("").as_posix() for p in (root / "docs").rglob("*.md")}
    assert {p for p in pages - {"index"} if not any(fnmatch.fnmatchcase(p, name) for name in named)} == set()


def test_every_decision_is_listed(root):
    listed = (root / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in sorted((root / "docs" / "decisions").glob("0*.md")):
        title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({page.name})" in listed
