"""Trouble on one machine: jobs killed, disks full, clocks set back, files changed under a run (docs/faults.md).

What is held each time: no partial and no stale table counts as made, the same command again ends with the same bytes as
a run without trouble, and where it needs more than that, the message says what to type.
"""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest
from tests.slow.troubles import (
    ALL,
    ITS_SHELL,
    KILL,
    KILL_AFTER,
    KILL_HALFWAY,
    WAIT,
    at_start,
    elsewhere,
    ends_well,
    started,
    wait_until,
    when_called,
    while_writing,
)
from tests.workflow.conftest import Lab

from mgassay import store, tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


MOMENTS = [
    ("read", "inputs.json", KILL),
    ("read", "wells.csv", KILL_HALFWAY),
    ("images", "image_quality.csv", KILL_AFTER),
    ("quantify", "amounts.csv", KILL_HALFWAY),
    ("quantify", "quantify.json", KILL),  # all tables written, the seal not yet
    ("effects", "verdict.json", KILL_AFTER),
    ("effects", "shares.csv", KILL_HALFWAY),
    ("report", "provenance.json", KILL_AFTER),
    ("report", "report.html", KILL_HALFWAY),
    ("export", "one.xlsx", KILL_HALFWAY),
    ("export", "README.txt", KILL),
    ("overview", "summary.csv", KILL_AFTER),
    ("overview", "index.html", KILL_HALFWAY),
]


@pytest.mark.parametrize(("verb", "name", "trouble"), MOMENTS, ids=[f"{v}-{n}" for v, n, _ in MOMENTS])
def test_a_job_that_is_killed_leaves_nothing_that_counts(fresh, expected, verb, name, trouble):
    said = while_writing(fresh, verb, name, trouble)
    done = fresh.snakemake("--cores", "1")
    assert said.exists()
    assert done.returncode == 1
    assert "A step was killed from outside" in done.stderr
    assert "type the same command again" in done.stderr
    # The gate judges the data, so that only what is handed on may be missing where it was passed.
    assert (fresh.results / ".accepted").exists() == (verb == "export")
    ends_well(fresh, expected)


SHELL_STEPS = {
    "listing": ("touch", "logs/listing"),
    "code": ("touch", "logs/code/effects"),
    "ids": ("find", "logs/exp"),
}


@pytest.mark.parametrize(("program", "word"), SHELL_STEPS.values(), ids=SHELL_STEPS)
def test_a_step_of_the_shell_s_that_is_killed_leaves_nothing_that_counts(fresh, expected, monkeypatch, program, word):
    """The marks that say what is new: one left half-way would let what is old pass for it."""
    said, path = when_called(fresh, program, word, ITS_SHELL)
    monkeypatch.setenv("PATH", path)
    done = fresh.snakemake("--cores", "1")
    assert said.exists()
    assert done.returncode == 1
    assert "A step was killed from outside" in done.stderr
    assert "type the same command again" in done.stderr
    assert not (fresh.results / ".accepted").exists()
    ends_well(fresh, expected)


@pytest.mark.parametrize(("program", "word"), SHELL_STEPS.values(), ids=SHELL_STEPS)
def test_all_killed_at_a_step_of_the_shell_s_is_resumed(fresh, expected, monkeypatch, program, word):
    """Then Snakemake, too, has no time to remove the mark of a step that did not end."""
    said, path = when_called(fresh, program, word, ALL)
    monkeypatch.setenv("PATH", path)
    assert started(fresh).wait(200) == -signal.SIGKILL
    assert said.exists()
    assert fresh.snakemake("--unlock").returncode == 0
    ends_well(fresh, expected)


def test_a_gate_that_is_killed_has_let_nothing_pass(fresh, expected):
    said = at_start(fresh, "gate", KILL)
    done = fresh.snakemake("--cores", "1")
    assert said.exists()
    assert done.returncode == 1
    assert "A step was killed from outside" in done.stderr
    assert not (fresh.results / ".accepted").exists()
    ends_well(fresh, expected)


