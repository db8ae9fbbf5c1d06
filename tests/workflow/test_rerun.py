"""What makes a finished experiment run again, and what does not."""

import ast
import re
from pathlib import Path

import pytest


def append(path, text):
    path.write_text(path.read_text() + text)


@pytest.mark.xdist_group("finished")
def test_editing_the_package_reruns_what_rests_on_it_and_no_more(finished):
    assert finished.jobs() == {}
    append(finished.folder / "src/mgassay/report/methods.py", "\n# edited\n")
    assert {"report"} <= finished.jobs().keys() <= {"code", "effects", "report", "export", "overview", "gate", "all"}
    append(finished.folder / "src/mgassay/readers/text.py", "\n# edited\n")
    assert {"read", "images", "quantify", "effects", "report"} <= finished.jobs().keys()


@pytest.mark.xdist_group("finished")
def test_a_file_that_is_added_written_or_removed_reruns_its_experiment(finished):
    note = finished.experiments / "small" / "note.txt"
    note.write_text("looked at twice")
    assert "read" in finished.jobs()
    assert finished.snakemake().returncode == 0
    assert finished.jobs() == {}
    note.unlink()
    assert "read" in finished.jobs()


def test_at_most_eight_jobs_an_experiment_however_many_images_it_has(lab, pictured_experiment):
    for name in ("a", "b", "c"):
        lab.add(name, pictured_experiment)
    jobs = {rule: count for rule, count in lab.jobs().items() if rule != "code"}  # one a verb, for all experiments
    each = [count for count in jobs.values() if count > 1]
    assert set(each) == {3}
    assert len(each) <= 8


@pytest.mark.xdist_group("demo")
def test_each_rule_ran_once_for_the_demo_and_its_images(demo_lab):
    """A dry run does not know what a checkpoint finds while it runs, which could be a job for each image."""
    log = min((demo_lab.folder / ".snakemake" / "log").glob("*.log")).read_text()
    rules = re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", log, re.MULTILINE)
    assert len(list((demo_lab.experiments / "mg-trpm7-demo" / "images").rglob("*.jpg"))) > 20
    once = [rule for rule in rules if rule != "code"]
    assert len(once) == len(set(once)) <= 8 + len(("ids", "overview", "gate", "all"))
    assert "images" in once


SRC = Path(__file__).parents[2] / "src" / "mgassay"


def module_file(module: str) -> Path | None:
    """The file of a module of this package, None for what is no module of its own (a function, another package)."""
    path = SRC.joinpath(*module.split(".")[1:])
    return next((f for f in (path.with_suffix(".py"), path / "__init__.py") if f.is_file()), None)


def imported_by(tree: ast.AST) -> set[str]:
    """Modules of this package that a piece of code imports, at its top or inside its functions."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mgassay":
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {m for m in (node.module, *named) if module_file(m) and m != "mgassay"}
    return found


def all_imports(start: set[str]) -> set[str]:
    """Every module that these rest on, however far down."""
    seen, waiting = set(), set(start)
    while waiting:
        module = waiting.pop()
        seen.add(module)
        waiting |= imported_by(ast.parse(module_file(module).read_text())) - seen
    return seen


def test_the_digest_of_a_verb_covers_every_module_that_it_rests_on():
    """One left out of common.smk's ROOMS would leave stale tables after an edit of it."""
    text = (SRC.parents[1] / "workflow/rules/common.smk").read_text()
    rooms = ast.literal_eval(re.search(r"^ROOMS = (\{.*?^\})", text, re.M | re.S).group(1))
    ground = ast.literal_eval(re.search(r"^GROUND = (\(.*?^\))", text, re.M | re.S).group(1))
    left_out = set()
    for file in ("stages", "overview", "exporting"):
        for verb in ast.parse((SRC / "cli" / f"{file}.py").read_text()).body:
            if isinstance(verb, ast.FunctionDef) and verb.name in rooms:
                covered = [SRC / part for part in (*ground, *rooms[verb.name])]
                files = {module_file(m) for m in all_imports(imported_by(verb))}
                left_out |= {
                    (verb.name, f.relative_to(SRC).as_posix())
                    for f in files
                    if f.name != "__init__.py" and not any(c == f or c in f.parents for c in covered)
                }
    assert left_out == set()
