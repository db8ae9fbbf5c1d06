"""`mgassay chemistry`, on good and on bad tables."""

import subprocess
import sys

import pytest

HEADS = "condition,medium,mg_mM,basal_medium,ca_mM,pi_mM,pH,co2_percent,serum_percent,mg_salt"
SETTINGS = "[experiment]\ntitle = 't'\n[contrast]\nmg_reference_mM = 0.8\nmg_raised_mM = 2.0\n"
GOOD = ("a,calcifying,0.8,DMEM,1.8,2.6,7.4,5,10,chloride", "b,calcifying,2.0,DMEM,1.8,2.6,7.4,5,10,chloride")


def chemistry(*args):
    return subprocess.run(
        [sys.executable, "-m", "mgassay", "chemistry", *map(str, args)], capture_output=True, text=True
    )


@pytest.fixture
def table(tmp_path):
    def of(*rows, heads=HEADS):
        file = tmp_path / "media.csv"
        file.write_text("\n".join([heads, *rows]) + "\n")
        return file

    return of


def test_words_go_to_stdout_and_problems_to_stderr(table):
    done = chemistry(table(*GOOD))
    assert done.returncode == 0
    assert "Pi-equivalent: −7.4" in done.stdout
    assert "MG808" in done.stderr
    assert "MG8" not in done.stdout


def test_csv_is_the_contracts_table(table):
    done = chemistry(table(*GOOD), "--csv")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("condition,reference_condition,bgp_state,constant_set,pH,ionic_strength_M")
    assert len(lines) == 1 + 2 * 4
    assert lines[5].startswith("b,a,,")


def test_a_folder_is_read_by_its_settings(tmp_path):
    folder = tmp_path / "exp"
    folder.mkdir()
    (folder / "experiment.toml").write_text(SETTINGS)
    (folder / "conditions.csv").write_text("\n".join([HEADS, *GOOD]) + "\n")
    for source in (folder, folder / "conditions.csv"):
        assert "conditions: b" in chemistry(source).stdout


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a,calcifying,0.8,DMEM,-1,2.6,7.4,5,10,chloride", "MG801"),
        ("a,calcifying,0.8,DMEM,1.8,2.6,0,5,10,chloride", "MG801"),
        ("a,calcifying,1000,DMEM,1.8,2.6,7.4,5,10,chloride", "MG801"),
        ("a,calcifying,0.8,DMEM,much,2.6,7.4,5,10,chloride", "MG0"),
        ("a,calcifying,0.8,,,,,,,", "MG809"),
    ],
)
def test_bad_tables_are_refused_in_words(table, row, code):
    done = chemistry(table(row))
    assert done.returncode == 1
    assert f"ERROR {code}" in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_cells_are_named_and_no_error(table):
    done = chemistry(table("a,calcifying,0.8,DMEM,1.8,2.6,,,10,chloride", *GOOD[1:]))
    assert done.returncode == 0
    assert "pH or co2_percent" in done.stderr
    assert "conditions: b" in done.stdout


def test_no_file_is_wrong_usage(tmp_path):
    assert chemistry(tmp_path / "nothing.csv").returncode == 2
    assert chemistry().returncode == 2


def test_an_empty_table_is_a_problem_and_no_traceback(table):
    done = chemistry(table())
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
