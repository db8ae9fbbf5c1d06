"""The versions of what numbers are made with."""

import re
import sys
from importlib import metadata
from pathlib import Path

from mgassay import versions

ROOT = Path(__file__).parents[1]


def test_versions_are_those_that_are_installed():
    found = versions.versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {p: v for p, v in found.items() if p != "python"} == {p: metadata.version(p) for p in found if p != "python"}
    assert {"mgassay", "snakemake"} <= set(found)


def test_packages_that_draw_decide_only_for_what_draws():
    used = versions.versions()
    all_of_them, others = versions.deciding(used, drawing=True), versions.deciding(used, drawing=False)
    assert set(all_of_them) - set(others) == {"XlsxWriter", "resvg"}
    assert others == {p: v for p, v in all_of_them.items() if p in others}
    assert not {"python", "mgassay", "snakemake"} & set(all_of_them)


def test_every_package_that_the_project_asks_for_is_known_or_touches_no_number():
    """One more in pyproject.toml has to be put on one of the two lists."""
    asked = re.search(r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.M | re.S).group(1)
    names = set(re.findall(r'^  "([\w-]+)', asked, re.M))
    no_number = {"snakemake", "pybase64", "pydantic", "defusedxml", "jinja2", "typer", "pyyaml", "packaging"}
    assert names == {*versions.NUMBERS, *versions.READ, *versions.WRITTEN} | no_number