def test_all_killed_at_once_is_resumed_after_the_message_s_own_command(fresh, expected):
    """As when a computer loses its power: Snakemake, the shell and the job."""
    said = while_writing(fresh, "effects", "shares.csv", WAIT)
    run = started(fresh)
    wait_until(said.exists)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    locked = fresh.snakemake("--cores", "1")
    assert locked.returncode == 1
    assert "--unlock" in locked.stderr
    assert fresh.snakemake("--unlock").returncode == 0
    ends_well(fresh, expected)


def test_two_runs_on_the_same_results_are_refused_and_on_others_let_be(fresh, expected):
    said = while_writing(fresh, "effects", "shares.csv", "time.sleep(15)")
    run = started(fresh)
    wait_until(said.exists)
    second = fresh.snakemake("--cores", "1")
    assert second.returncode == 1
    assert "--unlock" in second.stderr
    assert "no other Snakemake process" in second.stderr
    other = fresh.snakemake("--cores", "1", "--config", "results=others")
    assert other.returncode == 0, other.stderr
    assert run.wait(300) == 0
    assert fresh.bytes_of_results() == expected
    others = Lab(fresh.folder)
    shutil.move(fresh.results, fresh.folder / "first")
    shutil.move(fresh.folder / "others", fresh.results)
    assert others.bytes_of_results() == expected


def torn(results: Path) -> list[str]:
    """Tables and JSON files that are cut off, or hold what none of ours holds."""
    found = []
    for path in results.rglob("*"):
        if path.suffix in (".csv", ".json") and "logs" not in path.parts:
            try:
                text = path.read_text()
            except FileNotFoundError:  # the other run has just removed it
                continue
            if not text.endswith(("\n", "}")) or (path.suffix == ".json" and not is_json(text)):
                found.append(path.name)
    return found


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("apart", [0, 12], ids=["at once", "while the first computes effects"])
def test_two_runs_from_two_working_folders_on_the_same_results_tear_no_file(fresh, expected, apart):
    """Snakemake's lock is in the folder it works in, so that neither knows of the other."""
    said = while_writing(fresh, "effects", "shares.csv", f"time.sleep({apart})") if apart else None
    other = fresh.folder / "other"
    other.mkdir()
    first = started(fresh)
    if said:
        wait_until(said.exists)
    second = started(fresh, *elsewhere(fresh, other), f"results={fresh.results}")
    while first.poll() is None or second.poll() is None:
        assert torn(fresh.results) == []
        time.sleep(0.05)
    assert torn(fresh.results) == []
    (log,) = (other / ".snakemake" / "log").glob("*.log")
    assert re.search(r"Error in rule|Finished jobid: \d+ \(Rule: effects\)", log.read_text()), "both were at work"
    ends_well(fresh, expected)
    assert not [f.name for f in fresh.results.rglob(".*@*")], "nothing half-written stays"


def set_times(folder: Path, seconds: float) -> None:
    """Moves the times of all files below a folder."""
    for path in folder.rglob("*"):
        now = path.lstat().st_mtime
        os.utime(path, (now + seconds, now + seconds), follow_symlinks=False)


