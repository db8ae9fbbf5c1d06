"""Trouble on one machine, the quick part: what a run makes of it, what it says (docs/faults.md; more in tests/slow)."""

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.workflow.conftest import Lab, make_lab, run_verb

from mgassay import store, tables

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="module")
def ran_once(tmp_path_factory, small_experiment) -> Lab:
    """A lab that has run two experiments; copy it."""
    lab = make_lab(tmp_path_factory.mktemp("faults"))
    lab.add("one", small_experiment)
    lab.add("two", small_experiment)
    done = lab.snakemake("--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return lab


@pytest.fixture
def finished(ran_once, tmp_path) -> Lab:
    """A copy of it with all times of its files, which is as good as the first."""
    shutil.copytree(ran_once.folder, tmp_path / "lab", symlinks=True)
    return Lab(tmp_path / "lab")


def everything(count: int) -> dict[str, int]:
    """The jobs that make so many experiments anew from the raw files."""
    return dict.fromkeys(("read", "images", "quantify", "effects", "report", "export"), count)


def of_experiments(jobs: dict[str, int]) -> dict[str, int]:
    return {rule: count for rule, count in jobs.items() if rule in everything(1)}


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder into which nothing can be written; for root, whom permissions do not hold, by a mount."""
    if os.getuid():
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_one_added_or_removed_is_in_the_tables_over_all_or_out_of_them(finished, small_experiment):
    """What is over all experiments rests on which they are, whatever Snakemake remembers."""
    over_all = {"ids", "overview", "gate", "all"}
    finished.add("three", small_experiment)
    jobs = finished.jobs()
    assert of_experiments(jobs) == everything(1)
    assert over_all <= jobs.keys()
    shutil.rmtree(finished.experiments / "three")

    shutil.rmtree(finished.folder / ".snakemake")
    shutil.rmtree(finished.experiments / "two")
    assert finished.jobs().keys() == over_all
    done = finished.snakemake("--cores", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(store.read_table(finished.results, tables.SUMMARY)["experiment"]) == ["one"]
    assert "two/report.html" not in (finished.results / "index.html").read_text()
    assert "results still holds results of two, of which there is no folder in experiments" in done.stderr
    assert done.stdout.splitlines()[-1] == "results/one/report.html"
    assert finished.jobs() == {}


def test_one_renamed_is_run_under_its_new_name_and_its_old_results_are_left_over(finished):
    old = {name: content for name, content in finished.bytes_of_results().items() if name.startswith("two/")}
    (finished.experiments / "two").rename(finished.experiments / "second")
    done = finished.snakemake("--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results still holds results of two, of which there is no folder in experiments (renamed?)" in done.stderr
    made = finished.bytes_of_results()
    assert old.items() <= made.items(), "they stay as they were"
    again = re.sub(rb"^two,", b"second,", old["two/tables/shares.csv"], flags=re.MULTILINE)
    assert made["second/tables/shares.csv"] == again
    assert list(store.read_table(finished.results, tables.SUMMARY)["experiment"]) == ["one", "second"]
    over_all = [content for name, content in made.items() if "/" not in name and name != ".accepted"]
    assert len(over_all) == 5
    assert not [text for text in over_all if re.search(rb"\btwo\b[,/;\"<]", text)]
    assert finished.jobs() == {}


def test_the_package_upgraded_is_noticed_where_snakemake_remembers_nothing(finished):
    shutil.rmtree(finished.folder / ".snakemake")
    assert finished.jobs() == {}
    reader = finished.folder / "src/mgassay/readers/text.py"
    old = reader.read_text()
    reader.write_text(old + "\n# of the next version\n")
    assert of_experiments(finished.jobs()) == everything(2)


@pytest.mark.parametrize(("package", "left"), [("scipy", set()), ("resvg", {"read", "images", "quantify", "effects"})])
def test_a_package_of_another_version_is_as_another_version_of_our_code(finished, package, left):
    assert finished.jobs() == {}
    other = finished.folder / "src" / f"{package}-99.0.dist-info" / "METADATA"  # found before the one that is installed
    other.parent.mkdir()
    other.write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 99.0\n")
    jobs = of_experiments(finished.jobs())
    assert jobs == {rule: count for rule, count in everything(2).items() if rule not in left}


def test_the_same_folder_by_another_path_makes_nothing_anew(finished):
    assert finished.jobs() == {}
    for path in ("./experiments", finished.experiments):
        assert finished.jobs("--config", f"experiments={path}") == {}


def test_results_moved_are_as_good_as_where_they_were(finished):
    (finished.folder / "elsewhere").mkdir()
    shutil.move(finished.results, finished.folder / "elsewhere" / "2026")
    assert finished.jobs("--config", "results=elsewhere/2026") == {}
    note = finished.experiments / "two" / "note.txt"
    note.write_text("looked at twice")
    assert of_experiments(finished.jobs("--config", "results=elsewhere/2026")) == everything(1)


def test_no_address_of_a_page_leads_out_of_the_results_folder(finished):
    for page in finished.results.rglob("*.html"):
        text = page.read_text()
        assert str(finished.folder) not in text
        addresses = re.findall(r'(?:href|src)="([^"#][^"]*)"', text)
        of_files = [a for a in addresses if not re.match(r"(https?|data|mailto):", a)]
        assert [a for a in of_files if not (page.parent / a.partition("#")[0]).exists()] == []


def test_a_file_put_back_as_it_was_is_another_state(finished):
    """The listing of the first state must not lie there, older than what was made of the second."""
    conditions = finished.experiments / "one" / "conditions.csv"
    before = sorted((finished.results / "one/logs/listing").iterdir())
    kept = finished.folder / "kept.csv"
    shutil.copy2(conditions, kept)
    conditions.write_text(conditions.read_text() + "\n")
    assert finished.snakemake("--cores", "1", "--until", "listing").returncode == 0
    assert sorted((finished.results / "one/logs/listing").iterdir()) != before
    shutil.copy2(kept, conditions)
    shutil.rmtree(finished.folder / ".snakemake")
    assert of_experiments(finished.jobs()) == everything(1)


def test_an_edit_within_the_same_second_is_seen(finished):
    """0.8 to 0.9 is a file of the same size."""
    conditions = finished.experiments / "one" / "conditions.csv"
    then = conditions.stat().st_mtime_ns
    os.utime(conditions, ns=(then, then // 10**9 * 10**9 + (then + 500_000_000) % 10**9))
    assert of_experiments(finished.jobs()) == everything(1)


def test_a_file_that_may_be_read_by_now_is_another_state(finished):
    """Neither size nor time of change tells that; here it is closed in the program's eyes, since to root nothing is."""
    closed = finished.folder / "src" / "sitecustomize.py"
    closed.write_text(
        "import os\nreally = os.access\n"
        "os.access = lambda path, *mode: not str(path).endswith('one/raw/calcium_D1.txt') and really(path, *mode)\n"
    )
    assert of_experiments(finished.jobs()) == everything(1)
    closed.unlink()
    assert of_experiments(finished.jobs()) == {}


def test_a_table_that_was_deleted_is_asked_for_again(finished):
    (finished.results / "one/tables/amounts.csv").unlink()
    jobs = of_experiments(finished.jobs())
    assert jobs["quantify"] == 1
    assert "read" not in jobs


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("one/report.html", "report"),
        ("one/provenance.json", "report"),
        ("one/tables/problems.csv", "report"),
        ("one/export/one.xlsx", "export"),
        ("summary_shares.csv", "overview"),
    ],
)
def test_what_the_last_steps_made_and_was_deleted_is_asked_for_again(finished, name, rule):
    (finished.results / name).unlink()
    jobs = finished.jobs()
    assert jobs[rule] == 1
    assert "effects" not in jobs


