"""Mutation testing: small faults are put into one module at a time, and its tests have to notice.

    make mutants                              the declared sample (docs/mutants.md says what came of it)
    make mutants MODULE=effects/shares/rho    every fault of one module; a folder for all modules in it

A fault is one operator, comparison or number changed in memory, by the module's own syntax tree; no file is written.
Each is tried in a process of its own, against the module's mirror test file and, with --room, where that notices
nothing, against all tests of its room (the folder). What survives is held against docs/mutants.csv, where every known
survivor stands with its judgement; one that is not there is printed, to be judged: the same numbers for every input, or
a test that is missing. Tests have to pass without any fault first, or every fault would seem noticed.

mutmut and cosmic-ray would do the same: the one copies the tree and needs every test to import it from there, which
importlib mode with doctests does not do; the other starts pytest anew for each fault, some three seconds of imports.
"""

import argparse
import ast
import copy
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import time
import types
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import survivors

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "mgassay"
SAMPLE = ("effects", "assays")
EACH = 10  # faults per module of the sample
FAILED = (1, 2)  # pytest's exit status: tests failed, or were never collected since the module no longer imports

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}

Change = tuple[str, int]  # which part of an expression is changed, and which of several of that kind


@dataclass(frozen=True)
class Fault:
    """One change: the module's path under src/mgassay without .py, the line, and the line before and after."""

    module: str
    line: int
    before: str
    after: str
    nth: int  # among faults of the module that read the same
    index: int  # among the module's faults, in the order of its syntax tree
    fate: str = ""  # mirror, room (which tests noticed), survived

    @property
    def key(self) -> survivors.Key:
        """What it is known by in docs/mutants.csv; no line number, which every edit above it would change."""
        return self.module, self.before, self.after, self.nth


def main() -> None:
    """Tries the faults asked for and prints those that survive unjudged; exits 1 where there are any."""
    options = _options()
    judged = survivors.judged()
    chosen = [f for module in modules_in(options.module or SAMPLE) for f in some_of(module, options.each)]
    _import_what_all_share()
    done: list[Fault] = []
    for fault in chosen:
        if not done or done[-1].module != fault.module:
            _check_tests_pass(fault.module, options.timeout)
        fate = fate_of(fault, options.timeout, room=options.room)
        done.append(Fault(**{**asdict(fault), "fate": fate}))
        for found in unjudged(done[-1:], judged):
            print(f"{found.module}.py:{found.line}\n  - {found.before}\n  + {found.after}", flush=True)
        if options.json:
            Path(options.json).write_text(json.dumps([asdict(f) for f in done], indent=1) + "\n", encoding="utf-8")
    survived, new = sum(f.fate == "survived" for f in done), unjudged(done, judged)
    print(f"{len(done)} faults, {len(done) - survived} noticed, {survived} survived, {len(new)} of them not judged yet")
    sys.exit(bool(new))


def unjudged(done: Sequence[Fault], judged: Container[survivors.Key]) -> list[Fault]:
    """The faults that survived and are not in the list of those that may."""
    return [f for f in done if f.fate == "survived" and f.key not in judged]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("module", nargs="*", help="a module or folder under src/mgassay, as in effects/shares/rho")
    parser.add_argument("--each", type=int, help="so many faults of each module (all, of a module that is named)")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds after which a fault counts as noticed")
    parser.add_argument("--room", action="store_true", help="try survivors on all tests of the room too (slow)")
    parser.add_argument("--json", help="a file for the fate of each fault")
    options = parser.parse_args()
    options.each = options.each or (None if options.module else EACH)
    return options


def modules_in(named: Sequence[str]) -> list[str]:
    """Modules, by their paths under src/mgassay without `.py`, that were named or lie in a folder that was."""
    found = []
    for name in named:
        path = SRC / name.removesuffix(".py")
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        found += [f.relative_to(SRC).with_suffix("").as_posix() for f in files if f.name != "__init__.py"]
    return found


def some_of(module: str, each: int | None) -> list[Fault]:
    """So many faults of a module, the same in every run as long as the lines are the same; all for None."""
    faults = list(faults_of(module, _source(module)))
    drawn = sorted(faults, key=lambda f: hashlib.sha256(f"{f.module} {f.before} {f.after}".encode()).digest())[:each]
    return sorted(drawn, key=lambda f: f.index)


def faults_of(module: str, source: str) -> Iterator[Fault]:
    """Every fault that this program knows for a source."""
    lines = source.splitlines()
    seen: Counter[tuple[str, str]] = Counter()
    for index, (node, change) in enumerate(_places(ast.parse(source))):
        changed = copy.deepcopy(node)
        _apply(changed, change)
        words = lines[node.lineno - 1].strip(), f"{ast.unparse(node)}  ->  {ast.unparse(changed)}"
        seen[words] += 1
        yield Fault(module, node.lineno, *words, seen[words], index)


