"""What holds for all verbs: help, wrong usage, folders that are not there, exit status, and a light start."""

import subprocess
import sys

import pytest
from tests.cli.conftest import DEMO, mgassay
from typer.main import get_command

from mgassay.cli import app

VERBS = get_command(app).commands


def test_the_verbs_are_those_of_the_contract():
    contract = {"init", "check", "run", "plan", "chemistry", "readers", "explain", "simulate", "doctor"}
    stages = {"read", "images", "quantify", "effects", "report", "overview", "gate"}
    assert contract | stages <= set(VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_answers_help_on_stdout(verb):
    done = mgassay(verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert VERBS[verb].help.split(".")[0].split()[0] in done.stdout


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_wrong_usage_of_every_verb_is_status_2_without_a_traceback(verb):
    done = mgassay(verb, "--no-such-option")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--no-such-option" in done.stderr
    assert "Traceback" not in done.stderr


# What each verb is given in place of a folder or file that it needs.
MISSING = {
    "check": ["nowhere"],
    "run": ["nowhere"],
    "plan": ["nowhere"],
    "chemistry": ["nowhere"],
    "images": ["nowhere", "nothing"],
    "quantify": ["nothing"],
    "effects": ["nothing"],
    "report": ["nowhere", "nothing"],
    "export": ["nothing"],
    "overview": ["nothing", "exp-1"],
    "gate": ["nothing", "exp-1"],
}
NEEDS_NONE = {"init", "simulate", "explain", "readers", "doctor"}
SURVIVES = {"read"}  # it has to leave its tables and the list of what to mend


def test_every_verb_that_needs_a_folder_is_tried_without_it():
    assert set(MISSING) | NEEDS_NONE | SURVIVES == set(VERBS)


@pytest.mark.parametrize("verb", sorted(MISSING))
def test_a_folder_that_is_not_there_is_named(verb, tmp_path):
    done = mgassay(verb, *MISSING[verb], cwd=tmp_path)
    assert done.returncode in (1, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert "nowhere" in done.stderr or "nothing" in done.stderr


def test_a_stage_that_finds_no_folder_says_what_to_mend(tmp_path):
    assert mgassay("read", "nowhere", "results", cwd=tmp_path).returncode == 0
    assert "MG001" in (tmp_path / "results" / "parts" / "problems" / "read" / "problems.csv").read_text()


def test_a_bug_of_ours_is_status_3():
    bug = "import mgassay.cli as c; c.app = lambda: 1 / 0; c.main()"
    done = subprocess.run([sys.executable, "-c", bug], capture_output=True, text=True)
    assert done.returncode == 3
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "mgassay: this is a bug of ours, not a mistake of yours. Please report the lines above."
    )


@pytest.mark.parametrize("error", ["PermissionError(13, 'Permission denied', 'x.csv')", "OSError(28, 'No space', 'x')"])
def test_a_disk_that_says_no_is_no_bug(error):
    code = f"import mgassay.cli as c\ndef no(): raise {error}\nc.app = no; c.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("mgassay: ")
    assert "Traceback" not in done.stderr
    assert "Then type the same command again" in done.stderr


def test_the_version_is_that_of_the_package():
    import tomllib

    project = tomllib.loads((DEMO.parents[2] / "pyproject.toml").read_text())["project"]
    assert mgassay("--version").stdout == f"mgassay {project['version']}\n"


def test_without_a_verb_the_verbs_are_listed():
    done = mgassay()
    assert all(verb in done.stdout + done.stderr for verb in VERBS)


# Start --------------------------------------------------------------------------------------------------------------

AT_THE_BENCH = ("init", "check", "run", "plan", "chemistry", "simulate")
LIGHT = (
    ["--help"],
    ["--version"],
    ["explain", "MG101"],
    ["explain"],
    ["doctor"],
    ["readers"],
    ["run", "nowhere"],
    *([verb, "--help"] for verb in AT_THE_BENCH),
)
HEAVY = ("numpy", "pandas", "scipy", "skimage", "jinja2", "openpyxl", "snakemake")


def imported(args, cwd=None):
    """Which of the heavy packages a command imports, and the CPU (s) that its process used."""
    code = (
        f"import resource, sys, mgassay.cli as c; sys.argv = ['mgassay', *{args!r}]\n"
        "try: c.main()\nexcept SystemExit: pass\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        f"print(*(m for m in {HEAVY!r} if m in sys.modules), used.ru_utime + used.ru_stime)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=cwd)
    *heavy, cpu = done.stdout.splitlines()[-1].split()
    return heavy, float(cpu)


@pytest.mark.parametrize("args", LIGHT, ids=" ".join)
def test_looking_something_up_imports_nothing_heavy_and_takes_less_than_half_a_second_of_cpu(args):
    heavy, cpu = imported(args)
    assert heavy == []
    assert cpu < 0.5


@pytest.mark.parametrize("args", [["init", "mine"], ["simulate", "mine", "--seed", "1", "--donors", "1"]], ids=" ".join)
def test_an_experiment_is_made_up_without_pandas(args, tmp_path):
    assert imported(args, tmp_path)[0] == ["numpy"]
    assert (tmp_path / "mine" / "experiment.toml").is_file()
