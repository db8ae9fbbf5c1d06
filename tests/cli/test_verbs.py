"""The verbs that people type: what they print, and the exit status they leave."""

import json
import os
import subprocess
import sys

import pytest
from tests.cli.conftest import DEMO, mgassay

from mgassay.problems import catalogue

# check --------------------------------------------------------------------------------------------------------------


def test_check_of_the_demo_finds_nothing_to_mend():
    done = mgassay("check", DEMO)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("mg-trpm7-demo: 0 errors")


def test_check_lists_all_problems_at_once_and_writes_nothing(two_mistakes):
    before = sorted(two_mistakes.rglob("*"))
    done = mgassay("check", two_mistakes)
    assert done.returncode == 1
    assert "inhibitor" in done.stderr
    assert done.stderr.count("ERROR") >= 2
    assert sorted(two_mistakes.rglob("*")) == before


def test_check_for_programs_prints_a_problem_per_line_and_nothing_else(two_mistakes):
    done = mgassay("check", "--json", two_mistakes)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    assert {p["severity"] for p in found} >= {"error"}
    assert all(set(p) == {"code", "severity", "file", "sheet", "place", "seen", "message", "remedy"} for p in found)
    assert mgassay("check", "--json", DEMO).returncode == 0


def test_the_folder_of_experiments_is_no_experiment_and_says_what_to_type(tmp_path):
    for name in ("csv", "xl"):
        (tmp_path / name).mkdir()
    (tmp_path / "csv" / "experiment.toml").touch()
    (tmp_path / "xl" / "experiment.xlsx").touch()
    done = mgassay("check", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"it holds csv, xl. One is checked by: mgassay check {tmp_path / 'csv'}" in done.stderr


@pytest.mark.parametrize("stays", [0, 1])
def test_whoever_stops_reading_changes_no_status(two_mistakes, stays):
    """As `mgassay check DIR | head -1` does; the pipe's other end is closed before the first word."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mgassay", *(["check", str(two_mistakes)] if stays else ["explain", "MG040"])]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode == stays
    assert "BrokenPipe" not in done.stderr
    assert "bug of ours" not in done.stderr


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


# init, simulate -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["--csv", "--xlsx"])
def test_the_untouched_example_checks_clean_and_says_what_was_understood(tmp_path, kind):
    laid = mgassay("init", kind, tmp_path / "lab-1")
    assert laid.returncode == 0
    assert "mgassay run" in laid.stdout.splitlines()[-1]
    done = mgassay("check", tmp_path / "lab-1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("lab-1: 0 errors, 0 warnings")
    assert "MG119" not in done.stderr
    assert "siTRPM7: entry intact scr_mg08 to scr_mg20" in done.stdout


def test_the_tables_are_in_one_place_only(tmp_path):
    mgassay("init", "--xlsx", tmp_path / "book")
    mgassay("init", tmp_path / "text")
    assert sorted(p.name for p in (tmp_path / "book").iterdir()) == [
        "experiment.toml",
        "experiment.xlsx",
        "images",
        "raw",
    ]
    assert not list((tmp_path / "text").glob("*.xlsx"))


@pytest.mark.parametrize("args", [["init"], ["init", "--xlsx"], ["simulate", "--seed", "1"]])
def test_nothing_is_written_over_a_folder_and_it_says_so(tmp_path, args):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    done = mgassay(*args, tmp_path / "mine")
    assert done.returncode == 2
    assert "exists already; nothing is written over a folder" in done.stderr
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_name_that_is_no_id_is_refused(tmp_path):
    done = mgassay("init", tmp_path / "my plates")
    assert done.returncode == 2
    assert "“my plates” cannot be the name of an experiment: letters, digits" in done.stderr
    assert not (tmp_path / "my plates").exists()


# readers, stages ----------------------------------------------------------------------------------------------------


def test_readers_lists_what_can_be_read():
    listed = mgassay("readers").stdout.lower()
    for family in ("gen5", "i-control", "magellan", "skanit", "mars", "quantstudio", "grid"):
        assert family in listed
    assert "zeiss czi                extra czi" in listed


def test_a_verb_before_the_stage_it_rests_on_is_wrong_usage(tmp_path, small):
    done = mgassay("report", small, tmp_path / "results")
    assert done.returncode == 2
    assert "Run the stages in their order" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_image_out_of_the_folder_is_opened(tmp_path):
    from mgassay.cli.stages import opened
    from mgassay.errors import UnreadableError

    (tmp_path / "x").mkdir()
    (tmp_path / "outside.png").write_bytes(b"")
    with pytest.raises(UnreadableError) as error:
        opened(tmp_path / "x", "../outside.png")
    assert error.value.code == "MG041"


# explain ------------------------------------------------------------------------------------------------------------


def test_explain_says_what_it_is_how_to_mend_it_and_what_is_near():
    done = mgassay("explain", "mg119")
    assert (done.returncode, done.stderr) == (0, "")
    kind = catalogue()["MG119"]
    told = " ".join(done.stdout.split())
    assert done.stdout.splitlines()[0] == f"MG119, a notice: {kind.title}"
    assert "<file> does not say" in told
    assert "…" not in told
    assert "{" not in told
    assert "MG118  error" in done.stdout.split("Near it")[1]
    assert told.count(kind.title) == 1


def test_every_code_is_explained_in_lines_that_a_terminal_shows():
    from mgassay.cli.explaining import explanation

    texts = {code: explanation(kind) for code, kind in catalogue().items()}
    assert [code for code, text in texts.items() if "{" in text] == []
    assert [code for code, text in texts.items() if max(map(len, text.splitlines()[1:])) > 100] == []


def test_explain_lists_all_codes():
    assert [line.split()[0] for line in mgassay("explain").stdout.splitlines()] == sorted(catalogue())


def test_an_unknown_code_gets_the_nearest_ones():
    done = mgassay("explain", "MG000")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no problem MG000" in done.stderr
    assert "MG001" in done.stderr
    assert "MG119" in mgassay("explain", "wavelength cannot").stderr


# Colours ------------------------------------------------------------------------------------------------------------


def test_output_that_nobody_looks_at_has_no_colours(two_mistakes):
    done = mgassay("check", two_mistakes)
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(("settings", "red"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_errors_are_red_on_a_terminal_unless_no_color_is_set(two_mistakes, settings, red):
    import pty

    kept = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mgassay", "check", str(two_mistakes)],
        stdout=subprocess.DEVNULL,
        stderr=follower,
        env={**kept, "TERM": "xterm", **settings},
    ) as process:
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        process.wait()
    os.close(leader)
    assert (b"\x1b[1;31mERROR" in shown) == red
    assert b"ERROR" in shown


def _read(leader):
    try:
        return os.read(leader, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.fixture
def small(tmp_path):
    from mgassay import store
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    for name, content in simulate_experiment(Truth(donors=2, images=False), 5, "small").items():
        store.write_bytes(tmp_path / "small" / name, content)
    return tmp_path / "small"


@pytest.fixture
def two_mistakes(small):
    conditions = small / "conditions.csv"
    conditions.write_text(conditions.read_text().replace("inhibitor,", "inhibiter,", 1))
    next((small / "raw").rglob("*.txt")).unlink()
    return small
