"""The verbs a lab member types: what they print, and the exit status they leave."""

import subprocess
import sys
from pathlib import Path

import pytest

from mgassay.problems import catalogue

DEMO = Path(__file__).parents[2] / "resources" / "demo" / "mg-trpm7-demo"


def mgassay(*args, **kwargs):
    return subprocess.run([sys.executable, "-m", "mgassay", *map(str, args)], capture_output=True, text=True, **kwargs)


def test_every_verb_answers_help():
    from typer.main import get_command

    from mgassay.cli import app

    verbs = get_command(app).commands
    assert {"check", "explain", "readers", "simulate", "read", "images", "quantify", "effects", "report"} <= set(verbs)
    for verb in verbs.values():
        assert verb.help


def test_check_of_the_demo_finds_nothing_to_mend():
    done = mgassay("check", DEMO)
    assert done.returncode == 0, done.stderr
    assert "mg-trpm7-demo: 0 errors" in done.stdout


def test_check_lists_all_problems_at_once_and_writes_nothing(tmp_path, small):
    conditions = small / "conditions.csv"
    conditions.write_text(conditions.read_text().replace("inhibitor,", "inhibiter,", 1))
    next((small / "raw").rglob("*.txt")).unlink()
    before = sorted(small.rglob("*"))
    done = mgassay("check", small)
    assert done.returncode == 1
    assert "inhibitor" in done.stderr
    assert done.stderr.count("ERROR") >= 2
    assert sorted(small.rglob("*")) == before


def test_explain_says_more_about_a_code_and_lists_all_of_them():
    code = sorted(catalogue())[0]
    done = mgassay("explain", code.lower())
    assert done.returncode == 0
    assert catalogue()[code].title in done.stdout
    assert "{" not in mgassay("explain", "MG901").stdout
    assert [line.split()[0] for line in mgassay("explain").stdout.splitlines()] == sorted(catalogue())
    assert mgassay("explain", "MG000").returncode == 2


def test_init_makes_a_folder_that_checks_clean_and_says_what_was_understood(tmp_path):
    assert mgassay("init", tmp_path / "lab-1").returncode == 0
    done = mgassay("check", tmp_path / "lab-1")
    assert done.returncode == 0, done.stderr
    assert "lab-1: 0 errors" in done.stdout
    assert "siTRPM7: entry intact scr_mg08 to scr_mg20" in done.stdout
    assert mgassay("init", tmp_path / "lab-1").returncode == 2


def test_readers_lists_what_can_be_read():
    listed = mgassay("readers").stdout.lower()
    for family in ("gen5", "i-control", "magellan", "skanit", "mars", "quantstudio", "grid"):
        assert family in listed


def test_simulate_never_writes_over_a_folder(tmp_path):
    done = mgassay("simulate", tmp_path, "--seed", "1")
    assert done.returncode == 2
    assert "exists already" in done.stderr


def test_wrong_usage_is_status_2_and_a_bug_of_ours_is_3():
    assert mgassay("check").returncode == 2
    assert mgassay("nonsense").returncode == 2
    bug = "import mgassay.cli as c; c.app = lambda: 1 / 0; c.main()"
    done = subprocess.run([sys.executable, "-c", bug], capture_output=True, text=True)
    assert done.returncode == 3
    assert "a bug of ours" in done.stderr


def test_a_verb_before_the_stage_it_rests_on_is_wrong_usage(tmp_path, small):
    done = mgassay("report", small, tmp_path / "results")
    assert done.returncode == 2
    assert "run the stages in their order" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_looks_for_the_wells_of_photographs(tmp_path, small):
    import numpy as np
    from PIL import Image

    (small / "photos").mkdir()
    Image.fromarray(np.full((300, 400, 3), (225, 220, 210), np.uint8)).save(small / "photos" / "plate.png")
    rows = ("well,condition,donor,rep,role", "A1,control,D1,1,", "D6,,,,empty")
    (small / "layouts" / "dish.csv").write_text("\n".join(rows))
    header, *files = (small / "files.csv").read_text().splitlines()
    photo = {"file": "photos", "assay": "alizarin_image", "layout": "dish", "plate": "P1"}
    files.append(",".join(photo.get(column, "") for column in header.split(",")) + ",find")
    lines = [f"{header},wells", *(f"{row}," for row in files[:-1]), files[-1]]
    (small / "files.csv").write_text("\n".join(lines))
    done = mgassay("check", small)
    assert done.returncode == 1
    assert "MG278  photos/plate.png" in done.stderr


def test_no_image_out_of_the_folder_is_opened(tmp_path):
    from mgassay.cli.stages import opened
    from mgassay.errors import UnreadableError

    (tmp_path / "x").mkdir()
    (tmp_path / "outside.png").write_bytes(b"")
    with pytest.raises(UnreadableError) as error:
        opened(tmp_path / "x", "../outside.png")
    assert error.value.code == "MG041"


@pytest.fixture
def small(tmp_path):
    from mgassay import store
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    for name, content in simulate_experiment(Truth(donors=2, images=False), 5, "small").items():
        store.write_bytes(tmp_path / "small" / name, content)
    return tmp_path / "small"
