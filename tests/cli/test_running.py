"""How `mgassay run` ends: what it tells, and with which exit status."""

import re
import shlex
import subprocess
import sys

import pytest

from mgassay import seals, store
from mgassay.cli import place, running
from mgassay.cli.command import Job
from mgassay.cli.progress import Watch
from mgassay.cli.running import ended, exit_status, watched
from mgassay.errors import UsageError
from mgassay.problems import Problems

STEP = "rule report:\n    jobid: 1\nFinished jobid: 1 (Rule: report)\n1 of 1 steps (100%) done\n"
IDLE = "Nothing to be done (all requested files are present and up to date).\n"
LOCKED = """\
LockException:
Error: Directory cannot be locked. Please make sure that no other Snakemake process is trying to create the same files \
in the following directory:
/lab
If you are sure that no other instances of snakemake are running on this directory, the remaining lock was likely \
caused by a kill signal or a power loss. It can be removed with the --unlock argument.
"""


@pytest.fixture
def broken(tmp_path):
    """Results of an experiment that has an error, and a report that tells it."""
    problems = Problems()
    problems.add("MG040", file="files.csv", seen="raw/a.txt", suggestion="")
    store.write_problems(tmp_path / "a" / "tables", problems)
    (tmp_path / "a" / "report.html").touch()
    store.write_json(tmp_path / "a" / "provenance.json", {})
    return tmp_path


def end(results, said, status, typed=("plates",)):
    """The exit status of a run in which Snakemake says that."""
    code = f"import sys; print({said!r}); sys.exit({status})"
    return ended(Job(("a",), results, (), typed=typed), *watched([sys.executable, "-c", code]))


def test_results_that_were_edited_since_their_report_are_told(broken, capsys):
    """An error taken out of problems.csv by hand is none the less; the gate said so, and `run` did not."""
    tables = "tables/problems.csv"
    store.write_json(broken / "a" / "provenance.json", {"results": seals.checksums(broken / "a", [tables])})
    problems = broken / "a" / tables
    problems.write_text(problems.read_text().splitlines()[0] + "\n")
    assert end(broken, STEP, 1) == 1
    assert "ERROR MG902  tables/problems.csv" in capsys.readouterr().err


def test_problems_without_a_report_are_those_of_another_run(broken, capsys):
    (broken / "a" / "provenance.json").unlink()
    assert end(broken, "Error in rule effects:\nreturned non-zero exit status 3.", 1) == 3
    assert "MG040" not in capsys.readouterr().err


def test_without_its_checkout_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(place.mgassay, "__file__", str(tmp_path / "site-packages" / "mgassay" / "__init__.py"))
    with pytest.raises(UsageError, match="make install"):
        place.checkout()


@pytest.mark.parametrize(
    ("status", "statuses", "data_errors", "broke", "expected"),
    [
        (0, [], False, False, 0),
        (1, ["1"], True, False, 1),  # the gate
        (1, ["3"], False, True, 3),
        (1, ["1", "3"], True, True, 3),  # both: the bug is worse
        (1, ["2"], False, True, 2),
        (1, ["SIGKILL"], False, True, 3),
        (1, [], False, False, 2),  # it never came to a job
    ],
)
def test_the_exit_status_says_whose_turn_it_is(status, statuses, data_errors, broke, expected):
    watch = Watch(statuses=list(statuses))
    assert exit_status(watch, status, data_errors=data_errors, broke=broke) == expected


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        (IDLE, 0, 1),  # as the first time
        (STEP, 0, 1),
        (STEP, 1, 1),  # the gate
        ("Job stats:\ntotal 1\nThis was a dry-run", 0, 0),
        ("Unlocked working directory.", 0, 0),
        ("snakemake: error: unrecognized arguments: --nosuch", 2, 2),
        ("SyntaxError in file Snakefile, line 3:", 1, 2),
        (LOCKED, 1, 2),
        ("Error in rule report:\nreturned non-zero exit status 3.", 1, 3),
    ],
)
def test_what_lies_on_the_disk_is_told_by_runs_that_came_to_look_at_it(broken, capsys, said, status, expected):
    assert end(broken, said, status) == expected
    out, err = capsys.readouterr()
    looked = expected in (1, 3)
    assert ("ERROR MG040" in err) == looked
    assert (str(broken / "a" / "report.html") in out) == looked


