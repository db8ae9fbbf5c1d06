"""The workflow's twin: as many jobs that rest on each other in the same way, one file a job, and no work in them."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

# Which jobs of an experiment rest on which; each rests on the mark of its code, too.
EDGES = {
    "listing": (),
    "read": ("listing",),
    "images": ("read",),
    "quantify": ("read", "images"),
    "effects": ("read", "images", "quantify"),
    "report": ("read", "images", "quantify", "effects"),
    "export": ("report",),
}

# What the verbs import of other packages on the demo (tests/workflow/test_scale.py holds them to it).
_EACH = "typer, pydantic, pandas, numpy"  # the command line, the settings, the tables
IMPORTS = {
    "read": f"{_EACH}, openpyxl, defusedxml, PIL.Image",
    "images": f"{_EACH}, scipy.ndimage, PIL.Image",
    "quantify": f"{_EACH}, scipy.special, scipy.optimize, phreeqc",
    "effects": f"{_EACH}, scipy.special",
    "report": f"{_EACH}, jinja2",
    "export": f"{_EACH}, xlsxwriter, resvg",
    "overview": f"{_EACH}, jinja2",
    "gate": _EACH,
}


def name_of(i: int) -> str:
    """The i-th experiment's id."""
    return f"exp{i:05d}"


def lay_out_twin(folder: Path, size: int, imports: Mapping[str, str] | None = None) -> Path:
    """A workflow of empty jobs for so many experiments; with `imports` (by rule) its jobs import that, and end."""
    folder.mkdir()
    shutil.copytree(Path(__file__).parents[1] / "profiles", folder / "profiles")
    ids = ", ".join(repr(name_of(i)) for i in range(size))
    each = {rule: [f"'{{e}}/{r}'" for r in rests] for rule, rests in EDGES.items()}
    over = {
        "overview": ["expand('{e}/report', e=E)", "'ids'", "'code/overview'"],
        "gate": ["expand('{e}/report', e=E)", "'overview'", "'ids'", "'code/gate'"],
    }
    work = {r: f'{sys.executable} -c "import {modules}" && ' for r, modules in (imports or {}).items()}
    ends = "'overview', 'gate', expand('{e}/export', e=E), expand('{e}/listing', e=E)"
    rules = [f"E = [{ids}]\nrule all:\n    input: {ends}\n"]
    rules += [_rule_text("ids", "ids", []), _rule_text("code", "code/{verb}", [])]
    for rule, rests in each.items():
        needs = [*rests, f"'code/{rule}'"] if rests else []
        rules.append(_rule_text(rule, f"{{e}}/{rule}", needs, work.get(rule, "")))
    rules += [_rule_text(rule, rule, rests, work.get(rule, "")) for rule, rests in over.items()]
    (folder / "Snakefile").write_text("\n".join(rules))
    return folder


def _rule_text(name: str, output: str, rests: list[str], work: str = "") -> str:
    """A rule that does its work, if any, and touches its one file."""
    needs = f"    input: {', '.join(rests)}\n" if rests else ""
    return f"rule {name}:\n{needs}    output: '{output}'\n    shell: '{work}touch {{output}}'\n"
