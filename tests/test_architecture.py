"""The house holds itself: the map is true, tests mirror src, and the budgets of the code are kept."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "mgassay"
MODULES = sorted(SRC.rglob("*.py"))


def names(paths):
    return [str(p.relative_to(SRC)) for p in paths]


def test_the_map_names_every_room_and_no_other():
    table = [line for line in (ROOT / "docs/ARCHITECTURE.md").read_text().splitlines() if line.startswith("| ")]
    mapped = {name.strip("/") for line in table for name in re.findall(r"`([a-z_/]+)`", line.split("|")[2])}
    tree = {p.stem if p.is_file() else p.name for p in SRC.iterdir() if p.name not in ("__pycache__", "__init__.py")}
    assert mapped == tree - {"__main__"}


def test_the_map_of_the_readers_names_every_module():
    page = (ROOT / "docs/ARCHITECTURE.md").read_text().partition("## Inside `readers/`")[2]
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert {p.stem for p in (SRC / "readers").glob("*.py")} - {"__init__"} <= named


def test_floors_of_the_map_are_the_layers_that_are_held():
    import tomllib

    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [set(layer.split(" | ")) for layer in contract["layers"] if layer != "__main__"]
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", (ROOT / "docs/ARCHITECTURE.md").read_text(), re.M)
    floors: dict[str, set[str]] = {}
    for floor, rooms in rows:
        floors.setdefault(floor, set()).update(n.strip("/") for n in re.findall(r"`([a-z_/]+)`", rooms))
    python = [rooms - {"catalogue"} for _, rooms in sorted(floors.items(), reverse=True)]
    assert python == layers


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_a_module_is_short_documented_and_asserts_nothing(module):
    text = module.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 300, "split it: a file is read in one go"
    assert ast.get_docstring(tree), "say what the module is for"
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Assert)], "a user's mistake is a problem, not an assert"
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        assert body_length(function) <= 60, f"{function.name} is too long to read"


def body_length(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_functions_are_small_on_the_whole():
    functions = [n for m in MODULES for n in ast.walk(ast.parse(m.read_text())) if isinstance(n, ast.FunctionDef)]
    lengths = sorted(map(body_length, functions))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[int(len(lengths) * 0.9)] <= 35


def test_tests_mirror_src():
    rooms = [m for m in MODULES if m.name not in ("__init__.py", "__main__.py") and m.parent != SRC / "cli"]
    missing = [
        str(m.relative_to(SRC))
        for m in rooms
        if not (ROOT / "tests" / m.relative_to(SRC)).with_name(f"test_{m.name}").is_file()
    ]
    assert not missing


def test_only_readers_and_store_touch_files():
    opens = re.compile(r"\.(read_text|read_bytes|write_text|write_bytes|open|mkdir|unlink)\(|(?<![\w.])open\(")
    allowed = {"store.py", "files.py", "seals.py", "problems.py", "panels.py", "presets.py"}
    guilty = [
        name
        for name, m in zip(names(MODULES), MODULES, strict=True)
        if name.split("/")[0] not in {"readers", "cli"} | allowed and opens.search(m.read_text())
    ]
    assert not guilty


def test_import_layers_hold():
    linter = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert linter.returncode == 0, linter.stdout


def test_the_command_line_starts_without_pandas():
    code = "import sys, mgassay.cli; print([m for m in ('pandas', 'numpy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_contract_page_names_every_column_in_order():
    from mgassay import tables

    page = (ROOT / "docs" / "contract.md").read_text()
    summaries = (tables.SUMMARY, tables.SUMMARY_SHARES, tables.SUMMARY_POOLED, tables.SUMMARY_PLATES)
    for state in (*tables.RESULT_TABLES, *summaries):
        assert f"`{', '.join(state.columns)}`" in page, state.name
