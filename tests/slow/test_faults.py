"""Trouble on one machine: jobs killed, disks full, clocks set back, files changed under a run (docs/faults.md).

What is held each time: no partial and no stale table counts as made, the same command again ends with the same bytes as
a run without trouble, and where it needs more than that, the message says what to type.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.workflow.conftest import Lab, make_lab

from mgassay import store, tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

# Put at the end of the lab's own copy of files.py: trouble while a verb writes a file, once.
TROUBLE = """

_untroubled = write_bytes


def write_bytes(path: Path, content: bytes) -> None:
    import sys, time

    said = Path({said!r})
    if {verb!r} in sys.argv and path.name == {name!r} and not said.exists():
        said.touch()
        {trouble}
    _untroubled(path, content)
"""
KILL = "os.kill(os.getpid(), 9)"
KILL_HALFWAY = (
    "path.with_name(f'.{path.name}.{platform.node()}@{os.getpid()}').write_bytes(content[: len(content) // 2]); " + KILL
)
KILL_AFTER = "_untroubled(path, content); " + KILL
WAIT = "time.sleep(600)"


def while_writing(lab: Lab, verb: str, name: str, trouble: str) -> Path:
    """Makes a verb run into trouble at one of its files, the first time; the file that then says that it did."""
    said = lab.folder / "trouble"
    files = lab.folder / "src/mgassay/files.py"
    told = TROUBLE.format(said=str(said), verb=verb, name=name, trouble=trouble)
    files.write_text(files.read_text() + told)
    return said


def started(lab: Lab, *args: str) -> subprocess.Popen[str]:
    """Snakemake in the background, at the head of a group of processes of its own."""
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("snakemake")), "--cores", "1", *args],
        cwd=lab.folder,
        env={**os.environ, "PYTHONPATH": str(lab.folder / "src"), "NO_COLOR": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )


def wait_until(true: Callable[[], bool], seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def ran_once(tmp_path_factory, small_experiment) -> Lab:
    lab = make_lab(tmp_path_factory.mktemp("faults"))
    lab.add("one", small_experiment)
    done = lab.snakemake("--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


@pytest.fixture
def expected(ran_once) -> dict[str, bytes]:
    """The bytes of a run without trouble."""
    return ran_once.bytes_of_results()


@pytest.fixture
def finished(ran_once, tmp_path) -> Lab:
    shutil.copytree(ran_once.folder, tmp_path / "lab", symlinks=True)
    return Lab(tmp_path / "lab")


@pytest.fixture
def fresh(ran_once, tmp_path) -> Lab:
    """A lab of the same code that has not run yet."""
    unlike = shutil.ignore_patterns("results", ".snakemake", "__pycache__")
    shutil.copytree(ran_once.folder, tmp_path / "lab", symlinks=True, ignore=unlike)
    return Lab(tmp_path / "lab")


def ends_well(lab: Lab, expected: dict[str, bytes], *args: str) -> None:
    """The same command once more gives all results, and then there is nothing to do."""
    done = lab.snakemake("--cores", "1", *args)
    assert done.returncode == 0, done.stdout + done.stderr
    assert lab.bytes_of_results() == expected
    assert lab.jobs(*args) == {}


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


def test_a_full_disk_is_told_and_a_larger_one_is_enough(fresh, expected, tmp_path_factory):
    if os.getuid():
        pytest.skip("only root makes a small disk; tests/workflow/test_faults.py has the same with limited files")
    disk = tmp_path_factory.mktemp("disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", disk], check=True)
    try:
        done = fresh.snakemake("--cores", "1", "--config", f"results={disk}/results")
        assert done.returncode == 1
        assert f"Make room on the disk of {disk}/results/one" in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
        ends_well_there = fresh.snakemake("--cores", "1", "--config", f"results={disk}/results")
        assert ends_well_there.returncode == 0, ends_well_there.stderr
        shutil.copytree(disk / "results", fresh.results)
    finally:
        subprocess.run(["umount", disk], check=True)
    assert fresh.bytes_of_results() == expected


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