def mutated(source: str, index: int) -> str:
    """The source with the fault of that index."""
    tree = ast.parse(source)
    node, change = list(_places(tree))[index]
    _apply(node, change)
    return ast.unparse(tree)


def _places(tree: ast.Module) -> list[tuple[ast.expr, Change]]:
    """The expressions that can be changed, each with what is to be changed of it; not those of annotations."""
    found: list[tuple[ast.expr, Change]] = []
    for node in _running(tree):
        match node:
            case ast.Compare():
                found += [(node, ("ops", i)) for i, op in enumerate(node.ops) if type(op) in SWAPS]
            case ast.BinOp() | ast.BoolOp():
                found += [(node, ("op", 0))] if type(node.op) in SWAPS else []
            case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
                found.append((node, ("unary", 0)))
            case ast.Constant(value=bool() | int() | float()):
                found.append((node, ("value", 0)))
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
                found.append((node, ("name", 0)))
    return found


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below one that are worked out when a function runs: no types, decorators or words of a message."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from _running(child)


def _apply(node: ast.expr, change: Change) -> None:
    """Puts one fault into an expression of a tree."""
    kind, at = change
    match node:
        case ast.Compare() if kind == "ops":
            node.ops[at] = SWAPS[type(node.ops[at])]()  # type: ignore[call-overload]
        case ast.BinOp() | ast.BoolOp():
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        case ast.UnaryOp():
            node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
            if not isinstance(node.op, ast.UAdd):  # `not x` and `~x` become `not not x` and `~~x`
                node.operand = ast.UnaryOp(op=type(node.op)(), operand=node.operand)
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() | float() as number):
            node.value = number + 1 if isinstance(number, int) or number == 0 else number * 1.1
        case ast.Name():
            node.id = NAMES[node.id]
        case ast.Attribute():
            node.attr = NAMES[node.attr]


def fate_of(fault: Fault, timeout: float, *, room: bool) -> str:
    """Who notices a fault: the module's own tests (`mirror`), those of its room (`room`), or nobody (`survived`)."""
    source = mutated(_source(fault.module), fault.index)
    mirror = _mirror(fault.module)
    for fate, tests in (("mirror", mirror), ("room", mirror.parent))[: 1 + room]:
        if noticed(fault.module, source, tests, timeout):
            return fate
    return "survived"


def _source(module: str) -> str:
    return (SRC / f"{module}.py").read_text(encoding="utf-8")


def _mirror(module: str) -> Path:
    """The module's own test file."""
    return (ROOT / "tests" / module).with_name(f"test_{Path(module).name}.py")


def _check_tests_pass(module: str, timeout: float) -> None:
    """Raises RuntimeError where the tests of a module fail without any fault, or take too long."""
    if noticed(module, _source(module), _mirror(module), timeout):
        raise RuntimeError(f"the tests in {_mirror(module)} do not pass as they are; mend that first")


def noticed(module: str, source: str, tests: Path, timeout: float) -> bool:
    """Whether tests fail, or run out of time, when a module has another source; in a process of its own.

    Raises RuntimeError where pytest found no tests or did not understand what was asked.
    """
    child = os.fork()
    if child == 0:
        code = 3  # pytest's word for its own failure; whatever is raised here must not go on as a second parent
        try:
            code = _run_tests(module, source, tests)
        finally:
            os._exit(code)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            if code not in (0, *FAILED) and code >= 0:
                raise RuntimeError(f"pytest ended with {code} on {tests}")
            return code != 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run_tests(module: str, source: str, tests: Path) -> int:
    """Pytest's exit status on tests for which a module has another source; prints nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.meta_path.insert(0, _Instead(module, source))
    import pytest

    words = ["-x", "-q", "-p", "no:xdist", "-m", "not slow and not browser and not slurm"]
    words += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is imported already, on purpose
    return int(pytest.main([*words, "--rootdir", str(ROOT), str(tests)]))


class _Instead(importlib.machinery.SourceFileLoader):
    """Imports one module from its own place, with another source; stands in sys.meta_path too."""

    def __init__(self, module: str, source: str) -> None:
        super().__init__(f"mgassay.{module.replace('/', '.')}", str(SRC / f"{module}.py"))
        self.source = source

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """The module of that name is ours to load."""
        return (
            importlib.util.spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None
        )

    def get_code(self, fullname: str) -> types.CodeType:
        """The source with the fault, compiled; never from a cache, never into one."""
        return compile(self.source, self.path, "exec")


def _import_what_all_share() -> None:
    """Imports once what every test would import, and makes property tests end at the first counterexample."""
    import hypothesis
    import numpy
    import pandas
    import pytest
    import scipy.optimize
    import scipy.stats  # noqa: F401

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None, derandomize=True)
    hypothesis.settings.load_profile("mutants")
    _ = (numpy, pandas, pytest)
    if any(name.split(".")[0] == "mgassay" for name in sys.modules):
        raise RuntimeError("a module of mgassay was imported before its fault was put in")


if __name__ == "__main__":
    main()
