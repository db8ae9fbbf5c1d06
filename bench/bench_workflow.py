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

ROOT = Path(__file__).parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")

# What the jobs of one experiment and of the overview import, in jobs that do nothing else.
IMPORTS = {
    "read": "pandas, numpy, openpyxl, defusedxml, PIL.Image",
    "images": "pandas, numpy, scipy.ndimage, PIL.Image",
    "quantify": "pandas, numpy, scipy.special",
    "effects": "pandas, numpy, scipy.special",
    "report": "pandas, numpy, jinja2",
    "export": "pandas, numpy, xlsxwriter, resvg_py",
    "overview": "pandas, numpy, jinja2",
    "gate": "pandas",
}


def cpu_of(command: list[str | Path], folder: Path) -> float:
    """User + system seconds of a command and all that it started; raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lay_out(folder: Path) -> None:
    """A copy of the workflow with the demo experiment."""
    shutil.copy(ROOT / "Snakefile", folder)
    for part in ("workflow", "profiles", "config", "src", "resources"):
        shutil.copytree(ROOT / part, folder / part)


def lay_out_imports(folder: Path) -> None:
    """A workflow of the same shape whose jobs only import what ours import."""
    rules, before = [], ""
    for name, modules in IMPORTS.items():
        needs = f'    input: "{before}"\n' if before else ""
        command = f"{sys.executable} -c 'import {modules}' && touch {{output}}"
        rules.append(f'rule {name}:\n{needs}    output: "{name}.done"\n    shell: "{command}"\n')
        before = f"{name}.done"
    (folder / "Snakefile").write_text(f'rule all:\n    input: "{before}"\n' + "\n".join(rules))


def measure(repeats: int = 5) -> dict[str, float]:
    """CPU seconds and their ratios; the two workflows take turns."""
    with tempfile.TemporaryDirectory() as made:
        ours, bare = Path(made) / "ours", Path(made) / "bare"
        ours.mkdir()
        bare.mkdir()
        lay_out(ours)
        lay_out_imports(bare)
        cold = [cpu_of([SNAKEMAKE, "--cores", "2"], folder) for folder in (ours, bare)]
        pairs = [[cpu_of([SNAKEMAKE, "--cores", "2"], folder) for folder in (ours, bare)] for _ in range(repeats)]
    return {
        "demo_cold_cpu_s": cold[0],
        "demo_cold_cpu_vs_jobs_that_only_import": cold[0] / cold[1],
        "nothing_to_do_cpu_s": statistics.median(a for a, _ in pairs),
        "nothing_to_do_cpu_vs_empty_workflow": statistics.median(a / b for a, b in pairs),
    }