def test_results_from_the_future_are_not_taken_for_newer_than_what_changed(finished):
    """A clock that was a year ahead is set back; then a condition's label is written, and the run is broken off."""
    set_times(finished.results, 365 * 86400)
    assert finished.jobs() == {}
    note = finished.experiments / "one" / "note.txt"
    note.write_text("now")
    begun = finished.snakemake("--cores", "1", "--until", "read")
    assert begun.returncode == 0, begun.stderr
    assert "time that is still to come" in begun.stderr
    shutil.rmtree(finished.folder / ".snakemake")  # what Snakemake remembers is no help
    assert {"images", "quantify", "effects", "report", "export", "overview"} <= finished.jobs().keys()
    done = finished.snakemake("--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "note.txt" in (finished.results / "one/provenance.json").read_text()
    assert finished.jobs() == {}, "and it does not make all anew for ever"


def test_a_part_made_anew_while_all_else_is_from_the_future_ends(finished):
    """Snakemake by itself calls each output that is older than an input a clock's error, and fails its job."""
    set_times(finished.results, 86400)
    page = finished.folder / "src/mgassay/report/page.py"
    page.write_text(page.read_text() + "\n# of the next version\n")
    assert "read" not in finished.jobs()
    done = finished.snakemake("--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert finished.jobs() == {}


def test_raw_files_of_any_time_are_read_once(finished, expected):
    set_times(finished.experiments, 365 * 86400)
    assert "read" in finished.jobs(), "another time may be another file"
    ends_well(finished, expected)
    set_times(finished.experiments, -40 * 365 * 86400)
    ends_well(finished, expected)


def test_results_copied_without_their_times_in_the_middle_of_a_run_are_not_taken_for_whole(finished, expected):
    """`cp -r` gives files the time of copying: what is stale looks as new as what is fresh."""
    note = finished.experiments / "one" / "conditions.csv"
    old = note.read_text()
    note.write_text(old + "\n")
    assert finished.snakemake("--cores", "1", "--until", "read").returncode == 0
    copied = finished.folder / "copied"
    shutil.copytree(finished.results, copied, copy_function=shutil.copyfile)
    done = finished.snakemake("--cores", "1", "--config", "results=copied")
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(finished.results)
    shutil.move(copied, finished.results)
    names = {"one/provenance.json", "one/report.html", "one/parts/inputs.json", "one/parts/seals/read.json"}
    beside = lambda made: {n: b for n, b in made.items() if n not in names and "ro-crate" not in n}  # noqa: E731
    same, made = beside(expected), beside(finished.bytes_of_results())
    assert {n for n in same if same[n] != made.get(n)} <= {"one/export/one.xlsx"}
    inputs = store.read_json(finished.results / "one/parts/inputs.json")
    assert inputs == store.file_hashes(finished.experiments / "one")


@pytest.mark.parametrize("change", ["written", "deleted"])
def test_a_raw_file_changed_under_a_run_is_named_and_a_second_run_is_whole(fresh, change):
    said = while_writing(fresh, "quantify", "amounts.csv", "time.sleep(3)")
    run = started(fresh)
    wait_until(said.exists)
    raw = sorted((fresh.experiments / "one" / "raw").rglob("*.txt"))[0]
    kept = raw.read_bytes()
    raw.unlink() if change == "deleted" else raw.write_bytes(kept + b"\n")
    assert run.wait(300) == 1
    problems = store.read_table(fresh.results / "one/tables", tables.PROBLEMS)
    named = problems.loc[problems["code"] == "MG901"]
    assert list(named["file"]) == [raw.relative_to(fresh.experiments / "one").as_posix()]
    assert "run it again" in named["remedy"].item()
    raw.write_bytes(kept)
    done = fresh.snakemake("--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert fresh.jobs() == {}


def test_a_table_edited_by_hand_is_named_and_made_anew_as_the_message_says(finished, expected):
    amounts = finished.results / "one/tables/amounts.csv"
    amounts.write_text(amounts.read_text().replace(",ug/mg,", ",mg/mg,", 1))
    done = finished.snakemake("--cores", "1")
    assert done.returncode == 1
    assert "MG902  tables/amounts.csv" in done.stderr
    assert "folder of results and run again" in done.stderr
    shutil.rmtree(finished.results / "one")
    ends_well(finished, expected)


def test_files_of_others_in_the_results_stay_and_count_for_nothing(finished, expected):
    theirs = {
        "one/tables/effects.csv~": b"half a tab",
        "one/tables/.effects.csv.another-computer@4711": b"half a tab",
        "one/notes.txt": b"to ask Ana",
        "two/report.html": b"not an experiment of ours",
    }
    for name, content in theirs.items():
        store.write_bytes(finished.results / name, content)
    assert finished.jobs() == {}
    (finished.results / "one/report.html").unlink()
    done = finished.snakemake("--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert finished.bytes_of_results() == {**expected, **theirs}