def test_a_lock_is_told_with_what_to_type(tmp_path, capsys):
    for words in (("my plates",), ("my plates", "--", "--forceall")):
        assert end(tmp_path, LOCKED, 1, words) == 2
        err = capsys.readouterr().err
        assert "It can be removed with the --unlock argument" not in err  # which `mgassay run` would refuse
        parting = [] if "--" in words else ["--"]
        unlock, again = (shlex.split(command) for command in re.findall("`(.+?)`", err))
        assert unlock == ["mgassay", "run", *words, *parting, "--unlock"]
        assert again == ["mgassay", "run", *words]


def test_options_that_snakemake_refuses_are_told_without_all_that_it_knows(tmp_path, capsys):
    assert end(tmp_path, "usage: snakemake [-h]\n" + " [-x]\n" * 100 + "snakemake: error: no --nosuch", 2) == 2
    assert capsys.readouterr().err == "snakemake: error: no --nosuch\nmgassay run: did not start.\n"


NOTES = "WorkflowError:\nError recording metadata for finished job ([Errno 28] {}). Please ensure write permissions"


@pytest.mark.parametrize("full", ["No space left on device", "Disk quota exceeded"])
@pytest.mark.parametrize(
    ("said", "ended_how"),
    [
        (NOTES, "did not start"),
        (f"rule code:\n    jobid: 1\n{NOTES}", "was stopped"),
        (f"Error in rule ids:\nreturned non-zero exit status 1.\n{NOTES}", "broke off at ids"),
    ],
)
def test_a_disk_that_snakemake_s_own_notes_fill_is_told_as_full(tmp_path, capsys, said, ended_how, full):
    """Snakemake itself blames permissions, and a shell's step ends with another status than a verb."""
    assert end(tmp_path, said.format(full), 1) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"mgassay run: {ended_how}.")
    assert f"Make room on the disk of {tmp_path.parent} (" in last
    assert "same command again" in last


def test_a_bug_of_ours_on_a_full_disk_is_still_one(tmp_path):
    assert end(tmp_path, "Error in rule report:\nreturned non-zero exit status 3.\nNo space left on device", 1) == 3


def test_a_job_that_failed_and_then_did_not_is_no_break(tmp_path, capsys):
    tried = "Error in rule report:\n    jobid: 1\nreturned non-zero exit status 3.\nTrying to restart job 1.\n"
    assert end(tmp_path, f"rule report:\n    jobid: 1\n{tried}{STEP}", 0) == 0
    assert (
        end(tmp_path, f"Error in rule of thumb\n{STEP}", 0) == 0
    )  # whatever a step says: Snakemake knows how it ended
    assert "broke off" not in capsys.readouterr().err


def test_a_snakemake_that_is_killed_is_no_fault_of_the_data(broken, capsys):
    code = f"import os; print({STEP!r}, flush=True); os.kill(os.getpid(), 9)"
    assert ended(Job(("a",), broken, ()), *watched([sys.executable, "-c", code])) == 2
    assert capsys.readouterr().err.startswith("mgassay run: Snakemake was ended from outside.")


def test_words_behind_two_dashes_are_no_arguments_of_ours(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mgassay", "run", "--", "--dry-run"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "name the folder that holds your experiments" in done.stderr


def test_ctrl_c_is_told_as_the_users_own_and_leaves_130(tmp_path, capsys, monkeypatch):
    def interrupted(lines, watch):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "steps_of", interrupted)
    watch, status = watched([sys.executable, "-c", "raise SystemExit(1)"])
    assert ended(Job(("a",), tmp_path, ()), watch, status) == 130
    assert "stopped by you. What is finished is kept: type the same command again" in capsys.readouterr().err


def test_results_left_over_are_told_at_the_end_as_plain_snakemake_tells_them(tmp_path, capsys):
    """The words are those of the workflow (tests/workflow/test_faults.py holds it to them)."""
    said = "results still holds results of two, of which there is no folder in experiments (renamed?)."
    code = f"import sys; print({said!r}, file=sys.stderr)"
    watch, status = watched([sys.executable, "-c", code])
    assert ended(Job(("one",), tmp_path, ()), watch, status) == 0
    assert said in capsys.readouterr().err.splitlines()


def test_nothing_is_told_of_results_left_over_where_there_are_none(tmp_path, capsys):
    watch, status = watched([sys.executable, "-c", "print('Nothing to be done')"])
    assert ended(Job(("one",), tmp_path, ()), watch, status) == 0
    assert "results" not in capsys.readouterr().err
