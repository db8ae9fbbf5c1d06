"""How the pages of docs/ become a site (`make docs`): Sphinx, Markdown by MyST, and a theme that asks no other host."""

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = PROJECT["name"]
author = "the mgassay developers"
copyright = "the mgassay developers, MIT licence"
release = PROJECT["version"]

extensions = ["myst_parser"]
myst_heading_anchors = 3
root_doc = "index"
nitpicky = True
suppress_warnings = ["toc.empty_glob"]  # the index names pages by pattern, so that a new one needs no line there

html_theme = "furo"
html_title = f"mgassay {release}"
html_static_path = ["style"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_sourcelink = False
html_last_updated_fmt = None
pygments_style = "friendly"
pygments_dark_style = "native"


def _with_level(app: object, page: str, template: str, context: dict[str, object], doctree: object) -> None:
    """Sphinx calls captions of a table of contents headings without their level, which axe finds critical."""
    for part in ("body", "furo_navigation_tree"):
        if isinstance(context.get(part), str):
            context[part] = context[part].replace('role="heading">', 'role="heading" aria-level="2">')


def setup(app) -> None:
    """What Sphinx calls at its start; the theme has put its own parts in before."""
    app.connect("html-page-context", _with_level, priority=900)
