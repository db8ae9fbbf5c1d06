"""The bridge runs in another environment, so it may import nothing of ours (and allotropy only when it is called)."""

import ast
import subprocess
import sys
from pathlib import Path

from mgassay.readers import allotropy_bridge

SCRIPT = Path(allotropy_bridge.__file__)


def test_it_imports_nothing_of_mgassay():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    named = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    named |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not [n for n in named if n and n.startswith("mgassay")]


def test_a_refusal_is_status_2_with_its_reason(tmp_path):
    (tmp_path / "allotropy").mkdir()
    for name, text in {
        "__init__": "",
        "exceptions": "class AllotropeConversionError(Exception): pass",
        "parser_factory": "Vendor = {'X': 'x'}",
        "to_allotrope": "from allotropy.exceptions import AllotropeConversionError\n"
        "def allotrope_from_io(io, file, vendor):\n"
        "    if io.read() == b'bad': raise AllotropeConversionError('no such block')\n"
        "    return {'file': file, 'vendor': vendor}\n",
    }.items():
        (tmp_path / "allotropy" / f"{name}.py").write_text(text)
    command = [sys.executable, str(SCRIPT), "X", "p.csv"]
    good, bad = (
        subprocess.run(command, input=raw, capture_output=True, env={"PYTHONPATH": str(tmp_path)})
        for raw in (b"good", b"bad")
    )
    assert (good.returncode, good.stdout) == (0, b'{"file": "p.csv", "vendor": "x"}')
    assert (bad.returncode, bad.stderr) == (2, b"no such block")