def test_results_that_cannot_be_written_are_told_before_any_job(lab, small_experiment):
    lab.add("one", small_experiment)
    shut = lab.folder / "archive"
    shut.mkdir()
    with read_only(shut):
        done = lab.snakemake("--cores", "1", "--config", "results=archive/results")
    assert done.returncode == 1
    assert f"nothing can be written into {shut}" in done.stderr
    assert "--config results=FOLDER" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(shut.iterdir()) == []


def test_a_file_where_the_results_should_be_is_told(lab, small_experiment):
    lab.add("one", small_experiment)
    lab.results.write_text("a file")
    done = lab.snakemake("--cores", "1")
    assert done.returncode == 1
    assert "is a file, and no folder can be made there" in done.stderr
    assert lab.results.read_text() == "a file"


def test_a_working_folder_that_cannot_be_written_is_told(lab, small_experiment):
    lab.add("one", small_experiment)
    with read_only(lab.folder):
        done = lab.snakemake("--cores", "1")
    assert done.returncode == 1
    assert "cannot write into" in done.stderr
    assert "mgassay run" in done.stderr
    assert "Traceback" not in done.stderr


def verb(*arguments: object, largest_file: int | None = None, log: Path | None = None) -> subprocess.CompletedProcess:
    """A verb by itself; no file may grow above so many bytes, which the system refuses as it does on a full disk."""
    limit = largest_file and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)))
    into = ["--log", str(log)] if log else []
    command = [sys.executable, "-m", "mgassay", *into, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, preexec_fn=limit, check=False)


