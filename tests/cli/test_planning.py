"""The verb plan: a folder in the making, a table, arms in words; and the exit status of each mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "resources" / "demo" / "mg-trpm7-demo"


def plan(*args):
    return subprocess.run([sys.executable, "-m", "mgassay", "plan", *map(str, args)], capture_output=True, text=True)


@pytest.fixture
def making(tmp_path):
    """A folder in the making: settings and conditions, no raw file, no files.csv."""
    folder = tmp_path / "lab-7"
    folder.mkdir()
    for name in ("experiment.toml", "conditions.csv"):
        (folder / name).write_bytes((DEMO / name).read_bytes())
    return folder


def test_a_folder_in_the_making_is_planned_and_drawn(making, tmp_path):
    drawn = tmp_path / "plan.svg"
    before = sorted(making.rglob("*"))
    done = plan(making, "--figure", drawn)
    assert done.returncode == 0, done.stderr
    assert "lab-7: the step asked for is Mg 0.8 to 2 mM." in done.stdout
    assert "6 donors" in done.stdout
    assert sorted(making.rglob("*")) == before
    first = drawn.read_bytes()
    assert plan(making / "conditions.csv", "--figure", drawn).returncode == 0
    assert drawn.read_bytes() == first


def test_arms_in_words_and_the_golden_numbers():
    """The design: T 1.2, ordinary noise, to tell .3 from .7: 6 donors; T .5: more than 16."""
    done = plan("--arms", "total,2apb", "--total", "1.2", "--total", "0.5", "--share", "intracellular")
    told = done.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert done.returncode == 0, done.stderr
    assert "T = 1.20, to tell 30 % from 70 %: 6 donors" in told
    assert "T = 0.50, to tell 30 % from 70 %: more than 16 donors" in told


def test_a_table_with_arms_beside_it_and_its_own_step(making, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_bytes((making / "conditions.csv").read_bytes())
    done = plan(table, "--arms", "mg_i", "--mg", "0.8,2", "--width", "0.6", "--most", "4")
    assert done.returncode == 0, done.stderr
    assert "A at best" in done.stdout
    assert "wide" in done.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--arms", "tottal"),
        ("--arms", "total", "--tell", "0.7,0.3"),
        ("--arms", "total", "--tell", "30,70"),
        ("--arms", "total", "--tell", "much"),
        ("--arms", "total", "--width", "-1"),
        ("--arms", "total", "--total", "0"),
        ("--arms", "total", "--total", "nan"),
        ("--arms", "total", "--share", "outside"),
        ("--arms", "total", "--power", "1.5"),
        ("--arms", "total", "--mg", "2"),
        ("--arms", "total", "--figure", "plan.png"),
        ("--arms", "total", "--results", "/nowhere/at/all"),
    ],
)
def test_wrong_usage_is_status_2_without_a_traceback(wrong):
    done = plan(*wrong)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_wrong_in_the_data_is_status_1(making, tmp_path):
    assert plan(tmp_path / "nowhere").returncode == 1
    conditions = making / "conditions.csv"
    conditions.write_text(conditions.read_text().replace(",2-APB,", ",mystery,"))
    done = plan(making)
    assert done.returncode == 1
    assert "MG614" in done.stderr
    assert "Traceback" not in done.stderr
    empty = tmp_path / "results"
    empty.mkdir()
    done = plan("--arms", "total", "--results", empty)
    assert done.returncode == 1
    assert "MG662" in done.stderr
