"""The workflow on the demo: CPU of a cold run and of a run with nothing to do, against workflows that do no work.

CPU is user + system of all processes that a command started (getrusage of the children), so it counts every job.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.twin import IMPORTS, lay_out_twin

ROOT = Path(__file__).parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")


def environment(folder: Path) -> dict[str, str]:
    """That of a lab: our code is the folder's, one thread a process, and what Python compiled once is kept."""
    held = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**held, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}


def cpu_of(command: list[str | Path], folder: Path) -> float:
    """User + system seconds of a command and all that it started; raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lay_out(folder: Path) -> None:
    """A copy of the workflow with the demo experiment."""
    shutil.copy(ROOT / "Snakefile", folder)
    for part in ("workflow", "profiles", "config", "src", "resources"):
        shutil.copytree(ROOT / part, folder / part)


def from_nothing(ours: Path, bare: Path) -> list[float]:
    """CPU seconds of the demo and of its jobs that only import, both in new folders."""
    ours.mkdir()
    lay_out(ours)
    lay_out_twin(bare, 1, IMPORTS)
    return [cpu_of([SNAKEMAKE, "--cores", "2"], folder) for folder in (ours, bare)]


def measure(repeats: int = 5) -> dict[str, float]:
    """CPU seconds and their ratios; the two workflows take turns, and the smaller of two cold runs counts."""
    with tempfile.TemporaryDirectory() as made:
        folders = [(Path(made) / f"ours{i}", Path(made) / f"bare{i}") for i in range(2)]
        cold = [min(costs) for costs in zip(*(from_nothing(*pair) for pair in folders), strict=True)]
        pairs = [[cpu_of([SNAKEMAKE, "--cores", "2"], folder) for folder in folders[0]] for _ in range(repeats)]
    return {
        "demo_cold_cpu_s": cold[0],
        "demo_cold_cpu_vs_jobs_that_only_import": cold[0] / cold[1],
        "nothing_to_do_cpu_s": statistics.median(a for a, _ in pairs),
        "nothing_to_do_cpu_vs_empty_workflow": statistics.median(a / b for a, b in pairs),
    }