def test_a_disk_that_takes_no_more_names_the_folder_and_what_to_do(small_experiment, tmp_path):
    made = tmp_path / "results" / "one"
    done = verb("read", small_experiment, made, largest_file=20_000)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"Make room on the disk of {made}" in done.stderr
    assert "type the same command again" in done.stderr
    assert not [f for f in made.rglob(".*") if f.is_file()], "nothing half-written stays and fills the disk"
    refused = verb("images", small_experiment, made)
    assert refused.returncode == 2
    assert "`mgassay read` has not run" in refused.stderr
    assert verb("read", small_experiment, made).returncode == 0
    assert verb("images", small_experiment, made).returncode == 0


def test_why_a_job_ended_is_said_on_the_terminal_though_its_log_takes_no_more(small_experiment, tmp_path):
    (tmp_path / "full").symlink_to("/dev/full")
    done = verb("quantify", tmp_path / "results", log=tmp_path / "full")
    assert done.returncode == 2
    assert "`mgassay read` has not run" in done.stderr


def test_a_killed_measuring_process_is_no_bug_of_ours(tmp_path):
    code = (
        "import mgassay.cli as c\nfrom concurrent.futures.process import BrokenProcessPool\n"
        "def no(): raise BrokenProcessPool('x')\nc.app = no; c.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert "memory" in done.stderr
    assert "same command again" in done.stderr


@pytest.fixture
def by_verbs(small_experiment, tmp_path) -> Path:
    made = tmp_path / "small"
    run_verb("read", small_experiment, made)
    run_verb("images", small_experiment, made)
    run_verb("quantify", made)
    return made


def test_a_table_edited_by_hand_is_told_and_no_verdict_rests_on_it(small_experiment, by_verbs):
    amounts = store.read_table(by_verbs / "tables", tables.AMOUNTS)
    doubled = amounts.assign(value=amounts["value"].where(amounts["readout"] != "calcium", amounts["value"] * 2))
    store.write_table(by_verbs / "tables", tables.AMOUNTS, doubled)
    run_verb("effects", by_verbs)
    run_verb("report", small_experiment, by_verbs)
    assert store.read_json(by_verbs / "verdict.json")["grade"] is None
    problems = store.read_table(by_verbs / "tables", tables.PROBLEMS)
    assert list(problems.loc[problems["code"] == "MG902", "file"]) == ["tables/amounts.csv"]
    assert "MG902" in (by_verbs / "report.html").read_text()


def test_a_list_of_problems_edited_by_hand_does_not_pass(finished):
    problems = finished.results / "one/tables/problems.csv"
    problems.write_text(problems.read_text() + "MG119,notice,,,,,edited,by hand\n")
    done = finished.snakemake("--cores", "1")
    assert done.returncode == 1
    assert "MG902  tables/problems.csv" in done.stderr
    assert not (finished.results / "one/export/one.pzfx").exists()


@pytest.mark.parametrize("name", ["amounts.csv", "efficiency_errors.csv"])
def test_half_a_table_is_never_taken_for_a_table(by_verbs, name):
    (path,) = by_verbs.rglob(name)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = verb("effects", by_verbs)
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr
    if done.returncode == 0:  # it was cut between two lines
        assert store.read_json(by_verbs / "verdict.json")["grade"] is None
    else:
        assert "run again" in done.stderr
        assert not (by_verbs / "verdict.json").exists()
