"""Writes docs/problems.md: every problem that may be told, from the catalogue (`make pages`)."""

import re
from pathlib import Path

from mgassay.problems import Kind, catalogue, of_many

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# Problems: every code, what it means and how to mend it

Written by `docs/problems.py` from the catalogue (`src/mgassay/catalogue/`). An **error** is a number that would be
wrong, or absent where the lab thinks it is there: nothing is concluded until it is mended. A **warning** is a right
number that is weaker or looks odd. A **notice** says what was done. `mgassay check FOLDER` lists all of them at once,
`tables/problems.csv` holds them, and `mgassay explain MG230` says more about one. An error that the lab has looked at
and accepts becomes a warning when its code stands in the column `confirm` of that file in files.csv.

Words in *‹angle quotes›* stand for what was found.
"""
GROUPS = {
    "MG0": "The experiment folder and its tables",
    "MG1": "Raw files",
    "MG2": "What is in which well",
    "MG3": "Plates",
    "MG4": "Alizarin images",
    "MG5": "qPCR and genes",
    "MG6": "Design, effects, plans",
    "MG7": "Files that are handed on",
    "MG8": "Chemistry of media",
    "MG9": "The run itself",
}


def shown(text: str) -> str:
    """A text of the catalogue with its facts as words, safe in Markdown."""
    marked = re.sub(r"\{(\w+)\}", lambda m: f"‹{m[1].replace('_', ' ')}›", of_many(text).strip())
    return re.sub(r"([<*|\\])", r"\\\1", marked)


def entry(kind: Kind) -> str:
    """One problem."""
    lines = [f"### {kind.code}", "", f"**{shown(kind.title)}** ({kind.severity}). {shown(kind.message)}", ""]
    lines += [f"*Mend:* {shown(kind.remedy)}", ""]
    return "\n".join([*lines, *([f"{shown(kind.explain)}", ""] if kind.explain else [])])


def page() -> str:
    """The whole page, in the order of the codes."""
    parts = [HEAD]
    for group, title in GROUPS.items():
        kinds = [k for code, k in sorted(catalogue().items()) if code.startswith(group)]
        parts += [f"## {title}\n", *(entry(kind) for kind in kinds)] if kinds else []
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
