"""What `check` says it understood."""

import pytest

from mgassay import store
from mgassay.problems import Problems
from mgassay.readers.folder import read_experiment
from mgassay.readers.reading import read_folder
from mgassay.report.understood import understood_text
from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import Truth


@pytest.fixture
def folder(tmp_path):
    for name, content in simulate_experiment(Truth(donors=2, images=False), 4, "lab").items():
        store.write_bytes(tmp_path / "lab" / name, content)
    return tmp_path / "lab"


def text_of(folder):
    problems = Problems()
    experiment = read_experiment(folder, problems)
    return understood_text(experiment, read_folder(folder, experiment, problems).tables, problems)


def test_step_arms_and_donors_are_named(folder):
    said = text_of(folder).splitlines()
    assert said[0] == "15 conditions; the step asked for is Mg 0.8 to 2 mM."
    assert "siTRPM7: entry intact scr_mg08 to scr_mg20, blocked si_mg08 to si_mg20." in said
    assert "2-APB: entry intact ca_mg08 to ca_mg20, blocked apb_mg08 to apb_mg20." in said
    assert "Without living cells: acell_mg08 to acell_mg20." in said
    assert "protein: 2 plates, donors and runs: D1, D2." in said


def test_an_arm_that_was_not_run_is_seen(folder):
    table = folder / "conditions.csv"
    kept = [line for line in table.read_text().splitlines() if not line.startswith(("si_mg20", "acell"))]
    table.write_text("\n".join(kept) + "\n")
    said = text_of(folder)
    assert "blocked si_mg08 to (not run)" in said
    assert "No arm without living cells." in said
