"""What makes a finished experiment run again, and what does not."""

import pytest


@pytest.fixture
def finished(lab, small_experiment):
    lab.add("small", small_experiment)
    done = lab.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


def append(path, text):
    path.write_text(path.read_text() + text)


def test_editing_the_package_reruns_what_rests_on_it_and_no_more(finished):
    assert finished.jobs() == {}
    append(finished.folder / "src/mgassay/report/methods.py", "\n# edited\n")
    assert {"report"} <= finished.jobs().keys() <= {"effects", "report", "overview", "gate", "all"}
    append(finished.folder / "src/mgassay/readers/text.py", "\n# edited\n")
    assert {"read", "images", "quantify", "effects", "report"} <= finished.jobs().keys()


def test_a_file_that_is_added_written_or_removed_reruns_its_experiment(finished):
    note = finished.experiments / "small" / "note.txt"
    note.write_text("looked at twice")
    assert "read" in finished.jobs()
    assert finished.snakemake().returncode == 0
    assert finished.jobs() == {}
    note.unlink()
    assert "read" in finished.jobs()


def test_at_most_eight_jobs_an_experiment(lab, small_experiment):
    for name in ("a", "b", "c"):
        lab.add(name, small_experiment)
    jobs = lab.jobs()
    each = [count for count in jobs.values() if count > 1]
    assert set(each) == {3}
    assert len(each) <= 8


def test_the_digest_of_a_verb_covers_every_room_that_it_imports():
    """A room left out of common.smk's ROOMS would leave stale tables after an edit of it."""
    import ast
    import re
    from pathlib import Path

    root = Path(__file__).parents[2]
    text = (root / "workflow/rules/common.smk").read_text()
    rooms = ast.literal_eval(re.search(r"^ROOMS = (\{.*?^\})", text, re.M | re.S).group(1))
    ground = ast.literal_eval(re.search(r"^GROUND = (\(.*?^\))", text, re.M | re.S).group(1))
    needs = {"report": {"design", "effects"}, "effects": {"design"}}  # what the rooms themselves rest on
    for file in ("stages", "overview"):
        for verb in ast.parse((root / f"src/mgassay/cli/{file}.py").read_text()).body:
            if not isinstance(verb, ast.FunctionDef) or verb.name not in rooms:
                continue
            names = [n.module for n in ast.walk(verb) if isinstance(n, ast.ImportFrom) and n.module.count(".")]
            imported = {".".join(n.split(".")[1:]) for n in names}
            covered = {r.removesuffix(".py").replace("/", ".") for r in (*ground, *rooms[verb.name])}
            for module in imported:
                room = module.split(".")[0]
                assert module in covered or room in covered, (verb.name, module)
                assert needs.get(room, set()) <= covered or module in covered, (verb.name, module)
