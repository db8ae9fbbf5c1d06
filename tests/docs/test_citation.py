"""CITATION.cff: what is cited is what is released, under the licence that the project has."""

import tomllib

import yaml


def test_the_citation_is_that_of_this_version(root):
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(cited["version"]) == project["version"]
    assert cited["title"].startswith(project["name"])
    assert cited["license"] == "MIT"
    assert (root / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_it_has_what_the_format_requires(root):
    """The keys that Citation File Format 1.2.0 requires, and the one type of work that this is."""
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] == "software"
    assert all(set(author) == {"name"} for author in cited["authors"])


def test_the_package_says_the_same_version(root):
    import mgassay

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert getattr(mgassay, "__version__", project["version"]) == project["version"]
    assert f"## {project['version']}" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
