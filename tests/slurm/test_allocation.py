"""What is asked of SLURM for an experiment, with a `sbatch` that writes it down and takes no job."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from tests.slurm.conftest import EXECUTOR
from tests.workflow.conftest import make_lab

BIN = os.path.dirname(sys.executable)
SLURM = {
    "sbatch": 'echo "$@" >>"$ASKED"; exit 1',
    **dict.fromkeys(("squeue", "sacct", "scancel", "scontrol", "sinfo"), "exit 0"),
}
QUICK = ("--slurm-no-account", "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1",
         "--retries", "0", "--seconds-between-status-checks", "1")  # fmt: skip
PLAIN = ("snakemake", "--workflow-profile", "profiles/slurm", *QUICK)
BY_VERB = ("mgassay", "run", "experiments", "--profile", "slurm", "--", *QUICK)


@pytest.fixture
def asked(small_experiment, tmp_path):
    """Types a command for three experiments; the allocations that it asks for, as (minutes, MB, processors)."""
    if not (EXECUTOR / ".ready").exists():
        pytest.skip("Snakemake's SLURM executor is not installed here; `make test` installs it")
    (tmp_path / "lab").mkdir()
    lab = make_lab(tmp_path / "lab")
    for name in ("a", "b", "c"):
        lab.add(name, small_experiment)
    with (lab.experiments / "b" / "files.csv").open("a") as files:
        files.write("images,ALIZARIN_IMAGE\n")  # is there to be asked for; no job is run
    for name, does in SLURM.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
    held = {
        "PATH": f"{tmp_path / 'bin'}:{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": f"{lab.folder / 'src'}:{EXECUTOR}",
        "ASKED": str(tmp_path / "asked.txt"),
    }

    def allocations(count, *words):
        program = [f"{BIN}/{words[0]}", *words[1:]]
        written, said = tmp_path / "asked.txt", tmp_path / "said.txt"
        with (
            said.open("wb") as out,
            subprocess.Popen(
                program, cwd=lab.folder, env={**os.environ, **held}, stdout=out, stderr=out, start_new_session=True
            ) as begun,
        ):
            end = time.monotonic() + 120
            while time.monotonic() < end and begun.poll() is None and len(lines_of(written)) < count:
                time.sleep(0.1)
            os.killpg(begun.pid, signal.SIGKILL)
        assert len(lines_of(written)) == count, said.read_text()
        wanted = r"-t (\d+) --mem (\d+) .*--cpus-per-task=(\d+)"
        return [tuple(map(int, re.search(wanted, line).groups())) for line in lines_of(written)]

    return allocations


def lines_of(file):
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.parametrize("words", [PLAIN, BY_VERB], ids=["snakemake", "mgassay run"])
def test_an_allocation_is_as_docs_cluster_says_whatever_computer_asks_for_it(asked, words):
    """Seven jobs after each other, of 5 minutes; images are 2 GB, and where there are some 20 minutes, 4 processors."""
    assert sorted(asked(3, *words)) == [(35, 2000, 1), (35, 2000, 1), (50, 2000, 4)]


def test_experiments_of_one_allocation_run_beside_each_other_on_its_processors(asked):
    """Three fit on four processors; images, of four, run beside no other: 7 x 5 + 20 minutes."""
    assert asked(1, *PLAIN, "--group-components", "experiment=3") == [(55, 4000, 4)]
